"""What is remembered of a person for the law: who has rung them, and when they refused. Pure.

Each number of a person has a row for each professional. A call is in those of all their numbers, so
that whoever rings them by another one, for another campaign, finds it: C. conso. D223-9 counts the
calls of a professional to a person. A claim is stored on the condition that none of these rows has
changed since they were looked at: of two campaigns that want to ring somebody, one does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.outcomes import NO_ATTEMPT, Outcome
from chalicelib.campaigns.rules import facts as law

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.consents.usecases import Facts

# D223-9 counts thirty days, which begin at midnight by the person's clock.
COUNTED: Final = timedelta(days=32)
# Sixty days after the day of a refusal; an agreement that came later is told from it for longer.
REMEMBERED: Final = timedelta(days=400)
# A call takes no longer at the carrier's; what is open for longer is somebody's who never told.
LONGEST_CALL: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a professional rings, by the account's hash of one of their numbers."""

    account_id: str
    siren: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to a person, as the law sees it. Without an outcome it goes on."""

    at: datetime
    sells: bool
    object: str
    outcome: Outcome | None = None

    def is_up(self, now: datetime) -> bool:
        """Say whether it may go on."""
        return self.outcome is None and now < self.at + LONGEST_CALL

    def seen(self, siren: str) -> law.Attempt:
        """Return it as rules have it."""
        abandoned = self.outcome is Outcome.ABANDONED
        return law.Attempt(
            professional=siren,
            at=self.at,
            selling=self.sells,
            abandoned=abandoned,
            answered=self.outcome in _SPOKE,
            object=self.object,
        )


_SPOKE: Final = frozenset({Outcome.ANSWERED, Outcome.REFUSED, Outcome.ABANDONED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A professional's calls to one number of a person, by their names; when they last refused."""

    edition: int = 0
    calls: Mapping[str, Call] = field(default_factory=dict)
    refused_at: datetime | None = None

    def with_call(self, name: str, call: Call) -> Rung:
        """Return it with a call more, without what no law asks any more."""
        since = call.at - COUNTED
        kept = {each: old for each, old in self.calls.items() if old.at > since}
        return replace(self, edition=self.edition + 1, calls={**kept, name: call})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that deciding about a person takes of what is stored.

    `facts` are those of consents and do-not-call lists, of all their numbers; `rungs` the rows of
    a professional by number. `ledger` says how the ledger ended then. `elsewhere` are calls of
    other professionals of the account.
    """

    siren: str
    facts: Facts
    rungs: Mapping[str, Rung]
    ledger: str = ""
    elsewhere: tuple[Call, ...] = ()

    @property
    def attempts(self) -> tuple[law.Attempt, ...]:
        """Return the calls to any of their numbers, each once."""
        calls = {name: call for rung in self.rungs.values() for name, call in rung.calls.items()}
        return tuple(call.seen(self.siren) for call in sorted(calls.values(), key=_begun))

    @property
    def refusals(self) -> tuple[law.Refusal, ...]:
        """Return when they refused, said from any of their numbers."""
        said = {each.refused_at for each in self.rungs.values() if each.refused_at is not None}
        return tuple(law.Refusal(professional=self.siren, at=each) for each in sorted(said))

    def is_busy(self, now: datetime) -> bool:
        """Say whether a call to them may go on, whoever's: then nobody rings them."""
        mine = (call for rung in self.rungs.values() for call in rung.calls.values())
        return any(call.is_up(now) for call in (*mine, *self.elsewhere))

    def past(self, past: law.Past) -> law.Past:
        """Return what is known of them otherwise, with this."""
        return replace(past, attempts=self.attempts, refusals=self.refusals, ledger=self.ledger)


def name_of(attempt: Attempt) -> str:
    """Return what a call is called among all of the account's."""
    return f"{attempt.campaign_id}~{attempt.id}"


def counts(outcome: Outcome | None) -> bool:
    """Say whether a call that ended so was one: a telephone rang, or may have."""
    return outcome is not None and outcome not in NO_ATTEMPT


def _begun(call: Call) -> datetime:
    return call.at
