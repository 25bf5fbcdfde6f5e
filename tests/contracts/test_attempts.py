"""What every store of members and attempts promises: the same in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.attempts import changing, usecases
from chalicelib.campaigns.attempts.attempts import Placed, Standing, Why
from chalicelib.campaigns.attempts.members.store import SHARDS
from chalicelib.campaigns.attempts.store import AttemptStore
from chalicelib.campaigns.consents.consents import Means, Professional
from chalicelib.campaigns.consents.store import ConsentStore
from chalicelib.campaigns.consents.suppressions import Suppression
from chalicelib.campaigns.consents.usecases import record, withdraw
from chalicelib.campaigns.pacing.hours import Answers
from chalicelib.campaigns.pacing.life import DOUBT, State, Told
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.rules import ARTICLES, Reason
from chalicelib.campaigns.rules import Attempt as Seen
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, NotFound
from tests.campaigns.attempts.builders import (
    FIRST,
    SECOND,
    THIRD,
    Office,
    allowed,
    at,
    ids,
    with_numbers,
)
from tests.campaigns.builders import NOON, OBJECT, SIREN, a_campaign, a_contact
from tests.campaigns.consents.builders import captured
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.fakes.attempts import AttemptsInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.rules import Decision

ONE, TWO = a_contact(FIRST), a_contact(SECOND)


@pytest.fixture(params=["in memory", "on DynamoDB"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "in memory":
        store = AttemptsInMemory()
        yield Office(store, store.ledgers)
        return
    with tables(CampaignRow):
        name = ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]
        yield Office(AttemptStore(name), ConsentStore(name))


def refused(until_minutes: int | None) -> Decision:
    """Return that nobody may be rung now."""
    until = None if until_minutes is None else at(minutes=until_minutes)
    reason = Reason("hours.closed", ARTICLES["fr.d223-9"], until)
    return replace(allowed(), allowed=False, reasons=(reason,), earliest=until, ground=None)


def test_contacts_become_members_once_and_the_list_is_gone_through_once(office: Office) -> None:
    seen = office.attempts.run("acct_1", "camp_1")
    first = changing.enrolled(seen, [ONE.id, TWO.id], "page 2", NOON)

    assert office.attempts.enrol(first) == 2
    with pytest.raises(Conflict):
        office.attempts.enrol(first)
    assert office.enrol(TWO, a_contact(THIRD)) == 1

    run = office.attempts.run("acct_1", "camp_1")
    assert (run.cursor, run.whole) == (None, True)
    assert office.attempts.counts("camp_1").members == 3
    assert ids(office.attempts.due("camp_1", NOON, 10)) == {
        ONE.id,
        TWO.id,
        a_contact(THIRD).id,
    }
    assert office.attempts.due("camp_1", NOON - timedelta(seconds=1), 10) == ()
    assert office.attempts.due("camp_2", NOON, 10) == ()


def test_of_two_who_plan_at_once_each_member_has_one_and_a_lost_plan_runs_out(
    office: Office,
) -> None:
    people = [a_contact(f"+336123456{at:02}") for at in range(60)]
    office.enrol(*people[:50])
    office.enrol(*people[50:])
    seen = office.attempts.due("camp_1", NOON, 60)

    mine = office.attempts.lease(seen[:40], at(minutes=5))
    others = office.attempts.lease(seen, at(minutes=5))

    assert ids(mine) & ids(others) == set()
    assert ids(mine) | ids(others) == {each.id for each in people}
    assert office.attempts.due("camp_1", at(minutes=4), 60) == ()
    assert len(office.attempts.due("camp_1", at(minutes=5), 60)) == 60


def test_an_attempt_is_read_as_it_was_begun(office: Office) -> None:
    contact = with_numbers(FIRST, SECOND)
    office.enrol(contact)

    attempt = office.claims(contact)

    assert office.attempts.attempt("camp_1", attempt.id) == attempt
    assert (attempt.number, attempt.hashes) == (FIRST, (contact.id, contact.others[0]))
    assert (attempt.state, attempt.look_at, attempt.slot) == (State.PLACING, NOON + DOUBT, 7)
    assert attempt.decision["ground"] == ["consent", "cons_1"]
    assert office.member(contact).standing is Standing.OUT
    assert office.attempts.due("camp_1", at(days=100), 10) == ()
    assert office.attempts.open("acct_1", 10) == (attempt,)
    assert office.attempts.open("acct_2", 10) == ()


def test_of_two_who_claim_a_member_one_does(office: Office) -> None:
    office.enrol(ONE)
    one, other = office.claiming(ONE), office.claiming(ONE)
    office.attempts.claim(one)

    with pytest.raises(Conflict):
        office.attempts.claim(other)

    assert office.attempts.counts("camp_1").begun == 1


def test_of_two_campaigns_that_ring_a_person_by_different_numbers_one_does(office: Office) -> None:
    """D223-9 counts the calls of a professional to a person, by whatever number."""
    couple, alone = with_numbers(FIRST, SECOND), a_contact(SECOND)
    second = office.of(a_campaign("camp_2"))
    office.enrol(couple)
    second.enrol(alone)
    one, other = office.claiming(couple), second.claiming(alone)

    office.attempts.claim(one)
    with pytest.raises(Conflict):
        second.attempts.claim(other)

    assert second.known(alone).is_busy(NOON)
    assert not second.known(alone).is_busy(at(hours=4))


def test_another_professional_of_the_account_is_another_caller(office: Office) -> None:
    mine = a_campaign("camp_2", professional=Professional(siren="552100554", name="Autre"))
    other = office.of(mine)
    office.enrol(ONE)
    other.enrol(ONE)
    office.claims(ONE)

    assert other.known(ONE).is_busy(NOON)
    assert other.known(ONE).attempts == ()
    other.claims(ONE)

    assert [each.professional for each in office.known(ONE).attempts] == [SIREN]


def test_an_attempt_goes_forward_only(office: Office) -> None:
    office.enrol(ONE)
    attempt = office.claims(ONE)

    assert office.attempts.placed("camp_1", attempt.id, "CA1", at(seconds=2))
    assert not office.attempts.placed("camp_1", attempt.id, "CA2", at(seconds=3))
    office.now = at(minutes=1)
    ended = office.ends(attempt, Outcome.ANSWERED, call_id="CA1", answered_by="human", seconds=50)
    assert not office.attempts.placed("camp_1", attempt.id, "CA3", at(minutes=2))
    assert office.ends(attempt, Outcome.BUSY, call_id="CA1") is None

    known = office.attempts.attempt("camp_1", attempt.id)
    assert ended is not None
    assert (known.state, known.outcome, known.call_id) == (State.ENDED, Outcome.ANSWERED, "CA1")
    assert (known.answered_by, known.seconds, known.ended_at) == ("human", 50, at(minutes=1))
    assert office.attempts.open("acct_1", 10) == ()
    assert office.member(ONE).why is Why.REACHED


def test_calls_that_were_placed_are_stored_together_but_for_old_news(office: Office) -> None:
    people = [a_contact(f"+336123457{at:02}") for at in range(3)]
    office.enrol(*people)
    over, *others = [office.claims(each) for each in people]
    office.ends(over, Outcome.BUSY, call_id="CA0")

    news = [Placed("camp_1", each.id, f"CA{each.id}", NOON) for each in (*others, over)]
    office.attempts.placed_all([*news, Placed("camp_1", "nobody-1", "CA9", NOON)])

    stored = [office.attempts.attempt("camp_1", each.id) for each in (*others, over)]
    states = [each.state for each in stored]
    assert states == [State.PLACED, State.PLACED, State.ENDED]
    assert [each.call_id for each in stored] == [*(each.call_id for each in news[:2]), "CA0"]


def test_a_call_that_is_told_of_twice_counts_once(office: Office) -> None:
    office.enrol(ONE, TWO)
    attempt, abandoned = office.claims(ONE), office.claims(TWO)

    for _ in range(2):
        office.ends(attempt, Outcome.ANSWERED, call_id="CA1", seconds=50)
        office.ends(abandoned, Outcome.ABANDONED, call_id="CA2", seconds=3)

    counts = office.attempts.counts("camp_1")
    assert counts.outcomes == {Outcome.ANSWERED: 1, Outcome.ABANDONED: 1}
    assert (counts.members, counts.remaining, counts.open, counts.seconds) == (2, 1, 0, 53)
    assert counts.done == {Why.REACHED: 1}
    tally = office.attempts.tally("camp_1", NOON)
    assert tally.since(NOON.timestamp() - 3600) == (2, 1)
    assert counts.answers.by_hour == {12: (2, 2)}


def test_a_member_who_did_not_answer_is_due_again_on_the_next_number(office: Office) -> None:
    contact = with_numbers(FIRST, SECOND)
    office.enrol(contact)

    office.rings(contact, Outcome.NO_ANSWER)

    member = office.member(contact)
    assert (member.standing, member.number) == (Standing.WAITING, contact.others[0])
    assert member.due_at == at(minutes=1)
    assert [each.outcome for each in member.history] == [Outcome.NO_ANSWER]
    assert ids(office.attempts.due("camp_1", at(minutes=1), 10)) == {contact.id}
    second = office.claims(contact)
    assert (second.number, second.serial, second.history) == (SECOND, 2, member.history)


def test_the_law_knows_of_calls_by_every_number_of_a_person(office: Office) -> None:
    """C. conso. D223-9: four calls in thirty days, of a professional to a person."""
    couple, alone = with_numbers(FIRST, SECOND), a_contact(SECOND)
    office.enrol(couple, alone)
    office.rings(couple, Outcome.NO_ANSWER)

    call = Seen(professional=SIREN, at=NOON, selling=True, object=OBJECT)
    assert office.known(couple).attempts == office.known(alone).attempts == (call,)
    assert not office.known(alone).is_busy(office.now)


@pytest.mark.parametrize("outcome", [Outcome.CONGESTED, None])
def test_no_call_is_counted_where_none_came_about(office: Office, outcome: Outcome | None) -> None:
    office.enrol(ONE)
    attempt = office.claims(ONE)

    office.ends(attempt, outcome)

    assert office.known(ONE).attempts == ()
    assert office.member(ONE).standing is Standing.WAITING
    assert office.attempts.counts("camp_1").open == 0
    assert office.claims(ONE).serial == 2


def test_a_claim_that_was_renewed_meanwhile_is_not_dropped(office: Office) -> None:
    office.enrol(ONE)
    seen = office.claims(ONE)
    told = office.attempts.told(seen, Told.MISSING)
    again = office.attempts.reclaim(told, at(minutes=2))

    with pytest.raises(Conflict):
        office.attempts.reclaim(seen, at(minutes=2))
    ending = changing.ended(
        seen, None, usecases.ways_of(office.campaign, seen, Answers()), now=at(minutes=2)
    )

    assert not office.attempts.end(ending)
    stored = office.attempts.attempt("camp_1", seen.id)
    assert (again.told, again.ordered_at, again.claimed_at) == (Told.NOTHING, NOON, at(minutes=2))
    assert (stored, office.attempts.open("acct_1", 5)) == (again, (again,))


def test_carriers_that_slow_down_and_looks_are_kept(office: Office) -> None:
    office.enrol(ONE)
    seen = office.claims(ONE)

    slowed = office.attempts.told(seen, Told.SLOWED, at(seconds=9))
    office.attempts.looked_at(slowed, at(minutes=9))
    office.attempts.note(slowed, {"agent": "agent_1"})
    office.attempts.note(slowed, {"queue": "ventes"})

    stored = office.attempts.attempt("camp_1", seen.id)
    assert (stored.told, stored.retry_at) == (Told.SLOWED, at(seconds=9))
    assert stored.look_at == at(minutes=9)
    assert stored.facts == {"agent": "agent_1", "queue": "ventes"}
    assert office.attempts.open("acct_1", 5) == (stored,)


def test_somebody_who_may_not_be_rung_waits_and_is_counted_by_the_rule(office: Office) -> None:
    """C. conso. D223-9: hours."""
    office.enrol(ONE, TWO)
    one, two = office.member(ONE), office.member(TWO)

    assert office.attempts.put(changing.put_off(one, refused(60), at(minutes=60), NOON))
    assert not office.attempts.put(changing.put_off(one, refused(90), at(minutes=90), NOON))
    assert office.attempts.put(changing.put_off(two, refused(None), None, NOON))

    counts = office.attempts.counts("camp_1")
    assert counts.blocked == {"hours.closed@fr.d223-9": 2}
    assert (counts.remaining, counts.done) == (1, {Why.BLOCKED: 1})
    assert office.attempts.due("camp_1", at(minutes=59), 9) == ()
    office.now = at(minutes=60)
    assert ids(office.attempts.due("camp_1", office.now, 9)) == {ONE.id}
    office.claims(ONE)
    assert office.attempts.counts("camp_1").blocked == {"hours.closed@fr.d223-9": 1}


def test_who_refuses_in_a_call_has_refused_whatever_is_told_of_its_end(office: Office) -> None:
    """C. conso. D223-9: sixty days."""
    couple = with_numbers(FIRST, SECOND)
    office.enrol(couple)
    attempt = office.claims(couple)

    for _ in range(2):
        usecases.refuse("camp_1", attempt.id, office.attempts, at(seconds=30))
    office.ends(attempt, Outcome.ANSWERED, call_id="CA1")

    assert office.attempts.attempt("camp_1", attempt.id).outcome is Outcome.REFUSED
    assert office.member(couple).why is Why.REFUSED
    assert [each.at for each in office.known(a_contact(SECOND)).refusals] == [at(seconds=30)]
    assert office.attempts.counts("camp_1").outcomes == {Outcome.REFUSED: 1}


def test_who_refuses_after_a_call_is_not_rung_again(office: Office) -> None:
    office.enrol(ONE)
    attempt = office.rings(ONE, Outcome.MACHINE)

    usecases.refuse("camp_1", attempt.id, office.attempts, at(minutes=5))

    counts = office.attempts.counts("camp_1")
    assert office.member(ONE).why is Why.REFUSED
    assert (counts.outcomes, counts.done) == (
        {Outcome.REFUSED: 1},
        {Why.REFUSED: 1},
    )
    assert office.attempts.attempt("camp_1", attempt.id).refused_at == at(minutes=5)


def test_an_end_that_did_not_see_a_refusal_is_decided_again(office: Office) -> None:
    office.enrol(ONE)
    seen = office.claims(ONE)
    usecases.refuse("camp_1", seen.id, office.attempts, at(seconds=30))

    ways = usecases.ways_of(office.campaign, seen, Answers())
    late = changing.ended(seen, Outcome.ANSWERED, ways, now=at(minutes=1), call_id="CA1")

    assert not office.attempts.end(late)
    assert office.attempts.attempt("camp_1", seen.id).is_open


def test_all_numbers_of_a_person_say_whether_they_may_be_rung(office: Office) -> None:
    contact = with_numbers(FIRST, SECOND)
    office.now = at(days=1)
    withdraw("acct_1", contact.others[0], Means.SMS, NOON, office.desk)
    on_list = Suppression(
        person=contact.others[0], scope="campaign:camp_1", since=NOON, number=SECOND
    )
    office.ledgers.suppress("acct_1", [on_list])

    facts = office.known(contact).facts

    assert [each.means for each in facts.standing.withdrawals] == [Means.SMS]
    assert facts.suppressed(SIREN, "camp_1") == (on_list,)


def test_attempts_of_a_campaign_and_of_a_person_come_page_by_page(office: Office) -> None:
    couple = with_numbers(FIRST, SECOND)
    office.enrol(couple, a_contact(THIRD))
    for outcome in (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.NO_ANSWER):
        office.rings(couple, outcome)
    office.rings(a_contact(THIRD), Outcome.ANSWERED)

    seen, after = [], None
    for _ in range(9):
        page = office.attempts.of_campaign("camp_1", 2, after)
        seen += [each.id for each in page.items]
        after = page.next
        if after is None:
            break

    theirs = [f"{couple.id}-{serial}" for serial in (1, 2, 3)]
    assert sorted(seen) == sorted([*theirs, f"{a_contact(THIRD).id}-1"])
    first = office.attempts.of_person("acct_1", couple.id, 2, None)
    rest = office.attempts.of_person("acct_1", couple.id, 2, first.next)
    assert [each.id for each in (*first.items, *rest.items)] == theirs[::-1]
    assert rest.next is None
    rung = office.attempts.of_person("acct_1", couple.others[0], 9, None)
    assert [each.serial for each in rung.items] == [3]
    assert office.attempts.of_person("acct_2", couple.id, 9, None).items == ()


def test_who_is_erased_is_known_by_their_hash_only(office: Office) -> None:
    office.enrol(ONE)
    attempt = office.rings(ONE, Outcome.ANSWERED)

    office.attempts.forget("acct_1", [ONE.id])

    assert office.attempts.attempt("camp_1", attempt.id) == replace(attempt, number=None)


@pytest.mark.parametrize("name", ["", "hash-1", "hash", "x" * 3000 + "-1", "hash33612345601-٣"])
def test_what_is_no_attempt_is_not_found(office: Office, name: str) -> None:
    office.enrol(ONE)
    office.claims(ONE)

    with pytest.raises(NotFound):
        office.attempts.attempt("camp_1", name)


def test_an_attempt_takes_few_requests_however_many_members_there_are() -> None:
    with tables(CampaignRow):
        name = ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]
        office = Office(AttemptStore(name), ConsentStore(name))
        couple = with_numbers(FIRST, SECOND)
        record(captured(), "acct_1", FIRST, office.desk)
        office.enrol(couple)
        with requests_counted(CampaignRow) as sent:
            shard = sum(couple.id.encode()) % SHARDS
            member = office.attempts.due("camp_1", NOON, 1, shard)
            office.attempts.lease(member, at(minutes=5))
            office.rings(couple, Outcome.NO_ANSWER)

    assert sent == [
        *("Query", "TransactWriteItems"),  # of so many members at once
        *("BatchGetItem",),  # the worker's, of so many at once
        *("Query", "BatchGetItem"),  # what is known of them, of all their numbers
        *("TransactWriteItems", "UpdateItem"),  # claimed, placed
        *("GetItem", "TransactWriteItems"),  # ended
    ]
