"""A caller's hash tells one account that it is the same caller, and tells nobody who."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.privacy import account_key, caller_hash

PEPPER = bytes(range(32))
CALLER = "+33612345678"


def test_a_caller_is_recognised_within_an_account() -> None:
    key = account_key(PEPPER, "acc_1")

    assert caller_hash(key, CALLER) == caller_hash(account_key(PEPPER, "acc_1"), CALLER)


def test_a_caller_cannot_be_matched_between_accounts_or_installations() -> None:
    one, other = account_key(PEPPER, "acc_1"), account_key(PEPPER, "acc_2")
    elsewhere = account_key(PEPPER[::-1], "acc_1")

    hashes = {caller_hash(key, CALLER) for key in (one, other, elsewhere)}

    assert len(hashes) == 3


def test_the_hash_is_hmac_sha256_as_others_compute_it() -> None:
    # RFC 4231, test case 2, in URL-safe base64 without padding.
    assert caller_hash(b"Jefe", "what do ya want for nothing?") == (
        "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM"
    )


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_hash_is_short_safe_and_not_the_number(number: str) -> None:
    hashed = caller_hash(account_key(PEPPER, "acc_1"), number)

    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", hashed)
    assert number[1:] not in hashed
