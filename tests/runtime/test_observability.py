"""What leaves the house in logs and metrics: everything but people's numbers."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.runtime.observability import DiscreetFormatter, count, logger, mask, traced

if TYPE_CHECKING:
    from collections.abc import Callable

digits = st.text("0123456789", min_size=8, max_size=12)
SPELLINGS: list[Callable[[str], str]] = [
    lambda number: f"+33{number}",
    lambda number: f"%2B33{number}",
    lambda number: f"%2b33{number}",
    lambda number: f"%252B33{number}",
    lambda number: "+33 " + " ".join(number),
    lambda number: "+33." + ".".join(number),
    lambda number: "+33\u00a0" + "\u00a0".join(number),
    lambda number: f"https://example.fr/voice/incoming?fallback=%2B33{number}&x=1",
    lambda number: f"tel:+33{number}",
    lambda number: f"(+33{number})",
]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: spelling("612345678"))
@given(number=digits, before=st.text(max_size=5), after=st.text(max_size=5))
def test_no_line_of_the_log_shows_a_number(
    spelling: Callable[[str], str], number: str, before: str, after: str
) -> None:
    line = a_line(f"{before} {spelling(number)} {after}", extra=spelling(number))

    kept = [each for each in gaps_closed(line) if number[:-2] in each]
    assert kept == []


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "33612345678",
        "0033612345678",
        "0590123456",
        "+590690123456",
        "+14155550123",
        "+447700900123",
    ],
)
def test_numbers_are_masked_in_every_spelling_people_use(text: str) -> None:
    assert "*****" in mask(f'"from": "{text}"')
    assert mask(text)[-2:] == text[-2:]
    assert sum(each.isdigit() for each in mask(text)) <= 6


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T09:05:00.012345+00:00",
        "2026-11-22T10:05:00+01:00",
        '"timestamp": 1795338300123',
        "CA0123456789abcdef0123456789abcdef",
        "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "arn:aws:sqs:eu-west-3:000000000000:cadran-prod-exports",
        '"cold_start": 0.0123456789',
        "123456789012",
        "1-5759e988-bd862e3fe1be46a994272793",
        '"status": 200, "seconds": 95',
    ],
)
def test_what_is_no_number_stays_readable(text: str) -> None:
    assert mask(text) == text


def test_a_line_is_json_with_the_call_as_correlation_id(capsys: pytest.CaptureFixture[str]) -> None:
    logger().set_correlation_id("CA1")

    logger().warning("pressed", extra={"keys": 1})

    line = json.loads(capsys.readouterr().out)
    assert line["correlation_id"] == "CA1"
    assert (line["level"], line["message"], line["keys"]) == ("WARNING", "pressed", 1)
    assert line["service"] == "cadran"


def test_a_stack_trace_is_masked_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("no tariff for +33612345678")
    except ValueError:
        logger().exception("failed")

    line = capsys.readouterr().out
    assert "no tariff for +33" in line
    assert "6123456" not in line


def test_a_metric_is_one_line_that_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    count("WebhookFailed", view="incoming", error="KeyError")

    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Cadran"
    assert directive["Metrics"] == [{"Name": "WebhookFailed", "Unit": "Count"}]
    assert {"view", "error"} <= set(directive["Dimensions"][0])
    assert line["WebhookFailed"] == [1.0]
    assert (line["view"], line["error"]) == ("incoming", "KeyError")


def test_a_metric_shows_no_number_either(capsys: pytest.CaptureFixture[str]) -> None:
    count("WebhookFailed", view="+33612345678")

    assert "6123456" not in capsys.readouterr().out


def test_tracing_outside_lambda_does_nothing() -> None:
    with traced("work", call="CA1"):
        reached = True

    assert reached


TRACED = """
import os, sys
import botocore.client
from aws_xray_sdk.core import xray_recorder
from chalicelib.runtime.observability import traced

class Emitter:
    def send_entity(self, entity):
        print(entity.name, entity.annotations)

xray_recorder.configure(emitter=Emitter())
with traced("work", call="CA1"):
    print("reached")
print("libraries", sorted({"requests", "sqlite3", "httpx"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("sampled", "lines"),
    [
        ("1", ["reached", "## work {'call': 'CA1'}", "libraries []"]),
        ("0", ["reached", "libraries []"]),
    ],
)
def test_an_invocation_that_is_sampled_is_traced_and_any_goes_on(
    sampled: str, lines: list[str]
) -> None:
    trace = f"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled={sampled}"
    lambda_has = {"_X_AMZN_TRACE_ID": trace, "LAMBDA_TASK_ROOT": "/var/task"}

    done = subprocess.run(
        [sys.executable, "-c", TRACED],
        env={**os.environ, **lambda_has},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == lines


def a_line(message: str, **fields: str) -> str:
    record = logging.LogRecord("cadran", logging.INFO, "", 0, message, None, None)
    for name, value in fields.items():
        setattr(record, name, value)
    line: str = DiscreetFormatter(use_rfc3339=True).format(record)
    return line


def gaps_closed(line: str) -> list[str]:
    """Return the line's words with separators between digits taken out."""
    closed = json.dumps(json.loads(line), ensure_ascii=False)
    for gap in (" ", ".", "\u00a0"):
        closed = closed.replace(gap, "")
    return closed.split(",")
