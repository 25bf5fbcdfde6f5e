"""A flow document says everything that is wrong with it, with the place of each fault."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.kinds.announce import Announce
from chalicelib.ivr.kinds.dial import Dial
from chalicelib.ivr.kinds.menu import Menu
from chalicelib.ivr.nodes import Audio, Spoken
from chalicelib.kernel.errors import Rejected
from tests.ivr.builders import (
    a_dial,
    a_document,
    a_flow,
    a_menu,
    a_say,
    a_voicemail,
    an_end,
    some_hours,
)


def faults_of(document: object) -> dict[str, str]:
    with pytest.raises(FlowRefused) as refused:
        parse(document)
    return {fault.pointer: fault.reason for fault in refused.value.faults}


def test_a_flow_is_read_with_its_defaults() -> None:
    flow = a_flow(menu=a_menu(choices={"1": "team"}), team=a_dial("01 62 01 00 01"), end=an_end())

    assert (flow.name, flow.language, flow.start) == ("Standard", "fr-FR", "menu")
    menu, team = flow.nodes["menu"], flow.nodes["team"]
    assert isinstance(menu, Menu)
    assert (menu.attempts, menu.timeout_seconds) == (3, 5)
    assert isinstance(team, Dial)
    assert team.destinations[0].number == "+33162010001"
    assert team.ring_seconds == 20


def test_a_destination_may_ring_longer_than_the_others() -> None:
    longer = {"number": "+33162010002", "ring_seconds": 45}
    flow = a_flow(dial=a_dial(longer, "+442079460018", ring_seconds=15), end=an_end())  # type: ignore[arg-type]

    dial = flow.nodes["dial"]

    assert isinstance(dial, Dial)
    assert [d.ring_seconds or dial.ring_seconds for d in dial.destinations] == [45, 15]


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        pytest.param("Bonjour", Spoken("Bonjour", "fr-FR"), id="a text in the flow's language"),
        pytest.param(
            {"text": "Hello", "language": "en-GB"}, Spoken("Hello", "en-GB"), id="another language"
        ),
        pytest.param(
            {"text": "Bonjour", "voice": "Polly.Remi-Neural"},
            Spoken("Bonjour", "fr-FR", "Polly.Remi-Neural"),
            id="another voice",
        ),
        pytest.param({"url": "https://a.fr/b.mp3"}, Audio("https://a.fr/b.mp3"), id="a recording"),
    ],
)
def test_a_prompt_is_a_text_or_a_recording(prompt: object, read: object) -> None:
    menu = a_flow(menu=a_menu(prompt=prompt), end=an_end()).nodes["menu"]

    assert isinstance(menu, Menu)
    assert menu.prompt.heard("fr-FR", {}) == read


def test_a_play_node_plays_its_recording() -> None:
    play = a_flow(n={"kind": "play", "url": "https://a.fr/b.mp3", "next": "end"}, end=an_end())

    announce = play.nodes["n"]
    assert isinstance(announce, Announce)
    assert announce.prompt.heard("fr-FR", {}) == Audio("https://a.fr/b.mp3")


END = an_end()
LONG_ACCENTS = "é" * 800

FAULTS: list[tuple[str, object, str, str]] = [
    # what is wrong, document, pointer, part of the reason
    ("not an object", [], "", "must be an object, not a list"),
    ("nothing at all", None, "", "must be an object, not null"),
    ("empty", {}, "", "`nodes` is missing"),
    ("no nodes", {"name": "n", "start": "s", "nodes": {}}, "/nodes", "at least one node"),
    ("unknown field", {**a_document(end=END), "colour": 1}, "/colour", "unknown field"),
    ("no name", {**a_document(end=END), "name": " "}, "/name", "must not be empty"),
    ("language", {**a_document(end=END), "language": "xx"}, "/language", "does not speak 'xx'"),
    ("start unknown", {**a_document(end=END), "start": "x"}, "/start", "no node is called 'x'"),
    ("node name", a_document(**{"a b": END}), "/nodes/a b", "is not a node's name"),
    ("node no object", a_document(end=3), "/nodes/end", "must be an object, not a number"),  # type: ignore[arg-type]
    ("no kind", a_document(end={}), "/nodes/end", "`kind` is missing"),
    ("kind", a_document(end={"kind": "fax"}), "/nodes/end/kind", "must be one of say, play"),
    ("field", a_document(end=an_end(speed=2)), "/nodes/end/speed", "unknown field"),
    ("target", a_document(say=a_say(next="x"), end=END), "/nodes/say/next", "no node is called"),
    ("dead end", a_document(say={"kind": "say", "text": "a"}), "/nodes/say", "`next` is missing"),
    ("unreachable", a_document(end=END, lost=END), "/nodes/lost", "nothing leads to this node"),
    ("text type", a_document(say=a_say(text=3), end=END), "/nodes/say/text", "must be a text"),  # type: ignore[arg-type]
    ("text long", a_document(say=a_say("a" * 3001), end=END), "/nodes/say/text", "too long: 3001"),
    ("accents", a_document(say=a_say(LONG_ACCENTS), end=END), "/nodes/say/text", "URL-encoded"),
    ("control", a_document(say=a_say("a\x00"), end=END), "/nodes/say/text", "control character"),
    ("surrogate", a_document(say=a_say("\ud800"), end=END), "/nodes/say/text", "control character"),
    ("voice", a_document(say=a_say(voice="x"), end=END), "/nodes/say/voice", "must be a voice"),
    (
        "voice of another language",
        a_document(say=a_say(voice="Google.en-GB-Neural2-A"), end=END),
        "/nodes/say/voice",
        "does not speak fr-FR",
    ),
    (
        "audio address",
        a_document(play={"kind": "play", "url": "b.mp3", "next": "end"}, end=END),
        "/nodes/play/url",
        "absolute http(s) URL",
    ),
    ("prompt", a_document(menu=a_menu(prompt=[]), end=END), "/nodes/menu/prompt", "or an object"),
    ("no choices", a_document(menu=a_menu(choices={})), "/nodes/menu/choices", "from 1 to 50"),
    (
        "key",
        a_document(menu=a_menu(choices={"A": "end"}), end=END),
        "/nodes/menu/choices/A",
        "is not what a caller can press",
    ),
    (
        "keys in conflict",
        a_document(menu=a_menu(choices={"1": "end", "12": "end"}), end=END),
        "/nodes/menu/choices/12",
        "a shorter choice begins like 12",
    ),
    ("attempts", a_document(menu=a_menu(attempts=0), end=END), "/nodes/menu/attempts", "1 to 10"),
    (
        "true is no number",
        a_document(menu=a_menu(attempts=True), end=END),
        "/nodes/menu/attempts",
        "not True",
    ),
    (
        "retry target",
        a_document(menu=a_menu(invalid={"next": "x"}), end=END),
        "/nodes/menu/invalid/next",
        "no node is called 'x'",
    ),
    ("never opens", a_document(h=some_hours(weekly={}), end=END), "/nodes/h/weekly", "never opens"),
    ("zone", a_document(h=some_hours(zone="Paris"), end=END), "/nodes/h/zone", "no time zone"),
    (
        "day",
        a_document(h=some_hours(weekly={"lundi": []}), end=END),
        "/nodes/h/weekly/lundi",
        "unknown field",
    ),
    (
        "time",
        a_document(h=some_hours(weekly={"monday": [["9h", "18:00"]]}), end=END),
        "/nodes/h/weekly/monday/0/0",
        "must be a time",
    ),
    (
        "interval of no length",
        a_document(h=some_hours(weekly={"monday": [["09:00", "09:00"]]}), end=END),
        "/nodes/h/weekly/monday/0",
        "lasts no time",
    ),
    (
        "interval of three",
        a_document(h=some_hours(weekly={"monday": [["09:00", "10:00", "11:00"]]}), end=END),
        "/nodes/h/weekly/monday/0",
        "must be two times",
    ),
    (
        "overlap",
        a_document(
            h=some_hours(weekly={"monday": [["09:00", "13:00"], ["12:00", "18:00"]]}), end=END
        ),
        "/nodes/h/weekly/monday",
        "overlap",
    ),
    (
        "overlap after midnight",
        a_document(
            h=some_hours(weekly={"sunday": [["22:00", "06:00"]], "monday": [["05:00", "12:00"]]}),
            end=END,
        ),
        "/nodes/h/weekly/sunday",
        "past midnight into the hours of monday",
    ),
    (
        "date",
        a_document(h=some_hours(exceptions={"2026-02-30": []}), end=END),
        "/nodes/h/exceptions/2026-02-30",
        "is not a date",
    ),
    (
        "calendar",
        a_document(h=some_hours(public_holidays="mars"), end=END),
        "/nodes/h/public_holidays",
        "must be one of national",
    ),
    (
        "nobody to ring",
        a_document(d=a_dial(destinations=[]), end=END),
        "/nodes/d/destinations",
        "1 to 10",
    ),
    (
        "not a number",
        a_document(d=a_dial("hello"), end=END),
        "/nodes/d/destinations/0",
        "write it as",
    ),
    ("too short", a_document(d=a_dial("01 62"), end=END), "/nodes/d/destinations/0", "write it as"),
    ("emergency", a_document(d=a_dial("112"), end=END), "/nodes/d/destinations/0", "emergency"),
    ("samu", a_document(d=a_dial("15"), end=END), "/nodes/d/destinations/0", "emergency"),
    (
        "surcharged",
        a_document(d=a_dial("0899 12 34 56"), end=END),
        "/nodes/d/destinations/0",
        "surcharged",
    ),
    (
        "surcharged, abroad",
        a_document(d=a_dial("+33820123456"), end=END),
        "/nodes/d/destinations/0",
        "surcharged",
    ),
    ("short", a_document(d=a_dial("3639"), end=END), "/nodes/d/destinations/0", "short number"),
    ("enquiries", a_document(d=a_dial("118218"), end=END), "/nodes/d/destinations/0", "enquiry"),
    (
        "ring",
        a_document(d=a_dial(ring_seconds=4), end=END),
        "/nodes/d/ring_seconds",
        "from 5 to 600",
    ),
    (
        "caller id",
        a_document(d=a_dial(caller_id="me"), end=END),
        "/nodes/d/caller_id",
        "caller, dialled",
    ),
    (
        "dial without a way on",
        a_document(d={"kind": "dial", "destinations": ["+33162010001"]}),
        "/nodes/d",
        "a dead end",
    ),
    ("message", a_document(v=a_voicemail(max_seconds=1)), "/nodes/v/max_seconds", "from 2 to 3600"),
    (
        "voice of nothing",
        a_document(end=an_end(voice="man")),
        "/nodes/end/voice",
        "without a `text`",
    ),
]


@pytest.mark.parametrize(
    ("document", "pointer", "reason"),
    [pytest.param(*row[1:], id=row[0]) for row in FAULTS],
)
def test_a_fault_is_named_where_it_is(document: object, pointer: str, reason: str) -> None:
    faults = faults_of(document)

    assert reason in faults[pointer], faults


@pytest.mark.parametrize(
    ("nodes", "pointer", "loop"),
    [
        pytest.param({"a": a_say(next="a")}, "/nodes/a", "a -> a", id="alone"),
        pytest.param(
            {"a": a_say(next="b"), "b": a_say(next="a")}, "/nodes/a", "a -> b -> a", id="two"
        ),
        pytest.param(
            {
                "menu": a_menu(choices={"1": "a"}),
                "a": a_say(next="h"),
                "h": some_hours(open="menu", closed="a"),
            },
            "/nodes/a",
            "a -> h -> a",
            id="at night only",
        ),
    ],
)
def test_a_loop_that_never_waits_is_refused(nodes: dict[str, Any], pointer: str, loop: str) -> None:
    assert loop in faults_of(a_document(**nodes))[pointer]


def test_a_loop_that_waits_for_the_caller_is_fine() -> None:
    flow = a_flow(menu=a_menu(choices={"1": "again"}), again=a_say(next="menu"))

    assert flow.start == "menu"


def test_every_fault_is_found_at_once() -> None:
    broken = a_document(
        menu=a_menu(prompt="", choices={"1": "nowhere", "x": "end"}, attempts="3"),
        lost=a_say(text=None, next="end"),  # type: ignore[arg-type]
        end=an_end(text=5),
    )

    assert {
        "/nodes/menu/prompt",
        "/nodes/menu/choices/1",
        "/nodes/menu/choices/x",
        "/nodes/menu/attempts",
        "/nodes/lost",
        "/nodes/lost/text",
        "/nodes/end/text",
    } <= faults_of(broken).keys()


def test_behind_a_node_that_cannot_be_read_nothing_is_called_unreachable() -> None:
    faults = faults_of(a_document(first={"kind": "fax"}, behind=an_end()))

    assert faults.keys() == {"/nodes/first/kind"}


def test_a_flow_of_ten_thousand_nodes_is_read_and_one_more_is_refused() -> None:
    chain = {f"n{at}": a_say("a", next=f"n{at + 1}") for at in range(9_999)}

    assert len(a_flow(**chain, n9999=an_end()).nodes) == 10_000
    more = a_document(**chain, n9999=a_say("a", next="n10000"), n10000=an_end())
    more |= {"prompts": {"hello": "Bonjour."}, "tests": [{"name": "t", "steps": [{"goes": "n1"}]}]}
    assert faults_of(more) == {"/nodes": "has too many nodes: 10001, at most 10000"}


@pytest.mark.parametrize(
    ("reading", "pointer"),
    [
        pytest.param(a_say("C'est {{order.stat}}."), "/nodes/first/text", id="a text"),
        pytest.param(
            {"kind": "say", "ssml": "<p>{{order.stat}}</p>", "next": "end"},
            "/nodes/first/ssml",
            id="ssml",
        ),
        pytest.param(
            {
                "kind": "branch",
                "rules": [{"when": {"order.stat": {"is": "sent"}}, "next": "end"}],
                "otherwise": "end",
            },
            "/nodes/first/rules/0/when/order.stat",
            id="a branch",
        ),
        pytest.param(
            {"kind": "set", "variables": {"a.b": "{{order.stat}}"}, "next": "end"},
            "/nodes/first/variables/a.b",
            id="a set",
        ),
        pytest.param(
            a_menu(prompt={"by_language": {"fr-FR": "{{order.stat}}"}}, choices={"1": "end"}),
            "/nodes/first/prompt/by_language/fr-FR",
            id="one of several languages",
        ),
        pytest.param(
            a_dial({"variable": "order.stat"}),  # type: ignore[arg-type]
            "/nodes/first/destinations/0/variable",
            id="a destination",
        ),
        pytest.param(
            {
                "kind": "lookup",
                "url": "https://crm.example.fr/{{order.stat}}",
                "answer": {"a.b": "/b"},
                "next": "end",
            },
            "/nodes/first/url",
            id="a lookup",
        ),
    ],
)
def test_a_variable_that_nothing_gives_is_told_where_it_is_read(
    reading: dict[str, Any], pointer: str
) -> None:
    told = faults_of(a_document(first=reading, end=an_end()))

    assert told[pointer] == "nothing gives the variable 'order.stat' a value"


def test_a_variable_is_told_at_each_place_and_in_a_named_prompt_once() -> None:
    twice = {"prompt": "hello"}
    nodes = {
        "first": {"kind": "say", **twice, "next": "second"},
        "second": {"kind": "say", **twice, "next": "third"},
        "third": a_say("{{clent.name}}"),
        "end": an_end(),
    }

    told = faults_of(a_document(**nodes) | {"prompts": {"hello": "Bonjour {{clent.name}}"}})

    assert told.keys() == {"/prompts/hello", "/nodes/third/text"}


def test_one_node_that_cannot_be_read_hides_no_unknown_variable_and_makes_up_no_fault() -> None:
    nodes = {
        "first": a_say("{{no.thing}} {{order.state}} {{lookup.reason}}", next="ask"),
        "ask": {"kind": "lokup", "answer": {"order.state": "/state"}, "prompt": "hello"},
    }

    told = faults_of(a_document(**nodes) | {"prompts": {"hello": "Bonjour."}})

    assert told.keys() == {"/nodes/ask/kind", "/nodes/first/text"}
    assert "'no.thing'" in told["/nodes/first/text"]


def test_what_is_wrong_is_repeated_as_its_author_wrote_it() -> None:
    menu = a_menu(choices={"é": "end"})

    told = faults_of(a_document(menu=menu, end=an_end()))["/nodes/menu/choices/é"]

    assert told.startswith("'é' is not what a caller can press")


def test_what_was_published_is_read_back_even_if_it_would_be_refused_today() -> None:
    surcharged = a_document(dial=a_dial("+33899123456"), end=an_end())

    assert restore(surcharged).start == "dial"
    with pytest.raises(Rejected):
        parse(surcharged)


def test_a_flow_that_was_read_cannot_be_changed() -> None:
    flow = a_flow(menu=a_menu(), end=an_end())
    menu = flow.nodes["menu"]

    with pytest.raises(TypeError):
        flow.nodes["end"] = menu  # type: ignore[index]
    assert isinstance(menu, Menu)
    with pytest.raises(TypeError):
        menu.choices["2"] = "menu"  # type: ignore[index]


@pytest.mark.parametrize(
    "say",
    [
        pytest.param(a_say("Prix {{entre accolades"), id="braces that were only text then"),
        pytest.param(a_say(voice="Polly.Nobody"), id="a voice that is in no list any more"),
    ],
)
def test_what_was_published_by_older_rules_goes_on_answering(say: dict[str, object]) -> None:
    document = a_document(say=say, end=END)

    with pytest.raises(FlowRefused):
        parse(document)
    assert restore(document).nodes
