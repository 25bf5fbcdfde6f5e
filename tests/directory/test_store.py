"""The directory's table: what a call and a request cost, and what happens without it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from chalicelib.directory.issuing import KeyOrder, issue_key
from chalicelib.directory.lines import fresh
from chalicelib.directory.store import CachedLines, Directory, DirectoryRow
from chalicelib.directory.usecases import authenticate
from chalicelib.kernel.errors import Unavailable
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.directory import builders as a

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def store() -> Iterator[Directory]:
    with tables(DirectoryRow):
        yield Directory(ENVIRONMENT["CADRAN_DIRECTORY_TABLE"])


def test_a_call_costs_one_read_and_the_next_one_none(store: Directory) -> None:
    _, client = a.an_agency_and_its_client(store)
    a.keep(a.a_line(), client, store)
    lines = CachedLines(store)

    with requests_counted(DirectoryRow) as sent:
        lines.line(a.NUMBER)
        lines.line(a.NUMBER)

    assert sent == ["GetItem"]


@pytest.mark.parametrize(("acting_for", "reads"), [(None, 2), ("acct_client", 3)])
def test_a_request_costs_a_read_for_its_key_and_one_for_each_account(
    store: Directory, acting_for: str | None, reads: int
) -> None:
    a.an_agency_and_its_client(store)
    a.with_key(store)

    with requests_counted(DirectoryRow) as sent:
        authenticate(a.bearer(), acting_for, now=a.NOW, keys=store, accounts=store)

    assert sent == ["GetItem"] * reads


def test_the_table_holds_no_key_that_opens_anything(store: Directory) -> None:
    a.an_agency_and_its_client(store)
    a.with_key(store)
    secret = bytes(reversed(range(32)))

    issue_key(
        KeyOrder(scopes=("calls:read",), valid_until=a.NOW + timedelta(days=1)),
        principal=a.a_principal(),
        key_id="key_newnewnew",
        secret=secret,
        now=a.NOW,
        keys=store,
    )

    everything = str([row.to_dynamodb_dict() for row in DirectoryRow.scan()])
    assert "key_newnewnew" in everything
    assert secret.hex() not in everything


def throttled(params: object, **_: object) -> None:
    answer = {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}
    raise ClientError(answer, "any")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.account("acct_agency"),
        lambda store: store.clients("acct_agency", 10),
        lambda store: store.add_account(a.an_account()),
        lambda store: store.save_account(a.an_account(version=1)),
        lambda store: store.key(a.KEY_ID),
        lambda store: store.keys("acct_agency", 10),
        lambda store: store.add_key(a.a_key()),
        lambda store: store.revoke_key(a.a_key(revoked_at=a.NOW)),
        lambda store: store.line(a.NUMBER),
        lambda store: store.lines("acct_agency", 10),
        lambda store: store.put_line(fresh(a.NUMBER, "npv", a.an_account()), a.an_account()),
        lambda store: store.save_line(a.a_line(version=1)),
        lambda store: store.drop_line(a.a_line(version=1)),
        lambda store: store.copy_account(a.an_account(), a.a_line()),
        lambda store: store.founded(),
        lambda store: store.found(a.an_account(), a.a_key()),
    ],
    ids=lambda ask: ask.__code__.co_names[0],
)
def test_whatever_is_asked_of_a_throttled_table_may_be_asked_again_later(
    store: Directory, ask: Callable[[Directory], object]
) -> None:
    events = DirectoryRow._get_connection().connection.client.meta.events
    events.register("before-call.dynamodb.*", throttled)

    with pytest.raises(Unavailable):
        ask(store)
