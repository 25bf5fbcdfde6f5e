"""A line: one of our phone numbers, who owns it, and where its callers go when we cannot help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class LineState(StrEnum):
    """A number's life: bought, in use, resting after release, gone."""

    AVAILABLE = "available"
    ACTIVE = "active"
    COOLING = "cooling"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All an inbound call needs to know about the number it reached, in one read.

    `account_active` and `log_shards` are copies of the account's, written with it.
    `fallback` (E.164) is where callers go when our own code or storage fails.
    """

    number: str
    account_id: str
    state: LineState
    family: str
    flow_id: str | None = None
    fallback: str | None = None
    label: str = ""
    carrier_id: str | None = None
    cooling_until: datetime | None = None
    account_active: bool = True
    log_shards: int = 1
    version: int = 0
