"""Callers who give a value: typed or said, checked, read back, kept."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.calls.events import Collected, WentSilent
from chalicelib.ivr.actions import Ask, Listening
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.texts import TEXTS, Line
from tests.ivr.builders import ACall, a_document, a_flow, an_end

FR = TEXTS["fr"]
QUESTION = "Votre numéro de commande ?"
DONE = "Commande {{order.number|digits}}."

# Published numbers that pass the Luhn check: a test card of payment providers, and the example of
# the algorithm's own descriptions. One digit changed, or two neighbours swapped, must not pass.
CARD, EXAMPLE = "4242424242424242", "79927398713"
# GB82 WEST 1234 5698 7654 32, the usual example of an IBAN: first four characters to the end, and
# letters as two digits each, as ISO 13616 has it.
IBAN = "3214282912345698765432161182"


def a_collect(**fields: Any) -> dict[str, Any]:
    asked = {"kind": "collect", "prompt": QUESTION, "variable": "order.number", "next": "done"}
    return {**asked, **fields}


def asked(**fields: Any) -> ACall:
    done = an_end(text="Merci.")
    return ACall(a_flow(ask=a_collect(**fields), done=done, wrong=an_end(text="Au revoir.")))


def the_question(call: ACall) -> Ask:
    (question,) = (action for action in call.actions if isinstance(action, Ask))
    return question


def collected(call: ACall) -> list[tuple[bool, str | None]]:
    return [(each.valid, each.value) for each in call.events if isinstance(each, Collected)]


def test_a_caller_mistypes_an_order_number_then_types_it_right_and_confirms() -> None:
    call = asked(least=11, most=11, check_digit="luhn")
    assert call.heard == [QUESTION]

    call.presses("79927398710")
    assert call.heard == [FR[Line.COLLECT_CHECK], QUESTION]

    call.presses(EXAMPLE)
    assert "sept, neuf, neuf, deux, sept, trois" in call.heard[0]
    assert call.heard[1] == FR[Line.COLLECT_CONFIRM]

    call.presses("1")
    assert call.heard == ["Merci."]
    assert call.memory == {"order.number": EXAMPLE}
    assert collected(call) == [(False, None), (True, EXAMPLE)]


def test_a_caller_who_does_not_confirm_is_asked_again_and_the_new_value_counts() -> None:
    call = asked().presses("12").presses("2")
    assert call.heard == [QUESTION]

    call.presses("34").presses("1")

    assert call.over
    assert call.memory == {"order.number": "34"}


def test_a_caller_who_never_confirms_is_let_go_after_the_last_attempt() -> None:
    call = asked(attempts=2, invalid={"next": "wrong"})

    call.presses("12").presses("2").presses("12").presses("2")

    assert call.heard == ["Au revoir."]


def test_a_silent_caller_is_asked_three_times() -> None:
    call = asked().says_nothing()
    assert call.heard == [FR[Line.NO_INPUT], QUESTION]

    call.says_nothing().says_nothing()

    assert call.heard == [FR[Line.GOODBYE]]
    assert [e.attempt for e in call.events if isinstance(e, WentSilent)] == [1, 2, 3]


def test_a_caller_silent_at_the_reading_back_hears_it_once_more() -> None:
    call = asked().presses("12")
    first = call.heard

    call.says_nothing()
    assert call.heard == first

    call.presses("1")
    assert call.memory == {"order.number": "12"}


def test_a_caller_whose_value_was_lost_is_asked_for_it_again() -> None:
    call = asked(what="amount").presses("12*5")
    call.memory = {}

    call.says_nothing()

    assert call.heard == [FR[Line.NO_INPUT], QUESTION]


def test_a_sensitive_value_reaches_the_flow_and_not_the_log() -> None:
    call = asked(sensitive=True, confirm=False).presses(CARD)

    assert call.memory == {"order.number": CARD}
    assert CARD not in str(call.events)
    assert collected(call) == [(True, None)]


def test_a_value_is_never_in_the_url_that_the_carrier_comes_back_to() -> None:
    call = asked().presses("4455667")
    position = call.replies[-1].position

    assert position is not None
    assert "4455667" not in str(position.query())
    assert position.remembers


@pytest.mark.parametrize(
    ("check_digit", "right"),
    [
        pytest.param("luhn", CARD, id="a test card"),
        pytest.param("luhn", EXAMPLE, id="the example of Luhn"),
        pytest.param("mod97", IBAN, id="an IBAN in digits"),
    ],
)
def test_every_single_wrong_digit_is_noticed(check_digit: str, right: str) -> None:
    def kept(typed: str) -> bool:
        call = asked(least=1, most=40, check_digit=check_digit, confirm=False).presses(typed)
        return call.memory == {"order.number": typed}

    assert kept(right)
    for at, digit in enumerate(right):
        for wrong in set("0123456789") - {digit}:
            assert not kept(right[:at] + wrong + right[at + 1 :]), (at, wrong)


@pytest.mark.parametrize(
    ("fields", "typed", "kept"),
    [
        pytest.param({"what": "date"}, "29022028", "2028-02-29", id="a leap day"),
        pytest.param({"what": "date"}, "29022027", None, id="no leap day"),
        pytest.param({"what": "date"}, "31042026", None, id="the 31st of April"),
        pytest.param({"what": "date"}, "1122026", None, id="seven keys"),
        pytest.param({"what": "date", "period": "past"}, "12031980", "1980-03-12", id="born"),
        pytest.param({"what": "date", "period": "past"}, "12032080", None, id="not born yet"),
        pytest.param({"what": "date", "period": "future"}, "12031980", None, id="too late to come"),
        pytest.param({"what": "amount"}, "12*50", "12.50", id="the star is the comma"),
        pytest.param({"what": "amount"}, "12", "12.00", id="whole euros"),
        pytest.param({"what": "amount"}, "12*5", "12.50", id="one decimal"),
        pytest.param({"what": "amount"}, "12*505", None, id="three decimals"),
        pytest.param({"what": "amount"}, "*", None, id="a comma alone"),
        pytest.param({"what": "phone"}, "0612345678", "+33612345678", id="a French number"),
        pytest.param({"what": "phone"}, "061234", None, id="half a number"),
        pytest.param({"least": 3, "most": 4}, "12", None, id="too short"),
        pytest.param({"least": 3, "most": 4}, "12345", None, id="too long"),
        pytest.param({"least": 3}, "12*", None, id="a star is no digit"),
        pytest.param({"pattern": "75 999"}, "75123", "75123", id="fits its pattern"),
        pytest.param({"pattern": "75 999"}, "76123", None, id="does not fit its pattern"),
    ],
)
def test_what_a_caller_types_is_kept_as_it_is_meant(
    fields: dict[str, Any], typed: str, kept: str | None
) -> None:
    call = asked(**fields, confirm=False).presses(typed)

    assert call.memory.get("order.number") == kept
    assert call.over is (kept is not None)


@pytest.mark.parametrize(
    ("what", "said", "kept"),
    [
        pytest.param("digits", "quatre cinq six", "456", id="digits"),
        pytest.param("digits", "bof", None, id="no digits"),
        pytest.param("digits", "mille deux cent trente-quatre", "1234", id="thousands"),
        pytest.param("digits", "un million", None, id="too much for digits"),
        pytest.param("code", "référence AB 123", "AB123", id="a code"),
        pytest.param("code", "B comme Bernard 42", "B42", id="a letter explained"),
        pytest.param(
            "phone",
            "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
            "+33612345678",
            id="a number in pairs",
        ),
        pytest.param("date", "le premier mars deux mille vingt-sept", "2027-03-01", id="a day"),
        pytest.param("amount", "douze euros cinquante", "12.50", id="euros and cents"),
        pytest.param("amount", "12,50 €", "12.50", id="as the carrier writes it"),
        pytest.param("amount", "douze euros et cinq centimes", "12.05", id="five cents"),
        pytest.param("amount", "dix virgule cinquante", "10.50", id="a comma"),
        pytest.param("amount", "trois virgule cinq euros", "3.50", id="a comma before euros"),
        pytest.param("amount", "quinze centimes", "0.15", id="cents alone"),
        pytest.param("amount", "un certain prix, peut-être", None, id="no amount"),
        pytest.param("speech", "  rue de la Paix ", "rue de la Paix", id="free words"),
    ],
)
def test_what_a_caller_says_is_kept_as_it_is_meant(what: str, said: str, kept: str | None) -> None:
    call = asked(what=what, listen="speech", confirm=False).says(said)

    assert call.memory.get("order.number") == kept


def test_a_birthday_is_understood_without_its_century() -> None:
    call = asked(what="date", period="past", listen="speech", confirm=False).says("le 12 mars 80")

    assert call.memory == {"order.number": "1980-03-12"}


@pytest.mark.parametrize("answer", ["oui", "un", "1", "confirmer", "c'est correct", "parfait"])
def test_a_value_is_confirmed_by_word(answer: str) -> None:
    call = asked(what="speech", listen="speech").says("rue de la Paix")
    assert call.heard == ["Nous avons noté rue de la Paix.", FR[Line.COLLECT_CONFIRM]]

    assert call.says(answer).over
    assert call.memory == {"order.number": "rue de la Paix"}


@pytest.mark.parametrize("answer", ["non", "deux", "recommencer", "c'est faux", "pas correct"])
def test_a_value_is_given_anew_by_word(answer: str) -> None:
    call = asked(what="speech", listen="both").says("rue de la Paix").says(answer)

    assert call.heard == [QUESTION]


def test_the_keys_that_the_confirmation_names_may_be_pressed_by_who_spoke() -> None:
    call = asked(what="speech", listen="speech").says("rue de la Paix")
    assert the_question(call).listening is Listening.BOTH

    assert call.presses("1").heard == ["Merci."]


def test_an_answer_that_is_neither_yes_nor_no_throws_nothing_away() -> None:
    call = asked(what="speech", listen="speech").says("rue de la Paix")
    read_back = call.heard

    assert call.says("euh").heard == [FR[Line.NOT_UNDERSTOOD], *read_back]
    assert call.presses("7").heard == [FR[Line.INVALID_KEY], *read_back]
    assert call.says("oui").over


def test_a_caller_who_never_says_yes_or_no_is_let_go_in_the_end() -> None:
    call = asked(attempts=2, invalid={"next": "wrong"}).presses("12")

    assert call.presses("7").presses("7").heard == ["Au revoir."]


def test_words_in_which_no_value_is_heard_are_called_not_understood() -> None:
    assert asked(what="date", listen="both").says("bof").heard[0] == FR[Line.NOT_UNDERSTOOD]
    assert asked(what="date", listen="both").presses("1").heard[0] == FR[Line.COLLECT_INVALID]


def test_a_value_of_a_known_length_needs_no_finish_key_and_others_end_with_one() -> None:
    assert the_question(asked(least=8, most=8)).most_keys == 8
    assert the_question(asked(least=1, most=12)).finish_key == "#"
    assert the_question(asked(finish_key="none")).finish_key == ""


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        pytest.param({"least": 9, "most": 8}, "/least", id="least above most"),
        pytest.param({"what": "date", "pattern": "99"}, "/pattern", id="a date has its own"),
        pytest.param({"pattern": "AA 999"}, "/pattern", id="letters among digits"),
        pytest.param({"what": "phone", "check_digit": "luhn"}, "/check_digit", id="no digits"),
        pytest.param({"what": "speech"}, "", id="words cannot be typed"),
        pytest.param({"variable": "call.date"}, "/variable", id="a name of the platform's"),
        pytest.param({"what": "code", "pattern": "AA-9999"}, "", id="letters that are typed"),
        pytest.param({"finish_key": "5"}, "/finish_key", id="a digit ends digits"),
        pytest.param({"what": "phone", "finish_key": "0"}, "/finish_key", id="a nought, a number"),
        pytest.param({"what": "amount", "finish_key": "*"}, "/finish_key", id="a comma, an amount"),
        pytest.param({"pattern": "9999", "least": 8}, "/least", id="longer than its pattern"),
        pytest.param({"pattern": "9999", "most": 8}, "/most", id="no such length"),
        pytest.param({"period": "past"}, "/period", id="digits are of no time"),
        pytest.param({"what": "date", "most": 8}, "/most", id="a date has eight digits"),
        pytest.param({"pattern": "0001", "check_digit": "luhn"}, "/check_digit", id="never right"),
    ],
)
def test_a_question_that_nobody_could_answer_or_that_says_two_things_is_refused(
    fields: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(ask=a_collect(**fields), done=an_end()))

    assert f"/nodes/ask{pointer}" in {fault.pointer for fault in refused.value.faults}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"what": "code"}, id="a code of digits by key"),
        pytest.param({"what": "code", "pattern": "AA 99", "listen": "both"}, id="letters said"),
        pytest.param({"what": "code", "pattern": "**99"}, id="letters or digits"),
        pytest.param({"pattern": "9999", "least": 4, "most": 4}, id="the length of the pattern"),
        pytest.param({"pattern": "75 9", "check_digit": "luhn"}, id="one right value"),
        pytest.param({"finish_key": "*"}, id="a star ends digits"),
        pytest.param({"finish_key": "none"}, id="a pause ends digits"),
    ],
)
def test_a_question_that_a_sensible_author_asks_is_published(fields: dict[str, Any]) -> None:
    assert parse(a_document(ask=a_collect(**fields), done=an_end()))


def test_a_published_question_is_asked_though_it_would_be_refused_today() -> None:
    document = a_document(ask=a_collect(finish_key="5"), done=an_end(text="Merci."))

    assert ACall(restore(document)).presses("12").presses("1").heard == ["Merci."]
