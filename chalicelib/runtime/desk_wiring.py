"""Where the contact centre meets the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from chalicelib.runtime import secrets, wiring
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.desk.callbacks import Callback
    from chalicelib.desk.gateway import CallbackQueue
    from chalicelib.desk.placing import Office
    from chalicelib.desk.ports import Speech
    from chalicelib.desk.store import DeskStore
    from chalicelib.desk.usecases import FloorDesk
    from chalicelib.ivr.nodes import Spoken
    from chalicelib.ivr.queueing import Desk


@cache
def store() -> DeskStore:
    """Return floors, what was on them, and what reports count."""
    from chalicelib.desk.store import DeskStore

    return DeskStore(settings().desk_table)


@cache
def callbacks_queue() -> Queue:
    """Return the queue of accounts whose callbacks are to be looked at."""
    return Queue(settings().callbacks_queue)


@cache
def nudges() -> CallbackQueue:
    """Return how callbacks are looked at before the next minute."""
    from chalicelib.desk.gateway import CallbackQueue

    return CallbackQueue(callbacks_queue())


@cache
def desk() -> FloorDesk:
    """Return queues, as a call in progress needs them."""
    from chalicelib.desk.usecases import FloorDesk

    return FloorDesk(store(), nudges())


class _OnFirstUse:
    """The desk of calls, most of which never wait: the first that does loads its modules."""

    def __getattr__(self, name: str) -> Any:
        return getattr(desk(), name)


def desk_of_calls() -> Desk:
    """Return queues for calls in progress, of which a call without any loads nothing."""
    late: Any = _OnFirstUse()
    return cast("Desk", late)


def office() -> Office:
    """Return all that placing callbacks needs."""
    from chalicelib.desk.gateway import CallEvents, CarrierRings
    from chalicelib.desk.placing import Office
    from chalicelib.runtime.asked_wiring import Laws

    return Office(
        floors=store(),
        nudges=nudges(),
        carrier=CarrierRings(wiring.gateway, secrets.api_url),
        lines=wiring.directory(),
        log=CallEvents(wiring.calls(), wiring.late_events()),
        clock=wiring.clock,
        law=Laws(),
    )


def note_call(call: Call) -> None:
    """Keep what a call that ended tells of queues: a projection of the call log, idempotent."""
    from chalicelib.desk.usecases import note

    if call.events:
        note(call, store(), nudges())


class QueueUses:
    """The port `Uses`: which flows need a queue."""

    def retire(self, account_id: str, queue: str, now: datetime) -> None:
        """Let no flow use it any more. Raises InUse, naming those that do."""
        from chalicelib.ivr.usage import Kind

        wiring.usage().retire(account_id, Kind.QUEUE, queue, now)

    def admit(self, account_id: str, queue: str) -> None:
        """Let flows use it."""
        from chalicelib.ivr.usage import Kind

        wiring.usage().admit(account_id, Kind.QUEUE, queue)


class PlatformPhrases:
    """The port `Phrases`: the platform's own sentences, in its five languages."""

    def whisper(self, callback: Callback) -> Speech:
        """Say whom to ring back, and since when they wait."""
        from chalicelib.ivr.texts import Line, say
        from chalicelib.kernel.periods import PARIS

        asked = callback.asked_at.astimezone(PARIS)
        same_day = asked.date() == wiring.clock().astimezone(PARIS).date()
        when = asked.time().replace(second=0, microsecond=0) if same_day else asked
        said = say(Line.CALLBACK_WHISPER, callback.language, number=callback.number, time=when)
        return _voiced(said, callback.label)

    def gone(self, language: str) -> Speech:
        """Say that nobody needs to be rung any more."""
        from chalicelib.ivr.texts import Line, say

        return _voiced(say(Line.CALLBACK_GONE, language))


def _voiced(said: Spoken, label: str = "") -> Spoken:
    from chalicelib.ivr.nodes import Spoken
    from chalicelib.ivr.voices import fitted, voice_for

    text = f"{fitted(label).rstrip('.')}. {said.text}" if label else said.text
    return Spoken(text, said.language, said.voice or voice_for(said.language))
