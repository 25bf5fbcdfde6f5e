"""What is wrong with a document, by Twilio's codes: reported, skipped, and seldom fatal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.phone import rules
from local.phone.twiml.document import from_text

DATA = Path(rules.__file__).parent / "data" / "twiml.json"


def found(verbs: str) -> list[int]:
    """List the codes of what is wrong with some verbs."""
    return [finding.code for finding in from_text(f"<Response>{verbs}</Response>").findings]


@pytest.mark.parametrize(
    ("verbs", "codes"),
    [
        ("<Dire>Bonjour</Dire>", [12200]),
        ("<say>Bonjour</say>", [12200]),
        ("<Say volume='11'>Bonjour</Say>", [12200]),
        ("<Say Voice='alice'>Bonjour</Say>", [12200]),
        ("Bonjour", [12200]),
        ("<Number>+33199001234</Number>", [12200]),
        ("<Say language='fr-XX'>Bonjour</Say>", [12200]),
        ("<Say voice='Polly.Personne'>Bonjour</Say>", [13511]),
        ("<Gather><Say voice='Polly.Personne'>Bonjour</Say></Gather>", [13321]),
        ("<Say loop='-1'>Bonjour</Say>", [13510]),
        ("<Gather><Say loop='-1'>Bonjour</Say></Gather>", [13322]),
        ("<Say/>", [13520]),
        (f"<Say>{'x' * 4097}</Say>", [13521]),
        (f"<Say voice='Polly.Lea'>{'x' * 3001}</Say>", [13521]),
        ("<Gather timeout='0'/>", [13313]),
        ("<Gather finishOnKey='a'/>", [13310]),
        ("<Gather finishOnKey='12'/>", [13311]),
        ("<Gather numDigits='0'/>", [13314]),
        ("<Gather input='voix'/>", [13326]),
        ("<Gather method='PUT'/>", [13312]),
        ("<Gather speechTimeout='auto' speechModel='phone_call'/>", [13335]),
        ("<Gather><Dial>+33199001234</Dial></Gather>", [13320]),
        ("<Gather><Play digits='1'/></Gather>", [13320]),
        (f"<Gather hints='{'x' * 101}'/>", [13330]),
        ("<Dial timeout='601'>+33199001234</Dial>", [13212]),
        ("<Dial timeout='4'>+33199001234</Dial>", [13212]),
        ("<Dial hangupOnStar='oui'>+33199001234</Dial>", [13213]),
        ("<Dial record='toujours'>+33199001234</Dial>", [13217]),
        ("<Dial><Say>Non</Say></Dial>", [13215]),
        ("<Dial><Conference>a</Conference><Number>+33199001234</Number></Dial>", [13000]),
        ("<Dial>" + "<Number>+33199001234</Number>" * 11 + "</Dial>", [13215]),
        ("<Record maxLength='1'/>", [13612]),
        ("<Record maxLength='121' transcribe='true'/>", [13615]),
        ("<Record recordingStatusCallbackEvent='fini'/>", [13621]),
        ("<Pause length='0'/>", [13910]),
        ("<Reject reason='fatigue'/>", [13810]),
        ("<Redirect method='PUT'>/x</Redirect>", [13710]),
        ("<Enqueue method='PUT'>a</Enqueue>", [14201]),
        (f"<Enqueue>{'x' * 65}</Enqueue>", [14205]),
        ("<Record action='https://my_host.fr/'/>", [11100]),
        ("<Play digits='12x'/>", [13430]),
    ],
)
def test_what_twilio_would_warn_about_is_found(verbs: str, codes: list[int]) -> None:
    assert found(verbs) == codes


@pytest.mark.parametrize(
    "verbs",
    [
        "<Say voice='Polly.Lea-Neural' language='fr-FR'>Bonjour <break time='1s'/> à tous</Say>",
        "<Say voice='Google.fr-FR-Neural2-A'>Bonjour</Say>",
        "<Say><prosody rate='slow'><lang xml:lang='fr-FR'>Bonjour</lang></prosody></Say>",
        "<Gather input='dtmf speech' language='fr-FR' finishOnKey='' timeout='1'>"
        "<Say>a</Say><Pause/><Play>https://x.fr/a.mp3</Play></Gather>",
        "<Gather speechTimeout='auto' hints='devis, rendez-vous'/>",
        "<Dial timeout='5' record='true' ringTone='fr' timeLimit='14400'>+33199001234</Dial>",
        "<Dial timeout='600'><Number statusCallbackEvent='initiated answered'>+1</Number></Dial>",
        "<Record maxLength='2' timeout='0' finishOnKey='#'/>",
        "<Enqueue waitUrl=''>accueil</Enqueue>",
        "<Pause/><Redirect/><Leave/><Hangup/><Reject reason='busy'/>",
    ],
)
def test_what_twilio_takes_is_not_complained_about(verbs: str) -> None:
    assert found(verbs) == []


def test_a_wrong_attribute_falls_back_to_its_default_and_an_unknown_verb_is_skipped() -> None:
    document = from_text("<Response><Pause length='x'/><Sing/><Say>a</Say></Response>")

    assert [verb.name for verb in document.verbs] == ["Pause", "Say"]
    assert document.verbs[0].attributes == {}


def test_only_what_twilio_calls_an_error_stops_the_call() -> None:
    warned = from_text("<Response><Gather timeout='0'/></Response>").verbs[0]
    refused = from_text("<Response><Gather actionOnEmptyResult='oui'/></Response>").verbs[0]
    callback = (
        "<Response><Dial><Number statusCallback='http://a_b.fr/'>+1</Number></Dial></Response>"
    )

    assert warned.error is None
    assert refused.error is not None
    assert from_text(callback).verbs[0].children[0].error is None


def test_the_facts_fit_in_a_small_file_and_cover_every_element() -> None:
    facts = json.loads(DATA.read_text("utf-8"))

    assert DATA.stat().st_size < 60_000
    assert len(facts["elements"]) == 59
    assert sum(len(one.get("attributes", {})) for one in facts["elements"].values()) == 303
    assert len(rules.elements()["Say"].attributes["voice"].values) == 900


def test_every_code_that_is_reported_for_an_attribute_has_a_severity() -> None:
    facts = json.loads(DATA.read_text("utf-8"))

    known = {int(code) for code in f"{facts['errors']} {facts['warnings']}".split()}

    for element in rules.elements().values():
        for attribute in element.attributes.values():
            assert set(attribute.codes) <= known
    assert rules.level(13214) == "WARNING"
    assert rules.level(13201) == "ERROR"


def test_callers_hear_what_stands_in_for_a_text() -> None:
    say = "<Say>Au <sub alias='trente et un, quatorze'>31 14</sub>.<break/>Au <w>revoir</w>.</Say>"

    (tag,) = from_text(f"<Response>{say}</Response>").verbs

    assert tag.spoken == "Au trente et un, quatorze. Au revoir."
