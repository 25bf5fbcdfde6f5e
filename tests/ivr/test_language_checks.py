"""Prompts that would be heard by callers who chose another language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.flow import judge, restore
from tests.ivr.builders import (
    a_dial,
    a_document,
    a_menu,
    a_say,
    a_voicemail,
    an_end,
)

if TYPE_CHECKING:
    from chalicelib.ivr.published import Document

BOTH = {"fr-FR": "Bonjour.", "en-GB": "Hello."}
ENGLISH = {"kind": "set", "language": "en-GB", "next": "say"}
END = an_end(by_language=BOTH)
FRENCH_ONLY = "callers who hear en-GB get here, and it has no words for them"


def after_english(say: dict[str, Any], **fields: Any) -> Document:
    return {**a_document(english=ENGLISH, say=say, box=a_voicemail(), end=END), **fields}


def a_choice(**fields: Any) -> dict[str, Any]:
    return a_menu(choices={"1": "box", "2": "end"}, **fields)


def told(document: Document) -> dict[str, str]:
    return {each.pointer: each.reason for each in judge(document)[1]}


@pytest.mark.parametrize(
    ("say", "pointer"),
    [
        pytest.param(a_choice(prompt="Tapez 1."), "/nodes/say/prompt", id="a question"),
        pytest.param(a_choice(prompt={"text": "Tapez 1."}), "/nodes/say/prompt", id="an object"),
        pytest.param(
            a_choice(prompt={"by_language": BOTH}, no_input={"prompt": "Pardon ?"}),
            "/nodes/say/no_input/prompt",
            id="after silence",
        ),
        pytest.param(a_dial(record=True, notice="Enregistré."), "/nodes/say/notice", id="a notice"),
        pytest.param(a_choice(prompt={"prompt": "ask"}), "/nodes/say/prompt", id="by its name"),
    ],
)
def test_french_words_for_a_caller_who_chose_english_are_refused(
    say: dict[str, Any], pointer: str
) -> None:
    named = {"prompts": {"ask": "Tapez 1."}} if "ask" in str(say) else {}

    assert FRENCH_ONLY in told(after_english(say, **named))[pointer]


@pytest.mark.parametrize("languages", [{}, {"languages": ["fr-FR", "en-GB"]}])
def test_words_that_are_a_node_are_refused_as_well(languages: dict[str, Any]) -> None:
    document = after_english(a_say("Bonjour.", next="box"), **languages)
    document["nodes"]["say"] = a_say("Bonjour.", next="end")
    del document["nodes"]["box"]

    assert FRENCH_ONLY in told(document)["/nodes/say"]


@pytest.mark.parametrize(
    "say",
    [
        pytest.param(a_choice(prompt={"by_language": BOTH}), id="words in both"),
        pytest.param(a_choice(prompt={"text": "Hi.", "language": "en-GB"}), id="of a language"),
        pytest.param(a_choice(prompt={"url": "https://example.com/a.mp3"}), id="a recording"),
        pytest.param(
            a_choice(prompt={"by_language": {"fr-FR": "Bonjour.", "en-US": "Hi."}}), id="American"
        ),
        pytest.param(a_dial(whisper="Appel en anglais.", no_answer="box", busy="end"), id="agents"),
        pytest.param(
            {
                "kind": "queue",
                "queue": "support",
                "whisper": "Appel en anglais.",
                "overflow_seconds": 60,
                "overflow": "box",
                "no_agents": "end",
            },
            id="agents of a queue",
        ),
    ],
)
def test_words_for_every_caller_and_words_for_those_who_are_called_are_fine(
    say: dict[str, Any],
) -> None:
    assert told(after_english(say)) == {}


@pytest.mark.parametrize(
    "when",
    [
        pytest.param({"call.language": "en-GB"}, id="by the language"),
        pytest.param({"call.language": {"starts_with": "en"}}, id="by its beginning"),
        pytest.param({"guest.tongue": "english"}, id="by what was set with it"),
    ],
)
def test_callers_whom_a_branch_parts_by_language_each_hear_their_own(when: dict[str, Any]) -> None:
    document = a_document(
        menu=a_menu(choices={"1": "which", "2": "english"}),
        english={
            "kind": "set",
            "language": "en-GB",
            "variables": {"guest.tongue": "english"},
            "next": "which",
        },
        which={"kind": "branch", "rules": [{"when": when, "next": "hi"}], "otherwise": "hello"},
        hi=a_say("Hi.", language="en-GB", next="box"),
        hello=a_say("Bonjour.", next="box"),
        box=a_voicemail(),
    ) | {"variables": {"guest.tongue": "french"}}

    assert told(document) == {}


def test_a_rule_that_may_not_hold_lets_both_languages_through() -> None:
    rule = {"when": {"call.language": "en-GB"}, "percent": 50, "next": "hi"}
    document = a_document(
        english=ENGLISH | {"next": "which"},
        which={"kind": "branch", "rules": [rule], "otherwise": "hello"},
        hi=a_say("Hi.", language="en-GB"),
        hello=a_say("Bonjour."),
        end=END,
    )

    assert [*told(document)] == ["/nodes/hello"]


def test_very_many_languages_told_by_variables_are_followed_by_language_alone() -> None:
    sets = {
        f"set{at}": {
            "kind": "set",
            "language": "en-GB",
            "variables": {"guest.number": at},
            "next": f"set{at + 1}",
        }
        for at in range(60)
    }
    document = a_document(**sets, set60=a_say("Bonjour."), end=END)

    assert [*told(document)] == ["/nodes/set60"]


def test_a_language_that_the_flow_does_not_speak_is_refused() -> None:
    say = a_choice(prompt={"by_language": {**BOTH, "de-DE": "Guten Tag."}})
    document = after_english(say, languages=["fr-FR", "en-GB"])
    document["nodes"]["english"] = ENGLISH | {"language": "de-DE"}

    faults = told(document)

    for pointer in ("/nodes/english/language", "/nodes/say/prompt/by_language/de-DE"):
        assert faults[pointer].startswith("this flow does not speak de-DE")


def test_a_missing_language_is_told_once() -> None:
    say = a_choice(
        prompt={
            "by_language": {
                "fr-FR": "Bonjour.",
            }
        }
    )
    document = after_english(say, languages=["fr-FR", "en-GB"])

    assert [*told(document)].count("/nodes/say/prompt/by_language") == 1
    assert "/nodes/say/prompt" not in told(document)


def test_a_flow_that_was_published_goes_on_answering_in_every_language() -> None:
    document = after_english(a_choice(), languages=["fr-FR"])

    assert restore(document).nodes
