"""What may be told of a call: only what its visitor, or its caller, agreed to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.tracking.conversions.conversion import Click, Use
from chalicelib.tracking.conversions.deeds import Judged, of_call
from chalicelib.tracking.conversions.destinations import Network, Proof, Wanted
from chalicelib.tracking.conversions.evidence import agreed, counts
from chalicelib.tracking.conversions.networks import PROVIDERS
from chalicelib.tracking.conversions.providers.hashing import of_digits, of_e164
from chalicelib.tracking.conversions.telling import lack
from chalicelib.tracking.conversions.words import WORDS, Reason
from chalicelib.tracking.pools.leases import millis
from tests.tracking.conversions.builders import (
    AGREED,
    BROWSER,
    CALLER,
    CLICKS,
    NOON,
    a_call,
    a_destination,
    a_visit,
    ids,
    known_of,
    said,
    told_of,
)
from tests.tracking.journeys.builders import a_journey

ALL = frozenset(Use)
NONE: frozenset[Use] = frozenset()
DENIED = {"kind": "custom", "name": "consent", "data": {"ad_user_data": "denied"}}


@pytest.mark.parametrize(
    ("steps", "proof", "expected"),
    [
        pytest.param([], Proof.TOLD, NONE, id="a visit alone is no consent to adverts"),
        pytest.param([], Proof.VISIT, ALL, id="unless the account declares it so"),
        pytest.param([said(ad_user_data="granted")], Proof.TOLD, {Use.ADS}, id="one use is said"),
        pytest.param([said(ad_user_data=True)], Proof.TOLD, {Use.ADS}, id="as true"),
        pytest.param([said(ad_user_data="yes")], Proof.TOLD, NONE, id="in words nobody knows"),
        pytest.param(
            [said(ad_user_data="granted"), DENIED], Proof.TOLD, NONE, id="taken back later"
        ),
        pytest.param(
            [DENIED], Proof.VISIT, ALL - {Use.ADS}, id="who said no is believed against the account"
        ),
        pytest.param(
            [said(ad_user_data="maybe")], Proof.VISIT, ALL - {Use.ADS}, id="unclear is no"
        ),
        pytest.param(
            [{"kind": "page", "name": "consent"}, said(**AGREED)],
            Proof.TOLD,
            {Use.ANALYTICS, Use.ADS},
            id="a step without data says nothing",
        ),
    ],
)
def test_only_what_somebody_agreed_to_counts(
    steps: list[dict[str, Any]], proof: Proof, expected: frozenset[Use]
) -> None:
    known = known_of(Network.META, visit=a_visit(*steps))

    assert agreed(known, a_destination(proof=proof), Use.ADS) == expected


def test_the_click_is_of_when_the_visitor_came_back() -> None:
    back = NOON - timedelta(minutes=9)
    again = a_journey(landing={"click": ["gclid", "march"], "at": millis(back)})
    conversion = told_of(known_of(Network.META, journey=again), a_destination())
    first = told_of(known_of(Network.META), a_destination())

    assert (conversion.click, conversion.clicked_at) == (Click("gclid", "march"), back)
    assert first.clicked_at == NOON - timedelta(hours=1)


CLICKED = {
    "gclid": ("google", 50),
    "gbraid": ("apple", 50),
    "msclkid": ("bing", 40),
    "fbclid": ("meta", 30),
    "ttclid": ("tiktok", 20),
}


def clicked(**minutes_ago: tuple[str, float]) -> dict[str, tuple[str, int]]:
    """Return clicks as a visit has them: each with its id and how many minutes before noon."""
    return {
        name: (click, millis(NOON - timedelta(minutes=ago)))
        for name, (click, ago) in minutes_ago.items()
    }


def a_return(**landing: Any) -> Any:
    """Return the journey of a visitor who came by free results at last."""
    return a_journey(
        landing={"source": "qwant", "at": millis(NOON - timedelta(minutes=9)), **landing}
    )


@pytest.mark.parametrize(
    ("network", "parameter"),
    [
        pytest.param(Network.GOOGLE_ADS, "gclid", id="of what one address bears, the best"),
        pytest.param(Network.DATA_MANAGER, "gclid", id="by the other door too"),
        pytest.param(Network.MICROSOFT_ADS, "msclkid", id="microsoft"),
        pytest.param(Network.META, "fbclid", id="meta"),
    ],
)
def test_each_network_is_told_its_own_last_click_whatever_brought_the_visitor_back(
    network: Network, parameter: str
) -> None:
    visit = a_visit(said(**AGREED), clicks=clicked(**CLICKED))

    found = told_of(known_of(network, visit=visit, journey=a_return()), a_destination(network))

    click_id, ago = CLICKED[parameter]
    assert found.click == Click(parameter, click_id)
    assert found.clicked_at == NOON - timedelta(minutes=ago)


def test_analytics_knows_no_clicks() -> None:
    visit = a_visit(said(**AGREED), clicks=clicked(**CLICKED))

    known = known_of(Network.GA4, visit=visit, journey=a_return())

    assert told_of(known, a_destination(Network.GA4)).click is None


@pytest.mark.parametrize(
    ("ago", "counts_still"),
    [
        pytest.param(timedelta(days=89), True, id="after 89 days"),
        pytest.param(timedelta(days=91), False, id="after 91 days"),
        pytest.param(timedelta(minutes=1), False, id="while they talk"),
    ],
)
def test_a_click_counts_for_ninety_days_and_for_calls_that_follow_it(
    ago: timedelta, counts_still: bool
) -> None:
    visit = a_visit(said(**AGREED), clicks={"gclid": ("noel", millis(NOON - ago))})
    destination = a_destination(Network.GOOGLE_ADS)
    known = known_of(Network.GOOGLE_ADS, visit=visit, journey=a_return())

    found = told_of(known, destination)

    assert (found.click is not None) is counts_still
    missing = lack(found, known, destination, PROVIDERS[Network.GOOGLE_ADS])
    assert missing is (None if counts_still else Reason.NO_CLICK)


def test_a_click_that_another_has_replaced_since_the_ring_is_the_calls_all_the_same() -> None:
    visit = a_visit(said(**AGREED), clicks=clicked(gclid=("next", -5)))
    rang = clicked(gclid=("noel", 50))

    found = told_of(
        known_of(Network.GOOGLE_ADS, visit=visit, journey=a_return(clicks=rang)), a_destination()
    )

    assert found.click == Click("gclid", "noel")


def test_the_advert_that_is_opened_again_was_clicked_when_it_was_first_seen() -> None:
    landing = '{"click":["gclid","noel"]}'
    visit = a_visit(said(**AGREED), landing=landing, clicks=clicked(gclid=("noel", 10)))

    found = told_of(known_of(Network.GOOGLE_ADS, visit=visit, journey=a_return()), a_destination())

    assert found.clicked_at == visit.first_seen


TAGGED = a_call(tags=("accord-pub",))


@pytest.mark.parametrize("use", [Use.ADS, Use.ANALYTICS])
def test_a_caller_may_agree_in_the_call_to_what_the_network_asks_for(use: Use) -> None:
    known = known_of(Network.META, visit=None, call=TAGGED)

    assert agreed(known, a_destination(consent_tag="accord-pub"), use) == {use}
    assert agreed(known, a_destination(), use) == NONE


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        pytest.param({}, {Use.ADS}, id="nothing"),
        pytest.param(
            {"ad_personalization": "granted"}, {Use.ADS, Use.PERSONALISATION}, id="another use"
        ),
        pytest.param({"analytics_storage": "denied"}, {Use.ADS}, id="no to another use"),
        pytest.param(
            {"ad_user_data": "denied", "ad_personalization": "granted"}, {Use.ADS}, id="no to it"
        ),
    ],
)
def test_what_the_page_said_still_counts_when_the_caller_agrees(
    consent: dict[str, str], expected: set[Use]
) -> None:
    known = known_of(Network.META, visit=a_visit(said(**consent)), call=TAGGED)

    assert agreed(known, a_destination(consent_tag="accord-pub"), Use.ADS) == expected


REFUSALS = [
    pytest.param({"visit": a_visit(ids(**BROWSER), DENIED)}, Reason.NO_CONSENT, id="who said no"),
    pytest.param({"visit": None}, Reason.NO_VISIT, id="of no visit, or of one that was erased"),
]


@pytest.mark.parametrize(("facts", "reason"), REFUSALS)
def test_a_callers_word_does_not_tell_of_a_visitor(facts: dict[str, Any], reason: Reason) -> None:
    destination = a_destination(Network.META, consent_tag="accord-pub")
    known = known_of(Network.META, call=TAGGED, **facts)

    found = told_of(known, destination)

    assert (found.click, found.browser_id, found.client_id) == (None, None, None)
    assert lack(found, known, destination, PROVIDERS[Network.META]) is reason


@pytest.mark.parametrize(("facts", "reason"), REFUSALS)
@pytest.mark.parametrize("network", [each for each in Network if each is not Network.GA4])
def test_a_callers_word_tells_of_the_callers_own_number(
    network: Network, facts: dict[str, Any], reason: Reason
) -> None:
    destination = a_destination(network, consent_tag="accord-pub", send_caller=True)
    known = known_of(network, call=TAGGED, **facts)

    found = told_of(known, destination)

    assert lack(found, known, destination, PROVIDERS[network]) is None
    sent = str(PROVIDERS[network].requests(found, destination))
    assert (CLICKS[network] or [])[1] not in sent
    assert of_e164(CALLER) in sent or of_digits(CALLER) in sent


def test_analytics_is_told_of_a_caller_who_agreed_in_the_call() -> None:
    destination = a_destination(Network.GA4, consent_tag="accord-pub")
    known = known_of(Network.GA4, call=TAGGED, visit=a_visit(ids(**BROWSER)))

    found = told_of(known, destination)

    assert lack(found, known, destination, PROVIDERS[Network.GA4]) is None
    (body, _) = (each.body for each in PROVIDERS[Network.GA4].requests(found, destination))
    assert body["consent"] == {"ad_user_data": "DENIED", "ad_personalization": "DENIED"}


@pytest.mark.parametrize(
    ("facts", "judged", "wanted", "expected"),
    [
        pytest.param({"talk_seconds": 59}, Judged(), Wanted(), False, id="59 seconds"),
        pytest.param({"talk_seconds": 60}, Judged(), Wanted(), True, id="60 seconds qualify"),
        pytest.param({"talk_seconds": 5}, Judged(qualified=True), Wanted(), True, id="by a person"),
        pytest.param({}, Judged(qualified=False), Wanted(), False, id="disqualified by a rule"),
        pytest.param(
            {"tags": ("devis",)},
            Judged(qualified=False),
            Wanted(tags=("devis",)),
            True,
            id="disqualified by a rule, with a tag that is wanted",
        ),
        pytest.param(
            {"tags": ("devis",)},
            Judged(qualified=False, denied=True),
            Wanted(tags=("devis",)),
            False,
            id="disqualified by a person",
        ),
        pytest.param({}, Judged(spam=True, qualified=True), Wanted(), False, id="spam"),
        pytest.param(
            {"talk_seconds": 30},
            Judged(),
            Wanted(qualified=False, min_seconds=30),
            True,
            id="long enough for this destination",
        ),
        pytest.param(
            {"talk_seconds": 0, "tags": ("devis",)},
            Judged(),
            Wanted(qualified=False, tags=("devis",)),
            True,
            id="a tag it wants",
        ),
        pytest.param(
            {"tags": ("sav",)},
            Judged(),
            Wanted(qualified=False, tags=("devis",)),
            False,
            id="another tag",
        ),
    ],
)
def test_which_calls_count(
    facts: dict[str, Any], judged: Judged, wanted: Wanted, expected: bool
) -> None:
    assert counts(of_call(a_call(**facts)), judged, a_destination(wanted=wanted)) is expected


def test_a_calls_own_value_goes_before_the_destinations() -> None:
    known = known_of(Network.META, judged=Judged(value_cents=12_345, currency="CHF"))

    own = told_of(known, a_destination())
    other = told_of(known_of(Network.META), a_destination())

    assert (own.value, own.currency) == (123.45, "CHF")
    assert (other.value, other.currency) == (40.0, "EUR")


def test_ids_that_are_no_ids_are_not_passed_on() -> None:
    visit = a_visit(said(**AGREED), ids(**BROWSER), ids(ga_client_id="x y <z>", fbp=7))

    conversion = told_of(known_of(Network.GA4, visit=visit), a_destination())

    assert conversion.client_id is None
    assert conversion.session_id == BROWSER["ga_session_id"]


def test_nothing_that_is_peoples_is_shown_of_a_conversion() -> None:
    conversion = told_of(known_of(Network.META), a_destination(Network.META))

    shown = repr(conversion)
    assert "IwAR0abc" not in shown
    assert "639981234" not in shown


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_in_both_languages(reason: Reason) -> None:
    words = WORDS[reason]

    assert set(words) == {"fr", "en"}
    assert all(each.endswith(".") for each in words.values())
