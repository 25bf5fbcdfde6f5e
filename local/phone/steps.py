"""Where documents run, and what a verb may lead to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.phone.legs import Source


class Ending(StrEnum):
    """How a run of documents ended."""

    RAN_OUT = "ran out"
    HUNG_UP = "hung up"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Realm:
    """Where a document runs, and the verbs played there; others are reported with `code`."""

    name: str
    verbs: frozenset[str] = frozenset()
    code: int = 12200


MAIN = Realm("main")
# Published are Play, Say, Gather and Hangup; Pause and Redirect work in practice.
WHISPER = Realm("whisper", frozenset({"Say", "Play", "Pause", "Gather", "Hangup", "Redirect"}))
WAITING = Realm(
    "waiting", frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"})
)
DEQUEUED = Realm("dequeued", frozenset({"Play", "Say", "Pause", "Redirect"}))


@dataclass(frozen=True, slots=True)
class Goto:
    """Fetch another document; what follows in this one is not reached."""

    source: Source


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run: by hanging up, or by leaving the queue."""

    ending: Ending = Ending.HUNG_UP


Step = Goto | Stop | None
