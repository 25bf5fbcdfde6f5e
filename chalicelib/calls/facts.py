"""What each event adds to its call's summary.

Every addition commutes: an attribute that only one event sets, a number that is added up, a set
that grows, the better of two outcomes. So the same events give the same summary in any order.
Storing is somebody else's work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from chalicelib.calls import keys
from chalicelib.calls.call import CallRef, Outcome
from chalicelib.calls.events import (
    Beeped,
    CallbackAsked,
    CallbackRung,
    Collected,
    Dialled,
    DialStatus,
    Ended,
    ErrandLost,
    Event,
    FellBack,
    LeftQueue,
    LegChanged,
    LookedUp,
    MessageLeft,
    MessageTranscribed,
    Notified,
    Offered,
    Pressed,
    Queued,
    Rang,
    Received,
    Recorded,
    Said,
    Tagged,
    Taken,
    TextAsked,
    TextDelivered,
    TextSent,
    TurnedAway,
    VariablesSet,
    WentSilent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


_STEP: Final = re.compile(r"step:(\d+)")
_MOST_LEGS: Final = 49_999
_ROOM: Final = 2 * (_MOST_LEGS + 1)  # ranks between one outcome and the next better one


class Offer(NamedTuple):
    """An outcome that an event offers: the highest rank that was ever offered is the call's."""

    rank: int
    outcome: Outcome

    @classmethod
    def of(cls, outcome: Outcome) -> Offer:
        """Rank an outcome by how good it is."""
        return cls(outcome.rank * _ROOM, outcome)

    @classmethod
    def of_leg(cls, outcome: Outcome, ending: str) -> Offer:
        """Rank what ringing came to, `ending` being the id of the event that tells it.

        Of several attempts the last one counts: once we ring again, nobody knows what comes of it.
        """
        found = _STEP.match(ending)
        leg = min(int(found[1]), _MOST_LEGS) if found else 0
        told = outcome is Outcome.MISSED
        return cls(Outcome.UNKNOWN.rank * _ROOM + 2 * leg + told, outcome)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one event adds: attributes set once, numbers added, sets grown, an outcome offered.

    `lists_as_live` is the key under which a call is listed while it goes on; `over` takes it away.
    """

    once: dict[str, str | int | bool | None] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)
    grown: dict[str, str] = field(default_factory=dict)
    outcome: Offer | None = None
    lists_as_live: str | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """What several events add at once."""

    once: dict[str, str | int | bool | None] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)
    grown: dict[str, set[str]] = field(default_factory=dict)
    outcome: Offer | None = None
    lists_as_live: str | None = None
    over: bool = False

    def beside(self, stored: Mapping[str, Any]) -> Together:
        """Leave out what a row forbids that is there: a better outcome, the end of the call.

        Where nobody says what is there (some emulators do not), it may be either.
        """
        hidden = not stored
        better = self.outcome is not None and stored.get("rank", -1) > self.outcome.rank
        ended = hidden or "ended_at" in stored
        return replace(
            self,
            outcome=None if hidden or better else self.outcome,
            lists_as_live=None if ended else self.lists_as_live,
        )


def together(facts: Iterable[Facts]) -> Together:
    """Add facts up: each addition commutes, so their order says nothing."""
    known = list(facts)
    once: dict[str, str | int | bool | None] = {}
    added: dict[str, int] = {}
    grown: dict[str, set[str]] = {}
    outcome: Offer | None = None
    for each in known:
        once = {**each.once, **once}
        for name, number in each.added.items():
            added[name] = added.get(name, 0) + number
        for name, text in each.grown.items():
            grown.setdefault(name, set()).add(text)
        if each.outcome is not None and (outcome is None or each.outcome > outcome):
            outcome = each.outcome
    over = any(each.over for each in known)
    live = next((each.lists_as_live for each in known if each.lists_as_live), None)
    return Together(once, added, grown, outcome, None if over else live, over)


_E = TypeVar("_E", bound=Event)


def facts_of(ref: CallRef, event: Event) -> Facts:
    """Return what an event adds to its call's summary."""
    return _FACTS[type(event)](ref, event)


def _received(ref: CallRef, event: Received) -> Facts:
    return Facts(
        once={
            "account_id": ref.account_id,
            "dialled": event.dialled,
            "caller": event.caller,
            "caller_hash": ref.caller_hash,
            "source_id": event.source_id,
            "flow_id": event.flow_id,
            "flow_version": event.flow_version,
            "attempt_id": event.attempt_id,
            **_index_keys(ref, event),
        },
        outcome=Offer.of(Outcome.ABANDONED),
        lists_as_live=keys.day_key(ref),
    )


def _index_keys(ref: CallRef, event: Received) -> dict[str, str | int | bool | None]:
    source, caller = event.source_id, ref.caller_hash
    return {
        "shard": keys.shard(ref),
        "sort": keys.sort_key(event.at, ref.call_id),
        "day_pk": keys.day_key(ref),
        "number_pk": keys.value_key(ref, event.dialled),
        "source_pk": keys.value_key(ref, source) if source else None,
        "caller_pk": keys.caller_key(ref.account_id, caller) if caller else None,
    }


def _in_menu(ref: CallRef, event: Event) -> Facts:
    return Facts(once={"in_menu": True})


def _unseen(ref: CallRef, event: Event) -> Facts:
    """Facts that stand in the call's events, and change nothing of its summary."""
    return Facts()


def _tagged(ref: CallRef, event: Tagged) -> Facts:
    return Facts(grown={"tags": event.tag})


def _rang(ref: CallRef, event: Rang) -> Facts:
    offer = Offer.of_leg(Outcome.UNKNOWN, event.ending)
    return Facts(grown={"legs": f"{event.ending}?"}, outcome=offer)


def _taken(ref: CallRef, event: Taken) -> Facts:
    return Facts(once={"connected": True})


def _dialled(ref: CallRef, event: Dialled) -> Facts:
    if event.status != DialStatus.ANSWERED:
        offer = Offer.of_leg(Outcome.MISSED, event.id)
        return Facts(grown={"legs": event.id}, outcome=offer)
    return Facts(
        once={"connected": True},
        added={"talk_seconds": event.seconds},
        grown={"answered_by": event.destination, "legs": event.id},
        outcome=Offer.of(Outcome.ANSWERED),
    )


def _message_left(ref: CallRef, event: MessageLeft) -> Facts:
    return _message(event.recording_id, event.seconds)


def _recorded(ref: CallRef, event: Recorded) -> Facts:
    message = event.voicemail and event.status == "completed"
    return _message(event.recording_id, event.seconds) if message else Facts()


def _message(recording_id: str, seconds: int) -> Facts:
    """A silent message is no message: the caller hung up at the beep."""
    if seconds <= 0:
        return Facts()
    return Facts(
        grown={"messages": f"{recording_id} {seconds}"}, outcome=Offer.of(Outcome.VOICEMAIL)
    )


def _leg_changed(ref: CallRef, event: LegChanged) -> Facts:
    return Facts(once={"connected": True}) if event.status == "in-progress" else Facts()


def _fell_back(ref: CallRef, event: FellBack) -> Facts:
    return Facts(grown={"fell_back": event.reason}, outcome=Offer.of(Outcome.FELL_BACK))


def _beeped(ref: CallRef, event: Beeped) -> Facts:
    """Every beep is kept, and the first one counts: an order of arrival decides nothing."""
    return Facts(grown={"beeps": f"{keys.instant(event.at)} {event.tier}"})


def _for_the_desk(ref: CallRef, event: Event) -> Facts:
    """Queues have their own figures: what came of the call is told by who spoke with whom."""
    return Facts()


def _callback_asked(ref: CallRef, event: CallbackAsked) -> Facts:
    return Facts(outcome=Offer.of(Outcome.CALLBACK))


def _told_apart(ref: CallRef, event: Event) -> Facts:
    """What was done after the call is told among its events: its summary stays as it was."""
    return Facts()


def _ended(ref: CallRef, event: Ended) -> Facts:
    ended_at = keys.instant(event.at)
    once: dict[str, str | int | bool | None] = {
        "ended_at": ended_at,
        "end_status": event.status,
        "seconds": event.seconds,
    }
    return Facts(once=once, over=True)


_FACTS: Final[dict[type[Event], Callable[[CallRef, Event], Facts]]] = {}


def _adds(kind: type[_E], facts: Callable[[CallRef, _E], Facts]) -> None:
    _FACTS[kind] = facts  # type: ignore[assignment]  # the key says which events it is given


_adds(Received, _received)
_adds(Pressed, _in_menu)
_adds(WentSilent, _in_menu)
_adds(Said, _in_menu)
_adds(Collected, _in_menu)
_adds(VariablesSet, _unseen)
_adds(Tagged, _tagged)
_adds(TurnedAway, _unseen)
_adds(LookedUp, _unseen)
_adds(TextAsked, _unseen)
_adds(Rang, _rang)
_adds(Taken, _taken)
_adds(Dialled, _dialled)
_adds(MessageLeft, _message_left)
_adds(Recorded, _recorded)
_adds(LegChanged, _leg_changed)
_adds(FellBack, _fell_back)
_adds(Beeped, _beeped)
_adds(Queued, _in_menu)
_adds(Offered, _for_the_desk)
_adds(LeftQueue, _for_the_desk)
_adds(CallbackAsked, _callback_asked)
_adds(CallbackRung, _for_the_desk)
for _kind in (TextSent, TextDelivered, Notified, MessageTranscribed, ErrandLost):
    _adds(_kind, _told_apart)
_adds(Ended, _ended)
