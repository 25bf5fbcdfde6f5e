"""Callers put through: to several people at once, by weight, on duty, who hear of them first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import Dialled, DialStatus
from chalicelib.ivr.actions import Ask, Connect, HangUp
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.texts import TEXTS, Line
from tests.ivr.builders import (
    AT_NIGHT,
    AT_WORK,
    OURS,
    SALES,
    SUPPORT,
    ACall,
    a_dial,
    a_document,
    a_flow,
    an_end,
    words_of,
)

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Reply

FR = TEXTS["fr"]
THIRD = "+33162010003"
OFFICE = {"weekly": {"monday": [["09:00", "18:00"]]}}
NOBODY = an_end(text="Personne.")


def rung(*destinations: Any, call: dict[str, Any] | None = None, **fields: Any) -> ACall:
    dial = {"kind": "dial", "destinations": list(destinations), "no_answer": "end", **fields}
    return ACall(a_flow(dial=dial, end=NOBODY), **(call or {}))


def the_connection(call: ACall) -> Connect:
    (connect,) = (action for action in call.actions if isinstance(action, Connect))
    return connect


# Several at once, or by weight.


def test_a_team_is_rung_all_together_and_nobody_after_it() -> None:
    call = rung(SALES, SUPPORT, SALES, order="together")
    assert call.ringing_together == (SALES, SUPPORT)

    call.dial_ends(DialStatus.NO_ANSWER)

    assert call.heard == ["Personne."]
    assert [e.destination for e in call.events if isinstance(e, Dialled)] == [f"{SALES}, {SUPPORT}"]


def test_the_line_itself_is_left_out_of_a_team() -> None:
    assert rung(OURS, SUPPORT, order="together").ringing_together == (SUPPORT,)
    assert rung(OURS, order="together").heard == ["Personne."]


def first_by_weight(call_id: str) -> str | None:
    heavy, light = {"number": SALES, "weight": 3}, {"number": SUPPORT, "weight": 1}
    return rung(heavy, light, order="weighted", call={"call_id": call_id}).ringing


def test_calls_are_shared_out_by_weight() -> None:
    shares = Counter(first_by_weight(f"CA{at}") for at in range(2_000))

    # Four standard deviations of a binomial distribution with p = 3/4.
    assert abs(shares[SALES] - 1_500) < 4 * (2_000 * 3 / 16) ** 0.5
    assert shares[SALES] + shares[SUPPORT] == 2_000


def test_a_call_is_shared_out_the_same_way_each_time_it_is_asked() -> None:
    assert all(first_by_weight(f"CA{at}") == first_by_weight(f"CA{at}") for at in range(50))


def test_whom_the_dice_pass_over_is_rung_next_and_nobody_twice() -> None:
    for at in range(20):
        call = rung(SALES, SUPPORT, THIRD, order="weighted", call={"call_id": f"CA{at}"})
        order = []
        while call.ringing:
            order.append(call.ringing)
            call.dial_ends(DialStatus.BUSY)
        assert sorted(order) == [SALES, SUPPORT, THIRD]


# Who can be rung at all.


def test_whoever_is_off_duty_is_passed_over() -> None:
    on_duty = {"number": SALES, "calendar": OFFICE}

    assert rung(on_duty, SUPPORT, call={"now": AT_WORK}).ringing == SALES
    assert rung(on_duty, SUPPORT, call={"now": AT_NIGHT}).ringing == SUPPORT
    assert rung(on_duty, call={"now": AT_NIGHT}).heard == ["Personne."]


def with_number(number: Any) -> ACall:
    dial = a_dial() | {"destinations": [{"variable": "shop.number"}]}
    document = {**a_document(dial=dial, end=NOBODY), "variables": {"shop.number": number}}
    return ACall(restore(document))


@pytest.mark.parametrize("written", ["01 62 01 00 01", "0162010001", SALES])
def test_a_number_that_a_variable_holds_is_rung(written: str) -> None:
    assert with_number(written).ringing == SALES


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("bonjour", id="no number"),
        pytest.param("0162", id="half a number"),
        pytest.param("15", id="the emergency doctor"),
        pytest.param("112", id="emergency"),
        pytest.param("0899 10 20 30", id="surcharged"),
        pytest.param("3631", id="a short number"),
        pytest.param(OURS, id="the line itself"),
        pytest.param(True, id="not even a text"),
        pytest.param(0, id="nought"),
    ],
)
def test_a_variable_that_holds_no_number_to_ring_is_passed_over(number: Any) -> None:
    assert with_number(number).heard == ["Personne."]


def test_each_destination_rings_for_its_own_time() -> None:
    call = rung({"number": SALES, "ring_seconds": 9}, SUPPORT, ring_seconds=30)
    assert the_connection(call).ring_seconds == 9

    call.dial_ends(DialStatus.NO_ANSWER)
    assert the_connection(call).ring_seconds == 30


# At the phone that is rung.


def answered(**fields: Any) -> tuple[ACall, Reply]:
    call = rung(SALES, **fields)
    assert the_connection(call).whisper
    return call, call.callee_answers()


def test_the_person_rung_hears_of_the_call_first_and_is_put_through() -> None:
    _, reply = answered(whisper="Appel du site.")

    assert words_of(reply.actions) == ["Appel du site."]
    assert not any(isinstance(action, Ask | HangUp) for action in reply.actions)
    assert reply.events == ()


def test_the_person_rung_accepts_the_call_by_a_key() -> None:
    call, asked = answered(whisper="Appel du site.", accept=True)
    assert words_of(asked.actions) == ["Appel du site.", FR[Line.WHISPER_ACCEPT]]

    assert call.callee_presses("1", after=asked).actions == ()


def test_an_answering_machine_that_presses_nothing_never_has_the_caller() -> None:
    call, asked = answered(accept=True)

    assert call.callee_presses("", after=asked).actions == (HangUp(),)


def test_a_wrong_key_is_asked_about_once_more() -> None:
    call, asked = answered(accept=True)

    again = call.callee_presses("5", after=asked)
    assert words_of(again.actions) == [FR[Line.WHISPER_ACCEPT]]
    assert call.callee_presses("5", after=again).actions == (HangUp(),)


def test_whoever_declines_is_as_if_they_had_not_picked_up() -> None:
    call, _ = answered(accept=True)

    assert call.dial_ends(DialStatus.NO_ANSWER).heard == ["Personne."]


# Recording.


def test_a_caller_is_told_of_the_recording_before_anybody_is_rung() -> None:
    call = rung(SALES, record=True)
    (told,) = call.heard
    assert "9" in told or "neuf" in told
    assert call.ringing is None

    call.says_nothing()

    assert the_connection(call).record
    assert call.memory == {"call.recorded": True}


def test_a_caller_who_objects_by_9_is_put_through_unrecorded() -> None:
    call = rung(SALES, SUPPORT, record=True).presses("9")
    assert call.heard == [FR[Line.RECORDING_REFUSED]]
    assert not the_connection(call).record

    call.dial_ends(DialStatus.BUSY)

    assert call.ringing == SUPPORT  # the next one is not recorded either, and nobody asks again
    assert not the_connection(call).record


def test_any_other_key_is_no_objection() -> None:
    assert the_connection(rung(SALES, record=True).presses("1")).record


def test_a_flow_tells_of_the_recording_in_its_own_words() -> None:
    assert rung(SALES, record=True, notice="Enregistré ; 9 refuse.").heard == [
        "Enregistré ; 9 refuse."
    ]


def test_nobody_is_recorded_whom_nothing_told_of_it() -> None:
    assert not the_connection(rung(SALES)).record


@pytest.mark.parametrize(
    ("destination", "pointer"),
    [
        pytest.param("support", "/0", id="a name that nothing has"),
        pytest.param({"number": SALES, "variable": "a.b"}, "/0", id="a number and a variable"),
        pytest.param({}, "/0", id="neither"),
        pytest.param({"number": SALES, "weight": 0}, "/0/weight", id="no weight"),
        pytest.param("0899 10 20 30", "/0", id="surcharged"),
    ],
)
def test_a_destination_that_could_not_be_rung_is_refused(destination: Any, pointer: str) -> None:
    dial = a_dial() | {"destinations": [destination]}
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(dial=dial, end=an_end()))

    pointers = {fault.pointer for fault in refused.value.faults}
    assert f"/nodes/dial/destinations{pointer}" in pointers


def test_eleven_destinations_are_more_than_the_carrier_rings() -> None:
    with pytest.raises(FlowRefused):
        parse(a_document(dial=a_dial(*[SALES] * 11), end=an_end()))
