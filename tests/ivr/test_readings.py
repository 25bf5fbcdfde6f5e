"""Values read aloud: what a caller hears, in each language."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr import readings
from chalicelib.ivr.numerals import LARGEST, Counted, cardinal
from chalicelib.ivr.tongues import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

ORACLE = json.loads((Path(__file__).parent / "data" / "numbers.json").read_text(encoding="utf-8"))
LANGUAGES = ["fr-FR", "en-GB", "es-ES", "de-DE", "ar-AE", "it-IT"]
READINGS: list[Callable[[Any, str], str]] = [
    readings.amount,
    readings.date,
    readings.day,
    readings.digits,
    readings.duration,
    readings.key,
    readings.moment,
    readings.number,
    readings.percent,
    readings.phone,
    readings.plain,
    readings.spell,
    readings.time,
]
NOON = datetime(2026, 12, 1, 12)  # noqa: DTZ001 - the callers' own wall clock


@pytest.mark.parametrize("language", ["fr", "en", "es", "de"])
def test_numbers_are_said_as_another_program_says_them(language: str) -> None:
    for number, words in ORACLE[language].items():
        assert cardinal(int(number), language) == words


@pytest.mark.parametrize(
    ("number", "language", "counted", "words"),
    [
        (21, "fr", Counted.FEMININE, "vingt et une"),
        (71, "fr", Counted.FEMININE, "soixante et onze"),
        (81, "fr", Counted.FEMININE, "quatre-vingt-une"),
        (1, "es", Counted.MASCULINE, "un"),
        (21_000, "es", Counted.ALONE, "veintiún mil"),
        (31, "es", Counted.FEMININE, "treinta y una"),
        (201_000, "es", Counted.FEMININE, "doscientas una mil"),
        (1, "de", Counted.FEMININE, "eine"),
        (101, "de", Counted.MASCULINE, "einhundertein"),
        (301_000_000, "de", Counted.ALONE, "dreihunderteine Millionen"),
        (0, "ar", Counted.ALONE, "صفر"),
        (11, "ar", Counted.MASCULINE, "أحد عشر"),
        (11, "ar", Counted.FEMININE, "إحدى عشرة"),
        (13, "ar", Counted.FEMININE, "ثلاث عشرة"),
        (25, "ar", Counted.FEMININE, "خمس وعشرون"),
        (200, "ar", Counted.ALONE, "مئتان"),
        (2026, "ar", Counted.ALONE, "ألفان وستة وعشرون"),
        (3000, "ar", Counted.ALONE, "ثلاثة آلاف"),
        (11_000, "ar", Counted.ALONE, "أحد عشر ألفًا"),
        (100_000, "ar", Counted.ALONE, "مئة ألف"),
        (2_000_001, "ar", Counted.ALONE, "مليونان وواحد"),
        (-3, "ar", Counted.ALONE, "ناقص ثلاثة"),
    ],
)
def test_a_number_agrees_with_what_is_counted(
    number: int, language: str, counted: Counted, words: str
) -> None:
    assert cardinal(number, language, counted) == words


@given(st.integers(0, LARGEST), st.sampled_from(SPOKEN))
def test_two_numbers_are_never_said_alike(number: int, language: str) -> None:
    assert cardinal(number, language) != cardinal((number + 1) % (LARGEST + 1), language)


HEARD: list[tuple[Callable[[Any, str], str], Any, str, str]] = [
    (readings.amount, "21", "fr-FR", "vingt et un euros"),
    (readings.amount, "0", "fr-FR", "zéro euro"),
    (readings.amount, "1.01", "fr-FR", "un euro et un centime"),
    (readings.amount, "0.15", "fr-FR", "quinze centimes"),
    (readings.amount, "12,50 €", "fr-FR", "douze euros et cinquante centimes"),
    (readings.amount, "12.50 EUR", "fr-FR", "douze euros et cinquante centimes"),
    (readings.amount, "1 000 000", "fr-FR", "un million d'euros"),
    (readings.amount, "0.994", "fr-FR", "quatre-vingt-dix-neuf centimes"),
    (readings.amount, "0.995", "fr-FR", "un euro"),
    (readings.amount, "-0.001", "fr-FR", "zéro euro"),
    (readings.amount, "-2.345", "fr-FR", "moins deux euros et trente-cinq centimes"),
    (readings.amount, 12, "en-GB", "twelve euros"),
    (readings.amount, Decimal("1.50"), "en-GB", "one euro and fifty cents"),
    (readings.amount, "21.01", "es-ES", "veintiún euros y un céntimo"),
    (readings.amount, "1.99", "de-DE", "ein Euro und neunundneunzig Cent"),
    (readings.amount, "3.02", "ar-AE", "ثلاثة يورو وسنتان"),
    (readings.amount, "cher", "fr-FR", "cher"),
    (
        readings.amount,
        "1.234,56",
        "fr-FR",
        "mille deux cent trente-quatre euros et cinquante-six centimes",
    ),
    (
        readings.amount,
        "1,234.56",
        "fr-FR",
        "mille deux cent trente-quatre euros et cinquante-six centimes",
    ),
    (
        readings.amount,
        "1.234.567",
        "de-DE",
        "eine Million zweihundertvierunddreißigtausend\
fünfhundertsiebenundsechzig Euro",
    ),
    (readings.number, "1.234", "fr-FR", "un virgule deux cent trente-quatre"),
    (readings.plain, "12,50 €", "fr-FR", "douze euros et cinquante centimes"),
    (readings.plain, "12 euros", "fr-FR", "douze euros"),
    (readings.plain, "1000000000000 €", "fr-FR", "un" + " zéro" * 12 + " €"),
    (readings.amount, "1000000000000 €", "fr-FR", "un" + " zéro" * 12 + " €"),
    (readings.plain, "999999999998,99 €", "fr-FR", readings.amount("999999999998.99", "fr-FR")),
    (readings.plain, "2026-12-24", "fr-FR", "vingt-quatre décembre deux mille vingt-six"),
    (readings.plain, "à 14h30", "fr-FR", "à quatorze heures trente"),
    (readings.plain, "3,14", "fr-FR", "trois virgule quatorze"),
    (readings.plain, "1er étage, 2e porte", "fr-FR", "premier étage, deuxième porte"),
    (readings.plain, "1re, 11ème, 95e", "fr-FR", "première, onzième, quatre-vingt-quinzième"),
    (readings.plain, "5% de 2.5", "en-GB", "five percent de two point five"),
    (readings.plain, "31/02/2026", "fr-FR", "trente et un/zéro deux/deux mille vingt-six"),
    (readings.plain, "version 1.2.3", "fr-FR", "version un.deux.trois"),
    (
        readings.date,
        "24/12/2026 14:30",
        "fr-FR",
        "vingt-quatre décembre deux mille vingt-six quatorze heures trente",
    ),
    (readings.time, "24:00", "fr-FR", "minuit"),
    (readings.number, "3.14", "fr-FR", "trois virgule quatorze"),
    (readings.number, "3,05", "fr-FR", "trois virgule zéro cinq"),
    (readings.number, "3.00", "fr-FR", "trois"),
    (readings.number, "-0.5", "fr-FR", "moins zéro virgule cinq"),
    (readings.number, "-0", "fr-FR", "zéro"),
    (readings.number, "3.14", "en-GB", "three point one four"),
    (readings.number, "12", "it-IT", "douze"),
    (readings.percent, "20 %", "fr-FR", "vingt pour cent"),
    (readings.percent, "5.5", "de-DE", "fünf Komma fünf Prozent"),
    (readings.duration, 0, "fr-FR", "zéro seconde"),
    (readings.duration, 61, "fr-FR", "une minute et une seconde"),
    (readings.duration, 3723, "fr-FR", "une heure deux minutes et trois secondes"),
    (readings.duration, 75_600, "es-ES", "veintiuna horas"),
    (readings.duration, 60, "es-ES", "un minuto"),
    (readings.duration, 3600, "de-DE", "eine Stunde"),
    (readings.duration, 180, "ar-AE", "ثلاث دقائق"),
    (readings.duration, 660, "ar-AE", "إحدى عشرة دقيقة"),
    (readings.duration, 7200, "ar-AE", "ساعتان"),
    (
        readings.phone,
        "+33612345678",
        "fr-FR",
        "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit",
    ),
    (
        readings.phone,
        "01 42 68 00 05",
        "fr-FR",
        "zéro un, quarante-deux, soixante-huit, zéro zéro, zéro cinq",
    ),
    (readings.phone, "3631", "fr-FR", "trente-six, trente et un"),
    (readings.phone, "112", "fr-FR", "cent douze"),
    (readings.phone, "116117", "fr-FR", "cent seize, cent dix-sept"),
    (readings.phone, "118 712", "fr-FR", "cent dix-huit, sept cent douze"),
    (readings.phone, "112", "en-GB", "one one two"),
    (
        readings.phone,
        "+442079460018",
        "fr-FR",
        "plus quarante-quatre, vingt, sept neuf quatre six, zéro zéro un huit",
    ),
    (
        readings.phone,
        "+33612345678",
        "en-GB",
        "zero six, one two, three four, five six, seven eight",
    ),
    (readings.phone, "", "fr-FR", ""),
    (readings.phone, "numéro masqué", "fr-FR", "numéro masqué"),
    (readings.spell, "FR-12 é", "fr-FR", "F, R, tiret, un, deux, É"),
    (readings.spell, "a1", "ar-AE", "A، واحد"),
    (readings.digits, "4821", "de-DE", "vier, acht, zwei, eins"),
    (readings.key, "#", "de-DE", "Raute"),
    (readings.key, "*", "en-GB", "star"),
    (readings.date, "2026-03-01", "fr-FR", "premier mars deux mille vingt-six"),
    (readings.date, "31/12/1980", "fr-FR", "trente et un décembre mille neuf cent quatre-vingts"),
    (readings.date, "2005-06-02", "en-GB", "the second of June two thousand and five"),
    (readings.date, "1900-06-02", "en-GB", "the second of June nineteen hundred"),
    (readings.date, "2026-03-03", "es-ES", "tres de marzo de dos mil veintiséis"),
    (readings.date, "1984-03-03", "de-DE", "dritter März neunzehnhundertvierundachtzig"),
    (readings.date, "2026-03-03", "ar-AE", "الثالث من مارس سنة ألفين وستة وعشرين"),
    (readings.date, "2026-02-30", "fr-FR", "deux mille vingt-six-zéro deux-trente"),
    (readings.day, date(2026, 3, 3), "fr-FR", "mardi trois mars"),
    (readings.day, date(2026, 3, 3), "de-DE", "Dienstag, der dritte März"),
    (readings.time, "14:05", "fr-FR", "quatorze heures cinq"),
    (readings.time, "21h", "fr-FR", "vingt et une heures"),
    (readings.time, "00:00", "fr-FR", "minuit"),
    (readings.time, time(12), "fr-FR", "midi"),
    (readings.time, "2026-03-03T01:30:00+01:00", "fr-FR", "une heure trente"),
    (readings.time, "00:30", "en-GB", "twelve thirty am"),
    (readings.time, "12:05", "en-GB", "twelve oh five pm"),
    (readings.time, "01:10", "es-ES", "la una y diez"),
    (readings.time, "14:30", "de-DE", "vierzehn Uhr dreißig"),
    (readings.time, "14:30", "ar-AE", "الساعة الثانية وثلاثون دقيقة مساءً"),
    (readings.time, "25:00", "fr-FR", "vingt-cinq:zéro zéro"),
    (readings.moment, NOON, "fr-FR", "mardi premier décembre à midi"),
    (readings.moment, NOON, "en-GB", "on Tuesday the first of December at noon"),
    (readings.moment, NOON, "es-ES", "el martes uno de diciembre a mediodía"),
    (readings.moment, time(9), "de-DE", "um neun Uhr"),
    (readings.moment, date(2026, 12, 1), "ar-AE", "يوم الثلاثاء الأول من ديسمبر"),
    (readings.moment, "cet après-midi", "fr-FR", "cet après-midi"),
    (readings.plain, "Lot 12, porte 3B", "fr-FR", "Lot douze, porte trois B"),
    (readings.plain, False, "fr-FR", "non"),
    (readings.plain, None, "fr-FR", ""),
    (readings.plain, "٣ x²", "fr-FR", "trois x deux"),
]


@pytest.mark.parametrize(("read", "value", "language", "heard"), HEARD)
def test_a_value_is_heard_as_people_say_it(
    read: Callable[[Any, str], str], value: object, language: str, heard: str
) -> None:
    assert read(value, language) == heard


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        ("fr-FR", "un centime d'euro"),
        ("en-GB", "one euro cent"),
        ("es-ES", "un céntimo de euro"),
        ("de-DE", "ein Eurocent"),
        ("ar-AE", "سنت واحد من اليورو"),
    ],
)
def test_cents_alone_may_name_their_currency(language: str, heard: str) -> None:
    assert readings.amount("0.01", language, of_what=True) == heard
    assert readings.amount("1.01", language, of_what=True) == readings.amount("1.01", language)


VALUES = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"[-+]?[0-9]{1,30}([.,][0-9]{0,14})?( ?€)?", fullmatch=True),
    st.from_regex(r"\+?[0-9]{1,18}", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2})?", fullmatch=True),
    st.integers(),
    st.integers(-(10**30), 10**30),
    st.just(10**9000),
    st.booleans(),
    st.none(),
    st.text("0123456789.,:/-+h€%EURère '\u202f", max_size=30),  # what readings look for
    st.decimals(),
    st.dates(),
    st.times(),
    st.datetimes(),
)


@given(VALUES, st.sampled_from(LANGUAGES), st.sampled_from(READINGS))
def test_any_value_is_read_without_a_digit_and_without_fail(
    value: Any, language: str, read: Callable[[Any, str], str]
) -> None:
    assert not any(map(str.isdigit, read(value, language)))
