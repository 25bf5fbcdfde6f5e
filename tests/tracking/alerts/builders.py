"""Alerts, missed calls, and a desk that tells of them; a test says only what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.calls.call import Call, CallRef, Outcome, State
from chalicelib.calls.events import Dialled, Ended, Rang, Received
from chalicelib.kernel.telling import Means
from chalicelib.tracking.alerts.alerts import Alert
from chalicelib.tracking.alerts.ports import Desk, Owned
from chalicelib.tracking.alerts.usecases import due, tell
from tests.fakes import CallLogInMemory
from tests.fakes.alerts import AlertsInMemory, PeopleInMemory

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)  # a Tuesday, noon in Paris
ACCOUNT = "acct_1"
CALLER = "+33612345678"
DIALLED = "+33162012345"
ANYTHING = Owned(number=lambda _, number: number, source=lambda _, source_id: source_id)


def an_alert(**facts: Any) -> Alert:
    """Return an alert of all missed calls by e-mail, told at once."""
    usual: dict[str, Any] = {
        "id": "alert_1",
        "account_id": ACCOUNT,
        "name": "Accueil",
        "by": Means.EMAIL,
        "to": "accueil@example.fr",
        "created_at": NOON - timedelta(days=1),
        "wait_minutes": 0,
    }
    return Alert(**(usual | facts))


def a_call(call_id: str = "CA1", *, at: datetime = NOON, **facts: Any) -> Call:
    """Return a call that rang for twenty seconds, and that nobody took."""
    usual: dict[str, Any] = {
        "call_id": call_id,
        "account_id": ACCOUNT,
        "started_at": at,
        "dialled": DIALLED,
        "caller": CALLER,
        "caller_hash": "h1",
        "source_id": "src_radio",
        "state": State.ENDED,
        "outcome": Outcome.MISSED,
        "ended_at": at + timedelta(seconds=20),
        "seconds": 20,
    }
    return Call(**(usual | facts))


class _Sender:
    """One way to people as a port of its own: each is called `send`."""

    def __init__(self, send: Any) -> None:
        self.send = send


@dataclass
class Office:
    """A desk, and what it told; `spam` are calls that nobody meant."""

    alerts: AlertsInMemory = field(default_factory=AlertsInMemory)
    people: PeopleInMemory = field(default_factory=PeopleInMemory)
    log: CallLogInMemory = field(default_factory=CallLogInMemory)
    spam: set[str] = field(default_factory=set)
    now: datetime = NOON + timedelta(seconds=20)

    @property
    def desk(self) -> Desk:
        """Return what a worker is given."""
        return Desk(
            alerts=self.alerts,
            attempts=self.alerts,
            log=self.log,
            is_spam=lambda _, call_id: call_id in self.spam,
            source=lambda call: (call.source_id, "Radio" if call.source_id else None),
            texts=_Sender(self.people.text),
            mail=_Sender(self.people.mail),
            hooks=_Sender(self.people.hook),
            sender="Boulangerie",
            status_url=lambda call, alert_id: f"https://api/{call.call_id}/{alert_id}",
            clock=lambda: self.now,
        )

    def sees(self, call: Call) -> None:
        """Look at a call for its alerts, as the queue's handler does."""
        for alert in due(call, self.desk):
            tell(alert, call, self.desk)

    def outcomes(self, alert_id: str = "alert_1") -> list[tuple[str, str | None, str | None]]:
        """Return what became of each call, newest first."""
        page = self.alerts.sent(ACCOUNT, alert_id, 50, None)
        return [(each.call_id, each.status, each.reason) for each in page.items]

    def is_rung_again(self, call_id: str, at: datetime, *, answered: bool) -> None:
        """Have the caller ring again, and talk with somebody or not."""
        ref = CallRef(call_id=call_id, account_id=ACCOUNT, caller_hash="h1")
        facts: dict[str, Any] = {"node": "desk", "destination": "+33144556677", "at": at}
        status = "answered" if answered else "no-answer"
        self.log.append(
            ref,
            Received(id="received", at=at, dialled=DIALLED, caller=CALLER),
            Rang(id="step:1:rang", ending="step:1", **facts),
            Dialled(id="step:1", status=status, seconds=30 if answered else 0, **facts),
            Ended(id="ended", at=at, status="completed", seconds=35),
        )
