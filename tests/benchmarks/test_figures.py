"""What `make bench` prints and when it fails; and the one figure that is the same everywhere."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.__main__ import FIGURES, main, modules
from benchmarks.dynamodb_requests import AT_MOST, parts_of
from benchmarks.figures import Figure, percentile, report
from infra.stages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


def a_figure(**facts: Any) -> Figure:
    return Figure(**{"name": "wait", "value": 30.0, "unit": "ms", **facts})


def test_a_figure_is_one_line_of_json_with_its_five_names() -> None:
    figure = a_figure(value=31.234567, baseline=20)

    line = figure.line()

    assert "\n" not in line
    assert line == (
        '{"name": "wait", "value": 31.23, "unit": "ms", "baseline": 20, "ratio": 1.562}'
    )


def test_a_figure_without_a_baseline_has_no_ratio() -> None:
    assert json.loads(a_figure().line()) == {
        "name": "wait",
        "value": 30.0,
        "unit": "ms",
        "baseline": None,
        "ratio": None,
    }


@pytest.mark.parametrize(
    ("facts", "broken"),
    [
        pytest.param({}, False, id="no bound"),
        pytest.param({"at_most": 30}, False, id="just within"),
        pytest.param({"at_most": 29.99}, True, id="just over"),
        pytest.param({"at_least": 30}, False, id="just enough"),
        pytest.param({"at_least": 30.01}, True, id="just too little"),
        pytest.param({"at_most": 2, "baseline": 15}, False, id="twice the baseline"),
        pytest.param({"at_most": 2, "baseline": 14.9}, True, id="over twice the baseline"),
    ],
)
def test_a_bound_is_on_the_ratio_where_there_is_one(facts: dict[str, Any], broken: bool) -> None:
    figure = a_figure(**facts)

    assert (figure.broken is not None) is broken


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        pytest.param(0.0, 1, id="the least"),
        pytest.param(0.5, 50, id="the median"),
        pytest.param(0.95, 95, id="all but five of a hundred"),
        pytest.param(0.99, 99, id="all but one of a hundred"),
        pytest.param(0.991, 100, id="more than that"),
        pytest.param(1.0, 100, id="all"),
    ],
)
def test_a_percentile_is_a_value_of_the_sample(share: float, expected: int) -> None:
    sample = list(range(100, 0, -1))

    assert percentile(sample, share) == expected


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.5], 0.99) == 7.5


def test_a_report_is_well_when_every_bound_holds(capsys: pytest.CaptureFixture[str]) -> None:
    status = report([a_figure(at_most=40), a_figure(name="size")])

    said = capsys.readouterr()
    assert status == 0
    assert [json.loads(line)["name"] for line in said.out.splitlines()] == ["wait", "size"]
    assert said.err == ""


def test_a_broken_bound_makes_the_report_fail_and_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = report([a_figure(at_most=20), a_figure(name="size")])

    said = capsys.readouterr()
    assert status == 1
    assert [json.loads(line)["name"] for line in said.out.splitlines()] == ["wait", "size"]
    assert said.err == "BROKEN wait: value 30.0 is over 20\n"


def test_what_the_product_says_meanwhile_is_kept_apart(capsys: pytest.CaptureFixture[str]) -> None:
    def measured() -> Iterator[Figure]:
        sys.stdout.write("the product logs a line\n")
        yield a_figure()

    report(measured())

    said = capsys.readouterr()
    assert [json.loads(line)["name"] for line in said.out.splitlines()] == ["wait"]
    assert said.err == "the product logs a line\n"


def test_a_prefix_picks_the_modules_that_have_such_figures() -> None:
    assert modules("") == list(FIGURES)
    assert modules("voice_incoming_p99") == ["voice_incoming"]
    assert modules("rate") == ["rating"]
    assert modules("nothing") == []


def test_a_prefix_of_no_figure_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "nothing"]) == 2
    assert "voice_incoming_p50" in capsys.readouterr().err


@pytest.mark.parametrize("module", FIGURES)
def test_every_module_can_be_measured(module: str) -> None:
    found: ModuleType = importlib.import_module(f"benchmarks.{module}")

    assert callable(found.figures)
    assert found.__doc__


def test_a_transaction_counts_as_many_times_as_it_has_parts() -> None:
    transaction: dict[str, Any] = {
        "TransactItems": [{"Put": {}}, {"Update": {}}, {"ConditionCheck": {}}]
    }

    assert parts_of(transaction) == 3
    assert parts_of({"TableName": "calls", "ConditionExpression": "a"}) == 1
    assert parts_of({"RequestItems": {"calls": [{}, {}], "ivr": {"Keys": [{}]}}}) == 3


@pytest.mark.slow
def test_a_module_that_fails_makes_the_bench_fail() -> None:
    # `benchmarks.figures` is no measurement: run as one, it ends without an error.
    assert main([], {"figures": ("a",), "not_there": ("b",)}) == 1
    assert main([], {"figures": ("a",)}) == 0


@pytest.mark.slow
def test_a_forwarded_call_asks_the_tables_six_times_at_most() -> None:
    runs = [bench("dynamodb") for _ in range(2)]

    assert runs[0] == runs[1]
    by_name = {figure["name"]: figure for figure in runs[0]}
    assert 0 < by_name["dynamodb_requests_per_call"]["value"] <= AT_MOST == 6


def bench(only: str) -> list[dict[str, Any]]:
    """Run the figures whose names begin like this, as `make bench` does."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", only],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]
