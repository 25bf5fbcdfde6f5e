"""The body of the rings queue's handler. A message may come twice: all of it is idempotent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib.runtime import jobs
from chalicelib.tracking.journeys.rings import RANG, from_message
from chalicelib.tracking.journeys.usecases import note_ring

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.tracking.journeys.usecases import Desk


def ring_calls(bodies: Iterable[str], desk: Desk) -> None:
    """Find the journeys of calls that ring."""
    jobs.every("ring-call", bodies, lambda body: _see_to(json.loads(body), desk))


def _see_to(message: dict[str, Any], desk: Desk) -> None:
    if message["kind"] == RANG:
        note_ring(from_message(message), desk)
