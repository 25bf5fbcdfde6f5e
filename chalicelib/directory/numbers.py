"""Numbers bought, configured, retired and given back.

Anything here may be asked twice, or break off half way: a number is reserved before it is bought,
and the carrier is asked what it holds before it is asked to sell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypedDict

from chalicelib.directory import diallable, prices
from chalicelib.directory import lines as rules
from chalicelib.directory.accounts import Kind, check_active
from chalicelib.directory.lines import Line, LineState, NoticeBy
from chalicelib.directory.ports import Attached
from chalicelib.kernel.errors import Fault, Forbidden, NotFound, Rejected, Stale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta
    from typing import Protocol

    from chalicelib.directory.accounts import Account
    from chalicelib.directory.ports import Accounts, ChecksFlows, Lines, SellsNumbers
    from chalicelib.directory.prices import PriceOrder
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
    service_price: PriceOrder | None = None
    price_notice: NoticeBy | None = None
    buy: bool = True


_MATTER_TO_FLOWS: Final = frozenset({"flow_id", "service_price", "price_notice"})


class LineChanges(TypedDict, total=False):
    """What may be changed of a line: only what is there is touched."""

    flow_id: str | None
    fallback: str | None
    label: str
    service_price: PriceOrder | None
    price_notice: NoticeBy | None


def add_number(
    order: NumberOrder,
    *,
    principal: Principal,
    now: datetime,
    store: AccountsAndLines,
    carrier: SellsNumbers,
    check_flow: ChecksFlows,
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
    if order.service_price is not None:
        wanted = _priced(wanted, order.service_price, now)
    if order.price_notice is not None:
        wanted = _noticed(wanted, order.price_notice)
    _check_flow(wanted, check_flow)
    return _settled(wanted, order, account, store, carrier)


def edit_line(
    changes: LineChanges,
    *,
    account_id: str,
    number: str,
    version: int,
    now: datetime,
    lines: Lines,
    carrier: SellsNumbers,
    check_flow: ChecksFlows,
) -> Line:
    """Change what a line does. Raises Stale, and Rejected if its flow does not suit it then.

    The fallback is part of the webhooks' URLs, so that it works without a table: whenever it is
    sent, even unchanged, the carrier is told, which repairs a change that broke off half way.
    """
    line = line_of(account_id, number, lines)
    if line.version != version:
        raise Stale("the number changed meanwhile", number=number)
    wanted = _changed(line, changes, now)
    if changes.keys() & _MATTER_TO_FLOWS:
        _check_flow(wanted, check_flow)
    saved = lines.save_line(wanted)
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


def _changed(line: Line, changes: LineChanges, now: datetime) -> Line:
    wanted = replace(
        line, flow_id=changes.get("flow_id", line.flow_id), label=changes.get("label", line.label)
    )
    if "fallback" in changes:
        fallback = changes["fallback"]
        read = None if fallback is None else diallable.read_fallback(fallback, line.number)
        wanted = replace(wanted, fallback=read)
    if "service_price" in changes:
        wanted = _priced(wanted, changes["service_price"], now)
    if "price_notice" in changes:
        wanted = _noticed(wanted, changes["price_notice"])
    return wanted


def _priced(line: Line, order: PriceOrder | None, now: datetime) -> Line:
    """Return a line with another price to come; without an order, with none to come."""
    if order is None:
        return replace(line, prices=prices.withdrawn(line.prices, now))
    return replace(line, prices=prices.changed(line.prices, order, line.number, now))


def _noticed(line: Line, by: NoticeBy | None) -> Line:
    if by is not None and not line.surcharged:
        reason = "callers of such a number pay nothing for the service: there is nothing to tell"
        raise Rejected("the number has no price", faults=(Fault("/price_notice", reason),))
    return replace(line, price_notice=by or NoticeBy.FLOW)


def _check_flow(line: Line, check_flow: ChecksFlows) -> None:
    """Refuse a line that would answer without a price, or with a flow that does not suit it."""
    if line.flow_id is None:
        return
    try:
        found = check_flow(line.account_id, line.flow_id, Attached(line.number, line.notice))
    except NotFound as error:
        fault = Fault("/flow_id", "no such flow")
        raise Rejected("the number needs a flow that exists", faults=(fault,)) from error
    faults = [Fault("/flow_id", f"in its flow, {each.pointer}: {each.reason}") for each in found]
    if line.surcharged and not line.prices:
        faults.append(Fault("/service_price", "a surcharged number that answers has a price"))
    if faults:
        raise Rejected("the flow does not suit the number", faults=tuple(faults))


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
