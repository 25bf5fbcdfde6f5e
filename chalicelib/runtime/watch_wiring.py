"""Where what watches over calls, spam and alerts, meets the rest. Built on first use."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from chalicelib.runtime import wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.alerts.ports import Desk, Owned
    from chalicelib.tracking.alerts.store import AlertStore
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.pools.tending import Due, Found
    from chalicelib.tracking.spam.ports import Bench
    from chalicelib.tracking.spam.rules import Rules
    from chalicelib.tracking.spam.store import SpamStore

ALERTS: Final = "alerts"  # among projections: it is in messages, keep it


@cache
def spams() -> SpamStore:
    """Return which calls are spam, and by what rules."""
    from chalicelib.tracking.spam.store import SpamStore

    return SpamStore(settings().tracking_table)


@cache
def kept_rules() -> Kept[str, Rules]:
    """Return accounts' rules as calls are judged by them: kept in the process."""
    from chalicelib.runtime.kept import Kept

    return Kept(spams().rules)


def judge_call(call: Call) -> bool:
    """Tell whether an ended call is spam, and keep why."""
    from chalicelib.tracking.spam.usecases import judge

    return judge(call, bench())


def tell_of_call(call: Call, journey: Journey, *, spam: bool) -> None:
    """Tell whoever wants to know of an ended call. The last step: all else is known by now."""
    from chalicelib.runtime import webhooks_wiring
    from chalicelib.tracking.journeys.telling import visit_told

    webhooks_wiring.tell_of_call(call, spam=spam, visit=lambda: visit_told(journey))
    if not spam:
        _leave_alerts(call)


def tell_of_pools(now: datetime) -> Callable[[Due, Found], None]:
    """Return what tells an account's servers of its pools.

    Of one that runs short once a day, now or soon; of numbers that were bought, and of a reason
    why none could be, once a day too.
    """
    from chalicelib.runtime import webhooks_wiring

    def publish(due: Due, event: str, about: str, data: dict[str, Any]) -> None:
        told = {"pool": due.pool_id, **data}
        webhooks_wiring.publish(due.account_id, event, f"{due.pool_id} {about}", told, at=now)

    def tell(due: Due, found: Found) -> None:
        day, grown = now.date().isoformat(), found.grown
        if found.short is not None:
            when = found.short.value
            publish(due, "pool.short", f"{when} {day}", {"when": when})
        if grown.numbers or grown.refusal is not None:
            about = " ".join(grown.numbers) or f"refused {day}"
            data = {"bought": list(grown.numbers), "refusal": grown.refusal}
            publish(due, "pool.grown", about, data)

    return tell


def _leave_alerts(call: Call) -> None:
    """Have a call looked at for its account's alerts, when each has waited long enough."""
    from chalicelib.calls.projections import projection_message
    from chalicelib.tracking.alerts.alerts import is_missed, is_old
    from chalicelib.tracking.alerts.usecases import waits

    now = wiring.clock()
    if not is_missed(call, 0) or is_old(call, now) or call.ended_at is None:
        return
    # Not kept in the process: one that was made just now would miss the call for good.
    for minutes in waits(call, alerts().alerts(call.account_id), call.source_id):
        message = projection_message(call.account_id, call.call_id, ALERTS)
        left = (call.ended_at - now).total_seconds() + 60 * minutes
        wiring.projections_queue().put(message, delay_seconds=max(math.ceil(left), 0))


def alert_of_call(call: Call) -> None:
    """Tell people of a call that nobody took: a projection that only delayed messages ask for."""
    from chalicelib.tracking.alerts.handlers import tell_of

    tell_of(call, alert_desk())


@cache
def alerts() -> AlertStore:
    """Return who is told of missed calls, and what became of it."""
    from chalicelib.tracking.alerts.store import AlertStore

    return AlertStore(settings().tracking_table)


def owned() -> Owned:
    """Return what tells an account's numbers and sources from others."""
    from chalicelib.directory.numbers import line_of
    from chalicelib.tracking.alerts.ports import Owned
    from chalicelib.tracking.usecases import source_of_account

    return Owned(
        number=lambda account_id, number: line_of(account_id, number, wiring.directory()),
        source=lambda account_id, each: source_of_account(account_id, each, wiring.tracking()),
    )


def alert_desk() -> Desk:
    """Return all that telling of missed calls takes."""
    from urllib.parse import urlencode

    from chalicelib.runtime import secrets
    from chalicelib.runtime.telling import CarrierTexts, SesMail, SignedHooks
    from chalicelib.tracking.alerts.ports import Desk

    def source(call: Call) -> tuple[str | None, str | None]:
        if call.source_id is None:
            return None, None
        known = wiring.sources().about(call.account_id, call.source_id)
        return call.source_id, None if known is None else known.name

    def status_url(call: Call, alert_id: str) -> str:
        query = {"account": call.account_id, "call": call.call_id, "node": alert_id}
        return f"{secrets.api_url()}/messages/status?{urlencode(query)}"

    return Desk(
        alerts=alerts(),
        attempts=alerts(),
        log=wiring.calls(),
        is_spam=spams().is_spam,
        source=source,
        texts=CarrierTexts(wiring.gateway),
        mail=SesMail(lambda: wiring.aws("sesv2"), settings().mail_sender),
        hooks=SignedHooks(wiring.webhook_secret),
        sender=settings().text_sender,
        status_url=status_url,
        clock=wiring.clock,
    )


def bench() -> Bench:
    """Return all that judging a call needs."""
    from chalicelib.runtime import tracking_wiring
    from chalicelib.tracking.spam.ports import Bench

    return Bench(
        spams=spams(),
        rules=kept_rules().get,
        log=wiring.calls(),
        hashed=wiring.Callers().caller_hash,
        again=tracking_wiring.track_again,
        clock=wiring.clock,
    )
