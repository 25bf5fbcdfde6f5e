"""What flows use cannot be deleted, whatever else happens at the same moment. On DynamoDB."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.store import IvrRow
from chalicelib.ivr.usage import LONGEST_CALL, LONGEST_HOLD, Gone, InUse, Kind, Use, User
from chalicelib.ivr.usage.store import UsageStore
from chalicelib.kernel.errors import NotFound, Unavailable
from tests.clouds import tables
from tests.ivr.builders import utc

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = utc(2026, 11, 23, 9)
MUCH_LATER = NOW + timedelta(days=1)
HELLO, BYE = Use(Kind.PROMPT, "p1", "/nodes/a/text"), Use(Kind.PROMPT, "p2", "/nodes/b/text")
SALES = Use(Kind.QUEUE, "sales", "/nodes/q/queue")


@pytest.fixture
def usage() -> Iterator[UsageStore]:
    with tables(IvrRow):
        yield UsageStore("cadran-test-ivr")


def record(
    usage: UsageStore, *uses: Use, version: int = 1, flow: str = "f1", at: Any = NOW
) -> None:
    usage.record_usage("acc_1", flow, uses, version=version, now=at)


def retire(usage: UsageStore, use: Use, at: Any = MUCH_LATER) -> None:
    usage.retire("acc_1", use.kind, use.id, at)


def places(usage: UsageStore, use: Use) -> list[tuple[str, str]]:
    return [(user.flow_id, user.pointer) for user in usage.users("acc_1", use.kind, use.id)]


def test_what_nothing_uses_can_be_deleted(usage: UsageStore) -> None:
    assert places(usage, HELLO) == []

    retire(usage, HELLO)
    retire(usage, HELLO)  # again does no harm


def test_what_flows_use_is_kept_and_every_place_is_named(usage: UsageStore) -> None:
    again = Use(Kind.PROMPT, "p1", "/nodes/z/text")
    record(usage, HELLO, again, SALES)
    record(usage, HELLO, flow="f2")

    with pytest.raises(InUse) as refused:
        retire(usage, HELLO)

    assert refused.value.code == "in-use"
    assert [(fault.pointer, fault.reason) for fault in refused.value.faults] == [
        ("/nodes/a/text", "used here by the flow f1"),
        ("/nodes/z/text", "used here by the flow f1"),
        ("/nodes/a/text", "used here by the flow f2"),
    ]
    assert usage.users("acc_1", Kind.QUEUE, "sales") == (User("f1", "/nodes/q/queue"),)


def test_another_kind_and_another_account_are_other_things(usage: UsageStore) -> None:
    record(usage, HELLO)

    usage.retire("acc_1", Kind.QUEUE, "p1", NOW)
    usage.retire("acc_2", Kind.PROMPT, "p1", NOW)

    assert places(usage, HELLO) == [("f1", "/nodes/a/text")]
    with pytest.raises(NotFound):
        usage.record_usage("acc_2", "f1", [HELLO], version=2, now=NOW)


def test_a_new_version_replaces_the_whole(usage: UsageStore) -> None:
    record(usage, HELLO, SALES)
    record(usage, BYE, SALES, version=2)

    assert (places(usage, HELLO), places(usage, BYE)) == ([], [("f1", "/nodes/b/text")])
    retire(usage, HELLO)
    for use in (BYE, SALES):
        with pytest.raises(InUse):
            retire(usage, use)


def test_calls_in_progress_may_still_need_what_the_new_version_does_not(usage: UsageStore) -> None:
    record(usage, HELLO)
    record(usage, version=2)

    with pytest.raises(InUse, match="in use") as refused:
        retire(usage, HELLO, NOW + LONGEST_CALL - timedelta(seconds=1))

    assert "2026-11-23T13:00:00+00:00" in refused.value.faults[0].reason
    retire(usage, HELLO, NOW + LONGEST_CALL)


def test_what_is_deleted_cannot_be_published(usage: UsageStore) -> None:
    retire(usage, HELLO)

    with pytest.raises(Gone) as held:
        usage.hold("acc_1", "f1", [HELLO, BYE], NOW)
    with pytest.raises(Gone) as recorded:
        record(usage, HELLO, BYE)

    for refused in (held, recorded):
        assert [fault.pointer for fault in refused.value.faults] == ["/nodes/a/text"]


def test_a_name_that_is_given_again_can_be_used_again(usage: UsageStore) -> None:
    retire(usage, SALES)

    usage.admit("acc_1", SALES.kind, SALES.id)

    record(usage, SALES)
    assert places(usage, SALES) == [("f1", "/nodes/q/queue")]


def test_what_is_being_published_is_kept_before_and_after(usage: UsageStore) -> None:
    record(usage, HELLO)

    usage.hold("acc_1", "f1", [BYE], NOW)

    for use in (HELLO, BYE):  # either version may be the one that answers
        with pytest.raises(InUse):
            retire(usage, use)
    record(usage, BYE, version=2)
    assert places(usage, HELLO) == []


def test_a_publishing_that_failed_keeps_nothing_for_ever(usage: UsageStore) -> None:
    record(usage, HELLO)
    usage.hold("acc_1", "f1", [BYE], NOW)

    record(usage, HELLO, version=2, at=NOW + LONGEST_HOLD + timedelta(seconds=1))

    retire(usage, BYE)


def test_two_publishings_at_once_lose_nothing(usage: UsageStore) -> None:
    usage.hold("acc_1", "f1", [HELLO], NOW)
    usage.hold("acc_1", "f1", [BYE], NOW)  # of version 2, before version 1 is recorded
    record(usage, HELLO, version=1)

    with pytest.raises(InUse):
        retire(usage, BYE)

    record(usage, BYE, version=2)
    assert places(usage, BYE) == [("f1", "/nodes/b/text")]


def test_an_older_version_recorded_late_changes_nothing(usage: UsageStore) -> None:
    record(usage, BYE, version=2)
    record(usage, HELLO, version=1)

    assert places(usage, BYE) == [("f1", "/nodes/b/text")]


@pytest.mark.parametrize("failing", range(8))
@pytest.mark.parametrize("publishing_first", [True, False])
def test_nothing_dangles_wherever_a_publishing_breaks_off(
    usage: UsageStore, monkeypatch: pytest.MonkeyPatch, failing: int, publishing_first: bool
) -> None:
    record(usage, HELLO)
    if not publishing_first:
        retire(usage, BYE)
    with monkeypatch.context() as patch:
        break_after(failing, patch)
        try:
            record(usage, BYE, version=2)
            published = True
        except (Gone, Unavailable):
            published = False

    if publishing_first and published:
        with pytest.raises(InUse):
            retire(usage, BYE)
    assert published <= publishing_first
    # Whatever was left behind, publishing again mends it.
    if publishing_first:
        record(usage, BYE, version=2, at=MUCH_LATER)
        with pytest.raises(InUse):
            retire(usage, BYE, MUCH_LATER + LONGEST_CALL)
        retire(usage, HELLO, MUCH_LATER + LONGEST_CALL)


def break_after(requests: int, patch: pytest.MonkeyPatch) -> None:
    """Let so many requests pass, then none, as when a function is cut."""
    left = [requests]
    # Every row's requests pass here: a connection of the library's, not of ours, is what breaks.
    connection = type(IvrRow._get_connection().connection)
    call = connection._make_api_call

    def counted(self: Any, *arguments: Any, **named: Any) -> Any:
        if left[0] == 0:
            raise Unavailable("cut")
        left[0] -= 1
        return call(self, *arguments, **named)

    patch.setattr(connection, "_make_api_call", counted)


@pytest.mark.parametrize("moment", range(8))
def test_a_delete_at_any_moment_of_a_publishing_wins_or_is_refused(
    usage: UsageStore, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    deleted: list[bool] = []
    connection = type(IvrRow._get_connection().connection)
    call = connection._make_api_call
    left = [moment]

    def interrupted(self: Any, *arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] == -1:
            with monkeypatch.context() as patch:
                patch.setattr(connection, "_make_api_call", call)
                try:
                    retire(usage, HELLO)
                    deleted.append(True)
                except InUse:
                    deleted.append(False)
        return call(self, *arguments, **named)

    monkeypatch.setattr(connection, "_make_api_call", interrupted)
    try:
        record(usage, HELLO)
        published = True
    except Gone:
        published = False

    assert not deleted or published != deleted[0]
