"""Who is one person: put together on the real table, by several workers at once, and told apart."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Stale, Unavailable
from chalicelib.tracking.leads import usecases
from chalicelib.tracking.leads.store import KEPT, KnownRow, LeadRow
from tests.clouds import requests_counted
from tests.tracking.leads.builders import ACCOUNT, NOON, a_call, a_form

if TYPE_CHECKING:
    from chalicelib.tracking.leads.leads import Interaction, Lead
    from chalicelib.tracking.leads.store import LeadStore

CALLER, EMAIL, VISIT = "caller:x", "email:y", "visit:vis_1"
_IDS = count(1)


def noted(store: LeadStore, did: Interaction, account: str = ACCOUNT, **about: Any) -> Lead:
    return usecases.note(
        did,
        account_id=account,
        new_id=lambda: f"led_{next(_IDS):06}",
        store=store,
        about=about,  # type: ignore[arg-type]
    ).lead


def test_calls_forms_and_chats_of_one_person_are_one_lead(store: LeadStore) -> None:
    first = noted(store, a_call("CA1", 0, CALLER, VISIT))
    form = noted(store, a_form("form:1", 1, EMAIL, VISIT), name="Jeanne")
    again = noted(store, a_call("CA2", 2, CALLER))

    assert first.id == form.id == again.id
    stored = store.lead(ACCOUNT, first.id)
    assert [each.id for each in stored.interactions] == ["CA1", "form:1", "CA2"]
    assert stored.name == "Jeanne"


def test_two_leads_that_prove_to_be_one_person_become_the_older_one(store: LeadStore) -> None:
    caller = noted(store, a_call("CA1", 0, CALLER))
    writer = noted(store, a_form("form:1", 1, EMAIL))

    both = noted(store, a_form("form:2", 2, EMAIL, CALLER))

    assert both.id == caller.id != writer.id
    assert store.lead(ACCOUNT, writer.id).id == caller.id
    assert [each.id for each in store.page(ACCOUNT, 10).items] == [caller.id]
    # What they were known by leads to the one that stays, without having been written again.
    assert noted(store, a_form("form:3", 3, EMAIL)).id == caller.id


def test_a_merged_lead_keeps_nothing_of_a_person(store: LeadStore) -> None:
    noted(store, a_call("CA1", 0, CALLER))
    writer = noted(store, a_form("form:1", 1, EMAIL), name="Jeanne", email="jeanne@m.fr")
    noted(store, a_form("form:2", 2, EMAIL, CALLER))

    row = LeadRow.get(f"lead#{writer.id}", "lead").to_dynamodb_dict()

    assert "eanne" not in str(row)


def test_whoever_is_known_by_nothing_is_a_lead_of_their_own(store: LeadStore) -> None:
    assert noted(store, a_call("CA1")).id != noted(store, a_call("CA2")).id


def test_what_comes_twice_changes_nothing(store: LeadStore) -> None:
    before = noted(store, a_call("CA1"))

    again = usecases.note(a_call("CA1"), account_id=ACCOUNT, new_id=lambda: "no", store=store)

    assert (again.created, again.changed, again.lead.version) == (False, False, before.version)


def test_two_that_somebody_told_apart_are_never_joined_unasked(store: LeadStore) -> None:
    lead = noted(store, a_call("CA1", 0, CALLER))
    lead = noted(store, a_call("CA2", 1, CALLER, EMAIL))
    rest, new = usecases.split(
        ACCOUNT, lead.id, ["CA2"], version=lead.version, new_id="led_apart", store=store
    )

    for did in (a_call("CA2", 1, CALLER, EMAIL), a_form("form:1", 2, EMAIL, CALLER)):
        noted(store, did)

    assert [each.id for each in store.lead(ACCOUNT, rest.id).interactions][0] == "CA1"
    assert "CA2" in [each.id for each in store.lead(ACCOUNT, new.id).interactions]
    assert store.lead(ACCOUNT, new.id).id == new.id


def test_two_that_were_told_apart_can_be_joined_by_hand(store: LeadStore) -> None:
    lead = noted(store, a_call("CA1", 0, CALLER))
    lead = noted(store, a_call("CA2", 1, CALLER))
    rest, new = usecases.split(
        ACCOUNT, lead.id, ["CA2"], version=lead.version, new_id="led_apart", store=store
    )

    one = usecases.merge(ACCOUNT, rest.id, new.id, version=rest.version, store=store)

    assert [each.id for each in one.interactions] == ["CA1", "CA2"]
    assert not one.apart
    assert store.lead(ACCOUNT, new.id).id == one.id


def test_nobody_reaches_another_accounts_lead(store: LeadStore) -> None:
    mine = noted(store, a_call("CA1", 0, CALLER))

    theirs = noted(store, a_call("CA7", 0, CALLER), account="acct_rival")

    assert theirs.id != mine.id
    with pytest.raises(NotFound):
        store.lead("acct_rival", mine.id)
    with pytest.raises(Rejected):
        usecases.merge("acct_rival", theirs.id, mine.id, version=1, store=store)
    assert store.lead(ACCOUNT, mine.id).version == mine.version


def test_who_saw_an_older_lead_is_told_so(store: LeadStore) -> None:
    lead = noted(store, a_call("CA1", 0, CALLER))
    noted(store, a_call("CA2", 1, CALLER))

    with pytest.raises(Stale):
        usecases.edit({"name": "J"}, account_id=ACCOUNT, lead_id=lead.id, version=1, store=store)


def test_a_lead_that_is_forgotten_leaves_no_trace(store: LeadStore) -> None:
    lead = noted(store, a_call("CA1", 0, CALLER, EMAIL))

    usecases.forget(ACCOUNT, lead.id, store)

    assert list(LeadRow.scan()) == []
    assert list(KnownRow.scan()) == []
    assert noted(store, a_call("CA2", 1, CALLER)).id != lead.id


def test_an_identity_of_a_lead_that_is_gone_finds_a_new_one(store: LeadStore) -> None:
    lead = noted(store, a_call("CA1", 0, CALLER))
    LeadRow(f"lead#{lead.id}", "lead").delete()  # its names were to go too, and did not

    assert noted(store, a_call("CA2", 1, CALLER)).id != lead.id
    assert len(noted(store, a_call("CA3", 2, CALLER)).interactions) == 2


def test_a_call_costs_three_requests_and_one_that_comes_twice_two(store: LeadStore) -> None:
    with requests_counted(LeadRow) as sent:
        noted(store, a_call("CA1", 0, CALLER))
        noted(store, a_call("CA2", 1, CALLER))
        noted(store, a_call("CA2", 1, CALLER))

    new, known, twice = sent[:2], sent[2:5], sent[5:]
    assert new == ["BatchGetItem", "TransactWriteItems"]
    assert known == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert twice == ["BatchGetItem", "BatchGetItem"]


def test_leads_are_listed_newest_first_between_two_instants(store: LeadStore) -> None:
    leads = [noted(store, a_call(f"CA{at}", at)) for at in range(5)]

    page = store.page(ACCOUNT, 2, None, leads[1].last_at, leads[4].last_at)
    rest = store.page(ACCOUNT, 2, page.next, leads[1].last_at, leads[4].last_at)

    assert [each.id for each in (*page.items, *rest.items)] == [
        leads[3].id,
        leads[2].id,
        leads[1].id,
    ]


def test_what_proves_to_be_spam_leaves_no_lead(store: LeadStore) -> None:
    noted(store, a_call("CA1", 0, CALLER))

    for _ in range(2):
        usecases.take_out("CA1", account_id=ACCOUNT, store=store)

    assert store.page(ACCOUNT, 10).items == ()
    assert list(KnownRow.scan()) == []


def test_spam_that_was_put_to_somebody_is_taken_out_of_what_they_did(store: LeadStore) -> None:
    noted(store, a_form("form:1", 0, EMAIL))
    lead = noted(store, a_call("CA1", 1, EMAIL, CALLER))

    usecases.take_out("CA1", account_id=ACCOUNT, store=store)

    assert [each.id for each in store.lead(ACCOUNT, lead.id).interactions] == ["form:1"]
    assert noted(store, a_form("form:2", 2, EMAIL)).id == lead.id
    assert noted(store, a_call("CA2", 3, CALLER)).id != lead.id


def test_a_visit_that_took_its_consent_back_is_in_no_lead(store: LeadStore) -> None:
    lead = noted(store, a_form("form:1", 0, EMAIL, VISIT, visit_id="vis_1"))

    usecases.forget_visit("vis_1", account_id=ACCOUNT, store=store)

    rows = str([row.to_dynamodb_dict() for row in LeadRow.scan()])
    assert "vis_1" not in rows
    assert store.lead(ACCOUNT, lead.id).interactions[0].visit_id is None
    assert noted(store, a_form("form:2", 1, VISIT)).id != lead.id


def test_somebody_is_known_as_long_after_their_last_contact_as_their_lead(store: LeadStore) -> None:
    noted(store, a_call("CA1", 0, CALLER))
    noted(store, a_call("CA2", 60 * 24 * 1_000, CALLER))

    until = {row.expires_at for row in KnownRow.scan() if CALLER in row.pk}

    assert until == {NOON + timedelta(days=1_000) + KEPT}


def test_forgetting_a_lead_leaves_another_what_it_is_known_by(store: LeadStore) -> None:
    lead = noted(store, a_call("CA1", 0, CALLER))
    lead = noted(store, a_call("CA2", 1, CALLER))
    _, new = usecases.split(
        ACCOUNT, lead.id, ["CA2"], version=lead.version, new_id="led_apart", store=store
    )
    noted(store, a_call("CA2", 1, CALLER))  # shown again

    usecases.forget(ACCOUNT, new.id, store)

    assert noted(store, a_call("CA3", 2, CALLER)).id == lead.id


_DEEDS = st.lists(
    st.sets(st.sampled_from(["caller:a", "caller:b", "email:c", "visit:d", "visit:e"])),
    min_size=1,
    max_size=7,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_DEEDS)
def test_people_are_those_whom_anything_connects(store: LeadStore, deeds: list[set[str]]) -> None:
    account = f"acct_{next(_IDS)}"
    for at, names in enumerate(deeds):
        noted(store, a_call(f"CA{at}", at, *sorted(names)), account=account)

    found = {
        frozenset(each.id for each in lead.interactions) for lead in store.page(account, 50).items
    }

    assert found == connected(deeds)


def connected(deeds: list[set[str]]) -> set[frozenset[str]]:
    """Put together by the plainest means: groups that have a name in common are one."""
    groups: list[tuple[set[str], set[str]]] = []
    for at, names in enumerate(deeds):
        mine = {f"CA{at}"}, set(names)
        touching = [group for group in groups if group[1] & names]
        for group in touching:
            mine = mine[0] | group[0], mine[1] | group[1]
        groups = [group for group in groups if group not in touching] + [mine]
    return {frozenset(calls) for calls, _ in groups}


class Failing:
    """The store, of which the n-th request never comes back."""

    def __init__(self, store: LeadStore, at: int) -> None:
        self._store, self._left = store, at

    def __getattr__(self, name: str) -> Any:
        def ask(*args: Any, **facts: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                raise Unavailable("the table did not answer")
            return getattr(self._store, name)(*args, **facts)

        return ask


@pytest.mark.parametrize("at", [1, 2, 3])
def test_whatever_fails_the_next_time_finishes_it(store: LeadStore, at: int) -> None:
    noted(store, a_call("CA1", 0, CALLER))
    noted(store, a_form("form:1", 1, EMAIL))

    with pytest.raises(Unavailable):
        noted(Failing(store, at), a_form("form:2", 2, EMAIL, CALLER))  # type: ignore[arg-type]
    lead = noted(store, a_form("form:2", 2, EMAIL, CALLER))

    assert [each.id for each in lead.interactions] == ["CA1", "form:1", "form:2"]
    assert len(store.page(ACCOUNT, 10).items) == 1


class Racing:
    """The store, on which somebody else was faster so many times."""

    def __init__(self, store: LeadStore, times: int) -> None:
        self._store, self._times = store, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save(self, *leads: Lead, moved: dict[str, str] | None = None) -> None:
        if self._times:
            self._times -= 1
            noted(self._store, a_call(f"CA{100 + self._times}", 50, CALLER))
            raise Conflict("changed meanwhile")
        self._store.save(*leads, moved=moved)


def test_two_calls_of_one_person_that_end_at_once_are_both_there(store: LeadStore) -> None:
    lead = noted(Racing(store, 3), a_call("CA1", 0, CALLER))  # type: ignore[arg-type]

    assert [each.id for each in lead.interactions] == ["CA1", "CA100", "CA101", "CA102"]
