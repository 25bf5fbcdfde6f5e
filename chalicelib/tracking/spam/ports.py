"""What telling spam needs of the world. All raise Unavailable when out of reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.usecases import CallLog
    from chalicelib.directory.ports import Page
    from chalicelib.tracking.spam.rules import Rules
    from chalicelib.tracking.spam.traces import Kind, Trace
    from chalicelib.tracking.spam.verdicts import Verdict


class Spams(Protocol):
    """Verdicts, rules, and the traces of calls."""

    def is_spam(self, account_id: str, call_id: str) -> bool:
        """Tell whether a call counts for nothing."""

    def verdict(self, account_id: str, call_id: str) -> Verdict | None:
        """Return what was found of a call, None if nothing was."""

    def add(self, verdict: Verdict) -> Verdict:
        """Store the first verdict of a call, or return what is there."""

    def keep(self, verdict: Verdict) -> None:
        """Store a verdict whatever is there: a person's."""

    def page(self, account_id: str, limit: int, after: str | None) -> Page[Verdict]:
        """Return the account's spam, newest calls first."""

    def rules(self, account_id: str) -> Rules:
        """Return an account's rules; those by default if it has none."""

    def save_rules(self, rules: Rules) -> Rules:
        """Store rules, a version on. Raises Stale if they are not at the version seen."""

    def leave(self, account_id: str, kind: Kind, key: str, trace: Trace) -> tuple[Trace, ...]:
        """Leave a trace, and return all that are about as old, with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All that judging a call needs. `rules` may be half a minute old.

    `hashed` makes an account's keyed hash; `again` shows a call to tracking once more.
    """

    spams: Spams
    rules: Callable[[str], Rules]
    log: CallLog
    hashed: Callable[[str, str], str]
    again: Callable[[str, str], None]
    clock: Callable[[], datetime]
