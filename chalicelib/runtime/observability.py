"""Logs, metrics and traces through Powertools, built on first use. No personal data leaves here:
every phone number in a log line is cut to its country and last two digits.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

if TYPE_CHECKING:
    from collections.abc import Iterator

# E.164, or the same percent-encoded in a URL.
_NUMBER = re.compile(r"(\+|%2[bB])([1-9]\d{0,2})\d{4,10}(\d{2})(?!\d)")


class DiscreetFormatter(LambdaPowertoolsFormatter):
    """JSON lines in which no phone number can be read, whoever logged it."""

    def serialize(self, log: Any) -> str:
        """Return the line with every number masked."""
        return mask(super().serialize(log))


def mask(text: str) -> str:
    """Return `text` with the middle of each phone number starred out.

    >>> mask("caller +33162012345 hung up")
    'caller +33*****45 hung up'
    """
    return _NUMBER.sub(lambda m: f"{m[1]}{m[2][:2]}*****{m[3]}", text)


@cache
def logger() -> Logger:
    """Return the process's logger: JSON, with the CallSid as correlation id where there is one."""
    return Logger(logger_formatter=DiscreetFormatter(), use_rfc3339=True)


def count(metric: str, value: int = 1, **dimensions: str) -> None:
    """Emit one EMF metric line; CloudWatch turns it into a metric without any request."""
    from aws_lambda_powertools import single_metric
    from aws_lambda_powertools.metrics import MetricUnit

    with single_metric(name=metric, unit=MetricUnit.Count, value=value) as line:
        for name, text in dimensions.items():
            line.add_dimension(name=name, value=text)


@contextmanager
def traced(name: str, **annotations: str) -> Iterator[None]:
    """Open an X-Ray subsegment where this invocation is being traced, else do nothing."""
    if "_X_AMZN_TRACE_ID" not in os.environ:
        yield
        return
    provider = _tracer().provider
    with provider.in_subsegment(name=f"## {name}") as segment:
        for key, text in annotations.items():
            segment.put_annotation(key=key, value=text)
        yield


@cache
def _tracer() -> Any:
    from aws_lambda_powertools import Tracer

    return Tracer()
