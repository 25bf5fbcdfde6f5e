"""The API of sites: made, changed, retired, and tried on an address before a visitor comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from chalicelib.runtime import tracking_wiring, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.sites import models, sites, usecases
else:
    models = lazily("chalicelib.tracking.sites.models")
    sites = lazily("chalicelib.tracking.sites.sites")
    usecases = lazily("chalicelib.tracking.sites.usecases")

api = Api(__name__)


@api.post("/v1/sites", scope="sites:write")
def create_site(request: Request, body: models.SiteIn) -> Answer[models.SiteOut]:
    """Make a site; its id goes into the page."""
    site = usecases.create_site(
        sites.Site(
            id=request.new_id("site"),
            account_id=request.account_id,
            name=body.name,
            origins=tuple(body.origins),
            created_at=request.now,
            swaps=tuple(each.written for each in body.swaps),
            rules=tuple(each.written for each in body.rules),
        ),
        store=tracking_wiring.sites(),
        known=_known(),
    )
    return _site(site, location=f"/v1/sites/{site.id}")


@api.get("/v1/sites", scope="sites:read")
def list_sites(request: Request, query: models.PageQuery) -> models.SiteList:
    """List the account's sites."""
    context = f"{request.account_id}/sites"
    page = tracking_wiring.sites().sites(
        request.account_id, query.limit, position(query.cursor, context)
    )
    return models.SiteList(
        items=[models.SiteOut.of(each) for each in page.items], next=cursor(page.next, context)
    )


@api.get("/v1/sites/{site_id}", scope="sites:read")
def show_site(request: Request, site_id: str) -> Answer[models.SiteOut]:
    """Show a site."""
    store = tracking_wiring.sites()
    return _site(usecases.site_of_account(request.account_id, site_id, store))


@api.patch("/v1/sites/{site_id}", scope="sites:write")
def edit_site(request: Request, site_id: str, body: models.SitePatch) -> Answer[models.SiteOut]:
    """Change a site; `If-Match` is the ETag of what was seen."""
    site = usecases.edit_site(
        cast("usecases.SiteChanges", body.changes),
        account_id=request.account_id,
        site_id=site_id,
        version=expected(request.if_match),
        store=tracking_wiring.sites(),
        known=_known(),
    )
    return _site(site)


@api.delete("/v1/sites/{site_id}", scope="sites:write")
def archive_site(request: Request, site_id: str) -> None:
    """Retire a site: its pages keep their printed numbers from now on."""
    usecases.archive_site(
        request.account_id, site_id, now=request.now, store=tracking_wiring.sites()
    )


@api.post("/v1/sites/{site_id}/classify", scope="sites:read", status=200)
def classify_visit(request: Request, site_id: str, body: models.ArrivalIn) -> models.LandingOut:
    """Tell what would be said to have brought a visit to an address; stores nothing."""
    store = tracking_wiring.sites()
    landing = usecases.try_landing(request.account_id, site_id, body.url, body.referrer, store)
    return models.LandingOut.of(landing)


def _known() -> usecases.Known:
    return usecases.Known(wiring.directory(), wiring.tracking(), tracking_wiring.roster())


def _site(site: sites.Site, location: str | None = None) -> Answer[models.SiteOut]:
    return Answer(models.SiteOut.of(site), etag=etag(site.version), location=location)
