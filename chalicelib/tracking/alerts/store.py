"""Alerts, and what became of each telling, on the table `tracking`.

An account's alerts are one partition. A telling is beside the rest of what tracking knows of its
call, without anybody's number or address; it forgets itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.telling import Means
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.alerts.alerts import Alert, Time
from chalicelib.tracking.alerts.ports import Attempt
from chalicelib.tracking.store import TrackingRow, unchanged, versioned

if TYPE_CHECKING:
    from datetime import datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from chalicelib.calls.call import Call

ALERT: Final = "alert#"
QUIET: Final = "quiet"
# Longer than a message may wait: two weeks on its queue, two more among the dead letters.
REMEMBERED: Final = timedelta(days=35)


class AlertRow(TrackingRow):
    """Somebody to tell."""

    account_id = UnicodeAttribute()
    name = UnicodeAttribute()
    by = UnicodeAttribute()
    to = UnicodeAttribute()
    numbers = JSONAttribute()
    sources = JSONAttribute()
    hours = UnicodeAttribute(default="")
    told = UnicodeAttribute()
    stay_seconds = NumberAttribute()
    wait_minutes = NumberAttribute()
    quiet_minutes = NumberAttribute()
    language = UnicodeAttribute()
    secret = NumberAttribute()
    enabled = BooleanAttribute()
    created_at = UTCDateTimeAttribute()


class TellingRow(TrackingRow):
    """What became of telling somebody of a call."""

    account_id = UnicodeAttribute()
    began_at = UTCDateTimeAttribute()
    status = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    expires_at = TTLAttribute()


class QuietRow(TrackingRow):
    """Until when an alert says nothing of a caller, since which call."""

    call_id = UnicodeAttribute()
    until = UTCDateTimeAttribute()
    expires_at = TTLAttribute()


ROWS: Final = (TrackingRow, AlertRow, TellingRow, QuietRow)


class AlertStore:
    """The ports `Alerts` and `Attempts`."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def alerts(self, account_id: str) -> tuple[Alert, ...]:
        """Query the account's partition."""
        with translated("list alerts", account_id=account_id):
            rows = AlertRow.query(_account(account_id), consistent_read=True)
            return tuple(sorted(map(_alert, rows), key=lambda each: (each.created_at, each.id)))

    def alert(self, account_id: str, alert_id: str) -> Alert:
        """Read one."""
        with translated("load alert", alert_id=alert_id):
            return _alert(
                AlertRow.get(_account(account_id), ALERT + alert_id, consistent_read=True)
            )

    def save(self, alert: Alert) -> Alert:
        """Put it whole, if nobody else did since it was read."""
        stored = replace(alert, version=alert.version + 1)
        with versioned(), translated("save alert", alert_id=alert.id):
            _row(stored).save(condition=unchanged(alert.version))
        return stored

    def delete(self, account_id: str, alert_id: str) -> None:
        """Delete it, if it is there."""
        with translated("delete alert", alert_id=alert_id):
            AlertRow(_account(account_id), ALERT + alert_id).delete()

    def begin(self, alert: Alert, call: Call, now: datetime) -> Attempt:
        """Write the row if there is none, else read it."""
        pk, sk = _telling(alert, call)
        row = TellingRow(
            pk=pk,
            sk=sk,
            account_pk=_list(alert.account_id, alert.id),
            account_sk=f"{int(now.timestamp() * 1000):013d}#{call.call_id}",
            account_id=alert.account_id,
            began_at=now,
            expires_at=now + REMEMBERED,
        )
        try:
            with translated("begin telling", alert_id=alert.id):
                row.save(condition=TellingRow.pk.does_not_exist())
        except Conflict:
            with translated("load telling", alert_id=alert.id):
                return _attempt(TellingRow.get(pk, sk, consistent_read=True))
        return replace(_attempt(row), fresh=True)

    def end(self, alert: Alert, call: Call, status: str, reason: str | None) -> None:
        """Write how it ended; the first to say so is believed."""
        changes: list[Action] = [TellingRow.status.set(TellingRow.status | status)]
        if reason is not None:
            changes.append(TellingRow.reason.set(TellingRow.reason | reason))
        with translated("end telling", alert_id=alert.id):
            TellingRow(*_telling(alert, call)).update(actions=changes)

    def claim_quiet(self, alert: Alert, call: Call, now: datetime, until: datetime) -> bool:
        """Put the row, if there is none that still holds for another call."""
        pk = f"quiet#{alert.account_id}#{alert.id}#{call.caller_hash}"
        row = QuietRow(pk=pk, sk=QUIET, call_id=call.call_id, until=until, expires_at=until)
        free: Condition = QuietRow.pk.does_not_exist() | (QuietRow.until <= now)
        own: Condition = QuietRow.call_id == call.call_id
        try:
            with translated("be quiet of a caller", alert_id=alert.id):
                row.save(condition=free | own)
        except Conflict:
            return False
        return True

    def sent(self, account_id: str, alert_id: str, limit: int, after: str | None) -> Page[Attempt]:
        """Query the index backwards."""
        owner = _list(account_id, alert_id)
        start = None if after is None else _position(owner, alert_id, after)
        with translated("list tellings", alert_id=alert_id):
            found = TellingRow.by_account.query(
                owner, limit=limit, last_evaluated_key=start, scan_index_forward=False
            )
            items = tuple(map(_attempt, found))
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["account_sk"]["S"]))


def _account(account_id: str) -> str:
    return f"alerts#{account_id}"


def _telling(alert: Alert, call: Call) -> tuple[str, str]:
    return f"call#{call.call_id}", ALERT + alert.id


def _list(account_id: str, alert_id: str) -> str:
    return f"{account_id}#{alert_id}"


def _position(owner: str, alert_id: str, after: str) -> dict[str, dict[str, str]]:
    call_id = after.partition("#")[2]
    key = {"pk": f"call#{call_id}", "sk": ALERT + alert_id}
    return {
        name: {"S": value}
        for name, value in {**key, "account_pk": owner, "account_sk": after}.items()
    }


def _attempt(row: TellingRow) -> Attempt:
    return Attempt(
        alert_id=row.sk.removeprefix(ALERT),
        call_id=row.pk.removeprefix("call#"),
        began_at=row.began_at,
        status=row.status,
        reason=row.reason,
    )


def _row(alert: Alert) -> AlertRow:
    return AlertRow(
        pk=_account(alert.account_id),
        sk=ALERT + alert.id,
        account_id=alert.account_id,
        name=alert.name,
        by=alert.by.value,
        to=alert.to,
        numbers=list(alert.numbers),
        sources=list(alert.sources),
        hours=alert.hours,
        told=alert.told.value,
        stay_seconds=alert.stay_seconds,
        wait_minutes=alert.wait_minutes,
        quiet_minutes=alert.quiet_minutes,
        language=alert.language,
        secret=alert.secret,
        enabled=alert.enabled,
        created_at=alert.created_at,
        version=alert.version,
    )


def _alert(row: AlertRow) -> Alert:
    return Alert(
        id=row.sk.removeprefix(ALERT),
        account_id=row.account_id,
        name=row.name,
        by=Means(row.by),
        to=row.to,
        numbers=tuple(row.numbers),
        sources=tuple(row.sources),
        hours=row.hours,
        told=Time(row.told),
        stay_seconds=int(row.stay_seconds),
        wait_minutes=int(row.wait_minutes),
        quiet_minutes=int(row.quiet_minutes),
        language=row.language,
        secret=int(row.secret),
        enabled=row.enabled,
        created_at=row.created_at,
        version=int(row.version or 0),
    )
