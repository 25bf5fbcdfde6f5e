"""Where campaigns that ring meet the carrier, queues and the other rooms. Built on first use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime import campaigns_wiring, wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.campaigns.dialling.moving.store import MoveStore
    from chalicelib.campaigns.dialling.pace.store import PaceStore
    from chalicelib.campaigns.dialling.steering import Helm


@cache
def paces() -> PaceStore:
    """Return accounts' paces."""
    from chalicelib.campaigns.dialling.pace.store import PaceStore

    return PaceStore(settings().campaigns_table)


@cache
def moves() -> MoveStore:
    """Return campaigns as they start and end."""
    from chalicelib.campaigns.dialling.moving.store import MoveStore

    return MoveStore(settings().campaigns_table, wiring.pause)


def helm() -> Helm:
    """Return all that steering campaigns takes."""
    from chalicelib.campaigns.dialling.steering import Helm

    return Helm(campaigns=campaigns_wiring.store(), house=campaigns_wiring.House(), moves=moves())
