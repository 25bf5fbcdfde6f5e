"""The product on this machine, for the session; what Twilio would report fails the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.machines import Machine, a_machine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def whole_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Start the machine once."""
    with a_machine(tmp_path_factory.mktemp("machine")) as started:
        yield started


@pytest.fixture
def machine(whole_machine: Machine) -> Iterator[Machine]:
    """Lend the machine; nothing that was said on its phone network may be wrong."""
    network = whole_machine.network
    known = len(network.reports)
    yield whole_machine
    network.call(network.network.faults.clear)
    reports = network.reports[known:]
    assert [each for each in reports if "as ordered" not in each.detail] == []
