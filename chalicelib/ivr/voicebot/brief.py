"""What a flow tells its bot: what callers may want, in which words, and what to ask them for.

Plain values, the same for every bot. How documents write them is in `kinds/voicebot.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Digits:
    """How many digits make a number, both bounds allowed."""

    least: int = 1
    most: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Something to ask a caller for, kept as the variable `name`.

    One of three: `digits`, a `shape` ("A-9999": A a letter, 9 a
    digit, all else as it stands), or `choices` (a value and the phrases that mean it). With none
    of them any words will do.
    """

    name: str
    ask: str
    digits: Digits | None = None
    shape: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Something a caller may want. With `go` the bot hands over, once it has asked for `collect`;
    without it the bot says the `reply` and listens on.
    """

    name: str
    phrases: tuple[str, ...]
    reply: str = ""
    go: str | None = None
    collect: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Everything a bot knows of the flow that it works for. `attempts` counts sentences in a row
    that were not understood, before the bot gives up; `patience` is how many seconds a caller may
    say nothing, and `opening` how many the greeting lasts.
    """

    intents: tuple[Intent, ...]
    instructions: str = ""
    attempts: int = 3
    patience: int = 10
    opening: int = 0

    def intent(self, name: str) -> Intent | None:
        """Return an intent by its name."""
        return next((each for each in self.intents if each.name == name), None)

    def exits(self) -> Mapping[str, str]:
        """Return where each intent that leaves the conversation goes."""
        return {each.name: each.go for each in self.intents if each.go is not None}

    def hints(self) -> tuple[str, ...]:
        """Return the phrases that help a speech recogniser, each once."""
        return tuple(dict.fromkeys(phrase for each in self.intents for phrase in each.phrases))
