"""The doors of reports: calls by whatever one asks for, and the older one of sources by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.runtime import reports_wiring, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.media import PARQUET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.runtime.api import Request
    from chalicelib.tracking import usecases as sources
    from chalicelib.tracking.reports import documents, heat, models, reporting, usecases
    from chalicelib.tracking.sources import Source
else:
    documents = lazily("chalicelib.tracking.reports.documents")
    heat = lazily("chalicelib.tracking.reports.heat")
    models = lazily("chalicelib.tracking.reports.models")
    reporting = lazily("chalicelib.tracking.reports.reporting")
    sources = lazily("chalicelib.tracking.usecases")
    usecases = lazily("chalicelib.tracking.reports.usecases")

api = Api(__name__)

_CSV: Final = "text/csv"
_SVG: Final = "image/svg+xml"
_MEDIA: Final = {_CSV: "csv", _SVG: "svg", PARQUET: "parquet"}
# A document that a browser opens by itself: it may be styled, and nothing else.
_HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@api.get("/v1/reports/calls", scope="reports:read", also=(_CSV, _SVG, PARQUET))
def report_calls(request: Request, query: models.CallsQuery) -> Answer[models.CallsReport]:
    """Report calls by channel, campaign, page, day and more; any two periods compared."""
    question = usecases.Question(
        account_id=request.account_id,
        by=query.by,
        span=query.span,
        log_shards=request.principal.log_shards,
    )
    stores = reports_wiring.tallies(), reports_wiring.costs()
    other, form = query.other, query.format or _MEDIA.get(request.accept, "json")
    _check(form, query.by, request.accept)
    found = usecases.report(question, *stores)
    if form == "svg":
        return _document(heat.render(found), _SVG)
    before = None if other is None else usecases.compared(question, other, *stores)
    labels = _labels(request, query.by)
    if form == "csv":
        return _document(documents.render(found, before, labels, query.by, query.separator), _CSV)
    if form == "parquet":
        return _document(documents.packed(found, before, labels, query.by), PARQUET)
    return Answer(models.CallsReport.of(query, found, before, labels))


@api.get("/v1/reports/sources", scope="reports:read")
def report_sources(request: Request, query: models.SourcesQuery) -> models.SourceReport:
    """Report calls by source and day, of numbers that stand for a source."""
    days = usecases.source_days(
        request.account_id,
        query.first,
        query.last,
        log_shards=request.principal.log_shards,
        counters=reports_wiring.tallies(),
        source_id=query.source_id,
    )
    known = _known(request)
    return models.SourceReport(
        first=query.first,
        last=query.last,
        items=[models.SourceDay.of(day, known) for day in days],
    )


def _labels(request: Request, by: reporting.By) -> Mapping[str, str]:
    if by != reporting.By.SOURCE:
        return {}
    return {each.id: each.name for each in _known(request).values()}


def _known(request: Request) -> dict[str, Source]:
    found = sources.all_sources(request.account_id, wiring.tracking())
    return {each.id: each for each in found}


def _check(form: str, by: reporting.By, accept: str) -> None:
    """Refuse what cannot be drawn, and bytes that API Gateway would not send as such."""
    if form == "svg" and by != reporting.By.HEAT:
        raise Rejected("no such picture", faults=(Fault("/by", "only `heat` can be drawn"),))
    if form == "parquet" and accept != PARQUET:
        reason = f"send `Accept: {PARQUET}`, and no other type"
        raise Rejected("no such document", faults=(Fault("/format", reason),))


def _document(content: str | bytes, media: str) -> Answer[models.CallsReport]:
    shown = f"{media}; charset=utf-8" if media == _CSV else media
    answer: Answer[models.CallsReport] = Answer(content, media=shown, headers=_HARMLESS)  # type: ignore[arg-type]
    return answer
