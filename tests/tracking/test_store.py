"""Tracking's table: what a call costs, and what happens without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from chalicelib.kernel.errors import Unavailable
from chalicelib.tracking.store import CachedSources, Tracking, TrackingRow
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.tracking import builders as a

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def store() -> Iterator[Tracking]:
    with tables(TrackingRow):
        yield Tracking(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


def test_a_call_costs_one_read_at_most(store: Tracking) -> None:
    sources = CachedSources(store)

    with requests_counted(TrackingRow) as sent:
        sources.source_of(a.a_line(), a.NOW)
        sources.source_of(a.a_line(), a.NOW)

    assert sent == ["GetItem"]


def throttled(params: object, **_: object) -> None:
    answer = {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}
    raise ClientError(answer, "any")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.source("src_poster"),
        lambda store: store.sources("acct_1", 10),
        lambda store: store.save_source(a.a_source()),
        lambda store: store.number("acct_1", a.NUMBER),
        lambda store: store.save_both(a.a_source(), a.a_number()),
    ],
    ids=["source", "sources", "save_source", "number", "save_both"],
)
def test_whatever_is_asked_of_a_throttled_table_may_be_asked_again_later(
    store: Tracking, ask: Callable[[Tracking], object]
) -> None:
    events = TrackingRow._get_connection().connection.client.meta.events
    events.register("before-call.dynamodb.*", throttled)

    with pytest.raises(Unavailable):
        ask(store)
