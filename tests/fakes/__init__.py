"""Ports kept in memory, which behave as the real ones do: `tests/contracts/` holds both to it."""

from tests.fakes.calls import (
    CallLogInMemory,
    ExportsInMemory,
    FilesInMemory,
    LateEventsInMemory,
    QueueInMemory,
)
from tests.fakes.conversions import ConversionsInMemory
from tests.fakes.desk import DeskInMemory, FloorsInMemory, NudgesInMemory
from tests.fakes.directory import CarrierInMemory, CarrierOfUrls, DirectoryInMemory
from tests.fakes.ivr import FlowsInMemory
from tests.fakes.journeys import JourneysInMemory
from tests.fakes.pools import PoolsInMemory
from tests.fakes.tallies import CostsInMemory, TalliesInMemory
from tests.fakes.tracking import TrackingInMemory

__all__ = [
    "CallLogInMemory",
    "CarrierInMemory",
    "CarrierOfUrls",
    "ConversionsInMemory",
    "CostsInMemory",
    "DeskInMemory",
    "DirectoryInMemory",
    "ExportsInMemory",
    "FilesInMemory",
    "FloorsInMemory",
    "FlowsInMemory",
    "JourneysInMemory",
    "LateEventsInMemory",
    "NudgesInMemory",
    "PoolsInMemory",
    "QueueInMemory",
    "TalliesInMemory",
    "TrackingInMemory",
]
