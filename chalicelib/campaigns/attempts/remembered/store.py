"""What the law remembers of people, on the table `campaigns`: a row for each professional.

It lies in the range that deciding about a person reads anyway (`consents.store`), so that all of it
is one request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import MapAttribute, NumberAttribute, UTCDateTimeAttribute

from chalicelib.campaigns.attempts import records
from chalicelib.campaigns.attempts.past import REMEMBERED, Rung, counts, name_of
from chalicelib.campaigns.attempts.ports import Stored
from chalicelib.campaigns.consents.lines import Book, Whose
from chalicelib.campaigns.consents.store import (
    ALL,
    HEADS,
    LAST,
    SAID,
    STOP,
    PersonRow,
    ledger_in,
    person_key,
    suppressions_in,
    withdrawals_in,
)
from chalicelib.campaigns.consents.suppressions import ACCOUNT, scope_of
from chalicelib.campaigns.store import Write
from chalicelib.runtime.tables import translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from chalicelib.campaigns.attempts.attempts import Attempt

RUNG: Final = "rung#"


class KnownRow(PersonRow):
    """A person's row of the ledger, or what is remembered of a professional's calls to them."""

    edition = NumberAttribute(null=True)
    calls: Any = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    refused_at = UTCDateTimeAttribute(null=True)


def stored(
    account_id: str, siren: str, hashes: Sequence[str], campaign_id: str, now: datetime
) -> Stored:
    """Query the first number's range; get the rows of the others that matter with one read."""
    first = Whose(account_id, hashes[0])
    span = KnownRow.sk.between(HEADS[Book.CONSENTS], LAST)
    with translated("load person", account_id=account_id):
        rows = list(KnownRow.query(person_key(first), span, consistent_read=True))
        keys = list(_keys(account_id, siren, hashes[1:], campaign_id))
        others = list(KnownRow.batch_get(keys, consistent_read=True)) if keys else []
    rungs = {_hash_of(row): _rung(row) for row in (*rows, *others) if row.sk == RUNG + siren}
    return Stored(
        ledger=ledger_in(rows, now),
        rungs={each: rungs.get(each, Rung()) for each in hashes},
        withdrawals=withdrawals_in(others),
        suppressions=suppressions_in(others),
        elsewhere=tuple(
            call
            for row in rows
            if row.sk.startswith(RUNG) and row.sk != RUNG + siren
            for call in _rung(row).calls.values()
        ),
    )


def rung_written(attempt: Attempt, person: str, seen: Rung, after: Rung) -> Write:
    """Return what has the law remember a call, if it remembers what was seen."""
    unchanged: Condition = KnownRow.edition == seen.edition
    return Write(
        row=_rung_row(attempt, person),
        condition=unchanged if seen.edition else KnownRow.pk.does_not_exist(),
        actions=[
            KnownRow.edition.set(after.edition),
            KnownRow.calls.set(
                {name: records.write_call(each) for name, each in after.calls.items()}
            ),
            KnownRow.expires_at.set(attempt.ordered_at + REMEMBERED),
        ],
    )


def rung_ended(attempt: Attempt, person: str) -> Write:
    """Return what has the law remember how a call ended; or forget it, if there was none."""
    call = KnownRow.calls[name_of(attempt)]
    told = call["outcome"].set(attempt.outcome.value) if attempt.outcome else None
    actions = [told if told and counts(attempt.outcome) else call.remove()]
    return Write(
        row=_rung_row(attempt, person),
        condition=call.exists(),
        actions=[*actions, KnownRow.edition.add(1)],
    )


def rung_refused(attempt: Attempt, person: str) -> Write:
    at = attempt.refused_at
    assert at is not None
    return Write(
        row=_rung_row(attempt, person),
        actions=[
            KnownRow.refused_at.set(at),
            KnownRow.edition.add(1),
            KnownRow.expires_at.set(at + REMEMBERED),
        ],
    )


def _rung_row(attempt: Attempt, person: str) -> KnownRow:
    return KnownRow(person_key(Whose(attempt.account_id, person)), RUNG + attempt.siren)


def _rung(row: Any) -> Rung:
    calls = row.calls.as_dict() if row.calls else {}
    return Rung(
        edition=int(row.edition or 0),
        calls=records.read_calls(calls),
        refused_at=row.refused_at,
    )


def _keys(
    account_id: str, siren: str, people: Iterable[str], campaign_id: str
) -> Iterable[tuple[str, str]]:
    scopes = (ACCOUNT, scope_of(siren, None), scope_of(None, campaign_id))
    kinds = (RUNG + siren, SAID + ALL, SAID + siren, *(STOP + each for each in scopes))
    return ((person_key(Whose(account_id, each)), kind) for each in people for kind in kinds)


def _hash_of(row: KnownRow) -> str:
    return str(row.pk).split("#", 2)[2]
