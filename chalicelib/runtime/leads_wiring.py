"""Where leads meet the call log, visits and sources. Built on first use, as `wiring` is."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import (
    consents_wiring,
    reminders_wiring,
    surveys_wiring,
    tracking_wiring,
    watch_wiring,
    webhooks_wiring,
    wiring,
)
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.leads.managing import Judging
    from chalicelib.tracking.leads.projecting import Desk
    from chalicelib.tracking.leads.qualifying import Rules
    from chalicelib.tracking.leads.store import LeadStore
    from chalicelib.tracking.leads.texting import Texting

TEXT: Final = "text"  # the kind of a message on the projections' queue: keep it


@cache
def leads() -> LeadStore:
    """Return leads, and what is said of calls."""
    from chalicelib.tracking.leads.store import LeadStore

    return LeadStore(settings().tracking_table)


@cache
def kept_rules() -> Kept[str, Rules]:
    """Return accounts' rules: a change holds within half a minute everywhere."""
    from chalicelib.runtime.kept import Kept

    return Kept(leads().rules)


@cache
def desk() -> Desk:
    """Return all that putting people together takes."""
    from chalicelib.runtime.conversions_wiring import tell_networks_of
    from chalicelib.tracking.leads.projecting import Desk

    return Desk(
        leads=leads(),
        qualities=leads(),
        rules=kept_rules().get,
        visits=tracking_wiring.visits(),
        source=wiring.sources().about,
        publish=webhooks_wiring.publish,
        new_id=wiring.new_id,
        clock=wiring.clock,
        networks=tell_networks_of,
        again=_again,
    )


def _again(account_id: str, call_id: str) -> None:
    soon = tracking_wiring.SOON_SECONDS
    tracking_wiring.track_again(account_id, call_id, delay_seconds=soon)


def judging() -> Judging:
    """Return what judging a call takes."""
    from chalicelib.tracking.leads.managing import Judging

    return Judging(wiring.calls(), leads(), tracking_wiring.track_again)


class Texts:
    """Text messages that people send to our numbers, on their way to leads.

    One that says STOP ends consents at once, and again from the queue, where that failed.
    """

    def leave(self, message: dict[str, Any]) -> None:
        """Leave a text on the queue; where that fails, see to it at once. Raises Unavailable."""
        try:
            wiring.projections_queue().put({"kind": TEXT, **message})
        except Unavailable:
            self.take(message)
        else:
            with suppress(Unavailable):
                consents_wiring.stop(message)

    def take(self, message: dict[str, Any]) -> None:
        """Put a text to what it answers, a reminder or a survey, or to its sender's lead."""
        consents_wiring.stop(message, confirmed=True)
        heard = message.get("opt_out")
        if not heard and reminders_wiring.take_text(message):
            return
        if surveys_wiring.take_text(message) or heard:
            return
        from chalicelib.tracking.leads.texting import take_text
        from chalicelib.tracking.leads.texts import from_message

        take_text(from_message(message), texting())


def texts() -> Texts:
    """Return the way of text messages to leads."""
    return Texts()


def texting() -> Texting:
    """Return all that putting a text to its lead takes."""
    from chalicelib.tracking.journeys.usecases import find
    from chalicelib.tracking.leads.texting import Texting

    def is_blocked(account_id: str, number: str, at: datetime) -> bool:
        return watch_wiring.kept_rules().get(account_id).block_of(number, at) is not None

    return Texting(
        desk=desk(),
        line=wiring.lines().line,
        journey=lambda rung: find(rung, tracking_wiring.journey_desk()),
        hashing=wiring.Callers(),
        is_blocked=is_blocked,
    )
