"""Logs, metrics and traces through Powertools, built on first use. No personal data leaves here:
every phone number in a log line or a metric is cut to its first and last two digits.
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

# International (+33..., 0033..., 33...), percent-encoded in a URL or not, and French national,
# with or without gaps. What is glued to a letter or a point is an identifier or a decimal.
_PLUS = r"(?:\+|%(?:25)*2[bB])"
_GAP = r"(?:[ .\u00a0\u202f-]|\\u00a0|\\u202f)?"
_NUMBER = re.compile(
    rf"(?:({_PLUS}[1-9]\d?)(?:{_GAP}\d){{3,}}"
    rf"|(?<![\w.-])(00[1-9]\d|33(?=[1-9])|0[1-9])(?:{_GAP}\d){{5,11}})"
    rf"{_GAP}(\d{_GAP}\d)(?!\d)"
)


class DiscreetFormatter(LambdaPowertoolsFormatter):
    """JSON lines in which no phone number can be read, whoever logged it."""

    def serialize(self, log: Any) -> str:
        """Return the line with every number masked."""
        return mask(super().serialize(log))


def mask(text: str) -> str:
    """Return `text` with the middle of each phone number starred out.

    >>> mask("+33162012345 rang 01 62 01 23 46 at 2026-11-22T09:05:00.012+00:00")
    '+33*****45 rang 01*****46 at 2026-11-22T09:05:00.012+00:00'
    """
    return _NUMBER.sub(lambda m: f"{m[1] or m[2]}*****{m[3]}", text)


@cache
def logger() -> Logger:
    """Return the process's logger: JSON, with the CallSid as correlation id where there is one."""
    return Logger(logger_formatter=DiscreetFormatter(use_rfc3339=True))


def count(metric: str, value: int = 1, **dimensions: str) -> None:
    """Emit one EMF metric line; CloudWatch turns it into a metric without any request."""
    from aws_lambda_powertools import single_metric
    from aws_lambda_powertools.metrics import MetricUnit

    with single_metric(name=metric, unit=MetricUnit.Count, value=value) as line:
        for name, text in dimensions.items():
            line.add_dimension(name=name, value=mask(text))


@contextmanager
def traced(name: str, **annotations: str) -> Iterator[None]:
    """Open an X-Ray subsegment where this invocation is being traced, else do nothing."""
    if "_X_AMZN_TRACE_ID" not in os.environ:
        yield
        return
    provider = _tracer().provider
    with provider.in_subsegment(name=f"## {name}") as segment:
        # Without a sampled segment there is nothing to annotate.
        for key, text in annotations.items() if segment is not None else ():
            segment.put_annotation(key=key, value=mask(text))
        yield


@cache
def _tracer() -> Any:
    from aws_lambda_powertools import Tracer

    # Requests to AWS only: it would import every HTTP and SQL library it knows, to patch it.
    return Tracer(patch_modules=["botocore"])
