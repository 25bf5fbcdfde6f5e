"""A campaign as the law looks at it; and what the law has against it, whoever is rung. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules import (
    LAWS,
    Campaign,
    Checked,
    Consent,
    Contract,
    Covers,
    Mode,
    Past,
    Person,
    Professional,
    Register,
    Request,
    Shown,
    decide,
)
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from chalicelib.campaigns.campaign import Plan
    from chalicelib.directory.lines import Line

# Somebody in each country, who does not exist: numbers that are set aside for fiction.
SOMEBODY: Final[Mapping[str, str]] = {
    "FR": "+33199001234",
    "GB": "+442079460123",
    "US": "+12025550123",
}
# Which field is at fault, by how the reason's code begins. Other reasons are of people.
_FIELDS: Final[Mapping[str, str]] = {
    "caller-id": "/shown",
    "sector": "/sector",
    "professional": "/professional/siren",
}


def seen_by_law(plan: Plan, line: Line | None) -> Campaign:
    """Return what the law looks at. A number of the account's is one that it may show."""
    return Campaign(
        professional=Professional(id=plan.professional.siren, name=plan.professional.name),
        purpose=plan.purpose,
        object=plan.object,
        mode=Mode(plan.mode.value),
        shown=Shown(
            number=plan.shown or None, entitled=line is not None, answers=line_answers(line)
        ),
        country=plan.country,
        sector=plan.sector,
        sells=plan.sells,
        link=plan.link,
        contract_objects=plan.contract_objects,
    )


def line_answers(line: Line | None) -> bool:
    """Say whether somebody who rings a number back reaches anybody."""
    return line is not None and bool(line.answers_with or line.fallback)


def law_faults(plan: Plan, line: Line | None, at: datetime) -> Iterator[Fault]:
    """Yield what the law has against a campaign for as long as it stays as it is.

    It is asked about somebody against whom nothing else speaks: who agreed to everything, and is
    a customer, or asked to be rung, if the campaign has it that people are. A number that is not
    the account's is judged as if it were: that it is not is somebody else's to say.
    """
    if plan.country not in LAWS:
        return
    campaign = seen_by_law(plan, line)
    if line is None:
        lent = replace(campaign.shown, entitled=True, answers=True)
        campaign = replace(campaign, shown=lent)
    person = Person(number=SOMEBODY[plan.country])
    decision = decide(at, campaign, person, ideal(plan, at))
    for reason in decision.reasons:
        field = _FIELDS.get(reason.code.partition(".")[0])
        if reason.until is None and field is not None:
            yield Fault(field, reason.in_words("en"))


def ideal(plan: Plan, at: datetime) -> Past:
    """Return the past of somebody who agreed to everything, and has what a campaign asks for."""
    siren, a_day_ago = plan.professional.siren, at - timedelta(days=1)
    agreed = Consent(
        id="",
        professional=siren,
        object=plan.object,
        captured_at=a_day_ago,
        covers=frozenset(Covers),
    )
    about = next(iter(plan.contract_objects), "")
    contract = Contract(id="", professional=siren, began_at=a_day_ago, object=about)
    request = Request(id="", professional=siren, object=plan.object, at=a_day_ago, proof="there")
    return Past(
        consents=(agreed,),
        contracts=(contract,) if plan.columns.contract else (),
        requests=(request,) if plan.columns.request else (),
        checked=tuple(Checked(register=each, at=at) for each in Register),
    )
