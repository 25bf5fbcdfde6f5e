"""Each network's published format: ours is read by its own types, and by a server as strict."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.tracking.conversions.conversion import Click, Conversion
from chalicelib.tracking.conversions.destinations import Destination, Network
from chalicelib.tracking.conversions.networks import PROVIDERS
from chalicelib.tracking.conversions.providers import hashing
from chalicelib.tracking.conversions.providers.provider import Outcome, Reply, Verdict
from chalicelib.tracking.conversions.words import Reason
from local.providers.asked import Asked
from local.providers.server import DOORS
from tests.tracking.conversions import oracles
from tests.tracking.conversions.builders import (
    CALLER,
    IDS,
    NOON,
    SECRETS,
    House,
    a_destination,
    known_of,
    told_of,
)

LATER = NOON + timedelta(hours=9)
GOOGLE = [Network.GOOGLE_ADS, Network.DATA_MANAGER]
ONE_BY_ONE = [pytest.param(each, id=each.value) for each in Network]


def a_conversion(destination: Destination, **facts: Any) -> Conversion:
    return replace(told_of(known_of(destination.network), destination), **facts)


def of_calls() -> Destination:
    ids = {**IDS[Network.GOOGLE_ADS], "upload": "calls", "login_customer_id": "999-888-7777"}
    return a_destination(Network.GOOGLE_ADS, ids=ids)


def answer(destination: Destination, request: Any) -> Outcome:
    """Send a request to the strict server, signed, and read what it says."""
    house = House(destination)
    house.now = LATER
    provider = PROVIDERS[destination.network]
    secrets = SECRETS[destination.network]
    token = "" if provider.oauth is None else house.web.token(provider.oauth, "dst_1", secrets)
    from chalicelib.tracking.conversions.providers.provider import Credentials

    signed = provider.signed(request, destination, Credentials(secrets, token))
    return provider.outcome(house.web.ask(signed))


@pytest.mark.parametrize("caller", [False, True], ids=["by the click", "with the caller"])
@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_a_conversion_is_taken(network: Network, caller: bool) -> None:
    destination = a_destination(network, send_caller=caller)

    requests = PROVIDERS[network].requests(a_conversion(destination), destination)

    assert [answer(destination, each).verdict for each in requests] == [Verdict.TAKEN] * len(
        requests
    )


@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_a_conversion_without_a_value_is_taken(network: Network) -> None:
    destination = a_destination(network, value_cents=None)

    requests = PROVIDERS[network].requests(a_conversion(destination), destination)

    assert answer(destination, requests[-1]).verdict is Verdict.TAKEN
    assert "EUR" not in json.dumps(requests[-1].body)


@pytest.mark.parametrize("parameter", ["gclid", "gbraid", "wbraid"])
@pytest.mark.parametrize("network", GOOGLE)
def test_googles_own_types_read_what_google_is_sent(network: Network, parameter: str) -> None:
    destination = a_destination(network, send_caller=True)
    conversion = a_conversion(destination, click=Click(parameter, "Cj0KCQiA"))

    (request,) = PROVIDERS[network].requests(conversion, destination)

    read = oracles.parsed(request.url, request.body)
    assert "Cj0KCQiA" in str(read)
    assert answer(destination, request).verdict is Verdict.TAKEN


def test_googles_own_types_read_calls_and_what_takes_conversions_back() -> None:
    calls, clicks, data = of_calls(), a_destination(Network.GOOGLE_ADS), a_destination()
    requests = [
        *PROVIDERS[Network.GOOGLE_ADS].requests(a_conversion(calls), calls),
        PROVIDERS[Network.GOOGLE_ADS].retraction(a_conversion(clicks), clicks, LATER),
        PROVIDERS[Network.DATA_MANAGER].retraction(a_conversion(data), data, LATER),
    ]

    for destination, request in zip((calls, clicks, data), requests, strict=True):
        assert request is not None
        assert oracles.parsed(request.url, request.body).ByteSize() > 0
        assert answer(destination, request).verdict is Verdict.TAKEN


def test_googles_types_would_refuse_what_they_do_not_know() -> None:
    (request,) = PROVIDERS[Network.DATA_MANAGER].requests(
        a_conversion(a_destination()), a_destination()
    )

    with pytest.raises(Exception, match="no field named"):
        oracles.parsed(request.url, {**request.body, "unheardOf": 1})


@pytest.mark.parametrize("kind", ["OfflineConversion", "OfflineConversionAdjustment"])
def test_microsofts_types_have_what_microsoft_is_sent(kind: str) -> None:
    destination = a_destination(Network.MICROSOFT_ADS, send_caller=True)
    provider, conversion = PROVIDERS[Network.MICROSOFT_ADS], a_conversion(destination)
    back = provider.retraction(conversion, destination, LATER)
    assert back is not None
    requests = [*provider.requests(conversion, destination), back]
    bodies = {name: each for one in requests for name, each in one.body.items()}

    (sent,) = bodies[f"{kind}s"]

    types = oracles.microsoft_types(kind)
    assert sent.keys() <= types.keys()
    times = {name for name, each in types.items() if each == "dateTime"} & sent.keys()
    assert all(sent[name].endswith("Z") for name in times)
    assert all(isinstance(sent[n], float) for n in sent if types[n] == "double")


@pytest.mark.parametrize("number", oracles.META_HASHES)
def test_numbers_are_hashed_as_meta_hashes_them(number: str) -> None:
    assert hashing.of_digits(number) == oracles.META_HASHES[number]


@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_no_number_is_sent_in_clear_but_to_who_matches_calls_by_it(network: Network) -> None:
    destination = a_destination(network, send_caller=True)

    sent = json.dumps(
        [each.body for each in PROVIDERS[network].requests(a_conversion(destination), destination)]
    )

    assert CALLER.removeprefix("+") not in sent


@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_what_is_shown_of_a_request_has_no_secret(network: Network) -> None:
    destination = a_destination(network)

    shown = repr(PROVIDERS[network].requests(a_conversion(destination), destination))

    assert not any(secret in shown for secret in SECRETS[network].values())


WRONG: list[Any] = [
    pytest.param(
        Network.GOOGLE_ADS,
        lambda body: body["conversions"][0].update(userIdentifiers=[{"hashedEmail": "a@b.fr"}]),
        id="an e-mail address in clear",
    ),
    pytest.param(
        Network.GOOGLE_ADS,
        lambda body: body["conversions"][0].update(wbraid="abc"),
        id="two clicks",
    ),
    pytest.param(
        Network.GOOGLE_ADS,
        lambda body: body["conversions"][0].update(conversionDateTime="2026-11-27T12:00:00Z"),
        id="a time as others write it",
    ),
    pytest.param(
        Network.GOOGLE_ADS, lambda body: body.update(partialFailure=False), id="all or nothing"
    ),
    pytest.param(
        Network.GOOGLE_ADS, lambda body: body.update(surprise=1), id="a field nobody knows"
    ),
    pytest.param(
        Network.DATA_MANAGER,
        lambda body: body["events"][0].pop("adIdentifiers"),
        id="nobody to match",
    ),
    pytest.param(
        Network.MICROSOFT_ADS,
        lambda body: body["OfflineConversions"][0].update(HashedPhoneNumber=CALLER),
        id="a number in clear",
    ),
    pytest.param(
        Network.MICROSOFT_ADS,
        lambda body: body["OfflineConversions"][0].update(ConversionTime="2026-11-27 12:00"),
        id="a time without its zone",
    ),
    pytest.param(
        Network.META,
        lambda body: body["data"][0]["user_data"].update(ph=[CALLER]),
        id="Meta's number in clear",
    ),
    pytest.param(
        Network.META,
        lambda body: body["data"][0].update(event_time=1795780800000),
        id="milliseconds for seconds",
    ),
    pytest.param(
        Network.GA4,
        lambda body: body["events"][0].update(name="phone call"),
        id="a name with a gap",
    ),
    pytest.param(
        Network.GA4, lambda body: body["events"][0].update(name="session_start"), id="reserved"
    ),
    pytest.param(
        Network.GA4, lambda body: body.update(events=body["events"] * 26), id="over 25 events"
    ),
    pytest.param(
        Network.GA4,
        lambda body: body.update(timestamp_micros=body["timestamp_micros"] - 73 * 3_600_000_000),
        id="over 72 hours ago",
    ),
]


@pytest.mark.parametrize(("network", "spoil"), WRONG)
def test_the_strict_servers_refuse_what_the_formats_forbid(network: Network, spoil: Any) -> None:
    destination = a_destination(network)
    request = PROVIDERS[network].requests(a_conversion(destination), destination)[0]
    body = json.loads(json.dumps(request.body))
    spoil(body)

    found = answer(destination, replace(request, body=body))

    assert found.verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    ("network", "status", "data", "expected"),
    [
        (Network.META, 400, {"error": {"code": 190}}, (Verdict.REFUSED, Reason.CONNECT_AGAIN)),
        (Network.META, 400, {"error": {"code": 80004}}, (Verdict.LATER, Reason.BUSY)),
        (
            Network.META,
            400,
            {"error": {"code": 100, "error_subcode": 2804003}},
            (Verdict.REFUSED, Reason.TOO_OLD),
        ),
        (
            Network.META,
            400,
            {"error": {"code": 999, "is_transient": True}},
            (Verdict.LATER, Reason.NO_ANSWER),
        ),
        (Network.META, 200, {"events_received": 0}, (Verdict.REFUSED, Reason.NOT_UNDERSTOOD)),
        (Network.META, 503, None, (Verdict.LATER, Reason.NO_ANSWER)),
        (Network.MICROSOFT_ADS, 429, None, (Verdict.LATER, Reason.BUSY)),
        (
            Network.MICROSOFT_ADS,
            400,
            {"Errors": [{"Code": 117, "ErrorCode": "CallRateExceeded"}]},
            (Verdict.LATER, Reason.BUSY),
        ),
        (
            Network.MICROSOFT_ADS,
            200,
            {"PartialErrors": [{"ErrorCode": "SomethingAboutTheGoal"}]},
            (Verdict.REFUSED, Reason.CHECK_IDS),
        ),
        (Network.MICROSOFT_ADS, 200, None, (Verdict.REFUSED, Reason.NOT_UNDERSTOOD)),
        (Network.DATA_MANAGER, 500, {}, (Verdict.LATER, Reason.NO_ANSWER)),
        (
            Network.DATA_MANAGER,
            403,
            {"error": {"status": "PERMISSION_DENIED"}},
            (Verdict.REFUSED, Reason.CONNECT_AGAIN),
        ),
        (Network.GA4, 403, None, (Verdict.REFUSED, Reason.CONNECT_AGAIN)),
        (Network.GA4, 204, None, (Verdict.TAKEN, None)),
    ],
)
def test_what_networks_answer_is_understood(
    network: Network, status: int, data: Any, expected: Any
) -> None:
    found = PROVIDERS[network].outcome(Reply(status, data))

    assert (found.verdict, found.reason) == expected


@pytest.mark.parametrize(
    ("code", "verdict", "reason"),
    [
        ("TOO_RECENT_CALL", Verdict.LATER, Reason.TOO_EARLY),
        ("ORDER_ID_ALREADY_IN_USE", Verdict.TAKEN, Reason.KNOWN_ALREADY),
        ("EXPIRED_EVENT", Verdict.REFUSED, Reason.TOO_OLD),
        ("CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE", Verdict.REFUSED, Reason.NOT_ALLOWED),
        ("NEVER_HEARD_OF", Verdict.REFUSED, Reason.NOT_UNDERSTOOD),
    ],
)
def test_partial_failures_of_google_ads_are_understood(
    code: str, verdict: Verdict, reason: Reason
) -> None:
    errors = [{"errorCode": {"conversionUploadError": code}}]
    data = {"partialFailureError": {"code": 3, "details": [{"errors": errors}]}, "results": [{}]}

    found = PROVIDERS[Network.GOOGLE_ADS].outcome(Reply(200, data))

    assert (found.verdict, found.reason, found.code) == (verdict, reason, code)


@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_every_address_is_one_that_the_strict_servers_have(network: Network) -> None:
    destination = a_destination(network)

    for each in PROVIDERS[network].requests(a_conversion(destination), destination):
        url = urlsplit(each.url)
        assert url.scheme == "https"
        assert url.netloc in DOORS


def test_a_strict_server_answers_noise_without_breaking() -> None:
    for host, door in DOORS.items():
        noise = Asked(host, "/x", {}, {}, b"\xff{", NOON)
        assert door(noise).taken is None
