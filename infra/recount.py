"""Prove that the counters of reports are the sum of the calls in the log, or put them right.

`python -m infra.recount --stage prod --account acct_1` reads every call of the account, and says
which calls were not counted as they are known now and which counters are not their sum.
With `--mend` those calls are shown to tracking again, and the counters of days that are over are
corrected; once the queue is empty, the command without it proves that nothing is left.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import CallQuery, State
from chalicelib.calls.projections import projection_message
from chalicelib.kernel.periods import Day
from chalicelib.tracking.reports import folding
from chalicelib.tracking.reports.contributing import Dim
from chalicelib.tracking.reports.counting import differs
from chalicelib.tracking.reports.projecting import contribution
from infra.replay import DAY, PAGE, Queues
from infra.session import Aws, AwsUnreachable
from infra.stages import ON_AWS, Stage, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.calls.call import Call
    from chalicelib.calls.usecases import CallLog
    from chalicelib.tracking.reports.contributing import Contribution
    from chalicelib.tracking.reports.folding import Counters
    from chalicelib.tracking.reports.projecting import Known
    from chalicelib.tracking.reports.reporting import Counted
    from chalicelib.tracking.reports.store import TallyStore

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


def recount(query: CallQuery, log: CallLog, known: Known, tallies: TallyStore) -> Found:
    """Compare an account's counters with its calls."""
    uncounted: list[str] = []
    placed: list[Contribution] = []
    calls, days = 0, set[date]()
    for call in _calls(query, log):
        calls += 1
        days.add(call.started_at.date())
        before, _ = tallies.look(call.account_id, call.call_id, None)
        if differs(before.contribution, contribution(call, known)):
            uncounted.append(call.call_id)
        if before.placed is not None:
            placed.append(before.placed)
    there = folding.kept(_counters(query, days, tallies)) if days else {}
    wrong = folding.differences(folding.folded(placed), there)
    return Found(calls, tuple(uncounted), wrong)


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
    """Show calls to tracking again, and correct the counters of days before today."""
    messages = (projection_message(account_id, each, "tracking") for each in found.uncounted)
    sent = max(queues.send("projections", messages), default=0)
    over = {key: names for key, names in found.wrong.items() if key[1][:10] < today.isoformat()}
    for key, names in over.items():
        tallies.correct(account_id, key, names)
    return sent, len(over)


def _counters(
    query: CallQuery, days: set[date], tallies: TallyStore
) -> Iterator[tuple[Dim, Counted]]:
    """Read the counters of all days from the first call to the last, and of a day around them."""
    first, last = (min(days) - DAY).isoformat(), (max(days) + DAY).isoformat()
    for dim in Dim:
        for each in tallies.counted(query.account_id, dim, first, last, query.log_shards):
            yield dim, each


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
    stage = Stage(options.stage)
    try:
        aws = Aws.connect(options.endpoint_url, options.region)
    except AwsUnreachable as error:
        print(error, file=sys.stderr)
        return 1
    os.environ.update(aws.environment | environment(stage.name))
    from chalicelib.runtime import reports_wiring, wiring

    account = wiring.directory().account(options.account)
    query = CallQuery(
        account_id=account.id,
        log_shards=account.log_shards,
        state=State.ENDED,
        newest_first=False,
    )
    tallies = reports_wiring.tallies()
    found = recount(query, wiring.calls(), reports_wiring.known(), tallies)
    tell(found)
    if options.mend and not found.equal:
        today = Day.of(datetime.now(UTC)).date
        sent, corrected = mend(account.id, found, today, tallies, Queues(aws.sqs, stage))
        print(f"{sent} calls on the queue, {corrected} counters corrected: then recount")
    return 0 if found.equal else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.recount", description=__doc__)
    parser.add_argument("--stage", required=True, choices=(*ON_AWS, "local"))
    parser.add_argument("--region", help="default: AWS_REGION, your profile's, or eu-west-3")
    parser.add_argument("--endpoint-url", default=os.environ.get("AWS_ENDPOINT_URL"))
    parser.add_argument("--account", required=True, help="whose calls")
    parser.add_argument("--mend", action="store_true", help="put right what is wrong")
    return parser


if __name__ == "__main__":
    sys.exit(main())
