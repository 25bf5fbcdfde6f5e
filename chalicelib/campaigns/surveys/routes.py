"""The doors of surveys: written, published, and what people answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.campaigns.surveys import documents, models, picture, usecases, versions
    from chalicelib.campaigns.surveys.messages import sending
    from chalicelib.runtime import surveys_wiring
    from chalicelib.runtime.api import Request
else:
    documents = lazily("chalicelib.campaigns.surveys.documents")
    models = lazily("chalicelib.campaigns.surveys.models")
    picture = lazily("chalicelib.campaigns.surveys.picture")
    sending = lazily("chalicelib.campaigns.surveys.messages.sending")
    surveys_wiring = lazily("chalicelib.runtime.surveys_wiring")
    usecases = lazily("chalicelib.campaigns.surveys.usecases")

api = Api(__name__)

_CSV: Final = "text/csv"
_SVG: Final = "image/svg+xml"
# A document that a browser opens by itself: it may be styled, and nothing else.
_HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@api.post("/v1/surveys", scope="campaigns:write")
def create_survey(request: Request, body: models.SurveyIn) -> Answer[models.SurveyOut]:
    """Create a survey from its first draft."""
    kept = usecases.create(
        request.account_id,
        body.document,
        survey_id=request.new_id("srv"),
        now=request.now,
        surveys=surveys_wiring.store(),
    )
    return _survey(kept, location=f"/v1/surveys/{kept.survey_id}")


@api.get("/v1/surveys", scope="campaigns:read")
def list_surveys(request: Request, query: models.PageQuery) -> models.SurveyPage:
    """List the account's surveys, the newest first."""
    context = f"{request.account_id}/surveys"
    page = surveys_wiring.store().surveys(
        request.account_id, query.limit, position(query.cursor, context)
    )
    return models.SurveyPage(
        items=[models.SurveySummary.of(each) for each in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/surveys/{survey_id}", scope="campaigns:read")
def show_survey(request: Request, survey_id: str) -> Answer[models.SurveyOut]:
    """Show a survey with its draft, and what is still wrong with it."""
    return _survey(surveys_wiring.store().load(request.account_id, survey_id))


@api.put("/v1/surveys/{survey_id}/draft", scope="campaigns:write")
def save_survey(
    request: Request, survey_id: str, body: models.SurveyIn
) -> Answer[models.SurveyOut]:
    """Replace a survey's draft; `If-Match` is the ETag of the survey that was changed."""
    kept = usecases.change_draft(
        request.account_id,
        survey_id,
        body.document,
        revision=expected(request.if_match),
        now=request.now,
        surveys=surveys_wiring.store(),
    )
    return _survey(kept)


@api.post("/v1/surveys/{survey_id}/publish", scope="campaigns:write")
def publish_survey(request: Request, survey_id: str) -> Answer[models.SurveyOut]:
    """Make the draft the version that is asked; refused with all of its faults."""
    kept = usecases.publish(
        request.account_id,
        survey_id,
        revision=None if request.if_match is None else expected(request.if_match),
        now=request.now,
        surveys=surveys_wiring.store(),
    )
    return _survey(kept)


@api.delete("/v1/surveys/{survey_id}", scope="campaigns:write")
def archive_survey(request: Request, survey_id: str) -> None:
    """Put a survey away: it is not changed any more; its results stay."""
    usecases.archive(request.account_id, survey_id, request.now, surveys_wiring.store())


@api.post("/v1/surveys/{survey_id}/messages", scope="campaigns:write")
def send_survey(request: Request, survey_id: str, body: models.MessageIn) -> models.MessageOut:
    """Send a survey by text message: its first question; replies are answers."""
    session = sending.send(
        sending.Wanted(
            account_id=request.account_id,
            survey_id=survey_id,
            number=body.number,
            list_id=body.list_id,
            contact_id=body.contact_id,
            ours=body.ours,
            siren=body.professional.siren,
            name=body.professional.name,
            channel=body.channel,
            template=body.template,
            language=body.language,
            segment=body.segment,
            campaign_id=body.campaign_id,
        ),
        request.new_id("resp"),
        request.now,
        surveys_wiring.desk(),
    )
    return models.MessageOut.of(session)


@api.get("/v1/surveys/{survey_id}/results", scope="campaigns:read", also=(_CSV, _SVG))
def show_results(
    request: Request, survey_id: str, query: models.ResultsQuery
) -> Answer[models.ResultsOut]:
    """Tell what was answered in some days, as it stands: in all, and by segment, agent and more."""
    published, total, groups = usecases.results_of(
        request.account_id,
        survey_id,
        query.by,
        *query.days,
        language=query.language,
        surveys=surveys_wiring.store(),
        responses=surveys_wiring.store(),
    )
    if request.accept == _CSV:
        return _document(documents.results(total, groups, query.separator), _CSV)
    if request.accept == _SVG:
        return _document(picture.render(published.survey.name, total, query.language), _SVG)
    return Answer(models.ResultsOut.of(query, published, total, groups))


@api.get("/v1/surveys/{survey_id}/verbatims", scope="campaigns:read")
def list_verbatims(
    request: Request, survey_id: str, query: models.PageQuery
) -> models.VerbatimPage:
    """List what people said in their own words, the newest first."""
    store, account_id = surveys_wiring.store(), request.account_id
    store.load(account_id, survey_id)
    context = f"{account_id}/surveys/{survey_id}/verbatims"
    after = position(query.cursor, context)
    page = store.verbatims(account_id, survey_id, query.limit, after)
    return models.VerbatimPage(
        items=[models.VerbatimOut.of(*each) for each in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/surveys/{survey_id}/responses", scope="campaigns:read", also=(_CSV,))
def list_responses(
    request: Request, survey_id: str, query: models.ResponsesQuery
) -> Answer[models.ResponsePage]:
    """List who answered what, the oldest first; as CSV, `Link` says where the next page is."""
    store, account_id = surveys_wiring.store(), request.account_id
    published = usecases.newest(account_id, survey_id, store)
    context = f"{account_id}/surveys/{survey_id}/responses"
    after = position(query.cursor, context)
    page = store.responses(account_id, survey_id, query.limit, after)
    following = cursor(page.next, context)
    if request.accept == _CSV:
        content = documents.responses(page.items, published.survey, query.separator)
        address = f"/v1/surveys/{survey_id}/responses?limit={query.limit}&cursor={following}"
        link = {} if following is None else {"Link": f'<{address}>; rel="next"'}
        return _document(content, _CSV, link)
    items = [models.ResponseOut.of(each) for each in page.items]
    return Answer(models.ResponsePage(items=items, next=following))


def _survey(kept: versions.Kept, location: str | None = None) -> Answer[models.SurveyOut]:
    return Answer(models.SurveyOut.of(kept), etag=etag(kept.revision), location=location)


def _document(content: str, media: str, more: dict[str, str] | None = None) -> Answer[Any]:
    shown = f"{media}; charset=utf-8" if media == _CSV else media
    return Answer(content, media=shown, headers={**_HARMLESS, **(more or {})})
