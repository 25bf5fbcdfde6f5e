"""The caller book on the table `ivr`: one row a caller, by the account's own hash of the number.

The number itself is in no key: keys are what ends up in logs and metrics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.ivr.callers.book import KnownCaller
from chalicelib.ivr.published import Page
from chalicelib.ivr.store import IvrRow
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.runtime.observability import logger
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER: Final = "caller"


class CallerRow(IvrRow):
    """Somebody in the book."""

    number = UnicodeAttribute()
    first_name = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    vip = BooleanAttribute()
    blocked = BooleanAttribute()
    fields = JSONAttribute()
    updated_at = UTCDateTimeAttribute()


class CallerStore:
    """The port `Book` on the table `ivr`, and what a call asks of it."""

    def __init__(self, table_name: str) -> None:
        bind(CallerRow, table_name)

    def known(self, account_id: str, caller_id: str) -> KnownCaller | None:
        """Return who calls, with one GetItem; None for somebody who is not in the book.

        Also None where the table does not answer: the call goes on as a stranger's.
        """
        try:
            return self._read(account_id, caller_id, consistent_read=False)
        except NotFound:
            return None
        except Unavailable as error:
            logger().warning("a caller was not looked up", extra={"error": error.message})
            return None

    def names(self, account_id: str, caller_ids: Iterable[str]) -> dict[str, str]:
        """Return what callers are called who are in the book, a hundred at most, with one read."""
        wanted = {_pk(account_id, each): each for each in caller_ids}
        keys = [(pk, HEADER) for pk in wanted]
        with translated("load callers", account_id=account_id):
            found = [_caller(row) for row in CallerRow.batch_get(keys)] if keys else []
        named = ((each.id, f"{each.first_name} {each.name}".strip()) for each in found)
        return {caller_id: name for caller_id, name in named if name}

    def put(self, callers: Iterable[KnownCaller]) -> None:
        """Keep callers, 25 a request."""
        with translated("put callers"), CallerRow.batch_write() as batch:
            for caller in callers:
                batch.save(_row(caller))

    def load(self, account_id: str, caller_id: str) -> KnownCaller:
        """Return a caller; another account's has another key."""
        return self._read(account_id, caller_id, consistent_read=True)

    def page(self, account_id: str, limit: int, after: str | None = None) -> Page[KnownCaller]:
        """Return an account's callers, in order of id: in none that a person would see."""
        owner = _owner(account_id)
        start: dict[str, Any] | None = None
        if after:
            key = {"pk": _pk(account_id, after), "sk": HEADER}
            key |= {"account_pk": owner, "account_sk": after}
            start = {name: {"S": value} for name, value in key.items()}
        with translated("list callers", account_id=account_id):
            found = CallerRow.by_account.query(owner, limit=limit, last_evaluated_key=start)
            callers = tuple(_caller(cast("CallerRow", row)) for row in found)
        last = found.last_evaluated_key
        return Page(callers, None if last is None else str(last["account_sk"]["S"]))

    def delete(self, account_id: str, caller_id: str) -> None:
        """Erase a caller's row."""
        row = CallerRow(_pk(account_id, caller_id), HEADER)
        try:
            with translated("erase caller", caller_id=caller_id):
                row.delete(condition=CallerRow.pk.exists())
        except Conflict as error:
            raise NotFound("no such caller", caller_id=caller_id) from error

    def _read(self, account_id: str, caller_id: str, *, consistent_read: bool) -> KnownCaller:
        with translated("load caller", caller_id=caller_id):
            key = _pk(account_id, caller_id)
            return _caller(CallerRow.get(key, HEADER, consistent_read=consistent_read))


def _pk(account_id: str, caller_id: str) -> str:
    return f"caller#{account_id}#{caller_id}"


def _owner(account_id: str) -> str:
    return f"{account_id}#callers"


def _row(caller: KnownCaller) -> CallerRow:
    return CallerRow(
        pk=_pk(caller.account_id, caller.id),
        sk=HEADER,
        account_pk=_owner(caller.account_id),
        account_sk=caller.id,
        account_id=caller.account_id,
        number=caller.number,
        first_name=caller.first_name or None,
        name=caller.name or None,
        vip=caller.vip,
        blocked=caller.blocked,
        fields=dict(caller.fields),
        updated_at=caller.updated_at,
    )


def _caller(row: CallerRow) -> KnownCaller:
    return KnownCaller(
        id=row.pk.rpartition("#")[2],
        account_id=row.account_id,
        number=row.number,
        first_name=row.first_name or "",
        name=row.name or "",
        vip=row.vip,
        blocked=row.blocked,
        fields=row.fields,
        updated_at=row.updated_at,
    )
