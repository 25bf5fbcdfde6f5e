"""Lists and people as the API tells them; erasure, everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.contacts import erasing, managing
from chalicelib.campaigns.contacts.contacts import ContactList
from chalicelib.campaigns.contacts.managing import Office, Told
from chalicelib.campaigns.contacts.segments import parse
from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from tests.campaigns.contacts.builders import ACCOUNT, LIST, NOON, a_contact, hashed, keep
from tests.fakes import QueueInMemory
from tests.fakes.contacts import ContactsInMemory

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.contacts.pieces import Change

NG, ROUX, ZOE = "+33612345600", "+33612345601", "+33612345602"
LATER = NOON + timedelta(days=1)


class Forgotten:
    """Who else in the room was told to forget somebody."""

    def __init__(self) -> None:
        self.people: set[str] = set()

    def __call__(self, account_id: str, people: Collection[str]) -> None:
        assert account_id == ACCOUNT
        self.people |= set(people)


def an_office(*numbers: str) -> tuple[Office, ContactsInMemory, ContactList]:
    store = ContactsInMemory()
    known = ContactList(id=LIST, account_id=ACCOUNT, name="Clients", created_at=NOON)
    store.create_list(known)
    keep(store, [a_contact(each) for each in numbers])
    office = Office(people=store, lists=store, hashing=lambda _: hashed, forget=Forgotten())
    return office, store, known


def test_somebody_new_is_kept_and_their_fields_are_the_lists() -> None:
    office, store, known = an_office()

    told = [Told(numbers=["06 12 34 56 00", "+33612345601"], fields={"city": "Lyon", "age": ""})]
    (found,) = managing.upsert(known, told, NOON, office)

    assert found.id == hashed(NG)
    assert (found.numbers, found.others) == ((NG, ROUX), (hashed(ROUX),))
    assert found.fields == {"city": "Lyon"}
    assert store.list(ACCOUNT, LIST).fields == ("city",)
    assert managing.load(ACCOUNT, LIST, found.id, office) == found


def test_somebody_known_is_merged_and_twice_in_one_request_is_once() -> None:
    office, store, known = an_office()
    managing.upsert(known, [Told(numbers=[NG], fields={"city": "Lyon", "age": "40"})], NOON, office)
    known = store.list(ACCOUNT, LIST)

    twice = [
        Told(numbers=[NG], fields={"city": "Nice"}),
        Told(numbers=[NG], fields={"vip": "true"}),
    ]
    (found,) = managing.upsert(known, twice, LATER, office)

    assert found.fields == {"city": "Nice", "age": "40", "vip": "true"}
    assert (found.created_at, found.updated_at) == (NOON, LATER)


def test_every_fault_of_a_request_is_told_and_nothing_is_kept() -> None:
    office, store, known = an_office()
    told = [
        Told(numbers=[NG]),
        Told(numbers=["112", "x"], fields={"Ville": "Lyon"}),
    ]

    with pytest.raises(Rejected) as refused:
        managing.upsert(known, told, NOON, office)

    pointers = [each.pointer for each in refused.value.faults]
    assert pointers == [
        "/contacts/1/numbers/0",
        "/contacts/1/numbers/1",
        "/contacts/1/fields/Ville",
    ]
    assert not store.kept


def test_a_person_is_erased_from_every_list_and_from_others_numbers() -> None:
    office, store, _ = an_office(NG)
    keep(
        store,
        [
            a_contact(NG, ROUX, list_id="list_2"),
            a_contact(ZOE, NG, ROUX),
            a_contact(NG, account_id="acct_2"),
        ],
    )

    erased = erasing.erase(ACCOUNT, hashed(NG), LATER, office, QueueInMemory())

    assert erased == 3
    assert not [*store.of_person(ACCOUNT, hashed(NG))]
    (zoe,) = store.of_person(ACCOUNT, hashed(ZOE))
    assert (zoe.numbers, zoe.others) == ((ZOE, ROUX), (hashed(ROUX),))
    assert len([*store.of_person("acct_2", hashed(NG))]) == 1
    assert store.erased(ACCOUNT, [hashed(NG), hashed(ROUX)]) == {hashed(NG)}
    assert office.forget.people == {hashed(NG)}  # type: ignore[attr-defined]


def test_a_number_of_theirs_alone_is_erased_with_them() -> None:
    office, store, _ = an_office()
    keep(store, [a_contact(NG, ROUX), a_contact(NG, ROUX, list_id="list_2")])

    assert erasing.erase(ACCOUNT, hashed(NG), LATER, office, QueueInMemory()) == 2

    assert not store.kept
    assert store.erased(ACCOUNT, [hashed(NG), hashed(ROUX)]) == {hashed(NG), hashed(ROUX)}
    assert office.forget.people == {hashed(NG), hashed(ROUX)}  # type: ignore[attr-defined]


@pytest.mark.parametrize("housemate", [a_contact(ROUX), a_contact(ZOE, ROUX, list_id="list_2")])
def test_erasing_somebody_leaves_those_who_share_a_landline(housemate: Contact) -> None:
    office, store, known = an_office()
    keep(store, [a_contact(NG, ROUX), housemate])

    erasing.erase(ACCOUNT, hashed(NG), LATER, office, QueueInMemory())

    assert list(store.kept.values()) == [housemate]
    assert store.erased(ACCOUNT, [hashed(NG), hashed(ROUX)]) == {hashed(NG)}
    assert office.forget.people == {hashed(NG)}  # type: ignore[attr-defined]
    assert managing.upsert(known, [Told(numbers=[ROUX])], LATER, office)


def test_an_erased_number_is_refused_as_a_second_one_too() -> None:
    office, store, known = an_office(ROUX)
    erasing.erase(ACCOUNT, hashed(NG), NOON, office, QueueInMemory())

    with pytest.raises(Rejected) as refused:
        managing.upsert(known, [Told(numbers=[ROUX, NG])], LATER, office)

    (fault,) = refused.value.faults
    assert fault.pointer == "/contacts/0/numbers/1"
    assert [each.numbers for each in store.kept.values()] == [(ROUX,)]


def test_a_number_that_thousands_have_goes_from_all_of_them() -> None:
    office, store, _ = an_office(NG)
    keep(store, [a_contact(f"+3361235{at:04}", NG) for at in range(1_200)])
    queue = QueueInMemory()

    assert erasing.erase(ACCOUNT, hashed(NG), LATER, office, queue) == 500
    (message,) = queue.messages
    assert message == {"account_id": ACCOUNT, "erased": hashed(NG)}
    assert not erasing.go_on(ACCOUNT, hashed(NG), LATER, store, lambda: 1.0)
    assert erasing.go_on(ACCOUNT, hashed(NG), LATER, store, lambda: 900.0)

    assert len(store.kept) == 1_200
    assert not [*store.of_person(ACCOUNT, hashed(NG))]


class Meanwhile(ContactsInMemory):
    """Contacts, of whom somebody else writes one just before we do."""

    def __init__(self, *writes: Contact) -> None:
        super().__init__()
        self.writes = list(writes)

    def swap(self, changes: Iterable[Change]) -> set[str]:
        if self.writes:
            new = self.writes.pop(0)
            self.kept[new.account_id, new.list_id, new.id] = new
        return super().swap(changes)


def test_two_who_tell_of_one_person_at_once_are_both_heard() -> None:
    office, _, known = an_office()
    theirs = a_contact(NG, fields={"age": "40"}, updated_at=LATER)
    store = Meanwhile(theirs)
    store.create_list(known)
    office = replace(office, people=store, lists=store)

    (found,) = managing.upsert(known, [Told(numbers=[NG], fields={"city": "Lyon"})], NOON, office)

    assert found.fields == {"age": "40", "city": "Lyon"}
    assert list(store.kept.values()) == [found]


def test_erasing_takes_a_number_out_of_a_contact_that_changes_meanwhile() -> None:
    office, _, known = an_office()
    zoe = a_contact(ZOE, NG, fields={"age": "40"}, updated_at=LATER)
    store = Meanwhile(zoe)
    store.kept[ACCOUNT, LIST, zoe.id] = a_contact(ZOE, NG)
    office = replace(office, people=store)

    assert erasing.erase(ACCOUNT, hashed(NG), LATER, office, QueueInMemory()) == 1

    (left,) = store.kept.values()
    assert (left.numbers, left.fields) == ((ZOE,), {"age": "40"})


def test_erasing_again_or_somebody_unknown_marks_them_all_the_same() -> None:
    office, store, _ = an_office()

    assert erasing.erase(ACCOUNT, hashed(NG), NOON, office, QueueInMemory()) == 0
    assert store.erased(ACCOUNT, [hashed(NG)]) == {hashed(NG)}


def test_somebody_erased_is_not_brought_back_by_the_api() -> None:
    office, _, known = an_office()
    erasing.erase(ACCOUNT, hashed(NG), NOON, office, QueueInMemory())

    with pytest.raises(Rejected) as refused:
        managing.upsert(known, [Told(numbers=[ROUX]), Told(numbers=[NG])], LATER, office)

    (fault,) = refused.value.faults
    assert fault.pointer == "/contacts/1/numbers/0"
    assert "erased" in fault.reason


def test_a_list_is_deleted_with_its_contacts() -> None:
    office, store, known = an_office(NG, ROUX)
    keep(store, [a_contact(ZOE, list_id="list_2")])

    queue = QueueInMemory()
    managing.delete(known, office, queue)
    (message,) = queue.messages
    assert managing.empty(message["account_id"], message["emptied"], store, lambda: 900.0)

    assert [each.list_id for each in store.kept.values()] == ["list_2"]
    with pytest.raises(NotFound):
        store.list(ACCOUNT, LIST)


def test_a_list_whose_emptying_nobody_heard_of_is_still_there() -> None:
    office, store, known = an_office(NG)

    with pytest.raises(Unavailable):
        managing.delete(known, office, Deaf())

    assert store.list(ACCOUNT, LIST) == known


class Deaf:
    """A queue that is down."""

    def put(self, _message: object) -> None:
        raise Unavailable("the queue did not take a message")


def test_a_list_too_long_for_one_worker_is_emptied_by_the_next() -> None:
    _, store, _ = an_office(*(f"+3361234{at:04}" for at in range(250)))

    assert not managing.empty(ACCOUNT, LIST, store, lambda: 1.0)
    assert len(store.kept) == 50
    assert managing.empty(ACCOUNT, LIST, store, lambda: 900.0)
    assert not store.kept


def test_a_page_shows_those_of_a_segment_and_goes_on() -> None:
    office, store, known = an_office()
    cities = ["Lyon", "Nice"] * 30
    keep(
        store,
        [a_contact(f"+3361234{at:04}", fields={"city": city}) for at, city in enumerate(cities)],
    )

    found: list[Contact] = []
    after = None
    while True:
        page = managing.page(known, parse('city = "lyon"'), 7, after, office)
        assert len(page.items) <= 7
        found += page.items
        after = page.next
        if after is None:
            break

    assert len(found) == 30
    assert {each.fields["city"] for each in found} == {"Lyon"}


def test_a_segment_is_kept_by_name_and_refused_with_its_faults() -> None:
    _, _, known = an_office()
    known = replace(known, fields=("age",))

    kept = managing.with_segment(known, "old", " age > 60 ")

    assert kept.segments == {"old": "age > 60"}
    with pytest.raises(Rejected):
        managing.with_segment(known, "old", "town = 3")
    with pytest.raises(Rejected):
        managing.with_segment(known, "Vieux", "age > 60")


def test_lists_and_fields_have_bounds() -> None:
    office, store, known = an_office()
    for at in range(managing.MOST_LISTS - 1):
        store.create_list(replace(known, id=f"list_x{at}"))

    with pytest.raises(Rejected):
        managing.create(replace(known, id="list_new"), office)
    with pytest.raises(Rejected):
        managing.with_fields(known, [f"f{at}" for at in range(101)])
