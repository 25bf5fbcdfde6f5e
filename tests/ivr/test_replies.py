"""What callers say, as speech recognition writes it, and what is understood."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr import readings, replies
from chalicelib.ivr.periods import Period

LANGUAGES = ["fr-FR", "en-GB", "es-ES", "de-DE", "ar-AE"]
TODAY = date(2026, 11, 24)  # a Tuesday
MENU = {
    "1": ["service commercial", "ventes"],
    "2": ["facturation", "facture"],
    "3": ["prendre rendez-vous"],
    "#": ["répéter"],
}


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        ("facturation", "2"),
        ("La FACTURATION, s'il vous plaît !", "2"),
        ("euh bonjour je voudrais parler au service commercial", "1"),
        ("je voudrais prendre un rendez-vous", "3"),
        ("facturassion", "2"),
        ("un", "1"),
        ("le deux", "2"),
        ("touche trois s'il vous plaît", "3"),
        ("2", "2"),
        ("le premier choix", "1"),
        ("dièse", "#"),
        ("pas la facturation, le service commercial", "1"),
        ("ventes et facturation", None),
        ("un ou deux", None),
        ("neuf", None),
        ("rendez", None),
        ("bonjour", None),
        ("", None),
        ("?!", None),
    ],
)
def test_a_caller_chooses_by_voice(said: str, choice: str | None) -> None:
    assert replies.choose(said, MENU, "fr-FR") == choice


@pytest.mark.parametrize(
    ("said", "language", "choice"),
    [
        ("I'd like billing please", "en-GB", "2"),
        ("two", "en-GB", "2"),
        ("not sales", "en-GB", None),
        ("quiero hablar con ventas por favor", "es-ES", "1"),
        ("el uno", "es-ES", "1"),
        ("die Rechnung bitte", "de-DE", "2"),
        ("zwei", "de-DE", "2"),
        ("أريد المبيعات من فضلك", "ar-AE", "1"),
        ("اثنان", "ar-AE", "2"),
    ],
)
def test_a_caller_chooses_in_another_language(said: str, language: str, choice: str | None) -> None:
    menu = {
        "1": ["sales", "ventas", "Verkauf", "مبيعات"],
        "2": ["billing", "factura", "Rechnung", "فواتير"],
    }

    assert replies.choose(said, menu, language) == choice


def test_the_longer_phrase_is_the_one_that_was_meant() -> None:
    menu = {"1": ["commercial"], "2": ["service commercial export"]}

    assert replies.choose("service commercial export", menu, "fr-FR") == "2"
    assert replies.choose("commercial", menu, "fr-FR") == "1"


@pytest.mark.parametrize(
    ("confidence", "choice"),
    [(None, "1"), (0.5, "1"), (Decimal("0.5"), "1"), (0.49, None), (0, None)],
)
def test_a_reply_that_was_badly_heard_is_asked_again(
    confidence: float | Decimal | None, choice: str | None
) -> None:
    heard = replies.choose("ventes", MENU, "fr-FR", confidence=confidence, threshold=Decimal("0.5"))

    assert heard == choice


ANSWERS = {
    "fr-FR": {
        True: ["oui", "Ouais", "oui oui", "d'accord", "tout à fait", "ok", "oui c'est ça"],
        False: ["non", "non merci", "pas d'accord", "pas du tout", "ce n'est pas ça", "non pas ça"],
        None: ["peut-être", "pas sûr", "oui et non", "", "allô"],
    },
    "en-GB": {
        True: ["yes", "yeah", "that's right", "sure", "no problem"],
        False: ["no", "nope", "no thanks", "that's not right", "not really"],
        None: ["maybe", "not sure", "yes no"],
    },
    "es-ES": {True: ["sí", "claro", "vale"], False: ["no", "no está bien"], None: ["quizás"]},
    "de-DE": {True: ["ja", "genau", "stimmt"], False: ["nein", "stimmt nicht"], None: ["na"]},
    "ar-AE": {True: ["نعم", "موافق"], False: ["لا", "غير صحيح", "لا شكرا"], None: ["ربما"]},
}
YES_OR_NO = [
    (language, said, answer)
    for language, answers in ANSWERS.items()
    for answer, phrases in answers.items()
    for said in phrases
]


@pytest.mark.parametrize(("language", "said", "answer"), YES_OR_NO)
def test_a_caller_says_yes_or_no(language: str, said: str, answer: bool | None) -> None:
    assert replies.yes_or_no(said, language) is answer


@pytest.mark.parametrize(
    ("said", "language", "length", "digits"),
    [
        (
            "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
            "fr-FR",
            10,
            "0612345678",
        ),
        ("alors mon numéro c'est le 06 12 34 56 78 voilà", "fr-FR", 10, "0612345678"),
        ("06.12.34.56.78", "fr-FR", None, "0612345678"),
        ("zéro un quarante-deux 68 zéro zéro zéro cinq", "fr-FR", None, "0142680005"),
        ("soixante dix huit", "fr-FR", None, "78"),
        ("soixante dix huit", "fr-FR", 4, "6018"),
        ("quatre-vingt-dix-neuf", "fr-FR", None, "99"),
        ("quatre-vingts", "fr-FR", None, "80"),
        ("septante-huit nonante et un", "fr-FR", 4, "7891"),
        ("zéro huit cent, cent vingt-trois, quatre cent cinquante-six", "fr-FR", 10, "0800123456"),
        ("vingt quatre vingt deux", "fr-FR", 4, None),
        ("double sept un", "fr-FR", None, "771"),
        ("un numéro", "fr-FR", 10, None),
        ("douze rue de la paix trois", "fr-FR", None, None),
        ("bonjour", "fr-FR", None, None),
        ("", "fr-FR", None, None),
        ("double seven oh four", "en-GB", None, "7704"),
        ("triple zero seven", "en-GB", None, "0007"),
        ("one twenty-three", "en-GB", 3, "123"),
        ("cuarenta y dos cero cinco", "es-ES", None, "4205"),
        ("zwo zweiundvierzig", "de-DE", None, "242"),
        ("واحد وعشرون صفر", "ar-AE", None, "210"),
        ("٠٦١٢", "ar-AE", None, "0612"),
    ],
)
def test_digits_are_understood_however_they_are_said(
    said: str, language: str, length: int | None, digits: str | None
) -> None:
    assert replies.digits(said, language, length=length) == digits


@pytest.mark.parametrize(
    ("said", "language", "digits"),
    [
        ("mille deux cent trente-quatre", "fr-FR", "1234"),
        ("douze mille", "fr-FR", "12000"),
        ("soixante-quinze mille deux", "fr-FR", "75002"),
        ("un million", "fr-FR", None),
        ("deux mille zéro cinq", "fr-FR", None),
        ("zwölftausenddreihundert", "de-DE", "12300"),
        ("uno dos tres mil gracias", "es-ES", "123"),
    ],
)
def test_thousands_are_digits_as_well_and_never_left_out(
    said: str, language: str, digits: str | None
) -> None:
    assert replies.digits(said, language) == digits


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("zéro six douze trente-quatre cinquante-six soixante-dix-huit", "0612345678"),
        ("plus trente-deux deux 555 01 23", "+3225550123"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("plus tard", ""),
    ],
)
def test_a_telephone_number_may_be_one_abroad(said: str, number: str) -> None:
    assert replies.telephone(said, "fr-FR") == number


def any_code(code: str) -> bool:
    return len(code) <= 20


def plate(code: str) -> bool:
    return len(code) == 5 and code[:2].isalpha() and code[2:].isdigit()


@pytest.mark.parametrize(
    ("said", "language", "code"),
    [
        ("AB 123", "fr-FR", "AB123"),
        ("ab 123", "fr-FR", "AB123"),
        ("W 9", "fr-FR", "W9"),
        ("c'est le AB-123", "fr-FR", "AB123"),
        ("référence AB123", "fr-FR", "AB123"),
        ("J'ai le dossier L'AB 123, merci", "fr-FR", "AB123"),
        ("AB123 s'il vous plaît", "fr-FR", "AB123"),
        ("a b tiret un deux trois", "fr-FR", "AB123"),
        ("B comme Bernard 42", "fr-FR", "B42"),
        ("double v 9", "fr-FR", "W9"),
        ("vingt et un B", "fr-FR", "21B"),
        ("AA 12 et B 4", "fr-FR", "AA12B4"),
        ("mille deux cents A", "fr-FR", "1200A"),
        ("12 34", "fr-FR", "1234"),
        ("Paris 12", "fr-FR", ""),
        ("je ne sais pas", "fr-FR", ""),
        ("", "fr-FR", ""),
        ("it's B for Bravo, four two", "en-GB", "B42"),
        ("my reference is double L seven", "en-GB", "LL7"),
        ("B wie Berta zweiundvierzig", "de-DE", "B42"),
        ("B de Barcelona cuarenta y dos", "es-ES", "B42"),
        ("الرمز AB 123", "ar-AE", "AB123"),
    ],
)
def test_a_code_is_understood_with_its_letters_and_without_its_sentence(
    said: str, language: str, code: str
) -> None:
    assert replies.code(said, language, any_code) == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("A B cent vingt-trois", "AB123"),
        ("oui bon ben ab 123 voilà", "AB123"),
        ("le véhicule AB 1 2 3 je crois", "AB123"),
        ("12 AB 123", ""),
        ("A 1 B 2", ""),
    ],
)
def test_a_code_of_a_known_shape_is_found_and_never_cut_to_fit(said: str, code: str) -> None:
    assert replies.code(said, "fr-FR", plate) == code


@given(st.from_regex(r"[A-Z]{1,3}[0-9]{1,6}", fullmatch=True), st.sampled_from(LANGUAGES))
def test_a_code_read_aloud_is_understood(code: str, language: str) -> None:
    assert replies.code(readings.spell(code, language), language, any_code) == code


NUMBERS = st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True)


@given(NUMBERS, st.sampled_from(LANGUAGES))
def test_a_telephone_number_read_aloud_is_understood(number: str, language: str) -> None:
    assert replies.digits(readings.phone(number, language), language) == number


@given(NUMBERS, st.sampled_from(LANGUAGES))
def test_without_its_pauses_a_number_is_understood_or_asked_again(
    number: str, language: str
) -> None:
    said = readings.phone(number, language).replace(",", "").replace("،", "")

    assert replies.digits(said, language, length=10) in {number, None}


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True), st.sampled_from(LANGUAGES))
def test_digits_read_aloud_are_understood(digits: str, language: str) -> None:
    assert replies.digits(readings.digits(digits, language), language) == digits


@given(st.integers(0, 999_999), st.sampled_from(LANGUAGES))
def test_a_number_read_aloud_is_understood(number: int, language: str) -> None:
    assert replies.number(readings.number(number, language), language) == number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("environ 1500", 1500),
        ("deux cent", 200),
        ("mille deux cents", 1200),
        ("euh, deux mille vingt-six", 2026),
        ("trois cent quatre vingt mille septante deux", 380_072),
        ("deux ou trois", None),
        ("un million deux cents", None),
        ("deux millions", None),
        ("mille mille", None),
        ("rien", None),
    ],
)
def test_a_number_is_understood_within_a_sentence(said: str, number: int | None) -> None:
    assert replies.number(said, "fr-FR") == number


@pytest.mark.parametrize(
    ("said", "language", "number"),
    [
        ("a thousand and five", "en-GB", 1005),
        ("thousand two hundred", "en-GB", 1200),
        ("tausendfünfhundert", "de-DE", 1500),
        ("zwölf tausend drei hundert", "de-DE", None),
        ("doscientas mil una", "es-ES", 200_001),
        ("ثلاثة آلاف وخمسة", "ar-AE", 3005),
    ],
)
def test_thousands_are_understood_as_people_say_them(
    said: str, language: str, number: int | None
) -> None:
    assert replies.number(said, language) == number


@pytest.mark.parametrize(
    ("said", "language", "amount"),
    [
        ("trois virgule cinq euros", "fr-FR", "3.5"),
        ("deux virgule cinq", "fr-FR", "2.5"),
        ("trois virgule zéro cinq", "fr-FR", "3.05"),
        ("deux euros virgule cinq", "fr-FR", "2.5"),
        ("quinze centimes", "fr-FR", "0.15"),
        ("quinze centimes d'euro", "fr-FR", "0.15"),
        ("douze euros cinq", "fr-FR", "12.05"),
        ("12€50", "fr-FR", "12.50"),
        ("1 234,50 €", "fr-FR", "1234.50"),
        ("je voudrais payer un euro", "fr-FR", "1"),
        ("un certain prix, peut-être", "fr-FR", ""),
        ("douze cinquante", "fr-FR", ""),
        ("douze euros deux cents", "fr-FR", ""),
        ("three point five euros", "en-GB", "3.5"),
        ("1,200 euros", "en-GB", "1200"),
        ("drei Komma fünf Euro", "de-DE", "3.5"),
        ("drei Euro fünfzig", "de-DE", "3.50"),
        ("tres coma cinco euros", "es-ES", "3.5"),
        ("tres euros con cincuenta", "es-ES", "3.50"),
        ("ثلاثة فاصلة خمسة يورو", "ar-AE", "3.5"),
    ],
)
def test_an_amount_is_understood_to_the_cent(said: str, language: str, amount: str) -> None:
    assert replies.amount(said, language) == amount


@given(st.integers(0, 99_999_999), st.sampled_from(LANGUAGES))
def test_an_amount_read_aloud_is_understood(cents: int, language: str) -> None:
    amount = Decimal(cents) / 100

    assert Decimal(replies.amount(readings.amount(amount, language), language)) == amount


@pytest.mark.parametrize(
    ("said", "language", "day"),
    [
        ("demain", "fr-FR", date(2026, 11, 25)),
        ("après-demain s'il vous plaît", "fr-FR", date(2026, 11, 26)),
        ("aujourd'hui mardi", "fr-FR", TODAY),
        ("lundi prochain", "fr-FR", date(2026, 11, 30)),
        ("mardi", "fr-FR", date(2026, 12, 1)),
        ("demain vendredi", "fr-FR", None),
        ("lundi dernier", "fr-FR", None),
        ("lundi ou mardi", "fr-FR", None),
        ("le 3 mars", "fr-FR", date(2027, 3, 3)),
        ("le mardi premier décembre", "fr-FR", date(2026, 12, 1)),
        ("le 1er janvier", "fr-FR", date(2027, 1, 1)),
        ("trois mars deux mille vingt-six", "fr-FR", date(2026, 3, 3)),
        ("douze mai dix-neuf cent quatre-vingt-quatre", "fr-FR", date(1984, 5, 12)),
        ("29 février", "fr-FR", date(2028, 2, 29)),
        ("31 février", "fr-FR", None),
        ("entre mars et avril", "fr-FR", None),
        ("25/12/2026", "fr-FR", date(2026, 12, 25)),
        ("le 12/3/80", "fr-FR", date(1980, 3, 12)),
        ("31/12/99", "fr-FR", date(1999, 12, 31)),
        ("12 03 1980", "fr-FR", date(1980, 3, 12)),
        ("12031980", "fr-FR", date(1980, 3, 12)),
        ("le 06 12 34 56 78", "fr-FR", None),
        ("31/2/80", "fr-FR", None),
        ("12 mars 80", "fr-FR", date(1980, 3, 12)),
        ("12 mars 30", "fr-FR", date(2030, 3, 12)),
        ("douze mars mille neuf cent quatre-vingt", "fr-FR", date(1980, 3, 12)),
        ("douze mars mille neuf cent nonante", "fr-FR", date(1990, 3, 12)),
        ("douze mars quatre-vingts", "fr-FR", date(1980, 3, 12)),
        ("12 mars à 10 heures", "fr-FR", None),
        ("twelfth of March eighty", "en-GB", date(1980, 3, 12)),
        ("zwölfter März achtzig", "de-DE", date(1980, 3, 12)),
        ("je ne sais pas", "fr-FR", None),
        ("the day after tomorrow", "en-GB", date(2026, 11, 26)),
        ("March the third", "en-GB", date(2027, 3, 3)),
        ("March 3rd 2028", "en-GB", date(2028, 3, 3)),
        ("on the third of March twenty twenty-eight", "en-GB", date(2028, 3, 3)),
        ("pasado mañana", "es-ES", date(2026, 11, 26)),
        ("el primero de mayo", "es-ES", date(2027, 5, 1)),
        ("am dritten März", "de-DE", date(2027, 3, 3)),
        ("übermorgen", "de-DE", date(2026, 11, 26)),
        ("اليوم", "ar-AE", TODAY),
        ("يوم الاثنين", "ar-AE", date(2026, 11, 30)),
        ("الثالث من مارس", "ar-AE", date(2027, 3, 3)),
    ],
)
def test_a_day_is_understood(said: str, language: str, day: date | None) -> None:
    assert replies.date(said, language, TODAY) == day


@pytest.mark.parametrize(
    ("said", "past", "future"),
    [
        ("12 mars", date(2026, 3, 12), date(2027, 3, 12)),
        ("24 novembre", TODAY, TODAY),
        ("29 février", date(2024, 2, 29), date(2028, 2, 29)),
        ("12/3/30", date(1930, 3, 12), date(2030, 3, 12)),
        ("douze mars quatre-vingt", date(1980, 3, 12), date(2080, 3, 12)),
    ],
)
def test_a_birthday_is_past_and_an_appointment_is_to_come(
    said: str, past: date, future: date
) -> None:
    assert replies.date(said, "fr-FR", TODAY, Period.PAST) == past
    assert replies.date(said, "fr-FR", TODAY, Period.FUTURE) == future


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(LANGUAGES))
def test_a_date_read_aloud_is_understood(day: date, language: str) -> None:
    assert replies.date(readings.date(day, language), language, TODAY) == day


@given(st.integers(0, 364), st.sampled_from(LANGUAGES))
def test_an_appointment_read_aloud_is_understood(days: int, language: str) -> None:
    day = TODAY + timedelta(days=days)

    assert replies.date(readings.day(day, language), language, TODAY) == day
    assert replies.date(readings.moment(day, language), language, TODAY) == day


WORDS = ["un", "deux", "vingt", "quatre", "soixante", "dix", "oui", "non", "le", "06", "mars", "de"]
SAID = st.text(max_size=200) | st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


@given(SAID, st.sampled_from([*LANGUAGES, "it-IT"]))
def test_whatever_is_said_is_answered(said: str, language: str) -> None:
    assert replies.choose(said, MENU, language) in {None, *MENU}
    assert replies.yes_or_no(said, language) in {None, True, False}
    digits = replies.digits(said, language, length=4)
    assert digits is None or len(digits) == 4
    replies.number(said, language)
    replies.amount(said, language)
    replies.telephone(said, language)
    assert any_code(replies.code(said, language, any_code))
    replies.date(said, language, TODAY)
