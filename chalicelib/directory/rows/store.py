"""Accounts, keys and lines as rows of the table `directory`, and back."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.directory.accounts import Account, AccountState, Kind
from chalicelib.directory.identity import Address, Identity, VatTerritory
from chalicelib.directory.keys import Key
from chalicelib.directory.lines import Line, LineState, Notice, NoticeBy
from chalicelib.directory.ports import Attached
from chalicelib.directory.prices import Price
from chalicelib.kernel import tiers
from chalicelib.runtime.tables import Listed, TableMeta

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pynamodb.expressions.update import Action
    from pynamodb.transactions import TransactWrite

ACCOUNT: Final = "account"
KEY: Final = "key"
LINE: Final = "line"
_UNDER_FLOW: Final = f"{LINE}#"


class DirectoryRow(Listed):
    """What all rows of the table have."""

    class Meta(TableMeta):
        table = "directory"

    account_id = UnicodeAttribute()
    version = NumberAttribute(default=0)


class AccountRow(DirectoryRow):
    """An account; `account_pk` is its agency's."""

    name = UnicodeAttribute()
    kind = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    parent_id = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    legal = JSONAttribute(null=True)
    language = UnicodeAttribute()
    log_shards = NumberAttribute()


class KeyRow(DirectoryRow):
    """A key: its digest, never its text."""

    digest = UnicodeAttribute()
    scopes = UnicodeSetAttribute()
    created_at = UTCDateTimeAttribute()
    label = UnicodeAttribute(null=True)
    valid_until = UTCDateTimeAttribute(null=True)
    revoked_at = UTCDateTimeAttribute(null=True)


class LineRow(DirectoryRow):
    """A line, by its number."""

    state = UnicodeAttribute()
    family = UnicodeAttribute()
    flow_id = UnicodeAttribute(null=True)
    fallback = UnicodeAttribute(null=True)
    label = UnicodeAttribute(null=True)
    carrier_id = UnicodeAttribute(null=True)
    cooling_until = UTCDateTimeAttribute(null=True)
    account_active = BooleanAttribute()
    log_shards = NumberAttribute()
    stock_id = UnicodeAttribute()
    prices = JSONAttribute(null=True)
    price_notice = UnicodeAttribute(null=True)


class AttachedRow(DirectoryRow):
    """A line that answers with a flow, under the flow: written and deleted with the line's row."""

    notice = UnicodeAttribute()


ROWS: Final = (DirectoryRow, AccountRow, KeyRow, LineRow, AttachedRow)


def key_of(kind: str, item_id: str) -> tuple[str, str]:
    """Return the key of a row of this kind."""
    return f"{kind}#{item_id}", kind


Attachment = tuple[str, str, str, str]  # flow, number, account, notice


def attachment_of(line: Line) -> Attachment | None:
    """Return what is kept of a line under its flow, None while it answers with none."""
    flow_id = line.answers_with
    return None if flow_id is None else (flow_id, line.number, line.account_id, line.notice.value)


def attached_to(flow_id: str) -> Iterator[tuple[str, Attached]]:
    """Ask for the lines under a flow, each with its account."""
    under = AttachedRow.sk.startswith(_UNDER_FLOW)
    for row in AttachedRow.query(f"flow#{flow_id}", under, consistent_read=True):
        number = row.sk.removeprefix(_UNDER_FLOW)
        yield row.account_id, Attached(number, Notice(row.notice))


def attach(before: Attachment | None, after: Attachment | None, transaction: TransactWrite) -> None:
    """Put the row under a line's flow in place of the one that was there, with the line's own."""
    if before is not None and (after is None or before[:2] != after[:2]):
        transaction.delete(_attached_row(before))
    if after is not None and after != before:
        transaction.save(_attached_row(after))


def _attached_row(attachment: Attachment) -> AttachedRow:
    flow_id, number, account_id, notice = attachment
    key = (f"flow#{flow_id}", f"{_UNDER_FLOW}{number}")
    return AttachedRow(*key, account_id=account_id, notice=notice)


def _facts(value: Account | Key | Line) -> dict[str, Any]:
    """Return a value's fields by name: rows have attributes of the same names."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _read(row: DirectoryRow, kind: type[Account | Key | Line]) -> dict[str, Any]:
    return {field.name: getattr(row, field.name, None) for field in fields(kind)}


def _id_in(row: DirectoryRow) -> str:
    return row.pk.partition("#")[2]


def _listed(kind: str, item_id: str, owner: str | None) -> dict[str, Any]:
    pk, sk = key_of(kind, item_id)
    if owner is None:
        return {"pk": pk, "sk": sk}
    return {"pk": pk, "sk": sk, "account_pk": f"{owner}#{kind}s", "account_sk": item_id}


def account_row(account: Account) -> AccountRow:
    """Write an account."""
    facts = _facts(account)
    account_id = facts.pop("id")
    facts["legal"] = None if account.legal is None else asdict(account.legal)
    return AccountRow(
        **_listed(ACCOUNT, account.id, account.parent_id), account_id=account_id, **facts
    )


def account_in(row: AccountRow) -> Account:
    """Read an account."""
    told = {
        "id": row.account_id,
        "kind": Kind(row.kind),
        "state": AccountState(row.state),
        "legal": _legal(row.legal),
    }
    return Account(**_read(row, Account) | told)


def _legal(values: dict[str, Any] | None) -> Identity | None:
    if values is None:
        return None
    address = {**values["address"], "lines": tuple(values["address"]["lines"])}
    territory = values["territory"] and VatTerritory(values["territory"])
    return Identity(**{**values, "address": Address(**address), "territory": territory})


def key_row(key: Key) -> KeyRow:
    """Write a key."""
    facts = _facts(key)
    facts["scopes"] = set(key.scopes)
    return KeyRow(**_listed(KEY, facts.pop("id"), key.account_id), **facts)


def key_in(row: KeyRow) -> Key:
    """Read a key."""
    told = {"id": _id_in(row), "scopes": frozenset(row.scopes), "label": row.label or ""}
    return Key(**_read(row, Key) | told)


def line_row(line: Line) -> LineRow:
    """Write a line."""
    facts = _line_facts(line)
    return LineRow(**_listed(LINE, facts.pop("number"), line.account_id), **facts)


def line_in(row: LineRow) -> Line:
    """Read a line."""
    told = {
        "number": _id_in(row),
        "state": LineState(row.state),
        "label": row.label or "",
        "prices": tuple(
            Price(date.fromisoformat(since), tiers.parse(tier)) for since, tier in row.prices or ()
        ),
        "price_notice": NoticeBy(row.price_notice or NoticeBy.FLOW),
    }
    return Line(**_read(row, Line) | told)


def _line_facts(line: Line) -> dict[str, Any]:
    prices = [[each.since.isoformat(), each.tier.code] for each in line.prices]
    return {**_facts(line), "prices": prices or None, "price_notice": line.price_notice.value}


def line_changes(line: Line) -> list[Action]:
    """Set what its owner may change: not the copies, which another request may be writing."""
    facts = _line_facts(line)
    changed = ("state", "flow_id", "fallback", "label", "carrier_id", "cooling_until", "prices",
               "price_notice", "version")  # fmt: skip
    attributes = LineRow.get_attributes()
    return [
        attributes[name].remove() if facts[name] is None else attributes[name].set(facts[name])
        for name in changed
    ]
