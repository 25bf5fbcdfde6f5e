"""One person is one lead, however they got in touch, until somebody says otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.leads import leads as rules
from chalicelib.tracking.leads.leads import MOST_INTERACTIONS, Lead, Stage, merged, split
from tests.tracking.leads.builders import NOON, a_call, a_form, a_lead

CALLER, EMAIL, VISIT = "caller:x", "email:y", "visit:vis_1"


def test_what_somebody_did_is_there_in_the_order_of_time() -> None:
    lead = a_lead(a_call("CA2", 30), a_form("form:1", 10), a_call("CA1", 20))

    assert [each.id for each in lead.interactions] == ["form:1", "CA1", "CA2"]
    assert (lead.first_at, lead.last_at) == (
        NOON + timedelta(minutes=10),
        NOON + timedelta(minutes=30),
    )


def test_an_interaction_that_comes_twice_is_there_once_as_it_was_told_last() -> None:
    lead = a_lead(a_call("CA1", cents=0), a_call("CA1", cents=500))

    assert [each.cents for each in lead.interactions] == [500]


def test_what_a_person_says_of_a_lead_counts_before_the_rules() -> None:
    good = a_call("CA1", qualified=True, cents=900)

    assert (a_lead(good).qualified, a_lead(good).cents) == (True, 900)
    spoken = a_lead(good, said_qualified=False, said_cents=100)
    assert (spoken.qualified, spoken.cents) == (False, 100)


def test_nobody_knows_what_a_lead_is_worth_of_which_nothing_was_judged() -> None:
    assert a_lead(a_form()).qualified is None


def test_a_merged_lead_has_the_interactions_and_the_names_of_both() -> None:
    one = a_lead(a_call("CA1", 5, CALLER), id="led_1", name="Jeanne", stage=Stage.OPEN)
    other = a_lead(
        a_form("form:1", 1, EMAIL), id="led_2", name="J. M.", email="j@m.fr", stage=Stage.WON
    )

    both = merged(one, other)

    assert [each.id for each in both.interactions] == ["form:1", "CA1"]
    assert (both.id, both.name, both.email, both.stage) == ("led_1", "Jeanne", "j@m.fr", Stage.WON)
    assert set(both.identities) >= {CALLER, EMAIL}


def test_a_split_takes_along_what_only_they_are_known_by() -> None:
    lead = a_lead(a_call("CA1", 0, CALLER, VISIT), a_call("CA2", 1, CALLER, EMAIL))

    rest, new = split(lead, ["CA2"], "led_2")

    assert [each.id for each in rest.interactions] == ["CA1"]
    assert [each.id for each in new.interactions] == ["CA2"]
    assert set(new.identities) == {EMAIL, "did:CA2"}
    assert set(rest.identities) == {CALLER, VISIT, "did:CA1"}
    assert rules.are_apart(rest, new)


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [([], "say which"), (["CA9"], "none of this lead's"), (["CA1", "CA2"], "one has to stay")],
)
def test_a_split_that_leaves_nobody_is_refused(chosen: list[str], reason: str) -> None:
    lead = a_lead(a_call("CA1"), a_call("CA2", 1))

    with pytest.raises(Rejected) as refused:
        split(lead, chosen, "led_2")

    assert reason in refused.value.faults[0].reason


def test_a_caller_who_never_stops_keeps_their_first_call_and_the_newest() -> None:
    lead = a_lead(*(a_call(f"CA{at}", at, CALLER) for at in range(MOST_INTERACTIONS + 5)))

    assert len(lead.interactions) == MOST_INTERACTIONS
    assert lead.interactions[0].id == "CA0"
    assert lead.interactions[-1].id == f"CA{MOST_INTERACTIONS + 4}"
    assert lead.left_out == 5


_DEEDS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from([CALLER, EMAIL, VISIT])), min_size=1, max_size=12
)


@given(_DEEDS, st.randoms(use_true_random=False))
def test_the_order_in_which_deeds_are_told_changes_nothing(
    deeds: list[tuple[int, str]], random: object
) -> None:
    each = [a_call(f"CA{at}", minutes, name) for at, (minutes, name) in enumerate(deeds)]
    shuffled = list(each)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    one, other = a_lead(*each), a_lead(*shuffled)

    assert one.interactions == other.interactions
    assert set(one.identities) == set(other.identities)


@given(_DEEDS, st.data())
def test_splitting_and_merging_again_gives_what_was_there(
    deeds: list[tuple[int, str]], data: st.DataObject
) -> None:
    lead = a_lead(*(a_call(f"CA{at}", when, name) for at, (when, name) in enumerate(deeds)))
    ids = [each.id for each in lead.interactions]
    chosen = data.draw(st.lists(st.sampled_from(ids), unique=True, min_size=1))
    if len(chosen) == len(ids):
        return

    again: Lead = merged(*split(lead, chosen, "led_2"))

    assert again.interactions == lead.interactions
    assert set(again.identities) == set(lead.identities)
