"""How a `queue` node is written, and what would be wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.grammar import Flag, Listed, OneOf, Record, Target, Whole, may, must
from chalicelib.ivr.kinds import tickets
from chalicelib.ivr.kinds.dial import CallerId
from chalicelib.ivr.kinds.keys import Key
from chalicelib.ivr.kinds.prompts import PromptField
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.templates import Template
    from chalicelib.kernel.reading import Place

_KEY: Final = re.compile(r"[0-9*#]")
MOST_MESSAGES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A key that a waiting caller may press, and where it leads."""

    key: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Which queue, what a waiting caller hears, and the ways out."""

    queue: str
    skills: tuple[str, ...] = ()
    priority: int = 0
    label: Template | None = None
    whisper: Prompt | None = None
    accept: bool = True
    caller_id: CallerId = CallerId.CALLER
    record: bool = False
    notice: Prompt | None = None
    welcome: Prompt | None = None
    comfort: tuple[Prompt, ...] = ()
    music: tuple[Prompt, ...] = ()
    announce_every: int = 4
    tell_position: bool = True
    tell_wait: bool = True
    callback: Way | None = None
    voicemail: Way | None = None
    overflow_seconds: int | None = None
    overflow_waiting: int | None = None
    overflow: str | None = None
    no_agents: str | None = None
    answered: str | None = None
    failed: str | None = None


def review(place: Place, node: Queue) -> None:
    """Note what does not go together: limits without a way out, one key for two ways."""
    limited = node.overflow_seconds is not None or node.overflow_waiting is not None
    if limited and node.overflow is None:
        place.fault("overflows to nowhere: give `overflow`, where the call goes then")
    if node.overflow is not None and not limited:
        place.fault("never overflows: give `overflow_seconds` or `overflow_waiting`")
    if node.callback and node.voicemail and node.callback.key == node.voicemail.key:
        place.entries()["voicemail"].fault(f"the key {node.callback.key} calls back already")
    if node.notice is not None and not node.record:
        place.entries()["notice"].fault("is never heard: `record` is off")


def passes(node: Queue) -> tuple[str | None, ...]:
    """Name where callers go who need not wait at all: it is full, or there is nobody."""
    return (node.no_agents, node.overflow, node.failed)


def idles(node: Queue) -> tuple[str | None, ...]:
    """Name where callers go for whom no agent is there: to wait for one who is there is fine."""
    full = node.overflow if node.overflow_waiting is not None else None
    return (node.no_agents or node.overflow, node.failed or node.overflow, full)


def check(node: Queue, flow: Flow) -> Iterator[Fault]:
    """Find a queue that callers can only leave by hanging up.

    Being answered is no way out: nobody may ever be free. A limit on how many wait is none either:
    it does nothing for those who do.
    """
    if node.overflow_seconds is None and not (node.callback or node.voicemail):
        reason = "leaves waiting callers no way out"
        yield Fault("", f"{reason}: give `overflow_seconds`, `voicemail` or `callback`")


_WAY: Final = Record(
    {
        "key": must(Key(_KEY, "one of 0-9, * and #"), "The key.", "1"),
        "next": must(Target(), "Where it leads.", ""),
    },
    Way,
)


def entries() -> dict[str, Any]:
    """Return the fields of a `queue` node."""
    return {**tickets.entries(), **_agent(), **_heard(), **_ways()}


def _agent() -> dict[str, Any]:
    return {
        "whisper": may(PromptField(for_callee=True), "What the agent hears before the caller."),
        "accept": may(Flag(True), "Whether the agent must press 1 to take the call.", True),
        "caller_id": may(
            OneOf(CallerId, CallerId.CALLER), "Which number the agent sees.", CallerId.CALLER
        ),
        "record": may(Flag(False), "Whether the conversation is recorded.", False),
        "notice": may(PromptField(), "How the caller is told of the recording."),
    }


def _heard() -> dict[str, Any]:
    messages, pieces = "messages", "pieces"
    return {
        "welcome": may(PromptField(), "What the caller hears first if nobody is free."),
        "comfort": may(
            Listed(PromptField(), 1, MOST_MESSAGES, messages), "What is said between the music.", ()
        ),
        "music": may(
            Listed(PromptField(), 1, MOST_MESSAGES, pieces),
            "Pieces of music, one a round; the platform has music of its own.",
            (),
        ),
        "announce_every": may(Whole(1, 20, 4), "After how many rounds all is told again.", 4),
        "tell_position": may(Flag(True), "Whether callers are told their place.", True),
        "tell_wait": may(Flag(True), "Whether they are told how long it may take.", True),
    }


def _ways() -> dict[str, Any]:
    return {
        "callback": may(_WAY, "The key to be rung back instead, without losing the place."),
        "voicemail": may(_WAY, "The key to leave a message instead."),
        "overflow_seconds": may(Whole(10, 7_200, 300), "The longest wait."),
        "overflow_waiting": may(Whole(0, 1_000, 20), "With more waiting, nobody else joins."),
        "overflow": may(Target(), "Where the call goes then."),
        "no_agents": may(Target(), "Where it goes if nobody is on duty; else to `overflow`."),
        "answered": may(Target(), "Where it goes after the conversation."),
        "failed": may(Target(), "Where it goes if the queue cannot be asked; else to `overflow`."),
    }
