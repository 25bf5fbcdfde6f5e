"""Bodies of schedule, queue and stream handlers run through here: logged, counted, never silent.

A failure is raised again so that Lambda retries it and, in the end, the dead-letter queue keeps
it. What can never succeed (Rejected) is dropped with a log line: retrying would not help.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Rejected
from chalicelib.runtime.observability import count, logger, traced

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def job(name: str) -> Iterator[None]:
    """Run one piece of background work under its name."""
    try:
        with traced(name):
            yield
    except Rejected as error:
        count("JobDropped", job=name, code=error.code)
        logger().warning("job dropped", extra={"job": name, "error": str(error)})
    except Exception as error:
        count("JobFailed", job=name, error=type(error).__name__)
        logger().exception("job failed", extra={"job": name})
        raise
