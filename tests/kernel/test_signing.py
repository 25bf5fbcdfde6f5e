"""Signatures, read by the scheme's own library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib.kernel.signing import account_secret, signed_headers

PEPPER = bytes(range(32))
SECRET = account_secret(PEPPER, "acct_1")


def now() -> datetime:
    """The library compares with its own clock, which cannot be passed in."""
    return datetime.now(UTC)


def test_the_published_example_of_the_scheme_comes_out() -> None:
    # The example that the scheme's libraries share in their tests.
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.text(st.characters(codec="utf-8")))
def test_a_customer_s_library_accepts_every_body_of_ours(body: str) -> None:
    headers = signed_headers(SECRET, "lookup_1", now(), body.encode())

    Webhook(SECRET).verify(body, headers, json_parse=False)


@pytest.mark.parametrize(
    ("secret", "body", "age"),
    [
        (SECRET, '{"a": 2}', timedelta()),
        (account_secret(PEPPER, "acct_2"), '{"a": 1}', timedelta()),
        (account_secret(PEPPER, "acct_1", 2), '{"a": 1}', timedelta()),
        (SECRET, '{"a": 1}', timedelta(minutes=6)),
    ],
    ids=["another body", "another account", "another generation", "an old request"],
)
def test_a_customer_s_library_refuses(secret: str, body: str, age: timedelta) -> None:
    headers = signed_headers(SECRET, "lookup_1", now() - age, b'{"a": 1}')

    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


@pytest.mark.parametrize("generation", [0, -1, 100])
def test_there_is_no_such_generation(generation: int) -> None:
    with pytest.raises(ValueError, match="no such generation"):
        account_secret(PEPPER, "acct_1", generation)
