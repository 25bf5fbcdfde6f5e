"""What docs/attribution.md tells is so: each of its figures, computed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.tracking.attribution import Role, attribute
from chalicelib.tracking.attribution.chains import Chain, Path
from chalicelib.tracking.attribution.comparing import split
from chalicelib.tracking.attribution.crediting import MODELS
from chalicelib.tracking.attribution.removal import removal_effects, removal_shares
from chalicelib.tracking.attribution.shapley import shapley_shares
from chalicelib.tracking.attribution.touchpoints import Lead, Touchpoint, journey
from tests.tracking.attribution.rings import DAY, MINUTE, SECOND, a_ring, lent, rang, seen

if TYPE_CHECKING:
    from datetime import timedelta

    from chalicelib.tracking.attribution import Attribution, Lease

PAGE = (File(__file__).parents[3] / "docs" / "attribution.md").read_text(encoding="utf-8")
OLDER = [lent(f"vis_{third}", third * DAY / 3) for third in range(1, 90)]


def alone(ago: timedelta, **facts: Any) -> Attribution:
    """Attribute such a call to a number that was lent to nobody else."""
    return attribute(a_ring(**facts), [lent("vis_a", ago + 3 * MINUTE)], seen("vis_a", ago))


def of_campaign(ago: timedelta, *later: Lease) -> Attribution:
    """Attribute a call to a number that a campaign's visits share, or shared."""
    mine = lent("pool~noel", 9 * DAY, shared=True)
    return attribute(a_ring(), [mine, *later], seen("pool~noel", ago))


def left(ago: timedelta, **facts: Any) -> Attribution:
    """Attribute a call that comes so long after the page was left."""
    return attribute(a_ring(**facts), [lent("vis_a", ago + 3 * MINUTE), *OLDER], seen("vis_a", ago))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("while the page is open", left(20 * SECOND)),
        ("5 minutes after the page was left", left(5 * MINUTE)),
        ("10 minutes after", left(10 * MINUTE)),
        ("15 minutes after", left(15 * MINUTE)),
        ("10 minutes after, the caller's number being withheld", left(10 * MINUTE, caller=None)),
        ("30 minutes after, on a number that nobody else was ever lent", alone(30 * MINUTE)),
        ("a day after, on a number that nobody else was ever lent", alone(DAY)),
    ],
)
def test_calls_have_the_confidence_that_is_told(row: str, found: Attribution) -> None:
    assert f"| {row} | {found.confidence:.0%} |".replace("%", " %") in PAGE


def test_some_calls_are_not_credited_or_to_an_earlier_visit() -> None:
    again = attribute(
        a_ring(),
        [lent("vis_a", 3 * MINUTE), *OLDER],
        seen("vis_a", 20 * SECOND),
        [rang("vis_9", 3 * DAY, confidence=0.97)],
    )

    assert left(30 * MINUTE).visit is None
    assert of_campaign(DAY).confidence > 0.99
    assert of_campaign(DAY, lent("pool~tv", DAY / 2, shared=True)).visit != "pool~noel"
    assert alone(SECOND, role=Role.OVERFLOW).visit is None
    assert again.visit == "vis_9"
    assert f"| {again.confidence:.0%}, for the visit".replace("%", " %") in PAGE
    assert left(10 * MINUTE).reason[0].in_words() in PAGE


def test_each_model_shares_the_hundred_euros_as_told() -> None:
    days = {"ads": 1, "social": 8, "email": 13, "direct": 15}
    told = {name: datetime(2026, 11, day, 10, tzinfo=UTC) for name, day in days.items()}
    lead = Lead(
        id="lead_1",
        won_at=told["direct"],
        known_at=told["email"],
        touchpoints=tuple(Touchpoint(at=at, channel=name) for name, at in told.items()),
    )
    rows = re.findall(r"^\| `([\w-]+)` \|((?: [\d.]+ \|){4})", PAGE, re.MULTILINE)

    assert sorted(name for name, _ in rows) == sorted(MODELS)
    for name, cells in rows:
        cents = split(10_000, MODELS[name](lead, journey(lead)))
        assert [round(100 * float(cell)) for cell in re.findall(r"[\d.]+", cells)] == list(cents), (
            name
        )


def test_the_data_driven_models_share_as_told() -> None:
    rows = re.findall(r"^\| ([a-z >]+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    paths = [
        Path(channels=tuple(name.split(" > ")), won=int(won), lost=int(lost))
        for name, won, lost in rows
    ]
    chain, ads, mailing = Chain(paths), "google ads", "mailing"

    assert (chain.conversion(), chain.conversion({mailing}), chain.conversion({ads})) == (
        Fraction(80, 100),
        Fraction(20, 100),
        Fraction(40, 100),
    )
    assert removal_effects(paths) == {ads: Fraction(75, 100), mailing: Fraction(50, 100)}
    assert removal_shares(paths) == {ads: Fraction(60, 100), mailing: Fraction(40, 100)}
    assert shapley_shares(paths) == {ads: Fraction(5, 8), mailing: Fraction(3, 8)}
    assert "62.5 %" in PAGE
