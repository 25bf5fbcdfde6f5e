"""Ports kept in memory, which behave as the real ones do: `tests/contracts/` holds both to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from chalicelib.calls import keys, search
from chalicelib.calls.facts import facts_of
from chalicelib.calls.summary import call_of
from chalicelib.kernel.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from chalicelib.calls.call import Call, CallQuery, CallRef, Page
    from chalicelib.calls.events import Event
    from chalicelib.calls.summary import Summary


# --- calls -----------------------------------------------------------------------------------


class CallLogInMemory:
    """The `CallLog` port. `down = True` makes it as unavailable as a throttled table."""

    def __init__(self) -> None:
        self.down = False
        self._rows: dict[str, dict[str, Any]] = {}
        self._events: dict[str, dict[str, Event]] = {}

    def append(self, ref: CallRef, event: Event) -> bool:
        self._answer()
        events = self._events.setdefault(ref.call_id, {})
        if event.id in events:
            return False
        events[event.id] = event
        row = self._rows.setdefault(ref.call_id, {})
        facts = facts_of(ref, event)
        for name, value in facts.once.items():
            if value is not None:
                row.setdefault(name, value)
        for name, number in facts.added.items():
            row[name] = row.get(name, 0) + number
        for name, text in facts.grown.items():
            row[name] = row.get(name, frozenset()) | {text}
        if facts.outcome is not None and row.get("rank", -1) <= facts.outcome.rank:
            row |= {"rank": facts.outcome.rank, "outcome": facts.outcome.value}
            row["outcome_pk"] = keys.outcome_key(ref, facts.outcome)
        return True

    def load(self, account_id: str, call_id: str) -> Call:
        self._answer()
        call = self._call(call_id, with_events=True)
        if call is None or call.account_id != account_id:
            raise NotFound("no such call", call_id=call_id)
        return call

    def page(self, query: CallQuery, limit: int, after: str | None = None) -> Page:
        self._answer()
        low, high = search.bounds(query, after)
        index = keys.index_for(query)
        ids = [
            call_id
            for call_id, row in self._rows.items()
            if row.get(index.attribute) in index.keys and low <= row.get("sort", "") <= high
        ]
        calls = [call for call_id in ids if (call := self._call(call_id)) is not None]
        calls.sort(key=search.position_of, reverse=query.newest_first)
        return search.fill(iter(calls), query, limit, after)

    def _call(self, call_id: str, *, with_events: bool = False) -> Call | None:
        events = self._events.get(call_id, {}).values() if with_events else ()
        return call_of(call_id, cast("Summary", self._rows.get(call_id, {})), events)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the log is down")


class LateEventsInMemory:
    """The `LateEvents` port: a list."""

    def __init__(self) -> None:
        self.down = False
        self.kept: list[tuple[CallRef, Event]] = []

    def put(self, ref: CallRef, event: Event) -> None:
        if self.down:
            raise Unavailable("the queue is down")
        self.kept.append((ref, event))
