"""What other rooms make of calls that ended: which rows of the stream concern them, read as calls.

A projection is a function of a call; it may be given the same call again, and a fuller one later
(a late event), so it must be idempotent. The row holds the whole call: nobody reads the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.calls.rows import call_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.calls.call import Call
    from chalicelib.calls.rows import Image


class Projection(Protocol):
    """Something that another room keeps about calls: a charge, a count."""

    def __call__(self, call: Call) -> None:
        """Take the call into account; idempotent."""


class Again(Protocol):
    """The queue of calls to show again."""

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        """Send a message, which is delivered after so long. Raises Unavailable."""


def ended_calls(images: Iterable[Image]) -> list[Call]:
    """Return the calls that ended among rows in order of change: the last state of each."""
    calls = (call for call in map(call_in, images) if call is not None and call.ended)
    return list({call.call_id: call for call in calls}.values())


# What is kept of calls that we placed as well: others count callers, and charge for them.
OF_PLACED: Final = frozenset({"desk", "legs"})


def concerned(call: Call, projections: Mapping[str, Projection]) -> dict[str, Projection]:
    """Return the projections that a call concerns."""
    every = call.attempt_id is None
    return {name: each for name, each in projections.items() if every or name in OF_PLACED}


def answered_calls(changes: Iterable[tuple[Image | None, Image]]) -> list[tuple[str, str]]:
    """Return the accounts and ids of calls that somebody has just taken, and that go on.

    `changes` are rows before and after; of a row of which nobody says how it was, nothing is told.
    """
    taken = (new for old, new in changes if old and _is_taken(new) and not _is_taken(old))
    return [
        (new["account_id"]["S"], new["pk"]["S"])
        for new in taken
        if "account_id" in new and "ended_at" not in new
    ]


def _is_taken(image: Image) -> bool:
    return image.get("connected") == {"BOOL": True}


def projection_message(
    account_id: str, call_id: str, projection: str | None = None
) -> dict[str, str]:
    """Return the message that shows a call to one projection again, or to all of them."""
    message = {"account_id": account_id, "call_id": call_id}
    return message if projection is None else message | {"projection": projection}
