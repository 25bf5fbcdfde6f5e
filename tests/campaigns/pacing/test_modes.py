"""How many calls each mode places."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.modes import AGENT_KEPT, AUTOMATED, Mode, Situation, plan
from chalicelib.campaigns.pacing.predicting import Floor
from chalicelib.kernel.errors import Rejected
from tests.campaigns.pacing.test_predicting import OUTLOOK


def a_situation(**facts: Any) -> Situation:
    floor = Floor(**{"idle": 4, "talking": (30.0,) * 6, **facts.pop("floor", {})})
    return Situation(**{"floor": floor, "due": 100, "outlook": OUTLOOK, **facts})


@pytest.mark.parametrize(
    ("mode", "facts", "calls"),
    [
        pytest.param(Mode.PREVIEW, {}, 0, id="preview: nobody has asked"),
        pytest.param(Mode.PREVIEW, {"asked": 2}, 2, id="preview: two have asked"),
        pytest.param(Mode.PROGRESSIVE, {}, 4, id="progressive: one an idle agent"),
        pytest.param(
            Mode.PROGRESSIVE, {"floor": {"ringing": (3.0,)}}, 3, id="progressive: one rings"
        ),
        pytest.param(
            Mode.PROGRESSIVE,
            {"floor": {"ringing": (3.0,), "waiting": 1}},
            2,
            id="progressive: and one waits",
        ),
        pytest.param(
            Mode.PROGRESSIVE, {"floor": {"idle": 0}}, 0, id="progressive: everybody talks"
        ),
        pytest.param(
            Mode.PROGRESSIVE,
            {"floor": {"idle": 1, "ringing": (1.0,) * 3}},
            0,
            id="progressive: agents have gone",
        ),
        pytest.param(
            Mode.PROGRESSIVE,
            {"floor": {"ringing": (200.0,) * 9}},
            4,
            id="progressive: nobody told of the ends of nine",
        ),
        pytest.param(
            Mode.PREVIEW,
            {"asked": 2, "floor": {"ringing": (5.0,)}},
            1,
            id="preview: and for one of them it rings",
        ),
        pytest.param(
            Mode.POWER, {"ratio": 2.5, "risk": 0.25}, 10, id="power: two and a half an idle agent"
        ),
        pytest.param(
            Mode.POWER,
            {"ratio": 1.5, "risk": 0.25, "floor": {"idle": 3}},
            4,
            id="power: rounded down",
        ),
        pytest.param(Mode.POWER, {"ratio": 10.0}, 4, id="power: no risk is progressive"),
        pytest.param(
            Mode.POWER, {"ratio": 10.0, "risk": 0.2, "outlook": None}, 4, id="power: nor known"
        ),
        pytest.param(Mode.PREDICTIVE, {"risk": 0.0}, 4, id="predictive: no risk is progressive"),
        pytest.param(
            Mode.PREDICTIVE, {"risk": 0.2, "outlook": None}, 4, id="predictive: nothing is known"
        ),
        pytest.param(
            Mode.PREDICTIVE,
            {"risk": 0.2, "floor": {"idle": 1, "talking": ()}},
            1,
            id="predictive: one agent alone",
        ),
        pytest.param(Mode.AGENTLESS, {}, 100, id="agentless: all that is due"),
        pytest.param(
            Mode.AGENTLESS, {"at_once": 30, "live": 12}, 18, id="agentless: as many as may be up"
        ),
        pytest.param(
            Mode.AGENTLESS, {"at_once": 10, "live": 12}, 0, id="agentless: more are up than may be"
        ),
        pytest.param(Mode.PROGRESSIVE, {"due": 2}, 2, id="no more than are due"),
    ],
)
def test_calls_by_mode(mode: Mode, facts: dict[str, Any], calls: int) -> None:
    assert plan(mode, a_situation(**facts)) == calls


def test_predictive_goes_further_than_progressive_and_never_less() -> None:
    assert plan(Mode.PREDICTIVE, a_situation(risk=0.1)) > 4
    assert plan(Mode.PREDICTIVE, a_situation(risk=1e-9)) == 4


def test_power_goes_as_far_as_its_ratio_and_no_further_than_the_risk() -> None:
    for risk in (0.001, 0.01, 0.05, 0.1, 0.25):
        power, ahead = (
            plan(mode, a_situation(risk=risk, ratio=10.0)) for mode in (Mode.POWER, Mode.PREDICTIVE)
        )
        assert power == min(40, ahead)


@given(
    st.sampled_from(Mode),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 60),
    st.one_of(st.none(), st.integers(0, 40)),
    st.floats(0, 0.3),
)
def test_no_mode_places_more_than_are_due_or_may_be_up(
    mode: Mode, idle: int, due: int, live: int, at_once: int | None, risk: float
) -> None:
    now = a_situation(floor={"idle": idle}, due=due, live=live, at_once=at_once, risk=risk, asked=9)

    calls = plan(mode, now)

    assert 0 <= calls <= due
    assert at_once is None or calls <= max(0, at_once - live)


@pytest.mark.parametrize("ratio", [0.9, 10.1, float("nan")])
def test_a_ratio_that_is_none_is_refused(ratio: float) -> None:
    with pytest.raises(Rejected) as refusal:
        a_situation(ratio=ratio)

    assert refusal.value.faults[0].pointer == "/ratio"


def test_every_mode_is_automated_or_has_a_person_who_dials() -> None:
    assert set(Mode) - AUTOMATED == {Mode.PREVIEW}
    assert {Mode.PREVIEW, Mode.PROGRESSIVE} == AGENT_KEPT
