"""What every store of flows promises, be it in memory or on DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from chalicelib.ivr.ports import Drafts
from chalicelib.ivr.published import LONGEST_DOCUMENT, DocumentTooLarge
from chalicelib.ivr.store import FlowStore, IvrRow
from chalicelib.ivr.usecases import Flows
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from tests.clouds import tables
from tests.fakes import FlowsInMemory
from tests.ivr.builders import a_document, an_end, utc

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW, LATER = utc(2026, 11, 23, 9), utc(2026, 11, 23, 10)
DOCUMENT = a_document(end=an_end(text="Au revoir."))
CHANGED = a_document(end=an_end(text="À bientôt."))


class Store(Flows, Drafts, Protocol):
    """Both ports at once."""


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield FlowsInMemory()
        return
    with tables(IvrRow):
        yield FlowStore("cadran-test-ivr")


def test_a_new_flow_has_a_draft_and_answers_nothing(store: Store) -> None:
    created = store.create("acc_1", "flow_1", DOCUMENT, NOW)

    assert store.draft("acc_1", "flow_1") == created
    assert (created.header.name, created.header.revision) == ("Standard", 1)
    assert created.header.newest is None
    with pytest.raises(NotFound):
        store.published("flow_1")


def test_a_flow_is_created_once(store: Store) -> None:
    store.create("acc_1", "flow_1", DOCUMENT, NOW)

    with pytest.raises(Conflict):
        store.create("acc_2", "flow_1", CHANGED, NOW)


def test_a_published_draft_answers_until_the_next_one_does(store: Store) -> None:
    draft = store.create("acc_1", "flow_1", DOCUMENT, NOW)
    first = store.publish(draft.header, DOCUMENT, NOW)

    changed = store.replace(store.draft("acc_1", "flow_1").header, CHANGED, LATER)

    assert first.version == store.published("flow_1").version == 1
    assert not changed.header.all_published
    assert store.publish(changed.header, CHANGED, LATER).version == 2
    assert store.published("flow_1").flow == store.version("flow_1", 2)
    assert store.version("flow_1", 1) != store.version("flow_1", 2)
    assert store.draft("acc_1", "flow_1").header.all_published


def test_what_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    mine = store.create("acc_1", "flow_1", DOCUMENT, NOW)
    store.replace(mine.header, CHANGED, NOW)

    with pytest.raises(Stale):
        store.replace(mine.header, DOCUMENT, LATER)
    with pytest.raises(Conflict):
        store.publish(mine.header, DOCUMENT, LATER)
    assert store.draft("acc_1", "flow_1").document == CHANGED


def test_two_who_publish_at_once_make_one_version(store: Store) -> None:
    draft = store.create("acc_1", "flow_1", DOCUMENT, NOW)
    store.publish(draft.header, DOCUMENT, NOW)

    with pytest.raises(Conflict):
        store.publish(draft.header, DOCUMENT, LATER)

    with pytest.raises(NotFound):
        store.version("flow_1", 2)


def test_another_accounts_flow_does_not_exist(store: Store) -> None:
    store.create("acc_1", "flow_1", DOCUMENT, NOW)

    with pytest.raises(NotFound):
        store.draft("acc_2", "flow_1")
    with pytest.raises(NotFound):
        store.draft("acc_1", "flow_2")


def test_a_document_that_is_too_long_is_refused(store: Store) -> None:
    with pytest.raises(DocumentTooLarge):
        store.create("acc_1", "flow_1", {**DOCUMENT, "x": "a" * LONGEST_DOCUMENT}, NOW)


def test_a_draft_s_text_is_kept_until_another_draft_comes_without_one(store: Store) -> None:
    written = store.create("acc_1", "flow_1", DOCUMENT, NOW, "# un")
    assert store.draft("acc_1", "flow_1") == written

    again = store.replace(written.header, CHANGED, NOW, "# deux")
    assert store.draft("acc_1", "flow_1").text == "# deux"

    store.publish(again.header, CHANGED, NOW, "# deux")
    assert store.draft("acc_1", "flow_1").text == "# deux"

    store.replace(store.draft("acc_1", "flow_1").header, DOCUMENT, LATER)
    assert store.draft("acc_1", "flow_1").text is None


def test_a_text_that_is_too_long_is_refused(store: Store) -> None:
    with pytest.raises(DocumentTooLarge):
        store.create("acc_1", "flow_1", DOCUMENT, NOW, "#" * (LONGEST_DOCUMENT + 1))


def test_an_old_version_answers_again_and_the_draft_is_not_what_answers(store: Store) -> None:
    first = store.create("acc_1", "flow_1", DOCUMENT, NOW, "# un")
    store.publish(first.header, DOCUMENT, NOW, "# un")
    changed = store.replace(store.draft("acc_1", "flow_1").header, CHANGED, NOW)
    store.publish(changed.header, CHANGED, NOW)
    header = store.draft("acc_1", "flow_1").header

    again = store.publish(header, DOCUMENT, LATER, "# un", restores=1)

    draft, kept = store.draft("acc_1", "flow_1"), store.document("acc_1", "flow_1", 3)
    assert (again.version, again.restores) == (3, 1)
    assert (kept.document, kept.text, kept.header) == (DOCUMENT, "# un", again)
    assert store.published("flow_1").flow == store.version("flow_1", 1)
    assert (draft.document, draft.header.all_published) == (CHANGED, False)
    with pytest.raises(NotFound):
        store.document("acc_2", "flow_1", 3)
