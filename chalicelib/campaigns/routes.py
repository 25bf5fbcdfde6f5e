"""The doors of campaigns: written down, changed, copied, put away, tried against the law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.campaigns import campaign as campaigns
    from chalicelib.campaigns import models, usecases
    from chalicelib.runtime import campaigns_wiring
    from chalicelib.runtime.api import Request
else:
    campaigns_wiring = lazily("chalicelib.runtime.campaigns_wiring")
    models = lazily("chalicelib.campaigns.models")
    usecases = lazily("chalicelib.campaigns.usecases")

api = Api(__name__)


@api.post("/v1/campaigns", scope="campaigns:write")
def create_campaign(request: Request, body: models.CampaignIn) -> Answer[models.CampaignOut]:
    """Write a campaign down. All that is wrong with it is named at once; nothing rings yet."""
    new = usecases.create(
        request.account_id,
        body.read(),
        campaign_id=request.new_id("camp"),
        now=request.now,
        desk=campaigns_wiring.desk(),
    )
    return _campaign(new, location=f"/v1/campaigns/{new.id}")


@api.get("/v1/campaigns", scope="campaigns:read")
def list_campaigns(request: Request, query: models.CampaignsQuery) -> models.CampaignPage:
    """List the account's campaigns, the newest first."""
    context = f"{request.account_id}/campaigns/{query.archived}"
    after = position(query.cursor, context)
    page = campaigns_wiring.store().campaigns(
        request.account_id, query.limit, after, archived=query.archived
    )
    return models.CampaignPage(
        items=[models.CampaignOut.of(each) for each in page.items], next=cursor(page.next, context)
    )


@api.get("/v1/campaigns/{campaign_id}", scope="campaigns:read")
def show_campaign(request: Request, campaign_id: str) -> Answer[models.CampaignOut]:
    """Show a campaign."""
    return _campaign(campaigns_wiring.store().campaign(request.account_id, campaign_id))


@api.patch("/v1/campaigns/{campaign_id}", scope="campaigns:write")
def edit_campaign(
    request: Request, campaign_id: str, body: models.CampaignPatch
) -> Answer[models.CampaignOut]:
    """Change a campaign; `If-Match` is the ETag of what was seen."""
    changed = usecases.edit(
        request.account_id,
        campaign_id,
        body.change,
        version=expected(request.if_match),
        now=request.now,
        desk=campaigns_wiring.desk(),
    )
    return _campaign(changed)


@api.delete("/v1/campaigns/{campaign_id}", scope="campaigns:write")
def archive_campaign(request: Request, campaign_id: str) -> None:
    """Put a campaign away for good: it can be read and copied, not changed."""
    usecases.archive(request.account_id, campaign_id, request.now, campaigns_wiring.store())


@api.post("/v1/campaigns/{campaign_id}/copy", scope="campaigns:write")
def copy_campaign(
    request: Request, campaign_id: str, body: models.CampaignPatch
) -> Answer[models.CampaignOut]:
    """Write down a campaign like another, on no days yet; what is sent is changed in the copy."""
    new = usecases.copy(
        request.account_id,
        campaign_id,
        body.change,
        new_id=request.new_id("camp"),
        now=request.now,
        desk=campaigns_wiring.desk(),
    )
    return _campaign(new, location=f"/v1/campaigns/{new.id}")


@api.get("/v1/campaigns/{campaign_id}/dry-run", scope="campaigns:read")
def try_campaign(request: Request, campaign_id: str, query: models.TryQuery) -> models.TriedOut:
    """Tell who of a page of contacts could be rung at an instant, and why not the others.

    Every page is tried at the same instant if `at` is sent.
    """
    known = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    context = f"{request.account_id}/dry-run/{campaign_id}/{known.version}"
    tried, following = usecases.dry_run(
        known,
        query.instant(request.now),
        limit=query.limit,
        after=position(query.cursor, context),
        desk=campaigns_wiring.desk(),
    )
    return models.TriedOut.of(tried, cursor(following, context))


def _campaign(known: campaigns.Campaign, location: str | None = None) -> Answer[models.CampaignOut]:
    return Answer(models.CampaignOut.of(known), etag=etag(known.version), location=location)
