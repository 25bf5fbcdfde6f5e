"""What flows use: which prompts, queues, agents and other flows, and where in their documents.

A thing that a published flow uses may not be deleted. Values and the port; `store.py` keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Conflict, Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# A call goes on in the version it began with, and Twilio ends it after four hours
# (twilio.com/docs/voice/api/call-resource, "TimeLimit").
LONGEST_CALL: Final = timedelta(hours=4)
# Publishing takes seconds. What was held longer ago and never recorded was given up.
LONGEST_HOLD: Final = timedelta(minutes=15)


class Kind(StrEnum):
    """Kinds of things that flows use."""

    PROMPT = "prompt"
    QUEUE = "queue"
    AGENT = "agent"
    FLOW = "flow"


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One place (JSON pointer) of a flow's document that names a thing."""

    kind: Kind
    id: str
    pointer: str


@dataclass(frozen=True, slots=True, order=True)
class User:
    """A flow that uses a thing, and one place where it does."""

    flow_id: str
    pointer: str


class InUse(Conflict):
    """Something cannot be deleted: published flows need it. `faults` names each place."""

    code = "in-use"

    def __init__(self, kind: Kind, id: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"the {kind} is in use", kind=kind.value, id=id)
        self.faults = faults

    @classmethod
    def by(cls, kind: Kind, id: str, users: Iterable[User]) -> InUse:
        """Name the flows, and where each of them uses it."""
        named = (Fault(user.pointer, f"used here by the flow {user.flow_id}") for user in users)
        return cls(kind, id, tuple(named))

    @classmethod
    def until(cls, kind: Kind, id: str, free_at: datetime) -> InUse:
        """Say when the last call that may still need it is over."""
        free = free_at.isoformat(timespec="seconds")
        reason = f"calls in progress may still need it; it can be deleted after {free}"
        return cls(kind, id, (Fault("", reason),))


class Gone(Rejected):
    """A document names things that are deleted. `faults` points to each place."""

    code = "gone"

    def __init__(self, uses: Iterable[Use]) -> None:
        faults = tuple(
            Fault(each.pointer, f"the {each.kind} {each.id} is deleted") for each in uses
        )
        super().__init__("the flow uses what is deleted", faults=faults)


class Usage(Protocol):
    """Who uses what. Everything raises Unavailable."""

    def hold(self, account_id: str, flow_id: str, uses: Iterable[Use], now: datetime) -> None:
        """Keep what a flow is about to use from being deleted: before it is published.

        Raises Gone. A hold that is never recorded lapses when the flow is recorded next.
        """

    def record_usage(
        self, account_id: str, flow_id: str, uses: Iterable[Use], *, version: int, now: datetime
    ) -> None:
        """Replace all that a flow uses by what its version that answers now uses.

        Of two versions, the later one's uses stay, whichever is recorded last. Raises Gone if
        they were not held and something is deleted.
        """

    def users(self, account_id: str, kind: Kind, id: str) -> tuple[User, ...]:
        """Return the flows that use a thing, and where."""

    def retire(self, account_id: str, kind: Kind, id: str, now: datetime) -> None:
        """Let no flow use a thing any more: before it is deleted. Raises InUse.

        Either this or a `hold` comes first, and the other one fails: nothing is left dangling.
        """

    def admit(self, account_id: str, kind: Kind, id: str) -> None:
        """Let flows use a thing whose id was deleted once and is given again."""
