"""The steps of a script: one thing each, as a document writes them.

A table says for each word what it takes and what it means; reader and JSON Schema are made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    BotEnded,
    DialEnded,
    HangUp,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Spoke,
)
from chalicelib.ivr.grammar import (
    NAME,
    NAME_MEANING,
    VARIABLE,
    VARIABLE_MEANING,
    Entry,
    Field,
    Flag,
    Matching,
    Named,
    OneOf,
    Record,
    Scalar,
    Text,
    Whole,
    may,
    must,
    or_null,
)
from chalicelib.ivr.needs import Fetched, FetchFailed
from chalicelib.ivr.trials import scripts
from chalicelib.ivr.trials.fields import Either, Keys, Numbers, Share, Yes
from chalicelib.ivr.voicebot.handoff import Outcome
from chalicelib.kernel.internet import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.ivr.grammar import Reading, Schema
    from chalicelib.ivr.trials.scripts import Step
    from chalicelib.kernel.reading import Place

_LONGEST: Final = 500
_LONGEST_CALL: Final = 14_400
_VALUES: Final = Named(VARIABLE, VARIABLE_MEANING, Scalar(), 0, 50, "variables")


class Callee(StrEnum):
    """What becomes of a telephone that we ring."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    DECLINED = "declined"


class Silence(StrEnum):
    """Why a customer's server gives no answer."""

    TIMEOUT = Trouble.TIMEOUT.value
    CONNECT = Trouble.CONNECT.value
    STATUS = Trouble.STATUS.value
    NOT_JSON = Trouble.NOT_JSON.value
    TOO_LARGE = Trouble.TOO_LARGE.value


class Down(StrEnum):
    """What becomes of a queue that cannot be asked."""

    DOWN = "down"


class Parting(StrEnum):
    """How a conversation with a bot ends that does not hand over."""

    NOT_UNDERSTOOD = Outcome.NOT_UNDERSTOOD.value
    SILENT = Outcome.SILENT.value
    ENDED = Outcome.ENDED.value
    FAILED = Outcome.FAILED.value
    HUNG_UP = Outcome.HUNG_UP.value


@dataclass(frozen=True, slots=True)
class Word:
    """A word that a step may be: its value, what may stand beside it, and what it means."""

    about: str
    value: Field[Any]
    make: Callable[..., Step]
    beside: Mapping[str, Entry] = field(default_factory=dict)


def _spoke(words: str, confidence: int | None) -> Step:
    return Spoke(words, confidence)


def _dialled(callee: Callee, seconds: int) -> Step:
    if callee is Callee.DECLINED:
        return scripts.Declined()
    return DialEnded(DialStatus(callee.value), seconds)


def _looked_up(answer: Any) -> Step:
    return FetchFailed(answer.value) if isinstance(answer, Silence) else Fetched(answer)


def _handed_over(intent: str, learnt: Mapping[str, Any]) -> Step:
    return BotEnded(Outcome.HANDED_OVER.value, intent, learnt)


def _desk(says: Any) -> Step:
    return scripts.DeskSays(down=True) if isinstance(says, Down) else says


def _bot(ending: Any) -> Step:
    return BotEnded(ending.value) if isinstance(ending, Parting) else ending


_INTENT: Final = Record(
    {
        "intent": must(Text(64), "By which intent it hands the caller over.", ""),
        "learnt": may(_VALUES, "What the caller told it.", {}),
    },
    _handed_over,
)

_DESK: Final = Record(
    {
        "position": may(Whole(1, 9_999, 1), "The caller's place: 1 is next.", 1),
        "waiting": may(Whole(1, 9_999, 1), "How many wait.", 1),
        "wait_minutes": may(Whole(0, 600), "How long it may take; left out, nobody can tell."),
        "agents": may(Whole(0, 500, 1), "How many agents are on duty.", 1),
        "free": may(Flag(), "Whether one of them is free, and rung.", False),
    },
    scripts.DeskSays,
)

STEPS: Final[dict[str, Word]] = {
    "press": Word("The caller presses keys.", Keys(), KeysPressed),
    "say": Word(
        "The caller says something.",
        Text(_LONGEST),
        _spoke,
        {"confidence": may(Share(), "How sure the recogniser is, from 0 to 1.")},
    ),
    "wait": Word("The caller keeps silent.", Yes(), lambda _: NoInput()),
    "dial": Word(
        "What becomes of the telephone that is rung.",
        OneOf(Callee, Callee.ANSWERED),
        _dialled,
        {"seconds": may(Whole(0, _LONGEST_CALL), "How long they talk.", 0)},
    ),
    "record": Word(
        "The caller leaves a message of so many seconds.",
        Whole(0, _LONGEST_CALL),
        lambda seconds: MessageRecorded("simulated", seconds),
    ),
    "lookup": Word(
        "What your server answers (variables and their values), or why it does not.",
        Either(Silence, Silence.TIMEOUT, _VALUES),
        _looked_up,
    ),
    "queue": Word(
        "How the caller stands in the queue from here on, or that it cannot be asked.",
        Either(Down, Down.DOWN, _DESK),
        _desk,
    ),
    "bot": Word(
        "How the conversation with the bot ends.", Either(Parting, Parting.FAILED, _INTENT), _bot
    ),
    "hang_up": Word("The caller hangs up.", Yes(), lambda _: HangUp()),
    "hears": Word(
        'The caller has heard this; "..." stands for anything.', Text(_LONGEST), scripts.Hears
    ),
    "rings": Word("These numbers ring.", Numbers(), scripts.Rings),
    "whispers": Word(
        "Whoever is rung has heard this before the caller.", Text(_LONGEST), scripts.Whispers
    ),
    "goes": Word(
        "The call has come through this node.", Matching(NAME, NAME_MEANING), scripts.Goes
    ),
    "tag": Word("The call has this tag.", Text(_LONGEST), scripts.Tags),
    "sends": Word("The caller is sent a text with these words.", Text(_LONGEST), scripts.Sends),
    "records": Word("Whether anything is recorded.", Flag(), scripts.Records),
    "knows": Word("Variables have these values.", _VALUES, scripts.Knows),
    "ends": Word("Whether the call is over.", Flag(), scripts.Ends),
}


class StepField(Field[Any]):
    """One step of a script."""

    def read(self, place: Place, about: Reading) -> Step:
        """Read it; what cannot be read is a caller who keeps silent."""
        beside = {name for word in STEPS.values() for name in word.beside}
        places = place.fields((), (*STEPS, *beside))
        words = [name for name in places if name in STEPS]
        if len(words) != 1:
            if isinstance(place.value, dict):
                place.fault(f"must be one of {', '.join(STEPS)}")
            return NoInput()
        word = STEPS[words[0]]
        for name in places:
            if name in beside - word.beside.keys():
                places[name].fault(f"means nothing beside `{words[0]}`")
        extras = [
            entry.field.read(places[name], about) if name in places else entry.default
            for name, entry in word.beside.items()
        ]
        return word.make(word.value.read(places[words[0]], about), *extras)

    def schema(self) -> Schema:
        """Describe it."""
        fields: Schema = {}
        for name, word in STEPS.items():
            fields[name] = or_null({**word.value.schema(), "description": word.about})
            for each, entry in word.beside.items():
                fields[each] = or_null({**entry.field.schema(), "description": entry.about})
        return {
            "description": "A step: something that happens, or what must have come of it.",
            "type": "object",
            "properties": fields,
            "minProperties": 1,
            "additionalProperties": False,
        }
