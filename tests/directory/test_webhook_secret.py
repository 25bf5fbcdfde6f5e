"""An account's signing secret, asked for over HTTP."""

from __future__ import annotations

import base64

import pytest

from app import app
from chalicelib.kernel.principal import Principal
from chalicelib.runtime import secrets, wiring
from tests.clouds import PEPPER
from tests.gateway import Heard, ask

PATH = "/v1/webhooks/secret"


@pytest.fixture(autouse=True)
def _known_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    def authenticate(header: str, acting_for: str | None) -> Principal:
        account, _, scope = header.removeprefix("Bearer ").partition("/")
        return Principal(account, account, "key_1", frozenset({scope}))

    monkeypatch.setattr(wiring, "authenticate", authenticate)
    monkeypatch.setattr(secrets, "pepper", lambda: PEPPER)


def shown(account: str = "acct_1", scope: str = "webhooks:write", generation: int = 1) -> Heard:
    return ask(app, "POST", PATH, body={"generation": generation}, key=f"{account}/{scope}")


def test_a_customer_sees_the_same_secret_each_time() -> None:
    first, again = shown(), shown()

    assert first.status == 200
    assert first.json == again.json
    assert first.json["secret"].startswith("whsec_")
    assert len(base64.b64decode(first.json["secret"].removeprefix("whsec_"))) == 32


def test_the_next_generation_is_another_secret_and_so_is_another_accounts() -> None:
    secrets_seen = {
        shown().json["secret"],
        shown(generation=2).json["secret"],
        shown("acct_2").json["secret"],
    }

    assert len(secrets_seen) == 3


@pytest.mark.parametrize("generation", [0, 100])
def test_a_generation_that_does_not_exist_is_refused(generation: int) -> None:
    assert shown(generation=generation).status == 400


@pytest.mark.parametrize("scope", ["webhooks:read", "flows:write"])
def test_who_may_not_send_for_the_account_may_not_see_what_signs(scope: str) -> None:
    assert shown(scope=scope).status == 403
