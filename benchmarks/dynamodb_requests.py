"""What a forwarded call costs in DynamoDB requests, from the ring to its charge.

The caller hears a menu, presses a key, is put through and hangs up; then the stream of the call
log shows each state of the call to the app, which charges it and leaves it on the queue of what is
counted later. What counting takes then is a figure of its own. Every request of every DynamoDB
client is counted at the last moment before it leaves (botocore's `before-send`); a transaction
counts as many times as it has parts. Exact: there is no baseline.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from botocore.handlers import BUILTIN_HANDLERS

from benchmarks import cloud, shop
from benchmarks.figures import Figure, report
from local.seed import OVEN
from tests.clouds import forget_clients
from tests.gateway import BASE_URL, Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clouds import Cloud

AT_MOST: Final = 6
COUNTED_AT_MOST: Final = 12
SECONDS: Final = 95


class Counter:
    """The names of requests that DynamoDB clients sent while it was listening."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.round_trips = 0
        self.listening = False
        # Ahead of moto, which answers and thereby ends the event. Clients made later have it.
        BUILTIN_HANDLERS.insert(0, ("before-send.dynamodb", self._note))

    @contextmanager
    def all(self) -> Iterator[list[str]]:
        """Count everything from here on, from nothing."""
        self.sent, self.round_trips, self.listening = [], 0, True
        try:
            yield self.sent
        finally:
            self.listening = False

    @contextmanager
    def none(self) -> Iterator[None]:
        """Leave out what only this measurement asks for."""
        before, self.listening = self.listening, False
        try:
            yield
        finally:
            self.listening = before

    def _note(self, event_name: str, request: Any, **_: Any) -> None:
        if self.listening:
            name = event_name.rpartition(".")[2]
            self.round_trips += 1
            self.sent += [name] * parts_of(json.loads(request.body))


def parts_of(request: dict[str, Any]) -> int:
    """Return how many requests one is worth: a transaction or a batch, as many as its items.

    >>> parts_of({"TableName": "calls"}), parts_of({"TransactItems": [{}, {}]})
    (1, 2)
    >>> parts_of({"RequestItems": {"a": [{}, {}], "b": {"Keys": [{}]}}})
    3
    """
    batch = request.get("RequestItems", {}).values()
    batched = sum(len(each["Keys"] if isinstance(each, dict) else each) for each in batch)
    return len(request.get("TransactItems", ())) or batched or 1


def figures() -> Iterator[Figure]:
    """Count a call on a process that has just started, then others on the same process."""
    counter = Counter()
    with cloud.opened() as aws:
        cloud.furnish()
        forget_clients()  # what furnishing left in the process, so that the first call is a first
        first = _requests(counter, aws, 1)
        second = _requests(counter, aws, 2)
        raced = _requests(counter, aws, 3, raced=True)
        counted = [_counts(counter, serial) for serial in (1, 2, 3)]
        _check(aws, calls=3)
    yield Figure("dynamodb_requests_per_call", len(second), "requests", at_most=AT_MOST)
    yield Figure("dynamodb_requests_first_call", len(first), "requests")
    yield Figure("dynamodb_requests_raced_call", len(raced), "requests")
    yield Figure("dynamodb_requests_counted", counted[1], "requests", at_most=COUNTED_AT_MOST)


def _requests(counter: Counter, aws: Cloud, serial: int, *, raced: bool = False) -> list[str]:
    with counter.all() as sent:
        _Caller(counter, aws, f"CA{serial:032x}").makes_a_call(raced=raced)
    print(f"  call {serial}: {', '.join(sent)}", file=sys.stderr)
    return sent


def _counts(counter: Counter, serial: int) -> int:
    """Have tracking take note of a call, from the queue: its journey, its lead, its counters.

    Here a request is one, whatever it writes: these are the queue's, and nobody waits for them.
    """
    from app import project_again
    from tests.world import messages_of

    call_id = f"CA{serial:032x}"
    message = {"account_id": shop.ACCOUNT, "call_id": call_id, "projection": "tracking"}
    with counter.all():
        project_again(messages_of([message]), Context())
        return counter.round_trips


class _Caller:
    """Sends all that the carrier sends of a call; then what the table's stream shows of it."""

    def __init__(self, counter: Counter, aws: Cloud, call_id: str) -> None:
        self._counter = counter
        self._aws = aws
        self._call_id = call_id
        self._states: list[dict[str, Any]] = []

    def makes_a_call(self, *, raced: bool) -> None:
        """Hear the menu, press 1, talk, hang up.

        Raced, the notice of the call's end overtakes that of the conversation's, and the stream
        shows them one by one.
        """
        menu = self._post(shop.INCOMING)
        talk = self._post(_back(menu), CallStatus="in-progress", Digits="1")
        if ElementTree.fromstring(talk).findtext("Dial/Number") != OVEN:
            raise AssertionError(f"the caller was not put through: {talk}")
        if raced:
            self._ends()
            self._show()
        self._talked(_back(talk))
        if not raced:
            self._ends()
        self._show()

    def _talked(self, path: str) -> None:
        leg = {"DialCallSid": f"CB{self._call_id[2:]}", "DialCallStatus": "completed"}
        seconds = str(SECONDS - 5)
        self._post(path, CallStatus="completed", DialCallDuration=seconds, **leg)

    def _ends(self) -> None:
        self._post("/voice/status", CallStatus="completed", CallDuration=str(SECONDS))

    def _post(self, path: str, **fields: str) -> str:
        text = _post(path, self._call_id, **fields)
        with self._counter.none():
            rows = self._aws.rows("calls")
        self._states += [row for row in rows if row["pk"]["S"] == self._call_id]
        return text

    def _show(self) -> None:
        _show(self._states)
        self._states = []


def _show(states: list[dict[str, Any]]) -> None:
    from app import project_calls
    from tests.world import stream_of

    project_calls(stream_of(states), Context())


def _post(path: str, call_id: str, **fields: str) -> str:
    from app import app

    answer = app(cloud.webhook(app, path, shop.an_incoming(call_id, **fields)), Context())
    if answer["statusCode"] != 200:
        raise AssertionError(f"{path} was answered with {answer}")
    text: str = answer["body"]
    return text


def _back(twiml: str) -> str:
    """Return the path that an answer brings the call back to."""
    ways = (each.get("action") for each in ElementTree.fromstring(twiml))
    return next(filter(None, ways)).removeprefix(BASE_URL)


def _check(aws: Cloud, calls: int) -> None:
    """See that all of it was really done: a count of requests that do nothing is no figure."""
    charges = [row for row in aws.rows("billing") if "#call#" in row["pk"]["S"]]
    counted = [row for row in aws.rows("tracking") if row["sk"]["S"] == "tally"]
    if (len(charges), len(counted)) != (calls, calls):
        raise AssertionError(f"{len(charges)} charges and {len(counted)} counts of {calls} calls")


if __name__ == "__main__":
    sys.exit(report(figures()))
