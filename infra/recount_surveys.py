"""Prove that the counters of a survey are the sum of what people answered.

`python -m infra.recount_surveys --stage prod --account acct_1 --survey srv_1` reads every response,
counts it by the version that it answered, and says which counters are not their sum. What is
answered meanwhile may show as a difference: count again.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.surveys.answers import By, counts
from infra import asked_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from chalicelib.campaigns.surveys.answers import Counts
    from chalicelib.campaigns.surveys.store import SurveyStore
    from chalicelib.campaigns.surveys.survey import Survey

PAGE: Final = 500
_EVER: Final = ("2020-01-01", "2100-01-01")
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Found:
    """How many responses there are, and by how much which counters are not their sum."""

    responses: int
    wrong: Counts

    @property
    def equal(self) -> bool:
        """Say whether none is."""
        return not self.wrong


def recount(account_id: str, survey_id: str, store: SurveyStore) -> Found:
    """Compare a survey's counters with its responses."""

    @cache
    def survey_of(version: int) -> Survey:
        return store.version(account_id, survey_id, version)

    there: Counts = Counter()
    for by in By:
        there.update(store.counts(account_id, survey_id, by, *_EVER))
    number, after = 0, None
    while True:
        page = store.responses(account_id, survey_id, PAGE, after)
        for each in page.items:
            there.subtract(counts(each, survey_of(each.version)))
        number += len(page.items)
        if (after := page.next) is None:
            break
    return Found(number, Counter({key: many for key, many in there.items() if many}))


def tell(found: Found, say: Callable[[str], None] = print) -> None:
    """Say what was found."""
    for key, many in sorted(found.wrong.items())[:_SHOWN]:
        place = f"{key.question or '(survey)'} {key.slot}"
        say(f"{key.by.value} {key.group!r} {key.day} {place}: {many:+d}")
    wrong = f"{len(found.wrong)} counters wrong" + (": equal" if found.equal else "")
    say(f"{found.responses} responses: {wrong}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return the exit status: 0 if the counters are right."""
    options = _parser().parse_args(arguments)
    if asked_for.connected(options) is None:
        return 1
    from chalicelib.runtime import surveys_wiring

    store = surveys_wiring.store()
    store.load(options.account, options.survey)
    found = recount(options.account, options.survey, store)
    tell(found)
    return 0 if found.equal else 1


def _parser() -> argparse.ArgumentParser:
    parser = asked_for.parser("recount_surveys", __doc__, "whose survey")
    parser.add_argument("--survey", required=True, help="its id")
    return parser


if __name__ == "__main__":
    sys.exit(main())
