"""Values as people say them on the telephone: every function gives words, without a digit.

Words rather than the carrier's `<say-as>`: its meaning differs from voice to voice, none of them
reads a French telephone number in pairs, and a simulation shows what callers will hear.

Nothing here raises. What cannot be read as the kind of value it should be is said as it stands, its
digits one number at a time. A language that is not in `tongues.SPOKEN` is read in French.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date as Date
from datetime import time as Time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import arabic, calendar_words
from chalicelib.ivr.numerals import LARGEST, Counted, cardinal, digit_by_digit, ordinal
from chalicelib.ivr.tongues import family, words
from chalicelib.ivr.written import LONGEST_NUMBER, SPACES, ascii_digits, parts_of
from chalicelib.kernel import phone as phones
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

Value = str | int | bool | Decimal | Date | Time | None

# Python refuses to write an integer of more than 4300 digits.
_LONGEST_WRITTEN: Final = 10_000
_EURO: Final = re.compile(r"\s*(?:€|EUR|euros?)\s*", re.IGNORECASE)
_DIGITS: Final = re.compile(r"[0-9]+")


def plain(value: Value, language: str) -> str:
    """Say any value: a text as it stands, with the days, times, amounts and numbers in it in words.

    >>> plain("Lot 12, porte B", "fr-FR"), plain(True, "en-GB")
    ('Lot douze, porte B', 'yes')
    >>> plain("12,50 € le 24/12/2026, soit 5 %", "fr-FR")
    'douze euros et cinquante centimes le vingt-quatre décembre deux mille vingt-six, \
soit cinq pour cent'
    """
    tongue = _tongue(language)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(words(tongue)["yes_no"][not value])
    if isinstance(value, Time | Date):
        return moment(value, language)
    return _without_digits(_text(value), tongue)


def number(value: Value, language: str) -> str:
    """Say a number, whole or not.

    >>> number("1 234,05", "fr-FR"), number(-3, "de-DE")
    ('mille deux cent trente-quatre virgule zéro cinq', 'minus drei')
    """
    tongue = _tongue(language)
    parts = parts_of(value)
    if parts is None:
        return plain(value, language)
    sign, whole, fraction = parts
    said = cardinal(int(whole), tongue)
    if fraction.strip("0"):
        said = f"{said} {words(tongue)['point']} {_fraction(fraction, tongue)}"
    return f"{words(tongue)['minus']} {said}" if sign and int(whole + fraction) else said


def percent(value: Value, language: str) -> str:
    """Say a percentage.

    >>> percent("5.5", "fr-FR")
    'cinq virgule cinq pour cent'
    """
    bare = value.replace("%", "") if isinstance(value, str) else value
    if parts_of(bare) is None:
        return plain(value, language)
    return f"{number(bare, language)} {words(_tongue(language))['percent']}"


def amount(value: Value, language: str, *, of_what: bool = False) -> str:
    """Say an amount in euros, to the nearest cent (halves away from nought).

    `of_what` names the currency of cents that stand alone: "quinze centimes d'euro".

    >>> amount("12.50", "fr-FR"), amount("0.15", "en-GB"), amount("1", "es-ES")
    ('douze euros et cinquante centimes', 'fifteen cents', 'un euro')
    """
    tongue = _tongue(language)
    parts = parts_of(_EURO.sub("", str(value)) if isinstance(value, str) else value)
    if parts is None:
        return plain(value, language)
    sign, whole, fraction = parts
    cents = int(whole) * 100 + int(f"{fraction}000"[:2]) + (f"{fraction}000"[2] >= "5")
    if cents // 100 > LARGEST:
        return plain(value, language)
    euros, cents = divmod(cents, 100)
    alone = of_what and cents > 0 and euros == 0
    counts = ((euros, "euro"), (cents, "euro_cent" if alone else "cent"))
    said = _quantities(counts, tongue) or _quantity(0, "euro", tongue)
    if alone:
        said = f"{said} {words(tongue).get('cents_of', '')}".strip()
    return f"{words(tongue)['minus']} {said}" if sign and (euros or cents) else said


def duration(seconds: Value, language: str) -> str:
    """Say a length of time given in seconds.

    >>> duration(3660, "fr-FR"), duration(1260, "fr-FR")
    ('une heure et une minute', 'vingt et une minutes')
    """
    tongue = _tongue(language)
    parts = parts_of(seconds)
    if parts is None or parts[0] or int(parts[1]) > LARGEST:
        return plain(seconds, language)
    minutes, left = divmod(int(parts[1]), 60)
    hours, minutes = divmod(minutes, 60)
    units = ((hours, "hour"), (minutes, "minute"), (left, "second"))
    return _quantities(units, tongue) or _quantity(0, "second", tongue)


def digits(value: Value, language: str) -> str:
    """Say each digit on its own, slowly: codes, short numbers.

    >>> digits("407", "fr-FR")
    'quatre, zéro, sept'
    """
    return spell(value, language)


def spell(value: Value, language: str) -> str:
    """Spell a reference such as an order number: letters, digits and signs one by one.

    >>> spell("ab-12", "fr-FR")
    'A, B, tiret, un, deux'
    """
    tongue = _tongue(language)
    said = (_character(each, tongue) for each in SPACES.sub("", _text(value)))
    return str(words(tongue)["list"]).join(each for each in said if each)


def phone(value: Value, language: str) -> str:
    """Say a telephone number as people there do: in pairs in French, the French way to write it.

    >>> phone("+33142680005", "fr-FR"), phone("+442079460018", "en-GB")
    ('zéro un, quarante-deux, soixante-huit, zéro zéro, zéro cinq', \
'plus four four, two zero, seven nine four six, zero zero one eight')
    """
    tongue = _tongue(language)
    written = ascii_digits(_text(value))
    try:
        e164 = phones.parse(written)
        # A number of no range that is in use is French all the same.
        french = e164.startswith("+33")
        national = f"0{e164[3:]}" if french else phones.national(e164)
    except Rejected:
        national = written
    if not _DIGITS.search(national):
        return plain(value, language)
    before = f"{words(tongue)['plus']} " if national.startswith("+") else ""
    groups = _DIGITS.findall(national)
    if len(groups) == 1:
        groups = _short(groups[0])
    said = (_pair(g, tongue) if tongue == "fr" else digit_by_digit(g, tongue) for g in groups)
    return before + str(words(tongue)["list"]).join(said)


def key(value: Value, language: str) -> str:
    """Say a key of the telephone, or several.

    >>> key("#", "fr-FR"), key("1", "de-DE"), key("12", "en-GB")
    ('dièse', 'eins', 'one, two')
    """
    return spell(value, language)


def date(value: Value, language: str) -> str:
    """Say a day with its year; texts are read as 2026-03-01 or, as written in France, 1/3/2026.

    >>> date("2026-03-01", "fr-FR"), date("2026-03-01", "en-GB")
    ('premier mars deux mille vingt-six', 'the first of March twenty twenty-six')
    """
    day = calendar_words.read_day(_as_written(value))
    if day is None:
        return plain(value, language)
    return calendar_words.say_date(day, _tongue(language))


def day(value: Value, language: str) -> str:
    """Say a day of this year with its day of the week, for appointments.

    >>> day("2026-03-03", "fr-FR")
    'mardi trois mars'
    """
    read = calendar_words.read_day(_as_written(value))
    return (
        plain(value, language) if read is None else calendar_words.say_day(read, _tongue(language))
    )


def time(value: Value, language: str) -> str:
    """Say a time of day, to the minute.

    >>> time("14:05", "fr-FR"), time("14:05", "en-GB"), time("21:30", "es-ES")
    ('quatorze heures cinq', 'two oh five pm', 'las veintiuna y treinta')
    """
    read = calendar_words.read_time(_as_written(value))
    return (
        plain(value, language) if read is None else calendar_words.say_time(read, _tongue(language))
    )


def moment(value: Value, language: str) -> str:
    """Say when something happens, to go after a verb: "mardi trois mars à quatorze heures".

    >>> from datetime import datetime, time
    >>> moment(time(14), "fr-FR"), moment(datetime(2026, 3, 3, 14), "de-DE")
    ('à quatorze heures', 'am Dienstag, dem dritten März, um vierzehn Uhr')
    """
    tongue = _tongue(language)
    day_of, time_of = calendar_words.read_day(value), calendar_words.read_time(value)
    if day_of is None and time_of is None:
        return "" if isinstance(value, Date | Time) else plain(value, language)
    return calendar_words.say_when(day_of, time_of, tongue)


def _text(value: Value) -> str:
    """Write a value; one that nobody could listen to is silent."""
    if value is None or (isinstance(value, int) and value.bit_length() > _LONGEST_WRITTEN):
        return ""
    return str(value)


def _tongue(language: str) -> str:
    return family(language) or "fr"


def _as_written(value: Value) -> Value:
    return ascii_digits(value) if isinstance(value, str) else value


def _fraction(fraction: str, tongue: str) -> str:
    """Say decimals: a number after its noughts in French and Spanish, digit by digit elsewhere."""
    decimals = fraction.rstrip("0")
    bare = decimals.lstrip("0")
    if tongue not in {"fr", "es"} or len(bare) > 3:
        return digit_by_digit(decimals, tongue)
    return " ".join(
        [*[cardinal(0, tongue)] * (len(decimals) - len(bare)), cardinal(int(bare), tongue)]
    )


def _quantities(counts: tuple[tuple[int, str], ...], tongue: str) -> str:
    said = [_quantity(count, unit, tongue) for count, unit in counts if count]
    if len(said) < 2:
        return "".join(said)
    if tongue == "ar":  # its "and" stands before each one, and is written with it
        return f" {words(tongue)['and']}".join(said)
    return " ".join([*said[:-1], words(tongue)["and"], said[-1]])


def _quantity(count: int, unit: str, tongue: str) -> str:
    forms = words(tongue)[unit]
    if tongue == "ar":
        return arabic.counted(count, arabic.Noun.read(forms))
    one, many, gender = forms
    counted = Counted.FEMININE if gender == "f" else Counted.MASCULINE
    # French counts nought as one: "zéro euro". A round million of something takes "de".
    single = count == 1 or (count == 0 and tongue == "fr")
    of = {"fr": "d'" if unit in {"euro", "hour"} else "de ", "es": "de "}.get(tongue, "")
    link = f" {of}" if of and count and count % 1_000_000 == 0 else " "
    return f"{cardinal(count, tongue, counted)}{link}{one if single else many}"


def _short(number: str) -> list[str]:
    """Part a short number: 112, 116 117 and 118 712 by threes, 36 31 by two."""
    return re.findall("..." if len(number) in {3, 6} else "..?", number)


def _pair(group: str, tongue: str) -> str:
    """Say a group as in French: "quarante-deux", "zéro cinq", "cent seize"."""
    if len(group) > 3 or group.startswith("0"):
        return digit_by_digit(group, tongue)
    return cardinal(int(group), tongue)


def _character(character: str, tongue: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return cardinal(digit, tongue)
    if character.isalpha():
        return character.upper()
    return str(words(tongue)["signs"].get(character, ""))


def _without_digits(text: str, tongue: str) -> str:
    written = ascii_digits(text)

    def said(match: re.Match[str]) -> str:
        before, after = written[: match.start()][-1:], written[match.end() :][:1]
        known = str(match.lastgroup)
        run = _KNOWN[known](match[0], tongue) or _DIGITS.sub(lambda m: _run(m[0], tongue), match[0])
        return f"{' ' * before.isalnum()}{run}{' ' * after.isalnum()}"

    return _IN_TEXT.sub(said, written)


def _run(run: str, tongue: str) -> str:
    if len(run) > LONGEST_NUMBER or (run.startswith("0") and len(run) > 1):
        return digit_by_digit(run, tongue)
    return cardinal(int(run), tongue)


def _day_in_text(text: str, tongue: str) -> str:
    day = calendar_words.read_day(text)
    return "" if day is None else calendar_words.say_date(day, tongue)


def _time_in_text(text: str, tongue: str) -> str:
    read = calendar_words.read_time(text)
    return "" if read is None else calendar_words.say_time(read, tongue)


def _amount_in_text(text: str, tongue: str) -> str:
    parts = parts_of(_EURO.sub("", text))
    return amount(text, tongue) if parts and int(parts[1]) < LARGEST else ""


def _number_in_text(text: str, tongue: str) -> str:
    return number(text, tongue) if parts_of(text) else ""


def _percent_in_text(text: str, tongue: str) -> str:
    return percent(text, tongue) if parts_of(text.replace("%", "")) else ""


def _ordinal_in_text(text: str, tongue: str) -> str:
    """Read 1er, 1re, 2e, 3ème: French ones alone, others have other letters."""
    number = int(_DIGITS.findall(text)[0])
    if tongue != "fr" or number == 0:
        return ""
    return ordinal(number, feminine=text.endswith("re"))


# What people write into a text that is more than a number, the longest reading first.
_IN_TEXT: Final = re.compile(
    r"""(?P<day>(?<![\w/-])(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})(?![\w/-]))
    |(?P<time>(?<![\w:])[0-9]{1,2}(?::|[hH])[0-9]{2}(?![\w:]))
    |(?P<amount>(?<![\w.,])[0-9]+(?:[.,][0-9]{1,2})?[ \u00a0\u202f]?(?:€|EUR\b|euros?\b))
    |(?P<percent>(?<![\w.,])[0-9]+(?:[.,][0-9]+)?[ \u00a0\u202f]?%)
    |(?P<decimal>(?<![\w.,])[0-9]+[.,][0-9]+(?![\w]|[.,][0-9]))
    |(?P<ordinal>(?<![\w.,])(?:1(?:er|re|ère)|[0-9]{1,3}(?:e|ème|nde?))(?!\w))
    |(?P<run>[0-9]+)""",
    re.VERBOSE,
)
_KNOWN: Final[dict[str, Callable[[str, str], str]]] = {
    "day": _day_in_text,
    "time": _time_in_text,
    "amount": _amount_in_text,
    "percent": _percent_in_text,
    "decimal": _number_in_text,
    "ordinal": _ordinal_in_text,
    "run": _run,
}
