"""Bodies of the call log's queue and stream handlers. `app.py` declares them, wiring fills them.

Each message may come twice and each batch again as a whole, so all of this is idempotent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib.calls import exporting, settling
from chalicelib.calls.projections import (
    answered_calls,
    concerned,
    ended_calls,
    projection_message,
)
from chalicelib.calls.usecases import store_late
from chalicelib.runtime import jobs
from chalicelib.runtime.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.calls.exporting import Desk
    from chalicelib.calls.projections import Again, Projection
    from chalicelib.calls.rows import Image
    from chalicelib.calls.settling import Legs
    from chalicelib.calls.usecases import CallLog, Claims

    Other = Callable[[dict[str, Any]], None]


def store_late_events(bodies: Iterable[str], *, log: CallLog, claim: Claims) -> None:
    """Store events that were queued while the log was down."""

    def store(body: str) -> None:
        store_late(json.loads(body), log=log, claim=claim)

    jobs.every("store-late-event", bodies, store)


def project(images: Iterable[Image], projections: Mapping[str, Projection], retry: Again) -> None:
    """Show calls that ended to every projection; one that fails gets the call again by queue.

    So does `settling`, after a while, where the end of a conversation has not been told.
    Raises Unavailable if the queue fails too: the stream then brings the batch back.
    """
    for call in ended_calls(images):
        for name, projection in concerned(call, projections).items():
            if jobs.attempt(f"project-{name}", _showing(projection, call)) is not None:
                retry.put(projection_message(call.account_id, call.call_id, name))
        if call.unsettled:
            message = projection_message(call.account_id, call.call_id, settling.NAME)
            retry.put(message, delay_seconds=settling.WAIT_SECONDS)


def tell_answered(
    changes: Iterable[tuple[Image | None, Image]], tell: Callable[[str, str], None]
) -> None:
    """Tell of calls that somebody has just taken; `tell` keeps nobody waiting, and never fails."""
    for account_id, call_id in answered_calls(changes):
        tell(account_id, call_id)


def project_again(
    bodies: Iterable[str],
    *,
    log: CallLog,
    projections: Mapping[str, Projection],
    others: Mapping[str, Other] | None = None,
) -> None:
    """Show calls to the projections that failed on them, or that somebody asked to replay.

    `others` see to messages that are of no call, by their kind.
    """

    def see_to(body: str) -> None:
        message = json.loads(body)
        other = (others or {}).get(message.get("kind"))
        if other is None:
            _replay(message, log, projections)
        else:
            other(message)

    jobs.every("project-again", bodies, see_to)


def settling_legs(legs: Legs, log: CallLog, clock: Callable[[], datetime]) -> dict[str, Projection]:
    """Return what asks the carrier for the ends that it did not tell, of calls shown again."""

    def settle(call: Call) -> None:
        if not call.unsettled:
            return
        unknown = settling.settle(call, legs, log, clock())
        if unknown:
            count("EndsUnknown", unknown)
            logger().warning("nobody knows how a conversation ended", extra={"call": call.call_id})

    return {settling.NAME: settle}


def write_exports(bodies: Iterable[str], desk: Desk) -> None:
    """Write exports, or go on with them."""
    jobs.every("write-export", bodies, lambda body: _write(json.loads(body), desk))


def _replay(message: dict[str, str], log: CallLog, projections: Mapping[str, Projection]) -> None:
    call = log.load(message["account_id"], message["call_id"])
    if not call.ended:  # its end will bring it to every projection anyway
        return
    wanted = message.get("projection")
    known = concerned(call, projections)
    names = list(known) if wanted is None else [wanted]
    if call.attempt_id is not None:
        names = [each for each in names if each in known]
    jobs.every("replay", names, lambda name: projections[name](call))


def _write(message: dict[str, Any], desk: Desk) -> None:
    export = desk.exports.claim(message["export_id"], desk.lease, desk.clock())
    if export.over:
        desk.exports.release(export.export_id, desk.lease)
        return
    error = jobs.attempt("write-rows", lambda: exporting.go_on(export, desk))
    if error is None:
        return
    saved = desk.exports.load(export.account_id, export.export_id)
    if not exporting.give_up(saved, error, desk):
        raise error


def _showing(projection: Projection, call: Call) -> Any:
    return lambda: projection(call)
