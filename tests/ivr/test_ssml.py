"""Markup that the carrier's voices take: read, refused, filled, and written by its SDK."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Say, VoiceResponse

from chalicelib.ivr import ssml
from chalicelib.ivr.ssml import DEEPEST, Element, Node
from chalicelib.ivr.ssml_rules import RULES
from chalicelib.ivr.voices import LONGEST_ENCODED, encoded_length
from local.phone import rules
from local.phone.twiml.document import from_text

EVERYTHING = (
    '<p>Bonjour <emphasis level="strong">{{name}}</emphasis>,</p>'
    '<s>votre code : <say-as interpret-as="digits">{{code}}</say-as></s>'
    '<break strength="medium"/><break time="500ms"/>'
    '<prosody rate="90%" volume="+6dB" pitch="-10%">à <sub alias="Société">Sté</sub></prosody> '
    '<lang xml:lang="en-GB">see <w role="amazon:VB">read</w></lang> '
    '<phoneme alphabet="ipa" ph="pɛʁ">père</phoneme> &amp; cie'
)


def write(verb: Any, nodes: tuple[Node, ...]) -> None:
    for node in nodes:
        if isinstance(node, str):
            verb.append(node)
            continue
        # Elements of text take their words first; an empty one leaves them to what follows.
        words = () if node.name == "break" else ("",)
        write(getattr(verb, node.method)(*words, **node.arguments), node.children)


def written(nodes: tuple[Node, ...]) -> str:
    response = VoiceResponse()
    say: Say = response.say(language="fr-FR", voice="Polly.Celine")
    write(say, nodes)
    return str(response)


def test_everything_the_carrier_takes_is_read_and_written_back() -> None:
    markup = ssml.parse(EVERYTHING, voice="Polly.Celine")
    assert markup.faults == ()

    sent = written(markup.render({"name": "Zoé", "code": "12"}, "fr-FR"))

    inside = EVERYTHING.replace("{{name}}", "Zoé").replace("{{code}}", "12")
    assert from_text(sent).findings == ()
    for part in ('<emphasis level="strong">Zoé</emphasis>', '<break time="500ms" />', "&amp; cie"):
        assert part in sent
    assert ssml.spoken(ssml.parse(inside).children) == (
        "Bonjour Zoé, votre code : 12 à Société see read père & cie"
    )


def test_our_rules_are_the_carriers() -> None:
    say = rules.element("Say")
    assert say is not None
    assert say.children == set(RULES)
    for name, rule in RULES.items():
        theirs = rules.element(name)
        assert theirs is not None
        assert theirs.children == rule.children
        assert set(theirs.attributes) == set(rule.attributes)
        for attribute, facts in theirs.attributes.items():
            pattern, _ = rule.attributes[attribute]
            assert all(pattern.fullmatch(value) for value in facts.values)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Tom & Jerry", "not well-formed", id="a bare ampersand"),
        pytest.param("<p>Bonjour", "not well-formed", id="not closed"),
        pytest.param("</speak><speak>", "not well-formed", id="out of the root"),
        pytest.param("a</speak></Say><Dial>1</Dial>", "not well-formed", id="out of the verb"),
        pytest.param('<!DOCTYPE x [<!ENTITY a "b">]><p>&a;</p>', "not well-formed", id="a DTD"),
        pytest.param("&secret;", "not well-formed", id="an entity"),
        pytest.param("<?php x?>Bonjour", "processing instruction", id="an instruction"),
        pytest.param("\ud800", "half a character", id="half a character"),
        pytest.param("\x00", "not well-formed", id="a control character"),
        pytest.param("<audio src='x'/>", "<audio> is not known", id="unknown"),
        pytest.param("<Dial>+33899</Dial>", "<Dial> is not known", id="a verb"),
        pytest.param("<p><p>a</p></p>", "<p> may not stand in <p>", id="nested wrongly"),
        pytest.param("<sub alias='a'><break/></sub>", "may not stand in <sub>", id="in a sub"),
        pytest.param("a<break>b</break>", "<break> holds nothing", id="text in a break"),
        pytest.param("a<break size='3'/>", "has no size; known: strength, time", id="attribute"),
        pytest.param("a<break time='11s'/>", "must be from 0s to 10s", id="a long break"),
        pytest.param("a<break time='2'/>", "must be from 0s to 10s", id="no unit"),
        pytest.param("<prosody rate='10%'>a</prosody>", "from 20% to 200%", id="too slow"),
        pytest.param("<sub>a</sub>", "<sub> needs alias", id="no alias"),
        pytest.param("<say-as>a</say-as>", "needs interpret-as", id="as what"),
        pytest.param("<lang xml:lang='tlh'>a</lang>", "must be one of", id="a language of nobody"),
        pytest.param("<sub alias='{{x}}'>a</sub>", "values go into the text", id="in an attribute"),
        pytest.param("<p>{{x|upper}}</p>", "no filter is named upper", id="a template's fault"),
        pytest.param("<p>{{x</p>}}", "it is not closed", id="a template across elements"),
        pytest.param("<p> </p>", "says nothing", id="nothing"),
        pytest.param("", "says nothing", id="empty"),
        pytest.param("a" * 3001, "is too long: 3001 characters", id="too long"),
        pytest.param("é" * 1000, "bytes once URL-encoded", id="too long once encoded"),
        pytest.param(
            "<prosody>" * (DEEPEST + 1) + "a" + "</prosody>" * (DEEPEST + 1), "deep", id="too deep"
        ),
    ],
)
def test_what_the_carrier_would_not_say_is_refused(text: str, reason: str) -> None:
    faults = ssml.parse(text).faults

    assert any(reason in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "voice", "fine"),
    [
        ("<emphasis>a</emphasis>", "Polly.Lea-Neural", False),
        ("<emphasis>a</emphasis>", "Polly.Lea-Generative", False),
        ("<emphasis>a</emphasis>", "Polly.Celine", True),
        ("<emphasis>a</emphasis>", "Google.fr-FR-Neural2-A", True),
        ("<prosody pitch='high'>a</prosody>", "Polly.Lea-Neural", False),
        ("<prosody rate='slow'>a</prosody>", "Polly.Lea-Neural", True),
    ],
)
def test_markup_that_a_voice_fails_on_is_refused_for_it(text: str, voice: str, fine: bool) -> None:
    assert (ssml.parse(text, voice).faults == ()) is fine


def test_a_text_may_come_with_its_root() -> None:
    assert ssml.parse(" <speak>Bonjour</speak> ").children == ("Bonjour",)


def test_comments_are_not_heard() -> None:
    assert ssml.parse("Bon<!-- x -->jour").children == ("Bonjour",)


@pytest.mark.parametrize("value", ["<break time='10s'/>", "{{other}}", "</Say><Hangup/>", "&amp;"])
def test_a_value_is_only_ever_spoken(value: str) -> None:
    nodes = ssml.parse("<p>{{name}}</p>").render({"name": value, "other": "X"}, "fr-FR")

    assert nodes == (Element("p", (), (value,)),)
    assert from_text(written(nodes)).findings == ()


def test_a_text_knows_its_values() -> None:
    assert ssml.parse("<p>{{a}}</p> {{b.c|amount}}").variables == {"a", "b.c"}


@given(st.text(max_size=2000), st.text("é€😀<&", max_size=2000))
def test_any_value_leaves_a_text_that_the_carrier_can_say(first: str, second: str) -> None:
    markup = ssml.parse("<p>Oui {{a}} {{b}}</p>" * 5 + "<s>{{b}}</s>")

    nodes = markup.render({"a": first, "b": second}, "fr-FR")

    assert from_text(written(nodes)).findings == ()
    assert sum(encoded_length(text) for text in ssml.texts_in(nodes)) <= LONGEST_ENCODED


@given(st.text("<>/&pbreak {}'=\"é", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    markup = ssml.parse(text)

    assert markup.faults or from_text(written(markup.render({}, "fr-FR"))).findings == ()
