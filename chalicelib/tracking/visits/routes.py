"""What pages of customers' sites ask, and tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import secrets, tracking_wiring
from chalicelib.runtime.beacons import Beacons
from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from chalicelib.runtime.beacons import Beacon
    from chalicelib.tracking.visits import models, tokens, usecases, visits
else:
    models = lazily("chalicelib.tracking.visits.models")
    tokens = lazily("chalicelib.tracking.visits.tokens")
    usecases = lazily("chalicelib.tracking.visits.usecases")

beacons = Beacons(__name__)


@beacons.post("/t/visits")
def open_page(beacon: Beacon, body: models.VisitIn) -> models.ShownOut:
    """Tell a page that was opened which numbers to show."""
    shown = usecases.arrive(
        body.written,
        tokens.read(body.visit, beacon.site, secrets.pepper()) if body.consent else None,
        site=beacon.site,
        now=beacon.now,
        new_id=beacon.new_id,
        ports=tracking_wiring.visiting(),
        followed=body.consent and not beacon.is_crawler,
    )
    return _shown(shown, beacon)


@beacons.post("/t/events")
def tell_events(beacon: Beacon, body: models.EventsIn) -> models.ShownOut:
    """Keep what happened on a page."""
    shown = usecases.hear(
        [each.written for each in body.events],
        tokens.read(body.visit, beacon.site, secrets.pepper()),
        site=beacon.site,
        now=beacon.now,
        new_id=beacon.new_id,
        ports=tracking_wiring.visiting(),
    )
    return _shown(shown, beacon)


def _shown(shown: visits.Shown, beacon: Beacon) -> models.ShownOut:
    known = shown.known
    token = None if known is None else tokens.write(known, beacon.site, secrets.pepper())
    return models.ShownOut.of(shown, token, beacon.now)
