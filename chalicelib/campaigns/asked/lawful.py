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
    from chalicelib.campaigns.consents.checking import Captured
    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.campaigns.rules import Decision


def decided(asking: Asking, form: Form, at: datetime, desk: Desk) -> Decision:
    """Decide about an instant by what is known now."""
    line = desk.line(asking.account_id, form.shown)
    past = past_of(asking, form, desk.known(asking.account_id, asking.number))
    return decide(at, form.campaign(line), Person(number=asking.number), past)


def captured(asking: Asking, form: Form) -> Captured:
    """Return what they agreed to by asking; a code shows that the number is theirs."""
    ticked = Ticked((Channel.PHONE,))
    agreed = form.consents.captured(ticked, asking.asked_at, confirmed=form.by_code)
    return replace(agreed, evidence=Evidence(reference=f"{form.id}/{asking.id}"))


def past_of(asking: Asking, form: Form, known: Facts) -> Past:
    """Return what has happened between them and the professional.

    What they agree to by asking counts, whether or not it is in the ledger already.
    """
    siren, standing = form.professional.siren, known.standing
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
    tried = (
        Attempt(professional=siren, at=at, selling=form.sells, object=form.object)
        for at in asking.tried
    )
    scopes = [each.scope for each in known.suppressed(siren, "")]
    return Past(
        requests=(request,),
        attempts=tuple(tried),
        consents=consents_of(standing),
        withdrawals=withdrawals_of(standing),
        listed=listed_by(scopes, siren, ""),
    )
