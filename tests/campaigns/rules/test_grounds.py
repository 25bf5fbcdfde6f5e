"""What a call may rest on in France: consent, contract, request; banned sectors, registers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.campaigns.rules import (
    Audience,
    Checked,
    Covers,
    Listed,
    Mode,
    Past,
    Professional,
    Purpose,
    Register,
    Sector,
)
from tests.campaigns.rules.builders import (
    DAY,
    NOW,
    OBJECT,
    WILLING,
    a_campaign,
    a_consent,
    a_contract,
    a_person,
    a_request,
    agreed,
    codes,
    decided,
    paris,
    texts,
    with_,
    withdrew,
)

NOTHING = Past()
A_YEAR = timedelta(days=365)
LINKED = "complément de la garantie en cours"


def test_l223_1_a_consumer_who_agreed_is_rung() -> None:
    decision = decided()

    assert decision.allowed
    assert decision.earliest == NOW
    assert decision.ground is not None
    assert (decision.ground.kind, decision.ground.id) == ("consent", "cns_1")


def test_l223_1_a_consumer_who_did_not_agree_is_never_rung() -> None:
    decision = decided(past=NOTHING)

    assert codes(decision) == ["consent.missing"]
    assert texts(decision) == {"fr.l223-1.2026"}
    assert decision.earliest is None


@pytest.mark.parametrize(
    ("age", "code"),
    [
        pytest.param(timedelta(0), None, id="given this instant"),
        pytest.param(A_YEAR, None, id="the anniversary's own instant"),
        pytest.param(
            A_YEAR + timedelta(microseconds=1), "consent.expired", id="a microsecond later"
        ),
        pytest.param(-timedelta(microseconds=1), "consent.future", id="dated of the future"),
    ],
)
def test_r223_1_a_consent_lasts_365_days(age: timedelta, code: str | None) -> None:
    decision = decided(past=Past(consents=(a_consent(NOW - age),)))

    assert codes(decision) == ([code] if code else [])
    assert texts(decision) <= {"fr.r223-1", "fr.l223-1.2026"}


def test_r223_1_a_consent_that_passed_a_leap_day_still_lasts_365_days() -> None:
    given = paris("2027-06-01 11:00")
    past = Past(consents=(a_consent(given),))

    assert decided(paris("2028-05-31 11:00"), past=past).allowed
    assert codes(decided(paris("2028-05-31 11:01"), past=past)) == ["consent.expired"]


def test_r223_1_a_consent_may_have_been_asked_for_less_than_a_year() -> None:
    past = Past(consents=(a_consent(expires_at=NOW - timedelta(seconds=1)),))

    assert codes(decided(past=past)) == ["consent.expired"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param(
            {"captured_at": None, "revoked_at": NOW}, "consent.revoked", id="revoked first"
        ),
        pytest.param({"captured_at": None}, "consent.unreadable", id="then unreadable"),
        pytest.param({"captured_at": NOW + DAY}, "consent.future", id="then of the future"),
        pytest.param({"captured_at": NOW - 400 * DAY}, "consent.expired", id="then too old"),
        pytest.param({"object": "Assurance auto"}, "consent.other-object", id="another object"),
        pytest.param({"object": ""}, "consent.other-object", id="no object"),
        pytest.param({"professional": "404833048"}, "consent.missing", id="somebody else"),
        pytest.param(
            {"covers": frozenset({Covers.AUTOMATON})}, "consent.missing", id="another box"
        ),
        pytest.param(
            {"revoked_at": NOW - DAY, "captured_at": NOW - 400 * DAY},
            "consent.revoked",
            id="revoked, and old",
        ),
    ],
)
def test_l223_1_a_consent_fails_closed(facts: dict[str, Any], code: str) -> None:
    decision = decided(past=Past(consents=(a_consent(**facts),)))

    assert code in codes(decision)
    assert not decision.allowed


def test_l223_1_of_several_consents_one_is_enough_and_the_gravest_fault_is_told() -> None:
    old, other = a_consent(NOW - 400 * DAY), a_consent(object="Assurance auto")

    assert codes(decided(past=Past(consents=(other, old)))) == ["consent.expired"]
    assert decided(past=Past(consents=(other, old, a_consent()))).allowed


def test_l223_1_an_object_is_the_same_however_it_is_typed() -> None:
    for typed in ("  ASSURANCE  Habitation. ", "Assurance habitation .", ". assurance habitation"):
        assert decided(campaign=a_campaign(object=typed)).allowed
    assert codes(decided(campaign=a_campaign(object=""))) == ["consent.other-object"]


def test_l223_1_whoever_withdrew_is_never_rung_unless_they_agree_anew() -> None:
    given, left = NOW - 30 * DAY, withdrew(NOW - 10 * DAY)

    before = decided(past=Past(consents=(a_consent(given),), withdrawals=left))
    after = decided(past=Past(consents=(a_consent(NOW - 9 * DAY),), withdrawals=left))

    assert codes(before) == ["consent.revoked", "withdrawn"]
    assert before.earliest is None
    assert texts(before) == {"fr.l223-1.2026", "eu.gdpr.21"}
    assert after.allowed


def test_l223_1_a_withdrawal_is_of_one_consent_and_of_all_of_the_same_object() -> None:
    revoked = a_consent(NOW - 60 * DAY, revoked_at=NOW - DAY)
    of_another = a_consent(object="Assurance auto", revoked_at=NOW - DAY)

    assert codes(decided(past=Past(consents=(revoked, a_consent())))) == [
        "consent.revoked",
        "withdrawn",
    ]
    assert decided(past=Past(consents=(of_another, a_consent()))).allowed
    assert decided(past=with_(withdrawals=withdrew(NOW, object="Assurance auto"))).allowed
    assert decided(past=with_(withdrawals=withdrew(NOW, professional="404833048"))).allowed
    assert not decided(past=with_(withdrawals=withdrew(NOW, professional=""))).allowed


def test_l223_1_a_withdrawal_whose_clock_runs_ahead_counts_at_once() -> None:
    past = Past(consents=(a_consent(revoked_at=NOW + timedelta(seconds=2)),))

    assert "consent.revoked" in codes(decided(past=past))


@pytest.mark.parametrize("purpose", [Purpose.COMMERCIAL, Purpose.CONTRACT])
def test_l223_1_al_4_a_running_contract_with_a_link_is_enough(purpose: Purpose) -> None:
    campaign = a_campaign(purpose=purpose, link=LINKED)

    decision = decided(campaign=campaign, past=Past(contracts=(a_contract(),)))

    assert decision.allowed
    assert decision.ground is not None
    assert decision.ground.kind == "contract"


@pytest.mark.parametrize(
    ("contract", "link", "code"),
    [
        pytest.param(None, LINKED, "contract.missing", id="none"),
        pytest.param({}, " ", "contract.unrelated", id="nothing to do with it"),
        pytest.param({"ended_at": NOW}, LINKED, "contract.not-running", id="just ended"),
        pytest.param({"began_at": NOW + DAY}, LINKED, "contract.not-running", id="not begun"),
        pytest.param(
            {"professional": "404833048"}, LINKED, "contract.missing", id="somebody else's"
        ),
        pytest.param({"object": "Assurance auto"}, LINKED, "contract.unrelated", id="another"),
        pytest.param({"object": ""}, LINKED, "contract.unrelated", id="nobody knows about what"),
    ],
)
def test_l223_1_al_4_another_contract_is_not(
    contract: dict[str, Any] | None, link: str, code: str
) -> None:
    campaign = a_campaign(purpose=Purpose.CONTRACT, link=link)
    contracts = () if contract is None else (a_contract(**contract),)

    assert codes(decided(campaign=campaign, past=Past(contracts=contracts))) == [code]


def test_l223_1_al_4_a_call_has_to_do_with_the_object_of_that_contract() -> None:
    """L223-1 al. 4: whatever else the customer once bought does not bear it."""
    old = a_contract(id="ctr_0", object="Assurance auto", began_at=NOW - 3000 * DAY)
    past = Past(contracts=(old, a_contract()))

    objects: list[tuple[str, ...]] = [(OBJECT,), ("Assurance vie", "assurance  HABITATION")]
    for named in objects:
        ground = decided(campaign=a_campaign(link=LINKED, contract_objects=named), past=past).ground
        assert ground is not None
        assert ground.id == "ctr_1"
    for named in [(), ("",), ("Assurance vie",)]:
        campaign = a_campaign(purpose=Purpose.CONTRACT, link=LINKED, contract_objects=named)
        assert codes(decided(campaign=campaign, past=past)) == ["contract.unrelated"]
    ended = Past(contracts=(old, a_contract(ended_at=NOW - DAY)))
    campaign = a_campaign(purpose=Purpose.CONTRACT, link=LINKED)
    assert codes(decided(campaign=campaign, past=ended)) == ["contract.not-running"]


def test_l223_1_al_4_a_contract_that_begins_later_is_waited_for() -> None:
    campaign = a_campaign(purpose=Purpose.CONTRACT, link=LINKED)
    past = Past(contracts=(a_contract(began_at=paris("2026-11-21 09:00")),))

    assert decided(campaign=campaign, past=past).earliest == paris("2026-11-23 10:00")


@pytest.mark.parametrize("purpose", [Purpose.SERVICE, Purpose.SURVEY])
def test_l223_1_calls_that_sell_nothing_need_no_consent_until_they_sell(purpose: Purpose) -> None:
    assert decided(campaign=a_campaign(purpose=purpose), past=NOTHING).allowed
    assert codes(decided(campaign=a_campaign(purpose=purpose, sells=True), past=NOTHING)) == [
        "consent.missing"
    ]


@pytest.mark.parametrize("audience", [Audience.PROFESSIONAL, Audience.COMPANY])
def test_l223_1_is_of_consumers_and_gdpr_21_of_everybody(audience: Audience) -> None:
    person = a_person(audience=audience)

    assert decided(person=person, past=NOTHING).allowed
    assert codes(decided(person=person, past=Past(withdrawals=withdrew(NOW - DAY)))) == [
        "withdrawn"
    ]


def test_l223_1_somebody_is_named_on_whose_behalf_it_is() -> None:
    campaign = a_campaign(professional=Professional(id=" "))

    assert "professional.unknown" in codes(decided(campaign=campaign))


HOMES = [Sector.ENERGY_SAVING, Sector.RENEWABLE_ENERGY, Sector.HOME_ADAPTATION]


@pytest.mark.parametrize("sector", HOMES)
def test_l223_1_al_5_works_in_homes_are_not_sold_by_telephone(sector: Sector) -> None:
    campaign = a_campaign(sector=sector, link=LINKED)

    willing = decided(campaign=campaign)

    assert codes(willing) == ["sector.banned"]
    assert texts(willing) == {"fr.l223-1.homes.2026"}
    assert willing.earliest is None
    assert decided(campaign=campaign, past=Past(contracts=(a_contract(),))).allowed
    assert decided(campaign=a_campaign(sector=sector, purpose=Purpose.SERVICE)).allowed


@pytest.mark.parametrize(
    ("sector", "day", "article"),
    [
        (Sector.ENERGY_SAVING, "2020-07-24", None),
        (Sector.ENERGY_SAVING, "2020-07-27", "fr.l223-1.homes.2020"),
        (Sector.HOME_ADAPTATION, "2025-06-30", None),
        (Sector.HOME_ADAPTATION, "2025-07-01", "fr.2025-594.13"),
        (Sector.HOME_ADAPTATION, "2026-08-10", "fr.2025-594.13"),
        (Sector.HOME_ADAPTATION, "2026-08-11", "fr.l223-1.homes.2026"),
        (Sector.TRAINING_ACCOUNT, "2022-12-20", None),
        (Sector.TRAINING_ACCOUNT, "2022-12-21", "fr.l6323-8-1"),
    ],
)
def test_l223_1_al_5_and_act_2025_594_each_sector_is_banned_from_its_day_on(
    sector: Sector, day: str, article: str | None
) -> None:
    at = paris(f"{day} 11:00")
    past = Past(consents=(a_consent(at),), checked=(Checked(register=Register.BLOCTEL, at=at),))

    decision = decided(at, a_campaign(sector=sector), past=past)

    banned = {each.article.key for each in decision.reasons if each.code == "sector.banned"}
    assert banned == ({article} if article else set())


def test_l6323_8_1_training_accounts_are_their_holders_even_at_work() -> None:
    campaign = a_campaign(sector=Sector.TRAINING_ACCOUNT, purpose=Purpose.CALLBACK)
    asked = Past(consents=(a_consent(),), requests=(a_request(),))

    for audience in (Audience.CONSUMER, Audience.PROFESSIONAL):
        decision = decided(campaign=campaign, person=a_person(audience=audience), past=asked)
        assert codes(decision) == ["sector.banned"]
        assert texts(decision) == {"fr.l6323-8-1"}


@pytest.mark.parametrize("sector", [*HOMES, Sector.TRAINING_ACCOUNT])
def test_l223_1_al_5_and_l6323_8_1_no_call_rests_on_a_consent_there(sector: Sector) -> None:
    """L223-1 al. 5: a consent is void there, whatever else there is to rest on."""
    customer = with_(contracts=(a_contract(),), requests=(a_request(),))
    linked = a_campaign(sector=sector, link=LINKED)

    for audience in (Audience.CONSUMER, Audience.PROFESSIONAL):
        ground = decided(campaign=linked, person=a_person(audience=audience), past=customer).ground
        assert ground is not None
        banned = audience is Audience.CONSUMER or sector is Sector.TRAINING_ACCOUNT
        assert ground.kind == ("contract" if banned else "business")


def test_act_2025_594_before_its_day_adapting_homes_was_no_banned_sector() -> None:
    at = paris("2025-06-30 11:00")
    campaign = a_campaign(sector=Sector.HOME_ADAPTATION)
    checked = (Checked(register=Register.BLOCTEL, at=at - DAY),)
    past = Past(consents=(a_consent(at - DAY),), checked=checked)

    ground = decided(at, campaign, past=past).ground

    assert ground is not None
    assert ground.kind == "consent"


def test_l34_5_a_machine_needs_a_consent_of_its_own_and_a_contract_is_none() -> None:
    campaign = a_campaign(mode=Mode.AGENTLESS, link=LINKED)
    customer = with_(contracts=(a_contract(),))

    for person in (a_person(), a_person(audience=Audience.PROFESSIONAL)):
        decision = decided(campaign=campaign, person=person, past=customer)
        assert codes(decision) == ["automaton.consent"]
        assert texts(decision) == {"fr.l34-5"}
    assert decided(campaign=campaign, past=Past(consents=(agreed(Covers.AUTOMATON),))).allowed
    assert decided(campaign=campaign, person=a_person(audience=Audience.COMPANY)).allowed
    assert decided(campaign=a_campaign(mode=Mode.AGENTLESS, purpose=Purpose.SURVEY)).allowed


BLOCTEL_DAYS = paris("2026-03-18 11:00")
CHECKED = (Checked(register=Register.BLOCTEL, at=BLOCTEL_DAYS - DAY),)
ON_BLOCTEL = (Listed(register=Register.BLOCTEL),)


def test_l223_1_as_of_2020_last_march_whoever_was_not_on_bloctel_was_rung() -> None:
    decision = decided(BLOCTEL_DAYS, past=Past(checked=CHECKED))

    assert decision.allowed
    assert decision.ground is not None
    assert decision.ground.kind == "opt-out"


def test_l223_1_as_of_2020_whoever_was_on_bloctel_was_not_but_as_a_customer() -> None:
    past = Past(checked=CHECKED, listed=ON_BLOCTEL)
    press = a_campaign(sector=Sector.PRESS)

    decision = decided(BLOCTEL_DAYS, past=past)

    assert codes(decision) == ["listed.bloctel"]
    assert texts(decision) == {"fr.l223-1.2020"}
    assert decided(
        BLOCTEL_DAYS,
        a_campaign(link=LINKED),
        past=with_(past, contracts=(a_contract(),)),
    ).allowed
    assert decided(BLOCTEL_DAYS, press, past=past).allowed


@pytest.mark.parametrize(
    ("age", "allowed"), [(30 * DAY, True), (30 * DAY + timedelta(seconds=1), False)]
)
def test_l223_1_as_of_2020_lists_were_compared_with_bloctel_once_a_month(
    age: timedelta, allowed: bool
) -> None:
    checked = (Checked(register=Register.BLOCTEL, at=BLOCTEL_DAYS - age),)

    assert decided(BLOCTEL_DAYS, past=Past(checked=checked)).allowed is allowed
    assert codes(decided(BLOCTEL_DAYS, past=NOTHING)) == ["unchecked.bloctel"]


def test_l223_1_changed_at_midnight_on_11_august_2026() -> None:
    anybody = Past(checked=(Checked(register=Register.BLOCTEL, at=paris("2026-08-10 08:00")),))
    listed = Past(consents=(a_consent(paris("2026-08-01 12:00")),), listed=ON_BLOCTEL)

    assert decided(paris("2026-08-10 19:59"), past=anybody).allowed
    assert decided(paris("2026-08-10 20:00"), past=anybody).earliest is None
    assert codes(decided(paris("2026-08-11 10:00"), past=anybody)) == ["consent.missing"]
    assert decided(paris("2026-08-10 11:00"), past=listed).earliest == paris("2026-08-11 10:00")


def test_own_lists_hold_for_all_calls_or_for_sales_whatever_was_agreed() -> None:
    """Practice (GDPR art. 21 where somebody objected): the house's own rule."""
    service = a_campaign(purpose=Purpose.SERVICE)
    everything = with_(listed=(Listed(register=Register.OWN),))
    sales = with_(listed=(Listed(register=Register.OWN, only_selling=True),))
    others = with_(listed=(Listed(register=Register.OWN, professional="404833048"),))

    assert codes(decided(past=everything)) == ["listed.own"]
    assert codes(decided(campaign=service, past=everything)) == ["listed.own"]
    assert codes(decided(past=sales)) == ["listed.own"]
    assert decided(campaign=service, past=sales).allowed
    assert decided(past=others).allowed


def test_bloctel_is_over() -> None:
    """L223-1 since 11 August 2026: the list is no reason any more."""
    assert decided(past=with_(WILLING, listed=ON_BLOCTEL)).allowed
    assert OBJECT in {each.object for each in WILLING.consents}
