"""The values a flow is made of: its nodes and what each of them needs to know.

Frozen, already checked, and without behaviour: `flow.py` makes them, `engine.py` walks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.calls.events import DialStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.kernel.hours import Schedule


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words for the carrier to say. Without a `voice`, the language's usual one is taken."""

    text: str
    language: str
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording for the carrier to fetch and play."""

    url: str


Prompt = Spoken | Audio


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node: where it is written (a pointer inside the node) and where it goes."""

    pointer: str
    target: str


def _exits(**targets: str | None) -> tuple[Exit, ...]:
    return tuple(Exit(f"/{name}", target) for name, target in targets.items() if target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Kinds `say` and `play`: let the caller hear something, then go on at once."""

    prompt: Prompt
    next: str

    def exits(self) -> tuple[Exit, ...]:
        """Return every way out."""
        return _exits(next=self.next)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """What a menu does about silence or a wrong key: a word to say, and the exit at the end."""

    prompt: Prompt | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Kind `menu`: ask for a key, `attempts` times at most."""

    prompt: Prompt
    choices: Mapping[str, str]
    timeout_seconds: int
    attempts: int
    no_input: Retry
    invalid: Retry

    def exits(self) -> tuple[Exit, ...]:
        """Return every way out."""
        keys = tuple(Exit(f"/choices/{key}", target) for key, target in self.choices.items())
        given = (("no_input", self.no_input.next), ("invalid", self.invalid.next))
        return keys + tuple(Exit(f"/{name}/next", target) for name, target in given if target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Kind `hours`: one way while open, another while closed."""

    schedule: Schedule
    open: str
    closed: str | None = None

    def exits(self) -> tuple[Exit, ...]:
        """Return every way out."""
        return _exits(open=self.open, closed=self.closed)


class CallerId(StrEnum):
    """Which number the person we ring sees."""

    CALLER = "caller"
    DIALLED = "dialled"


@dataclass(frozen=True, slots=True)
class Destination:
    """A number to ring (E.164), and for how long."""

    number: str
    ring_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Kind `dial`: ring destinations one after another until one answers."""

    destinations: tuple[Destination, ...]
    caller_id: CallerId = CallerId.CALLER
    answered: str | None = None
    busy: str | None = None
    no_answer: str | None = None
    failed: str | None = None
    then: str | None = None

    def exits(self) -> tuple[Exit, ...]:
        """Return every way out."""
        return _exits(
            answered=self.answered,
            busy=self.busy,
            no_answer=self.no_answer,
            failed=self.failed,
            then=self.then,
        )

    def exit_for(self, status: DialStatus) -> str | None:
        """Return where the call goes after the last attempt ended so; None hangs up.

        A busy or failed attempt without an exit of its own is one that nobody answered; `then`
        stands in for `answered` and `no_answer`.
        """
        if status is DialStatus.ANSWERED:
            return self.answered or self.then
        own = {DialStatus.BUSY: self.busy, DialStatus.FAILED: self.failed}.get(status)
        return own or (self.no_answer or self.then)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """Kind `voicemail`: take a message of `max_seconds` at most."""

    greeting: Prompt | None
    max_seconds: int
    silence_seconds: int
    next: str | None = None

    def exits(self) -> tuple[Exit, ...]:
        """Return every way out."""
        return _exits(next=self.next)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Kind `hangup`: the last word, if any, and the line is closed."""

    prompt: Prompt | None = None

    def exits(self) -> tuple[Exit, ...]:
        """Return every way out: there is none."""
        return ()


Node = Announce | Menu | Hours | Dial | Voicemail | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A whole flow document, read: how one business answers its phone."""

    name: str
    language: str
    start: str
    nodes: Mapping[str, Node]
