"""Posts to customers' servers: signed so that they know us, and judged by what they answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from standardwebhooks import Webhook

from chalicelib.kernel.signing import account_secret
from chalicelib.runtime import webhooks_wiring
from chalicelib.webhooks.events import Errand, to_message
from chalicelib.webhooks.gateway import SignedPosts
from tests.clouds import PEPPER, Cloud
from tests.servers import Served, answers, serving
from tests.webhooks.builders import ACCOUNT, NOON, an_endpoint, happened

if TYPE_CHECKING:
    from chalicelib.webhooks.deliveries import Attempt

BODY = happened(data={"name": "Zoé"}).body


def secret_of(account_id: str, generation: int) -> str:
    return account_secret(PEPPER, account_id, generation)


def sent(served: Served, now: datetime = NOON, secret: int = 1) -> Attempt:
    """Send one message to a server, which takes 250 ms by our watch."""
    times = iter((10.0, 10.25))
    posts = SignedPosts(secret_of, lambda: next(times), served.network())
    endpoint = an_endpoint(url=served.url("/calls?from=cadran"), secret=secret)
    return posts.send(endpoint, "msg_1", BODY, now)


@pytest.mark.parametrize("generation", [1, 2])
def test_the_customer_can_tell_that_it_is_us(generation: int) -> None:
    now = datetime.now(UTC)  # the library has a clock of its own

    with serving(answers(b"")) as served:
        attempt = sent(served, now, secret=generation)

    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    original = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    headers["webhook-signature"] = original["webhook-signature"]
    told = Webhook(secret_of(ACCOUNT, generation)).verify(body, headers)
    assert told == json.loads(BODY)
    assert headers["webhook-id"] == "msg_1"
    assert head.startswith(b"POST /calls?from=cadran HTTP/1.1")
    assert (attempt.status, attempt.reason, attempt.milliseconds) == (200, None, 250)


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        pytest.param("204 No Content", 204, None, id="taken"),
        pytest.param("302 Found", 302, "redirect", id="sent elsewhere"),
        pytest.param("410 Gone", 410, "status", id="gone"),
        pytest.param("500 Internal Server Error", 500, "status", id="broken"),
    ],
)
def test_what_a_server_answers_is_what_came_of_it(
    answer: str, status: int, reason: str | None
) -> None:
    with serving(answers(b"", status=answer)) as served:
        attempt = sent(served)

    assert (attempt.status, attempt.reason) == (status, reason)
    assert attempt.succeeded is (reason is None)
    assert attempt.gone is (status == 410)


def test_a_server_that_is_not_there_is_a_failed_attempt() -> None:
    with serving(answers(b"")) as served:
        pass

    assert sent(served).reason == "connect"


def test_an_attempt_of_tomorrow_waits_on_the_queue_as_long_as_a_queue_can(cloud: Cloud) -> None:
    errand = Errand(
        account_id=ACCOUNT,
        endpoint_id="hook_1",
        delivery_id="msg_1",
        tries=5,
        due=NOON + timedelta(hours=20),
    )

    webhooks_wiring.orders().put(errand, NOON)
    webhooks_wiring.orders().put(errand, NOON + timedelta(hours=21))

    assert cloud.messages("hooks") == [to_message(errand)]  # the other is delayed
