"""What every store of contacts and imports promises: in memory, and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.contacts.contacts import ContactList, Touch
from chalicelib.campaigns.contacts.files import Form
from chalicelib.campaigns.contacts.imports import LEASE, Counts, Import, ImportStatus
from chalicelib.campaigns.contacts.progress.store import ImportStore
from chalicelib.campaigns.contacts.store import ALSO_SHARDS, SHARDS, ContactStore, shard_of
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from tests.campaigns.contacts.builders import ACCOUNT, LIST, NOON, a_contact, hashed, keep
from tests.clouds import ENVIRONMENT, tables
from tests.fakes.contacts import ContactsInMemory, ImportsInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    Contacts = ContactStore | ContactsInMemory
    Imports = ImportStore | ImportsInMemory

OTHER = "acct_2"
NG, ROUX = "+33612345600", "+33612345601"


@pytest.fixture(params=["in memory", "on DynamoDB"])
def contacts(request: pytest.FixtureRequest) -> Iterator[Contacts]:
    if request.param == "in memory":
        yield ContactsInMemory()
        return
    with tables(CampaignRow):
        yield ContactStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])


@pytest.fixture(params=["in memory", "on DynamoDB"])
def imports(request: pytest.FixtureRequest) -> Iterator[Imports]:
    if request.param == "in memory":
        yield ImportsInMemory()
        return
    with tables(CampaignRow):
        yield ImportStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])


def a_list(**facts: object) -> ContactList:
    known = ContactList(id=LIST, account_id=ACCOUNT, name="Clients", created_at=NOON)
    return replace(known, **facts)  # type: ignore[arg-type]


FULL = a_contact(
    NG,
    ROUX,
    fields={"name": "Ng", "note": "deux\nlignes"},
    touched=Touch("imp_1", 7, created=False),
)


@pytest.mark.parametrize("contact", [FULL, a_contact(NG)])
def test_a_contact_is_found_as_it_was_kept(contacts: Contacts, contact: object) -> None:
    keep(contacts, [contact])  # type: ignore[list-item]

    found = contacts.known(ACCOUNT, LIST, [hashed(NG), hashed(ROUX)])

    assert found == {hashed(NG): contact}


def test_contacts_of_another_account_or_list_are_not_found(contacts: Contacts) -> None:
    keep(contacts, [FULL])

    assert not contacts.known(OTHER, LIST, [FULL.id])
    assert not contacts.known(ACCOUNT, "list_2", [FULL.id])
    assert not [*contacts.of_person(OTHER, FULL.id)]
    assert not contacts.known(ACCOUNT, LIST, [])


def test_more_people_than_one_request_takes_are_found(contacts: Contacts) -> None:
    many = [a_contact(f"+336123{each:05}") for each in range(120)]
    keep(contacts, many)

    found = contacts.known(ACCOUNT, LIST, [each.id for each in many])

    assert len(found) == 120


def test_a_person_is_found_in_every_list_by_any_of_their_numbers(contacts: Contacts) -> None:
    elsewhere = a_contact(ROUX, list_id="list_2")
    keep(contacts, [FULL, elsewhere])

    assert set(map(id_and_list, contacts.of_person(ACCOUNT, hashed(ROUX)))) == {
        (hashed(NG), LIST),
        (hashed(ROUX), "list_2"),
    }
    assert tuple(contacts.of_person(ACCOUNT, hashed(NG))) == (FULL,)


def id_and_list(contact: object) -> tuple[str, str]:
    return contact.id, contact.list_id  # type: ignore[attr-defined]


def test_a_number_that_a_contact_has_no_more_finds_nobody(contacts: Contacts) -> None:
    keep(contacts, [FULL])
    keep(contacts, [replace(FULL, numbers=(NG,), others=())])

    assert not [*contacts.of_person(ACCOUNT, hashed(ROUX))]


def test_a_number_that_hundreds_have_after_the_first_finds_them_all(contacts: Contacts) -> None:
    many = [a_contact(f"+336123{each:05}", NG) for each in range(120)]
    contacts.swap((None, each) for each in [*many, a_contact(NG, list_id="list_2")])

    found = [each.id for each in contacts.of_person(ACCOUNT, hashed(NG))]

    assert found[0] == hashed(NG)
    assert sorted(found[1:]) == sorted(each.id for each in many)


def test_what_somebody_else_wrote_meanwhile_is_not_put_over(contacts: Contacts) -> None:
    others = [a_contact(f"+336123{each:05}") for each in range(60)]
    keep(contacts, [FULL])
    newer = replace(FULL, fields={"name": "Ng"}, updated_at=NOON + timedelta(seconds=1))

    late = contacts.swap([(None, others[0]), (None, replace(FULL, fields={}))])
    assert contacts.swap([(FULL, newer)]) == set()
    late |= contacts.swap([*((None, each) for each in others[1:]), (FULL, FULL)])

    assert late == {FULL.id}
    assert contacts.known(ACCOUNT, LIST, [FULL.id]) == {FULL.id: newer}
    found = contacts.known(ACCOUNT, LIST, [each.id for each in others])
    assert sorted(found) == sorted(each.id for each in others)


def test_a_number_that_hundreds_have_is_no_busy_key() -> None:
    with tables(CampaignRow):
        store = ContactStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])
        store.swap((None, a_contact(f"+336{each * 7919:08}", NG)) for each in range(100))

        of_number = [row.pk for row in CampaignRow.scan() if hashed(NG) in row.pk]

    assert len(of_number) == 100
    assert len(set(of_number)) == ALSO_SHARDS


def test_what_said_whose_a_number_is_goes_with_it() -> None:
    with tables(CampaignRow):
        store = ContactStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])
        keep(store, [FULL])
        keep(store, [replace(FULL, numbers=(NG,), others=())])
        assert len([*CampaignRow.scan()]) == 1


def test_somebody_deleted_meanwhile_is_not_revived(contacts: Contacts) -> None:
    assert contacts.swap([(FULL, FULL)]) == {FULL.id}

    assert not contacts.known(ACCOUNT, LIST, [FULL.id])


def test_a_contact_that_is_dropped_is_gone_with_all_its_numbers(contacts: Contacts) -> None:
    keep(contacts, [FULL])

    contacts.drop([FULL, a_contact("+33699999999")])

    assert not contacts.known(ACCOUNT, LIST, [FULL.id])
    assert not [*contacts.of_person(ACCOUNT, hashed(ROUX))]


def test_who_was_erased_is_remembered_by_their_hash(contacts: Contacts) -> None:
    contacts.mark_erased(ACCOUNT, [hashed(NG)], NOON)

    assert contacts.erased(ACCOUNT, [hashed(NG), hashed(ROUX)]) == {hashed(NG)}
    assert contacts.erased(OTHER, [hashed(NG)]) == set()
    assert not [*contacts.of_person(ACCOUNT, hashed(NG))]


def test_a_list_is_read_in_pages_each_contact_once(contacts: Contacts) -> None:
    many = [a_contact(f"+336123{each:05}") for each in range(40)]
    keep(contacts, [*many, a_contact(NG, list_id="list_2")])

    found, after, pages = [], None, 0
    while True:
        page = contacts.page(a_list(), 7, after)
        found += [each.id for each in page.items]
        after, pages = page.next, pages + 1
        if after is None:
            break

    assert sorted(found) == sorted(each.id for each in many)
    assert pages <= 40 // 7 + 2


def test_the_index_is_spread_over_its_shards() -> None:
    taken = {shard_of(hashed(f"+336{each * 7919:08}")) for each in range(500)}

    assert taken == set(range(SHARDS))


def test_a_list_is_found_as_it_was_kept(contacts: Contacts) -> None:
    known = a_list(
        country="GB", zone="Europe/London", fields=("age",), segments={"old": "age > 60"}
    )
    contacts.create_list(known)
    contacts.create_list(a_list(id="list_0", created_at=NOON + timedelta(1)))

    assert contacts.list(ACCOUNT, LIST) == known
    assert [each.id for each in contacts.all_lists(ACCOUNT)] == [LIST, "list_0"]
    assert contacts.all_lists(OTHER) == []
    with pytest.raises(NotFound):
        contacts.list(OTHER, LIST)


def test_a_change_of_a_list_by_two_is_the_firsts(contacts: Contacts) -> None:
    contacts.create_list(a_list())

    saved = contacts.save_list(a_list(name="Prospects"))

    assert saved == a_list(name="Prospects", version=2)
    with pytest.raises(Stale):
        contacts.save_list(a_list(name="Anciens"))
    assert contacts.list(ACCOUNT, LIST) == saved


def test_a_list_that_is_deleted_is_gone(contacts: Contacts) -> None:
    contacts.create_list(a_list())

    contacts.delete_list(a_list())

    assert contacts.all_lists(ACCOUNT) == []


def test_columns_are_remembered_for_an_account(contacts: Contacts) -> None:
    assert contacts.mapping(ACCOUNT, "abc") is None

    contacts.remember(ACCOUNT, "abc", ("number", "", "name"))

    assert contacts.mapping(ACCOUNT, "abc") == ("number", "", "name")
    assert contacts.mapping(OTHER, "abc") is None


def an_import(**facts: object) -> Import:
    known = Import(
        import_id="imp_1",
        account_id=ACCOUNT,
        list_id=LIST,
        name="clients.csv",
        country="FR",
        requested_at=NOON,
    )
    return replace(known, **facts)  # type: ignore[arg-type]


STARTED = an_import(
    status=ImportStatus.QUEUED,
    form=Form("csv", "cp1252", ";", 1, ("Nom", "Tel")),
    mapping=("name", "number"),
    version="etag",
    started_at=NOON,
)


def test_an_import_is_found_by_its_account_alone(imports: Imports) -> None:
    imports.create(an_import())

    assert imports.load(ACCOUNT, "imp_1") == an_import()
    with pytest.raises(NotFound):
        imports.load(OTHER, "imp_1")
    with pytest.raises(NotFound):
        imports.load(ACCOUNT, "imp_2")


def test_imports_are_listed_newest_first(imports: Imports) -> None:
    for at in range(5):
        imports.create(an_import(import_id=f"imp_{at}", requested_at=NOON + timedelta(hours=at)))
    imports.create(an_import(import_id="imp_x", account_id=OTHER))

    first = imports.page(ACCOUNT, 3)
    rest = imports.page(ACCOUNT, 3, first.next)

    assert [each.import_id for each in first.items] == ["imp_4", "imp_3", "imp_2"]
    assert [each.import_id for each in rest.items] == ["imp_1", "imp_0"]
    assert rest.next is None


def test_an_import_begins_once(imports: Imports) -> None:
    imports.create(an_import())
    imports.begin(STARTED)

    assert imports.load(ACCOUNT, "imp_1") == STARTED
    with pytest.raises(Conflict):
        imports.begin(STARTED)


def test_an_import_that_was_cancelled_does_not_begin(imports: Imports) -> None:
    imports.create(an_import())
    imports.stop(ACCOUNT, "imp_1")

    with pytest.raises(Conflict):
        imports.begin(STARTED)


def test_one_worker_at_a_time_has_an_import_until_it_is_dead(imports: Imports) -> None:
    imports.create(an_import())
    imports.begin(STARTED)
    imports.claim("imp_1", "one", NOON)

    with pytest.raises(Conflict):
        imports.claim("imp_1", "two", NOON + LEASE)
    later = NOON + LEASE + timedelta(seconds=1)
    assert imports.claim("imp_1", "two", later).attempts == 2
    with pytest.raises(Conflict):
        imports.save(STARTED, "one", later)


def test_a_checkpoint_is_kept_and_tells_of_a_cancelling(imports: Imports) -> None:
    imports.create(an_import())
    imports.begin(STARTED)
    imports.claim("imp_1", "one", NOON)
    counts = Counts(rows=2, created=1, refused=1)
    going = replace(STARTED, status=ImportStatus.RUNNING, total=9, counts=counts, parts=(0,))

    assert imports.save(going, "one", NOON) is False
    assert imports.load(ACCOUNT, "imp_1") == going
    assert imports.stop(ACCOUNT, "imp_1").stopping
    assert imports.save(going, "one", NOON) is True
    assert imports.load(ACCOUNT, "imp_1") == replace(going, stopping=True)


def test_an_import_that_is_let_go_is_the_next_workers(imports: Imports) -> None:
    imports.create(an_import())
    imports.begin(STARTED)
    imports.claim("imp_1", "one", NOON)

    imports.release("imp_1", "two")
    with pytest.raises(Conflict):
        imports.claim("imp_1", "two", NOON)
    imports.release("imp_1", "one")
    assert imports.claim("imp_1", "two", NOON).import_id == "imp_1"


def test_only_its_own_account_cancels_an_import(imports: Imports) -> None:
    imports.create(an_import())

    with pytest.raises(NotFound):
        imports.stop(OTHER, "imp_1")
    assert not imports.load(ACCOUNT, "imp_1").stopping
    with pytest.raises(Conflict):
        imports.claim("imp_none", "one", NOON)
