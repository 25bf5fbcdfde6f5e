"""The demo client's order system: it answers the platform, and nobody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import requests
from standardwebhooks import Webhook

from local.orders import OrderSystem, order_system

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def ask(system: OrderSystem, number: str, secret: str = SECRET) -> requests.Response:
    body = json.dumps({"number": number})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }
    url = f"http://127.0.0.1:{system.port}/orders"
    return requests.post(url, data=body, headers=headers, timeout=30)


def test_the_platform_is_told_of_an_order() -> None:
    with order_system() as system:
        system.secret = SECRET
        known, unknown = ask(system, "79927398713"), ask(system, "1")

    assert known.json() == {"found": True, "state": "expédiée", "day": "2026-12-02"}
    assert unknown.json() == {"found": False}
    assert system.asked == ["79927398713", "1"]


@pytest.mark.parametrize("secret", ["", "whsec_" + "A" * 32], ids=["none yet", "another one"])
def test_somebody_else_is_told_nothing(secret: str) -> None:
    with order_system() as system:
        system.secret = secret
        answer = ask(system, "79927398713")

    assert (answer.status_code, answer.json()) == (401, {"found": False})
    assert system.asked == []
