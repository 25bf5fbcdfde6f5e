"""Accounts: what becomes of them, and who may change them."""

from __future__ import annotations

from itertools import product

import pytest

from chalicelib.directory.accounts import TRANSITIONS, AccountState, Kind
from chalicelib.directory.usecases import (
    PAGE,
    AccountChanges,
    AccountOrder,
    account_seen_by,
    create_account,
    edit_account,
    move_account,
)
from chalicelib.kernel.errors import Forbidden, NotFound, Rejected, Stale, Unavailable
from tests.directory import builders as a
from tests.fakes import DirectoryInMemory

ACTIVE, SUSPENDED, CLOSED = AccountState


@pytest.mark.parametrize(("before", "after"), [*product(AccountState, AccountState)])
def test_an_account_moves_only_along_the_table(before: AccountState, after: AccountState) -> None:
    account = a.an_account(state=before)

    if after in TRANSITIONS[before] or after is before:
        assert account.moved(after).state is after
    else:
        with pytest.raises(Rejected):
            account.moved(after)


def test_what_is_closed_stays_closed() -> None:
    assert not TRANSITIONS[CLOSED]


@pytest.mark.parametrize("shards", [3, 4, 100])
def test_shards_grow(shards: int) -> None:
    assert a.an_account(log_shards=3).with_shards(shards).log_shards == shards


@pytest.mark.parametrize("shards", [0, 2, 101])
def test_shards_never_shrink_nor_outgrow_what_a_list_can_read(shards: int) -> None:
    with pytest.raises(Rejected):
        a.an_account(log_shards=3).with_shards(shards)


def an_order(**facts: object) -> AccountOrder:
    return AccountOrder(**{"name": "Fleuriste Petit", **facts})  # type: ignore[arg-type]


def created(order: AccountOrder, agency_id: str, store: DirectoryInMemory) -> object:
    return create_account(
        order, agency_id=agency_id, account_id="acct_new", now=a.NOW, accounts=store
    )


def test_an_agency_makes_clients() -> None:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)

    created(an_order(legal=a.an_identity()), "acct_agency", store)

    client = store.account("acct_new")
    assert (client.parent_id, client.kind, client.version) == ("acct_agency", Kind.BUSINESS, 1)
    assert client.legal == a.an_identity()


def test_a_business_makes_none() -> None:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)

    with pytest.raises(Forbidden):
        created(an_order(), "acct_client", store)


def test_only_the_first_agency_makes_agencies() -> None:
    store = DirectoryInMemory()
    store.add_account(a.an_account())
    store.add_account(a.a_client(id="acct_branch", kind=Kind.AGENCY))

    created(an_order(kind=Kind.AGENCY), "acct_agency", store)
    with pytest.raises(Forbidden):
        created(an_order(kind=Kind.AGENCY), "acct_branch", store)


def test_a_client_with_a_wrong_identity_is_not_made() -> None:
    store = DirectoryInMemory()
    store.add_account(a.an_account())

    with pytest.raises(Rejected):
        created(an_order(legal=a.an_identity(siren="732829321")), "acct_agency", store)

    with pytest.raises(NotFound):
        store.account("acct_new")


@pytest.mark.parametrize("viewer", ["acct_client", "acct_agency"])
def test_an_account_is_seen_by_itself_and_by_its_agency(viewer: str) -> None:
    store = DirectoryInMemory()
    _, client = a.an_agency_and_its_client(store)

    assert account_seen_by(viewer, client.id, store) == client


@pytest.mark.parametrize("viewer", ["acct_rival", "acct_sibling", ""])
def test_to_anybody_else_it_does_not_exist(viewer: str) -> None:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)

    with pytest.raises(NotFound):
        account_seen_by(viewer, "acct_client", store)


def edited(changes: AccountChanges, store: DirectoryInMemory, *, by: str, version: int = 1) -> None:
    edit_account(changes, account_id="acct_client", editor_id=by, version=version, store=store)


def test_only_what_was_sent_is_changed() -> None:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)
    edited({"legal": a.an_identity()}, store, by="acct_client")

    edited({"name": "Boulangerie Martin & fils"}, store, by="acct_client", version=2)

    client = store.account("acct_client")
    assert (client.name, client.legal) == ("Boulangerie Martin & fils", a.an_identity())


def test_a_change_to_an_old_copy_is_refused() -> None:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)
    edited({"name": "first"}, store, by="acct_client")

    with pytest.raises(Stale):
        edited({"name": "second"}, store, by="acct_agency")

    assert store.account("acct_client").name == "first"


def test_a_rival_changes_nothing() -> None:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)

    with pytest.raises(NotFound):
        edited({"name": "mine now"}, store, by="acct_rival")


def test_more_shards_are_told_to_every_line() -> None:
    store = DirectoryInMemory()
    _, client = a.an_agency_and_its_client(store)
    a.keep(a.a_line(), client, store)

    edited({"log_shards": 4}, store, by="acct_agency")

    assert store.line(a.NUMBER).log_shards == 4


def test_a_client_does_not_set_its_own_shards() -> None:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)

    with pytest.raises(Forbidden):
        edited({"log_shards": 4}, store, by="acct_client")


def moved(to: AccountState, store: DirectoryInMemory, *, by: str = "acct_agency") -> None:
    move_account("acct_client", to, agency_id=by, store=store)


def with_lines(store: DirectoryInMemory, count: int) -> list[str]:
    _, client = a.an_agency_and_its_client(store)
    numbers = [f"+331620{at:05d}" for at in range(count)]
    for number in numbers:
        a.keep(a.a_line(number=number), client, store)
    return numbers


def test_suspending_an_account_reaches_every_line_of_it() -> None:
    store = DirectoryInMemory()
    numbers = with_lines(store, PAGE * 2 + 1)

    moved(SUSPENDED, store)

    assert not any(store.line(number).in_service for number in numbers)
    assert store.account("acct_client").state is SUSPENDED


def test_resuming_it_reaches_them_again() -> None:
    store = DirectoryInMemory()
    numbers = with_lines(store, 3)
    moved(SUSPENDED, store)

    moved(ACTIVE, store)

    assert all(store.line(number).in_service for number in numbers)


class FailsHalfWay(DirectoryInMemory):
    """A directory whose table goes down after a few lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.left = lines

    def copy_account(self, account: object, line: object) -> None:
        if self.left == 0:
            raise Unavailable("down")
        self.left -= 1
        super().copy_account(account, line)  # type: ignore[arg-type]


def test_a_suspension_that_broke_off_is_finished_by_asking_again() -> None:
    store = FailsHalfWay(lines=3)
    numbers = with_lines(store, 5)
    with pytest.raises(Unavailable):
        moved(SUSPENDED, store)

    store.left = 100
    moved(SUSPENDED, store)

    assert not any(store.line(number).in_service for number in numbers)


class ResumedMeanwhile(DirectoryInMemory):
    """A directory where another request resumes the account while it is being suspended."""

    overtaken = False

    def copy_account(self, account: object, line: object) -> None:
        if not self.overtaken:
            self.overtaken = True
            self.save_account(self.account("acct_client").moved(ACTIVE))
        super().copy_account(account, line)  # type: ignore[arg-type]


def test_two_requests_at_once_leave_the_lines_as_the_account_is() -> None:
    store = ResumedMeanwhile()
    numbers = with_lines(store, 3)

    moved(SUSPENDED, store)

    assert store.account("acct_client").active
    assert all(store.line(number).in_service for number in numbers)


@pytest.mark.parametrize("stranger", ["acct_client", "acct_rival"])
def test_only_its_agency_suspends_an_account(stranger: str) -> None:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)

    with pytest.raises(NotFound):
        moved(SUSPENDED, store, by=stranger)

    assert store.account("acct_client").active
