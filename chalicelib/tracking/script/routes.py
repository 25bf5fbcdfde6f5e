"""Where pages load the script, and where customers learn what to put into their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import tracking_wiring
from chalicelib.runtime.api import Api
from chalicelib.runtime.beacons import Beacons, File
from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.script import builds, models, tags
    from chalicelib.tracking.sites import usecases
else:
    builds = lazily("chalicelib.tracking.script.builds")
    models = lazily("chalicelib.tracking.script.models")
    tags = lazily("chalicelib.tracking.script.tags")
    usecases = lazily("chalicelib.tracking.sites.usecases")

api = Api(__name__)
beacons = Beacons(__name__)

MEDIA: Final = "text/javascript; charset=utf-8"
HOUR: Final = 3_600
YEAR: Final = 365 * 24 * HOUR


@beacons.get("/t/cadran.js")
def newest_script() -> File:
    """Hand the newest script over."""
    return _file(builds.current(), HOUR)


@beacons.get("/t/{version}/{file}")
def pinned_script(version: str, file: str) -> File:
    """Hand one version of the script over, or of what it loads: it never changes."""
    return _file(f"{file.removesuffix('.js')}-{version}", YEAR)


@api.get("/v1/sites/{site_id}/script", scope="sites:read")
def show_script(request: Request, site_id: str) -> models.ScriptOut:
    """Show what goes into the pages of a site, and what their policy must allow."""
    usecases.site_of_account(request.account_id, site_id, tracking_wiring.sites())
    return models.ScriptOut.of(tags.tags(site_id, request.base_url))


def _file(name: str, fresh_seconds: int) -> File:
    text = builds.text_of(name)
    if text is None:
        raise NotFound("no such version of the script")
    return File(text, MEDIA, name, fresh_seconds)
