"""Kind `collect`: have the caller give a value by key or word, and read it back to be sure.

A value is kept in the call's memory, never in a URL: a number may well be somebody's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import Collected, WentSilent
from chalicelib.ivr import replies, value_checks, values
from chalicelib.ivr.actions import Ask, KeysPressed, Listening, NoInput, Spoke
from chalicelib.ivr.grammar import Flag, Listed, OneOf, Target, Text, Variable, Whole, may, must
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.menu import FINISH_KEY, RETRY, Retry, review_listening
from chalicelib.ivr.kinds.prompts import EMPTY, PromptField
from chalicelib.ivr.periods import Period
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move, leave

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Aloud
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.reading import Place

CONFIRMING: Final = "confirm"
_CONFIRM_SECONDS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """A value to ask for: its shape, and the variable that it goes to."""

    prompt: Prompt
    variable: str
    next: str
    what: values.What = values.What.DIGITS
    pattern: str = ""
    check_digit: values.CheckDigit = values.CheckDigit.NONE
    least: int = 1
    most: int = 20
    period: Period = Period.ANY
    listen: Listening = Listening.KEYS
    hints: tuple[str, ...] = ()
    confirm: bool = True
    sensitive: bool = False
    timeout_seconds: int = 6
    attempts: int = 3
    finish_key: str | None = None
    no_input: Retry = field(default_factory=Retry)
    invalid: Retry = field(default_factory=Retry)

    @property
    def shape(self) -> values.Shape:
        """What a right value looks like."""
        return values.Shape(
            what=self.what,
            pattern=self.pattern,
            check_digit=self.check_digit,
            least=self.least,
            most=self.most,
            period=self.period,
        )


def _ask(node: Collect, turn: Turn, *first: Aloud) -> Move:
    shape = node.shape
    fixed = shape.fixed_length
    ends = node.finish_key if node.finish_key is not None else "#"
    question = Ask(
        prompts=(*first, turn.aloud(node.prompt)),
        timeout_seconds=node.timeout_seconds,
        most_keys=fixed or shape.longest,
        finish_key="" if ends == "none" else ends,
        listening=node.listen,
        language=turn.language,
        hints=node.hints,
    )
    return Move(actions=(question,), wait=turn.here(mark="").position.then())


def _read_back(
    node: Collect, value: str, turn: Turn, *events: Event, first: tuple[Aloud, ...] = ()
) -> Move:
    said = values.aloud(node.shape, value, turn.language)
    entered = turn.line(Line.COLLECT_ENTERED, value=said)
    question = Ask(
        prompts=(*first, entered, turn.line(Line.COLLECT_CONFIRM)),
        timeout_seconds=_CONFIRM_SECONDS,
        most_keys=1,
        finish_key="",
        listening=node.listen.with_keys,
        language=turn.language,
    )
    wait = turn.here(mark=CONFIRMING).position.then()
    return Move(actions=(question,), events=events, learnt={node.variable: value}, wait=wait)


def _given(node: Collect, written: str, invalid: Line, turn: Turn) -> Move:
    value = values.read(node.shape, written, turn.context.now)
    collected = Collected(
        **turn.fact,
        node=turn.node,
        variable=node.variable,
        value=None if node.sensitive or value is None else value[: values.LONGEST],
        valid=value is not None,
    )
    if value is None:
        wrong = Line.COLLECT_CHECK if values.mistyped(node.shape, written) else invalid
        return _again(node, node.invalid, "invalid", wrong, collected, turn)
    if node.confirm:
        return _read_back(node, value, turn, collected)
    return _accept(node, collected, learnt={node.variable: value})


def _accept(node: Collect, *events: Event, learnt: dict[str, str] | None = None) -> Move:
    return Move(events=events, learnt=learnt or {}, exit="next", go=node.next)


def _pressed(node: Collect, given: KeysPressed, turn: Turn) -> Move:
    if not given.keys:
        return _silent(node, NoInput(), turn)
    if turn.position.mark == CONFIRMING:
        agreed = {"1": True, "2": False}.get(given.keys)
        return _confirmed(node, agreed, Line.INVALID_KEY, turn)
    return _given(node, given.keys, Line.COLLECT_INVALID, turn)


def _spoke(node: Collect, given: Spoke, turn: Turn) -> Move:
    if turn.position.mark == CONFIRMING:
        agreed = replies.confirmed(given.words, turn.language)
        return _confirmed(node, agreed, Line.NOT_UNDERSTOOD, turn)
    written = values.heard(node.shape, given.words, turn.language, turn.context.now)
    return _given(node, written, Line.COLLECT_INVALID if written else Line.NOT_UNDERSTOOD, turn)


def _confirmed(node: Collect, agreed: bool | None, unsure: Line, turn: Turn) -> Move:
    """Keep the value, or ask for another; who said neither hears it again."""
    value = str(turn.value(node.variable) or "")  # none where the memory could not be read
    if agreed:
        return _accept(node)
    if agreed is False or not value or turn.position.attempt >= node.attempts:
        return _once_more(node, turn)
    again = turn.here(attempt=turn.position.attempt + 1)
    return _read_back(node, value, again, first=(turn.line(unsure),))


def _once_more(node: Collect, turn: Turn) -> Move:
    """The caller does not confirm: that counts as an attempt, so that it comes to an end."""
    refused = Collected(**turn.fact, node=turn.node, variable=node.variable, valid=False)
    return _again(node, node.invalid, "invalid", None, refused, turn)


def _silent(node: Collect, given: NoInput, turn: Turn) -> Move:
    silent = WentSilent(**turn.fact, node=turn.node, attempt=turn.position.attempt)
    value = str(turn.value(node.variable) or "")  # none where the memory could not be read
    if turn.position.mark == CONFIRMING and value and turn.position.attempt < node.attempts:
        again = turn.here(attempt=turn.position.attempt + 1)
        return _read_back(node, value, again, silent)
    return _again(node, node.no_input, "no_input", Line.NO_INPUT, silent, turn)


def _again(
    node: Collect, retry: Retry, name: str, line: Line | None, event: Event, turn: Turn
) -> Move:
    if turn.position.attempt >= node.attempts:
        return leave(turn, f"{name}/next", retry.next, event, parting=Line.GOODBYE)
    again = turn.here(attempt=turn.position.attempt + 1)
    sorry = turn.aloud(retry.prompt) if retry.prompt else line and turn.line(line)
    return _ask(node, again, *((sorry,) if sorry else ())).after(events=(event,))


def _review(place: Place, node: Collect) -> None:
    entries = place.entries()
    for name, reason in value_checks.faults(node.shape, node.listen, node.finish_key, entries):
        entries.get(name, place).fault(reason)
    review_listening(place, node.listen)


_HEAR: dict[type[Any], Callable[[Any, Any, Turn], Move]] = {
    KeysPressed: _pressed,
    Spoke: _spoke,
    NoInput: _silent,
}

COLLECT: Final = Kind(
    name="collect",
    about="Ask for a value, check it, read it back, and keep it in a variable.",
    node=Collect,
    entries={
        "prompt": must(PromptField(), "The question.", EMPTY),
        "variable": must(Variable(given=True), "Where the value is kept.", ""),
        "next": must(Target(), "Where the call goes with the value.", ""),
        "what": may(
            OneOf(values.What, values.What.DIGITS), "What kind of value.", values.What.DIGITS
        ),
        "pattern": may(
            Text(40), "Its shape: 9 a digit, A a letter, * either, anything else itself.", ""
        ),
        "check_digit": may(
            OneOf(values.CheckDigit, values.CheckDigit.NONE),
            "How its last digit checks the others.",
            values.CheckDigit.NONE,
        ),
        "least": may(Whole(1, 40, 1), "The fewest digits.", 1),
        "most": may(Whole(1, 40, 20), "The most digits.", 20),
        "period": may(
            OneOf(Period, Period.ANY), "Which days are right: past, future or any.", Period.ANY
        ),
        "listen": may(OneOf(Listening, Listening.KEYS), "Keys, speech or both.", Listening.KEYS),
        "hints": may(Listed(Text(100), 1, 100, "hints"), "Words that callers may say.", ()),
        "confirm": may(Flag(True), "Whether the value is read back to be confirmed.", True),
        "sensitive": may(Flag(False), "Whether the call log must not keep the value.", False),
        "timeout_seconds": may(Whole(1, 60, 6), "How long to wait for the next key.", 6),
        "attempts": may(Whole(1, 10, 3), "How often to ask.", 3),
        "finish_key": may(FINISH_KEY, "The key that ends the value."),
        "no_input": may(RETRY, "About silence.", Retry()),
        "invalid": may(RETRY, "About a wrong value.", Retry()),
    },
    enter=_ask,
    hear=_HEAR,
    waits=True,
    idles=lambda node: (node.no_input.next,),
    review=_review,
    endings=("no_input/next", "invalid/next"),
)
