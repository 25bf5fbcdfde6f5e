"""API keys: who gets in, for which account, and what a key may hand on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.directory import keys
from chalicelib.directory.accounts import AccountState, Kind
from chalicelib.directory.issuing import KeyOrder, found, issue_key, reissue, revoke_key
from chalicelib.directory.keys import WrongKey
from chalicelib.directory.scopes import AREAS, SCOPES, check
from chalicelib.directory.usecases import authenticate
from chalicelib.kernel.errors import Forbidden, NotFound, Rejected, Unauthenticated, Unavailable
from tests.directory import builders as a
from tests.fakes import DirectoryInMemory

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.kernel.principal import Principal

SECOND = timedelta(seconds=1)


def a_directory(**key: object) -> DirectoryInMemory:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)
    a.with_key(store, **key)
    return store


def enter(
    store: DirectoryInMemory,
    header: str | None = None,
    acting_for: str | None = None,
    now: datetime = a.NOW,
) -> Principal:
    header = a.bearer() if header is None else header
    return authenticate(header, acting_for, now=now, keys=store, accounts=store)


def test_a_key_acts_for_its_own_account() -> None:
    principal = enter(a_directory(scopes=frozenset({"calls:read"})))

    assert (principal.account_id, principal.key_account_id) == ("acct_agency", "acct_agency")
    assert (principal.key_id, principal.scopes) == (a.KEY_ID, frozenset({"calls:read"}))


def test_naming_its_own_account_changes_nothing() -> None:
    store = a_directory()

    assert enter(store, acting_for="acct_agency") == enter(store)


def test_an_agency_s_key_acts_for_a_client() -> None:
    store = a_directory()
    store.add_account(a.a_client(id="acct_busy", log_shards=8))

    principal = enter(store, acting_for="acct_busy")

    assert (principal.account_id, principal.key_account_id) == ("acct_busy", "acct_agency")
    assert principal.log_shards == 8


@pytest.mark.parametrize("target", ["acct_rival", "acct_grandchild", "acct_none", ""])
def test_a_key_acts_for_nobody_else_and_does_not_tell_who_exists(target: str) -> None:
    store = a_directory()
    store.add_account(a.an_account(id="acct_rival"))
    store.add_account(a.a_client(id="acct_branch", kind=Kind.AGENCY))
    store.add_account(a.a_client(id="acct_grandchild", parent_id="acct_branch"))

    with pytest.raises(Forbidden) as refused:
        enter(store, acting_for=target)

    assert refused.value.message == "the key may not act for this account"


def test_a_client_s_key_does_not_act_for_its_agency() -> None:
    store = a_directory(account_id="acct_client")

    with pytest.raises(Forbidden):
        enter(store, acting_for="acct_agency")


def test_a_business_acts_for_nobody_even_if_an_account_says_it_is_its_client() -> None:
    store = a_directory(account_id="acct_client")
    store.add_account(a.a_client(id="acct_odd", parent_id="acct_client"))

    with pytest.raises(Forbidden):
        enter(store, acting_for="acct_odd")


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="nothing"),
        pytest.param("Basic dXNlcjpwYXNz", id="another scheme"),
        pytest.param("Bearer", id="no key"),
        pytest.param(f"Bearer {keys.text(a.KEY_ID, a.SECRET)[:-1]}", id="cut short"),
        pytest.param(f"Bearer {keys.text(a.KEY_ID, a.SECRET)}0", id="too long"),
        pytest.param(f"Bearer {keys.text(a.KEY_ID, bytes(32))}", id="another secret"),
        pytest.param(f"Bearer {keys.text('key_00000000000000000000', a.SECRET)}", id="unknown id"),
        pytest.param(f"Bearer {keys.text(a.KEY_ID, a.SECRET).upper()}", id="shouted"),
        pytest.param(keys.text(a.KEY_ID, a.SECRET), id="without scheme"),
    ],
)
def test_without_a_working_key_nobody_gets_in(header: str) -> None:
    store = a_directory()

    with pytest.raises(WrongKey):
        enter(store, header)


@given(st.text(max_size=300))
def test_whatever_is_sent_as_a_key_is_refused_and_breaks_nothing(header: str) -> None:
    with pytest.raises(Unauthenticated):
        enter(DirectoryInMemory(), header)


@pytest.mark.parametrize(
    ("seconds", "works"),
    [pytest.param(-1, True, id="a second before"), pytest.param(0, False, id="at its end")],
)
def test_a_key_ends_at_its_instant(seconds: int, works: bool) -> None:
    store = a_directory(valid_until=a.NOW)
    now = a.NOW + timedelta(seconds=seconds)

    if works:
        assert enter(store, now=now)
    else:
        with pytest.raises(WrongKey):
            enter(store, now=now)


def test_a_revoked_key_stops_at_once() -> None:
    store = a_directory()

    revoke_key("acct_agency", a.KEY_ID, now=a.NOW, keys=store)

    with pytest.raises(WrongKey):
        enter(store)


def test_another_account_s_key_is_not_found_and_goes_on_working() -> None:
    store = a_directory()

    with pytest.raises(NotFound):
        revoke_key("acct_client", a.KEY_ID, now=a.NOW, keys=store)

    assert enter(store)


@pytest.mark.parametrize("state", [AccountState.SUSPENDED, AccountState.CLOSED])
def test_a_suspended_or_closed_account_s_keys_do_not_work(state: AccountState) -> None:
    store = a_directory()
    store.save_account(store.account("acct_agency").moved(state))

    with pytest.raises(Forbidden):
        enter(store)
    with pytest.raises(Forbidden):
        enter(store, acting_for="acct_client")


def test_an_agency_does_not_act_for_a_suspended_client() -> None:
    store = a_directory()
    store.save_account(store.account("acct_client").moved(AccountState.SUSPENDED))

    with pytest.raises(Forbidden):
        enter(store, acting_for="acct_client")
    assert enter(store)


def test_without_a_table_nobody_is_told_that_the_key_is_wrong() -> None:
    store = a_directory()
    store.down = True

    with pytest.raises(Unavailable):
        enter(store)


def issued(order: KeyOrder, store: DirectoryInMemory, **principal: object) -> str:
    asking = a.a_principal(**{"scopes": store.key(a.KEY_ID).scopes, **principal})
    key = issue_key(
        order,
        principal=asking,
        key_id="key_newnewnew",
        secret=bytes(32),
        now=a.NOW,
        keys=store,
    )
    return key.text


def test_an_issued_key_works_for_the_account_it_was_issued_for() -> None:
    store = a_directory()

    text = issued(KeyOrder(scopes=("calls:read",), label="crm"), store)

    principal = enter(store, f"Bearer {text}")
    assert (principal.account_id, principal.scopes) == ("acct_client", frozenset({"calls:read"}))


def test_what_is_kept_of_a_key_does_not_open_anything() -> None:
    store = a_directory()

    text = issued(KeyOrder(scopes=("calls:read",)), store)

    kept = repr(store.key("key_newnewnew"))
    assert bytes(32).hex() not in kept
    assert text not in kept


def test_the_text_of_a_new_key_does_not_slip_into_a_log() -> None:
    key = reissue("acct", key_id="key_12345678", secret=a.SECRET, now=a.NOW, keys=a_directory())
    first = found(
        "A", account_id="a", key_id="k", secret=a.SECRET, now=a.NOW, store=DirectoryInMemory()
    )

    assert a.SECRET.hex() not in f"{key!r} {first!r}"


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        pytest.param({"*"}, ("*",), id="everything of everything"),
        pytest.param({"*"}, ("calls:*", "keys:write"), id="some of everything"),
        pytest.param({"keys:write", "calls:*"}, ("calls:read",), id="half of an area"),
        pytest.param({"keys:write", "calls:read"}, ("calls:read",), id="the same"),
    ],
)
def test_a_key_hands_on_what_it_holds(held: set[str], asked: tuple[str, ...]) -> None:
    store = a_directory(scopes=frozenset(held))

    assert issued(KeyOrder(scopes=asked), store)


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        pytest.param({"keys:write"}, ("*",), id="everything"),
        pytest.param({"keys:*"}, ("calls:read",), id="another area"),
        pytest.param({"calls:read", "calls:write"}, ("calls:*",), id="what may come of an area"),
        pytest.param({"calls:read"}, ("calls:read", "calls:write"), id="one scope too many"),
    ],
)
def test_a_key_hands_on_no_more(held: set[str], asked: tuple[str, ...]) -> None:
    store = a_directory(scopes=frozenset(held))

    with pytest.raises(Forbidden):
        issued(KeyOrder(scopes=asked), store)

    with pytest.raises(NotFound):
        store.key("key_newnewnew")


@pytest.mark.parametrize("until", [None, a.NOW + timedelta(days=30) + SECOND])
def test_a_key_does_not_outlive_the_key_that_issued_it(until: datetime | None) -> None:
    store = a_directory(valid_until=a.NOW + timedelta(days=30))

    with pytest.raises(Forbidden):
        issued(KeyOrder(scopes=("calls:read",), valid_until=until), store)

    assert issued(KeyOrder(scopes=("calls:read",), valid_until=a.NOW + timedelta(days=30)), store)


def test_a_key_that_would_never_work_is_refused() -> None:
    with pytest.raises(Rejected):
        issued(KeyOrder(scopes=("calls:read",), valid_until=a.NOW), a_directory())


@pytest.mark.parametrize("scopes", [[], ["calls:delete"], ["calls"], [""], ["calls:read", "**"]])
def test_scopes_are_a_closed_list(scopes: list[str]) -> None:
    with pytest.raises(Rejected) as refused:
        check(scopes)

    assert refused.value.faults


def test_every_scope_names_an_area_and_a_verb() -> None:
    assert len(SCOPES) == 3 * len(AREAS) + 1


def test_an_installation_is_founded_once_however_often_it_is_started() -> None:
    store = DirectoryInMemory()

    first = found(
        "Agence", account_id="acct_1", key_id=a.KEY_ID, secret=a.SECRET, now=a.NOW, store=store
    )
    again = found(
        "Agence", account_id="acct_2", key_id="key_2", secret=bytes(32), now=a.NOW, store=store
    )

    assert (first.account_id, again.account_id, again.text) == ("acct_1", "acct_1", None)
    principal = enter(store, f"Bearer {first.text}")
    assert (principal.account_id, principal.scopes) == ("acct_1", frozenset({"*"}))


class FoundedMeanwhile(DirectoryInMemory):
    """A directory that another start-up founds just before this one."""

    def founded(self) -> str | None:
        before = super().founded()
        if before is None and not self._accounts:
            super().add_account(a.an_account(id="acct_quick"))
            self._first = "acct_quick"
            return None
        return before


def test_of_two_start_ups_at_once_one_founds() -> None:
    founded = found(
        "A",
        account_id="acct_slow",
        key_id="k",
        secret=a.SECRET,
        now=a.NOW,
        store=FoundedMeanwhile(),
    )

    assert (founded.account_id, founded.text) == ("acct_quick", None)
