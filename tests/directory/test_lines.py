"""Numbers' lives: what may become of a line, and who may have it next."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.directory.diallable import read_fallback, read_line
from chalicelib.directory.lines import (
    COOLING,
    SHORTEST_COOLING,
    TRANSITIONS,
    LineState,
    NumberTaken,
    Step,
    WrongStep,
    activated,
    claimed,
    fresh,
    released,
    retired,
)
from chalicelib.directory.store import CachedLines
from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from tests.directory import builders as a
from tests.fakes import DirectoryInMemory

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.directory.accounts import Account
    from chalicelib.directory.lines import Line

AVAILABLE, ACTIVE, COOLING_DOWN, RELEASED = LineState
SECOND = timedelta(seconds=1)
RIVAL = a.an_account(id="acct_rival")
SIBLING = a.a_client(id="acct_sibling")


@pytest.mark.parametrize(("state", "step"), [*product(LineState, Step)])
def test_a_line_moves_only_along_the_table(state: LineState, step: Step) -> None:
    line = a.a_line(state=state)

    if (state, step) in TRANSITIONS:
        assert line.after(step) is TRANSITIONS[state, step]
    else:
        with pytest.raises(WrongStep):
            line.after(step)


@given(st.lists(st.sampled_from(Step), max_size=30))
def test_a_number_reaches_another_owner_only_through_rest_or_release(steps: list[Step]) -> None:
    line = a.a_line(state=ACTIVE)
    passed: set[LineState] = set()

    for step in steps:
        if (line.state, step) in TRANSITIONS:
            line = a.a_line(state=line.after(step))
            passed.add(line.state)

    if AVAILABLE in passed:
        assert passed & {COOLING_DOWN}


@pytest.mark.parametrize(
    ("facts", "in_service"),
    [
        pytest.param({}, True, id="active, of an active account"),
        pytest.param({"account_active": False}, False, id="its account is suspended"),
        pytest.param({"state": AVAILABLE}, False, id="not bought yet"),
        pytest.param({"state": COOLING_DOWN}, False, id="resting"),
        pytest.param({"state": RELEASED}, False, id="given back"),
    ],
)
def test_only_an_active_line_of_an_active_account_is_in_service(
    facts: dict[str, object], in_service: bool
) -> None:
    assert a.a_line(**facts).in_service is in_service


def test_a_retired_number_rests_thirty_days() -> None:
    line = retired(a.a_line(), a.NOW)

    assert (line.state, line.cooling_until) == (COOLING_DOWN, a.NOW + timedelta(days=30))
    assert retired(line, a.NOW + timedelta(days=5)) is line


def test_a_rest_is_never_shorter_than_a_copy_of_the_line_is_kept() -> None:
    line = retired(a.a_line(), a.NOW, timedelta(0))

    assert line.cooling_until == a.NOW + SHORTEST_COOLING


def resting(**facts: object) -> Line:
    return retired(a.a_line(**facts), a.NOW)


@pytest.mark.parametrize(
    ("late", "rested"),
    [(-SECOND, False), (timedelta(0), True), (SECOND, True)],
    ids=["a second early", "on time", "later"],
)
def test_a_rest_ends_at_its_instant(late: timedelta, rested: bool) -> None:
    assert resting().rested(a.NOW + COOLING + late) is rested


def test_its_owner_takes_a_resting_number_back_as_it_was() -> None:
    line = claimed(resting(), a.a_client(), holder_id="acct_client", now=a.NOW + SECOND)

    assert (line.state, line.flow_id, line.cooling_until) == (ACTIVE, "flow_1", None)


@pytest.mark.parametrize(
    ("line", "account", "holder", "now"),
    [
        pytest.param(a.a_line(), a.a_client(), "acct_client", a.NOW, id="in use, by its owner"),
        pytest.param(a.a_line(), RIVAL, "acct_rival", a.NOW, id="in use, by a stranger"),
        pytest.param(a.a_line(), SIBLING, "acct_agency", a.NOW, id="in use, by its agency"),
        pytest.param(
            resting(), SIBLING, "acct_agency", a.NOW + COOLING - SECOND, id="not quite rested"
        ),
        pytest.param(resting(), RIVAL, "acct_rival", a.NOW + COOLING, id="rested, by a stranger"),
        pytest.param(
            resting(), SIBLING, "acct_sibling", a.NOW + COOLING, id="rested, by a client alone"
        ),
        pytest.param(
            a.a_line(state=AVAILABLE), RIVAL, "acct_rival", a.NOW, id="reserved by another"
        ),
    ],
)
def test_a_number_that_is_somebody_s_is_taken(
    line: Line, account: Account, holder: str, now: datetime
) -> None:
    with pytest.raises(NumberTaken):
        claimed(line, account, holder_id=holder, now=now)


@pytest.mark.parametrize(
    ("line", "state"),
    [
        pytest.param(resting(version=7), AVAILABLE, id="rested"),
        pytest.param(a.a_line(state=AVAILABLE, version=7), AVAILABLE, id="in stock"),
        pytest.param(a.a_line(state=RELEASED, version=7), AVAILABLE, id="given back long ago"),
    ],
)
def test_an_agency_hands_a_number_on_wiped_of_its_last_owner(line: Line, state: LineState) -> None:
    handed = claimed(line, SIBLING, holder_id="acct_agency", now=a.NOW + COOLING)

    assert (handed.account_id, handed.state, handed.version) == ("acct_sibling", state, 7)
    assert (handed.flow_id, handed.fallback, handed.label) == (None, None, "")


def test_a_number_from_stock_keeps_its_place_at_the_carrier_and_a_released_one_does_not() -> None:
    stock = a.a_line(state=AVAILABLE)
    gone = released(stock)

    assert claimed(stock, SIBLING, holder_id="acct_agency", now=a.NOW).carrier_id
    assert claimed(gone, SIBLING, holder_id="acct_agency", now=a.NOW).carrier_id is None


def test_a_new_number_is_used_once_the_carrier_has_it() -> None:
    line = activated(fresh(a.NUMBER, "npv", a.a_client(log_shards=3)), "PN1")

    assert (line.state, line.carrier_id, line.log_shards) == (ACTIVE, "PN1", 3)
    assert line.stock_id == "acct_agency"


def test_a_number_in_use_is_not_given_back() -> None:
    with pytest.raises(WrongStep):
        released(a.a_line())


@pytest.mark.parametrize(
    ("text", "number", "family"),
    [
        ("01 62 01 23 45", "+33162012345", "npv"),
        ("+33800123456", "+33800123456", "sva_gratuit"),
        ("0892 123 456", "+33892123456", "sva_majore"),
        ("0690 12 34 56", "+590690123456", "mobile"),
        ("+33612345678", "+33612345678", "mobile"),
    ],
)
def test_a_french_number_can_be_a_line(text: str, number: str, family: str) -> None:
    assert read_line(text) == (number, family)


@pytest.mark.parametrize(
    "text",
    ["112", "3639", "118218", "0836656565", "08401234", "+442079460018", "0162", "hello", "+33"],
)
def test_what_nobody_can_ring_from_anywhere_cannot(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_line(text)

    assert [fault.pointer for fault in refused.value.faults] == ["/number"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("0800 123 456", "+33800123456"),
        ("+32 2 123 45 67", "+3221234567"),
    ],
)
def test_an_ordinary_number_can_be_a_fallback(text: str, number: str) -> None:
    assert read_fallback(text, a.NUMBER) == number


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("112", id="emergency"),
        pytest.param("15", id="medical emergency"),
        pytest.param("0892123456", id="surcharged"),
        pytest.param("+33 892 12 34 56", id="surcharged, written internationally"),
        pytest.param("0033892123456", id="surcharged, with 00"),
        pytest.param("118218", id="directory enquiries"),
        pytest.param("3639", id="short"),
        pytest.param("1023", id="an operator's service"),
        pytest.param("+33012345678", id="with the trunk zero left in"),
        pytest.param("0162012345", id="the line itself"),
        pytest.param("", id="nothing"),
        pytest.param("sip:desk@example.test", id="no number"),
    ],
)
def test_a_fallback_never_costs_extra_nor_calls_for_help_nor_goes_round(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_fallback(text, a.NUMBER)

    assert [fault.pointer for fault in refused.value.faults] == ["/fallback"]


def test_a_call_is_answered_from_memory_while_the_table_is_down() -> None:
    store = DirectoryInMemory()
    line = a.keep(a.a_line(), store.add_account(a.a_client()), store)
    lines = CachedLines(store)
    lines.line(a.NUMBER)

    store.down = True

    assert lines.line(a.NUMBER) == line
    with pytest.raises(Unavailable):
        lines.line(a.OTHER)


def test_a_number_added_a_moment_after_it_was_asked_for_is_found() -> None:
    store = DirectoryInMemory()
    lines = CachedLines(store)
    with pytest.raises(NotFound):
        lines.line(a.NUMBER)

    line = a.keep(a.a_line(), store.add_account(a.a_client()), store)

    assert lines.line(a.NUMBER) == line
