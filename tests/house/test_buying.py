"""A carrier whose REST API is slow, failing or loses its answers: nothing is ever paid twice.

The API of the house, with the real gateway, on the real phone network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.runtime import wiring
from chalicelib.runtime.gateway import TwilioGateway
from chalicelib.runtime.secrets import TwilioCredentials
from local.phone.exchange import ACCOUNT_SID, AUTH_TOKEN
from local.phone.threads import running
from tests.house.faults import Trouble, from_, trouble, watched
from tests.house.shops import SPARE, a_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.phone.model import Number
    from local.phone.threads import RunningNetwork
    from tests.gateway import Heard
    from tests.house.shops import Shop

WANTED: Final = "+33199001234"
PATIENT_SECONDS: Final = 30.0  # however busy this machine is
IMPATIENT_SECONDS: Final = 0.3
SLOW_SECONDS: Final = 0.8


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop is enough: each test gives its number back."""
    with a_shop() as opened:
        yield opened


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningNetwork]:
    """The phone network, and the house using it."""
    with running(seed=1) as each:
        use(each, monkeypatch, PATIENT_SECONDS)
        yield each


def use(network: RunningNetwork, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the house use the network, and wait so long for its answers."""
    credentials = TwilioCredentials(ACCOUNT_SID, (AUTH_TOKEN,))
    carrier = TwilioGateway(credentials, network.base_url, timeout_seconds=seconds)
    monkeypatch.setattr(wiring, "gateway", lambda: carrier)


@pytest.fixture(autouse=True)
def _nothing_held(shop: Shop) -> Iterator[None]:
    yield
    shop.forget_rows("directory", WANTED)


def asks_for_it(shop: Shop, **headers: str) -> Heard:
    order = {"number": WANTED, "flow_id": shop.flow_id, "fallback": SPARE}
    return shop.ask("POST", "/v1/numbers", order, **headers)


def is_in_service(shop: Shop) -> bool:
    listed = {each["number"]: each["state"] for each in shop.gets("/v1/numbers")["items"]}
    return listed.get(WANTED) == "active"


def held_by(network: RunningNetwork) -> list[Number]:
    """Return the numbers that the carrier charges for: one bought twice is there twice."""
    return network.call(lambda: list(network.network.exchange.book.numbers.values()))


def bought(network: RunningNetwork) -> list[str]:
    return [number.phone_number for number in held_by(network)]


@pytest.mark.parametrize("kind", ["rest-error", "rest-slow", "rest-lost", "rest-busy"])
@pytest.mark.parametrize("headers", [{}, {"idempotency_key": "once"}], ids=["plain", "with a key"])
def test_a_number_is_bought_once_whatever_becomes_of_each_answer(
    shop: Shop,
    network: RunningNetwork,
    kind: str,
    headers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network.fault(kind, times=2, seconds=SLOW_SECONDS)
    spelt: dict[str, Any] = {name: f"{value} {kind}" for name, value in headers.items()}

    if kind == "rest-slow":
        use(network, monkeypatch, IMPATIENT_SECONDS)
    answers = [asks_for_it(shop, **spelt) for _ in range(2)]
    use(network, monkeypatch, PATIENT_SECONDS)
    answers += [asks_for_it(shop, **spelt) for _ in range(2)]

    assert [each.status for each in answers[:2]] == [503, 503]
    assert answers[0].json["code"] in {"outcome-unknown", "unavailable", "slowed-down"}
    assert answers[2].status == 201, answers[2].text
    # Whoever asks for what is there already is told so; a key makes it the same request.
    assert answers[3].status == (201 if headers else 409)
    assert is_in_service(shop)
    assert bought(network) == [WANTED]


@pytest.mark.parametrize("kind", [Trouble.THROTTLED, Trouble.LOST])
def test_a_number_is_bought_once_whichever_request_to_the_database_fails(
    shop: Shop, network: RunningNetwork, kind: Trouble
) -> None:
    with watched() as undisturbed:
        assert asks_for_it(shop).status == 201
    shop.forget_rows("directory", WANTED)
    assert bought(network) == [WANTED]

    for place in range(1, len(undisturbed.sent) + 1):
        with trouble(kind, from_(place, place)):
            first = asks_for_it(shop)
        again = asks_for_it(shop)
        assert first.status in (201, 503), first.text
        assert again.status in (201, 409), again.text
        assert is_in_service(shop)
        assert bought(network) == [WANTED]
        shop.forget_rows("directory", WANTED)


def test_a_number_that_was_bought_points_at_the_house_and_at_its_fallback(
    shop: Shop, network: RunningNetwork
) -> None:
    network.fault("rest-lost", times=1, path="IncomingPhoneNumbers.json")
    asks_for_it(shop)

    assert asks_for_it(shop).status < 300

    (number,) = held_by(network)
    assert "/voice/incoming?fallback=%2B33162010008" in number.settings["VoiceUrl"]
    assert "/voice/fallback?fallback=%2B33162010008" in number.settings["VoiceFallbackUrl"]
    assert number.settings["StatusCallback"].endswith("/voice/status")
