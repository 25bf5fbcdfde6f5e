"""Numbers bought, configured, retired and given back.

Anything here may be asked twice, or break off half way: a number is reserved before it is bought,
and the carrier is asked what it holds before it is asked to sell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from chalicelib.directory import diallable
from chalicelib.directory import lines as rules
from chalicelib.directory.accounts import Kind, check_active
from chalicelib.directory.lines import Line, LineState
from chalicelib.kernel.errors import Forbidden, NotFound, Rejected, Stale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta
    from typing import Protocol

    from chalicelib.directory.accounts import Account
    from chalicelib.directory.ports import Accounts, Lines, SellsNumbers
    from chalicelib.kernel.principal import Principal

    class AccountsAndLines(Accounts, Lines, Protocol):
        """Both: a line is given to an account that is active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOrder:
    """A number that an account wants: to buy, or that our carrier account holds already."""

    number: str
    flow_id: str | None = None
    fallback: str | None = None
    label: str = ""
    buy: bool = True


class LineChanges(TypedDict, total=False):
    """What may be changed of a line: only what is there is touched."""

    flow_id: str | None
    fallback: str | None
    label: str


def add_number(
    order: NumberOrder,
    *,
    principal: Principal,
    now: datetime,
    store: AccountsAndLines,
    carrier: SellsNumbers,
) -> Line:
    """Give an account a number, bought if need be, with its webhooks pointed at us.

    Asked again after a failure, it goes on where it stopped. Raises NumberTaken.
    """
    number, family = diallable.read_line(order.number)
    fallback = order.fallback and diallable.read_fallback(order.fallback, number)
    account = store.account(principal.account_id)
    check_active(account)
    known = _find(number, store)
    if known is None or known.state is LineState.RELEASED:
        _check_right(order, number, principal, account, carrier)
    if known is None:
        line = rules.fresh(number, family, account)
    else:
        line = rules.claimed(known, account, holder_id=principal.key_account_id, now=now)
    wanted = replace(
        line,
        flow_id=order.flow_id or line.flow_id,
        fallback=fallback or line.fallback,
        label=order.label or line.label,
    )
    return _settled(wanted, order, account, store, carrier)


def edit_line(
    changes: LineChanges,
    *,
    account_id: str,
    number: str,
    version: int,
    lines: Lines,
    carrier: SellsNumbers,
) -> Line:
    """Change what a line does. Raises Stale.

    The fallback is part of the webhooks' URLs, so that it works without a table: whenever it is
    sent, even unchanged, the carrier is told, which repairs a change that broke off half way.
    """
    line = line_of(account_id, number, lines)
    if line.version != version:
        raise Stale("the number changed meanwhile", number=number)
    fallback = changes.get("fallback")
    if fallback is not None:
        changes = {**changes, "fallback": diallable.read_fallback(fallback, number)}
    saved = lines.save_line(replace(line, **changes))
    if "fallback" in changes and saved.carrier_id is not None:
        carrier.point(saved.carrier_id, saved.fallback)
    return saved


def retire_line(
    account_id: str, number: str, *, now: datetime, cooling: timedelta, lines: Lines
) -> None:
    """Take a number out of service: it rests, and its owner may still take it back."""
    line = line_of(account_id, number, lines)
    retired = rules.retired(line, now, cooling)
    if retired is not line:
        lines.save_line(retired)


def release_line(account_id: str, number: str, *, lines: Lines, carrier: SellsNumbers) -> Line:
    """Give a number back to the carrier, for ever."""
    line = line_of(account_id, number, lines)
    released = rules.released(line)
    if released is line:
        return line
    for held in carrier.owned(number):
        if held.carrier_id is not None:
            carrier.release(held.carrier_id)
    return lines.save_line(released)


def line_of(account_id: str, number: str, lines: Lines) -> Line:
    """Return an account's line. Somebody else's is NotFound."""
    line = lines.line(number)
    if line.account_id != account_id:
        raise NotFound("no such number", number=number)
    return line


def point_lines(lines: Lines, carrier: SellsNumbers) -> Iterator[Line]:
    """Point every number in use that the carrier holds at us, one by one, as after a deployment."""
    for held in carrier.owned():
        line = _find(held.number, lines)
        if line is None or held.carrier_id is None or line.state is LineState.RELEASED:
            continue
        carrier.point(held.carrier_id, line.fallback)
        yield line


def _find(number: str, lines: Lines) -> Line | None:
    try:
        return lines.line(number)
    except NotFound:
        return None


def _check_right(
    order: NumberOrder, number: str, principal: Principal, account: Account, carrier: SellsNumbers
) -> None:
    """Keep a client from taking a number that its agency holds at the carrier, unassigned."""
    if principal.key_account_id != account.id or account.kind is Kind.AGENCY:
        return
    if not order.buy:
        raise Forbidden("only an agency adds numbers without buying them", number=number)
    if any(held.carrier_id is not None for held in carrier.owned(number)):
        raise rules.NumberTaken("the number is taken", number=number)


def _settled(
    line: Line, order: NumberOrder, account: Account, store: Lines, carrier: SellsNumbers
) -> Line:
    """Store the line and have the carrier serve it, so that it can stop between any two steps."""
    if line.state is LineState.ACTIVE:  # resumed: the carrier has it
        if line.carrier_id is not None:
            carrier.point(line.carrier_id, line.fallback)
        return store.put_line(line, account)
    reserved = store.put_line(line, account)
    try:
        carrier_id = _carried(reserved, order, carrier)
    except Rejected:
        store.drop_line(reserved)
        raise
    return store.save_line(rules.activated(reserved, carrier_id))


def _carried(line: Line, order: NumberOrder, carrier: SellsNumbers) -> str | None:
    for held in carrier.owned(line.number):
        if held.carrier_id is not None:
            carrier.point(held.carrier_id, line.fallback)
        return held.carrier_id
    return carrier.buy(line.number, line.fallback).carrier_id if order.buy else None
