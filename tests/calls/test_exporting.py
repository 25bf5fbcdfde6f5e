"""An export ends whole, whatever befalls the workers that write it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls import exporting, handlers
from chalicelib.calls.documents import CallsCsv
from chalicelib.calls.exporting import Desk
from chalicelib.calls.exports import LEASE, MAX_ATTEMPTS, Export, ExportStatus
from chalicelib.kernel.errors import Conflict, Unavailable
from tests.calls import builders as a
from tests.fakes import CallLogInMemory, ExportsInMemory, FilesInMemory, QueueInMemory

if TYPE_CHECKING:
    from collections.abc import Callable

LATER = a.NOON + timedelta(hours=1)


class Office:
    """A log of calls, and workers that write exports of it one after another."""

    def __init__(self, calls: int = 12) -> None:
        self.log, self.exports = CallLogInMemory(), ExportsInMemory()
        self.files, self.queue = FilesInMemory(), QueueInMemory()
        self.now, self.workers, self.seconds_left = LATER, 0, 900.0
        self.trip: Callable[[str], None] = lambda _: None
        for n in range(calls):
            begun = a.received(a.NOON + timedelta(minutes=n))
            a.log_call(self.log, begun, a.ended(), call_id=f"CA{n:02}")

    def order(self, **changes: Any) -> Export:
        return exporting.request_export(
            a.a_query(**changes),
            export_id="exp_1",
            separator=";",
            now=self.now,
            exports=self.exports,
            queue=self.queue,
        )

    def desk(self, **changes: Any) -> Desk:
        self.workers += 1
        ports: dict[str, Any] = {
            "log": Tripped(self.log, self),
            "exports": Tripped(self.exports, self),
            "files": Tripped(self.files, self),
            "queue": Tripped(self.queue, self),
        }
        desk = Desk(
            **ports,
            document=lambda export: CallsCsv(export.separator),
            clock=lambda: self.now,
            seconds_left=lambda: self.seconds_left,
            lease=f"worker-{self.workers}",
            part_bytes=200,
            page_rows=2,
        )
        return replace(desk, **changes)

    def work(self) -> None:
        """Deliver each message once, in order, until none is left."""
        while self.queue.messages:
            self.deliver()

    def deliver(self) -> None:
        """Deliver the first message; it stays on the queue unless its handler is content."""
        handlers.write_exports([json.dumps(self.queue.messages[0])], self.desk())
        del self.queue.messages[0]

    def export(self) -> Export:
        return self.exports.load("acc_1", "exp_1")

    def lines(self) -> list[str]:
        return self.files.files[self.export().key].decode("utf-8-sig").splitlines()


class Tripped:
    """A port whose every use is announced first, so that a test can make it fail."""

    def __init__(self, port: object, office: Office) -> None:
        self._port, self._office = port, office

    def __getattr__(self, name: str) -> Any:
        def use(*args: Any, **options: Any) -> Any:
            self._office.trip(name)
            return getattr(self._port, name)(*args, **options)

        return use


class Killed(BaseException):
    """The worker is gone, and cleans nothing up."""


def whole_file(calls: int = 12) -> list[str]:
    office = Office(calls)
    office.order()
    office.work()
    return office.lines()


def test_an_export_holds_every_call_from_the_oldest_on() -> None:
    lines = whole_file()

    assert [line.partition(";")[0] for line in lines] == [
        "call_id",
        *(f"CA{n:02}" for n in range(12)),
    ]


def test_an_export_of_no_call_is_a_line_of_names() -> None:
    assert len(whole_file(calls=0)) == 1


def test_an_export_says_how_far_it_is() -> None:
    office = Office()
    office.order()
    queued = office.export().status
    office.seconds_left = 1

    office.deliver()
    running = office.export()
    office.seconds_left = 900
    office.work()

    assert (queued, running.status, running.rows) == ("queued", "running", 2)
    assert (office.export().status, office.export().rows) == ("done", 12)


def test_workers_without_time_pass_the_rest_on() -> None:
    office = Office()
    office.order()
    office.seconds_left = 1

    office.work()

    assert office.workers == 6
    assert office.lines() == whole_file()


def test_a_call_that_begins_after_the_order_is_not_in_it() -> None:
    office = Office()
    office.order()
    a.log_call(office.log, a.received(LATER), a.ended(), call_id="CA99")

    office.work()

    assert office.lines() == whole_file()


def test_a_message_delivered_twice_changes_nothing() -> None:
    office = Office()
    office.order()
    office.seconds_left = 1
    office.queue.messages *= 2

    office.work()

    assert office.lines() == whole_file()
    assert office.export().rows == 12


def test_a_second_worker_waits_while_the_first_is_at_work() -> None:
    office = Office()
    office.order()
    office.exports.claim("exp_1", "somebody", office.now)

    with pytest.raises(ExceptionGroup) as refused:
        office.deliver()
    office.now += LEASE + timedelta(seconds=1)
    office.work()

    assert refused.group_contains(Conflict)
    assert office.lines() == whole_file()


def test_a_worker_that_lost_its_lease_saves_nothing() -> None:
    office = Office()
    office.order()
    slow = office.desk()
    claimed = office.exports.claim("exp_1", slow.lease, office.now)
    office.now += LEASE + timedelta(seconds=1)
    office.work()

    with pytest.raises(Conflict):
        exporting.go_on(claimed, slow)

    assert office.lines() == whole_file()


def uses_of_an_export(seconds_left: float) -> int:
    office = Office()
    uses: list[str] = []
    office.trip = uses.append
    office.seconds_left = seconds_left
    office.order()
    office.work()
    return len(uses)


@pytest.mark.parametrize("seconds_left", [900.0, 1.0], ids=["in one go", "page by page"])
@pytest.mark.parametrize("fate", [Killed, Unavailable])
def test_an_export_survives_a_worker_that_ends_at_any_point(
    fate: type[BaseException], seconds_left: float
) -> None:
    expected = whole_file()
    for last in range(uses_of_an_export(seconds_left)):
        office = Office()
        office.order()
        office.seconds_left = seconds_left
        office.trip = after(last, fate)

        while office.queue.messages:
            try:
                office.deliver()
            except (Killed, ExceptionGroup):
                office.now += LEASE + timedelta(seconds=1)

        assert office.export().status is ExportStatus.DONE
        assert office.lines() == expected, f"{fate.__name__} at use {last}"


def test_an_export_that_keeps_failing_is_failed_with_its_reason() -> None:
    office = Office()
    office.order()
    office.trip = always("put_part")

    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(ExceptionGroup):
            office.deliver()
    office.deliver()

    export = office.export()
    assert (export.status, export.reason) == (ExportStatus.FAILED, "Unavailable")
    assert office.files.uploads == {}
    assert office.queue.messages == []


def test_an_export_that_gets_on_between_failures_is_not_given_up() -> None:
    office = Office()
    office.order()
    office.trip = every_third("put_part")

    office.work()

    assert office.export().status is ExportStatus.DONE
    assert office.lines() == whole_file()


def test_a_failed_export_is_not_tried_again() -> None:
    office = Office()
    office.order()
    office.exports.claim("exp_1", "w", office.now)
    failed = replace(office.export(), status=ExportStatus.FAILED)
    office.exports.save(failed, "w", office.now, release=True)

    office.work()

    assert office.export().status is ExportStatus.FAILED
    assert office.files.files == {}


def after(uses: int, fate: type[BaseException]) -> Callable[[str], None]:
    """Fail once, at the use after so many."""
    left = [uses]

    def trip(_: str) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise fate("the worker's last moment")

    return trip


def always(name: str) -> Callable[[str], None]:
    """Fail at every use of a method."""

    def trip(used: str) -> None:
        if used == name:
            raise Unavailable("the bucket is down")

    return trip


def every_third(name: str) -> Callable[[str], None]:
    """Fail at every third use of a method."""
    uses = [0]

    def trip(used: str) -> None:
        uses[0] += used == name
        if used == name and uses[0] % 3 == 0:
            raise Unavailable("the bucket stumbles")

    return trip
