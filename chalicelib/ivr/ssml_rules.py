"""What each element of speech markup takes, at the carrier and for a given voice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element takes: its attributes (a pattern and its meaning) and what it may hold."""

    attributes: Mapping[str, tuple[re.Pattern[str], str]]
    required: frozenset[str]
    children: frozenset[str]


def faults(name: str, parent: str, attributes: Mapping[str, str], voice: str) -> Iterator[str]:
    """Say what is wrong with an element inside another ("speak" at the top), for a voice or ""."""
    rule = RULES.get(name)
    if rule is None:
        yield f"<{name}> is not known; known: {', '.join(RULES)}"
        return
    if parent in RULES and name not in RULES[parent].children:
        yield f"<{name}> may not stand in <{parent}>"
    yield from _attribute_faults(name, rule, attributes)
    yield from _voice_faults(name, attributes, voice)


def _attribute_faults(name: str, rule: Rule, attributes: Mapping[str, str]) -> Iterator[str]:
    for missing in sorted(rule.required - attributes.keys()):
        yield f"<{name}> needs {missing}"
    for attribute, value in attributes.items():
        if attribute not in rule.attributes:
            known = ", ".join(rule.attributes) or "none"
            yield f"<{name}> has no {attribute}; known: {known}"
            continue
        pattern, meaning = rule.attributes[attribute]
        if "{{" in value:
            yield f"<{name} {attribute}>: values go into the text, not into markup"
        elif not pattern.fullmatch(value):
            yield f"<{name} {attribute}> must be {meaning}, not {value[:40]!r}"


def _voice_faults(name: str, attributes: Mapping[str, str], voice: str) -> Iterator[str]:
    if voice and not voice.startswith(("Polly.", "Google.")) or "-Chirp" in voice:
        yield f"<{name}> is not for {voice}: voices of Polly's and most of Google's take markup"
    # Amazon Polly, "Supported SSML tags": neural and generative voices fail on these, and the
    # carrier then says nothing at all.
    if not (voice.startswith("Polly.") and voice.endswith(("-Neural", "-Generative"))):
        return
    if name == "emphasis":
        yield f"<emphasis> is not for {voice}: a voice without -Neural or -Generative says it"
    if name == "prosody" and "pitch" in attributes:
        yield f"<prosody pitch> is not for {voice}: a voice without -Neural or -Generative says it"


def _one_of(values: str) -> tuple[re.Pattern[str], str]:
    names = values.split()
    return re.compile("|".join(map(re.escape, names))), f"one of {', '.join(names)}"


def _shape(pattern: str, meaning: str) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern, re.DOTALL), meaning


def _rule(
    children: str = "", required: str = "", **attributes: tuple[re.Pattern[str], str]
) -> Rule:
    named = {_SPELLED.get(name, name): rule for name, rule in attributes.items()}
    return Rule(named, frozenset(required.split()), frozenset(children.split()))


_SPELLED: Final = {"xml_lang": "xml:lang", "interpret_as": "interpret-as"}
_INLINE: Final = "break emphasis lang phoneme prosody say-as sub w"
_ANY_TEXT: Final = _shape(".{1,200}", "a text of at most 200 characters")

# Twilio, <Say>'s elements, their attributes and values (helper library 9.13). Bounds of times and
# rates are Amazon Polly's.
RULES: Final[Mapping[str, Rule]] = {
    "break": _rule(
        strength=_one_of("none x-weak weak medium strong x-strong"),
        time=_shape(r"(?:10|[0-9](?:\.[0-9]{1,3})?)s|(?:10000|[0-9]{1,4})ms", "from 0s to 10s"),
    ),
    "emphasis": _rule(_INLINE, level=_one_of("strong moderate reduced")),
    "lang": _rule(
        f"{_INLINE} p s",
        "xml:lang",
        xml_lang=_one_of(
            "arb ar-AE ca-ES cmn-CN cy-GB da-DK de-DE de-AT en-AU en-GB en-GB-WLS en-IN en-NZ "
            "en-US en-ZA es-ES es-MX es-US fi-FI fr-CA fr-FR he-IL hi-IN is-IS it-IT ja-JP ko-KR "
            "nb-NO nl-NL pl-PL pt-BR pt-PT ro-RO ru-RU sv-SE tr-TR yue-CN"
        ),
    ),
    "p": _rule(f"{_INLINE} s"),
    "phoneme": _rule(
        "",
        "ph",
        alphabet=_one_of(
            "ipa x-sampa x-amazon-jyutping x-amazon-pinyin x-amazon-pron-kana x-amazon-yomigana"
        ),
        ph=_ANY_TEXT,
    ),
    "prosody": _rule(
        f"{_INLINE} p s",
        volume=_shape(
            r"default|silent|x-soft|soft|medium|loud|x-loud|[+-][0-9]{1,2}(?:\.[0-9]+)?dB",
            "default, silent, x-soft, soft, medium, loud, x-loud, +6dB or -6dB",
        ),
        rate=_shape(
            r"x-slow|slow|medium|fast|x-fast|(?:[2-9][0-9]|1[0-9]{2}|200)%",
            "x-slow, slow, medium, fast, x-fast, or from 20% to 200%",
        ),
        pitch=_shape(
            r"default|x-low|low|medium|high|x-high|[+-][0-9]{1,3}(?:\.[0-9]+)?%",
            "default, x-low, low, medium, high, x-high, +10% or -10%",
        ),
    ),
    "s": _rule(_INLINE),
    "say-as": _rule(
        "",
        "interpret-as",
        interpret_as=_one_of(
            "characters spell-out cardinal number ordinal digits fraction unit date time address "
            "expletive telephone"
        ),
        format=_one_of("mdy dmy ymd md dm ym my d m y yyyymmdd"),
    ),
    "sub": _rule("", "alias", alias=_ANY_TEXT),
    "w": _rule("break emphasis phoneme prosody say-as sub", role=_ANY_TEXT),
}
