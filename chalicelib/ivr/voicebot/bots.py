"""What a bot is: one turn of a conversation in, one reply out. It holds no state of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from chalicelib.kernel.errors import CadranError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.voicebot.brief import Brief, Value


class BotFailed(CadranError):
    """The bot gave no usable answer in time: the caller goes to the node's `failed` exit."""

    code = "bot-failed"


@dataclass(frozen=True, slots=True)
class Said:
    """One exchange: what the caller said, and what the bot answered."""

    caller: str
    bot: str


@dataclass(frozen=True, slots=True)
class Asking:
    """The bot is waiting for what an intent has to be told: the slot at `slot` of its list."""

    intent: str
    slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a bot may decide by. `history` is oldest first, and only the last exchanges."""

    text: str
    language: str
    brief: Brief
    history: tuple[Said, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)
    asking: Asking | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Say something and listen on. `understood` is False where the bot asks the caller again."""

    text: str
    understood: bool = True
    learnt: Mapping[str, Value] = field(default_factory=dict)
    asking: Asking | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Give the call back to the flow, by the exit of an intent."""

    exit: str
    learnt: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """The caller has all they wanted: give the call back by the `ended` exit."""


BotReply = Say | HandOver | End


class Bot(Protocol):
    """Somebody who understands callers."""

    def reply(self, turn: Turn) -> BotReply:
        """Answer one sentence. Raises BotFailed."""
