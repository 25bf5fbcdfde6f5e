"""Texts with values in them: what is heard, and what a value can never do."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr import templates
from chalicelib.ivr.templates import FILTERS, LONGEST_VALUE
from chalicelib.ivr.voices import LONGEST_ENCODED, LONGEST_TEXT, encoded_length
from tests.ivr.builders import a_flow, an_end

if TYPE_CHECKING:
    from chalicelib.ivr.readings import Value

CALL: dict[str, Value] = {
    "caller.first_name": "Zoé",
    "caller.number": "+33142680005",
    "order.total": "12.50",
    "order.count": 3,
    "order.paid": True,
    "empty": "",
    "price": Decimal("0.15"),
}


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Bonjour.", "Bonjour."),
        ("Bonjour {{caller.first_name}}.", "Bonjour Zoé."),
        ("Bonjour {{ caller.first_name }}.", "Bonjour Zoé."),
        ("Total : {{order.total|amount}}.", "Total : douze euros et cinquante centimes."),
        ("{{ order.count | number }} colis", "trois colis"),
        ("{{order.count}} colis", "trois colis"),
        ("{{price|amount}}", "quinze centimes"),
        ("Payé : {{order.paid}}", "Payé : oui"),
        ("Bonjour {{caller.last_name}}.", "Bonjour ."),
        ('Bonjour {{caller.last_name|default("à vous")}}.', "Bonjour à vous."),
        ("Bonjour {{caller.last_name|default('à vous')}}.", "Bonjour à vous."),
        ('{{empty|default("rien")}}', "rien"),
        (r'{{x|default("dites \"oui\"")}}', 'dites "oui"'),
        ('{{x|default("}}")}}!', "}}!"),
        ('{{x|default("3")|number}}', "trois"),
        ('{{x|number|default("3")}}', "trois"),
        ('{{x|digits|default("3")}}', "trois"),
        ('{{x|digits|default("inconnu")}}', "inconnu"),
        (r"Écrivez \{{x}}", "Écrivez {{x}}"),
        ("{x} }} {", "{x} }} {"),
        (
            "Au {{caller.number|phone}}",
            "Au zéro un, quarante-deux, soixante-huit, zéro zéro, zéro cinq",
        ),
    ],
)
def test_a_text_is_heard_with_its_values(text: str, heard: str) -> None:
    template = templates.compile(text)

    assert template.faults == ()
    assert template.render(CALL, "fr-FR") == heard


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("{{x", "it is not closed by }}", id="not closed"),
        pytest.param("{{x|", "it is not closed by }}", id="not closed after a bar"),
        pytest.param("{{x|default(", "it is not closed", id="not closed in a default"),
        pytest.param("{{x|default('a}}", "not closed", id="a default without its quote"),
        pytest.param("{{}}", "a name is missing", id="no name"),
        pytest.param("{{|number}}", "a name is missing", id="a filter of nothing"),
        pytest.param("{{1x}}", "is no name", id="a digit first"),
        pytest.param("{{a..b}}", "is no name", id="two dots"),
        pytest.param("{{prénom}}", "is no name", id="an accent"),
        pytest.param("{{" + "a" * 65 + "}}", "is no name", id="too long"),
        pytest.param("{{a b}}", "only a filter", id="two names"),
        pytest.param("{{x|}}", "name of a filter is missing", id="no filter"),
        pytest.param("{{x|upper}}", "no filter is named upper", id="unknown filter"),
        pytest.param("{{x|amount|number}}", "cannot both", id="two readings"),
        pytest.param("{{x|default}}", "default needs a text", id="default of nothing"),
        pytest.param("{{x|default(3)}}", "default needs a text", id="default of a number"),
        pytest.param("{{x|amount(2)}}", "only a filter", id="a filter with arguments"),
    ],
)
def test_a_mistake_in_a_text_is_explained(text: str, reason: str) -> None:
    template = templates.compile(f"Bonjour {text}")

    assert len(template.faults) == 1
    assert reason in template.faults[0]
    assert template.render(CALL, "fr-FR").startswith("Bonjour ")


def test_a_mistake_does_not_hide_what_follows() -> None:
    template = templates.compile("{{x|upper}} {{y}} {{z|default}} {{t}}")

    assert template.variables == {"y", "t"}
    assert len(template.faults) == 2


def test_a_text_says_which_values_it_needs() -> None:
    template = templates.compile('{{a.b}} {{c|amount}} {{a.b|default("x")}}')

    assert template.variables == {"a.b", "c"}


@pytest.mark.parametrize(
    "value", ["{{caller.number}}", "<break time='10s'/>", "</Say><Dial>", r"\{{x}}", "{{"]
)
def test_a_value_is_only_ever_spoken(value: str) -> None:
    said = templates.compile("Bonjour {{name}}.").render({"name": value, "x": "X"}, "fr-FR")

    assert said == f"Bonjour {value}."


def test_a_long_value_leaves_room_for_the_rest() -> None:
    template = templates.compile("{{note}} Au revoir.")

    said = template.render({"note": "a" * 100_000}, "fr-FR")

    assert said == "a" * LONGEST_VALUE + " Au revoir."


NAMES = st.sampled_from(["a", "a.b", "c", "été", "", "1", "x" * 70])
FILTERING = st.sampled_from(["", "|default('x')", '|default("', "|nothing", "|", *FILTERS])
SLOTS = st.builds(
    lambda name, read: f"{{{{{name}{'|' if read in FILTERS else ''}{read}}}}}", NAMES, FILTERING
)
PIECES = st.one_of(st.text(max_size=20), SLOTS, st.sampled_from(["{{", "}}", "\\", "|", "'"]))
VALUES = st.dictionaries(
    NAMES, st.one_of(st.text(max_size=900), st.integers(), st.booleans(), st.none()), max_size=4
)


@given(st.lists(PIECES, max_size=8).map("".join), VALUES)
def test_any_text_with_any_values_can_be_said(text: str, values: dict[str, Value]) -> None:
    template = templates.compile(text)

    said = template.render(values, "fr-FR")

    assert len(said) <= LONGEST_TEXT
    assert encoded_length(said) <= LONGEST_ENCODED
    assert all(reason for reason in template.faults)


@given(st.text(max_size=200))
def test_a_text_without_braces_is_left_alone(text: str) -> None:
    plain = text.replace("{", "(")

    assert templates.compile(plain).parts == ((plain,) if plain else ())


@pytest.mark.parametrize(
    ("what", "value", "said"),
    [
        ("amount", "12.50", "douze euros et cinquante centimes"),
        ("date", "2026-12-24", "vingt-quatre décembre deux mille vingt-six"),
        ("phone", "+33142680005", "zéro un, quarante-deux, soixante-huit, zéro zéro, zéro cinq"),
        ("digits", "12", "12"),
    ],
)
def test_what_a_caller_was_asked_for_is_read_as_what_it_is(
    what: str, value: str, said: str
) -> None:
    flow = a_flow(
        ask={"kind": "collect", "prompt": "?", "variable": "it", "what": what, "next": "told"},
        told={"kind": "say", "text": "{{it}}, {{it|spell}}", "next": "end"},
        end=an_end(),
    )
    told = flow.nodes["told"].prompt.heard("fr-FR", {"it": value})

    assert told.text.startswith(f"{said}, ")


def test_what_two_nodes_ask_for_as_different_things_stands_as_it_is() -> None:
    ask = {"kind": "collect", "prompt": "?", "variable": "it", "what": "amount", "next": "again"}
    flow = a_flow(
        ask=ask,
        again={**ask, "what": "date", "next": "told"},
        told={"kind": "say", "text": "{{it}}", "next": "end"},
        end=an_end(),
    )

    assert flow.nodes["told"].prompt.heard("fr-FR", {"it": "12.50"}).text == "12.50"


def test_the_calls_own_numbers_and_times_are_read_as_people_do() -> None:
    flow = a_flow(
        told={"kind": "say", "text": "{{caller.number}} à {{call.time}}", "next": "end"},
        end=an_end(),
    )
    heard = flow.nodes["told"].prompt.heard(
        "fr-FR", {"caller.number": "+33612345678", "call.time": "14:05"}
    )

    assert heard.text == (
        "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit à quatorze heures cinq"
    )
