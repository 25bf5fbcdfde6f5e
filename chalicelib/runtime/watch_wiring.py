"""Where what watches over calls, spam and alerts, meets the rest. Built on first use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime import wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.spam.ports import Bench
    from chalicelib.tracking.spam.rules import Rules
    from chalicelib.tracking.spam.store import SpamStore


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


def bench() -> Bench:
    """Return all that judging a call needs."""
    from chalicelib.calls.projections import projection_message
    from chalicelib.tracking.spam.ports import Bench

    def again(account_id: str, call_id: str) -> None:
        message = projection_message(account_id, call_id, "tracking")
        wiring.projections_queue().put(message)

    return Bench(
        spams=spams(),
        rules=kept_rules().get,
        log=wiring.calls(),
        hashed=wiring.Callers().caller_hash,
        again=again,
        clock=wiring.clock,
    )
