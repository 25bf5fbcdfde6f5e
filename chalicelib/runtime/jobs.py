"""Bodies of schedule, queue and stream handlers run through here: logged, counted, never silent.

A failure is raised again so that Lambda retries it and, in the end, the dead-letter queue keeps
it. What can never succeed (Rejected) is dropped with a log line: retrying would not help.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from chalicelib.kernel.errors import Rejected
from chalicelib.runtime.observability import count, logger, traced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ItemT = TypeVar("ItemT")


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


def attempt(name: str, work: Callable[[], object]) -> Exception | None:
    """Run a piece of work as a job. Return the error that is worth a retry, None if it is done."""
    try:
        with job(name):
            work()
    except Exception as error:
        return error
    return None


def every(name: str, items: Iterable[ItemT], work: Callable[[ItemT], object]) -> None:
    """Run `work` on each item, whatever becomes of the others; then raise what went wrong.

    Chalice cannot report part of a batch as failed, so all of it comes back: `work` must be
    idempotent.
    """
    errors = []
    for item in items:
        error = attempt(name, lambda item=item: work(item))  # type: ignore[misc]
        if error is not None:
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"{name}: part of the batch failed", errors)
