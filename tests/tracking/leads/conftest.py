"""A table with leads in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.tracking.leads.store import LeadStore
from chalicelib.tracking.store import TrackingRow
from tests.clouds import ENVIRONMENT, tables

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def store() -> Iterator[LeadStore]:
    with tables(TrackingRow):
        yield LeadStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])
