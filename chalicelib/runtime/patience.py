"""How long a webhook may wait for AWS in all: the carrier gives up on us after 15 seconds.

One request's time-outs are short, but a call's step makes several, and on a bad day each of them
runs into its own. So once a webhook has waited long enough for tables, it asks them no more, and
the events go to the queue; a little later it asks no queue that failed it, and the caller goes to
the fallback. What no queue was asked to keep is lost, so however late it is, queues are asked until
one fails: a machine that was busy itself, or a process that began slowly, costs no event.
Jobs are in no hurry: nothing limits them.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# A request that began in time may last for as long as its client waits: 4 s for a table, 3 s for
# a queue. So the last answer leaves after 13 s at the latest.
FOR_TABLES: Final = 6.0
# Customers' servers come first: the tables must still be asked when one of them has hung. And
# several in one step share this, because a caller hears all of it as silence.
FOR_CUSTOMERS: Final = 4.0
FOR_ANYBODY: Final = 10.0

clock = time.monotonic


@dataclass(slots=True)
class _Webhook:
    """When it began, and whether it has asked a queue in vain."""

    began: float
    queue_failed: bool = False


_answering: ContextVar[_Webhook | None] = ContextVar("webhook being answered", default=None)


@contextmanager
def limited() -> Iterator[None]:
    """Begin to count: everything in the block shares one patience."""
    token = _answering.set(_Webhook(clock()))
    try:
        yield
    finally:
        _answering.reset(token)


def is_over(seconds: float) -> bool:
    """Tell whether the webhook being answered, if any, is older than that."""
    webhook = _answering.get()
    return webhook is not None and clock() - webhook.began > seconds


def left(seconds: float) -> float:
    """Return how long the webhook being answered has until it is that old; never below nothing.

    Outside a webhook nobody waits: the answer is infinite.
    """
    webhook = _answering.get()
    return math.inf if webhook is None else max(0.0, webhook.began + seconds - clock())


def queue_failed() -> None:
    """Note that the webhook being answered, if any, has asked a queue in vain."""
    webhook = _answering.get()
    if webhook is not None:
        webhook.queue_failed = True


def is_over_for_queues() -> bool:
    """Tell whether a queue need not be asked: one has failed already, and it is late."""
    webhook = _answering.get()
    return webhook is not None and webhook.queue_failed and is_over(FOR_ANYBODY)
