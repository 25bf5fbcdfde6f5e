"""What a decision looked at, small enough to be stored with every attempt. Pure.

A year later the campaign may have been changed, calls have been forgotten, and the ledger has
grown. The person's number is not in it: whose attempt it is says that.

It is put together when somebody first reads it: whoever looks for an hour asks often, and stores
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.rules.agreeing import withdrawn_at
from chalicelib.campaigns.rules.caller_id import kind_of
from chalicelib.campaigns.rules.windows import clocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.campaigns.rules.decision import Ground
    from chalicelib.campaigns.rules.facts import Past
    from chalicelib.campaigns.rules.law import Case

_THIRTY_DAYS: Final = timedelta(days=30)


class LookedAt(Mapping[str, Any]):
    """The facts that a decision is of, in types that JSON has; what is empty is left out."""

    def __init__(self, case: Case, ground: Ground | None) -> None:
        self._case = case
        self._ground = ground

    @cached_property
    def _told(self) -> dict[str, Any]:
        return _told(self._case, self._ground)

    def __getitem__(self, name: str) -> Any:
        return self._told[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)

    def __repr__(self) -> str:
        return repr(self._told)


def instants_of(past: Past) -> list[datetime]:
    """List every instant of a past."""
    found: list[datetime | None] = [each.at for each in past.attempts]
    for consent in past.consents:
        found += (consent.captured_at, consent.expires_at, consent.revoked_at)
    for contract in past.contracts:
        found += (contract.began_at, contract.ended_at)
    for request in past.requests:
        found += (request.at, request.opens, request.closes)
    found += [each.at for each in past.refusals]
    found += [each.at for each in past.withdrawals]
    found += [each.at for each in past.checked]
    return [each for each in found if each is not None]


def _told(case: Case, ground: Ground | None) -> dict[str, Any]:
    campaign, shown = case.campaign, case.campaign.shown.number
    checked = sorted(case.past.checked, key=lambda each: each.at)
    told = {
        "professional": case.id,
        "purpose": campaign.purpose.value,
        "object": campaign.object,
        "sector": campaign.sector.value,
        "sells": case.sells,
        "mode": campaign.mode.value,
        "audience": case.person.audience.value,
        "shown": shown,
        "row": kind_of(shown).value if campaign.country == "FR" else None,
        "clocks": _clocks(case),
        "calls_in_thirty_days": _calls(case),
        "checked": {each.register.value: each.at.isoformat() for each in checked},
        "listed": sorted({each.register.value for each in case.past.listed}),
        "withdrawn_at": _written(withdrawn_at(case)),
        "ledger": case.past.ledger,
        "proof": _proof(case, ground) if ground else None,
    }
    return {name: fact for name, fact in told.items() if fact or isinstance(fact, int)}


def _clocks(case: Case) -> dict[str, str]:
    shown = zip(case.place.zones, clocks(case.place.zones, case.at), strict=True)
    return {zone: clock.isoformat(timespec="seconds") for zone, clock in shown}


def _calls(case: Case) -> int:
    if not case.past.attempts:
        return 0
    since = case.at - _THIRTY_DAYS
    return sum(each.professional == case.id and each.at > since for each in case.past.attempts)


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _proof(case: Case, ground: Ground) -> dict[str, Any]:
    """Return what is known of what a call rests on, beside its id."""
    past = case.past
    for consent in past.consents if ground.kind == "consent" else ():
        if consent.id == ground.id:
            return {"given": _written(consent.captured_at)}
    for contract in past.contracts if ground.kind == "contract" else ():
        if contract.id == ground.id:
            link = {"object": contract.object, "link": case.campaign.link}
            return {"began": _written(contract.began_at), **link, "proof": contract.proof}
    for request in past.requests if ground.kind == "callback" else ():
        if request.id == ground.id:
            return {"asked": _written(request.at), "proof": request.proof}
    return {}
