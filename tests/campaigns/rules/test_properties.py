"""What holds of every decision, held against the law as `oracle.py` reads it.

D223-9, L223-1 in both versions, R223-4, L34-5, the numbering plan and the rest, mixed at random.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.campaigns.rules import (
    Attempt,
    Audience,
    Campaign,
    Checked,
    Consent,
    Contract,
    Country,
    Covers,
    Listed,
    Mode,
    Past,
    Person,
    Professional,
    Purpose,
    Refusal,
    Register,
    Request,
    Sector,
    Shown,
    Withdrawal,
    decide,
)
from chalicelib.campaigns.rules.france import France
from chalicelib.campaigns.rules.united_kingdom import UnitedKingdom
from chalicelib.campaigns.rules.united_states import State, UnitedStates
from chalicelib.campaigns.rules.windows import Hours
from tests.campaigns.rules import oracle
from tests.campaigns.rules.builders import (
    DAY,
    NOW,
    WILLING,
    a_campaign,
    a_person,
    a_request,
    paris,
    said_no,
    tried,
    with_,
)

STEP: Final = timedelta(minutes=15)
AHEAD: Final = timedelta(days=66)
ME, OTHER = "552100554", "404833048"
NUMBERS = ("+33612345678", "+33145678901", "+590690123456", "+262692123456", "+508708123456")
THINGS = ("assurance", "abonnement")
Facts = tuple[datetime, Campaign, Person, Past]

professionals = st.sampled_from((ME, ME, ME, OTHER))
things = st.sampled_from((THINGS[0], THINGS[0], THINGS[1]))
quarters = st.integers(min_value=-70 * 96, max_value=3 * 96)


def some(strategy: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def seldom(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.one_of(*[st.just(())] * 3, strategy.map(lambda each: (each,)))


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """Return quarters of an hour of 2020 to 2028, often about a day on which law changed."""
    turns = ["2020-07-26", "2022-12-21", "2023-01-01", "2023-03-01", "2023-07-25", "2025-07-01"]
    turns += ["2026-08-11"] * 4 + ["2026-11-18"] * 6 + ["2028-02-28", "2026-12-24", "2027-03-26"]
    about = paris(f"{draw(st.sampled_from(turns))} 00:00")
    return about + draw(st.integers(min_value=-3 * 96, max_value=4 * 96)) * STEP


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    number = st.sampled_from(
        ("+33162012345",) * 14 + ("+33145678901", "+33612345678", "+33891234567", None)
    )
    yes = st.sampled_from((True,) * 14 + (False,))
    return Campaign(
        professional=Professional(id=ME),
        purpose=draw(st.sampled_from(Purpose)),
        object=THINGS[0],
        mode=draw(st.sampled_from(Mode)),
        shown=Shown(number=draw(number), entitled=draw(yes), answers=draw(yes)),
        sector=draw(st.sampled_from((Sector.OTHER,) * 6 + tuple(Sector)[:6])),
        sells=draw(st.sampled_from((None, None, None, True, False))),
        link=draw(st.sampled_from(("", "suite du contrat"))),
        contract_objects=draw(st.sampled_from((THINGS, THINGS[:1], THINGS[:1], ()))),
    )


@st.composite
def people(draw: st.DrawFn) -> Person:
    return Person(
        number=draw(st.sampled_from(NUMBERS)),
        audience=draw(st.sampled_from((Audience.CONSUMER,) * 4 + tuple(Audience))),
        zone=draw(st.sampled_from(("", "", "", "Indian/Mayotte", "Europe/Paris"))),
        list_zone=draw(st.sampled_from(("", "", "America/Cayenne"))),
    )


@st.composite
def pasts(draw: st.DrawFn, now: datetime) -> Past:
    at = quarters.map(lambda quarter: now + quarter * STEP)
    years = st.integers(min_value=-400 * 96, max_value=2 * 96).map(lambda each: now + each * STEP)
    hours = st.integers(min_value=-40, max_value=40).map(lambda each: now + each * 4 * STEP)
    boxes = st.sets(st.sampled_from(Covers), min_size=1).map(frozenset)
    consent = st.builds(
        Consent,
        id=st.just("cns"),
        professional=professionals,
        object=things,
        captured_at=st.one_of(years, at, st.none()),
        covers=st.one_of(st.just(frozenset(Covers)), boxes),
        expires_at=st.one_of(st.none(), st.none(), at),
        revoked_at=st.one_of(st.none(), st.none(), st.none(), at),
    )
    contract = st.builds(
        Contract,
        id=st.just("ctr"),
        professional=professionals,
        began_at=years,
        ended_at=st.one_of(st.none(), at),
        object=st.sampled_from((*THINGS, THINGS[0], "")),
    )
    request = st.builds(
        _request,
        id=st.just("req"),
        professional=professionals,
        object=things,
        at=hours,
        proof=st.sampled_from(("form", "form", "")),
        opens=st.one_of(st.none(), hours),
        lasts=st.one_of(st.none(), st.integers(min_value=-1, max_value=6)),
    )
    attempt = st.builds(
        Attempt,
        professional=professionals,
        at=at,
        selling=st.booleans(),
        abandoned=st.sampled_from((False, False, True)),
        answered=st.sampled_from((False, False, True)),
        object=st.sampled_from(("", *THINGS)),
    )
    return Past(
        consents=draw(some(consent, 3)),
        contracts=draw(some(contract, 2)),
        requests=draw(some(request, 2)),
        attempts=draw(some(attempt, 7)),
        refusals=draw(seldom(st.builds(Refusal, professional=professionals, at=at))),
        withdrawals=draw(
            seldom(
                st.builds(
                    Withdrawal,
                    professional=st.one_of(professionals, st.just("")),
                    at=at,
                    object=st.one_of(things, st.just("")),
                )
            )
        ),
        listed=draw(seldom(st.sampled_from(LISTS))),
        checked=draw(some(st.builds(Checked, register=st.just(Register.BLOCTEL), at=at), 2)),
    )


def _request(opens: datetime | None, lasts: int | None, **facts: Any) -> Request:
    """Ask to be rung, in a slot of so many hours or without an end."""
    closes = None if lasts is None else (opens or facts["at"]) + timedelta(hours=lasts)
    return Request(opens=opens, closes=closes, **facts)


LISTS: Final = (
    Listed(register=Register.BLOCTEL),
    Listed(register=Register.OWN, professional=OTHER),
    Listed(register=Register.OWN, professional=ME, only_selling=True),
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    at = draw(instants())
    return at, draw(campaigns()), draw(people()), draw(pasts(at))


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(facts())
def test_a_call_is_allowed_when_the_law_read_naively_allows_it_and_without_reasons(
    case: Facts,
) -> None:
    """D223-9, L223-1 (2020 and 2026), R223-1, R223-4, L34-5, L221-17, the plan."""
    at, campaign, person, past = case

    decision = decide(at, campaign, person, past)

    assert decision.allowed is oracle.may(at, campaign, person, past), decision.reasons
    assert decision.allowed is not bool(decision.reasons)
    assert decision.allowed is (decision.earliest == decision.at)
    assert (decision.ground is not None) is decision.allowed
    assert all(each.until is None or each.until > decision.at for each in decision.reasons)
    if any(each.until is None for each in decision.reasons):
        assert decision.earliest is None


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(facts())
def test_the_earliest_instant_is_lawful_and_no_quarter_of_an_hour_before_it_is(
    case: Facts,
) -> None:
    at, campaign, person, past = case

    earliest = decide(at, campaign, person, past).earliest

    end = at + AHEAD if earliest is None else min(earliest, at + AHEAD)
    while at < end:
        assert not oracle.may(at, campaign, person, past), at
        at += STEP
    if earliest is not None:
        assert oracle.may(earliest, campaign, person, past)
        assert decide(earliest, campaign, person, past).allowed


MINUTE = timedelta(minutes=1)
SLOT = {"opens": paris("2026-11-21 11:07"), "closes": paris("2026-11-21 11:20")}


@pytest.mark.parametrize(
    ("at", "campaign", "past"),
    [
        pytest.param("2026-11-18 13:00", a_campaign(), WILLING, id="lunch"),
        pytest.param("2026-11-20 20:00", a_campaign(), WILLING, id="a weekend"),
        pytest.param(
            "2026-11-18 18:00",
            a_campaign(),
            with_(attempts=tried(28 * DAY, 9 * DAY, 2 * DAY, DAY)),
            id="four calls",
        ),
        pytest.param(
            "2026-11-20 20:00",
            a_campaign(purpose=Purpose.CALLBACK),
            with_(requests=(a_request(paris("2026-11-20 18:00"), **SLOT),)),
            id="a slot that was chosen",
        ),
        pytest.param(
            "2026-11-18 18:00",
            a_campaign(),
            with_(attempts=tried(timedelta(hours=70, minutes=7), abandoned=True)),
            id="abandoned",
        ),
    ],
)
def test_d223_9_and_r223_4_no_minute_before_the_earliest_is_lawful(
    at: str, campaign: Campaign, past: Past
) -> None:
    person, now = a_person(), paris(at)

    earliest = decide(now, campaign, person, past).earliest

    assert earliest is not None
    assert oracle.may(earliest, campaign, person, past)
    while now < earliest:
        assert not oracle.may(now, campaign, person, past), now
        now += MINUTE


OPTIONS: Final[dict[str, dict[str, Country]]] = {
    "strict": {
        "FR": France(
            alsace_moselle=True,
            abolition_days=True,
            courtesy=frozenset({Purpose.SURVEY, Purpose.SERVICE}),
        ),
        "GB": UnitedKingdom(hours=Hours(week=(((9, 12), (13, 17)),) * 5 + ((),) * 2)),
        "US": UnitedStates(states={"NY": State(Hours(week=(((9, 20),),) * 7), 2)}),
    },
    "loose": {
        "FR": France(callbacks_suffice=True, foreign_caller_ids=True, courtesy=frozenset()),
        "GB": UnitedKingdom(courtesy=frozenset()),
        "US": UnitedStates(states={}),
    },
}
ABROAD: Final = {"FR": NUMBERS, "GB": ("+447700900123",), "US": ("+12125550123", "+17015550123")}


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(facts(), st.sampled_from(("FR", "GB", "US")), st.sampled_from(sorted(OPTIONS)), st.data())
def test_in_every_country_nothing_before_the_earliest_instant_is_allowed(
    case: Facts, country: str, options: str, data: st.DataObject
) -> None:
    """PECR, 64.1200 and the choices that France leaves."""
    at, campaign, person, past = case
    laws = OPTIONS[options]
    campaign = replace(campaign, country=country)
    person = replace(person, number=data.draw(st.sampled_from(ABROAD[country])), list_zone="")
    checked = (Register.TPS, Register.US_NATIONAL)
    past = replace(past, checked=past.checked + tuple(Checked(register=r, at=at) for r in checked))

    first = decide(at, campaign, person, past, laws)

    ahead = at + AHEAD if first.earliest is None else min(first.earliest, at + AHEAD)
    while at < ahead:
        assert not decide(at, campaign, person, past, laws).allowed, at
        at += STEP
    if first.earliest is not None:
        assert decide(first.earliest, campaign, person, past, laws).allowed


AGAINST: Final = (
    {"attempts": tried(DAY, 2 * DAY, 3 * DAY, 4 * DAY)},
    {"attempts": tried(timedelta(hours=1), abandoned=True)},
    {"refusals": said_no(NOW - 3 * DAY)},
    {"refusals": said_no(NOW - 70 * DAY)},
    {"withdrawals": (Withdrawal(professional=ME, at=NOW - DAY),)},
    {"withdrawals": (Withdrawal(professional=OTHER, at=NOW - DAY),)},
    *({"listed": (each,)} for each in LISTS),
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(facts(), st.sampled_from(AGAINST))
def test_what_speaks_against_somebody_never_makes_a_call_allowed(
    case: Facts, against: dict[str, Any]
) -> None:
    at, campaign, person, past = case
    more = replace(past, **{name: getattr(past, name) + each for name, each in against.items()})

    before, after = decide(at, campaign, person, past), decide(at, campaign, person, more)

    assert before.allowed or not after.allowed
    assert {each.code for each in before.reasons} - {each.code for each in after.reasons} <= SHIFTS


# A consent of which only the date was wrong is withdrawn then: another reason in its place.
SHIFTS: Final = {"consent.future", "consent.expired"}


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(facts(), st.sampled_from(("Europe/Paris", "Asia/Kathmandu", "America/New_York")))
def test_a_decision_is_of_an_instant_however_it_is_written(case: Facts, zone: str) -> None:
    at, campaign, person, past = case

    assert decide(at.astimezone(ZoneInfo(zone)), campaign, person, past) == decide(*case)
    assert decide(at.astimezone(UTC), campaign, person, past) == decide(*case)
