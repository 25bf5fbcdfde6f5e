"""What a consent is good for, at any instant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.campaigns.consents.checking import NoConsent, check
from chalicelib.campaigns.consents.consents import Channel, Evidence, Professional, Standing, Status
from tests.campaigns.consents.builders import (
    NOON,
    OTHER_SIREN,
    SIREN,
    a_consent,
    a_withdrawal,
    at,
    captured,
)

SCAN = Evidence(reference="lot-7.pdf")
YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("captured_at", "status"),
    [
        pytest.param(NOON, Status.VALID, id="from its instant on"),
        pytest.param(NOON - YEAR, Status.VALID, id="on the anniversary still (decree 2026-662)"),
        pytest.param(NOON - YEAR - timedelta(seconds=1), Status.EXPIRED, id="a second after"),
        pytest.param(NOON + timedelta(seconds=1), Status.NOT_YET, id="a second before"),
    ],
)
def test_a_consent_is_good_for_a_year(captured_at: Any, status: Status) -> None:
    consent = a_consent(captured_at=captured_at)

    assert Standing((consent,)).status(consent, NOON) is status


@pytest.mark.parametrize(
    ("withdrawal", "ends"),
    [
        pytest.param(a_withdrawal(at=at(hours=-1)), True, id="from everybody"),
        pytest.param(a_withdrawal(at=at(hours=-1), siren=SIREN), True, id="from this one"),
        pytest.param(a_withdrawal(at=at(hours=-1), siren=OTHER_SIREN), False, id="from another"),
        pytest.param(a_withdrawal(at=at(days=-1)), True, id="at the same instant"),
        pytest.param(a_withdrawal(at=at(days=-1, seconds=-1)), False, id="before they consented"),
    ],
)
def test_a_withdrawal_ends_what_was_consented_to_before(withdrawal: Any, ends: bool) -> None:
    consent = a_consent(evidence=SCAN)

    standing = Standing((consent,), (withdrawal,))

    assert (standing.status(consent, NOON) is Status.WITHDRAWN) == ends
    assert (standing.valid(NOON) == ()) == ends


def test_withdrawn_goes_before_expired_as_in_the_published_order() -> None:
    consent = a_consent(captured_at=NOON - YEAR - timedelta(days=1))

    standing = Standing((consent,), (a_withdrawal(),))

    assert standing.status(consent, NOON) is Status.WITHDRAWN


def test_who_consents_again_after_withdrawing_has_not_refused_any_more() -> None:
    first = a_consent(captured_at=at(days=-9))
    again = a_consent("cons_2", captured_at=at(hours=-1), evidence=SCAN)
    withdrawal = a_withdrawal(at=at(days=-5))

    assert Standing((first,), (withdrawal,)).refused(SIREN) == withdrawal.at
    assert Standing((first, again), (withdrawal,)).refused(SIREN) is None
    assert Standing((first, again), (withdrawal,)).refused(OTHER_SIREN) == withdrawal.at
    assert Standing((first, again), (withdrawal,)).valid(NOON) == (again,)


def test_an_erasure_ends_everything_until_then() -> None:
    consent = a_consent()

    standing = Standing((consent,), (), erased_at=at(hours=-1))

    assert standing.valid(NOON) == ()
    assert standing.refused(SIREN) == at(hours=-1)


WRONG = {
    "a SIREN whose check digit is another": (
        {"professional": Professional(siren="732829321", name="Boulangerie")},
        "/professional/siren",
    ),
    "a SIREN of eight digits": (
        {"professional": Professional(siren="73282932", name="Boulangerie")},
        "/professional/siren",
    ),
    "partners instead of a professional": (
        {"professional": Professional(siren=SIREN, name="nos partenaires")},
        "/professional/name",
    ),
    "no object": ({"object": "  "}, "/object"),
    "an object that is anything": ({"object": "Nos offres commerciales"}, "/object"),
    "an object of a word": ({"object": "Pain"}, "/object"),
    "an object of partners": ({"object": "Les offres de nos partenaires"}, "/object"),
    "offers of whoever": ({"object": "Offres diverses du groupe"}, "/object"),
    "all products": ({"object": "tous nos produits et services"}, "/object"),
    "products of a company": ({"object": "Produits et services de la société"}, "/object"),
    "over a year": ({"until": at(days=365)}, "/expires_at"),
    "an end before the beginning": ({"until": at(days=-2)}, "/expires_at"),
    "no text": ({"text": ""}, "/text"),
    "a text of a word": ({"text": "J'accepte"}, "/text"),
    "no channel": ({"covers": ()}, "/covers"),
    "a channel twice": ({"covers": (Channel.PHONE, Channel.PHONE)}, "/covers"),
    "a box ticked beforehand": ({"ticked_beforehand": True}, "/ticked_beforehand"),
    "hours of calls without calls": (
        {"covers": (Channel.SMS,), "outside_hours": True},
        "/outside_hours",
    ),
    "a time to come": ({"captured_at": at(seconds=1)}, "/captured_at"),
    "a time of long ago": ({"captured_at": at(days=-4 * 365 - 1)}, "/captured_at"),
}


@pytest.mark.parametrize(("facts", "pointer"), WRONG.values(), ids=WRONG)
def test_what_is_no_consent_is_refused_by_its_field(facts: dict[str, Any], pointer: str) -> None:
    with pytest.raises(NoConsent) as refused:
        check(captured(**facts), NOON)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_every_fault_is_found() -> None:
    with pytest.raises(NoConsent) as refused:
        check(captured(object="", text="", covers=(), captured_at=at(days=1)), NOON)

    assert [fault.pointer for fault in refused.value.faults] == [
        "/object",
        "/text",
        "/covers",
        "/captured_at",
    ]


def test_a_text_that_promises_less_than_a_year_is_good_for_less() -> None:
    consent = a_consent(until=NOON)

    assert Standing((consent,)).status(consent, NOON) is Status.VALID
    assert Standing((consent,)).status(consent, at(seconds=1)) is Status.EXPIRED
    assert consent.basis != a_consent().basis


def test_an_object_is_the_same_with_another_space_or_stop() -> None:
    assert (
        a_consent(object=" Livraison  de pain .").basis
        == a_consent(object="Livraison de pain").basis
    )


def test_a_consent_as_the_law_wants_it_passes() -> None:
    assert check(captured(), NOON) == captured()
