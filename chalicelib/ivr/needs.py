"""What a step may need of the world before it can answer, and what the world says. Pure values.

A node that needs something says so instead of answering; whoever runs the engine (a call's use
case, or a simulation) finds out and steps again with the answer as input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.actions import Heard
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.questionnaire import Questionnaire
    from chalicelib.ivr.queueing import Booked, Slot, Standing, Ticket


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask the customer's own system."""

    request: LookupRequest


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the customer's system answered, as variables."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """The customer's system did not answer, or nothing we can use."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFlow:
    """Go on in another flow: at its start, or where a call comes back to (`node`, `version`).

    `back` is the node of the present flow to come back to; `failed` where to go if the other
    flow does not answer.
    """

    flow_id: str
    version: int | None = None
    node: str | None = None
    back: str | None = None


@dataclass(frozen=True, slots=True)
class FlowMissing:
    """The other flow has no published version, or too many flows are open already."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReadSurvey:
    """Read a version of a survey, the newest one where it is 0.

    `given` is what the caller did meanwhile: it comes back with the answer.
    """

    survey_id: str
    version: int = 0
    given: Heard | None = None


@dataclass(frozen=True, slots=True)
class SurveyRead:
    """The survey, and what the caller did meanwhile."""

    survey: Questionnaire
    given: Heard | None = None


@dataclass(frozen=True, slots=True)
class SurveyMissing:
    """There is no such survey, or it could not be read."""

    reason: str


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Take a place in a queue."""

    queue: str
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class AskQueue:
    """Ask how far the caller has come, and whether an agent is free for them."""

    queue: str


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Tell that the agent took the call: the wait is over."""

    queue: str
    agent: str


@dataclass(frozen=True, slots=True)
class OfferOver:
    """Tell how it went with the agent who was rung: talked with, or missed."""

    queue: str
    agent: str
    answered: bool


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Give the place up; `how` is one of those of `queueing.Desk.leave`."""

    queue: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCallback:
    """Have a number (E.164) rung back at its turn, or within a slot."""

    queue: str
    ticket: Ticket
    number: str
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class InQueue:
    """Where the caller stands: the answer to joining, asking, and a missed offer."""

    standing: Standing


@dataclass(frozen=True, slots=True)
class OutOfQueue:
    """The place is given up, or the conversation over: how long the caller had waited."""

    waited_seconds: int = 0


@dataclass(frozen=True, slots=True)
class CallbackBooked:
    """The callback will be placed."""

    booked: Booked


@dataclass(frozen=True, slots=True)
class QueueFailed:
    """The queue does not exist, or does not know the call, or could not be asked.

    `passing` says that asking again may help.
    """

    reason: str
    passing: bool = False


DeskNeed = JoinQueue | AskQueue | PickedUp | OfferOver | LeaveQueue | BookCallback
DeskAnswer = InQueue | OutOfQueue | CallbackBooked | QueueFailed
Need = Fetch | OpenFlow | ReadSurvey | DeskNeed
NeedMet = Fetched | FetchFailed | FlowMissing | SurveyRead | SurveyMissing | DeskAnswer
MET = (
    Fetched,
    FetchFailed,
    FlowMissing,
    SurveyRead,
    SurveyMissing,
    InQueue,
    OutOfQueue,
    CallbackBooked,
    QueueFailed,
)
DESK = (JoinQueue, AskQueue, PickedUp, OfferOver, LeaveQueue, BookCallback)
