"""Contacts on the table `campaigns`: a partition for each person, lists by the index.

No key holds a number: people are known by the account's keyed hash. A partition has a person's
contacts in every list, so that none is busy and all of a person is found at once; lists are read by
the index, in shards. What is written of a person's other numbers only says where they are, in
shards too.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.transactions import TransactWrite

from chalicelib.campaigns.contacts.contacts import Contact, ContactList, Touch
from chalicelib.campaigns.contacts.managing import MOST_LISTS
from chalicelib.campaigns.store import CampaignRow
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from chalicelib.campaigns.contacts.pieces import Change

# Writes of an import are spread over so many keys of the index; readers go through them in order.
SHARDS: Final = 16
# So are those that say who has a number after the first: a switchboard is thousands of people's.
ALSO_SHARDS: Final = 8
_AT_ONCE: Final = 50  # people asked for with one request
# Of the largest contacts, a transaction's four megabytes hold so many.
_SWAPPED_AT_ONCE: Final = 25
# A person who was erased stays known by their hash for as long as what proves it must be kept.
_REMEMBERED: Final = timedelta(days=3 * 366)
_ERASED: Final = "erased"


class ContactRow(CampaignRow):
    """A contact, or where one is whose second number this is (`contact`)."""

    account_id = UnicodeAttribute(null=True)
    numbers = JSONAttribute(null=True)
    others = JSONAttribute(null=True)
    fields = JSONAttribute(null=True)
    touched = JSONAttribute(null=True)
    contact = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    updated_at = UTCDateTimeAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class ListRow(CampaignRow):
    """A list of contacts, or which columns of a file hold what."""

    name = UnicodeAttribute(null=True)
    country = UnicodeAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    fields = JSONAttribute(null=True)
    segments = JSONAttribute(null=True)
    mapping = JSONAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    version = NumberAttribute(null=True)


class ContactStore:
    """The ports `Contacts` and `Lists`."""

    def __init__(self, table_name: str) -> None:
        bind(ContactRow, table_name)
        bind(ListRow, table_name)

    def known(self, account_id: str, list_id: str, ids: Collection[str]) -> dict[str, Contact]:
        """Return those of some people who are in a list."""
        keys = [(_person(account_id, each), _place(list_id)) for each in ids]
        return {each.id: each for each in map(_contact, self._read(keys))}

    def erased(self, account_id: str, ids: Collection[str]) -> set[str]:
        """Return those of some people who had themselves erased."""
        keys = [(_person(account_id, each), _ERASED) for each in ids]
        return {_hash_of(row) for row in self._read(keys)}

    def swap(self, changes: Iterable[Change]) -> set[str]:
        """Keep contacts in place of what was known of them, where that is still so.

        Returns who was changed meanwhile: of them nothing is kept.
        """
        wanted, lost = list(changes), set[str]()
        with translated("put contacts"), ContactRow.batch_write() as batch:
            for _, contact in wanted:
                for row in _rows_of_others(contact):
                    batch.save(row)
        left = wanted
        while left:
            part, left = left[:_SWAPPED_AT_ONCE], left[_SWAPPED_AT_ONCE:]
            changed = _swap(part)
            lost |= changed
            if changed:  # the transaction did nothing: the rest of it again
                left += [each for each in part if each[1].id not in changed]
        _let_go([each for each in wanted if each[1].id not in lost])
        return lost

    def drop(self, contacts: Iterable[Contact]) -> None:
        """Delete contacts; one that is not there is no error."""
        with translated("delete contacts"), ContactRow.batch_write() as batch:
            for contact in contacts:
                for row in (_row(contact), *_rows_of_others(contact)):
                    batch.delete(row)

    def of_person(self, account_id: str, person: str) -> Iterator[Contact]:
        """Yield a person's contacts in every list, those first whose first number it is."""
        with translated("read contacts", account_id=account_id):
            pk = _person(account_id, person)
            rows = list(ContactRow.query(pk, consistent_read=True))
        yield from (_contact(row) for row in rows if row.numbers is not None)
        for at in range(ALSO_SHARDS):
            yield from self._others(account_id, person, at)

    def mark_erased(self, account_id: str, people: Collection[str], now: datetime) -> None:
        """Remember that people had themselves erased: by their hashes alone."""
        until = int((now + _REMEMBERED).timestamp())
        with translated("remember erasures"), ContactRow.batch_write() as batch:
            for each in people:
                batch.save(ContactRow(_person(account_id, each), _ERASED, expires_at=until))

    def page(self, known: ContactList, limit: int, after: str | None = None) -> Page[Contact]:
        """Return some of a list's contacts, in an order that no person would see."""
        shard, _, last = (after or "0~").partition("~")
        found: list[Contact] = []
        for at in range(int(shard), SHARDS):
            wanted = limit - len(found)
            with translated("list contacts", list_id=known.id):
                page = ContactRow.gsi1.query(
                    _shard(known.id, at), ContactRow.gsi1sk > (last or "!"), limit=wanted
                )
                found += map(_contact, page)
            if len(found) == limit:
                return Page(tuple(found), f"{at}~{found[-1].id}")
            last = ""
        return Page(tuple(found))

    def create_list(self, new: ContactList) -> None:
        """Keep a new list."""
        with translated("create list", list_id=new.id):
            _list_row(new).save(ListRow.pk.does_not_exist())

    def list(self, account_id: str, list_id: str) -> ContactList:
        """Return a list of this account. Raises NotFound."""
        with translated("load list", list_id=list_id):
            return _list(ListRow.get(_lists(account_id), list_id, consistent_read=True))

    def all_lists(self, account_id: str) -> Sequence[ContactList]:
        """Return an account's lists, oldest first."""
        with translated("read lists", account_id=account_id):
            found = islice(ListRow.query(_lists(account_id), consistent_read=True), MOST_LISTS)
            return sorted(map(_list, found), key=lambda each: (each.created_at, each.id))

    def save_list(self, known: ContactList) -> ContactList:
        """Store a change. Raises Stale if somebody was first."""
        row = _list_row(known)
        row.version = known.version + 1
        try:
            with translated("save list", list_id=known.id):
                row.save(ListRow.version == known.version)
        except Conflict as error:
            raise Stale("the list was changed meanwhile", list_id=known.id) from error
        return _list(row)

    def delete_list(self, known: ContactList) -> None:
        """Delete a list's own row."""
        with translated("delete list", list_id=known.id):
            _list_row(known).delete()

    def mapping(self, account_id: str, signature: str) -> tuple[str, ...] | None:
        """Return what the columns of a file held the last time; None if it is the first."""
        try:
            with translated("load columns"):
                return tuple(ListRow.get(_columns(account_id), signature).mapping)
        except NotFound:
            return None

    def remember(self, account_id: str, signature: str, mapping: Sequence[str]) -> None:
        """Keep what the columns of a file hold, for the next that is alike."""
        with translated("keep columns"):
            ListRow(_columns(account_id), signature, mapping=list(mapping)).save()

    def _others(self, account_id: str, person: str, at: int) -> Iterator[Contact]:
        pk, after = _also(account_id, person, at), "!"
        while True:
            with translated("read contacts", account_id=account_id):
                found = ContactRow.query(
                    pk, ContactRow.sk > after, consistent_read=True, limit=_AT_ONCE
                )
                rows = list(found)
            if not rows:
                return
            after = rows[-1].sk
            named = map(_contact, self._read([_named(account_id, row) for row in rows]))
            yield from (each for each in named if person in each.others)

    def _read(self, keys: Sequence[tuple[str, str]]) -> Iterator[ContactRow]:
        for at in range(0, len(keys), _AT_ONCE):
            with translated("read contacts"):
                yield from ContactRow.batch_get(keys[at : at + _AT_ONCE], consistent_read=True)


def _person(account_id: str, person: str) -> str:
    return f"contact#{account_id}#{person}"


def _also(account_id: str, person: str, at: int) -> str:
    return f"contact-also#{account_id}#{person}#{at}"


def _place(list_id: str) -> str:
    return f"list#{list_id}"


def _lists(account_id: str) -> str:
    return f"contact-lists#{account_id}"


def _columns(account_id: str) -> str:
    return f"contact-columns#{account_id}"


def _shard(list_id: str, at: int) -> str:
    return f"contacts#{list_id}#{at:02}"


def shard_of(contact_id: str) -> int:
    """Return in which shard of its list's index a contact is."""
    return sum(contact_id.encode()) % SHARDS


def _hash_of(row: Any) -> str:
    return str(row.pk).rpartition("#")[2]


def _named(account_id: str, row: ContactRow) -> tuple[str, str]:
    """Return the key of a contact whose second number a row is."""
    list_id = row.sk.partition("#")[0]
    return _person(account_id, str(row.contact)), _place(list_id)


def _swap(part: Sequence[Change]) -> set[str]:
    """Keep some contacts in one transaction; return whose change by another prevented it."""
    connection = ContactRow._get_connection().connection
    try:
        with translated("put contacts"), TransactWrite(connection=connection) as transaction:
            for older, contact in part:
                transaction.save(_row(contact), condition=_as_it_was(older))
    except Conflict as error:
        reasons = getattr(error.__cause__, "cancellation_reasons", ())
        pairs = zip(part, reasons, strict=True)
        return {contact.id for (_, contact), reason in pairs if reason is not None}
    return set()


def _let_go(changes: Iterable[Change]) -> None:
    """Delete what says that others' numbers are somebody's who has them no more."""
    with translated("delete contacts"), ContactRow.batch_write() as batch:
        for older, contact in changes:
            for row in () if older is None else _rows_of_others(older, contact.others):
                batch.delete(row)


def _as_it_was(older: Contact | None) -> Condition:
    if older is None:
        return ContactRow.pk.does_not_exist()
    return ContactRow.updated_at == older.updated_at


def _row(contact: Contact) -> ContactRow:
    touched = contact.touched
    return ContactRow(
        pk=_person(contact.account_id, contact.id),
        sk=_place(contact.list_id),
        gsi1pk=_shard(contact.list_id, shard_of(contact.id)),
        gsi1sk=contact.id,
        account_id=contact.account_id,
        numbers=list(contact.numbers),
        others=list(contact.others) or None,
        fields=dict(contact.fields),
        touched=None if touched is None else [touched.import_id, touched.row, touched.created],
        created_at=contact.created_at,
        updated_at=contact.updated_at,
    )


def _rows_of_others(contact: Contact, but: Collection[str] = ()) -> Iterator[ContactRow]:
    """Yield what says, of somebody's other numbers, whose they are."""
    at = shard_of(contact.id) % ALSO_SHARDS
    for other in contact.others:
        if other not in but:
            yield ContactRow(
                pk=_also(contact.account_id, other, at),
                sk=f"{contact.list_id}#{contact.id}",
                contact=contact.id,
            )


def _contact(row: Any) -> Contact:
    return Contact(
        id=_hash_of(row),
        account_id=row.account_id,
        list_id=row.sk.partition("#")[2],
        numbers=tuple(row.numbers),
        others=tuple(row.others or ()),
        fields=row.fields,
        touched=None if row.touched is None else Touch(*row.touched),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _list_row(known: ContactList) -> ListRow:
    return ListRow(
        pk=_lists(known.account_id),
        sk=known.id,
        name=known.name,
        country=known.country,
        zone=known.zone,
        fields=list(known.fields),
        segments=dict(known.segments),
        created_at=known.created_at,
        version=known.version,
    )


def _list(row: ListRow) -> ContactList:
    return ContactList(
        id=row.sk,
        account_id=row.pk.partition("#")[2],
        name=str(row.name),
        country=str(row.country),
        zone=row.zone,
        fields=tuple(row.fields or ()),
        segments=row.segments or {},
        created_at=row.created_at,
        version=int(row.version or 1),
    )
