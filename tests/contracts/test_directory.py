"""What every directory promises: the same tests on the one in memory and the one on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.directory.accounts import AccountState
from chalicelib.directory.lines import LineState, Notice, NoticeBy, fresh
from chalicelib.directory.ports import Attached
from chalicelib.directory.prices import Price
from chalicelib.directory.store import Directory, DirectoryRow
from chalicelib.kernel import tiers
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from tests.clouds import ENVIRONMENT, tables
from tests.directory import builders as a
from tests.fakes import DirectoryInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    Store = Directory | DirectoryInMemory


A_PRICE = (Price(date(2026, 11, 1), tiers.parse("D080")),)
A_CHANGE = Price(date(2026, 12, 1), tiers.parse("A150"))


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield DirectoryInMemory()
        return
    with tables(DirectoryRow):
        yield Directory(ENVIRONMENT["CADRAN_DIRECTORY_TABLE"])


def test_an_account_is_found_again_as_it_was_stored(store: Store) -> None:
    account = a.an_account(legal=a.an_identity(), language="en", log_shards=3)

    stored = store.add_account(account)

    assert stored == replace(account, version=1)
    assert store.account("acct_agency") == stored


def test_an_account_nobody_made_is_not_found(store: Store) -> None:
    for account_id in ("acct_none", "", "x" * 5000):
        with pytest.raises(NotFound):
            store.account(account_id)


def test_an_id_is_given_once(store: Store) -> None:
    store.add_account(a.an_account())

    with pytest.raises(Conflict):
        store.add_account(a.an_account(name="another"))

    assert store.account("acct_agency").name == "Agence Dupont"


def test_of_two_changes_to_the_same_copy_the_second_is_refused(store: Store) -> None:
    seen = store.add_account(a.an_account())
    store.save_account(replace(seen, name="first"))

    with pytest.raises(Stale):
        store.save_account(replace(seen, name="second"))

    assert (store.account(seen.id).name, store.account(seen.id).version) == ("first", 2)


def test_an_agency_lists_its_own_clients_page_by_page(store: Store) -> None:
    store.add_account(a.an_account())
    store.add_account(a.an_account(id="acct_rival"))
    for name in "abcde":
        store.add_account(a.a_client(id=f"acct_{name}"))
    store.add_account(a.a_client(id="acct_theirs", parent_id="acct_rival"))

    first = store.clients("acct_agency", 3)
    second = store.clients("acct_agency", 3, first.next)

    assert [each.id for each in first.items] == ["acct_a", "acct_b", "acct_c"]
    assert [each.id for each in second.items] == ["acct_d", "acct_e"]
    assert second.next is None


def test_a_key_is_found_by_its_id_and_listed_by_its_account(store: Store) -> None:
    key = a.with_key(store, scopes=frozenset({"calls:read"}), valid_until=a.NOW, label="crm")
    a.with_key(store, id="key_of_another_1", account_id="acct_rival")

    assert store.key(key.id) == key
    assert store.keys("acct_agency", 10).items == (key,)


def test_the_first_revocation_stands(store: Store) -> None:
    key = a.with_key(store)

    store.revoke_key(key.revoked(a.NOW))
    store.revoke_key(key.revoked(a.NOW + timedelta(days=1)))

    assert store.key(key.id).revoked_at == a.NOW


def test_a_line_is_found_by_its_number_and_listed_by_its_account(store: Store) -> None:
    _, client = a.an_agency_and_its_client(store)
    kept = a.keep(a.a_line(), client, store)
    a.keep(a.a_line(number=a.OTHER), client, store)

    assert store.line(a.NUMBER) == kept
    assert [each.number for each in store.lines(client.id, 10).items] == [a.NUMBER, a.OTHER]
    assert store.lines("acct_agency", 10).items == ()


def test_a_line_takes_its_account_s_shards_with_it(store: Store) -> None:
    client = store.add_account(a.a_client(log_shards=4))

    line = store.put_line(fresh(a.NUMBER, "npv", client), client)

    assert (line.account_active, line.log_shards) == (True, 4)
    assert store.line(a.NUMBER) == line


def test_a_number_is_given_to_one_account(store: Store) -> None:
    agency, client = a.an_agency_and_its_client(store)
    store.put_line(fresh(a.NUMBER, "npv", client), client)

    with pytest.raises(Conflict):
        store.put_line(fresh(a.NUMBER, "npv", agency), agency)

    assert store.line(a.NUMBER).account_id == client.id


def test_an_account_suspended_meanwhile_is_given_no_number(store: Store) -> None:
    seen = store.add_account(a.a_client())
    store.save_account(seen.moved(AccountState.SUSPENDED))

    with pytest.raises(Conflict):
        store.put_line(fresh(a.NUMBER, "npv", seen), seen)

    with pytest.raises(NotFound):
        store.line(a.NUMBER)


def test_a_line_that_changes_hands_is_listed_by_its_new_account_only(store: Store) -> None:
    agency, client = a.an_agency_and_its_client(store)
    kept = a.keep(a.a_line(), client, store)

    store.put_line(replace(kept, account_id=agency.id), agency)

    assert store.lines(client.id, 10).items == ()
    assert [each.number for each in store.lines(agency.id, 10).items] == [a.NUMBER]


def test_what_a_line_s_owner_changes_leaves_the_account_s_copies_alone(store: Store) -> None:
    _, client = a.an_agency_and_its_client(store)
    seen = a.keep(a.a_line(), client, store)
    store.copy_account(client.moved(AccountState.SUSPENDED), seen)

    saved = store.save_line(replace(seen, fallback=None, label="new", state=LineState.COOLING))

    stored = store.line(a.NUMBER)
    assert (stored.fallback, stored.label, stored.state) == (None, "new", LineState.COOLING)
    assert (stored.account_active, stored.version) == (False, saved.version)


def test_telling_a_line_of_its_account_does_not_spoil_its_owner_s_copy(store: Store) -> None:
    _, client = a.an_agency_and_its_client(store)
    seen = a.keep(a.a_line(), client, store)

    store.copy_account(replace(client, log_shards=7), seen)

    assert store.line(a.NUMBER).log_shards == 7
    assert store.save_line(replace(seen, label="still mine")).version == seen.version + 1


def test_a_line_with_another_account_by_now_is_not_told(store: Store) -> None:
    agency, client = a.an_agency_and_its_client(store)
    seen = a.keep(a.a_line(), client, store)
    store.put_line(replace(seen, account_id=agency.id), agency)

    store.copy_account(client.moved(AccountState.SUSPENDED), seen)

    assert store.line(a.NUMBER).account_active


def test_of_two_changes_to_the_same_line_the_second_is_refused(store: Store) -> None:
    _, client = a.an_agency_and_its_client(store)
    seen = a.keep(a.a_line(), client, store)
    store.save_line(replace(seen, label="first"))

    with pytest.raises(Stale):
        store.save_line(replace(seen, label="second"))
    with pytest.raises(Stale):
        store.drop_line(seen)

    assert store.line(a.NUMBER).label == "first"


def test_a_line_that_nothing_came_of_is_gone(store: Store) -> None:
    client = store.add_account(a.a_client())
    reserved = store.put_line(fresh(a.NUMBER, "npv", client), client)

    store.drop_line(reserved)

    with pytest.raises(NotFound):
        store.line(a.NUMBER)


def test_a_line_keeps_what_its_service_costs(store: Store) -> None:
    _, client = a.an_agency_and_its_client(store)
    kept = a.keep(a.a_line(prices=A_PRICE, price_notice=NoticeBy.CARRIER), client, store)

    saved = store.save_line(replace(kept, prices=(*A_PRICE, A_CHANGE), price_notice=NoticeBy.FLOW))

    assert kept.prices == A_PRICE
    assert store.line(a.NUMBER) == saved
    assert store.line(a.NUMBER).prices == (*A_PRICE, A_CHANGE)


def attached(store: Store, flow_id: str, account_id: str = "acct_client") -> list[str]:
    return [each.number for each in store.lines_of_flow(account_id, flow_id)]


def test_a_flow_s_lines_are_found_by_the_flow(store: Store) -> None:
    _, client = a.an_agency_and_its_client(store)
    a.keep(a.a_line(number=a.OTHER, family="sva_majore"), client, store)
    a.keep(a.a_line(), client, store)

    assert store.lines_of_flow(client.id, "flow_1") == (
        Attached(a.NUMBER, Notice.FORBIDDEN),
        Attached(a.OTHER, Notice.DEMANDED),
    )
    assert attached(store, "flow_2") == attached(store, "flow_1", "acct_agency") == []


def test_a_line_that_takes_another_flow_leaves_the_first(store: Store) -> None:
    _, client = a.an_agency_and_its_client(store)
    kept = a.keep(a.a_line(family="sva_majore"), client, store)

    moved = store.save_line(replace(kept, flow_id="flow_2"))
    assert (attached(store, "flow_1"), attached(store, "flow_2")) == ([], [a.NUMBER])

    told = store.save_line(replace(moved, price_notice=NoticeBy.CARRIER))
    assert [each.notice for each in store.lines_of_flow(client.id, "flow_2")] == [Notice.ANY]

    store.save_line(replace(told, flow_id=None))
    assert attached(store, "flow_2") == []


def test_a_line_that_is_out_of_use_binds_no_flow(store: Store) -> None:
    agency, client = a.an_agency_and_its_client(store)
    kept = a.keep(a.a_line(), client, store)

    rested = store.save_line(replace(kept, state=LineState.COOLING))
    assert attached(store, "flow_1") == []

    theirs = replace(rested, account_id=agency.id, state=LineState.AVAILABLE, flow_id="flow_2")
    taken = store.put_line(theirs, agency)
    assert attached(store, "flow_2", agency.id) == [a.NUMBER]

    store.drop_line(taken)
    assert attached(store, "flow_2", agency.id) == []


def test_a_change_that_comes_too_late_moves_no_line(store: Store) -> None:
    _, client = a.an_agency_and_its_client(store)
    seen = a.keep(a.a_line(), client, store)
    store.save_line(replace(seen, label="first"))

    with pytest.raises(Stale):
        store.save_line(replace(seen, flow_id="flow_2"))

    assert (attached(store, "flow_1"), attached(store, "flow_2")) == ([a.NUMBER], [])


def test_an_installation_is_founded_once(store: Store) -> None:
    before = store.founded()
    store.found(a.an_account(), a.a_key())

    with pytest.raises(Conflict):
        store.found(a.an_account(id="acct_second"), a.a_key(id="key_second_000"))

    assert (before, store.founded()) == (None, "acct_agency")
    assert store.account("acct_agency").version == 1
    with pytest.raises(NotFound):
        store.account("acct_second")
