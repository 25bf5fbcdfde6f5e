"""Verdicts, rules and traces on the table `tracking`.

A verdict is beside the rest of what tracking knows of its call. Traces forget themselves.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.expressions.condition import size

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.spam.rules import Block, Ground, Limits, Reason, Rules
from chalicelib.tracking.spam.traces import HOUR_MS, MOST_TRACES, Kind, Trace
from chalicelib.tracking.spam.verdicts import Verdict
from chalicelib.tracking.store import TrackingRow, unchanged, versioned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynamodb.expressions.condition import Condition

SPAM: Final = "spam"
RULES: Final = "rules"
TRACES_KEPT: Final = timedelta(days=2)


class VerdictRow(TrackingRow):
    """What was found of a call."""

    account_id = UnicodeAttribute()
    started_at = UTCDateTimeAttribute()
    at = UTCDateTimeAttribute()
    reasons = JSONAttribute()
    by = UnicodeAttribute()
    restored = BooleanAttribute()


class RulesRow(TrackingRow):
    """An account's rules."""

    limits = JSONAttribute()
    blocks = JSONAttribute()


class TracesRow(TrackingRow):
    """The traces of an hour that have something in common."""

    calls = UnicodeSetAttribute()
    expires_at = TTLAttribute()


ROWS: Final = (TrackingRow, VerdictRow, RulesRow, TracesRow)


class SpamStore:
    """The port `Spams`."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def is_spam(self, account_id: str, call_id: str) -> bool:
        """Read one row."""
        verdict = self.verdict(account_id, call_id)
        return verdict is not None and verdict.is_spam

    def spam(self, account_id: str, call_ids: Iterable[str]) -> set[str]:
        """Return which of at most a hundred calls are spam."""
        keys = [(f"call#{each}", SPAM) for each in call_ids]
        with translated("load verdicts", account_id=account_id):
            found = list(VerdictRow.batch_get(keys)) if keys else []
        mine = (_verdict(row) for row in found if row.account_id == account_id)
        return {each.call_id for each in mine if each.is_spam}

    def verdict(self, account_id: str, call_id: str) -> Verdict | None:
        """Read one row."""
        try:
            with translated("load verdict", call_id=call_id):
                row = VerdictRow.get(f"call#{call_id}", SPAM, consistent_read=True)
        except NotFound:
            return None
        return _verdict(row) if row.account_id == account_id else None

    def add(self, verdict: Verdict) -> Verdict:
        """Put it if none is there, else read what is."""
        try:
            with translated("add verdict", call_id=verdict.call_id):
                _verdict_row(verdict).save(condition=VerdictRow.pk.does_not_exist())
        except Conflict:
            return self.verdict(verdict.account_id, verdict.call_id) or verdict
        return verdict

    def keep(self, verdict: Verdict) -> None:
        """Put it whole."""
        with translated("keep verdict", call_id=verdict.call_id):
            _verdict_row(verdict).save()

    def page(self, account_id: str, limit: int, after: str | None) -> Page[Verdict]:
        """Query the index backwards."""
        owner = _owner(account_id)
        start = None if after is None else _position(owner, after)
        with translated("list spam", account_id=account_id):
            found = VerdictRow.by_account.query(
                owner, limit=limit, last_evaluated_key=start, scan_index_forward=False
            )
            items = tuple(map(_verdict, found))
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["account_sk"]["S"]))

    def rules(self, account_id: str) -> Rules:
        """Read one row."""
        try:
            with translated("load rules", account_id=account_id):
                row = RulesRow.get(_rules_key(account_id), RULES, consistent_read=True)
        except NotFound:
            return Rules(account_id=account_id)
        return Rules(
            account_id=account_id,
            limits=Limits(**row.limits),
            blocks=tuple(_block(*each) for each in row.blocks),
            version=int(row.version or 0),
        )

    def save_rules(self, rules: Rules) -> Rules:
        """Put them whole, if nobody else did since they were read."""
        stored = replace(rules, version=rules.version + 1)
        row = RulesRow(
            pk=_rules_key(rules.account_id),
            sk=RULES,
            limits=asdict(stored.limits),
            blocks=[[each.pattern, each.since.isoformat(), each.note] for each in stored.blocks],
            version=stored.version,
        )
        with versioned(), translated("save rules", account_id=rules.account_id):
            row.save(condition=unchanged(rules.version))
        return stored

    def leave(self, account_id: str, kind: Kind, key: str, trace: Trace) -> tuple[Trace, ...]:
        """Add to the set of the hour, then query it with those before and after."""
        pk, hour = f"traces#{account_id}#{kind.value}#{key}", trace.at_ms // HOUR_MS
        began = datetime.fromtimestamp(hour * HOUR_MS / 1000, UTC)
        few: Condition = size("calls") < MOST_TRACES  # type: ignore[no-untyped-call]
        room: Condition = TracesRow.calls.does_not_exist() | few
        with suppress(Conflict), translated("leave trace", account_id=account_id):
            TracesRow(pk, _hour(hour)).update(
                actions=[
                    TracesRow.calls.add({trace.written()}),
                    TracesRow.expires_at.set(began + TRACES_KEPT),
                ],
                condition=room,
            )
        span = TracesRow.sk.between(_hour(hour - 1), _hour(hour + 1))
        with translated("read traces", account_id=account_id):
            rows = list(TracesRow.query(pk, span, consistent_read=True))
        return tuple(Trace.read(each) for row in rows for each in row.calls)


def _hour(hour: int) -> str:
    return f"{hour:07d}"


def _rules_key(account_id: str) -> str:
    return f"spam#{account_id}"


def _owner(account_id: str, *, restored: bool = False) -> str:
    return f"{account_id}#{'restored' if restored else 'spam'}"


def _position(owner: str, after: str) -> dict[str, dict[str, str]]:
    call_id = after.partition("#")[2]
    key = {"pk": f"call#{call_id}", "sk": SPAM, "account_pk": owner, "account_sk": after}
    return {name: {"S": value} for name, value in key.items()}


def _verdict_row(verdict: Verdict) -> VerdictRow:
    millis = int(verdict.started_at.timestamp() * 1000)
    return VerdictRow(
        pk=f"call#{verdict.call_id}",
        sk=SPAM,
        account_pk=_owner(verdict.account_id, restored=verdict.restored),
        account_sk=f"{millis:013d}#{verdict.call_id}",
        account_id=verdict.account_id,
        started_at=verdict.started_at,
        at=verdict.at,
        reasons=[[each.ground.value, each.seen] for each in verdict.reasons],
        by=verdict.by,
        restored=verdict.restored,
    )


def _verdict(row: VerdictRow) -> Verdict:
    return Verdict(
        call_id=row.pk.removeprefix("call#"),
        account_id=row.account_id,
        started_at=row.started_at,
        at=row.at,
        reasons=tuple(Reason(Ground(ground), seen) for ground, seen in row.reasons),
        by=row.by,
        restored=row.restored,
    )


def _block(pattern: str, since: str, note: str) -> Block:
    return Block(pattern=pattern, since=datetime.fromisoformat(since), note=note)
