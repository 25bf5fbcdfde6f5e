"""One conversation between a caller and a bot: what is remembered from one message to the next.

Pure: a message and what is remembered give what to send, and what to remember then. Whatever the
bot does, a caller gets out: by an exit, or by giving up after so many misunderstandings.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.texts import Line, say, spoken_seconds
from chalicelib.ivr.voicebot import handoff, relay
from chalicelib.ivr.voicebot.bots import Asking, Bot, BotReply, End, HandOver, Said, Say, Turn
from chalicelib.ivr.voicebot.handoff import Ending, Outcome
from chalicelib.ivr.voicebot.relay import Finish, Heard, Interrupted, Key, Message, Speak

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.voicebot.brief import Brief, Slot, Value

MOST_TURNS: Final = 50  # Assumption: nobody talks to a machine for longer of their own will
_REMEMBERED: Final = 8  # exchanges, enough for a bot to know what "it" means
_MOST_KEYS: Final = 32
_MOST_SILENCES: Final = 1
_CLOSES: Final = "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is remembered. `keys` were pressed and are not used yet, `words` said in part.

    From `silent_from` on (seconds of the epoch) a caller who says nothing is silent; they were
    asked whether they are there `silences` times since they last said something.
    """

    call_id: str
    language: str
    turns: int = 0
    misunderstood: int = 0
    history: tuple[Said, ...] = ()
    learnt: Mapping[str, Value] = field(default_factory=dict)
    asking: Asking | None = None
    keys: str = ""
    words: str = ""
    over: bool = False
    silent_from: int = 0
    silences: int = 0


@dataclass(frozen=True, slots=True)
class Next:
    """What to remember, and what to send, in order."""

    conversation: Conversation
    commands: tuple[relay.Command, ...] = ()


def hear(before: Conversation, message: Message, brief: Brief, bot: Bot) -> Next:
    """Take a conversation one message further. Raises BotFailed, and whatever else the bot raises.

    Messages after the end, and those that ask for no answer, change nothing.
    """
    if before.over or not isinstance(message, Heard | Key | Interrupted):
        return Next(before)
    before = replace(before, silences=0)
    if isinstance(message, Heard):
        said = f"{before.words} {message.text}".strip()[: relay.LONGEST_SPEECH]
        if not message.last or not said:
            return Next(replace(before, words=said))
        return _answered(replace(before, words="", keys=""), said, brief, bot)
    if isinstance(message, Key):
        return _pressed(before, message.key, brief, bot)
    return Next(before)


def unheard(before: Conversation, brief: Brief) -> Next:
    """Ask a caller who says nothing whether they are there; the second time, let them go."""
    if before.silences >= _MOST_SILENCES:
        return _over(before, Outcome.SILENT)
    slot = _wanted(before, brief)
    words = say(Line.STILL_THERE, before.language).text
    again = f"{words} {slot.ask}" if slot else words
    return Next(replace(before, silences=before.silences + 1), (Speak(again),))


def timed(following: Next, brief: Brief, now: int) -> Next:
    """Give the caller time from the end of what they are told now: nobody tells us when that is."""
    after = following.conversation
    told = " ".join(each.text for each in following.commands if isinstance(each, Speak))
    spoken = ceil(spoken_seconds(told, after.language))
    return replace(
        following, conversation=replace(after, silent_from=now + spoken + brief.patience)
    )


def given_up(before: Conversation) -> Next:
    """End a conversation whose bot failed: the flow has an exit for that."""
    return _over(before, Outcome.FAILED)


def _answered(before: Conversation, said: str, brief: Brief, bot: Bot) -> Next:
    if before.turns >= MOST_TURNS:
        return _over(before, Outcome.NOT_UNDERSTOOD)
    turn = Turn(
        text=said,
        language=before.language,
        brief=brief,
        history=before.history,
        variables=before.learnt,
        asking=before.asking,
    )
    return _replied(replace(before, turns=before.turns + 1), said, bot.reply(turn), brief)


def _replied(before: Conversation, said: str, reply: BotReply, brief: Brief) -> Next:
    if isinstance(reply, End):
        return _over(before, Outcome.ENDED)
    learnt = {**before.learnt, **reply.learnt}
    if isinstance(reply, HandOver):
        # An exit that the flow does not have would lead nowhere: that is a bot gone wrong.
        known = reply.exit in brief.exits()
        after = replace(before, learnt=learnt)
        return _over(after, Outcome.HANDED_OVER if known else Outcome.FAILED, reply.exit)
    return _said(replace(before, learnt=learnt), said, reply, brief)


def _said(before: Conversation, said: str, reply: Say, brief: Brief) -> Next:
    misunderstood = 0 if reply.understood else before.misunderstood + 1
    if misunderstood >= brief.attempts:
        return _over(before, Outcome.NOT_UNDERSTOOD)
    # Only sentences that led somewhere are worth a bot's memory.
    history = (*before.history, Said(said, reply.text)) if reply.understood else before.history
    after = replace(
        before,
        misunderstood=misunderstood,
        history=history[-_REMEMBERED:],
        asking=reply.asking,
    )
    return Next(after, (Speak(reply.text),) if reply.text else ())


def _pressed(before: Conversation, key: str, brief: Brief, bot: Bot) -> Next:
    """Collect keys for a question that digits answer; `#`, or enough of them, ends it.

    Keys that nobody asked for are no answer to anything, and count for nothing.
    """
    slot = _wanted(before, brief)
    if slot is None or slot.digits is None:
        return Next(replace(before, keys=""))
    keys = before.keys if key == _CLOSES else (before.keys + key)[:_MOST_KEYS]
    if keys and (key == _CLOSES or len(keys) >= slot.digits.most):
        return _answered(replace(before, keys="", words=""), keys, brief, bot)
    return Next(replace(before, keys=keys))


def _wanted(before: Conversation, brief: Brief) -> Slot | None:
    intent = before.asking and brief.intent(before.asking.intent)
    if not intent or not before.asking or before.asking.slot >= len(intent.collect):
        return None
    return intent.collect[before.asking.slot]


def _over(before: Conversation, outcome: Outcome, leaves: str | None = None) -> Next:
    """End the session. Nothing is said first: the carrier cuts what is being spoken short, so
    the last words are the flow's.
    """
    ending = Ending(outcome=outcome, exit=leaves, learnt=before.learnt)
    forgotten = replace(before, history=(), keys="", words="", over=True)
    return Next(forgotten, (Finish(handoff.render(ending)),))
