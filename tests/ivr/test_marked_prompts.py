"""Prompts with speech markup: judged for the voice that says them, nested for the carrier, and
shown without markup to people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.actions import Continue, Reply, Say
from chalicelib.ivr.engine import MOST_CHARACTERS_A_REPLY
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.twiml import render
from chalicelib.ivr.voices import LONGEST_ENCODED, LONGEST_TEXT, encoded_length
from local.phone.twiml.document import from_text
from tests.ivr.builders import AT_WORK, ACall, a_document, a_flow, an_end

if TYPE_CHECKING:
    from chalicelib.ivr.nodes import Flow

HELLO = 'Bonjour <break time="500ms"/><prosody rate="slow">{{caller.number|phone}}</prosody>.'


def a_marked_say(ssml: str = HELLO, **fields: Any) -> dict[str, Any]:
    return {"kind": "say", "ssml": ssml, "next": "end", **fields}


def saying(ssml: str = HELLO, **fields: Any) -> Flow:
    return a_flow(say=a_marked_say(ssml, **fields), end=an_end())


def said(flow: Flow) -> str:
    call = ACall(flow, now=AT_WORK)
    xml = render(Reply(actions=call.actions))
    assert from_text(xml).findings == ()
    return xml


def test_the_carrier_is_given_the_markup_with_the_values_in_it() -> None:
    assert (
        '<Say language="fr-FR" voice="Polly.Lea-Neural">Bonjour <break time="500ms" />'
        '<prosody rate="slow">zéro six, douze' in said(saying())
    )


def test_people_read_what_callers_hear() -> None:
    flow = saying("Bonjour<break/> <sub alias='Société'>Sté</sub> A &amp; B")

    assert ACall(flow, now=AT_WORK).heard == ["Bonjour Société A & B"]


def test_a_value_cannot_bring_markup_along() -> None:
    flow = a_flow(
        set={"kind": "set", "variables": {"a.b": "</Say><Hangup/>&amp;"}, "next": "say"},
        say=a_marked_say("<s>{{a.b}}</s>"),
        end=an_end(),
    )

    assert "<s>&lt;/Say&gt;&lt;Hangup/&gt;&amp;amp;</s>" in said(flow)


@pytest.mark.parametrize(
    ("prompt", "field", "reason"),
    [
        ({"ssml": "<audio src='x'/>"}, "ssml", "<audio> is not known"),
        ({"ssml": "Tom & Jerry"}, "ssml", "is not well-formed"),
        ({"ssml": "<emphasis>a</emphasis>"}, "ssml", "is not for Polly.Lea-Neural"),
        ({"ssml": "a<break/>", "language": "hu-HU"}, "ssml", "is not for the carrier's own voice"),
        ({"ssml": "a<break/>", "voice": "woman"}, "ssml", "<break> is not for woman"),
        ({"ssml": "a", "voice": "Polly.Amy-Neural"}, "voice", "does not speak fr-FR"),
        ({"ssml": " "}, "ssml", "must not be empty"),
        ({"ssml": "<p>{{x|upper}}</p>"}, "ssml", "no filter is named upper"),
        ({"ssml": "é" * 751}, "ssml", "bytes once URL-encoded"),
    ],
)
def test_what_the_voice_could_not_say_is_refused(
    prompt: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(say={"kind": "say", "next": "end", **prompt}, end=an_end()))

    faults = {each.pointer: each.reason for each in refused.value.faults}
    assert reason in faults[f"/nodes/say/{field}"]


def test_a_text_and_markup_exclude_each_other() -> None:
    with pytest.raises(FlowRefused, match="faults"):
        parse(a_document(say=a_marked_say(text="Bonjour"), end=an_end()))


def test_an_older_voice_may_stress_a_word() -> None:
    stressed = saying("<emphasis level='strong'>Non</emphasis>", voice="Polly.Celine")

    assert '<emphasis level="strong">Non</emphasis>' in said(stressed)


def test_an_unknown_variable_in_markup_is_a_fault() -> None:
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(say=a_marked_say("<p>{{order.number}}</p>"), end=an_end()))

    assert "order.number" in refused.value.faults[0].reason


def test_markup_stands_in_any_language_and_in_shared_prompts() -> None:
    document = a_document(
        language={"kind": "set", "language": "en-GB", "next": "say"},
        say={"kind": "say", "prompt": "hello", "next": "end"},
        end=an_end(),
    )
    languages = {"fr-FR": "Bonjour", "en-GB": {"ssml": "Hello<break/>"}}
    shared = {"languages": [*languages], "prompts": {"hello": {"by_language": languages}}}

    assert '<Say language="en-GB" voice="Polly.Amy-Neural">Hello<break />' in said(
        parse(document | shared)
    )


def test_long_values_are_cut_within_the_markup() -> None:
    flow = a_flow(
        set={"kind": "set", "variables": {"a.b": "é" * 400}, "next": "say"},
        say=a_marked_say(f"<p>{'{{a.b}} ' * 9}</p>fin"),
        end=an_end(),
    )

    (words,) = [each.words for each in ACall(flow, now=AT_WORK).actions if isinstance(each, Say)]
    assert encoded_length(words.text) <= LONGEST_ENCODED
    assert len(words.text) <= LONGEST_TEXT
    assert from_text(said(flow)).findings == ()


def test_an_answer_with_much_markup_stays_within_what_the_carrier_takes() -> None:
    tags = "a<break time='100ms'/>" * 60
    nodes = {f"n{at}": a_marked_say(tags, next=f"n{at + 1}") for at in range(19)}
    flow = a_flow(**nodes, n19=a_marked_say("b"), end=an_end())

    assert isinstance(ACall(flow, now=AT_WORK).actions[-1], Continue)
    assert len(said(flow)) < 2 * MOST_CHARACTERS_A_REPLY


def test_published_markup_goes_on_being_said_whatever_the_rules_become() -> None:
    document = a_document(say=a_marked_say("<emphasis>Non</emphasis>"), end=an_end())

    assert "<emphasis>Non</emphasis>" in said(restore(document))
