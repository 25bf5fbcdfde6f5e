"""What the ledger says of somebody is what decisions are made of: C. conso. L223-1, R223-1."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.campaigns.consents.consents import (
    Channel,
    Consent,
    Evidence,
    Means,
    Professional,
    Standing,
    Status,
    Withdrawal,
)
from chalicelib.campaigns.rules import Mode, Past
from chalicelib.campaigns.rules.gathering import consents_of, listed_by, withdrawals_of
from tests.campaigns.rules.builders import (
    DAY,
    NOW,
    OBJECT,
    SIREN,
    WILLING,
    a_campaign,
    codes,
    decided,
    paris,
    with_,
)

YEAR = timedelta(days=365)


def written(days_ago: float = 30, **facts: Any) -> Consent:
    usual: dict[str, Any] = {
        "id": "cns_1",
        "professional": Professional(siren=SIREN, name="Assurances du Midi"),
        "object": OBJECT,
        "text": "J'accepte d'être appelé.",
        "captured_at": NOW - days_ago * DAY,
        "means": Means.WEB,
        "covers": frozenset({Channel.PHONE}),
        "evidence": Evidence(reference="lot-7.pdf"),
    }
    return Consent(**{**usual, **facts})


def left(days_ago: float, siren: str | None = SIREN) -> Withdrawal:
    return Withdrawal(at=NOW - days_ago * DAY, means=Means.SMS, siren=siren)


def past(*consents: Consent, withdrawals: tuple[Withdrawal, ...] = (), **facts: Any) -> Past:
    standing = Standing(consents=consents, withdrawals=withdrawals, **facts)
    return Past(consents=consents_of(standing), withdrawals=withdrawals_of(standing))


@pytest.mark.parametrize(
    ("consents", "withdrawals", "expected"),
    [
        pytest.param((written(),), (), [], id="agreed"),
        pytest.param((written(365),), (), [], id="a year ago"),
        pytest.param((written(366),), (), ["consent.expired"], id="longer ago"),
        pytest.param((written(-1),), (), ["consent.future"], id="tomorrow"),
        pytest.param((), (), ["consent.missing"], id="nothing"),
        pytest.param(
            (written(covers=frozenset({Channel.SMS})),), (), ["consent.missing"], id="texts"
        ),
        pytest.param((written(),), (left(1),), ["consent.revoked", "withdrawn"], id="withdrawn"),
        pytest.param(
            (written(),), (left(1, None),), ["consent.revoked", "withdrawn"], id="from everybody"
        ),
        pytest.param((written(),), (left(1, "404833048"),), [], id="from somebody else"),
        pytest.param((written(),), (left(40),), [], id="agreed again"),
    ],
)
def test_l223_1_and_r223_1_what_the_ledger_has_is_decided_by(
    consents: tuple[Consent, ...], withdrawals: tuple[Withdrawal, ...], expected: list[str]
) -> None:
    decision = decided(past=past(*consents, withdrawals=withdrawals))

    assert codes(decision) == expected
    standing = Standing(consents=consents, withdrawals=withdrawals)
    spoken = (each for each in standing.valid(NOW) if Channel.PHONE in each.covers)
    assert decision.allowed is any(spoken)
    assert set(Status) >= {standing.status(each, NOW) for each in consents}


def test_l223_1_an_erasure_ends_everything_until_they_agree_again() -> None:
    erased = NOW - 10 * DAY

    assert not decided(past=past(written(), erased_at=erased)).allowed
    assert decided(past=past(written(5), erased_at=erased)).allowed


def test_d223_9_and_l34_5_boxes_of_their_own() -> None:
    sunday = paris("2026-11-22 11:00")
    both = frozenset({Channel.PHONE, Channel.AUTOMATON})

    assert decided(sunday, past=past(written(outside_hours=True))).allowed
    assert codes(decided(sunday, past=past(written()))) == ["day.weekend"]
    machine = a_campaign(mode=Mode.AGENTLESS)
    assert decided(campaign=machine, past=past(written(covers=both))).allowed
    assert codes(decided(campaign=machine, past=past(written()))) == ["automaton.consent"]


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("account", False),
        (f"siren:{SIREN}", False),
        ("campaign:camp_1", False),
        ("siren:404833048", True),
        ("campaign:camp_2", True),
    ],
)
def test_do_not_call_lists_of_the_house_hold_for_whose_they_are(scope: str, allowed: bool) -> None:
    listed = listed_by([scope], SIREN, "camp_1")

    assert decided(past=with_(WILLING, listed=listed)).allowed is allowed
