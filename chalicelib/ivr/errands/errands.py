"""Errands: what a step of a call leaves to be done once the caller has been answered.

Values, and how they travel on the queue. An errand's id comes from its call and step, never from
a clock, so that the same step taken twice leaves the same errands. Texts and numbers are personal
data: they are in the message, which is encrypted, and in no `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.telling import Means

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 1


class ErrandUnreadable(Rejected):
    """A message of the queue is none of ours, or of a version that we do not know."""

    code = "errand-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something to do for a call, asked by a node of its flow."""

    kind: ClassVar[str]

    id: str
    account_id: str
    call_id: str
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendText(Errand):
    """Send a text message. `to` is E.164; `from_` is E.164 or a name of 11 characters at most."""

    kind: ClassVar[str] = "send-text"

    to: str = field(repr=False)
    from_: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(Errand):
    """Tell somebody what happened. `to` is an address, a number or a URL, by `by`.

    `what` names the notice ("voicemail") and `facts` fill it in. One that `waits` is held
    back until the recording's transcription is there, or for five minutes. `from_`
    sends text messages, and `secret` is the generation of the account's secret that signs webhooks.
    """

    kind: ClassVar[str] = "notify"

    by: Means
    to: str = field(repr=False)
    what: str
    language: str
    facts: Mapping[str, str] = field(repr=False)
    recording_id: str | None = None
    from_: str = field(default="", repr=False)
    secret: int = 1
    waits: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "by", Means(self.by))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribe(Errand):
    """Write down a message. `language` is the flow's (BCP 47)."""

    kind: ClassVar[str] = "transcribe"

    recording_id: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellSurvey(Errand):
    """Keep what was answered to a survey. `facts` say what, when, and of whom."""

    kind: ClassVar[str] = "tell-survey"

    survey_id: str
    version: int
    facts: Mapping[str, str] = field(repr=False)


_TYPES: Final[dict[str, type]] = {"secret": int, "waits": bool, "version": int}

KINDS: Final[dict[str, type[Errand]]] = {
    each.kind: each for each in (SendText, Notify, Transcribe, TellSurvey)
}


@dataclass(frozen=True, slots=True)
class Order:
    """An errand on the queue. `round` counts how often it was put off (0 at first)."""

    errand: Errand
    round: int = 0

    def later(self) -> Self:
        """Return the order for its next round."""
        return type(self)(self.errand, self.round + 1)


def errand_id(call_id: str, step: int, place: int = 0) -> str:
    """Name the errand that a call leaves at a step, at a place among that step's errands.

    >>> errand_id("CA1", 3)
    'CA1:3:0'
    """
    return f"{call_id}:{step}:{place}"


def to_message(order: Order) -> dict[str, Any]:
    """Write an order as plain JSON values."""
    errand = order.errand
    values = {each.name: getattr(errand, each.name) for each in fields(errand)}
    plain = {name: _written(value) for name, value in values.items() if value is not None}
    return {"v": VERSION, "kind": errand.kind, "round": order.round, "errand": plain}


def from_message(message: object) -> Order:
    """Read what `to_message` wrote. Raises ErrandUnreadable on anything else."""
    if not isinstance(message, dict) or set(message) != {"v", "kind", "round", "errand"}:
        raise ErrandUnreadable("no message of an errand")
    if message["v"] != VERSION or message["kind"] not in KINDS:
        raise ErrandUnreadable("an errand of another version", version=str(message["v"]))
    turn, values = message["round"], message["errand"]
    if type(turn) is not int or turn < 0 or not isinstance(values, dict):
        raise ErrandUnreadable("no message of an errand")
    if not all(_plain(name, value) for name, value in values.items()):
        raise ErrandUnreadable("an errand has values of a wrong type", kind=message["kind"])
    try:
        return Order(KINDS[message["kind"]](**values), turn)
    except (TypeError, ValueError) as error:
        # The cause would quote the values, which are people's.
        raise ErrandUnreadable("an errand lacks facts", kind=message["kind"]) from error


def _written(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return value if isinstance(value, str | int) else dict(value)


def _plain(name: str, value: object) -> bool:
    if name == "facts":
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return type(value) is _TYPES.get(name, str)
