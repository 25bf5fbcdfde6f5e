"""An asking as the law looks at it: what was agreed to by it, and whether to ring now. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.campaigns.consents.capture.forms import Ticked
from chalicelib.campaigns.consents.consents import Channel, Evidence
from chalicelib.campaigns.rules import Attempt, Past, Person, Request, decide
from chalicelib.campaigns.rules.gathering import consents_of, listed_by, withdrawals_of

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.campaigns.asked.ports import Desk
    from chalicelib.campaigns.attempts.past import Known
    from chalicelib.campaigns.consents.checking import Captured
    from chalicelib.campaigns.rules import Decision


def decided(asking: Asking, form: Form, at: datetime, desk: Desk) -> Decision:
    """Decide about an instant by what is known now."""
    return judged(asking, form, at, seen(asking, form, at, desk), desk)


def seen(asking: Asking, form: Form, at: datetime, desk: Desk) -> Known:
    """Return what is known of the person, campaigns' calls to them included."""
    return desk.known(asking.account_id, form.professional.siren, asking.number, at)


def judged(asking: Asking, form: Form, at: datetime, known: Known, desk: Desk) -> Decision:
    """Decide about an instant by what was seen."""
    line = desk.line(asking.account_id, form.shown)
    person = Person(number=asking.number)
    return decide(at, form.campaign(line), person, past_of(asking, form, known))


def captured(asking: Asking, form: Form) -> Captured:
    """Return what they agreed to by asking; a code shows that the number is theirs."""
    ticked = Ticked((Channel.PHONE,))
    agreed = form.consents.captured(ticked, asking.asked_at, confirmed=form.by_code)
    return replace(agreed, evidence=Evidence(reference=f"{form.id}/{asking.id}"))


def past_of(asking: Asking, form: Form, known: Known) -> Past:
    """Return what has happened between them and the professional.

    What they agree to by asking counts, whether or not it is in the ledger already; so do its own
    calls, whether or not they are remembered yet.
    """
    siren, standing = form.professional.siren, known.facts.standing
    if form.sells:
        agreed = captured(asking, form).consent(asking.id)
        standing = replace(standing, consents=(*standing.consents, agreed))
    request = Request(
        id=asking.id,
        professional=siren,
        object=form.object,
        at=asking.asked_at,
        proof=asking.id,
        opens=asking.slot.opens,
        closes=asking.slot.closes,
    )
    remembered = {name for rung in known.rungs.values() for name in rung.calls}
    tried = tuple(
        Attempt(professional=siren, at=at, selling=form.sells, object=form.object)
        for n, at in enumerate(asking.tried, start=1)
        if asking.call(n) not in remembered
    )
    scopes = [each.scope for each in known.facts.suppressed(siren, "")]
    return Past(
        requests=(request,),
        attempts=(*known.attempts, *tried),
        refusals=known.refusals,
        ledger=known.ledger,
        consents=consents_of(standing),
        withdrawals=withdrawals_of(standing),
        listed=listed_by(scopes, siren, ""),
    )
