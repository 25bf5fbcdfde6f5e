"""Prove that the counters of reports are the sum of the calls in the log, or put them right.

`python -m infra.recount --stage prod --account acct_1` reads every call of the account, and says
which calls were not counted as they are known now and which counters are not their sum.
What calls of over three years ago have added is not known any more, and left as it is.
With `--mend` those calls are shown to tracking again, and the counters of days and months that are
over are corrected; once the queue is empty, the command without it proves that nothing is left.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import CallQuery, State
from chalicelib.calls.projections import projection_message
from chalicelib.kernel.periods import Day, Month
from chalicelib.tracking.reports import folding
from chalicelib.tracking.reports.callers import month_of
from chalicelib.tracking.reports.contributing import MOMENT, REMEMBERED, Dim
from chalicelib.tracking.reports.counting import differs
from chalicelib.tracking.reports.projecting import contribution
from infra import asked_for
from infra.replay import DAY, PAGE, Queues
from infra.stages import Stage

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.calls.call import Call
    from chalicelib.calls.usecases import CallLog
    from chalicelib.tracking.reports.callers import Days
    from chalicelib.tracking.reports.contributing import Contribution
    from chalicelib.tracking.reports.folding import Counters
    from chalicelib.tracking.reports.projecting import Known
    from chalicelib.tracking.reports.reporting import Counted
    from chalicelib.tracking.reports.store import TallyStore
    from chalicelib.tracking.reports.tallying import Key

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong: calls that were not counted as they are known, counters that are no sum."""

    calls: int
    uncounted: tuple[str, ...]
    wrong: Counters

    @property
    def equal(self) -> bool:
        """Say whether nothing is."""
        return not self.uncounted and not self.wrong


@dataclass(slots=True)
class _Said:
    """What the calls say: what each added, and when their callers had rung before all of them."""

    calls: int = 0
    uncounted: list[str] = field(default_factory=list)
    placed: list[Contribution] = field(default_factory=list)
    earlier: dict[str, Days] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)


def recount(query: CallQuery, log: CallLog, known: Known, tallies: TallyStore) -> Found:
    """Compare an account's counters with its calls: all, or those since the first of a month."""
    said = _said(query, log, known, tallies)
    if not said.days:
        return Found(said.calls, tuple(said.uncounted), {})
    first = min(said.days) - DAY if query.since is None else Day.of(query.since).date
    right = folding.folded(said.placed, said.earlier)
    there = folding.kept(_counters(query, first, max(said.days) + DAY, tallies))
    wrong = folding.differences({key: right[key] for key in right if _within(key, first)}, there)
    return Found(said.calls, tuple(said.uncounted), wrong)


def tell(found: Found, say: Callable[[str], None] = print) -> None:
    """Say what was found."""
    for call_id in found.uncounted[:_SHOWN]:
        say(f"{call_id} is not counted as it is known now")
    for (dim, when, value), names in list(found.wrong.items())[:_SHOWN]:
        say(f"{dim} {when} {value!r}: " + ", ".join(f"{n} {a:+d}" for n, a in names.items()))
    say(
        f"{found.calls} calls: {len(found.uncounted)} to be counted again, "
        f"{len(found.wrong)} counters wrong" + (": equal" if found.equal else "")
    )


def mend(
    account_id: str, found: Found, today: date, tallies: TallyStore, queues: Queues
) -> tuple[int, int]:
    """Show calls to tracking again, and correct the counters of days and months that are over."""
    messages = (projection_message(account_id, each, "tracking") for each in found.uncounted)
    sent = max(queues.send("projections", messages), default=0)
    over = {key: names for key, names in found.wrong.items() if _is_over(key[1], today)}
    for key, names in over.items():
        tallies.correct(account_id, key, names)
    return sent, len(over)


def _said(query: CallQuery, log: CallLog, known: Known, tallies: TallyStore) -> _Said:
    said = _Said()
    for call in _calls(query, log):
        said.calls += 1
        said.days.add(call.started_at.date())
        before, seen = tallies.look(call.account_id, call.call_id, call.caller_hash)
        if differs(before.contribution, contribution(call, known)):
            said.uncounted.append(call.call_id)
        if before.placed is not None:
            said.placed.append(before.placed)
        if query.since is not None and call.caller_hash is not None:
            first = Day.of(query.since).date
            earlier = {day: cells for day, cells in seen.days.items() if day < first}
            said.earlier[call.caller_hash] = earlier
    return said


def _counters(
    query: CallQuery, first: date, last: date, tallies: TallyStore
) -> Iterator[tuple[Dim, Counted]]:
    """Read the counters of some days, of their months, and of their half hours."""
    days = first.isoformat(), last.isoformat()
    months = month_of(first), month_of(last)
    hours = f"{Day(first).start:{MOMENT}}", last.isoformat()
    for dim in Dim:
        for span in (hours,) if dim is Dim.HOURS else (days, months):
            for each in tallies.counted(query.account_id, dim, *span, query.log_shards):
                yield dim, each


def _within(key: Key, first: date) -> bool:
    """Say whether a counter is of these calls: not of days on which their callers rang before."""
    dim, when, _ = key
    return dim is Dim.HOURS or when[:7] >= month_of(first)


def _is_over(when: str, today: date) -> bool:
    """Say whether nobody adds to a counter any more, of a month, a day or a half hour."""
    return when[:10] < today.isoformat()[: len(when)]


def _calls(query: CallQuery, log: CallLog) -> Iterator[Call]:
    after: str | None = None
    while True:
        page = log.page(query, PAGE, after)
        yield from page.calls
        if (after := page.next) is None:
            return


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return the exit status: 0 if the counters are right."""
    options = _parser().parse_args(arguments)
    aws = asked_for.connected(options)
    if aws is None:
        return 1
    from chalicelib.runtime import reports_wiring, wiring

    account = wiring.directory().account(options.account)
    now = datetime.now(UTC)
    query = CallQuery(
        account_id=account.id,
        since=Month.of(now - REMEMBERED).end,
        log_shards=account.log_shards,
        state=State.ENDED,
        newest_first=False,
    )
    tallies = reports_wiring.tallies()
    found = recount(query, wiring.calls(), reports_wiring.known(), tallies)
    tell(found)
    if options.mend and not found.equal:
        sent, corrected = mend(
            account.id, found, Day.of(now).date, tallies, Queues(aws.sqs, Stage(options.stage))
        )
        print(f"{sent} calls on the queue, {corrected} counters corrected: then recount")
    return 0 if found.equal else 1


def _parser() -> argparse.ArgumentParser:
    parser = asked_for.parser("recount", __doc__, "whose calls")
    parser.add_argument("--mend", action="store_true", help="put right what is wrong")
    return parser


if __name__ == "__main__":
    sys.exit(main())
