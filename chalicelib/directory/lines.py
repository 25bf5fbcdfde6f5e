"""A line: one of our phone numbers, who owns it, and where its callers go when we cannot help.

A number that leaves its owner rests before anybody else may have it, so that its last owner's
callers don't reach a stranger. Decides what may become of a line; stores and buys nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.directory import prices as price_rules
from chalicelib.kernel.errors import Conflict, Rejected
from chalicelib.kernel.numbering import Family

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.directory.accounts import Account
    from chalicelib.directory.prices import Prices
    from chalicelib.kernel.tiers import Tier

# Assumption: 30 days, as carriers rest ported numbers; no French rule sets it for a customer's
# own stock. Never under a day: a process may answer from a copy of the line that is hours old.
COOLING: Final = timedelta(days=30)
SHORTEST_COOLING: Final = timedelta(days=1)


class LineState(StrEnum):
    """A number's life: bought, in use, resting after release, gone."""

    AVAILABLE = "available"
    ACTIVE = "active"
    COOLING = "cooling"
    RELEASED = "released"


class Step(StrEnum):
    """What can happen to a line."""

    ACTIVATE = "activate"
    RETIRE = "retire"
    RESUME = "resume"  # by the owner who retired it
    REST = "rest"  # it has cooled
    RELEASE = "release"
    BUY_AGAIN = "buy-again"


TRANSITIONS: Final[dict[tuple[LineState, Step], LineState]] = {
    (LineState.AVAILABLE, Step.ACTIVATE): LineState.ACTIVE,
    (LineState.AVAILABLE, Step.RELEASE): LineState.RELEASED,
    (LineState.ACTIVE, Step.RETIRE): LineState.COOLING,
    (LineState.COOLING, Step.RESUME): LineState.ACTIVE,
    (LineState.COOLING, Step.REST): LineState.AVAILABLE,
    (LineState.COOLING, Step.RELEASE): LineState.RELEASED,
    (LineState.RELEASED, Step.BUY_AGAIN): LineState.AVAILABLE,
}


class NoticeBy(StrEnum):
    """Who tells callers of a surcharged line what it costs, before it costs anything."""

    FLOW = "flow"
    CARRIER = "carrier"  # the collecting operator, before the call reaches us


class Notice(StrEnum):
    """Whether a flow that answers a line has to tell its price, or may not."""

    DEMANDED = "demanded"
    FORBIDDEN = "forbidden"  # there is no price to tell
    ANY = "any"  # the carrier tells it: a notice of the flow's is passed over


# Of all numbers that can be lines of ours, callers pay for the service of these alone.
SURCHARGED: Final = frozenset({Family.SVA_MAJORE.value})


class WrongStep(Rejected):
    """The line is not in a state from which this can be done."""

    code = "wrong-state"


class NumberTaken(Conflict):
    """The number is somebody's: in use, resting, or in another stock."""

    code = "number-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All an inbound call needs to know about the number it reached, in one read.

    `account_active` and `log_shards` are copies of the account's, written with it.
    `fallback` (E.164) is where callers go when our own code or storage fails.
    `stock_id` is the account (its agency) that may hand the number on once it has rested.
    `prices` are those of its service, taxes included, which only surcharged numbers have.
    """

    number: str
    account_id: str
    state: LineState
    family: str
    flow_id: str | None = None
    fallback: str | None = None
    label: str = ""
    carrier_id: str | None = None
    cooling_until: datetime | None = None
    account_active: bool = True
    log_shards: int = 1
    stock_id: str = ""
    prices: Prices = ()
    price_notice: NoticeBy = NoticeBy.FLOW
    version: int = 0

    @property
    def surcharged(self) -> bool:
        """Say whether its callers pay for the service, beside the call."""
        return self.family in SURCHARGED

    @property
    def notice(self) -> Notice:
        """Say what its flow has to tell of its price."""
        if not self.surcharged:
            return Notice.FORBIDDEN
        return Notice.DEMANDED if self.price_notice is NoticeBy.FLOW else Notice.ANY

    @property
    def answers_with(self) -> str | None:
        """Return the flow that it answers with while it is in use, or about to be."""
        return self.flow_id if self.state in (LineState.AVAILABLE, LineState.ACTIVE) else None

    def tier(self, now: datetime) -> Tier | None:
        """Return what its service costs callers at an instant, None if nothing."""
        price = price_rules.in_force(self.prices, now)
        return None if price is None else price.tier

    @property
    def in_service(self) -> bool:
        """Say whether its calls are to be answered for its account."""
        return self.state is LineState.ACTIVE and self.account_active

    def after(self, step: Step) -> LineState:
        """Return the state that a step leads to. Raises WrongStep."""
        try:
            return TRANSITIONS[self.state, step]
        except KeyError:
            raise WrongStep(f"a number that is {self.state} can't do that", step=step) from None

    def rested(self, now: datetime) -> bool:
        """Say whether its time of cooling is over."""
        if self.state is not LineState.COOLING:
            return False
        return self.cooling_until is None or self.cooling_until <= now


def fresh(number: str, family: str, account: Account) -> Line:
    """Return a line that an account is about to have: nothing is bought yet."""
    return Line(
        number=number,
        account_id=account.id,
        state=LineState.AVAILABLE,
        family=family,
        log_shards=account.log_shards,
        stock_id=account.stock_id,
    )


def claimed(line: Line, account: Account, *, holder_id: str, now: datetime) -> Line:
    """Return a line of the directory as `account` may take it over, available or resumed.

    `holder_id` is the account whose key asks: the agency, where it acts for a client. What the
    last owner had set is wiped. Raises NumberTaken.
    """
    if line.state is LineState.COOLING and line.account_id == account.id:
        return replace(line, state=line.after(Step.RESUME), cooling_until=None)
    if not _may_take(line, account.id, holder_id, now):
        raise NumberTaken("the number is taken", number=line.number, state=line.state)
    anew = fresh(line.number, line.family, account)
    if line.state is LineState.RELEASED:
        return replace(anew, state=line.after(Step.BUY_AGAIN), version=line.version)
    return replace(anew, carrier_id=line.carrier_id, version=line.version)


def activated(line: Line, carrier_id: str | None) -> Line:
    """Return a line in use, for which the carrier's number is at hand."""
    return replace(line, state=line.after(Step.ACTIVATE), carrier_id=carrier_id)


def retired(line: Line, now: datetime, cooling: timedelta = COOLING) -> Line:
    """Return a line out of use, resting. One that rests already is left alone."""
    if line.state is LineState.COOLING:
        return line
    until = now + max(cooling, SHORTEST_COOLING)
    return replace(line, state=line.after(Step.RETIRE), cooling_until=until)


def released(line: Line) -> Line:
    """Return a line that was given back to the carrier. One that was already is left alone."""
    if line.state is LineState.RELEASED:
        return line
    state = line.after(Step.RELEASE)
    return replace(line, state=state, carrier_id=None, cooling_until=None, flow_id=None)


def _may_take(line: Line, account_id: str, holder_id: str, now: datetime) -> bool:
    if line.state is LineState.RELEASED:
        return True
    if line.state is LineState.AVAILABLE:
        return line.account_id == account_id or line.stock_id == holder_id
    return line.rested(now) and line.stock_id == holder_id
