"""Ports kept in memory, which behave as the real ones do: `tests/contracts/` holds both to it."""

from tests.fakes.calls import (
    CallLogInMemory,
    ExportsInMemory,
    FilesInMemory,
    LateEventsInMemory,
    QueueInMemory,
)
from tests.fakes.directory import CarrierInMemory, CarrierOfUrls, DirectoryInMemory
from tests.fakes.ivr import FlowsInMemory
from tests.fakes.tracking import TrackingInMemory

__all__ = [
    "CallLogInMemory",
    "CarrierInMemory",
    "CarrierOfUrls",
    "DirectoryInMemory",
    "ExportsInMemory",
    "FilesInMemory",
    "FlowsInMemory",
    "LateEventsInMemory",
    "QueueInMemory",
    "TrackingInMemory",
]
