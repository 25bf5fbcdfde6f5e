"""The carrier's REST API as we use it, against the phone network and its faults."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from chalicelib.runtime.gateway import CallOrder, Machines, TextOrder, TwilioGateway, WebhookUrls
from chalicelib.runtime.refusals import OutcomeUnknown, Slowed, retry_after
from chalicelib.runtime.secrets import TwilioCredentials
from local.phone.exchange import ACCOUNT_SID
from local.phone.handsets import Handset
from local.phone.threads import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.phone.threads import RunningNetwork

TOKEN = "a-token-for-tests"
OURS = "+33199001234"
SOMEBODY = "+33639982222"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BASE = "https://cadran.test"
URLS = WebhookUrls(f"{BASE}/voice/incoming", f"{BASE}/voice/fallback", f"{BASE}/voice/status")
ORDER = CallOrder(
    to=SOMEBODY,
    from_=OURS,
    url=f"{BASE}/voice/campaigns/c/1",
    status_url=f"{BASE}/voice/status",
    ordered_at=START,
)


@pytest.fixture
def network() -> Iterator[RunningNetwork]:
    # Calls wait in the queue for ever: nothing here is about what is said in them.
    with running(auth_token=TOKEN, seed=1, start=START, calls_per_second=0.001) as each:
        yield each


@pytest.fixture
def carrier(network: RunningNetwork) -> TwilioGateway:
    return TwilioGateway(TwilioCredentials(ACCOUNT_SID, (TOKEN,)), network.base_url)


def calls_placed(carrier: TwilioGateway) -> int:
    """Count the calls that cost money."""
    return len(carrier._client.calls.list())


def test_a_number_is_found_bought_pointed_here_and_released(carrier: TwilioGateway) -> None:
    (found, *_) = carrier.search("local", None, 3)

    held = carrier.buy(found.number, URLS)

    assert held.carrier_id is not None
    (ours,) = list(carrier.owned(found.number))
    assert (ours.number, ours.carrier_id, ours.urls) == (found.number, held.carrier_id, URLS)
    carrier.release(held.carrier_id)
    carrier.release(held.carrier_id)
    assert list(carrier.owned()) == []


def test_a_number_that_is_held_already_is_not_bought_twice(carrier: TwilioGateway) -> None:
    (found, *_) = carrier.search("mobile", None, 1)
    first = carrier.buy(found.number, URLS)
    elsewhere = WebhookUrls(f"{BASE}/a", f"{BASE}/b", f"{BASE}/c")

    second = carrier.buy(found.number, elsewhere)

    assert second.carrier_id == first.carrier_id
    (ours,) = list(carrier.owned())
    assert ours.urls == elsewhere


def test_a_purchase_whose_answer_was_lost_is_found_again(
    network: RunningNetwork, carrier: TwilioGateway
) -> None:
    (found, *_) = carrier.search("local", None, 1)
    network.fault("rest-lost", times=1, path="IncomingPhoneNumbers.json")

    lost = carrier._client.incoming_phone_numbers.create
    with pytest.raises(requests.ConnectionError):
        lost(phone_number=found.number)

    assert carrier.buy(found.number, URLS).carrier_id is not None
    assert len(list(carrier.owned())) == 1


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [("rest-error", OutcomeUnknown), ("rest-lost", OutcomeUnknown), ("rest-busy", Unavailable)],
)
def test_a_list_that_fails_is_worth_a_retry(
    trouble: str, kind: type[Unavailable], network: RunningNetwork, carrier: TwilioGateway
) -> None:
    network.fault(trouble, times=1)

    with pytest.raises(kind):
        list(carrier.owned())

    assert list(carrier.owned()) == []


def test_what_the_carrier_refuses_is_a_refusal(carrier: TwilioGateway) -> None:
    with pytest.raises(Rejected) as refusal:
        carrier.buy("+331", URLS)

    assert refusal.value.facts["status"] == 400
    assert "carrier_code" in refusal.value.facts
    with pytest.raises(NotFound):
        carrier.call("CA" + "0" * 32)


def test_a_call_is_placed_and_known(carrier: TwilioGateway) -> None:
    carrier.buy(OURS, URLS)

    placed = carrier.place_call(ORDER)

    assert (placed.to, placed.from_) == (SOMEBODY, OURS)
    assert carrier.call(placed.call_id).call_id == placed.call_id


@pytest.mark.parametrize("trouble", ["rest-error", "rest-lost", "rest-slow"])
def test_whatever_becomes_of_the_answer_a_call_is_paid_once(
    trouble: str,
    network: RunningNetwork,
    carrier: TwilioGateway,
) -> None:
    credentials = TwilioCredentials(ACCOUNT_SID, (TOKEN,))
    impatient = TwilioGateway(credentials, network.base_url, timeout_seconds=0.3)
    carrier.buy(OURS, URLS)
    network.fault(trouble, times=1, path="Calls.json", seconds=1)

    with pytest.raises(OutcomeUnknown):
        impatient.place_call(ORDER)
    again = carrier.place_call(ORDER, retry=True)

    assert carrier.place_call(ORDER, retry=True).call_id == again.call_id
    assert calls_placed(carrier) == 1


def test_an_earlier_call_to_the_same_number_is_not_taken_for_a_retry(
    carrier: TwilioGateway,
) -> None:
    carrier.buy(OURS, URLS)
    first = carrier.place_call(ORDER)

    later = CallOrder(
        to=ORDER.to,
        from_=ORDER.from_,
        url=ORDER.url,
        status_url=ORDER.status_url,
        ordered_at=START + timedelta(days=1),
    )

    assert carrier.place_call(later, retry=True).call_id != first.call_id
    assert calls_placed(carrier) == 2


def test_the_legs_of_a_call_are_known_after_it() -> None:
    answers, busy = "+33639982223", "+33639982224"
    twiml = f"<Response><Dial><Number>{busy}</Number><Number>{answers}</Number></Dial></Response>"
    with running(auth_token=TOKEN, seed=1, start=START, autojump=True) as network:
        carrier = TwilioGateway(TwilioCredentials(ACCOUNT_SID, (TOKEN,)), network.base_url)
        carrier.buy(OURS, URLS)
        network.handset(SOMEBODY, Handset(answers_after=2))
        network.handset(answers, Handset(answers_after=3, hangs_up_after=90))
        network.handset(busy, Handset(busy=True))
        call = carrier._client.calls.create(to=SOMEBODY, from_=OURS, twiml=twiml)
        network.finished(str(call.sid))

        legs = {leg.to: leg for leg in carrier.legs(str(call.sid))}

    assert {to: (leg.status, leg.seconds) for to, leg in legs.items()} == {
        busy: ("busy", 0),
        answers: ("completed", 90),
    }
    assert all(leg.started_at is not None for leg in legs.values())


def test_when_the_carrier_asks_to_slow_down_nothing_was_done(
    network: RunningNetwork, carrier: TwilioGateway
) -> None:
    carrier.buy(OURS, URLS)
    network.fault("rest-busy", times=1, path="Calls.json")

    with pytest.raises(Slowed):
        carrier.place_call(ORDER)

    assert not issubclass(Slowed, OutcomeUnknown)
    assert calls_placed(carrier) == 0


def test_each_of_several_threads_is_told_of_its_own_call(carrier: TwilioGateway) -> None:
    carrier.buy(OURS, URLS)
    numbers = [f"+336399823{at:02}" for at in range(24)]

    with ThreadPoolExecutor(8) as threads:
        placed = list(threads.map(lambda to: carrier.place_call(replace(ORDER, to=to)), numbers))

    assert [each.to for each in placed] == numbers
    assert len({each.call_id for each in placed}) == len(numbers)


@pytest.mark.parametrize(
    ("told", "seconds"), [("3", 3), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)]
)
def test_for_how_long_to_slow_down_is_what_the_carrier_says(told: str, seconds: int | None) -> None:
    assert retry_after({"Retry-After": told}) == seconds
    assert retry_after(None) is None


def test_an_order_is_looked_for_without_being_placed(carrier: TwilioGateway) -> None:
    carrier.buy(OURS, URLS)

    before = carrier.find_calls(ORDER)
    placed = carrier.place_call(ORDER)

    assert before == []
    assert [each.call_id for each in carrier.find_calls(ORDER)] == [placed.call_id]
    assert calls_placed(carrier) == 1


@pytest.mark.parametrize(
    ("script", "greeted", "verdict"),
    [
        (Handset(answers_after=2, hangs_up_after=30), False, "human"),
        (Handset(answers_after=2, machine="Laissez un message."), False, "machine_start"),
        (Handset(answers_after=2, machine="Laissez un message."), True, "machine_end_beep"),
    ],
)
def test_who_answered_is_told_while_the_call_goes_on(
    script: Handset, greeted: bool, verdict: str
) -> None:
    with running(auth_token=TOKEN, seed=1, start=START, autojump=True) as network:
        carrier = TwilioGateway(TwilioCredentials(ACCOUNT_SID, (TOKEN,)), network.base_url)
        carrier.buy(OURS, URLS)
        network.handset(SOMEBODY, script)
        nowhere = "http://127.0.0.1:9"  # nobody listens: what was sent is what counts
        order = CallOrder(
            to=SOMEBODY,
            from_=OURS,
            url=f"{network.base_url}/nothing",
            status_url=f"{nowhere}/status",
            ordered_at=START,
            machines=Machines(f"{nowhere}/machine", greeted=greeted),
        )

        call = carrier.place_call(order)
        network.finished(call.call_id)
        told = [each.params for each in network.deliveries if each.kind == "amd"]

    assert {each["AnsweredBy"] for each in told} == {verdict}  # sent again where nobody answers


def test_a_call_is_ended_or_led_elsewhere_and_one_that_is_over_left_alone() -> None:
    with running(auth_token=TOKEN, seed=1, start=START) as network:
        carrier = TwilioGateway(TwilioCredentials(ACCOUNT_SID, (TOKEN,)), network.base_url)
        carrier.buy(OURS, URLS)
        network.handset(SOMEBODY, Handset(answers_after=0))
        call_id = str(
            carrier._client.calls.create(
                to=SOMEBODY, from_=OURS, twiml="<Response><Pause length='600'/></Response>"
            ).sid
        )

        carrier.hang_up(call_id)
        network.finished(call_id)
        ended = carrier.call(call_id)
        carrier.hang_up(call_id)
        carrier.redirect(call_id, f"{BASE}/voice/elsewhere")

    assert ended.status in ("canceled", "completed")


def test_a_carrier_that_is_not_there_is_unavailable() -> None:
    nowhere = TwilioGateway(TwilioCredentials("AC1", ("x",)), "http://127.0.0.1:9")

    with pytest.raises(Unavailable):
        list(nowhere.owned())


def test_a_wrong_token_is_refused(network: RunningNetwork) -> None:
    stranger = TwilioGateway(TwilioCredentials(ACCOUNT_SID, ("wrong",)), network.base_url)

    with pytest.raises(Rejected) as refusal:
        list(stranger.owned())

    assert refusal.value.facts["carrier_code"] == 20003


@dataclass
class ContentApi:
    """The carrier's messages, as far as templates go: it fills them in by itself."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def create(self, **asked: Any) -> Any:
        self.asked.append(asked)
        return self._message(asked)

    def stream(self, **_: Any) -> Iterator[Any]:
        return map(self._message, reversed(self.asked))

    def _message(self, asked: dict[str, Any]) -> Any:
        body = asked.get("body", "Bonjour ! De 0 à 10 ?")
        return SimpleNamespace(
            sid="SM1", status="queued", date_created=START, body=body, from_=asked["from_"]
        )


def test_a_template_is_sent_with_its_variable_and_looked_for_before_another_try() -> None:
    carrier = TwilioGateway(TwilioCredentials(ACCOUNT_SID, (TOKEN,)))
    messages = ContentApi()
    carrier._client = SimpleNamespace(messages=messages)
    order = TextOrder(
        f"whatsapp:{SOMEBODY}", f"whatsapp:{OURS}", "De 0 à 10 ?\nSTOP", START, "", "HX1"
    )

    carrier.send_text(order)
    carrier.send_text(order, retry=True)

    (asked,) = messages.asked
    assert asked["content_sid"] == "HX1"
    assert json.loads(asked["content_variables"]) == {"1": "De 0 à 10 ? STOP"}
    assert "body" not in asked
