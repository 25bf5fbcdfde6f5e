"""What every test starts from: the settings of a stage of its own, and nobody's AWS credentials."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

from chalicelib.runtime.observability import logger
from tests import clouds

if TYPE_CHECKING:
    from collections.abc import Iterator

# A machine's own credentials and settings must never reach a test.
for name in [name for name in os.environ if name.startswith(("AWS_", "CADRAN_", "POWERTOOLS_"))]:
    del os.environ[name]
os.environ.update(clouds.ENVIRONMENT)

# The pure suite shares its cores with others: a slow example is not a wrong one. Everybody's run
# tries the same examples, so that what fails was broken by the change; `make search` looks further.
hypothesis_settings.register_profile("cadran", deadline=None, derandomize=True)
hypothesis_settings.register_profile("search", deadline=None)
hypothesis_settings.load_profile("search" if "SEARCH" in os.environ else "cadran")


class _Stdout:
    """Standard output as it is at each line: pytest swaps it for every test."""

    write = staticmethod(lambda text: sys.stdout.write(text))
    flush = staticmethod(lambda: sys.stdout.flush())


logger().registered_handler.stream = _Stdout()  # type: ignore[attr-defined]


@pytest.fixture
def cloud() -> Iterator[clouds.Cloud]:
    """AWS as the stack leaves it: tables, queues, bucket and parameters, all empty."""
    with clouds.a_cloud() as each:
        yield each
