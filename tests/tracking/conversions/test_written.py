"""Forms, texts and chats that count are told to networks as calls are: with consent, once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.conversions.conversion import State
from chalicelib.tracking.conversions.deeds import Deed, Judged, of_interaction
from chalicelib.tracking.conversions.destinations import Network
from chalicelib.tracking.conversions.evidence import Known
from chalicelib.tracking.conversions.networks import PROVIDERS
from chalicelib.tracking.conversions.telling import after
from chalicelib.tracking.conversions.words import Reason
from chalicelib.tracking.leads.leads import Kind
from tests.tracking.conversions import oracles
from tests.tracking.conversions.builders import (
    AGREED,
    BROWSER,
    CALLER,
    CLICKS,
    IDS,
    NOON,
    House,
    a_destination,
    a_visit,
    ids,
    said,
    told_of,
)
from tests.tracking.conversions.test_providers import LATER, answer
from tests.tracking.conversions.test_telling import come_due, come_to_an_end, ended
from tests.tracking.journeys.builders import ACCOUNT
from tests.tracking.leads.builders import a_form, a_lead

if TYPE_CHECKING:
    from chalicelib.tracking.conversions.destinations import Destination

EMAIL = "Jeanne.Martin@gmail.com"
WRITTEN = [Kind.FORM, Kind.TEXT, Kind.CHAT]
GOOD = Judged(qualified=True, value_cents=12_000, currency="EUR")
ONE_BY_ONE = [pytest.param(each, id=each.value) for each in Network]


def a_deed(kind: Kind = Kind.FORM, **facts: Any) -> Deed:
    """Return something written at noon, on a visit, that is worth 120 €."""
    known: dict[str, Any] = {
        "id": f"{kind}:1",
        "account_id": ACCOUNT,
        "kind": kind,
        "at": NOON,
        "ended_at": NOON,
        "number": CALLER,
        "email": EMAIL,
        "visit_id": "vis_a",
        "judged": GOOD,
    }
    return Deed(**known | facts)


def a_taker(network: Network, **facts: Any) -> Destination:
    return a_destination(network, **{"kinds": tuple(Kind), **facts})


def known_of(network: Network, deed: Deed) -> Known:
    """Return what is known of it: the visit of somebody who agreed, from a click there."""
    click = CLICKS[network]
    landing = json.dumps({"channel": "paid_search", **({"click": click} if click else {})})
    visit = a_visit(said(**AGREED), ids(**BROWSER), landing=landing)
    return Known(deed=deed, judged=deed.judged, visit=visit)


def a_house(network: Network, deed: Deed | None = None, **facts: Any) -> House:
    return House(a_taker(network, **facts), known_of(network, deed or a_deed()))


def sent(network: Network, kind: Kind, **facts: Any) -> Any:
    """Return the last request that a network gets of something written."""
    destination = a_taker(network, **facts)
    conversion = told_of(known_of(network, a_deed(kind)), destination)
    return destination, PROVIDERS[network].requests(conversion, destination)[-1]


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_what_was_written_is_told_once_however_often_it_is_seen(
    network: Network, kind: Kind
) -> None:
    house = a_house(network, a_deed(kind))

    for _ in range(3):
        ended(house)
        entry = come_due(house)

    assert (entry.state, entry.deed_id) == (State.SENT, f"{kind}:1")
    assert len(house.taken()) == 1


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("caller", [False, True], ids=["by the click", "with who they are"])
@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_each_network_takes_its_message(network: Network, caller: bool, kind: Kind) -> None:
    destination, request = sent(network, kind, send_caller=caller)

    assert answer(destination, request).verdict == "taken"
    assert EMAIL not in json.dumps(request.body)
    assert CALLER.removeprefix("+") not in json.dumps(request.body)


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("network", [Network.GOOGLE_ADS, Network.DATA_MANAGER])
def test_googles_own_types_read_it(network: Network, kind: Kind) -> None:
    _, request = sent(network, kind, send_caller=True)

    read = str(oracles.parsed(request.url, request.body))

    assert "email" in read
    assert network is Network.GOOGLE_ADS or ("WEB" if kind is Kind.FORM else "MESSAGE") in read


def test_microsofts_types_have_it() -> None:
    _, request = sent(Network.MICROSOFT_ADS, Kind.FORM, send_caller=True)

    (one,) = request.body["OfflineConversions"]

    assert "HashedEmailAddress" in one
    assert one.keys() <= oracles.microsoft_types("OfflineConversion").keys()


@pytest.mark.parametrize(
    ("kind", "name", "source"),
    [
        (Kind.FORM, "Lead", "system_generated"),
        (Kind.TEXT, "Lead", "chat"),
        (Kind.CHAT, "Lead", "chat"),
    ],
)
def test_meta_hears_of_a_lead(kind: Kind, name: str, source: str) -> None:
    _, request = sent(Network.META, kind, send_caller=True)

    (event,) = request.body["data"]

    assert (event["event_name"], event["action_source"]) == (name, source)
    assert {"fbc", "em", "ph"} <= event["user_data"].keys()


def test_analytics_hears_of_a_lead_unless_the_destination_names_it_otherwise() -> None:
    own = {**IDS[Network.GA4], "event_name": "devis"}

    names = [
        sent(Network.GA4, Kind.FORM, **facts)[1].body["events"][0]["name"]
        for facts in ({}, {"ids": own})
    ]

    assert names == ["generate_lead", "devis"]


def test_a_destination_of_calls_hears_of_nothing_else() -> None:
    house = House(a_destination(Network.META), known_of(Network.META, a_deed()))

    after(house.known.deed, house.desk)

    assert house.store.entries(ACCOUNT, 10).items == ()


def test_a_number_in_an_advert_itself_is_only_rung() -> None:
    upload = {**IDS[Network.GOOGLE_ADS], "upload": "calls"}

    entry = ended(a_house(Network.GOOGLE_ADS, ids=upload))

    assert (entry.state, entry.reason) == (State.SKIPPED, Reason.NOT_A_CALL)


@pytest.mark.parametrize("judged", [Judged(), Judged(qualified=False), replace(GOOD, denied=True)])
def test_what_nobody_says_is_worth_something_is_not_told(judged: Judged) -> None:
    house = a_house(Network.META, a_deed(judged=judged))

    after(house.known.deed, house.desk)

    assert house.store.entries(ACCOUNT, 10).items == ()


@pytest.mark.parametrize(
    ("visit", "reason"),
    [(None, Reason.NO_VISIT), (a_visit(), Reason.NO_CONSENT)],
    ids=["without a visit", "without consent"],
)
def test_what_cannot_be_told_is_in_the_log_with_its_reason(visit: Any, reason: Reason) -> None:
    house = a_house(Network.META)
    house.visit = visit

    assert ended(house).reason is reason


def test_the_click_is_the_one_before_it_was_written() -> None:
    later = {"click": ["fbclid", "later"], "evidence": "click", "at": 4_000_000_000_000}
    known = known_of(Network.META, a_deed())
    assert known.visit is not None
    visit = replace(known.visit, latest=json.dumps(later))

    conversion = told_of(replace(known, visit=visit), a_taker(Network.META))

    assert conversion.click is not None
    assert conversion.click.id == "IwAR0abc"
    assert LATER > NOON


def test_what_turns_out_to_be_worth_nothing_is_taken_back() -> None:
    house = a_house(Network.GOOGLE_ADS)
    ended(house)
    come_due(house)

    bad = a_deed(judged=Judged(qualified=False))
    house.known = replace(house.known, deed=bad)
    ended(house)

    assert come_to_an_end(house).state is State.RETRACTED


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ({}, Judged(qualified=True, value_cents=500, currency="EUR")),
        ({"said_qualified": True, "said_cents": 900}, replace(GOOD, value_cents=900)),
        (
            {"said_qualified": False},
            Judged(denied=True, qualified=False, value_cents=500, currency="EUR"),
        ),
    ],
    ids=["as its rule says", "as its owner says", "denied by its owner"],
)
def test_what_an_owner_says_of_a_lead_counts_first(lead: dict[str, Any], expected: Judged) -> None:
    form = a_form(qualified=True, cents=500)

    assert of_interaction(a_lead(form, **lead), form).judged == expected


def test_a_lead_that_was_forgotten_is_told_no_more() -> None:
    house = a_house(Network.META)
    entry = ended(house)

    def gone(*_: str) -> Deed:
        raise NotFound("no such interaction")

    from chalicelib.tracking.conversions.telling import see_to

    see_to(ACCOUNT, entry.id, replace(house.desk, deed=gone))

    assert house.entry.state is State.CANCELLED
