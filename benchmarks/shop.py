"""The shop that every call of the figures reaches: a number, a menu, a source; and what Twilio says
of a call to it.

The stubs of its stores are here too. Nothing but the product is imported: a figure of cold starts
stands on this module.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.directory.accounts import Account, Kind
from chalicelib.directory.lines import Line, LineState
from chalicelib.kernel.errors import NotFound
from local.seed import CALLER, SHOP, SPARE, WELCOME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.calls.call import CallRef
    from chalicelib.calls.events import Event, Received
    from chalicelib.calls.usecases import Value
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.published import Published
    from chalicelib.tracking.sources import Number, Source

    Fields = dict[str, str | list[str]]

ACCOUNT: Final = "acct_boulangerie"
FLOW: Final = "flow_accueil"
SOURCE: Final = "src_affiche"
INCOMING: Final = f"/voice/incoming?fallback={SPARE.replace('+', '%2B')}"
OPENED: Final = datetime(2026, 1, 1, tzinfo=UTC)

AN_ACCOUNT: Final = Account(
    id=ACCOUNT, name="Boulangerie Martin", kind=Kind.BUSINESS, created_at=OPENED
)
A_LINE: Final = Line(
    number=SHOP,
    account_id=ACCOUNT,
    state=LineState.ACTIVE,
    family="polyvalent",
    flow_id=FLOW,
    fallback=SPARE,
    label="Boulangerie",
    stock_id=ACCOUNT,
)


def an_incoming(call_id: str, **more: str) -> Fields:
    """Return all that Twilio says of a call that reaches a number of ours."""
    empty = [f"{who}{what}" for who in ("Caller", "Called", "From", "To") for what in _PLACE]
    return {
        "AccountSid": "AC6c6f63616c0000000000000000000000",
        "ApiVersion": "2010-04-01",
        "CallSid": call_id,
        "CallStatus": "ringing",
        "CallToken": "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9%22%7D",
        "Direction": "inbound",
        "From": CALLER,
        "Caller": CALLER,
        "To": SHOP,
        "Called": SHOP,
        "StirVerstat": "TN-Validation-Passed-A",
        **dict.fromkeys(empty, ""),
        "CallerCountry": "FR",
        "CalledCountry": "FR",
        "FromCountry": "FR",
        "ToCountry": "FR",
        **more,
    }


_PLACE: Final = ("City", "State", "Zip", "Country")


def stub_stores() -> None:
    """Have the product's own wiring build these in place of its stores."""
    from chalicelib.runtime import tracking_wiring, wiring

    replaced: Any = wiring
    replaced.directory, replaced.flows = Lines, Flows
    replaced.tracking, replaced.calls = Numbers, Log
    tracked: Any = tracking_wiring
    tracked.rings = Rings


class Rings:
    """The queue of calls that ring."""

    def rang(self, ref: CallRef, received: Received) -> None:
        """Take a ring."""


class Lines:
    """The directory's port: one line."""

    def line(self, number: str) -> Line:
        """Return the shop's line."""
        return A_LINE


class Flows:
    """The port of flows: one, restored as the table's is."""

    def __init__(self) -> None:
        from chalicelib.ivr.flow import restore
        from chalicelib.ivr.published import Published

        self._flow = restore(WELCOME)
        self._published = Published(flow_id=FLOW, account_id=ACCOUNT, version=1, flow=self._flow)

    def published(self, flow_id: str) -> Published:
        """Return the shop's flow."""
        return self._published

    def version(self, flow_id: str, version: int) -> Flow:
        """Return the same."""
        return self._flow


class Numbers:
    """The port of what numbers stand for: a source, for ever."""

    def number(self, account_id: str, number: str) -> Number:
        """Return that the number stands for the shop's source."""
        from chalicelib.tracking.sources import Assignment, Number

        always = Assignment(source_id=SOURCE, since=OPENED, until=None)
        return Number(account_id=account_id, number=number, assignments=(always,), version=1)

    def source(self, source_id: str) -> Source:
        """Know nothing of it: the shop's flow never asks."""
        raise NotFound("no such source", source_id=source_id)


class Log:
    """The port of the call log: it takes every event."""

    def append(
        self, ref: CallRef, *events: Event, memory: Mapping[str, Value] | None = None
    ) -> bool:
        """Store nothing, at once."""
        return True

    def memory(self, call_id: str) -> Mapping[str, Value]:
        """Remember nothing."""
        return {}
