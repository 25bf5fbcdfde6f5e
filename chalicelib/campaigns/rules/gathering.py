"""What the ledger of consents and do-not-call lists have of somebody, as facts of a decision. Pure.

The ledger says when a consent ended, however it did; an erasure ends all, of everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.consents.consents import Channel
from chalicelib.campaigns.consents.suppressions import holds
from chalicelib.campaigns.rules.facts import Consent, Covers, Listed, Register, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.campaigns.consents import consents as ledger

_COVERS: Final = {Channel.PHONE: Covers.PHONE, Channel.AUTOMATON: Covers.AUTOMATON}


def consents_of(standing: ledger.Standing) -> tuple[Consent, ...]:
    """Return every consent, also those that ended: a decision says why one does not count."""
    return tuple(
        Consent(
            id=each.id,
            professional=each.professional.siren,
            object=each.object,
            captured_at=each.captured_at,
            covers=_covers(each),
            expires_at=each.expires_at,
            revoked_at=standing.ended_at(each),
        )
        for each in standing.consents
    )


def withdrawals_of(standing: ledger.Standing) -> tuple[Withdrawal, ...]:
    """Return when they wanted no more: of a professional, or of anybody."""
    said = tuple(
        Withdrawal(at=each.at, professional=each.siren or "") for each in standing.withdrawals
    )
    return said if standing.erased_at is None else (*said, Withdrawal(at=standing.erased_at))


def listed_by(scopes: Iterable[str], siren: str, campaign_id: str) -> tuple[Listed, ...]:
    """Return whether one of the do-not-call lists that they are on is of this campaign."""
    on = any(holds(each, siren, campaign_id) for each in scopes)
    return (Listed(register=Register.OWN),) if on else ()


def _covers(consent: ledger.Consent) -> frozenset[Covers]:
    covers = {_COVERS[each] for each in consent.covers if each in _COVERS}
    return frozenset(covers | {Covers.OUTSIDE_HOURS} if consent.outside_hours else covers)
