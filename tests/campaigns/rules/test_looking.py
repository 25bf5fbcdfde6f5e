"""What is stored of the facts that a decision looked at: L223-1 al. 3, whoever rings proves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.campaigns.rules import (
    ARTICLES,
    Attempt,
    Checked,
    Listed,
    Mode,
    Past,
    Purpose,
    Register,
    Sector,
    decision_of,
)
from chalicelib.campaigns.rules.deciding import EDITION
from tests.campaigns.rules.builders import (
    DAY,
    MOBILE,
    NOW,
    NPV,
    OBJECT,
    SIREN,
    a_campaign,
    a_consent,
    a_contract,
    a_person,
    a_request,
    codes,
    decided,
    paris,
    said_no,
    tried,
    with_,
    withdrew,
)

CALLS = tried(40 * DAY, 29 * DAY, DAY) + tried(DAY, professional="404833048")


def test_l223_1_al_3_what_was_looked_at_is_stored_with_the_decision() -> None:
    past = with_(
        attempts=CALLS,
        checked=(Checked(register=Register.BLOCTEL, at=NOW - DAY),),
        listed=(Listed(register=Register.BLOCTEL),),
        withdrawals=withdrew(NOW - 60 * DAY),
        ledger="14:9f3c",
    )

    stored = decided(past=past).as_fields()

    assert stored["allowed"]
    assert stored["facts"] == {
        "professional": SIREN,
        "purpose": "commercial",
        "object": OBJECT,
        "sector": "other",
        "sells": True,
        "mode": "predictive",
        "audience": "consumer",
        "shown": NPV,
        "row": "npv",
        "clocks": {"Europe/Paris": "2026-11-18T11:00:00+01:00"},
        "calls_in_thirty_days": 2,
        "checked": {"bloctel": (NOW - DAY).isoformat()},
        "listed": ["bloctel"],
        "withdrawn_at": (NOW - 60 * DAY).isoformat(),
        "ledger": "14:9f3c",
        "proof": {"given": (NOW - 30 * DAY).isoformat()},
    }
    assert MOBILE not in json.dumps(stored)
    assert decision_of(stored, ARTICLES) == decided(past=past)


def test_l223_1_al_3_it_is_small_and_a_refusal_has_it_too() -> None:
    stored = decided(paris("2026-11-22 11:00"), past=with_(attempts=CALLS)).as_fields()

    assert stored["facts"]["clocks"] == {"Europe/Paris": "2026-11-22T11:00:00+01:00"}
    assert "proof" not in stored["facts"]
    assert len(json.dumps(stored["facts"])) < 400


def test_l223_1_al_3_what_was_looked_at_reads_as_it_is_stored_whoever_reads_it_first() -> None:
    decision, same = (decided(past=with_(attempts=CALLS)) for _ in range(2))

    assert repr(decision) == repr(decision_of(same.as_fields(), ARTICLES))
    assert decision == same
    assert hash(decision) == hash(same)
    assert len(decision.facts) == len(same.as_fields()["facts"])
    assert decision != decided(past=with_(attempts=CALLS, ledger="14:9f3c"))


def test_l223_1_al_4_and_r223_4_a_contract_and_a_request_have_their_proof_in_it() -> None:
    linked = a_campaign(purpose=Purpose.CONTRACT, link="entretien")
    works = a_campaign(purpose=Purpose.CALLBACK, sector=Sector.ENERGY_SAVING)

    contract = decided(campaign=linked, past=Past(contracts=(a_contract(proof="s3://c1"),)))
    request = decided(campaign=works, past=Past(requests=(a_request(),)))

    assert contract.facts["proof"] == {
        "began": (NOW - 365 * DAY).isoformat(),
        "object": OBJECT,
        "link": "entretien",
        "proof": "s3://c1",
    }
    assert request.facts["proof"] == {"asked": (NOW - DAY).isoformat(), "proof": "form_1"}


def test_a_decision_that_was_stored_without_facts_is_read() -> None:
    stored = decided().as_fields()
    del stored["facts"]

    assert decision_of(stored, ARTICLES).facts == {}


NAIVE = datetime(2026, 11, 18, 10)  # noqa: DTZ001 - what is looked for
ANCIENT = datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("at", [NAIVE, ANCIENT])
@pytest.mark.parametrize(
    "facts",
    [
        lambda at: {"attempts": (Attempt(professional=SIREN, at=at),)},
        lambda at: {"attempts": (Attempt(professional="404833048", at=at),)},
        lambda at: {"refusals": said_no(at)},
        lambda at: {"withdrawals": withdrew(at)},
        lambda at: {"checked": (Checked(register=Register.TPS, at=at),)},
        lambda at: {"contracts": (a_contract(began_at=at),)},
        lambda at: {"contracts": (a_contract(ended_at=at),)},
        lambda at: {"requests": (a_request(at),)},
        lambda at: {"requests": (a_request(opens=at),)},
        lambda at: {"consents": (a_consent(at),)},
        lambda at: {"consents": (a_consent(revoked_at=at),)},
    ],
)
def test_l223_1_a_fact_that_cannot_be_read_is_a_reason_and_no_crash(
    at: datetime, facts: Any
) -> None:
    decision = decided(past=with_(**facts(at)))

    assert codes(decision) == ["facts.unreadable"]
    assert decision.earliest is None
    assert decision.rules == EDITION


@pytest.mark.parametrize("country", ["FR", "GB", "US"])
def test_the_end_of_all_calendars_is_waited_for_by_nobody(country: str) -> None:
    """R223-4 and the registers: the year 9999 is "never", and no instant to go to."""
    end = datetime.max.replace(tzinfo=UTC)
    past = Past(
        consents=(a_consent(end),),
        contracts=(a_contract(began_at=end),),
        requests=(a_request(end), a_request(opens=end, closes=end)),
        checked=tuple(Checked(register=each, at=end) for each in Register),
        withdrawals=withdrew(end),
        attempts=tried(NOW - end, answered=True),
    )
    number = {"FR": MOBILE, "GB": "+447700900123", "US": "+12125550123"}[country]
    for purpose in Purpose:
        campaign = a_campaign(purpose=purpose, country=country, mode=Mode.PREVIEW, link="l")
        decision = decided(NOW + timedelta(hours=1), campaign, a_person(number), past)
        assert decision.earliest is None
