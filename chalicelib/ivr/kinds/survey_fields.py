"""How the fields of a `survey` node are written that no other kind has. Not a kind itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.grammar import (
    VARIABLE,
    VARIABLE_MEANING,
    Field,
    Listed,
    Matching,
    Named,
    Record,
    Target,
    Text,
    Variable,
    may,
    must,
)
from chalicelib.ivr.kinds.keys import Key
from chalicelib.ivr.nodes import NamedSurvey
from chalicelib.ivr.surveying import ABOUT, SURVEY_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.grammar import Reading, Schema
    from chalicelib.kernel.reading import Place


@dataclass(frozen=True, slots=True)
class Leave:
    """A way out at any question: a key that answers none, and words for it."""

    key: str
    next: str
    phrases: tuple[str, ...] = ()


class SurveyId(Field[str]):
    """The id of a survey; where it is, and what it may be told of the call, is noted."""

    inner = Matching(SURVEY_ID, "the id of a survey such as srv_...")

    def read(self, place: Place, about: Reading) -> str:
        """Read it."""
        survey_id = self.inner.read(place, about)
        if survey_id:
            about.surveys.append(NamedSurvey(place.pointer, survey_id))
        for name in ABOUT.values():
            about.uses.setdefault(name, [])
        return survey_id

    def schema(self) -> Schema:
        """Describe it."""
        return self.inner.schema()


@dataclass(frozen=True, slots=True)
class Answers(Field["Mapping[str, str]"]):
    """Variables, each with the key of the question whose answer it gets."""

    inner: Named = Named(VARIABLE, VARIABLE_MEANING, Text(30), 1, 50, "variables")

    def read(self, place: Place, about: Reading) -> Mapping[str, str]:
        """Read them."""
        read = self.inner.read(place, about)
        for name, entry in place.entries().items() if isinstance(place.value, dict) else ():
            Variable(given=True).read(type(place)(name, entry.pointer, place.faults), about)
        return read

    def schema(self) -> Schema:
        """Describe them."""
        return self.inner.schema()


LEAVE: Final = Record(
    {
        "key": must(
            Key(re.compile(r"[*]"), "*: digits are answers, and # ends them"), "The key.", "*"
        ),
        "next": must(Target(), "Where the call goes.", ""),
        "phrases": may(Listed(Text(80), 1, 50, "phrases"), "What callers say to mean it.", ()),
    },
    Leave,
)
