"""What every store of surveys promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from chalicelib.campaigns.store import CampaignRow
from chalicelib.campaigns.surveys import usecases
from chalicelib.campaigns.surveys.answers import By, Channel, Key, folded
from chalicelib.campaigns.surveys.messages.session import Session
from chalicelib.campaigns.surveys.messages.store import SessionStore
from chalicelib.campaigns.surveys.ports import Responses, Surveys
from chalicelib.campaigns.surveys.store import ROWS, SurveyStore
from chalicelib.campaigns.surveys.versions import Kept, archived
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from tests.campaigns.surveys.builders import DOCUMENT, NOON, a_survey, told
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.fakes.surveys import SessionsInMemory, SurveysInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.surveys.messages.ports import Sessions


class Store(Surveys, Responses, Protocol):
    """Both ports."""


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield SurveysInMemory()
        return
    with tables(CampaignRow):
        yield SurveyStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])


def a_kept(survey_id: str = "srv_1", minutes: int = 0, **fields: Any) -> Kept:
    at = NOON + timedelta(minutes=minutes)
    values: dict[str, Any] = {
        "survey_id": survey_id,
        "account_id": "acct_1",
        "draft": DOCUMENT,
        "created_at": at,
        "updated_at": at,
        **fields,
    }
    return Kept(**values)


def take(store: Store, *tellings: Any) -> None:
    for each in tellings:
        usecases.take(each, lambda _: a_survey(), store)


def test_a_survey_is_read_as_it_was_written_and_no_id_is_taken_twice(store: Store) -> None:
    store.add(a_kept())

    assert store.load("acct_1", "srv_1") == a_kept()
    with pytest.raises(Conflict):
        store.add(a_kept())


def test_a_version_that_is_published_never_changes(store: Store) -> None:
    store.add(a_kept())
    published = usecases.publish("acct_1", "srv_1", revision=1, now=NOON, surveys=store)
    assert (published.version, store.version("acct_1", "srv_1", 1)) == (1, a_survey())
    assert usecases.publish("acct_1", "srv_1", revision=1, now=NOON, surveys=store) == published

    other = {**DOCUMENT, "name": "Autre"}
    usecases.change_draft("acct_1", "srv_1", other, revision=1, now=NOON, surveys=store)
    assert usecases.newest("acct_1", "srv_1", store).survey.name == DOCUMENT["name"]
    usecases.publish("acct_1", "srv_1", revision=2, now=NOON, surveys=store)

    assert store.version("acct_1", "srv_1", 1).name == DOCUMENT["name"]
    assert usecases.newest("acct_1", "srv_1", store).survey.name == "Autre"


@pytest.mark.parametrize(
    ("account_id", "survey_id"), [("acct_2", "srv_1"), ("acct_1", "srv_2"), ("acct_1", "x" * 3000)]
)
def test_what_is_not_there_or_another_accounts_is_not_found(
    store: Store, account_id: str, survey_id: str
) -> None:
    store.add(a_kept())
    usecases.publish("acct_1", "srv_1", revision=1, now=NOON, surveys=store)

    with pytest.raises(NotFound):
        store.load(account_id, survey_id)
    with pytest.raises(NotFound):
        store.version(account_id, survey_id, 1)
    with pytest.raises(NotFound):
        store.version("acct_1", "srv_1", 2)


def test_of_two_who_change_it_at_once_one_does(store: Store) -> None:
    seen = store.add(a_kept())

    store.save(replace(seen, revision=2), seen)
    with pytest.raises(Stale):
        store.save(replace(seen, revision=2, draft={}), seen)

    assert store.load("acct_1", "srv_1").draft == DOCUMENT


def test_surveys_are_listed_the_newest_first_page_by_page(store: Store) -> None:
    for at in range(4):
        store.add(a_kept(f"srv_{at}", at))
    store.add(a_kept("srv_9", account_id="acct_2"))
    seen = store.load("acct_1", "srv_2")
    store.save(archived(seen, NOON), seen)

    first = store.surveys("acct_1", 2)
    second = store.surveys("acct_1", 2, first.next)

    assert [each.survey_id for each in first.items] == ["srv_3", "srv_1"]
    assert ([each.survey_id for each in second.items], second.next) == (["srv_0"], None)


def test_an_answer_is_kept_and_counted_once_however_often_it_is_told(store: Store) -> None:
    about = {"agent": "agt_1", "segment": "Lyon # 3", "call": "CA1"}
    answer = told(question="nps", answer="9", about=about)

    take(store, told("begun", about=about), answer, answer)

    kept = store.response("acct_1", "srv_1", "CA1")
    assert kept is not None
    assert (kept.given, kept.about, kept.finished_at) == ({"nps": 9}, about, None)
    for by, group in ((By.ALL, ""), (By.AGENT, "agt_1"), (By.SEGMENT, "Lyon # 3")):
        assert store.counts("acct_1", "srv_1", by, "2026-12-01", "2026-12-01") == Counter(
            {
                Key(by, group, "2026-12-01", "", 0): 1,
                Key(by, group, "2026-12-01", "", 2): 1,
                Key(by, group, "2026-12-01", "nps", 9): 1,
            }
        )
    assert not store.counts("acct_1", "srv_1", By.CAMPAIGN, "2026-01-01", "2026-12-31")


def test_a_corrected_answer_counts_as_what_it_is_now(store: Store) -> None:
    take(store, told(question="nps", answer="2"), told(minutes=1, question="nps", answer="10"))

    counts = store.counts("acct_1", "srv_1", By.ALL, "2026-12-01", "2026-12-01")
    assert {key.slot: n for key, n in counts.items() if key.question == "nps"} == {10: 1}


def test_counters_are_those_of_the_days_asked_for_and_of_nobody_else(store: Store) -> None:
    for at in range(3):
        take(store, told("begun", minutes=at * 1440, respondent=f"CA{at}"))
    take(store, told("begun", survey_id="srv_2"), told("begun", account_id="acct_2"))

    days = store.counts("acct_1", "srv_1", By.ALL, "2026-12-02", "2026-12-03")

    assert sorted(key.day for key in days) == ["2026-12-02", "2026-12-03"]
    assert set(days.values()) == {1}


def test_of_two_who_write_a_response_at_once_one_does_and_nothing_is_counted_twice(
    store: Store,
) -> None:
    take(store, told("begun"))
    seen = store.response("acct_1", "srv_1", "CA1")
    assert seen is not None

    more = Counter({Key(By.ALL, "", "2026-12-01", "", 1): 1})
    store.keep(seen, more)
    with pytest.raises(Conflict):
        store.keep(seen, more)

    assert (
        store.counts("acct_1", "srv_1", By.ALL, "2026-12-01", "2026-12-01")[
            Key(By.ALL, "", "2026-12-01", "", 1)
        ]
        == 1
    )


def test_responses_are_listed_the_oldest_first_and_come_to_the_counters(store: Store) -> None:
    for at in range(5):
        take(
            store,
            told("begun", at, respondent=f"CA{at}"),
            told("answer", at, respondent=f"CA{at}", question="nps", answer=str(at * 2)),
        )

    first = store.responses("acct_1", "srv_1", 3)
    second = store.responses("acct_1", "srv_1", 3, first.next)

    assert [each.respondent for each in (*first.items, *second.items)] == [
        f"CA{at}" for at in range(5)
    ]
    assert second.next is None
    everything = folded((*first.items, *second.items), a_survey())
    assert store.counts("acct_1", "srv_1", By.ALL, "2026-12-01", "2026-12-01") == Counter(
        {key: n for key, n in everything.items() if key.by is By.ALL}
    )


def test_free_answers_are_listed_the_newest_first_each_once(store: Store) -> None:
    for at in range(3):
        name = f"CA{at}"
        take(store, told("answer", at, respondent=name, question="why", answer=f"RE{at}"))
    take(store, told("answer", 2, respondent="CA2", question="why", answer="RE2"))
    take(store, told("finished", 9, respondent="CA0"))

    first = store.verbatims("acct_1", "srv_1", 2)
    second = store.verbatims("acct_1", "srv_1", 2, first.next)

    found = [(each.given[key], key) for each, key in (*first.items, *second.items)]
    assert found == [("RE2", "why"), ("RE1", "why"), ("RE0", "why")]
    assert store.verbatims("acct_2", "srv_1", 2).items == ()


def test_who_is_erased_has_said_nothing_and_their_numbers_go_on_counting(store: Store) -> None:
    about = {"contact": "hash", "call": "CA1", "agent": "agt_1"}
    for respondent, whose in (("CA1", about), ("CA2", {"contact": "other", "agent": "agt_1"})):
        for key, answer in (("nps", "3"), ("why", "RE1")):
            take(store, told(question=key, answer=answer, respondent=respondent, about=whose))

    for _ in range(2):
        usecases.forget("acct_1", "hash", lambda *_: a_survey(), store)
        usecases.forget("acct_2", "other", lambda *_: a_survey(), store)

    kept = store.response("acct_1", "srv_1", "CA1")
    assert kept is not None
    assert (kept.given, kept.about) == ({"nps": 3}, {"agent": "agt_1"})
    left = [each.respondent for each, _ in store.verbatims("acct_1", "srv_1", 9).items]
    assert left == ["CA2"]
    found = store.counts("acct_1", "srv_1", By.AGENT, "2026-12-01", "2026-12-01")
    assert {(key.question, key.slot): n for key, n in found.items() if key.question} == {
        ("nps", 3): 2,
        ("why", 0): 1,
    }
    responses = store.responses("acct_1", "srv_1", 9).items
    assert found == Counter(
        {key: n for key, n in folded(responses, a_survey()).items() if key.by is By.AGENT}
    )


@pytest.fixture(params=["in memory", "on DynamoDB"])
def sessions(request: pytest.FixtureRequest) -> Iterator[Sessions]:
    if request.param == "in memory":
        yield SessionsInMemory()
        return
    with tables(CampaignRow):
        yield SessionStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])


def a_session(**fields: Any) -> Session:
    values: dict[str, Any] = {
        "account_id": "acct_1",
        "survey_id": "srv_1",
        "version": 2,
        "respondent": "resp_1",
        "channel": Channel.WHATSAPP,
        "language": "fr",
        "ours": "+33644600001",
        "person": "hash",
        "question": "visit",
        "said": "Le technicien est-il venu ?",
        "said_at": NOON,
        "about": {"segment": "Lyon"},
        "answers": {"nps": 9},
        "attempt": 2,
        "heard": "SM1",
        "told": ("nps", "9"),
        **fields,
    }
    return Session(**values)


def test_a_session_is_read_as_it_was_written_by_the_number_and_the_person(
    sessions: Sessions,
) -> None:
    stored = sessions.save(a_session())

    assert stored == a_session(rev=1)
    assert sessions.session("acct_1", "+33644600001", "hash") == stored
    for key in (("acct_2", "+33644600001", "hash"), ("acct_1", "+33644600002", "hash")):
        assert sessions.session(*key) is None
    assert sessions.session("acct_1", "+33644600001", "other") is None


def test_of_two_messages_at_once_one_moves_a_session_on(sessions: Sessions) -> None:
    seen = sessions.save(a_session())

    moved = sessions.save(replace(seen, question="care"))
    with pytest.raises(Conflict):
        sessions.save(replace(seen, question="why"))
    with pytest.raises(Conflict):
        sessions.save(a_session())

    assert (
        sessions.session("acct_1", "+33644600001", "hash")
        == moved
        == replace(seen, question="care", rev=2)
    )


def test_a_session_that_never_began_is_forgotten_unless_it_moved_on(sessions: Sessions) -> None:
    seen = sessions.save(a_session())
    moved = sessions.save(replace(seen, question="care"))

    sessions.drop(seen)
    assert sessions.session("acct_1", "+33644600001", "hash") == moved
    sessions.drop(moved)
    sessions.drop(moved)

    assert sessions.session("acct_1", "+33644600001", "hash") is None


def test_an_answer_costs_a_read_and_a_transaction() -> None:
    with tables(CampaignRow):
        store = SurveyStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])
        with requests_counted(ROWS[1]) as asked:
            take(store, told(question="nps", answer="9"))

    assert asked == ["GetItem", "TransactWriteItems"]
