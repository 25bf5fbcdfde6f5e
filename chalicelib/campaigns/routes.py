"""The doors of campaigns: written down, changed, copied, put away, tried, started and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.campaigns import campaign as campaigns
    from chalicelib.campaigns import models, usecases
    from chalicelib.campaigns.dialling import steering
    from chalicelib.runtime import campaigns_wiring, dialling_wiring
    from chalicelib.runtime.api import Request
else:
    campaigns = lazily("chalicelib.campaigns.campaign")
    campaigns_wiring = lazily("chalicelib.runtime.campaigns_wiring")
    dialling_wiring = lazily("chalicelib.runtime.dialling_wiring")
    models = lazily("chalicelib.campaigns.models")
    steering = lazily("chalicelib.campaigns.dialling.steering")
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


@api.post("/v1/campaigns/{campaign_id}/start", scope="campaigns:write", status=200)
def start_campaign(request: Request, campaign_id: str) -> Answer[models.CampaignOut]:
    """Have a campaign ring, within its days and hours and those of the law.

    All is checked once more; what keeps it from being rung is named at once.
    """
    return _steered(request, campaign_id, campaigns.Move.START)


@api.post("/v1/campaigns/{campaign_id}/pause", scope="campaigns:write", status=200)
def pause_campaign(request: Request, campaign_id: str) -> Answer[models.CampaignOut]:
    """Begin no call more, within a second; conversations go on. Meanwhile it can be changed."""
    return _steered(request, campaign_id, campaigns.Move.PAUSE)


@api.post("/v1/campaigns/{campaign_id}/resume", scope="campaigns:write", status=200)
def resume_campaign(request: Request, campaign_id: str) -> Answer[models.CampaignOut]:
    """Go on where it was paused. All is checked as at the start."""
    return _steered(request, campaign_id, campaigns.Move.RESUME)


@api.post("/v1/campaigns/{campaign_id}/stop", scope="campaigns:write", status=200)
def stop_campaign(request: Request, campaign_id: str) -> Answer[models.CampaignOut]:
    """Ring nobody more, for good: within a second, as a pause does."""
    return _steered(request, campaign_id, campaigns.Move.STOP)


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


def _steered(
    request: Request, campaign_id: str, move: campaigns.Move
) -> Answer[models.CampaignOut]:
    helm = dialling_wiring.helm()
    return _campaign(steering.steer(request.account_id, campaign_id, move, request.now, helm))


def _campaign(known: campaigns.Campaign, location: str | None = None) -> Answer[models.CampaignOut]:
    return Answer(models.CampaignOut.of(known), etag=etag(known.version), location=location)
