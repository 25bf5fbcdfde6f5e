"""Kind `menu`: ask for a key or a word, a few times at most."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import Pressed, Said, WentSilent
from chalicelib.ivr import hearing, replies
from chalicelib.ivr.actions import Ask, KeysPressed, Listening, NoInput, Say, Spoke
from chalicelib.ivr.grammar import (
    Field,
    Flag,
    Listed,
    OneOf,
    Reading,
    Record,
    Short,
    Target,
    Text,
    Whole,
    may,
    must,
)
from chalicelib.ivr.kinds.keys import Key
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.prompts import EMPTY, PromptField
from chalicelib.ivr.texts import Line, say
from chalicelib.ivr.turns import Move, leave
from chalicelib.kernel.reading import Place, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Aloud
    from chalicelib.ivr.grammar import Schema
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.turns import Turn

MOST_CHOICES: Final = 50
LONGEST_KEYS: Final = 32  # what is kept of a caller who leans on the keypad
LONGEST_WORDS: Final = 200  # what is kept of a caller who tells a story
_KEYS: Final = re.compile(r"[0-9*#]{1,4}")
_NAMED: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """What a question does about silence or a wrong answer: a word, and the exit at the end."""

    prompt: Prompt | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Where an answer leads, and the words that mean it."""

    next: str
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A question with its choices: by key, or by a name that only words reach."""

    prompt: Prompt
    choices: Mapping[str, Choice]
    listen: Listening = Listening.KEYS
    timeout_seconds: int = 5
    speech_timeout_seconds: int | None = None
    attempts: int = 3
    barge_in: bool = True
    hints: tuple[str, ...] = ()
    no_input: Retry = field(default_factory=Retry)
    invalid: Retry = field(default_factory=Retry)
    finish_key: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The choices that keys reach."""
        return tuple(name for name in self.choices if _KEYS.fullmatch(name))

    @property
    def phrases(self) -> Mapping[str, tuple[str, ...]]:
        """The words that mean each choice."""
        return {name: each.phrases for name, each in self.choices.items()}


def ask(node: Menu, turn: Turn, *first: Aloud) -> Move:
    """Put the question."""
    keys = node.keys
    known = chain.from_iterable(each.phrases for each in node.choices.values())
    question = Ask(
        prompts=(*first, turn.aloud(node.prompt)),
        timeout_seconds=node.timeout_seconds,
        most_keys=max(map(len, keys), default=1),
        finish_key=_finish_key(node),
        listening=node.listen,
        language=turn.language,
        hints=tuple(dict.fromkeys((*known, *node.hints))),
        barge_in=node.barge_in,
        speech_timeout=node.speech_timeout_seconds,
    )
    return Move(actions=(question,), wait=turn.position.then())


def _finish_key(node: Menu) -> str:
    if node.finish_key is not None:
        return "" if node.finish_key == "none" else node.finish_key
    return "" if any("#" in key for key in node.keys) else "#"


def _choose(node: Menu, given: KeysPressed, turn: Turn) -> Move:
    if not given.keys:
        return _stay_silent(node, NoInput(), turn)
    known = given.keys in node.choices
    pressed = Pressed(
        **turn.fact,
        node=turn.node,
        keys=given.keys[:LONGEST_KEYS],
        choice=given.keys if known else "invalid",
    )
    if known:
        return _take(node, given.keys, turn, pressed)
    return _again(node, node.invalid, "invalid", Line.INVALID_KEY, pressed, turn)


def _understand(node: Menu, given: Spoke, turn: Turn) -> Move:
    """Match what was said to a choice: by its phrases, or by the key's own name ("un")."""
    choice = replies.choose(given.words, node.phrases, turn.language)
    said = Said(
        **turn.fact,
        node=turn.node,
        words=given.words[:LONGEST_WORDS],
        choice=choice or "invalid",
        confidence=given.confidence,
    )
    if choice is not None:
        return _take(node, choice, turn, said)
    return _again(node, node.invalid, "invalid", Line.NOT_UNDERSTOOD, said, turn)


def _take(node: Menu, choice: str, turn: Turn, event: Event) -> Move:
    return leave(turn, f"choices/{choice}", node.choices[choice].next, event)


def _stay_silent(node: Menu, given: NoInput, turn: Turn) -> Move:
    silent = WentSilent(**turn.fact, node=turn.node, attempt=turn.position.attempt)
    return _again(node, node.no_input, "no_input", Line.NO_INPUT, silent, turn)


def _again(node: Menu, retry: Retry, name: str, line: Line, event: Event, turn: Turn) -> Move:
    if turn.position.attempt >= node.attempts:
        return leave(turn, f"{name}/next", retry.next, event, parting=Line.GOODBYE)
    sorry = turn.aloud(retry.prompt) if retry.prompt else Say(say(line, turn.language))
    again = turn.here(attempt=turn.position.attempt + 1)
    return ask(node, again, sorry).after(events=(event,))


RETRY: Final = Record(
    {
        "prompt": may(PromptField(), "What is said before the question is put again."),
        "next": may(Target(), "Where the call goes after the last attempt."),
    },
    Retry,
)


@dataclass(frozen=True, slots=True)
class Choices(Field["Mapping[str, Choice]"]):
    """Choices by key, or by name where only words reach them."""

    def read(self, place: Place, about: Reading) -> Mapping[str, Choice]:
        """Read every choice; keys that a caller could not tell apart are faults."""
        entries = place.entries()
        if isinstance(place.value, dict) and not 1 <= len(entries) <= MOST_CHOICES:
            place.fault(f"must have from 1 to {MOST_CHOICES} choices, not {len(entries)}")
        for keys, entry in entries.items():
            if _NAMED.fullmatch(keys):
                continue
            if not _KEYS.fullmatch(keys):
                entry.fault(
                    f"{quoted(keys)} is not what a caller can press: 1 to 4 of 0-9, * and #"
                )
            elif any(keys != other and keys.startswith(other) for other in entries if other):
                entry.fault(f"a shorter choice begins like {keys}: nobody could tell them apart")
        read = {keys: _CHOICE.read(entry, about) for keys, entry in entries.items()}
        return MappingProxyType(read)

    def schema(self) -> Schema:
        """Describe them."""
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{_KEYS.pattern}|{_NAMED.pattern})$"},
            "additionalProperties": _CHOICE.schema(),
            "minProperties": 1,
            "maxProperties": MOST_CHOICES,
        }


def _review(place: Place, node: Menu) -> None:
    entries = place.entries().get("choices")
    choices = entries.entries() if entries is not None and isinstance(entries.value, dict) else {}
    for name, choice in node.choices.items():
        spoken = bool(choice.phrases)
        if node.listen is Listening.KEYS and (spoken or _NAMED.fullmatch(name)):
            choices[name].fault("can only be said: `listen` must be speech or both")
        elif not spoken and _NAMED.fullmatch(name):
            choices[name].fault("nobody can press it: give `phrases` that mean it")
    _review_phrases(choices, node)
    if node.finish_key not in (None, "none") and any(node.finish_key in key for key in node.keys):
        place.entries()["finish_key"].fault("is part of a choice: it would end the keys too early")
    elif node.finish_key not in (None, "none") and max(map(len, node.keys), default=0) < 2:
        place.entries()["finish_key"].fault("does nothing: each choice is one key, taken at once")
    review_listening(place, node.listen)


def review_listening(place: Place, listen: Listening) -> None:
    """Note what is only for callers who speak, where nobody listens to them."""
    entries = place.entries()
    for name in ("hints", "speech_timeout_seconds"):
        if listen is Listening.KEYS and name in entries and entries[name].value is not None:
            entries[name].fault("does nothing: `listen` must be speech or both")


def _review_phrases(choices: dict[str, Place], node: Menu) -> None:
    """Note phrases that mean nothing, or mean two choices."""
    owners: dict[str, str] = {}
    for name, choice in node.choices.items():
        for phrase in choice.phrases:
            meant = " ".join(hearing.split(phrase))
            if phrase and not meant:
                choices[name].fault(f"{quoted(phrase)} has no word in it")
            if owners.setdefault(meant, name) != name:
                choices[name].fault(f"{quoted(phrase)} means {owners[meant]} already")


_CHOICE: Final = Short(
    Target(),
    lambda target: Choice(next=target),
    Record(
        {
            "next": must(Target(), "Where this answer leads.", ""),
            "phrases": may(Listed(Text(80), 1, 50, "phrases"), "What callers say to mean it.", ()),
        },
        Choice,
    ),
)
FINISH_KEY: Final = Key(re.compile(r"[0-9*#]|none"), "one of 0-9, * and #, or none")

MENU: Final = Kind(
    name="menu",
    about="Ask for a key or a word, and go where the answer leads.",
    node=Menu,
    entries={
        "prompt": must(PromptField(), "The question.", EMPTY),
        "choices": must(Choices(), "Where each answer leads.", MappingProxyType({})),
        "listen": may(OneOf(Listening, Listening.KEYS), "Keys, speech or both.", Listening.KEYS),
        "timeout_seconds": may(Whole(1, 60, 5), "How long to wait for a first answer.", 5),
        "speech_timeout_seconds": may(
            Whole(1, 60, 2), "Silence that ends what is said; the carrier decides without it."
        ),
        "attempts": may(Whole(1, 10, 3), "How often to ask.", 3),
        "barge_in": may(Flag(True), "Whether an answer cuts the question short.", True),
        "finish_key": may(FINISH_KEY, "The key that ends an answer of several keys."),
        "hints": may(Listed(Text(100), 1, 100, "hints"), "More words that callers may say.", ()),
        "no_input": may(RETRY, "About silence.", Retry()),
        "invalid": may(RETRY, "About a wrong answer.", Retry()),
    },
    enter=ask,
    hear={KeysPressed: _choose, Spoke: _understand, NoInput: _stay_silent},
    waits=True,
    idles=lambda node: (node.no_input.next,),
    review=_review,
    endings=("no_input/next", "invalid/next"),
)
