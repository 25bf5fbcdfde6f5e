"""The same leads under two models: nothing is lost between them, not a cent."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.attribution.comparing import Compared, Credit, compare, credit, split
from chalicelib.tracking.attribution.crediting import MODELS, first, last, linear
from chalicelib.tracking.attribution.touchpoints import Lead, Touchpoint
from tests.tracking.attribution.rings import DAY, SECOND
from tests.tracking.attribution.test_crediting import a_lead
from tests.tracking.builders import NOW

LEADS = [
    a_lead(("ads", 9), ("email", 2), ("search", 1), id="lead_1", cents=100),
    a_lead(("ads", 3), id="lead_2", cents=50),
    a_lead(("radio", 400), id="lead_3", cents=7),
]


def test_two_models_side_by_side() -> None:
    assert compare(LEADS, first, linear) == [
        Compared(
            name="ads", one=Credit(leads=F(2), cents=150), other=Credit(leads=F(4, 3), cents=84)
        ),
        Compared(name=None, one=Credit(leads=F(1), cents=7), other=Credit(leads=F(1), cents=7)),
        Compared(name="email", one=Credit(), other=Credit(leads=F(1, 3), cents=33)),
        Compared(name="search", one=Credit(), other=Credit(leads=F(1, 3), cents=33)),
    ]


def test_leads_are_compared_by_what_one_asks_for() -> None:
    touches = (Touchpoint(at=NOW - DAY, channel="ads", campaign="spring"),)
    lead = Lead(id="lead_1", won_at=NOW, touchpoints=touches)

    (line,) = compare([lead], first, last, key=lambda touch: touch.campaign)

    assert line.name == "spring"


some_leads = st.lists(
    st.builds(
        lambda touches, cents: Lead(
            id="lead_1",
            won_at=NOW,
            cents=cents,
            touchpoints=tuple(
                Touchpoint(at=NOW - ago * SECOND, channel=name) for name, ago in touches
            ),
        ),
        st.lists(st.tuples(st.sampled_from(["ads", "email", "direct"]), st.integers(0, 10**7))),
        st.integers(-(10**9), 10**9),
    ),
    max_size=5,
)


@given(some_leads, st.sampled_from(sorted(MODELS)))
def test_every_lead_and_every_cent_is_credited_once(leads: list[Lead], model: str) -> None:
    credited = credit(leads, MODELS[model]).values()

    assert sum(each.leads for each in credited) == len(leads)
    assert sum(each.cents for each in credited) == sum(each.cents for each in leads)


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_a_split_is_whole_and_nobody_is_a_cent_out(cents: int, parts: list[int]) -> None:
    shares = [F(part, sum(parts)) for part in parts]

    amounts = split(cents, shares)

    assert sum(amounts) == cents
    assert all(abs(each - cents * share) < 1 for each, share in zip(amounts, shares, strict=True))


def test_shares_that_are_not_the_whole_are_refused() -> None:
    with pytest.raises(Rejected):
        split(100, [F(1, 2), F(1, 3)])
