"""Arabic numbers in words: gender, duals and counted nouns of Modern Standard Arabic.

From three to ten a number takes the opposite gender of what it counts; nouns are plural from three
to ten, singular (accusative) from eleven to ninety-nine, singular for round hundreds and thousands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Noun:
    """A thing that is counted, in the four forms that counting asks for."""

    one: str
    two: str
    few: str
    many: str
    feminine: bool = False

    @classmethod
    def read(cls, forms: list[str]) -> Noun:
        """Read a noun as the vocabulary writes it: one, two, few, many, gender."""
        one, two, few, many, gender = forms
        return cls(one, two, few, many, gender == "f")


def _listed(names: str) -> tuple[str, ...]:
    return tuple(names.split())


def cardinal(number: int, *, feminine: bool = False) -> str:
    """Say a number from 0 up to a million million, before it or beside a noun of that gender.

    >>> cardinal(21), cardinal(3, feminine=True)
    ('واحد وعشرون', 'ثلاث')
    """
    if number == 0:
        return "صفر"
    parts = []
    for size, noun in _SIZES:
        count, number = divmod(number, size)
        if count:
            parts.append(counted(count, noun) if count > 1 else noun.one)
    if number:
        parts.append(_below_1000(number, feminine))
    return " و".join(parts)


def counted(number: int, noun: Noun) -> str:
    """Say so many of something.

    >>> minute = Noun("دقيقة", "دقيقتان", "دقائق", "دقيقة", feminine=True)
    >>> counted(1, minute), counted(2, minute), counted(5, minute)
    ('دقيقة واحدة', 'دقيقتان', 'خمس دقائق')
    """
    if number == 1:
        return f"{noun.one} {_ONE[noun.feminine]}"
    if number == 2:
        return noun.two
    last = number % 100
    said = cardinal(number, feminine=noun.feminine)
    if 3 <= last <= 10:
        return f"{said} {noun.few}"
    return f"{said} {noun.many if last > 10 else noun.one}"


def oblique(said: str) -> str:
    """Put a number after a preposition or a noun: its duals and tens change their ending.

    >>> oblique("ألفان وستة وعشرون")
    'ألفين وستة وعشرين'
    """
    return " ".join(_oblique(word) for word in said.split())


def _oblique(word: str) -> str:
    bare = word.removeprefix("و")
    if word in {"مليون", "مليونان"}:
        return word
    if bare in _TENS or word in _TENS:
        return f"{word[:-2]}ين"
    return f"{word[:-2]}ين" if word.endswith("ان") else word


def _below_1000(number: int, feminine: bool) -> str:
    hundreds, rest = divmod(number, 100)
    parts = [_HUNDREDS[hundreds]] if hundreds else []
    if rest:
        parts.append(_below_100(rest, feminine))
    return " و".join(parts)


def _below_100(number: int, feminine: bool) -> str:
    if number <= 10:
        return _UNITS[feminine][number]
    tens, units = divmod(number, 10)
    if tens == 1:
        return f"{_TEENS[feminine].get(units, _UNITS[feminine][units])} {_TEN[feminine]}"
    return f"{_UNITS[feminine][units]} و{_TENS[tens]}" if units else _TENS[tens]


_ONE: Final = {False: "واحد", True: "واحدة"}
_UNITS: Final = {
    False: _listed("- واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة"),
    True: _listed("- واحدة اثنتان ثلاث أربع خمس ست سبع ثماني تسع عشر"),
}
_TEENS: Final = {False: {1: "أحد", 2: "اثنا"}, True: {1: "إحدى", 2: "اثنتا"}}
_TEN: Final = {False: "عشر", True: "عشرة"}
_TENS: Final = _listed("- - عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون")
_HUNDREDS: Final = _listed("- مئة مئتان ثلاثمئة أربعمئة خمسمئة ستمئة سبعمئة ثمانمئة تسعمئة")
_SIZES: Final = (
    (10**9, Noun("مليار", "ملياران", "مليارات", "مليارًا")),
    (10**6, Noun("مليون", "مليونان", "ملايين", "مليونًا")),
    (10**3, Noun("ألف", "ألفان", "آلاف", "ألفًا")),
)
