"""`make demo`: real calls through the deployed package, each figure checked, on throw-away state.

Exit status 0 only if every check held. The phone network's clock jumps over waiting.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local import lines, seed
from local.checks import Checks
from local.demo import (
    conversions,
    first_calls,
    support_line,
    surcharged_line,
    survey_campaign,
    tracked_site,
    what_came_of_it,
)
from local.phone.handsets import Handset
from local.stage import up

if TYPE_CHECKING:
    from local.stage import Machine

HANDLERS: Final = (
    "project_calls",
    "project_again",
    "close_months",
    "close_account_month",
    "run_errands",
    "place_callbacks",
    "ring_calls",
    "send_conversions",
    "campaigns_tick",
    "place_campaign_calls",
)


def main() -> int:
    """Run every part, and return the exit status."""
    began = time.monotonic()
    checks = Checks()
    with (
        tempfile.TemporaryDirectory(prefix="cadran-demo-") as place,
        up(Path(place), autojump=True, seed=2026) as machine,
    ):
        world = seed.seed(machine.agency, datetime.now(UTC).date(), print)
        machine.network.handset(seed.OVEN, Handset(answers_after=3))
        try:
            first_calls.play(machine, world, checks)
            shop = lines.open_lines(machine.agency, machine.orders)
            support_line.play(machine, shop, checks)
            surcharged_line.play(machine, shop, checks)
            tracked = tracked_site.play(machine, checks)
            what_came_of_it.play(machine, tracked, checks)
            conversions.play(machine, checks)
            survey_campaign.play(machine, shop.client, checks)
        except Exception as error:
            checks.failed.append(f"{type(error).__name__}: {error}")
        if checks.failed:
            _print_what_went_wrong(machine)
    for failed in checks.failed:
        print(f"FAILED: {failed}")
    verdict = "every check held" if not checks.failed else f"{len(checks.failed)} checks failed"
    print(f"\n{checks.held} checks held; {verdict}, in {time.monotonic() - began:.0f} s")
    return 1 if checks.failed else 0


def _print_what_went_wrong(machine: Machine) -> None:
    print("\nErrors and warnings that the functions logged:")
    for handler in (None, *HANDLERS):
        for line in machine.cloud.logs(handler):
            if '"level":"ERROR"' in line or '"level":"WARNING"' in line:
                print(f"  {handler or 'api'}: {line[:2000]}")


if __name__ == "__main__":
    sys.exit(main())
