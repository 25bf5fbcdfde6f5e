"""What can be observed of a call's answers: what is heard, rung, sent, kept. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.calls.events import Tagged
from chalicelib.ivr import facts
from chalicelib.ivr.actions import Ask, Connect, Play, Say, TakeMessage
from chalicelib.ivr.chores import SendText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.ivr.actions import Action
    from chalicelib.ivr.nodes import Audio, Value
    from chalicelib.ivr.trials.simulation import Answered


def heard(actions: Iterable[Action]) -> list[str]:
    """Return the words, and the addresses of recordings, that somebody hears, in order."""
    return [words for each in actions for words in _heard(each)]


def _heard(action: Action) -> list[str]:
    if isinstance(action, Say):
        return [action.words.text]
    if isinstance(action, Play):
        return [_sound(action.audio)]
    return heard(action.prompts) if isinstance(action, Ask) else []


def _sound(audio: Audio) -> str:
    """Name a recording: by its address, its place among the built-in ones, or its version."""
    own = f"builtin/{audio.builtin}" if audio.builtin else f"{audio.prompt_id}/{audio.version}"
    return audio.url or own


def rung(answered: Answered) -> list[str]:
    """Return the numbers that ring (E.164)."""
    does = answered.reply.actions
    return [number for each in does if isinstance(each, Connect) for number in each.numbers]


def whispered(answered: Answered) -> list[str]:
    """Return what whoever is rung hears before the caller."""
    return heard(answered.whispered.actions) if answered.whispered else []


def records(answered: Answered) -> bool:
    """Tell whether a message or a conversation is recorded."""
    return any(
        isinstance(each, TakeMessage) or (isinstance(each, Connect) and each.record)
        for each in answered.reply.actions
    )


def sent(answered: Answered) -> list[str]:
    """Return the texts that the caller is sent."""
    return [each.body for each in answered.reply.errands if isinstance(each, SendText)]


def tags(answered: Answered) -> list[str]:
    """Return the tags that the call is given."""
    return [each.tag for each in answered.reply.events if isinstance(each, Tagged)]


def passed(answered: Answered) -> list[str]:
    """Return the nodes that the call came through."""
    return list(dict.fromkeys(each.node for each in answered.reply.path))


def known(answered: Answered) -> Mapping[str, Value]:
    """Return the call's variables after the answer."""
    return facts.Values(answered.context, answered.flow.variables, answered.flow.language)
