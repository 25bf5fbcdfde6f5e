"""Who could be rung when, and why not the others, before anybody is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.campaign import Columns
from chalicelib.campaigns.consents.consents import Channel, Means, Standing, Withdrawal
from chalicelib.campaigns.consents.suppressions import ACCOUNT, Suppression
from chalicelib.campaigns.days import zone_of
from chalicelib.campaigns.evidence import instant, past_of, person_of
from chalicelib.campaigns.lawful import seen_by_law
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.rules import Audience, Purpose
from chalicelib.campaigns.trying import MOST_EXAMPLES, counted, judged
from tests.campaigns.builders import (
    NOON,
    a_campaign,
    a_consent,
    a_contact,
    a_line,
    a_plan,
    known,
    people,
)

if TYPE_CHECKING:
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.trying import Verdict

SUNDAY = datetime(2026, 11, 22, 11, tzinfo=UTC)
MONDAY_AT_TEN = datetime(2026, 11, 23, 9, tzinfo=UTC)
AFTERNOONS = '{"weekly":{"monday":[["15:00","17:00"]],"tuesday":[["15:00","17:00"]]}}'


def verdict(
    campaign: Campaign, there: Facts, contact: Contact | None = None, at: datetime = NOON
) -> Verdict:
    seen = seen_by_law(campaign.plan, a_line())
    return judged(contact or a_contact(), campaign, seen, people(), there, at)


def codes(found: Verdict) -> list[str]:
    return [each.code for each in found.reasons]


def test_l223_1_who_agreed_is_rung_and_who_did_not_never() -> None:
    agreed = verdict(a_campaign(), known(a_consent()))
    silent = verdict(a_campaign(), known())

    assert (agreed.allowed, agreed.earliest) == (True, NOON)
    assert codes(silent) == ["consent.missing", "automaton.consent"]
    assert silent.earliest is None


def test_d223_9_on_a_sunday_one_waits_for_monday() -> None:
    found = verdict(a_campaign(), known(a_consent()), at=SUNDAY)

    assert codes(found) == ["day.weekend"]
    assert found.earliest == MONDAY_AT_TEN


def test_a_campaigns_own_hours_narrow_the_laws_and_never_widen_them() -> None:
    afternoons = verdict(a_campaign(hours=AFTERNOONS), known(a_consent()))
    at_night = verdict(
        a_campaign(hours='{"weekly":{"tuesday":[["08:00","10:30"]]}}'),
        known(a_consent()),
        at=datetime(2026, 11, 24, 7, 30, tzinfo=UTC),
    )

    assert codes(afternoons) == ["campaign.hours"]
    assert afternoons.earliest == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert codes(at_night) == ["hours.closed"]
    assert at_night.earliest == datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_hours_that_never_meet_the_laws_leave_nobody_to_ring() -> None:
    sundays = a_campaign(hours='{"weekly":{"sunday":[["10:00","12:00"]]}}')

    found = verdict(sundays, known(a_consent()))

    assert codes(found) == ["campaign.hours"]
    assert found.earliest is None


def test_before_its_first_day_a_campaign_waits_and_after_its_last_it_is_over() -> None:
    early = verdict(a_campaign(begins=date(2026, 11, 25)), known(a_consent()))
    late = verdict(a_campaign(ends=date(2026, 11, 22)), known(a_consent()), at=SUNDAY)
    over = verdict(a_campaign(ends=date(2026, 11, 23)), known(a_consent()))

    assert codes(early) == ["campaign.days"]
    assert early.earliest == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert (codes(late), late.earliest) == (["day.weekend"], None)
    assert (codes(over), over.earliest) == (["campaign.days"], None)


def test_who_withdrew_or_is_on_a_list_is_not_rung() -> None:
    withdrawal = Withdrawal(at=NOON - timedelta(days=1), means=Means.SMS)
    gone = Standing(consents=(a_consent(),), withdrawals=(withdrawal,))
    stop = Suppression(person="hash", scope=ACCOUNT, since=NOON, number=None, reason="")

    withdrew = verdict(a_campaign(), known(a_consent(), standing=gone))
    listed = verdict(a_campaign(), known(a_consent(), suppressions=(stop,)))

    assert "consent.revoked" in codes(withdrew)
    assert (codes(listed), listed.earliest) == (["listed.own"], None)


CONTRACTS: dict[str, Any] = {
    "purpose": Purpose.CONTRACT,
    "link": "Livraison comprise dans l'abonnement",
    "contract_objects": ("Abonnement",),
    "columns": Columns(contract="contrat", contract_began="debut", contract_ended="fin"),
}


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ("Entretien", None),
        ("abonnement ", None),
        ("Assurance", "contract.unrelated"),
        ("", "contract.unrelated"),
    ],
)
def test_l223_1_al_4_a_contract_of_another_object_bears_no_call(
    about: str, code: str | None
) -> None:
    only_agents = known(a_consent(covers=frozenset({Channel.AUTOMATON})))
    columns = replace(CONTRACTS["columns"], contract_object="objet")
    several = {"contract_objects": ("Abonnement", "Entretien"), "columns": columns}
    contact = a_contact(contrat="C-1", debut="2026-01-01", objet=about)

    found = verdict(a_campaign(**{**CONTRACTS, **several}), only_agents, contact)

    assert codes(found) == ([code] if code else [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"contrat": "C-1", "debut": "2026-01-01"}, None),
        ({"contrat": "C-1", "debut": "01/01/2026", "fin": "31/12/2026"}, None),
        ({"contrat": "C-1", "debut": "2026-01-01", "fin": "2026-06-30"}, "contract.not-running"),
        ({"contrat": "C-1", "debut": "soon"}, "contract.missing"),
        ({"contrat": "C-1", "debut": "2026-01-01", "fin": "one day"}, "contract.missing"),
        ({"debut": "2026-01-01"}, "contract.missing"),
        ({}, "contract.missing"),
    ],
)
def test_l223_1_a_contract_is_what_the_contacts_fields_prove(
    fields: dict[str, str], code: str | None
) -> None:
    only_agents = known(a_consent(covers=frozenset({Channel.AUTOMATON})))

    found = verdict(a_campaign(**CONTRACTS), only_agents, a_contact(**fields))

    assert codes(found) == ([code] if code else [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"demande": "form-7", "le": "2026-11-23T18:00:00+01:00"}, None),
        ({"demande": "form-7", "le": "23/11/2026 18:00"}, None),
        ({"demande": "form-7", "le": "2026-11-02"}, "callback.lapsed"),
        ({"demande": "", "le": "2026-11-23"}, "callback.missing"),
        ({"demande": "form-7", "le": ""}, "callback.missing"),
    ],
)
def test_r223_4_a_callback_is_what_the_contacts_fields_prove(
    fields: dict[str, str], code: str | None
) -> None:
    campaign = a_campaign(
        purpose=Purpose.CALLBACK, columns=Columns(request="demande", request_at="le")
    )

    found = verdict(campaign, known(a_consent()), a_contact(**fields))

    assert codes(found) == ([code] if code else [])


def test_a_request_about_something_else_is_another_object() -> None:
    columns = Columns(request="demande", request_at="le", request_object="qui")
    campaign = a_campaign(purpose=Purpose.CALLBACK, columns=columns)
    contact = a_contact(demande="form-7", le="2026-11-23", qui="Un devis de fenêtres")

    assert "callback.other-object" in codes(verdict(campaign, known(a_consent()), contact))


@pytest.mark.parametrize(
    ("said", "audience"),
    [("", "consumer"), ("Company", "company"), ("professional", "professional"), ("?", "consumer")],
)
def test_in_doubt_somebody_is_a_consumer(said: str, audience: str) -> None:
    plan = a_plan(columns=Columns(audience="qui"))

    assert person_of(a_contact(qui=said), plan, people()).audience is Audience(audience)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "31/02/2026", "0001-01-01", "12"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert instant(text, zone_of("FR")) is None


def test_a_contract_without_end_may_say_so_by_the_last_day_of_all() -> None:
    columns = Columns(contract="contrat", contract_began="debut", contract_ended="fin")
    contact = a_contact(contrat="C-1", debut="1900-01-02", fin="9999-12-31")

    (contract,) = past_of(contact, a_plan(columns=columns), known(), "camp_1").contracts

    assert contract.ended_at is not None
    assert contract.ended_at.year == 2200


def test_a_ledger_that_was_tampered_with_proves_nothing() -> None:
    past = past_of(a_contact(), a_plan(), known(intact=False), "camp_1")

    assert past.consents == ()


def test_a_page_is_counted_and_nobody_is_lost() -> None:
    at = SUNDAY
    by_hand = a_campaign(purpose=Purpose.SERVICE, mode=Mode.PREVIEW)
    verdicts = [
        verdict(a_campaign(), known(a_consent()), a_contact("+33612345601"), at),
        verdict(a_campaign(), known(a_consent()), a_contact("+262262123456"), at),
        verdict(a_campaign(), known(), a_contact("+33612345603"), at),
        verdict(by_hand, known(), a_contact("+33612345604"), at),
    ]

    tried = counted(verdicts, at, "FR")

    assert (tried.contacts, tried.now, tried.never) == (4, 1, 1)
    assert tried.later == {date(2026, 11, 23): 2}
    assert tried.now + sum(tried.later.values()) + tried.never == tried.contacts
    assert tried.first == datetime(2026, 11, 23, 6, tzinfo=UTC)  # ten in Réunion
    assert tried.last == MONDAY_AT_TEN
    assert [(each.reason.code, each.contacts) for each in tried.reasons] == [
        ("day.weekend", 3),
        ("automaton.consent", 1),
        ("consent.missing", 1),
    ]
    assert [each.contact_id for each in tried.examples] == [
        "hash33612345601",
        "hash262262123456",
        "hash33612345603",
    ]


def test_reasons_are_said_in_both_languages_with_their_article() -> None:
    campaign = a_campaign(hours=AFTERNOONS)
    refused = [verdict(campaign, known(), a_contact(f"+336123456{at:02}")) for at in range(30)]

    tried = counted(refused, NOON, "FR")

    said = {each.reason.code: (each.in_words("fr"), each.in_words("en")) for each in tried.reasons}
    assert said["consent.missing"] == (
        "La personne n'a pas consenti à ces appels. (C. conso. L223-1, loi 2025-594)",
        "The person has not agreed to such calls. (C. conso. L223-1, loi 2025-594)",
    )
    assert said["campaign.hours"] == (
        "Ce n'est pas une heure de la campagne. (règle de Cadran)",
        "It is none of the campaign's hours. (a rule of Cadran's)",
    )
    assert len(tried.examples) == MOST_EXAMPLES
