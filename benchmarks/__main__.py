"""`make bench`: every figure, or those whose name begins with `--only`. Exit status 1 if a bound
is broken, or a figure could not be measured.

Each module is a process of its own, so that none measures what another one imported.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from infra.stages import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Which module measures which figures. `python -m benchmarks.<module>` runs one.
FIGURES: Final[dict[str, tuple[str, ...]]] = {
    "voice_incoming": ("voice_incoming_p50", "voice_incoming_p99"),
    "dynamodb_requests": (
        "dynamodb_requests_per_call",
        "dynamodb_requests_first_call",
        "dynamodb_requests_raced_call",
        "dynamodb_requests_counted",
    ),
    "cold_start": ("cold_start", "cold_start_first_call"),
    "package_size": ("package_size",),
    "rating": ("rate", "rate_explained"),
    "ivr_step": ("ivr_step", "ivr_step_large", "ivr_parse"),
    "dni_assign": (
        "dni_assign_collisions",
        "dni_assign_requests_p50",
        "dni_assign_requests_p99",
        "dni_assign_requests_max",
        "dni_assign_requests_raced_p50",
        "dni_assign_requests_raced_max",
        "dni_assign_requests_of_three_pools_max",
    ),
    "dni_overflow": ("dni_overflow", "dni_overflow_off"),
    "attribution_accuracy": (
        "attribution_accuracy_5",
        "attribution_accuracy_10",
        "attribution_accuracy_20",
        "attribution_accuracy_50",
        "attribution_accuracy_100",
        "attribution_accuracy_200",
        "attribution_calibration",
        "attribution_calibration_uncredited",
        "attribute_call",
    ),
    "script": (
        "script_bytes",
        "script_bytes_head",
        "script_main_thread",
        "script_layout_shift",
    ),
    "campaign_import": (
        "campaign_import",
        "campaign_import_memory",
        "campaign_import_excel",
        "campaign_import_excel_memory",
    ),
    "report": ("report", "report_requests"),
    "campaign_pace": (
        "campaign_pace",
        "campaign_pace_most",
        "campaign_pace_requests",
        "campaign_pace_7",
        "campaign_pace_30",
        "campaign_pace_100",
        "campaign_pace_at_once",
        "campaign_pace_at_once_requests",
    ),
    "predictive": (
        "predictive_talk_5",
        "predictive_abandonment_5",
        "predictive_talk_15",
        "predictive_abandonment_15",
        "predictive_talk_40",
        "predictive_abandonment_40",
    ),
    "campaign_cost": ("campaign_cost", "campaign_cost_million", "campaign_cost_numbers"),
    "campaign_decide": (
        "campaign_decide",
        "campaign_decide_stored",
        "campaign_decide_earliest",
    ),
    "local_call": ("local_call_p50", "local_call_p95"),
    "ring_to_journey": ("ring_to_journey_p50", "ring_to_journey_p95"),
}


def main(arguments: Sequence[str], figures: Mapping[str, tuple[str, ...]] = FIGURES) -> int:
    """Run what was asked for, and return the exit status."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", default="", metavar="PREFIX", help="figures that begin like this")
    only = parser.parse_args(arguments).only
    wanted = modules(only, figures)
    if not wanted:
        names = ", ".join(name for each in figures.values() for name in each)
        _say(f"No figure begins with {only!r}: there are {names}")
        return 2
    _say(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    return max(_run(module) for module in wanted)


def modules(only: str, figures: Mapping[str, tuple[str, ...]] = FIGURES) -> list[str]:
    """Name the modules that have a figure which begins with a prefix."""
    return [
        module for module, names in figures.items() if any(name.startswith(only) for name in names)
    ]


def _run(module: str) -> int:
    began = time.monotonic()
    _say(f"{module} ...")
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}"], cwd=ROOT, check=False)
    _say(f"{module}: {time.monotonic() - began:.0f} s")
    return min(1, abs(done.returncode))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
