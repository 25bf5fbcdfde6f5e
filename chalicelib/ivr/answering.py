"""Whether a number answers with its flow, and what its callers hear when it does not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import Beeped, FellBack, Rang, Received
from chalicelib.directory.lines import LineState, NoticeBy
from chalicelib.ivr import texts
from chalicelib.ivr.actions import Apologise, Connect, HangUp, Reply, Say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.calls.events import Event
    from chalicelib.directory.lines import Line
    from chalicelib.ivr.actions import Context
    from chalicelib.ivr.addresses import CallAddress
    from chalicelib.ivr.published import Published


class Refusal(StrEnum):
    """Why a call is not let into a flow."""

    UNKNOWN_NUMBER = "unknown number"
    NOT_IN_USE = "number not in use"
    SUSPENDED = "account suspended"
    NO_FLOW = "no flow published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a use case hands to its route: the reply, where the call comes back, what to log."""

    reply: Reply
    address: CallAddress | None = None
    refusal: str | None = None


# Nobody in particular answers these: saying so is no apology.
_NOBODYS: Final = frozenset({Refusal.UNKNOWN_NUMBER, Refusal.NOT_IN_USE})


def refusal_of(line: Line) -> Refusal | None:
    """Say why a line takes no calls; None when it does."""
    if line.state is not LineState.ACTIVE:
        return Refusal.NOT_IN_USE
    if not line.account_active:
        return Refusal.SUSPENDED
    return None if line.flow_id else Refusal.NO_FLOW


def refuse(refusal: Refusal, context: Context) -> Reply:
    """Return what the caller of a line that takes no calls hears, and the fact for the log."""
    fell_back = FellBack(id="refused", at=context.now.astimezone(UTC), reason=refusal.value)
    language = texts.DEFAULT_LANGUAGE
    if refusal in _NOBODYS:
        words = texts.say(texts.Line.NOT_IN_SERVICE, language)
        return Reply(actions=(Say(words), HangUp()), events=(fell_back,))
    return Reply(actions=(Apologise(language), HangUp()), events=(fell_back,))


def told_by_carrier(line: Line, context: Context) -> tuple[Beeped, ...]:
    """Return the beep that a caller has heard before the call reached us, if there was one."""
    tier = line.tier(context.now)
    if tier is None or line.price_notice is not NoticeBy.CARRIER:
        return ()
    return (Beeped(id="beeped", at=context.now.astimezone(UTC), tier=tier.code),)


def beep_in(events: Iterable[Event]) -> datetime | None:
    """Return when the first beep among some events sounded."""
    return next((each.at for each in events if isinstance(each, Beeped)), None)


def received(context: Context, source_id: str | None, published: Published | None) -> Received:
    """Return the first fact of a call: everything later hangs on it."""
    return Received(
        id="received",
        at=context.now.astimezone(UTC),
        dialled=context.dialled,
        caller=context.caller,
        source_id=source_id,
        flow_id=published.flow_id if published else None,
        flow_version=published.version if published else None,
    )


def rang(reply: Reply, context: Context) -> tuple[Rang, ...]:
    """Tell whom an answer rings, and which event will tell how that ended.

    The call comes back once the ringing is over, or the conversation: that step's own event is the
    end. Where it never comes back, this one says that an end is missing.
    """
    connect = next((each for each in reply.actions if isinstance(each, Connect)), None)
    if connect is None or reply.position is None:
        return ()
    ending = f"step:{reply.position.step}"
    begun = Rang(
        id=f"{ending}:rang",
        at=context.now.astimezone(UTC),
        node=reply.position.node,
        destination=connect.whom or ", ".join(connect.numbers),
        ending=ending,
        screened=connect.screened,
    )
    return (begun,)
