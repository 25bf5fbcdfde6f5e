"""The doors of what became of campaigns: how far they have come, and why somebody was rung."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position

if TYPE_CHECKING:
    from chalicelib.campaigns.attempts import chart, documents, models
    from chalicelib.runtime import attempts_wiring, campaigns_wiring
    from chalicelib.runtime.api import Request
else:
    attempts_wiring = lazily("chalicelib.runtime.attempts_wiring")
    campaigns_wiring = lazily("chalicelib.runtime.campaigns_wiring")
    chart = lazily("chalicelib.campaigns.attempts.chart")
    documents = lazily("chalicelib.campaigns.attempts.documents")
    models = lazily("chalicelib.campaigns.attempts.models")

api = Api(__name__)

_CSV: Final = "text/csv"
_SVG: Final = "image/svg+xml"
# A document that a browser opens by itself: it may be styled, and nothing else.
_HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@api.get("/v1/campaigns/{campaign_id}/progress", scope="campaigns:read", also=(_SVG,))
def show_progress(
    request: Request, campaign_id: str, query: models.ProgressQuery
) -> Answer[models.ProgressOut]:
    """Tell how far a campaign has come, what keeps whom, how fast it goes, and when it is through.

    Counts change with the calls: of one moment, they are exact.
    """
    known = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    progress = attempts_wiring.progress(known, request.now)
    if query.format == "svg" or (query.format is None and request.accept == _SVG):
        picture = chart.render(progress, known.plan.name, attempts_wiring.zone(known))
        return _document(picture, _SVG)
    return Answer(models.ProgressOut.of(known, progress))


@api.get("/v1/campaigns/{campaign_id}/attempts", scope="campaigns:read", also=(_CSV,))
def list_campaign_attempts(
    request: Request, campaign_id: str, query: models.AttemptsQuery
) -> Answer[models.AttemptPage]:
    """Show calls of a campaign that are over, each with what it rested on: for whoever asks why.

    Add pages up for the whole. They are in parts, each by when calls ended.
    """
    known = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    context = f"{request.account_id}/attempts/{campaign_id}"
    after = position(query.cursor, context)
    page = attempts_wiring.store().of_campaign(known.id, query.limit, after)
    following = cursor(page.next, context)
    if query.format == "csv" or (query.format is None and request.accept == _CSV):
        link = {} if following is None else {"Link": f'<?cursor={following}>; rel="next"'}
        return _document(documents.render(page.items, query.separator), _CSV, link)
    items = list(map(models.AttemptOut.of, page.items))
    return Answer(models.AttemptPage(items=items, next=following))


@api.get("/v1/attempts", scope="campaigns:read")
def list_person_attempts(request: Request, query: models.PersonQuery) -> models.AttemptPage:
    """Show the calls of all campaigns to a person, the newest first: why they were rung."""
    person = query.contact_id
    context = f"{request.account_id}/attempts-to/{person}"
    after = position(query.cursor, context)
    page = attempts_wiring.store().of_person(request.account_id, person, query.limit, after)
    return models.AttemptPage(
        items=list(map(models.AttemptOut.of, page.items)), next=cursor(page.next, context)
    )


def _document(content: str, media: str, more: dict[str, str] | None = None) -> Answer[Any]:
    shown = f"{media}; charset=utf-8" if media == _CSV else media
    return Answer(content, media=shown, headers={**_HARMLESS, **(more or {})})
