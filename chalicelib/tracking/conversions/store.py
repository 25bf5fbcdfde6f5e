"""Destinations and the log of conversions, on the table `tracking`.

No number, click or secret of anybody's is in it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.conversions import conversion as log
from chalicelib.tracking.conversions.conversion import Attempt, Entry, Held, State
from chalicelib.tracking.conversions.deeds import Judged
from chalicelib.tracking.conversions.destinations import Destination, Network, Proof, Wanted
from chalicelib.tracking.conversions.words import Reason
from chalicelib.tracking.leads.leads import Kind
from chalicelib.tracking.pools.leases import millis, stamp
from chalicelib.tracking.store import LONGEST_ID, TrackingRow, unchanged, versioned

DESTINATION: Final = "destination"
CONVERSION: Final = "conversion"


class DestinationRow(TrackingRow):
    """A destination. `secrets` are their names."""

    account_id = UnicodeAttribute()
    name = UnicodeAttribute()
    network = UnicodeAttribute()
    ids = JSONAttribute()
    wanted = JSONAttribute()
    kinds = JSONAttribute(null=True)
    value_cents = NumberAttribute(null=True)
    currency = UnicodeAttribute()
    proof = UnicodeAttribute()
    consent_tag = UnicodeAttribute(null=True)
    send_caller = BooleanAttribute()
    paused = BooleanAttribute()
    secrets = JSONAttribute()
    created_at = UTCDateTimeAttribute()
    archived_at = UTCDateTimeAttribute(null=True)


class ConversionRow(TrackingRow):
    """A line of the log; `call_id` names what was written too. `attempts` are JSON."""

    account_id = UnicodeAttribute()
    destination_id = UnicodeAttribute()
    network = UnicodeAttribute()
    call_id = UnicodeAttribute()
    called_at = UTCDateTimeAttribute()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    next_at = UTCDateTimeAttribute(null=True)
    tries = NumberAttribute()
    held = UnicodeAttribute(default="nothing")
    again = NumberAttribute(default=0)
    attempts = UnicodeAttribute()
    claimed_at = UTCDateTimeAttribute(null=True)
    expires_at = TTLAttribute(null=True)


class ConversionStore:
    """The ports `Destinations` and `Log`."""

    def __init__(self, table_name: str) -> None:
        bind(DestinationRow, table_name)
        bind(ConversionRow, table_name)

    def destination(self, destination_id: str) -> Destination:
        """Return a destination, with one GetItem."""
        if len(destination_id) > LONGEST_ID:
            raise NotFound("no such destination")
        with translated("load destination", destination_id=destination_id):
            key = f"destination#{destination_id}"
            return _destination(DestinationRow.get(key, DESTINATION, consistent_read=True))

    def destinations(
        self, account_id: str, limit: int, after: str | None = None
    ) -> Page[Destination]:
        """Return an account's destinations."""
        owner = _destinations_of(account_id)
        start = None
        if after is not None:
            start = _position(f"destination#{after}", DESTINATION, owner, after)
        with translated("list destinations", account_id=account_id):
            found = DestinationRow.by_account.query(owner, limit=limit, last_evaluated_key=start)
            items = tuple(_destination(cast("DestinationRow", row)) for row in found)
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["account_sk"]["S"]))

    def save_destination(self, destination: Destination) -> Destination:
        """Store a destination."""
        stored = replace(destination, version=destination.version + 1)
        with versioned(), translated("save destination", destination_id=destination.id):
            _destination_row(stored).save(condition=unchanged(destination.version))
        return stored

    def entry(self, account_id: str, entry_id: str) -> Entry:
        """Return a line of the log, with one GetItem."""
        if len(entry_id) > LONGEST_ID:
            raise NotFound("no such conversion")
        with translated("load conversion", conversion_id=entry_id):
            row = ConversionRow.get(f"conversion#{entry_id}", CONVERSION, consistent_read=True)
        if row.account_id != account_id:
            raise NotFound("no such conversion", conversion_id=entry_id)
        return _entry(row)

    def find(self, account_id: str, entry_id: str) -> Entry | None:
        """Return a line of the log, if there is one."""
        try:
            return self.entry(account_id, entry_id)
        except NotFound:
            return None

    def entries(self, account_id: str, limit: int, after: str | None = None) -> Page[Entry]:
        """Return an account's lines."""
        owner = _conversions_of(account_id)
        start = None
        if after is not None:
            entry_id = after.partition("#")[2]
            start = _position(f"conversion#{entry_id}", CONVERSION, owner, after)
        with translated("list conversions", account_id=account_id):
            found = ConversionRow.by_account.query(
                owner, limit=limit, last_evaluated_key=start, scan_index_forward=False
            )
            items = tuple(_entry(cast("ConversionRow", row)) for row in found)
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["account_sk"]["S"]))

    def save(self, entry: Entry) -> Entry:
        """Store a line of the log."""
        stored = replace(entry, version=entry.version + 1)
        with translated("save conversion", conversion_id=entry.id):
            _entry_row(stored).save(condition=unchanged(entry.version))
        return stored


class JudgedStore:
    """What people and rules said of calls: the rows `spam` and `quality` beside their journeys."""

    def __init__(self, table_name: str) -> None:
        self._table = bind(TrackingRow, table_name)._get_connection()

    def judged(self, account_id: str, call_id: str) -> Judged:
        """Return what was said of a call, with one Query."""
        with translated("load what was said", call_id=call_id):
            found = self._table.query(f"call#{call_id}", consistent_read=True)["Items"]
        mine = [row for row in found if row.get("account_id") == {"S": account_id}]
        rows = {row["sk"]["S"]: row for row in mine}
        spam, quality = rows.get("spam"), rows.get("quality", {})
        qualified = quality.get("qualified", {}).get("BOOL")
        cents = quality.get("value_cents", {}).get("N")
        return Judged(
            spam=spam is not None and not any(_is_so(spam.get(name)) for name in _RESTORED),
            denied=qualified is False and quality.get("said") == {"BOOL": True},
            qualified=qualified,
            value_cents=int(cents) if cents not in (None, "0") else None,
            currency=quality.get("currency", {}).get("S"),
        )


_RESTORED: Final = ("restored", "restored_at")


def _is_so(value: dict[str, Any] | None) -> bool:
    return value is not None and value not in ({"BOOL": False}, {"NULL": True})


def _destinations_of(account_id: str) -> str:
    return f"{account_id}#destinations"


def _conversions_of(account_id: str) -> str:
    return f"{account_id}#conversions"


def _position(pk: str, sk: str, owner: str, place: str) -> dict[str, dict[str, str]]:
    key = {"pk": pk, "sk": sk, "account_pk": owner, "account_sk": place}
    return {name: {"S": value} for name, value in key.items()}


def _destination_row(destination: Destination) -> DestinationRow:
    wanted = destination.wanted
    row = DestinationRow(
        pk=f"destination#{destination.id}",
        sk=DESTINATION,
        account_id=destination.account_id,
        name=destination.name,
        network=destination.network.value,
        ids=dict(destination.ids),
        wanted=[wanted.qualified, wanted.min_seconds, list(wanted.tags)],
        kinds=[each.value for each in destination.kinds],
        value_cents=destination.value_cents,
        currency=destination.currency,
        proof=destination.proof.value,
        consent_tag=destination.consent_tag,
        send_caller=destination.send_caller,
        paused=destination.paused,
        secrets=list(destination.secrets),
        created_at=destination.created_at,
        archived_at=destination.archived_at,
        version=destination.version,
    )
    if destination.archived_at is None:
        row.account_pk = _destinations_of(destination.account_id)
        row.account_sk = destination.id
    return row


def _destination(row: DestinationRow) -> Destination:
    qualified, min_seconds, tags = row.wanted
    return Destination(
        id=row.pk.partition("#")[2],
        account_id=row.account_id,
        name=row.name,
        network=Network(row.network),
        ids=row.ids,
        wanted=Wanted(qualified=qualified, min_seconds=min_seconds, tags=tuple(tags)),
        kinds=tuple(map(Kind, row.kinds or ["call"])),
        value_cents=None if row.value_cents is None else int(row.value_cents),
        currency=row.currency,
        proof=Proof(row.proof),
        consent_tag=row.consent_tag,
        send_caller=row.send_caller,
        paused=row.paused,
        secrets=tuple(row.secrets),
        created_at=row.created_at,
        archived_at=row.archived_at,
        version=int(row.version or 0),
    )


def _entry_row(entry: Entry) -> ConversionRow:
    return ConversionRow(
        pk=f"conversion#{entry.id}",
        sk=CONVERSION,
        account_pk=_conversions_of(entry.account_id),
        account_sk=f"{stamp(millis(entry.called_at))}#{entry.id}",
        account_id=entry.account_id,
        destination_id=entry.destination_id,
        network=entry.network.value,
        call_id=entry.deed_id,
        called_at=entry.called_at,
        state=entry.state.value,
        reason=entry.reason,
        next_at=entry.next_at,
        tries=entry.tries,
        held=entry.held.value,
        again=entry.again,
        attempts=json.dumps([_written(each) for each in entry.attempts]),
        claimed_at=entry.claimed_at,
        expires_at=entry.called_at + log.REMEMBERED,
        version=entry.version,
    )


def _entry(row: ConversionRow) -> Entry:
    return Entry(
        id=row.pk.partition("#")[2],
        account_id=row.account_id,
        destination_id=row.destination_id,
        network=Network(row.network),
        deed_id=row.call_id,
        called_at=row.called_at,
        state=State(row.state),
        reason=None if row.reason is None else Reason(row.reason),
        next_at=row.next_at,
        tries=int(row.tries),
        held=Held(row.held),
        again=int(row.again),
        attempts=tuple(_read(each) for each in json.loads(row.attempts)),
        claimed_at=row.claimed_at,
        version=int(row.version or 0),
    )


def _written(attempt: Attempt) -> list[Any]:
    return [attempt.at.isoformat(), attempt.status, attempt.code, attempt.reason]


def _read(written: list[Any]) -> Attempt:
    at, status, code, reason = written
    return Attempt(
        at=datetime.fromisoformat(at),
        status=status,
        code=code,
        reason=None if reason is None else Reason(reason),
    )
