"""What every test starts from: the settings of a stage of its own, and nobody's AWS credentials."""

from __future__ import annotations

import os
import sys
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

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


# The first worker has the machine, and people on the telephone who will not wait: others give way.
if os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0":
    os.nice(10)


def _shared_by(nodeid: str) -> str:
    """Name what a test shares with others, which one worker runs: its file, or the machine."""
    name = nodeid.partition("::")[0]
    return "the machine" if name.startswith("tests/e2e/") else name


class _Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Has one worker run all that share something, in the order in which they were found."""

    def _split_scope(self, nodeid: str) -> str:
        return _shared_by(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Share the work out (pytest-xdist asks)."""
    return _Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the machine, which waits for telephones while others compute. Files that wait
    and files that compute take turns, so that neither kind is left for the end.
    """
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(_shared_by(item.nodeid), []).append(item)
    first = groups.pop("the machine", [])
    largest = sorted(groups.values(), key=len, reverse=True)
    slow = [each for each in largest if any(one.get_closest_marker("slow") for one in each)]
    computing = [each for each in largest if each not in slow]
    turns = chain.from_iterable(zip_longest(computing, slow, fillvalue=[]))
    items[:] = [*first, *chain.from_iterable(turns)]


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
