"""What docs/pacing.md says of modes, retries and the best hour is what the code does."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from chalicelib.campaigns.pacing.bucket import CLOCKS, LATEST, LEAD
from chalicelib.campaigns.pacing.hours import OWN, PATIENCE
from chalicelib.campaigns.pacing.life import DOUBT, STALE, State
from chalicelib.campaigns.pacing.modes import MOST_RATIO, Mode
from chalicelib.campaigns.pacing.outcomes import AFTER_ABANDONED, NO_ATTEMPT, RULES, Outcome, Policy
from chalicelib.campaigns.pacing.tallies import CAP, WINDOW_SECONDS

PAGE = (Path(__file__).parents[3] / "docs" / "pacing.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
MINUTES = {"minutes": 1, "hours": 60, "a day": 1440}


def rows(heading: str) -> dict[str, str]:
    """Return the rows of the table under a heading, by each name in their first cell."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", part, re.MULTILINE)
    return {name: cell for names, cell in found for name in re.findall(r"`(\w+)`", names)}


def test_every_mode_has_a_row() -> None:
    assert list(rows("Modes")) == list(Mode)
    assert f"1 to {MOST_RATIO:g}" in rows("Modes")["power"]


def test_every_outcome_has_a_row_with_its_delays() -> None:
    told = rows("When again")

    assert set(told) == set(Outcome)
    for outcome in (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.CONGESTED):
        rule = RULES[outcome]
        grows = range(1, rule.most + (outcome in NO_ATTEMPT))  # it is never left alone
        waits = [rule.delay(times) / timedelta(minutes=1) for times in grows]
        assert _minutes(told[outcome]) == waits
    assert f"{AFTER_ABANDONED / timedelta(hours=1):g} hours" in told[Outcome.ABANDONED]
    assert RULES[Outcome.FAILED].most == 1


def test_the_figures_in_its_sentences_are_the_codes() -> None:
    policy = Policy()

    assert (policy.most, policy.most_a_day) == (4, 2)
    assert "Four attempts in all and two a day" in TEXT
    assert f"The cap is {CAP * 100:g} %" in TEXT
    assert (WINDOW_SECONDS, "of the last seven days" in TEXT) == (7 * 86_400, True)
    assert (policy.rest, "a rest of thirty days" in TEXT) == (timedelta(days=30), True)
    assert f"of the {PATIENCE / timedelta(hours=1):g} from the first instant on" in TEXT
    assert f"up to {LEAD / 1000:g} seconds ahead" in TEXT
    assert f"An instant is good for {LATEST} ms" in TEXT
    assert f"their clocks differ by less than {CLOCKS} ms" in TEXT
    assert f"for less than {DOUBT.seconds} seconds" in TEXT
    assert f"within {STALE / timedelta(minutes=1):g} minutes" in TEXT
    assert (OWN / (OWN + 1), OWN / (OWN + 2)) == (3 / 4, 3 / 5)
    assert ", ".join(f"`{state}`" for state in State) in TEXT


def _minutes(cell: str) -> list[float]:
    """Read "after 10 minutes, then 30, then left alone"."""
    found, unit = list[float](), 1
    for amount, named in re.findall(
        r"(?:after|then|time after) (\d+|a day)(?: (minutes|hours))?", cell
    ):
        unit = MINUTES[named] if named else unit
        found.append(1440 if amount == "a day" else int(amount) * unit)
    return found
