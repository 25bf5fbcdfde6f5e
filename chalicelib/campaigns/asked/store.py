"""Forms and askings on the table `campaigns`.

An account's forms and askings are a partition each; an asking's id says when it was made, so that
they stand in order. The index has what is to be looked at, by when, in a few parts. A number has
the names of its askings, and a row while it is to be rung; so has a slot with places: they are
written with the asking, in one transaction, and given free with its end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import JSONAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.campaigns.asked.askings import CODE_LASTS, KEPT, PREFIX, Asking, State
from chalicelib.campaigns.asked.records import asking_read, asking_written, form_read, form_written
from chalicelib.campaigns.asked.taking import AlreadyAsked, SlotFull
from chalicelib.campaigns.store import CampaignRow
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, Fault, NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from chalicelib.campaigns.asked.forms import Form

LONGEST_ID: Final = 100
PARTS: Final = 4  # of what is to be looked at: each minute asks each of them
MOST_AT_ONCE: Final = 1_000  # of a part, in a minute; the next one goes on
FORGOTTEN: Final = timedelta(days=2)


class AskedFormRow(CampaignRow):
    """A form."""

    facts = JSONAttribute()


class AskingRow(CampaignRow):
    """An asking."""

    facts = JSONAttribute()
    number = UnicodeAttribute()
    tries = NumberAttribute()
    version = NumberAttribute()
    expires_at = TTLAttribute()


class OpenRow(CampaignRow):
    """That a number is to be rung; or which asking a link is of."""

    asking_id = UnicodeAttribute()
    account_id = UnicodeAttribute()
    expires_at = TTLAttribute()


class PlaceRow(CampaignRow):
    """How many places of a slot are taken."""

    taken = NumberAttribute()
    expires_at = TTLAttribute()


ROWS: Final = (AskedFormRow, AskingRow, OpenRow, PlaceRow)


class AskedStore:
    """The port `Book`."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def save_form(self, form: Form) -> None:
        """Put one."""
        with translated("save form", form_id=form.id):
            AskedFormRow(_forms(form.account_id), form.id, facts=form_written(form)).save()

    def form(self, account_id: str, form_id: str) -> Form:
        """Read one row."""
        _check_id(form_id)
        with translated("load form", form_id=form_id):
            row = AskedFormRow.get(_forms(account_id), form_id, consistent_read=True)
        return form_read(account_id, form_id, row.facts)

    def forms(self, account_id: str) -> tuple[Form, ...]:
        """Query the account's."""
        with translated("list forms", account_id=account_id):
            rows = list(AskedFormRow.query(_forms(account_id), consistent_read=True))
        return tuple(form_read(account_id, row.sk, row.facts) for row in rows)

    def hold(self, asking: Asking) -> None:
        """Put it, to be forgotten with its code."""
        row, of_person = _row(asking), _of_person(asking)
        row.expires_at = of_person.expires_at = asking.asked_at + CODE_LASTS + FORGOTTEN
        with translated("hold asking", asking_id=asking.id):
            of_person.save()
            row.save()

    def tried(self, account_id: str, asking_id: str) -> Asking:
        """Add one to its tries, if it is there."""
        _check_id(asking_id)
        row = AskingRow(_askings(account_id), asking_id)
        try:
            with translated("try code", asking_id=asking_id):
                row.update(
                    actions=[AskingRow.tries.add(1), AskingRow.version.add(1)],
                    condition=AskingRow.pk.exists(),
                )
        except Conflict:
            raise NotFound("no such asking", asking_id=asking_id) from None
        row.tries, row.version = row.tries - 1, row.version - 1
        return _asking(row)

    def take(self, asking: Asking, capacity: int, token: str, now: datetime) -> Asking:
        """Put asking, number and link, and count the place, in one transaction."""
        row, over = _row(asking), asking.slot.closes + FORGOTTEN
        same: Condition = AskingRow.version == asking.version
        about: dict[str, Any] = {
            "asking_id": asking.id,
            "account_id": asking.account_id,
            "expires_at": over,
        }
        number = OpenRow(*_number(asking), **about)
        free = OpenRow.pk.does_not_exist() | (OpenRow.expires_at < now)
        try:
            with translated("take asking", asking_id=asking.id), _transaction() as transaction:
                transaction.save(row, condition=AskingRow.pk.does_not_exist() | same)
                transaction.save(number, condition=free)
                transaction.save(_of_person(asking))
                transaction.save(OpenRow(*_link(token), **about))
                if asking.place:
                    place = PlaceRow(*_place(asking))
                    fewer: Condition = PlaceRow.taken < capacity
                    transaction.update(
                        place,
                        actions=[PlaceRow.taken.add(1), PlaceRow.expires_at.set(over)],
                        condition=PlaceRow.taken.does_not_exist() | fewer,
                    )
        except Conflict:
            self._explain(asking, capacity, now)
            raise
        return _asking(row)

    def asking(self, account_id: str, asking_id: str) -> Asking:
        """Read one row."""
        _check_id(asking_id)
        with translated("load asking", asking_id=asking_id):
            return _asking(AskingRow.get(_askings(account_id), asking_id, consistent_read=True))

    def save(self, before: Asking, after: Asking) -> Asking:
        """Put it over the version that was read; its end gives its number and place free."""
        row = _row(after)
        seen: Condition = AskingRow.version == before.version
        if before.over or not after.over:
            with translated("save asking", asking_id=after.id):
                row.save(condition=seen)
            return _asking(row)
        mine: Condition = OpenRow.asking_id == after.id
        with translated("end asking", asking_id=after.id), _transaction() as transaction:
            transaction.save(row, condition=seen)
            # Its row may be over, and another asking's by now.
            if self._holds(after):
                transaction.delete(OpenRow(*_number(after)), condition=mine)
            if after.place:
                place = PlaceRow(*_place(after))
                transaction.update(place, actions=[PlaceRow.taken.add(-1)])
        return _asking(row)

    def askings(self, account_id: str, limit: int, after: str | None) -> Page[Asking]:
        """Query the account's, newest first."""
        earlier = AskingRow.sk < after if after else AskingRow.sk.startswith(PREFIX)
        with translated("list askings", account_id=account_id):
            found = list(
                AskingRow.query(
                    _askings(account_id), earlier, scan_index_forward=False, limit=limit + 1
                )
            )
        shown = found[:limit]
        return Page(
            tuple(map(_asking, shown)), shown[-1].sk if len(found) > limit and shown else None
        )

    def of_person(self, account_id: str, person: str) -> tuple[str, ...]:
        """Query the number's rows."""
        with translated("list askings of a number", account_id=account_id):
            rows = OpenRow.query(
                _person(account_id, person), OpenRow.sk.startswith(PREFIX), consistent_read=True
            )
            return tuple(row.sk for row in rows)

    def places(self, account_id: str, form_id: str) -> Mapping[str, int]:
        """Query the form's."""
        with translated("count places", form_id=form_id):
            rows = PlaceRow.query(_places(account_id, form_id), consistent_read=True)
            return {row.sk: int(row.taken) for row in rows}

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Query each part of the index until now."""
        for part in range(PARTS):
            with translated("find askings"):
                rows = AskingRow.gsi1.query(
                    _due(part), AskingRow.gsi1sk < _stamp(now, "~"), limit=MOST_AT_ONCE
                )
                yield from [(row.pk.removeprefix("askings#"), row.sk) for row in rows]

    def linked(self, token: str) -> tuple[str, str]:
        """Read the link's row."""
        _check_id(token)
        with translated("load link"):
            row = OpenRow.get(*_link(token))
        return row.account_id, row.asking_id

    def _holds(self, asking: Asking) -> bool:
        try:
            with translated("load number", asking_id=asking.id):
                row = OpenRow.get(*_number(asking), consistent_read=True)
        except NotFound:
            return False
        return bool(row.asking_id == asking.id)

    def _explain(self, asking: Asking, capacity: int, now: datetime) -> None:
        """Say what was in the way."""
        try:
            with translated("load number", asking_id=asking.id):
                row = OpenRow.get(*_number(asking), consistent_read=True)
        except NotFound:
            row = None
        if row is not None and row.expires_at >= now and row.asking_id != asking.id:
            fault = Fault("/number", "it is to be rung back already")
            raise AlreadyAsked("the number is to be rung back already", faults=(fault,)) from None
        if asking.place and self._taken(asking) >= capacity:
            fault = Fault("/slot", "there is no place left in it: choose another one")
            raise SlotFull("the slot is full", faults=(fault,)) from None

    def _taken(self, asking: Asking) -> int:
        return self.places(asking.account_id, asking.form_id).get(asking.place, 0)


def _transaction() -> TransactWrite:
    return TransactWrite(connection=AskingRow._get_connection().connection)


def _check_id(written: str) -> None:
    if not 0 < len(written) <= LONGEST_ID:  # no id of ours, and no key of DynamoDB's
        raise NotFound("there is no such thing")


def _forms(account_id: str) -> str:
    return f"asked-forms#{account_id}"


def _askings(account_id: str) -> str:
    return f"askings#{account_id}"


def _person(account_id: str, person: str) -> str:
    return f"asked-number#{account_id}#{person}"


def _number(asking: Asking) -> tuple[str, str]:
    return _person(asking.account_id, asking.person), "open"


def _of_person(asking: Asking) -> OpenRow:
    """Return the row by which an asking is found again when its person is to be forgotten."""
    return OpenRow(
        _person(asking.account_id, asking.person),
        asking.id,
        asking_id=asking.id,
        account_id=asking.account_id,
        expires_at=asking.asked_at + KEPT,
    )


def _link(token: str) -> tuple[str, str]:
    return f"asked-link#{token}", "link"


def _places(account_id: str, form_id: str) -> str:
    return f"asked-places#{account_id}#{form_id}"


def _place(asking: Asking) -> tuple[str, str]:
    return _places(asking.account_id, asking.form_id), asking.place


def _due(part: int) -> str:
    return f"askings-due#{part}"


def _part(asking: Asking) -> int:
    return sum(asking.id.encode()) % PARTS


def _stamp(at: datetime, name: str) -> str:
    return f"{int(at.timestamp()):011d}#{name}"


def _row(asking: Asking) -> AskingRow:
    due = asking.due_at if asking.state is not State.ASKED else None
    return AskingRow(
        _askings(asking.account_id),
        asking.id,
        gsi1pk=None if due is None else _due(_part(asking)),
        gsi1sk=None if due is None else _stamp(due, asking.id),
        facts=asking_written(asking),
        number=asking.number,
        tries=asking.tries,
        version=asking.version + 1,
        expires_at=asking.asked_at + KEPT,
    )


def _asking(row: Any) -> Asking:
    account_id = row.pk.removeprefix("askings#")
    known = (row.facts, row.number, int(row.version), int(row.tries))
    return asking_read(account_id, row.sk, *known)
