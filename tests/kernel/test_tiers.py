"""What the service of a surcharged number may cost: codes, steps and caps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.kernel import tiers
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import classify
from chalicelib.kernel.tiers import Tier

PER_CALL, PER_MINUTE = False, True


@pytest.mark.parametrize(
    ("code", "cents", "per_minute", "euros"),
    [
        ("D080", 80, PER_MINUTE, "0.80"),
        ("D001", 1, PER_MINUTE, "0.01"),
        ("A300", 300, PER_CALL, "3.00"),
        ("A099", 99, PER_CALL, "0.99"),
    ],
)
def test_a_code_says_the_price_and_its_unit(
    code: str, cents: int, per_minute: bool, euros: str
) -> None:
    tier = tiers.parse(code)

    assert tier == Tier(cents, per_minute)
    assert (tier.code, tier.euros) == (code, Decimal(euros))


@pytest.mark.parametrize(
    "code", ["", "D80", "D0800", "B080", "d080", "D000", "A000", "D08O", " D080", "SA080", "D٠٨٠"]
)
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(Rejected, match="not a tier"):
        tiers.parse(code)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("0810123456", "D006"),
        ("0810123456", "A015"),
        ("0820123456", "D020"),
        ("0826123456", "A050"),
        ("0890123456", "D080"),
        ("0899123456", "A300"),
        ("0891123456", "D001"),
    ],
)
def test_a_price_up_to_the_cap_of_its_prefix_is_lawful(number: str, code: str) -> None:
    assert tiers.refusal(tiers.parse(code), classify(number)) is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("0810123456", "D007"),
        ("0810123456", "A016"),
        ("0820123456", "D021"),
        ("0826123456", "A051"),
        ("0890123456", "D081"),
        ("0899123456", "A301"),
    ],
)
def test_a_cent_over_the_cap_is_not(number: str, code: str) -> None:
    refusal = tiers.refusal(tiers.parse(code), classify(number))

    assert refusal is not None
    assert "over the cap" in refusal


@pytest.mark.parametrize(
    "number", ["0800123456", "0806123456", "0162012345", "0612345678", "3990", "118712", "1023"]
)
def test_other_numbers_have_no_price_of_this_kind(number: str) -> None:
    refusal = tiers.refusal(tiers.parse("A010"), classify(number))

    assert refusal == "callers of such a number pay nothing for the service"


@pytest.mark.parametrize(
    ("code", "seconds"), [("D020", None), ("D021", 1800), ("D080", 1800), ("A300", None)]
)
def test_over_twenty_cents_a_minute_a_call_is_charged_for_half_an_hour(
    code: str, seconds: int | None
) -> None:
    assert tiers.parse(code).limit_seconds == seconds


def test_usual_tiers_are_those_that_a_number_may_have() -> None:
    usual = {prefix: [t.code for t in tiers.usual(classify(f"{prefix}0123456"))]
             for prefix in ("081", "082", "089", "080")}  # fmt: skip

    assert usual["081"] == [
        "A005", "A006", "A008", "A009", "A010", "A012", "A015", "D005", "D006"
    ]  # fmt: skip
    assert {"D020", "A050"} <= set(usual["082"])
    assert not {"D025", "A060"} & set(usual["082"])
    assert {"D080", "A300"} <= set(usual["089"])
    assert usual["080"] == []
