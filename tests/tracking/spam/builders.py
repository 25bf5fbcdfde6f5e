"""Calls that ended, and a bench that judges them; a test says only what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.calls.call import Call, CallRef, Outcome, State
from chalicelib.calls.events import Dialled, Ended, Rang, Received
from chalicelib.tracking.spam.ports import Bench
from chalicelib.tracking.spam.usecases import judge
from tests.fakes import CallLogInMemory
from tests.fakes.spam import SpamsInMemory

NOON = datetime(2026, 11, 24, 11, 50, tzinfo=UTC)
ACCOUNT = "acct_1"
CALLER = "+33612345678"
DIALLED = "+33162012345"
FREE = "+33805123456"


def a_call(at: int = 1, *, minutes: float = 0, **facts: Any) -> Call:
    """Return the call of that number (CA1, CA2...): three seconds that nobody picked up."""
    caller = facts.get("caller", CALLER)
    usual: dict[str, Any] = {
        "call_id": f"CA{at}",
        "account_id": ACCOUNT,
        "started_at": NOON + timedelta(minutes=minutes),
        "dialled": DIALLED,
        "caller": caller,
        "caller_hash": caller and f"hash-of-{caller}",
        "state": State.ENDED,
        "outcome": Outcome.MISSED,
        "ended_at": NOON + timedelta(minutes=minutes, seconds=3),
        "seconds": 3,
    }
    return Call(**(usual | facts))


@dataclass
class Judge:
    """A bench with a log; `again` are the calls to be shown once more."""

    spams: SpamsInMemory = field(default_factory=SpamsInMemory)
    log: CallLogInMemory = field(default_factory=CallLogInMemory)
    again: list[str] = field(default_factory=list)

    @property
    def bench(self) -> Bench:
        """Return what a judge is given."""
        return Bench(
            spams=self.spams,
            rules=self.spams.rules,
            log=self.log,
            hashed=lambda account_id, text: f"{text[::-1]} of {account_id}",
            again=lambda _, call_id: self.again.append(call_id),
            clock=lambda: NOON,
        )

    def sees(self, *calls: Call) -> list[str]:
        """Judge calls, and those that are shown again because of them; return which are spam."""
        known = {each.call_id: each for each in calls}
        for call in calls:
            judge(call, self.bench)
            while self.again:
                judge(known[self.again.pop(0)], self.bench)
        return [each.call_id for each in calls if self.spams.is_spam(ACCOUNT, each.call_id)]

    def knows_a_customer(self, caller: str = CALLER, *, talked: int = 30) -> None:
        """Have somebody's conversation of yesterday in the log."""
        ref = CallRef(call_id="CA0", account_id=ACCOUNT, caller_hash=f"hash-of-{caller}")
        yesterday = NOON - timedelta(days=1)
        facts: dict[str, Any] = {"node": "desk", "destination": "+33144556677"}
        self.log.append(
            ref,
            Received(id="received", at=yesterday, dialled=DIALLED, caller=caller, flow_id="f"),
            Rang(id="step:1:rang", at=yesterday, ending="step:1", **facts),
            Dialled(id="step:1", at=yesterday, status="answered", seconds=talked, **facts),
            Ended(id="ended", at=yesterday, status="completed", seconds=talked + 5),
        )
