"""The bot that comes with the product: it matches what callers say to the flow's own phrases.

No network, no model, no training: what it understands is written in the flow, and the same
sentence always gets the same answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.ivr.texts import Line, say
from chalicelib.ivr.voicebot import matching
from chalicelib.ivr.voicebot.bots import Asking, BotReply, End, HandOver, Say
from chalicelib.ivr.voicebot.slots import filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.voicebot.bots import Turn
    from chalicelib.ivr.voicebot.brief import Intent, Value

# What a caller says when there is nothing else, once something has been answered.
_ENOUGH = ("", ("non merci", "c'est tout", "rien d'autre", "au revoir", "no thanks", "that's all",
                "goodbye", "no thank you", "nein danke", "nada más"))  # fmt: skip


class MatchingBot:
    """A Bot that needs nothing."""

    def reply(self, turn: Turn) -> BotReply:
        """Answer one sentence."""
        asked = turn.asking and turn.brief.intent(turn.asking.intent)
        if asked and turn.asking and turn.asking.slot < len(asked.collect):
            return self._collected(asked, turn.asking.slot, turn)
        return self._understood(turn)

    def _understood(self, turn: Turn) -> BotReply:
        every = [(each.name, each.phrases) for each in turn.brief.intents]
        found = matching.best(turn.text, [*every, _ENOUGH] if turn.history else every)
        if found is None:
            return _not_understood(turn)
        intent = turn.brief.intent(found.name)
        return End() if intent is None else _next(intent, 0, {}, turn)

    def _collected(self, intent: Intent, at: int, turn: Turn) -> BotReply:
        slot = intent.collect[at]
        value = filled(slot, turn.text, turn.language)
        if value is not None:
            return _next(intent, at + 1, {slot.name: value}, turn)
        # Whoever changes their mind says so in the flow's own words, not in those of an answer.
        changed = matching.best(turn.text, ((i.name, i.phrases) for i in turn.brief.intents))
        if changed is not None and changed.name != intent.name:
            other = turn.brief.intent(changed.name)
            if other is not None:
                return _next(other, 0, {}, turn)
        sorry = say(Line.NOT_UNDERSTOOD, turn.language).text
        return Say(text=f"{sorry} {slot.ask}", understood=False, asking=Asking(intent.name, at))


def _next(intent: Intent, at: int, learnt: Mapping[str, Value], turn: Turn) -> BotReply:
    """Ask for what is still missing, from slot `at` on; then do what the intent is for."""
    while at < len(intent.collect):
        slot = intent.collect[at]
        # A first sentence may hold the answer: "je cherche la commande 123456".
        known = not learnt and not turn.asking and _strict(intent, at)
        given = filled(slot, turn.text, turn.language) if known else None
        if given is None:
            return Say(text=slot.ask, learnt=learnt, asking=Asking(intent.name, at))
        learnt = {**learnt, slot.name: given}
        at += 1
    if intent.go is not None:
        return HandOver(exit=intent.name, learnt=learnt)
    return Say(text=intent.reply, learnt=learnt)


def _strict(intent: Intent, at: int) -> bool:
    """Tell whether a slot knows its answers: one that takes any words would take these."""
    slot = intent.collect[at]
    return slot.digits is not None or bool(slot.shape)


def _not_understood(turn: Turn) -> Say:
    return Say(text=say(Line.NOT_UNDERSTOOD, turn.language).text, understood=False)
