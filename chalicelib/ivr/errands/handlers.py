"""The body of the errands queue's handler. `app.py` declares it, wiring fills it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.ivr.errands.errands import from_message
from chalicelib.ivr.errands.usecases import see_to
from chalicelib.runtime import jobs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.ivr.errands.ports import Desk


def run_errands(bodies: Iterable[str], desk: Desk) -> None:
    """See to errands. One that fails is brought again, and in the end is a dead letter."""
    jobs.every("run-errand", bodies, lambda body: see_to(from_message(json.loads(body)), desk))
