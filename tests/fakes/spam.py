"""Verdicts, rules and traces, in memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Stale, Unavailable
from chalicelib.tracking.spam.rules import Rules
from chalicelib.tracking.spam.traces import HOUR_MS, MOST_TRACES

if TYPE_CHECKING:
    from chalicelib.tracking.spam.traces import Kind, Trace
    from chalicelib.tracking.spam.verdicts import Verdict


class SpamsInMemory:
    """The port `Spams`. `down = True` makes it unavailable; `asked` counts requests."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0
        self._verdicts: dict[str, Verdict] = {}
        self._rules: dict[str, Rules] = {}
        self._traces: dict[tuple[str, str, str, int], set[Trace]] = defaultdict(set)

    def is_spam(self, account_id: str, call_id: str) -> bool:
        """Tell whether a call counts for nothing."""
        verdict = self.verdict(account_id, call_id)
        return verdict is not None and verdict.is_spam

    def verdict(self, account_id: str, call_id: str) -> Verdict | None:
        """Return what was found."""
        self._ask()
        found = self._verdicts.get(call_id)
        return found if found is not None and found.account_id == account_id else None

    def add(self, verdict: Verdict) -> Verdict:
        """Store the first."""
        self._ask()
        return self._verdicts.setdefault(verdict.call_id, verdict)

    def keep(self, verdict: Verdict) -> None:
        """Store a person's."""
        self._ask()
        self._verdicts[verdict.call_id] = verdict

    def page(self, account_id: str, limit: int, after: str | None) -> Page[Verdict]:
        """Return spam, newest calls first."""
        self._ask()
        keyed = sorted(
            (
                (f"{int(each.started_at.timestamp() * 1000):013d}#{each.call_id}", each)
                for each in self._verdicts.values()
                if each.account_id == account_id and each.is_spam
            ),
            key=lambda pair: pair[0],
            reverse=True,
        )
        left = [pair for pair in keyed if after is None or pair[0] < after]
        following = left[limit - 1][0] if len(left) > limit else None
        return Page(tuple(each for _, each in left[:limit]), following)

    def rules(self, account_id: str) -> Rules:
        """Return an account's rules."""
        self._ask()
        return self._rules.get(account_id, Rules(account_id=account_id))

    def save_rules(self, rules: Rules) -> Rules:
        """Store rules."""
        self._ask()
        there = self._rules.get(rules.account_id)
        if (there.version if there else 0) != rules.version:
            raise Stale("changed meanwhile: load it again")
        stored = replace(rules, version=rules.version + 1)
        self._rules[rules.account_id] = stored
        return stored

    def leave(self, account_id: str, kind: Kind, key: str, trace: Trace) -> tuple[Trace, ...]:
        """Leave a trace, and return all of three hours."""
        self._ask()
        hour = trace.at_ms // HOUR_MS
        own = self._traces[account_id, kind, key, hour]
        if len(own) < MOST_TRACES:
            own.add(trace)
        hours = (self._traces[account_id, kind, key, hour + step] for step in (-1, 0, 1))
        return tuple(each for traces in hours for each in traces)

    def _ask(self) -> None:
        if self.down:
            raise Unavailable("the table is down")
        self.asked += 1
