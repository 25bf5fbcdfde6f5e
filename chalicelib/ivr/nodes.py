"""The values a flow is made of: what is said, where ways lead, and the flow as a whole.

Frozen, already checked, and without behaviour. What a node of each kind needs to know, and what it
does, is in `kinds/`; `flow.py` reads documents into these values and `engine.py` walks them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.ssml import Node as Marked
    from chalicelib.ivr.trials.scripts import Script

Value = str | int | bool
Node = Any  # a frozen dataclass of one of the modules in `kinds/`


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words for the carrier to say. Without a `voice`, the language's usual one is taken.

    With `markup`, that is what the voice is given, and `text` is what callers hear of it.
    """

    text: str
    language: str
    voice: str | None = None
    markup: tuple[Marked, ...] = ()


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording for the carrier to fetch and play: at an address, uploaded, or built in."""

    url: str = ""
    prompt_id: str = ""
    version: int = 0
    builtin: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a document (a JSON pointer) names an uploaded prompt."""

    pointer: str
    prompt_id: str


@dataclass(frozen=True, slots=True)
class NamedQueue:
    """Where a document (a JSON pointer) names a queue."""

    pointer: str
    name: str


@dataclass(frozen=True, slots=True)
class NamedSurvey:
    """Where a document (a JSON pointer) names a survey."""

    pointer: str
    survey_id: str


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node: where it is written (a pointer inside the node) and where it goes."""

    pointer: str
    target: str

    @property
    def name(self) -> str:
        """Name the exit as transcripts and coverage do: `choices/1`, `no_answer`.

        A choice is the same exit whether it is written short or with its phrases.
        """
        name = self.pointer[1:]
        return name.removesuffix("/next") if name.startswith("choices/") else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A whole flow document, read: how one business answers its phone.

    `uses` names every variable that something in the flow reads: a flow that reads none needs no
    memory. `sets` names those that its nodes give a value. `tests` are only read to be
    published: no call pays for them.
    """

    name: str
    language: str
    start: str
    nodes: Mapping[str, Node]
    ways: Mapping[str, tuple[Exit, ...]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    uses: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    uploads: tuple[Upload, ...] = ()
    tests: tuple[Script, ...] = ()
    queues: tuple[NamedQueue, ...] = ()
    surveys: tuple[NamedSurvey, ...] = ()

    def exits(self, name: str) -> tuple[Exit, ...]:
        """Return every way out of a node that the document names."""
        return self.ways.get(name, ())
