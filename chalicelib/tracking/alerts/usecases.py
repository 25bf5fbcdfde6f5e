"""Tell people of missed calls: each once for each call, however often the call is shown.

An attempt is noted before anybody is told, and how it ended afterwards: only a worker that dies in
between leaves a doubt. A text message is then looked for at the carrier; an e-mail is sent once too
often rather than not at all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import CallQuery, Outcome
from chalicelib.kernel.errors import Fault, NotFound, Rejected, Stale
from chalicelib.kernel.telling import Means, TextOrder, text
from chalicelib.tracking.alerts import words
from chalicelib.tracking.alerts.alerts import MOST_ALERTS, checked, is_old
from chalicelib.tracking.alerts.ports import HookTo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.calls.call import Call
    from chalicelib.calls.usecases import CallLog
    from chalicelib.tracking.alerts.alerts import Alert
    from chalicelib.tracking.alerts.ports import Alerts, Attempt, Desk, Owned

SENT: Final = "sent"
REFUSED: Final = "refused"
UNNEEDED: Final = "unneeded"
_CALLS_LOOKED_AT: Final = 20


def waits(call: Call, alerts: Iterable[Alert], source_id: str | None) -> tuple[int, ...]:
    """Return after how many minutes, each once, a call is to be looked at for its alerts."""
    concerned = (each.wait_minutes for each in alerts if each.concerns(call, source_id))
    return tuple(sorted(set(concerned)))


def due(call: Call, desk: Desk) -> tuple[Alert, ...]:
    """Return the alerts that are to be told of a call now."""
    now = desk.clock()
    if is_old(call, now) or desk.is_spam(call.account_id, call.call_id):
        return ()
    source_id, _ = desk.source(call)
    known = desk.alerts.alerts(call.account_id)
    return tuple(
        each for each in known if each.concerns(call, source_id) and each.is_due(call, now)
    )


def tell(alert: Alert, call: Call, desk: Desk) -> None:
    """Tell of a call, unless it was done. Raises Unavailable when it is to be tried again."""
    attempt = desk.attempts.begin(alert, call, desk.clock())
    if attempt.status is not None:
        return
    reason = _needless(alert, call, desk)
    if reason is not None:
        desk.attempts.end(alert, call, UNNEEDED, reason)
        return
    status, refusal = SENT, None
    try:
        _SENDERS[alert.by](alert, call, attempt, desk)
    except Rejected as error:
        status, refusal = REFUSED, str(getattr(error, "reason", error.code))
    desk.attempts.end(alert, call, status, refusal)


def create_alert(alert: Alert, alerts: Alerts, owned: Owned) -> Alert:
    """Keep a new alert. Raises Rejected where it would tell of nothing, or tell nobody."""
    if len(alerts.alerts(alert.account_id)) >= MOST_ALERTS:
        raise Rejected("the account has as many alerts as it may", most=MOST_ALERTS)
    _check_owned(alert, (), owned)
    return alerts.save(checked(alert))


def edit_alert(
    change: Callable[[Alert], Alert],
    *,
    account_id: str,
    alert_id: str,
    version: int,
    alerts: Alerts,
    owned: Owned,
) -> Alert:
    """Change an alert, as it was seen at a version. Raises Stale.

    What it was about already may have gone since: only what is new to it is looked for.
    """
    seen = alerts.alert(account_id, alert_id)
    if seen.version != version:
        raise Stale("changed meanwhile: load it again", alert_id=alert_id)
    changed = change(seen)
    _check_owned(changed, (*seen.numbers, *seen.sources), owned)
    return alerts.save(checked(changed))


def _check_owned(alert: Alert, known: Iterable[str], owned: Owned) -> None:
    """Refuse an alert about what is none of the account's: nobody would ever be told."""
    faults = []
    for what, find in (("number", owned.number), ("source", owned.source)):
        for place, each in enumerate(getattr(alert, f"{what}s")):
            try:
                if each not in known:
                    find(alert.account_id, each)
            except NotFound:
                faults.append(Fault(f"/{what}s/{place}", f"no {what} of yours"))
    if faults:
        raise Rejected("the alert would tell of nothing", faults=tuple(faults))


def _needless(alert: Alert, call: Call, desk: Desk) -> str | None:
    """Say why nobody needs to be told: the caller was reached, or is known to have rung."""
    if call.caller_hash is None:
        return None
    if _was_reached(call, desk.log):
        return "reached"
    if alert.quiet_minutes:
        now = desk.clock()
        until = now + timedelta(minutes=alert.quiet_minutes)
        if not desk.attempts.claim_quiet(alert, call, now, until):
            return "quiet"
    return None


def _was_reached(call: Call, log: CallLog) -> bool:
    """Tell whether the caller rang again since, and was answered."""
    query = CallQuery(
        account_id=call.account_id, caller_hash=call.caller_hash, since=call.started_at
    )
    found = log.page(query, _CALLS_LOOKED_AT).calls
    return any(e.call_id != call.call_id and e.outcome is Outcome.ANSWERED for e in found)


def _by_mail(alert: Alert, call: Call, attempt: Attempt, desk: Desk) -> None:
    written = words.written(call, alert, desk.source(call)[1])
    desk.mail.send(alert.to, written.subject, written.body)


def _by_text(alert: Alert, call: Call, attempt: Attempt, desk: Desk) -> None:
    order = TextOrder(
        to=alert.to,
        from_="",
        body=words.written(call, alert, desk.source(call)[1]).text,
        ordered_at=attempt.began_at,
        status_url=desk.status_url(call, alert.id),
    )
    text(order, (call.dialled, desk.sender), desk.texts, retry=not attempt.fresh)


def _by_hook(alert: Alert, call: Call, attempt: Attempt, desk: Desk) -> None:
    name = f"{call.call_id}:{alert.id}"
    to = HookTo(id=name, account_id=alert.account_id, to=alert.to, secret=alert.secret)
    desk.hooks.send(to, words.payload(call, alert, *desk.source(call)), desk.clock())


_SENDERS: Final = {Means.EMAIL: _by_mail, Means.SMS: _by_text, Means.WEBHOOK: _by_hook}
