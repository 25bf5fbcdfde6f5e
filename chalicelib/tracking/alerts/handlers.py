"""The projection "alerts": people told of a call that nobody took, when its wait is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import jobs
from chalicelib.tracking.alerts.usecases import due, tell

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.tracking.alerts.ports import Desk


def tell_of(call: Call, desk: Desk) -> None:
    """Tell everybody whose turn it is, whatever becomes of the others."""
    jobs.every("tell-of-missed-call", due(call, desk), lambda alert: tell(alert, call, desk))
