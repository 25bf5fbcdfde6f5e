"""The verbs that this network plays, each a small value and its player in a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.verbs import (
    connect,
    dial,
    enqueue,
    gather,
    hangup,
    leave,
    pause,
    play,
    record,
    redirect,
    reject,
    say,
    sms,
    start,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from local.phone.runner import Program
    from local.phone.steps import Step
    from local.phone.twiml.check import Tag

VERBS: dict[str, Callable[[Tag, Program], Awaitable[Step]]] = {
    "Connect": connect.run,
    "Dial": dial.run,
    "Enqueue": enqueue.run,
    "Gather": gather.run,
    "Hangup": hangup.run,
    "Leave": leave.run,
    "Pause": pause.run,
    "Play": play.run,
    "Record": record.run,
    "Redirect": redirect.run,
    "Reject": reject.run,
    "Say": say.run,
    "Sms": sms.run,
    "Start": start.run,
}
