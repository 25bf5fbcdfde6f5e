"""Kind `voicebot`: let the caller say in their own words what they want, and take them there.

The conversation takes place on a socket (`voicebot/`); here is only what comes before and after.
Whatever goes wrong with it, the caller leaves by an exit of this node.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import VariablesSet, WentSilent
from chalicelib.ivr.actions import BotEnded, Converse, HangUp, NoInput, Play, Say
from chalicelib.ivr.grammar import (
    Listed,
    Matching,
    Named,
    Record,
    Target,
    Text,
    Variable,
    Whole,
    may,
    must,
)
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.prompts import EMPTY, PromptField
from chalicelib.ivr.nodes import Spoken
from chalicelib.ivr.texts import Line, spoken_seconds
from chalicelib.ivr.turns import Move, leave
from chalicelib.ivr.voicebot.brief import Brief, Digits, Intent, Slot
from chalicelib.ivr.voicebot.handoff import Outcome
from chalicelib.ivr.voicebot.matching import normalised
from chalicelib.kernel.reading import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.reading import Place

LONGEST_PHRASE: Final = 120
LONGEST_REPLY: Final = 600
LONGEST_INSTRUCTIONS: Final = 4_000
_INTENT: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_SHAPE: Final = re.compile(r"[A9 ./-]{0,20}[A9]")
_CHOICE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicebot:
    """What the bot is told, and where the call goes when the conversation is over."""

    greeting: Prompt
    intents: tuple[Intent, ...]
    instructions: str = ""
    attempts: int = 3
    timeout_seconds: int = 10
    not_understood: str | None = None
    no_input: str | None = None
    ended: str | None = None
    failed: str | None = None

    @property
    def brief(self) -> Brief:
        """What the bot knows of the flow."""
        return Brief(
            intents=self.intents,
            instructions=self.instructions,
            attempts=self.attempts,
            patience=self.timeout_seconds,
            opening=_seconds(self.greeting),
        )


def _seconds(greeting: Prompt) -> int:
    """Estimate how long a greeting lasts, in the language in which it is longest. A sound is over
    before the conversation begins.
    """
    every = ((each, greeting.heard(each, {})) for each in greeting.utterances)
    spoken = (spoken_seconds(said.text, each) for each, said in every if isinstance(said, Spoken))
    return ceil(max(spoken, default=0))


def _converse(node: Voicebot, turn: Turn) -> Move:
    greeting = turn.aloud(node.greeting)
    talk = Converse(
        call_id=turn.context.call_id,
        language=turn.language,
        greeting=greeting.words if isinstance(greeting, Say) else None,
        hints=node.brief.hints(),
    )
    first = (greeting,) if isinstance(greeting, Play) else ()
    return Move(actions=(*first, talk), wait=turn.position.then())


def _ended(node: Voicebot, given: BotEnded, turn: Turn) -> Move:
    learnt = _wanted(node, given.learnt)
    events = (VariablesSet(**turn.fact, node=turn.node, names=", ".join(learnt)),) if learnt else ()
    move = _left(node, given, turn)
    return replace(move, events=(*events, *move.events), learnt=learnt)


def _left(node: Voicebot, given: BotEnded, turn: Turn) -> Move:
    if given.outcome == Outcome.HANDED_OVER:
        return _handed_over(node, given, turn)
    if given.outcome == Outcome.HUNG_UP:
        return Move(actions=(HangUp(),))
    if given.outcome == Outcome.ENDED:
        return leave(turn, "ended", node.ended, parting=Line.GOODBYE)
    if given.outcome == Outcome.NOT_UNDERSTOOD:
        return _or_failed("not_understood", node.not_understood, node, turn)
    if given.outcome == Outcome.SILENT:
        silent = WentSilent(**turn.fact, node=turn.node, attempt=turn.position.attempt)
        return _or_failed("no_input", node.no_input, node, turn, silent)
    return _failed(node, turn)


def _handed_over(node: Voicebot, given: BotEnded, turn: Turn) -> Move:
    """Say the intent's reply, which the bot could not: ending its session would cut it short."""
    for at, intent in enumerate(node.intents):
        if intent.name == given.exit and intent.go is not None:
            words = (Say(Spoken(intent.reply, turn.language)),) if intent.reply else ()
            return leave(turn, f"intents/{at}/go", intent.go).after(*words)
    return _failed(node, turn)


def _or_failed(
    name: str, target: str | None, node: Voicebot, turn: Turn, *events: WentSilent
) -> Move:
    if target is None:
        name, target = "failed", node.failed
    return leave(turn, name, target, *events, parting=Line.NOBODY)


def _failed(node: Voicebot, turn: Turn) -> Move:
    return leave(turn, "failed", node.failed, parting=Line.NOBODY)


def _never_met(node: Voicebot, given: NoInput, turn: Turn) -> Move:
    return _failed(node, turn)


def _wanted(node: Voicebot, learnt: Mapping[str, Value]) -> dict[str, Value]:
    """Keep what the flow asked for: a bot may have made up more."""
    names = {slot.name for intent in node.intents for slot in intent.collect}
    return {name: value for name, value in learnt.items() if name in names}


def _review_slot(place: Place, slot: Slot) -> None:
    given = [slot.digits is not None, bool(slot.shape), bool(slot.choices)]
    if sum(given) > 1:
        place.fault("takes one of `digits`, `shape` and `choices`")


def _review_digits(place: Place, digits: Digits) -> None:
    if digits.least > digits.most:
        place.fault(f"asks for at least {digits.least} and at most {digits.most} digits")


def _review_intent(place: Place, intent: Intent) -> None:
    if not intent.reply and intent.go is None:
        place.fault("needs a `reply` to say, or a node to `go` to")
    if intent.collect and intent.go is None:
        place.fault("`collect` means nothing without `go`: nobody would use what is collected")
    spoken = (intent.reply, *(slot.ask for slot in intent.collect))
    if any("{{" in text for text in spoken):
        place.fault("the bot knows no variables: say them in the node that the caller goes to")
    for phrase in intent.phrases:
        if phrase and not normalised(phrase):
            place.fault(f"{quoted(phrase)} has no word in it")


def _review(place: Place, node: Voicebot) -> None:
    """Note what two intents have in common: no bot could tell which one a caller means."""
    items = place.entries().get("intents", place)
    names: set[str] = set()
    owner: dict[str, str] = {}
    for intent in node.intents:
        if intent.name and intent.name in names:
            items.fault(f"two intents are called {quoted(intent.name)}")
        names.add(intent.name)
        for phrase in intent.phrases:
            first = owner.setdefault(normalised(phrase), intent.name)
            if first != intent.name and normalised(phrase):
                items.fault(f"{quoted(phrase)} is a phrase of {first} and of {intent.name}")


_PHRASES: Final = Listed(Text(LONGEST_PHRASE), 1, 50, "phrases")
_DIGITS: Final = Record(
    {
        "least": may(Whole(1, 20, 1), "The fewest.", 1),
        "most": may(Whole(1, 20, 20), "The most.", 20),
    },
    Digits,
    _review_digits,
)
_CHOICES: Final = Named(_CHOICE, "a value of letters, digits, - and _", _PHRASES, 1, 20, "choices")
_SLOT: Final = Record(
    {
        "name": must(Variable(given=True), "The variable that the answer is kept in.", ""),
        "ask": must(Text(LONGEST_REPLY), "The question.", ""),
        "digits": may(_DIGITS, "A number of so many digits, spoken or keyed."),
        "shape": may(
            Matching(_SHAPE, "a shape such as A-9999: A a letter, 9 a digit"),
            "A code such as A-9999: A a letter, 9 a digit.",
            "",
        ),
        "choices": may(_CHOICES, "One of several values, each with phrases that mean it."),
    },
    lambda **values: Slot(**{**values, "choices": values["choices"] or {}}),
    _review_slot,
)
_INTENTS: Final = Record(
    {
        "name": must(
            Matching(_INTENT, "a name of small letters, digits, - and _"), "Its name.", ""
        ),
        "phrases": must(_PHRASES, "What callers say who want it.", ()),
        "reply": may(Text(LONGEST_REPLY), "What the caller is told.", ""),
        "go": may(Target(), "Where the call goes; without it the bot listens on."),
        "collect": may(Listed(_SLOT, 1, 5, "questions"), "What to ask for first.", ()),
    },
    Intent,
    _review_intent,
)


def _exits() -> dict[str, Any]:
    return {
        "not_understood": may(
            Target(), "Where callers go whom the bot does not understand; else to `failed`."
        ),
        "no_input": may(Target(), "Where callers go who say nothing; else to `failed`."),
        "ended": may(Target(), "Where callers go who have all they wanted."),
        "failed": may(Target(), "Where they go if there is no bot to talk to."),
    }


VOICEBOT: Final = Kind(
    name="voicebot",
    about="Let callers say in their own words what they want, and take them there.",
    node=Voicebot,
    entries={
        "greeting": must(PromptField(), "What the caller is asked.", EMPTY),
        "intents": must(Listed(_INTENTS, 1, 50, "intents"), "What callers may want.", ()),
        "instructions": may(
            Text(LONGEST_INSTRUCTIONS), "What a bot with a language model is told.", ""
        ),
        "attempts": may(Whole(1, 10, 3), "After how many sentences in a row it gives up.", 3),
        "timeout_seconds": may(
            Whole(3, 60, 10), "How long to wait for words before asking once more.", 10
        ),
        **_exits(),
    },
    enter=_converse,
    hear={BotEnded: _ended, NoInput: _never_met},
    waits=True,
    passes=lambda node: (node.failed,),
    idles=lambda node: (node.not_understood, node.no_input, node.failed),
    review=_review,
    endings=("failed", "ended", "not_understood", "no_input"),
)
