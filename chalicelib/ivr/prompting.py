"""What a caller is to hear, in the languages that the flow speaks. Pure values.

A prompt is written once and heard in the call's language; where it has no words in that language,
the first one that it has is heard rather than nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.ivr import ssml
from chalicelib.ivr.nodes import Audio, Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.templates import Template


@dataclass(frozen=True, slots=True)
class Words:
    """A text to be said, with variables in it."""

    template: Template
    language: str
    voice: str | None = None

    @property
    def variables(self) -> frozenset[str]:
        """Name the variables that the text reads."""
        return frozenset(self.template.variables)

    def spoken(self, values: Mapping[str, Value]) -> Spoken:
        """Return the words with the values of one call in them."""
        return Spoken(self.template.render(values, self.language), self.language, self.voice)


@dataclass(frozen=True, slots=True)
class Marked:
    """Words with speech markup, and variables in the words."""

    markup: ssml.Markup
    language: str
    voice: str | None = None

    @property
    def variables(self) -> frozenset[str]:
        """Name the variables that the words read."""
        return self.markup.variables

    def spoken(self, values: Mapping[str, Value]) -> Spoken:
        """Return the markup with the values of one call in its words."""
        nodes = self.markup.render(values, self.language)
        return Spoken(ssml.spoken(nodes), self.language, self.voice, nodes)


Utterance = Words | Marked | Audio


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words or recordings by language, the flow's own language first."""

    utterances: Mapping[str, Utterance]
    fixed: Mapping[str, Spoken | Audio] = field(default_factory=dict)

    @classmethod
    def of(cls, utterances: Mapping[str, Utterance]) -> Prompt:
        """Make a prompt; what needs no variable is made ready once."""
        fixed = {
            language: each if isinstance(each, Audio) else each.spoken({})
            for language, each in utterances.items()
            if isinstance(each, Audio) or not each.variables
        }
        return cls(utterances, fixed)

    @property
    def variables(self) -> frozenset[str]:
        """Name the variables that the prompt reads in any language."""
        words = (each for each in self.utterances.values() if not isinstance(each, Audio))
        return frozenset(name for each in words for name in each.variables)

    def heard(self, language: str, values: Mapping[str, Value]) -> Spoken | Audio:
        """Return what a caller hears who speaks this language."""
        spoken = language if language in self.utterances else self._nearest(language)
        ready = self.fixed.get(spoken)
        if ready is not None:
            return ready
        utterance = self.utterances[spoken]
        return utterance if isinstance(utterance, Audio) else utterance.spoken(values)

    def _nearest(self, language: str) -> str:
        """Belgian callers are happier with the French of France than with English."""
        family = language.partition("-")[0]
        near = (each for each in self.utterances if each.partition("-")[0] == family)
        return next(near, next(iter(self.utterances)))
