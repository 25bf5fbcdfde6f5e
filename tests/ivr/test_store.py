"""Flows on the table, beyond what `tests/contracts/test_flows.py` asks of every store."""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.published import LONGEST_DOCUMENT, DocumentTooLarge
from chalicelib.ivr.store import FlowStore, IvrRow, VersionRow
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from tests.clouds import requests_counted, tables
from tests.ivr.builders import a_document, a_menu, an_end, utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.published import Draft

NOW, LATER = utc(2026, 11, 23, 9), utc(2026, 11, 23, 10)
TABLE = "cadran-test-ivr"
DOCUMENT = a_document(end=an_end(text="Au revoir."))
CHANGED = a_document(end=an_end(text="À bientôt."))


@pytest.fixture
def store() -> Iterator[FlowStore]:
    """A store on an empty table."""
    with tables(IvrRow):
        yield FlowStore(TABLE)


def a_published_flow(store: FlowStore, document: dict[str, Any] = DOCUMENT) -> Draft:
    draft = store.create("acc_1", "flow_1", document, NOW)
    store.publish(draft.header, document, NOW)
    return store.draft("acc_1", "flow_1")


def test_a_published_flow_answers_with_one_read(store: FlowStore) -> None:
    a_published_flow(store)

    with requests_counted(IvrRow) as sent:
        published = store.published("flow_1")
        again = store.published("flow_1")
        version = store.version("flow_1", 1)

    assert sent == ["GetItem"]
    assert again is published
    assert version is published.flow
    assert (published.account_id, published.version) == ("acc_1", 1)


def test_another_process_reads_a_version_once(store: FlowStore) -> None:
    a_published_flow(store)
    other = FlowStore(TABLE)

    with requests_counted(IvrRow) as sent:
        first, second = other.version("flow_1", 1), other.version("flow_1", 1)

    assert first is second
    assert sent == ["GetItem"]


def test_calls_in_progress_stay_on_their_version(store: FlowStore) -> None:
    draft = a_published_flow(store)

    changed = store.replace(draft.header, CHANGED, LATER)
    newest = store.publish(changed.header, CHANGED, LATER)

    assert newest.version == 2
    assert store.published("flow_1").version == 2
    assert store.version("flow_1", 1) != store.version("flow_1", 2)
    assert store.document("acc_1", "flow_1", 1).document == DOCUMENT


def test_a_version_is_never_written_again(store: FlowStore) -> None:
    draft = a_published_flow(store)
    VersionRow(
        pk="flow#flow_1", sk="v#000002", account_id="acc_1", published_at=NOW, document=b"x"
    ).save()

    with pytest.raises(Conflict):
        store.publish(draft.header, CHANGED, LATER)

    assert store.draft("acc_1", "flow_1").header.published_version == 1


def test_while_the_table_is_down_calls_are_answered_with_what_is_known(
    store: FlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_published_flow(store)
    clock = iter([0.0, 0.0, 100.0, 100.0, 100.0])
    monkeypatch.setattr(store._published, "_clock", lambda: next(clock))
    known = store.published("flow_1")

    monkeypatch.setattr(store._published, "_load", _down)

    assert store.published("flow_1") is known
    monkeypatch.setattr(store._versions, "_load", _down)
    with pytest.raises(Unavailable):
        store.version("flow_1", 2)


def _down(key: object) -> Any:
    raise Unavailable("the table is down")


def test_a_published_flow_that_cannot_be_read_sends_callers_to_the_fallback(
    store: FlowStore,
) -> None:
    a_published_flow(store, {"name": "Standard", "start": "gone", "nodes": {"gone": 3}})

    with pytest.raises(Unavailable):
        store.published("flow_1")


def test_another_accounts_flow_does_not_exist(store: FlowStore) -> None:
    a_published_flow(store)

    with pytest.raises(NotFound):
        store.draft("acc_2", "flow_1")
    with pytest.raises(NotFound):
        store.document("acc_2", "flow_1", 1)
    with pytest.raises(NotFound):
        store.document("acc_1", "flow_1", 2)
    assert store.flows("acc_2", 10).items == ()


def test_flows_and_versions_are_listed_page_by_page(store: FlowStore) -> None:
    for at in range(5):
        store.create("acc_1", f"flow_{at}", DOCUMENT, NOW)
    draft = store.draft("acc_1", "flow_0")
    for _ in range(3):
        store.publish(draft.header, draft.document, NOW)
        changed = store.draft("acc_1", "flow_0")
        draft = store.replace(changed.header, DOCUMENT, LATER)

    flows, after = [], None
    while True:
        page = store.flows("acc_1", 2, after)
        flows += [header.flow_id for header in page.items]
        after = page.next
        if after is None:
            break
    first = store.versions("flow_0", 2)
    rest = store.versions("flow_0", 2, first.next)

    assert flows == [f"flow_{at}" for at in range(5)]
    assert [v.version for v in (*first.items, *rest.items)] == [3, 2, 1]


def test_a_document_of_half_a_megabyte_is_refused_in_words(store: FlowStore) -> None:
    long = a_document(menu=a_menu(prompt="é" * LONGEST_DOCUMENT))

    with pytest.raises(DocumentTooLarge) as refused:
        store.create("acc_1", "flow_1", long, NOW)

    assert "at most 350000" in refused.value.faults[0].reason


def test_a_draft_and_a_version_that_do_not_fit_together_are_refused(store: FlowStore) -> None:
    noise = random.Random(1).randbytes(262_000)
    dense = {**DOCUMENT, "noise": base64.b64encode(noise).decode()}
    draft = store.create("acc_1", "flow_1", dense, NOW)

    with pytest.raises(DocumentTooLarge) as refused:
        store.publish(draft.header, dense, NOW)

    assert "at most 390000" in refused.value.faults[0].reason


def test_a_draft_may_hold_half_a_character(store: FlowStore) -> None:
    odd = {"name": "\ud83d", "nodes": {}}

    store.create("acc_1", "flow_1", odd, NOW)

    assert store.draft("acc_1", "flow_1").document == odd
