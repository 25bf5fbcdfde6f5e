"""Decisions: all reasons, the earliest instant, the law of a date, and what is stored."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.campaigns.rules import (
    ARTICLES,
    EDITION,
    LAWS,
    Mode,
    Past,
    Person,
    Professional,
    Sector,
    country_of,
    decision_of,
)
from chalicelib.campaigns.rules.decision import Article, Basis, Reason
from chalicelib.campaigns.rules.law import FINE, Case, Rule, Timeline
from chalicelib.campaigns.rules.words import GROUNDS, WORDS
from tests.campaigns.rules.builders import (
    DAY,
    NOW,
    a_campaign,
    a_contract,
    a_person,
    codes,
    decided,
    paris,
    said_no,
    tried,
    with_,
    withdrew,
)

FRANCE = LAWS["FR"]


def _against(case: Case, article: Article) -> tuple[Reason, ...]:
    return (Reason("number.short", article),)


def test_every_reason_is_told_and_not_the_first() -> None:
    """L223-1, L34-5, D223-9, L221-17 and the house's rule, of one call."""
    campaign = a_campaign(
        None,
        professional=Professional(id=""),
        sector=Sector.RENEWABLE_ENERGY,
        mode=Mode.AGENTLESS,
    )

    decision = decided(paris("2026-11-22 21:00"), campaign, a_person("3631"), Past())

    assert codes(decision) == [
        "number.short",
        "professional.unknown",
        "sector.banned",
        "consent.missing",
        "automaton.consent",
        "day.weekend",
        "hours.closed",
        "caller-id.withheld",
    ]


def test_the_earliest_instant_is_after_the_last_reason() -> None:
    """D223-9: the fourth call of thirty days, a refusal, and a weekend at the end of it."""
    past = with_(
        attempts=tried(4 * DAY, 3 * DAY, 2 * DAY, DAY), refusals=said_no(paris("2026-11-03 11:00"))
    )

    decision = decided(paris("2026-11-18 21:00"), past=past)

    assert codes(decision) == ["hours.closed", "attempts.too-many", "refused"]
    # The 60 days end with Saturday, 2 January 2027.
    assert decision.earliest == paris("2027-01-04 10:00")


def test_a_consent_that_expires_before_the_window_opens_is_no_use() -> None:
    """R223-1 and D223-9: a year is over on Saturday."""
    past = Past(consents=(with_().consents[0],))
    friday = NOW - 30 * DAY + 365 * DAY

    assert friday.date() == date(2027, 10, 19)
    assert decided(friday.replace(hour=19), past=past).earliest is None


def test_instants_are_read_whatever_their_offset_and_refused_without_one() -> None:
    elsewhere = NOW.astimezone(tz=None)

    assert decided(elsewhere).at == NOW
    with pytest.raises(ValueError, match="an instant needs an offset"):
        decided(NOW.replace(tzinfo=None))


def test_a_country_without_a_module_has_nobody_rung() -> None:
    decision = decided(campaign=a_campaign(country="DE"))

    assert codes(decision) == ["country.unknown"]
    assert decision.earliest is None


@pytest.mark.parametrize("year", [1912, 1969, 2012])
def test_law_that_is_not_known_allows_nothing(year: int) -> None:
    at = datetime(year, 11, 20, 10, tzinfo=UTC)

    decision = decided(at)

    assert "at.before-the-rules" in codes(decision)
    assert decision.earliest is None or decision.earliest >= datetime(2020, 7, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "past"),
    [
        (NOW, with_()),
        (NOW.replace(hour=21), with_()),
        (NOW, Past(withdrawals=withdrew(NOW))),
        (paris("2026-03-18 21:00"), Past()),
    ],
)
def test_a_decision_is_stored_and_read_again(at: datetime, past: Past) -> None:
    decision = decided(at, past=past)

    stored = json.dumps(decision.as_fields())

    assert decision_of(json.loads(stored), ARTICLES) == decision
    assert decision.rules == EDITION


def test_reasons_are_told_in_french_and_in_english_with_their_article() -> None:
    reason = decided(NOW.replace(hour=21)).reasons[0]

    assert reason.in_words() == (
        "On n'appelle pas à cette heure-là, à l'heure de la personne."
        " (C. conso. D223-9, décret 2022-1313)"
    )
    assert reason.in_words("en").startswith("Nobody is rung at this time")
    number = decided(person=a_person("3631")).reasons[0]
    assert number.in_words() == "C'est un numéro court. (règle de Cadran)"
    assert number.in_words("en") == "It is a short number. (a rule of Cadran's)"
    assert set(WORDS["fr"]) == set(WORDS["en"])
    assert all(text.strip() for words in WORDS.values() for text in words.values())


def test_articles_have_keys_that_stay_and_dates_that_make_sense() -> None:
    assert all(each.until is None or each.since < each.until for each in ARTICLES.values())
    assert {each.key for each in ARTICLES.values() if each.basis is Basis.PRACTICE} == {
        "practice",
        "house",
        "gb.ofcom.2017",
    }


def test_a_reason_ends_with_the_law_that_it_is_of() -> None:
    """Law that ends frees nobody by itself: what follows decides anew."""
    old = ARTICLES["fr.plan.2023"]
    case = Case(NOW, a_campaign(), a_person(), Past(), FRANCE.place(a_person()))
    timeline = Timeline([Rule(old, _against)], "Europe/Paris")

    case.at = paris("2025-12-31 12:00")
    assert timeline.reasons(case)[0].until == paris("2026-01-01 00:00")
    case.at = paris("2026-01-01 00:00")
    assert timeline.reasons(case) == FINE


END = datetime.max.replace(tzinfo=UTC)


def test_the_end_of_time_is_no_fault_of_a_fact_and_no_instant_to_ask_about() -> None:
    """Some write the year 9999 for "never": contracts, refusals, calls."""
    never = with_(
        refusals=said_no(END),
        attempts=tried(*(NOW - END,) * 4, abandoned=True),
        contracts=(a_contract(ended_at=END),),
    )

    assert codes(decided(past=never)) == ["attempts.too-many", "refused", "attempts.abandoned"]
    american = decided(
        campaign=a_campaign(country="US", link="policy"),
        person=a_person("+12125550123"),
        past=never,
    )
    assert "listed.us-national" not in codes(american)
    for at in (END, datetime.min.replace(tzinfo=UTC)):
        with pytest.raises(ValueError, match="between 1900 and 9000"):
            decided(at)


@pytest.mark.parametrize(
    ("person", "country"),
    [
        (a_person(), "FR"),
        (a_person("+262692123456", country="RE"), "FR"),
        (a_person("+447700900123"), "GB"),
        (a_person("+441534440000", country="JE"), "GB"),
        (a_person("+17875550123", country="PR"), "US"),
        (a_person("+14165550123"), ""),
        (a_person("+33612345678", country="BE"), ""),
        (a_person("+32470123456", country="GP"), "FR"),
        (a_person("112"), ""),
    ],
)
def test_people_are_rung_by_the_law_of_where_they_live(person: Person, country: str) -> None:
    assert country_of(person) == country


def test_what_an_allowed_call_rests_on_is_told_in_words() -> None:
    ground = decided().ground

    assert ground is not None
    assert ground.in_words() == "La personne a consenti à ces appels (cns_1)"
    assert set(GROUNDS["fr"]) == set(GROUNDS["en"])
    assert {*GROUNDS["fr"]} == {
        "consent",
        "contract",
        "callback",
        "opt-out",
        "business",
        "not-selling",
    }


def test_what_is_far_away_does_not_take_for_ever() -> None:
    """D223-9: a refusal in a year that no calendar is asked for."""
    past = with_(refusals=said_no(NOW + timedelta(days=3000)))

    assert decided(past=past).earliest is None
