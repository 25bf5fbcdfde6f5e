"""Flows written, judged and published: load, decide, save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr import usecases
from chalicelib.ivr.flow import FlowRefused
from chalicelib.ivr.nodes import Audio
from chalicelib.ivr.surroundings import Surroundings
from chalicelib.ivr.trials.usecases import Judged, judged
from chalicelib.kernel.errors import NotFound, Stale, Unavailable
from tests.directory.builders import a_client, a_line
from tests.fakes import FlowsInMemory
from tests.fakes.sounds import a_shelf
from tests.ivr.builders import (
    SALES,
    a_dial,
    a_document,
    a_menu,
    an_end,
    utc,
)

if TYPE_CHECKING:
    from chalicelib.ivr.published import Document

NOW = utc(2026, 11, 23, 9)
DOCUMENT = a_document(menu=a_menu(choices={"1": "sales"}), sales=a_dial(SALES), end=an_end())
BROKEN = a_document(menu=a_menu(choices={"1": "nowhere"}))


def told_of(document: Document, shelf: dict[str, Any], flows: FlowsInMemory) -> Judged:
    """What is told of a draft before anybody tries to publish it."""
    world = {name: shelf[name] for name in ("sounds", "queues", "lines")}
    around = Surroundings(drafts=flows, now=NOW, **world)
    return judged("acc_1", "flow_1", document, shelf["rehearsals"], around)


def test_a_draft_may_have_faults_which_are_told() -> None:
    flows = FlowsInMemory()

    draft = usecases.create_flow("acc_1", "flow_1", BROKEN, now=NOW, drafts=flows)

    told = told_of(draft.document, a_shelf(), flows)
    assert draft.document == BROKEN
    assert [fault.pointer for fault in told.faults] == ["/nodes/menu/choices/1"]
    assert told.report is None


def test_a_draft_with_faults_is_not_published() -> None:
    drafts = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", BROKEN, now=NOW, drafts=drafts)

    with pytest.raises(FlowRefused) as refused:
        usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **a_shelf())

    assert [fault.pointer for fault in refused.value.faults] == ["/nodes/menu/choices/1"]


def test_a_flow_that_does_not_suit_its_lines_is_not_published() -> None:
    drafts, shelf = FlowsInMemory(), a_shelf()
    account = shelf["lines"].add_account(a_client(id="acc_1"))
    surcharged = a_line(account_id="acc_1", family="sva_majore", version=0)
    shelf["lines"].put_line(surcharged, account)
    usecases.create_flow("acc_1", "flow_1", DOCUMENT, now=NOW, drafts=drafts)

    with pytest.raises(FlowRefused) as refused:
        usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)

    (fault,) = refused.value.faults
    assert (fault.pointer, surcharged.number in fault.reason) == ("/nodes/menu", True)
    with pytest.raises(NotFound):
        drafts.published("flow_1")


def test_publishing_twice_makes_one_version() -> None:
    drafts = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", DOCUMENT, now=NOW, drafts=drafts)

    first, _ = usecases.publish_flow(
        "acc_1", "flow_1", revision=1, now=NOW, drafts=drafts, **a_shelf()
    )
    second, _ = usecases.publish_flow(
        "acc_1", "flow_1", revision=1, now=NOW, drafts=drafts, **a_shelf()
    )

    assert first == second
    assert first.version == 1


def test_only_the_revision_that_was_seen_is_changed_or_published() -> None:
    drafts = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", DOCUMENT, now=NOW, drafts=drafts)
    usecases.save_draft("acc_1", "flow_1", DOCUMENT, revision=1, now=NOW, drafts=drafts)

    with pytest.raises(Stale):
        usecases.save_draft("acc_1", "flow_1", DOCUMENT, revision=1, now=NOW, drafts=drafts)
    with pytest.raises(Stale):
        usecases.publish_flow("acc_1", "flow_1", revision=1, now=NOW, drafts=drafts, **a_shelf())


SAYS_HELLO = {
    "name": "Accueil",
    "start": "hello",
    "prompts": {"hello": {"audio": "prompt_1"}},
    "nodes": {
        "hello": {"kind": "play", "prompt": "hello", "next": "box"},
        "box": {"kind": "voicemail", "greeting": {"audio": "prompt_2"}},
    },
}


def test_a_published_flow_goes_on_playing_the_very_sound_it_was_published_with() -> None:
    drafts, shelf = FlowsInMemory(), a_shelf(prompt_1=3, prompt_2=1)
    usecases.create_flow("acc_1", "flow_1", SAYS_HELLO, now=NOW, drafts=drafts)

    usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)

    flow = drafts.published("flow_1").flow
    assert flow.prompts["hello"].heard("fr-FR", {}) == Audio(prompt_id="prompt_1", version=3)
    assert [(use.id, use.pointer) for use in shelf["usage"].recorded["flow_1"]] == [
        ("prompt_1", "/prompts/hello/audio"),
        ("prompt_2", "/nodes/box/greeting/audio"),
    ]


def test_a_sound_that_the_account_does_not_have_is_a_fault_where_it_is_named() -> None:
    drafts, shelf = FlowsInMemory(), a_shelf(prompt_1=3)
    usecases.create_flow("acc_1", "flow_1", SAYS_HELLO, now=NOW, drafts=drafts)

    with pytest.raises(FlowRefused) as refused:
        usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)

    assert [fault.pointer for fault in refused.value.faults] == ["/nodes/box/greeting/audio"]
    assert shelf["usage"].recorded == {}


def test_publishing_that_broke_off_before_its_uses_were_recorded_is_mended_by_the_next() -> None:
    drafts, shelf = FlowsInMemory(), a_shelf(prompt_1=3, prompt_2=1)
    usecases.create_flow("acc_1", "flow_1", SAYS_HELLO, now=NOW, drafts=drafts)
    shelf["usage"].down = True
    with pytest.raises(Unavailable):
        usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)
    shelf["usage"].down = False

    usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)

    assert len(shelf["usage"].recorded["flow_1"]) == 2


WAITS = {
    "name": "Accueil",
    "start": "queue",
    "nodes": {
        "queue": {
            "kind": "queue",
            "queue": "support",
            "music": [{"audio": "prompt_1"}, {"audio": "prompt_2"}],
            "callback": {"key": "1", "next": "back"},
        },
        "back": {"kind": "callback", "queue": "support"},
    },
}


def publish(document: dict[str, Any], shelf: dict[str, Any]) -> None:
    drafts = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", document, now=NOW, drafts=drafts)
    usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)


def test_the_queues_that_a_flow_names_are_among_what_it_uses() -> None:
    shelf = a_shelf("support", prompt_1=1, prompt_2=1)

    publish(WAITS, shelf)

    assert [(use.kind.value, use.id, use.pointer) for use in shelf["usage"].recorded["flow_1"]] == [
        ("prompt", "prompt_1", "/nodes/queue/music/0/audio"),
        ("prompt", "prompt_2", "/nodes/queue/music/1/audio"),
        ("queue", "support", "/nodes/queue/queue"),
        ("queue", "support", "/nodes/back/queue"),
    ]


def test_a_queue_that_the_account_does_not_have_is_a_fault_where_it_is_named() -> None:
    with pytest.raises(FlowRefused) as refused:
        publish(WAITS, a_shelf("sales", prompt_1=1, prompt_2=1))

    pointers = [fault.pointer for fault in refused.value.faults]
    assert pointers == ["/nodes/queue/queue", "/nodes/back/queue"]


def test_music_that_keeps_callers_from_a_free_agent_for_minutes_is_refused() -> None:
    shelf = a_shelf("support", prompt_1=1, prompt_2=1)
    shelf["sounds"].milliseconds["prompt_2"] = 61_000

    with pytest.raises(FlowRefused) as refused:
        publish(WAITS, shelf)

    assert [fault.pointer for fault in refused.value.faults] == ["/nodes/queue/music/1"]


FULL_OF_FAULTS = {
    "name": "Accueil",
    "start": "queue",
    "nodes": {
        "queue": {
            "kind": "queue",
            "queue": "support",
            "welcome": {"audio": "prompt_1"},
            "overflow_seconds": 60,
            "overflow": "away",
            "no_agents": "nowhere",
        },
        "away": {"kind": "transfer", "flow": "flow_2"},
    },
}
# What each of its parts lacks, where one of the account's surcharged lines rings.
ALL_OF_THEM = {
    "/nodes/queue/no_agents",
    "/nodes/queue/welcome/audio",
    "/nodes/queue/queue",
    "/nodes/away/flow",
    "/nodes/queue",
}


def a_surcharged_shelf() -> dict[str, Any]:
    shelf = a_shelf()
    account = shelf["lines"].add_account(a_client(id="acc_1"))
    shelf["lines"].put_line(a_line(account_id="acc_1", family="sva_majore", version=0), account)
    return shelf


def test_all_faults_are_told_at_once_whether_of_the_document_or_of_what_it_names() -> None:
    drafts, shelf = FlowsInMemory(), a_surcharged_shelf()
    usecases.create_flow("acc_1", "flow_1", FULL_OF_FAULTS, now=NOW, drafts=drafts)

    with pytest.raises(FlowRefused) as refused:
        usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)

    assert {fault.pointer for fault in refused.value.faults} == ALL_OF_THEM


def test_a_draft_tells_the_very_faults_for_which_publishing_would_refuse_it() -> None:
    flows, shelf = FlowsInMemory(), a_surcharged_shelf()
    sound = {**FULL_OF_FAULTS, "nodes": {**FULL_OF_FAULTS["nodes"]}}  # type: ignore[dict-item]
    sound["nodes"]["queue"] = {**sound["nodes"]["queue"], "no_agents": "away"}  # type: ignore[index]

    broken = told_of(FULL_OF_FAULTS, shelf, flows)
    rest = told_of(sound, shelf, flows)

    assert {fault.pointer for fault in broken.faults} == ALL_OF_THEM
    assert {fault.pointer for fault in rest.faults} == ALL_OF_THEM - {"/nodes/queue/no_agents"}
    assert broken.report is None
    assert rest.report is not None


@pytest.mark.parametrize(
    ("day", "fine"),
    [
        pytest.param("2020-06-21", False, id="years ago"),
        pytest.param("2026-11-21", False, id="the day before yesterday"),
        pytest.param("2026-11-22", True, id="a night that may last past midnight"),
        pytest.param("2026-11-24", True, id="tomorrow"),
    ],
)
def test_hours_that_never_open_again_are_refused(day: str, fine: bool) -> None:
    calendar = {"weekly": {}, "exceptions": {day: [["18:00", "23:00"]]}}
    hours = {"kind": "hours", **calendar, "open": "sales", "closed": "end"}
    document = a_document(hours=hours, sales=a_dial(SALES), end=an_end())

    told = told_of(document, a_shelf(), FlowsInMemory())

    assert [fault.pointer for fault in told.faults] == ([] if fine else ["/nodes/hours"])
