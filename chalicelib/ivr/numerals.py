"""Whole numbers in words, as they are said aloud in each language of `tongues.SPOKEN`.

A number takes the gender of what is counted: "vingt et une minutes", "veintiún euros".
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import arabic
from chalicelib.ivr.tongues import words

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST: Final = 10**12 - 1


class Counted(StrEnum):
    """What a number stands before: nothing ("uno"), a masculine noun ("un"), a feminine one."""

    ALONE = "alone"
    MASCULINE = "masculine"
    FEMININE = "feminine"


def _listed(names: str) -> tuple[str, ...]:
    return tuple(names.split())


@lru_cache(maxsize=4096)
def cardinal(number: int, language: str, counted: Counted = Counted.ALONE) -> str:
    """Say a number in words; one that is too large is said digit by digit.

    >>> cardinal(91, "fr"), cardinal(21, "es", Counted.MASCULINE), cardinal(21, "de")
    ('quatre-vingt-onze', 'veintiún', 'einundzwanzig')
    """
    if number < 0:
        return f"{words(language)['minus']} {cardinal(-number, language, counted)}"
    if number > LARGEST:
        return digit_by_digit(str(number), language)
    return _CARDINALS[language](number, counted)


def digit_by_digit(digits: str, language: str) -> str:
    """Say each digit of a text of ASCII digits.

    >>> digit_by_digit("407", "en")
    'four zero seven'
    """
    return " ".join(cardinal(int(digit), language) for digit in digits)


def ordinal(number: int, *, feminine: bool = False) -> str:
    """Say a place in French, from the first on.

    >>> ordinal(1), ordinal(1, feminine=True), ordinal(21), ordinal(80), ordinal(9)
    ('premier', 'première', 'vingt et unième', 'quatre-vingtième', 'neuvième')
    """
    if number == 1:
        return "première" if feminine else "premier"
    said = cardinal(number, "fr")
    for end, stem in (("vingts", "vingt"), ("cents", "cent"), ("cinq", "cinqu"), ("neuf", "neuv")):
        if said.endswith(end):
            return f"{said.removesuffix(end)}{stem}ième"
    return f"{said.removesuffix('e')}ième"


def _split(number: int) -> tuple[int, int, int, int]:
    """Return the thousands of millions, the millions, the thousands and the rest."""
    thousands, rest = divmod(number, 1000)
    millions, thousands = divmod(thousands, 1000)
    milliards, millions = divmod(millions, 1000)
    return milliards, millions, thousands, rest


def _fr(number: int, counted: Counted) -> str:
    if number == 0:
        return "zéro"
    milliards, millions, thousands, rest = _split(number)
    parts = [_fr_large(milliards, "milliard"), _fr_large(millions, "million")]
    if thousands:
        # "quatre-vingt mille", "deux cent mille": mille takes the plural away.
        before = "" if thousands == 1 else _fr_below_1000(thousands, plural=False)
        parts.append(f"{before} mille".strip())
    if rest:
        parts.append(_fr_below_1000(rest, plural=True))
    said = " ".join(part for part in parts if part)
    if counted is Counted.FEMININE and rest % 10 == 1 and rest % 100 not in {11, 71, 91}:
        return f"{said}e"
    return said


def _fr_large(count: int, name: str) -> str:
    return f"{_fr_below_1000(count, plural=True)} {name}{'s' * (count > 1)}" if count else ""


def _fr_below_1000(number: int, *, plural: bool) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _fr_below_100(rest, plural=plural)
    cent = "cent" if hundreds == 1 else f"{_FR[hundreds]} cent"
    if rest:
        return f"{cent} {_fr_below_100(rest, plural=plural)}"
    return f"{cent}s" if plural and hundreds > 1 else cent


def _fr_below_100(number: int, *, plural: bool) -> str:
    if number < 17:
        return _FR[number]
    if number == 80:
        return "quatre-vingts" if plural else "quatre-vingt"
    tens, units = divmod(number, 10)
    if tens in {7, 9}:
        tens, units = tens - 1, units + 10
    name = _FR_TENS[tens]
    if units == 0:
        return name
    if units in {1, 11} and tens != 8 and tens > 1:
        return f"{name} et {_FR[units]}"
    return f"{name}-{_fr_below_100(units, plural=plural)}"


_FR: Final = _listed(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
)
_FR_TENS: Final = _listed("- dix vingt trente quarante cinquante soixante - quatre-vingt -")


def _en(number: int, counted: Counted) -> str:
    if number == 0:
        return "zero"
    milliards, millions, thousands, rest = _split(number)
    groups = ((milliards, " billion"), (millions, " million"), (thousands, " thousand"), (rest, ""))
    parts = [f"{_en_below_1000(count)}{name}" for count, name in groups if count]
    if number > 1000 and 0 < rest < 100:
        parts.insert(-1, "and")
        return " ".join(parts)
    return " ".join(parts)


def _en_below_1000(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    small = _en_below_100(rest) if rest or not hundreds else ""
    if not hundreds:
        return small
    return f"{_EN[hundreds]} hundred and {small}" if small else f"{_EN[hundreds]} hundred"


def _en_below_100(number: int) -> str:
    if number < 20:
        return _EN[number]
    tens, units = divmod(number, 10)
    return f"{_EN_TENS[tens]}-{_EN[units]}" if units else _EN_TENS[tens]


_EN: Final = _listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_EN_TENS: Final = _listed("- - twenty thirty forty fifty sixty seventy eighty ninety")


def _es(number: int, counted: Counted) -> str:
    if number == 0:
        return "cero"
    # A thousand millions is "mil millones": millions are counted up to 999 999.
    millions, rest = divmod(number, 1_000_000)
    parts = []
    if millions:
        name = "millón" if millions == 1 else "millones"
        parts.append(f"{_es_below_million(millions, Counted.MASCULINE)} {name}")
    if rest:
        parts.append(_es_below_million(rest, counted))
    return " ".join(parts)


def _es_below_million(number: int, counted: Counted) -> str:
    thousands, rest = divmod(number, 1000)
    parts = []
    if thousands:
        # "veintiún mil", "doscientas mil personas".
        before = Counted.MASCULINE if counted is Counted.ALONE else counted
        parts.append("mil" if thousands == 1 else f"{_es_below_1000(thousands, before)} mil")
    if rest:
        parts.append(_es_below_1000(rest, counted))
    return " ".join(parts)


def _es_below_1000(number: int, counted: Counted) -> str:
    hundreds, rest = divmod(number, 100)
    if number == 100:
        return "cien"
    parts = []
    if hundreds:
        name = _ES_HUNDREDS[hundreds]
        parts.append(f"{name[:-2]}as" if counted is Counted.FEMININE and hundreds > 1 else name)
    if rest:
        parts.append(_es_below_100(rest, counted))
    return " ".join(parts)


def _es_below_100(number: int, counted: Counted) -> str:
    if number % 10 == 1 and number != 11:
        one = _ES_ONE[counted]
        if number == 1:
            return one
        if number == 21:
            return "veintiún" if counted is Counted.MASCULINE else f"veinti{one}"
        return f"{_ES_TENS[number // 10]} y {one}"
    if number < 30:
        return _ES[number]
    tens, units = divmod(number, 10)
    return f"{_ES_TENS[tens]} y {_ES[units]}" if units else _ES_TENS[tens]


_ES: Final = _listed(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_ES_TENS: Final = _listed("- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS: Final = _listed(
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos "
    "novecientos"
)
_ES_ONE: Final = {Counted.ALONE: "uno", Counted.MASCULINE: "un", Counted.FEMININE: "una"}


def _de(number: int, counted: Counted) -> str:
    if number == 0:
        return "null"
    milliards, millions, thousands, rest = _split(number)
    parts = [_de_large(milliards, "Milliarde", "Milliarden")]
    parts.append(_de_large(millions, "Million", "Millionen"))
    small = f"{_de_below_1000(thousands, 'ein')}tausend" if thousands else ""
    if rest:
        small += _de_below_1000(rest, _DE_ONE[counted])
    parts.append(small)
    return " ".join(part for part in parts if part)


def _de_large(count: int, one: str, many: str) -> str:
    if count == 1:
        return f"eine {one}"
    return f"{_de_below_1000(count, 'eine')} {many}" if count else ""


def _de_below_1000(number: int, one: str) -> str:
    hundreds, rest = divmod(number, 100)
    before = f"{_DE[hundreds] if hundreds > 1 else 'ein'}hundert" if hundreds else ""
    return before + (_de_below_100(rest, one) if rest else "")


def _de_below_100(number: int, one: str) -> str:
    if number == 1:
        return one
    if number < 20:
        return _DE[number]
    tens, units = divmod(number, 10)
    before = f"{'ein' if units == 1 else _DE[units]}und" if units else ""
    return before + _DE_TENS[tens]


_DE: Final = _listed(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
_DE_TENS: Final = _listed("- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_DE_ONE: Final = {Counted.ALONE: "eins", Counted.MASCULINE: "ein", Counted.FEMININE: "eine"}


def _ar(number: int, counted: Counted) -> str:
    return arabic.cardinal(number, feminine=counted is Counted.FEMININE)


_CARDINALS: Final[dict[str, Callable[[int, Counted], str]]] = {
    "fr": _fr,
    "en": _en,
    "es": _es,
    "de": _de,
    "ar": _ar,
}
