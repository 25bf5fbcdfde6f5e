"""What the law remembers of people, on the table `campaigns`: a row for each professional.

It lies in the range that deciding about a person reads anyway (`consents.store`), so that all of it
is one request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import MapAttribute, NumberAttribute, UTCDateTimeAttribute

from chalicelib.campaigns.attempts import records
from chalicelib.campaigns.attempts.past import REMEMBERED, Person, Rung, counts, name_of
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
from chalicelib.campaigns.store import Write, transacted
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.attempts.past import Call
    from chalicelib.campaigns.pacing.outcomes import Outcome

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


class Remembered:
    """The port `Memory`: calls that are none of a campaign's."""

    def __init__(self, table_name: str) -> None:
        bind(KnownRow, table_name)

    def note(self, person: Person, seen: Rung, name: str, call: Call) -> bool:
        """Have the law remember a call; False if it knows more than was seen."""
        after = seen.with_call(name, call)
        return not transacted("note call", [_written(person, seen, after, call.at)])

    def end(self, person: Person, name: str, outcome: Outcome | None) -> None:
        """Note how a call ended, or forget it if none came of it; one that is not there is none."""
        transacted("note end of call", [_ended(person, name, outcome)])

    def refuse(self, person: Person, at: datetime) -> None:
        """Note that the person refused."""
        transacted("note refusal", [_refused(person, at)])


def rung_written(attempt: Attempt, person: str, seen: Rung, after: Rung) -> Write:
    """Return what has the law remember a call, if it remembers what was seen."""
    return _written(_of(attempt, person), seen, after, attempt.ordered_at)


def rung_ended(attempt: Attempt, person: str) -> Write:
    """Return what has the law remember how a call ended; or forget it, if there was none."""
    return _ended(_of(attempt, person), name_of(attempt), attempt.outcome)


def rung_refused(attempt: Attempt, person: str) -> Write:
    """Return what has the law remember that somebody refused."""
    at = attempt.refused_at
    assert at is not None
    return _refused(_of(attempt, person), at)


def _of(attempt: Attempt, person: str) -> Person:
    return Person(attempt.account_id, attempt.siren, person)


def _written(person: Person, seen: Rung, after: Rung, at: datetime) -> Write:
    unchanged: Condition = KnownRow.edition == seen.edition
    return Write(
        row=_rung_row(person),
        condition=unchanged if seen.edition else KnownRow.pk.does_not_exist(),
        actions=[
            KnownRow.edition.set(after.edition),
            KnownRow.calls.set(
                {name: records.write_call(each) for name, each in after.calls.items()}
            ),
            KnownRow.expires_at.set(at + REMEMBERED),
        ],
    )


def _ended(person: Person, name: str, outcome: Outcome | None) -> Write:
    call = KnownRow.calls[name]
    told = call["outcome"].set(outcome.value) if outcome else None
    actions = [told if told and counts(outcome) else call.remove()]
    return Write(
        row=_rung_row(person),
        condition=call.exists(),
        actions=[*actions, KnownRow.edition.add(1)],
    )


def _refused(person: Person, at: datetime) -> Write:
    return Write(
        row=_rung_row(person),
        actions=[
            KnownRow.refused_at.set(at),
            KnownRow.edition.add(1),
            KnownRow.expires_at.set(at + REMEMBERED),
        ],
    )


def _rung_row(person: Person) -> KnownRow:
    return KnownRow(person_key(Whose(person.account_id, person.hash)), RUNG + person.siren)


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
    campaign = (scope_of(None, campaign_id),) if campaign_id else ()
    scopes = (ACCOUNT, scope_of(siren, None), *campaign)
    kinds = (RUNG + siren, SAID + ALL, SAID + siren, *(STOP + each for each in scopes))
    return ((person_key(Whose(account_id, each)), kind) for each in people for kind in kinds)


def _hash_of(row: KnownRow) -> str:
    return str(row.pk).split("#", 2)[2]
