"""The body of the hooks queue's handler."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.runtime import jobs
from chalicelib.webhooks.events import from_message
from chalicelib.webhooks.usecases import see_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.webhooks.ports import Desk


def run_hooks(bodies: Iterable[str], desk: Desk) -> None:
    """See to orders. One that fails is brought again, and in the end is a dead letter."""
    jobs.every("run-hook", bodies, lambda body: see_to(from_message(json.loads(body)), desk))
