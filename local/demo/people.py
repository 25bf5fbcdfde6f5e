"""Two hundred people whom a campaign rings, and what each of them is about to do. Nothing rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from local.phone.handsets import BUSY, RINGS_OUT, UNREACHABLE, Handset

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of the range that is set aside for fiction.
_FIRST: Final = 33_639_982_000
# How many give which mark, from 0 to 10.
MARKS: Final = (3, 1, 2, 4, 3, 6, 9, 14, 22, 31, 30)
CONSENTING: Final = "1"
NEVER_AGAIN: Final = "9"


@dataclass(frozen=True, slots=True)
class Fate:
    """What so many people do when they are rung, and what the campaign is to say of them."""

    name: str
    people: int
    handset: Handset
    done_by: str
    calls: int = 1


def _answers(mark: int) -> Handset:
    keys = f"{mark}#" if mark == 1 else str(mark)
    return Handset(answers_after=3, presses={"tapez 1": CONSENTING, "De 0 à 10": keys})


FATES: Final = (
    *(Fate(f"answers {mark}", many, _answers(mark), "reached") for mark, many in enumerate(MARKS)),
    Fate(
        "wants no more calls",
        15,
        Handset(answers_after=2, presses={"tapez 1": NEVER_AGAIN}),
        "refused",
    ),
    Fate(
        "hangs up in the middle",
        10,
        Handset(answers_after=4, presses={"tapez 1": CONSENTING}, hangs_up_on="De 0 à 10"),
        "reached",
    ),
    Fate(
        "a machine",
        20,
        Handset(answers_after=5, machine="Bonjour, vous êtes bien chez nous, laissez un message."),
        "attempts_used_up",
        calls=2,
    ),
    Fate("engaged", 10, BUSY, "attempts_used_up", calls=2),
    Fate("does not answer", 10, RINGS_OUT, "attempts_used_up", calls=2),
    Fate("has left", 5, UNREACHABLE, "no_number_left"),
    Fate("is on the do-not-call list", 5, RINGS_OUT, "blocked", calls=0),
)


def everybody() -> Iterator[tuple[str, Fate]]:
    """Yield each person's number, and what they do; kinds are mixed as in any list."""
    fates = [fate for fate in FATES for _ in range(fate.people)]
    places = range(len(fates))
    # 7 and the number of people have no divisor in common: each is taken once.
    for at in places:
        yield f"+{_FIRST + at}", fates[at * 7 % len(fates)]


def promoter_score() -> float:
    """Return the score that these people are told to give: promoters less detractors, in percent.

    F. Reichheld, "The One Number You Need to Grow" (Harvard Business Review, 2003).
    """
    promoters, detractors = sum(MARKS[9:]), sum(MARKS[:7])
    return round(100 * (promoters - detractors) / sum(MARKS), 1)
