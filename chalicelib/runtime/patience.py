"""How long a webhook may wait for AWS in all: the carrier gives up on us after 15 seconds.

One request's time-outs are short, but a call's step makes several, and on a bad day each of them
runs into its own. So once a webhook has waited long enough for tables, it asks them no more, and
the events go to the queue; a little later it asks nobody, and the caller goes to the fallback.
Jobs are in no hurry: nothing limits them.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
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
_began: ContextVar[float | None] = ContextVar("webhook began", default=None)


@contextmanager
def limited() -> Iterator[None]:
    """Begin to count: everything in the block shares one patience."""
    token = _began.set(clock())
    try:
        yield
    finally:
        _began.reset(token)


def is_over(seconds: float) -> bool:
    """Tell whether the webhook being answered, if any, is older than that."""
    began = _began.get()
    return began is not None and clock() - began > seconds


def left(seconds: float) -> float:
    """Return how long the webhook being answered has until it is that old; never below nothing.

    Outside a webhook nobody waits: the answer is infinite.
    """
    began = _began.get()
    return math.inf if began is None else max(0.0, began + seconds - clock())
