"""What may happen to a call that waits for something, and how the call hears of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    Ask,
    BotEnded,
    Connect,
    Continue,
    Converse,
    DialEnded,
    KeysPressed,
    Listening,
    MessageRecorded,
    NoInput,
    Play,
    Spoke,
    TakeMessage,
)
from chalicelib.ivr.trials.scripts import Declined

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Action, Aloud, Input, Reply
    from chalicelib.ivr.trials.scripts import Act

_AWAITED: Final[dict[type[Action], str]] = {
    Ask: "keys",
    Connect: "dial",
    TakeMessage: "record",
    Converse: "bot",
    Continue: "nothing",
}
_LISTENING: Final = {
    Listening.KEYS: "keys",
    Listening.SPEECH: "speech",
    Listening.BOTH: "keys or speech",
}
_FITTING: Final[dict[str, tuple[type[Act], ...]]] = {
    "keys": (KeysPressed, NoInput),
    "speech": (Spoke, NoInput),
    "keys or speech": (KeysPressed, Spoke, NoInput),
    "dial": (DialEnded, Declined),
    "record": (MessageRecorded, NoInput),
    "bot": (BotEnded,),
}
HOLD_SECONDS: Final = 16  # of audio.synthesis.hold_music
_NOT_ASKED: Final = "nobody is asked here whether they take the call"


def waits(reply: Reply) -> Action | None:
    """Return what the call waits for after an answer; None where it is over."""
    found = next((each for each in reply.actions if type(each) in _AWAITED), None)
    return None if reply.position is None else found


def awaited(waiting: Action) -> str:
    """Name what a call waits for."""
    return _LISTENING[waiting.listening] if isinstance(waiting, Ask) else _AWAITED[type(waiting)]


def misfit(act: Act, waiting: Action, whispered: Reply | None) -> str | None:
    """Say why something cannot happen to a call that waits; None where it can."""
    name = awaited(waiting)
    if not isinstance(act, _FITTING.get(name, ())):
        return f"the call awaits {name}"
    if isinstance(act, Declined) and not _asked(whispered):
        return _NOT_ASKED
    return None


def _asked(whispered: Reply | None) -> bool:
    return whispered is not None and any(isinstance(each, Ask) for each in whispered.actions)


def heard(act: Act, waiting: Action) -> Input:
    """Return what the call hears. Keys are cut off where the carrier cuts them."""
    if isinstance(act, KeysPressed) and isinstance(waiting, Ask):
        keys = act.keys.partition(waiting.finish_key)[0] if waiting.finish_key else act.keys
        return KeysPressed(keys[: waiting.most_keys]) if keys else NoInput()
    if isinstance(act, Declined):
        return DialEnded(DialStatus.NO_ANSWER)
    return act  # type: ignore[return-value]  # never HangUp: the call ended with it


def lasted(given: Input, waiting: Action) -> int:
    """Return the seconds that go by meanwhile."""
    if isinstance(given, DialEnded | MessageRecorded):
        return given.seconds
    if isinstance(given, NoInput) and isinstance(waiting, Ask):
        return waiting.timeout_seconds + sum(map(_music, waiting.prompts))
    return 0


def _music(heard: Aloud) -> int:
    """Return how long the built-in music plays; how long anything else does is not known here."""
    return HOLD_SECONDS if isinstance(heard, Play) and heard.audio.builtin == "hold" else 0
