"""Journeys on the table `tracking`: one row a call, listed by the caller's keyed hash.

What a visit may take back (see `DeckStore.withdraw`) has the same names as in the log of leases.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import BooleanAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.journeys.journeys import Journey, Told, source_facts, source_key
from chalicelib.tracking.pools.leases import millis, moment, stamp
from chalicelib.tracking.pools.lending import REMEMBERED
from chalicelib.tracking.pools.rows import store as rows
from chalicelib.tracking.pools.rows.store import VisitRow
from chalicelib.tracking.store import TrackingRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynamodb.expressions.condition import Condition

JOURNEY: Final = "journey"
# In `facts`, the visit that is credited: its name and its source are in attributes of their own.
_CREDITED: Final = "*"
_COLUMNS: Final = frozenset(
    {"call_id", "account_id", "rang_at", "visit_id", "site_id", "landing", "final"}
)


class JourneyRow(TrackingRow):
    """A journey; `facts` is what is not in attributes of its own."""

    account_id = UnicodeAttribute()
    facts = UnicodeAttribute()
    visit = UnicodeAttribute(null=True)
    site = UnicodeAttribute(null=True)
    landing = UnicodeAttribute(null=True)
    final = BooleanAttribute(default=False)
    rang_at = UnicodeAttribute()
    expires_at = TTLAttribute(null=True)


class JourneyStore:
    """The port `Journeys`."""

    def __init__(self, table_name: str) -> None:
        bind(JourneyRow, table_name)
        bind(VisitRow, table_name)

    def journey(self, account_id: str, call_id: str) -> Journey:
        """Return a journey."""
        with translated("load journey", call_id=call_id):
            row = JourneyRow.get(*_key(call_id), consistent_read=True)
        if row.account_id != account_id:
            raise NotFound("no such journey", call_id=call_id)
        return _journey(row)

    def journeys(self, account_id: str, call_ids: Iterable[str]) -> dict[str, Journey]:
        """Return some journeys."""
        keys = [_key(each) for each in dict.fromkeys(call_ids)]
        with translated("load journeys", account_id=account_id):
            found = list(JourneyRow.batch_get(keys)) if keys else []
        mine = (_journey(row) for row in found if row.account_id == account_id)
        return {each.call_id: each for each in mine}

    def of_caller(self, account_id: str, caller_hash: str, limit: int) -> tuple[Journey, ...]:
        """Return a caller's journeys."""
        owner = _owner(account_id, caller_hash)
        with translated("list journeys", account_id=account_id):
            found = JourneyRow.by_account.query(owner, scan_index_forward=False, limit=limit)
            return tuple(map(_journey, found))

    def keep(self, journey: Journey, *, new_visit: bool = True) -> bool:
        """Store a journey."""
        row, replaceable = _row(journey), _replaceable(journey)
        try:
            with translated("keep journey", call_id=journey.call_id):
                if journey.visit_id is None:
                    row.save(condition=replaceable)
                elif not new_visit:
                    row.save(condition=_still_credited(journey, replaceable))
                else:
                    _save_with_visit(row, replaceable, journey)
        except Conflict as error:
            refused = _refused(error)
            erased = journey.final and not new_visit
            if erased or refused == [False, True]:
                raise NotFound("no such visit", visit_id=journey.visit_id) from error
            if refused == [False, False]:
                raise  # a page told of the visit at that instant
            return False
        return True


def _still_credited(journey: Journey, replaceable: Condition | None) -> Condition:
    """The visit that was known to be credited still is: erasing it erases it here as well."""
    same: Condition = JourneyRow.visit == journey.visit_id
    return same if replaceable is None else same & replaceable


def _save_with_visit(row: JourneyRow, condition: Condition | None, journey: Journey) -> None:
    line = VisitRow.log.set((VisitRow.log | []).append([f"{row.pk}|{row.sk}"]))
    known = VisitRow.account_id == journey.account_id
    connection = JourneyRow._get_connection().connection
    with TransactWrite(connection=connection) as transaction:
        transaction.save(row, condition=condition)
        transaction.update(rows.visit_row(journey.visit_id or ""), actions=[line], condition=known)


def _refused(error: Conflict) -> list[bool]:
    """Return which parts of a transaction refused; nothing for a row that was saved by itself."""
    reasons: list[Any] = getattr(error.__cause__, "cancellation_reasons", [])
    return [each is not None and each.code == "ConditionalCheckFailed" for each in reasons]


def _replaceable(journey: Journey) -> Condition | None:
    if journey.final:
        return None
    open_still: Condition = JourneyRow.pk.does_not_exist() | (JourneyRow.final == False)  # noqa: E712
    return open_still


def _key(call_id: str) -> tuple[str, str]:
    return f"call#{call_id}", JOURNEY


def _owner(account_id: str, caller_hash: str) -> str:
    return f"{account_id}#caller#{caller_hash}"


def _row(journey: Journey) -> JourneyRow:
    pk, sk = _key(journey.call_id)
    rang = millis(journey.rang_at)
    facts = {name: value for name, value in asdict(journey).items() if name not in _COLUMNS}
    facts["candidates"] = [_unnamed(each, journey) for each in facts["candidates"]]
    row = JourneyRow(
        pk=pk,
        sk=sk,
        account_id=journey.account_id,
        facts=_json(facts),
        visit=journey.visit_id,
        site=journey.site_id,
        landing=_json(dict(journey.landing)) if journey.landing else None,
        final=journey.final,
        rang_at=stamp(rang),
        expires_at=moment(rang) + REMEMBERED,
    )
    if journey.caller_hash is not None:
        row.account_pk = _owner(journey.account_id, journey.caller_hash)
        row.account_sk = f"{stamp(rang)}#{journey.call_id}"
    return row


def _unnamed(candidate: dict[str, Any], journey: Journey) -> dict[str, Any]:
    if journey.visit_id is None or candidate["visit_id"] != journey.visit_id:
        return candidate
    return {**candidate, "visit_id": _CREDITED, "source": {}}


def _journey(row: JourneyRow) -> Journey:
    """Read a journey. Of a visit that was erased since, nothing is left but that there was one."""
    facts: dict[str, Any] = json.loads(row.facts)
    landing: dict[str, Any] = json.loads(row.landing or "{}")
    named = {"visit_id": row.visit, "source": source_facts(source_key(landing))}
    told = [(each, each["visit_id"] == _CREDITED) for each in facts.pop("candidates")]
    erased = facts.pop("erased", False) or (not row.visit and any(mine for _, mine in told))
    return Journey(
        call_id=row.pk.partition("#")[2],
        account_id=row.account_id,
        rang_at=moment(int(row.rang_at)),
        role=Role(facts.pop("role")),
        visit_id=row.visit,
        site_id=row.site,
        landing=landing,
        candidates=tuple(Told(**{**each, **(named if mine else {})}) for each, mine in told),
        erased=erased,
        final=row.final,
        **facts,
    )


def _json(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
