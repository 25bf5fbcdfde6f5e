"""What is looked up for a flow, and what becomes of the call when nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.callers.book import KnownCaller
from chalicelib.ivr.callers.store import CallerRow, CallerStore
from chalicelib.ivr.flow import FlowRefused, parse
from chalicelib.ivr.telling import Teller
from chalicelib.kernel.errors import NotFound, Unavailable
from tests.clouds import tables
from tests.ivr.builders import CALLER, a_context, a_document, a_flow, a_say, an_end
from tests.tracking.builders import a_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.telling import Number
    from chalicelib.tracking.sources import Source

JEANNE = KnownCaller(
    id="hash",
    account_id="acct_1",
    number=CALLER,
    first_name="Jeanne",
    vip=True,
    fields={"tier": "gold"},
    updated_at=datetime(2026, 11, 23, tzinfo=UTC),
)


class AnAccount:
    """An account that knows Jeanne and one source, and counts who asks."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def source_of(self, line: Number, now: datetime) -> str | None:
        return "src_poster"

    def about(self, account_id: str, source_id: str) -> Source | None:
        self.asked.append(source_id)
        return a_source(campaign="Rentrée") if source_id == "src_poster" else None

    def caller_hash(self, account_id: str, caller: str) -> str:
        return "hash" if caller == CALLER else "another"

    def known(self, account_id: str, caller_id: str) -> KnownCaller | None:
        self.asked.append(caller_id)
        return JEANNE if caller_id == "hash" else None

    def tells(self, words: str, **context: Any) -> dict[str, Any]:
        teller = Teller(
            account_id="acct_1",
            sources=self,
            callers=self,
            book=self,
            source_of=lambda _: "src_poster",
        )
        flow = a_flow(say=a_say(words), end=an_end())
        return teller.tell(flow, a_context(**context))


@pytest.mark.parametrize(
    ("words", "told", "asked"),
    [
        ("Bonjour.", {}, []),
        ("{{caller.number}}", {}, []),
        ("{{call.source}}", {"call.source": "src_poster"}, []),
        ("{{call.campaign}}", {"call.campaign": "Rentrée"}, ["src_poster"]),
        ("{{call.source_name}}", {"call.source_name": "Poster, Gare de Lyon"}, ["src_poster"]),
        ("{{caller.first_name}}", {"caller.first_name": "Jeanne"}, ["hash"]),
        (
            "{{caller.fields.tier}}{{caller.fields.age}}",
            {"caller.fields.tier": "gold"},
            ["hash"],
        ),
    ],
)
def test_only_what_a_flow_asks_for_is_looked_up_and_kept(
    words: str, told: dict[str, Any], asked: list[str]
) -> None:
    account = AnAccount()

    assert account.tells(words) == told
    assert account.asked == asked


def test_what_the_call_knows_already_is_not_asked_for_again() -> None:
    account = AnAccount()

    assert account.tells("{{caller.first_name}}", memory={"caller.first_name": "Zoé"}) == {}
    assert account.asked == []


def test_nobody_is_looked_up_without_a_number() -> None:
    account = AnAccount()

    assert account.tells("{{caller.first_name}}", caller=None) == {}
    assert account.asked == []


def test_fields_of_the_owner_s_own_are_known_names_and_others_are_not() -> None:
    assert parse(a_document(say=a_say("{{caller.fields.tier}}"), end=an_end())).uses
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(say=a_say("{{caller.tier}}"), end=an_end()))
    assert "caller.tier" in refused.value.faults[0].reason


@pytest.fixture
def store() -> Iterator[CallerStore]:
    with tables(CallerRow):
        yield CallerStore("cadran-test-ivr")


def test_the_table_keeps_all_there_is(store: CallerStore) -> None:
    store.put([JEANNE])

    assert store.known("acct_1", "hash") == store.load("acct_1", "hash") == JEANNE
    assert store.known("acct_2", "hash") is None
    with pytest.raises(NotFound):
        store.load("acct_2", "hash")


def test_a_call_goes_on_as_a_stranger_s_where_the_table_does_not_answer(
    store: CallerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise Unavailable("down")

    monkeypatch.setattr(store, "_read", down)

    assert store.known("acct_1", "hash") is None
