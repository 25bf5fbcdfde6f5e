"""The doors of leads: people put together, judged, told apart, and credited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from chalicelib.runtime import leads_wiring, reports_wiring, tracking_wiring, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.kernel import periods
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.attribution.crediting import Terms
    from chalicelib.tracking.leads import (
        amounts,
        changing,
        leads,
        managing,
        models,
        qualifying,
        usecases,
    )
    from chalicelib.tracking.leads.credit import costing
    from chalicelib.tracking.leads.credit import models as credit_models
else:
    periods = lazily("chalicelib.kernel.periods")
    amounts = lazily("chalicelib.tracking.leads.amounts")
    changing = lazily("chalicelib.tracking.leads.changing")
    costing = lazily("chalicelib.tracking.leads.credit.costing")
    credit_models = lazily("chalicelib.tracking.leads.credit.models")
    managing = lazily("chalicelib.tracking.leads.managing")
    models = lazily("chalicelib.tracking.leads.models")
    qualifying = lazily("chalicelib.tracking.leads.qualifying")
    usecases = lazily("chalicelib.tracking.leads.usecases")

api = Api(__name__)


@api.post("/v1/leads", scope="leads:write")
def take_contact(request: Request, body: models.ContactIn) -> Answer[models.LeadOut]:
    """Take a form, a text or a chat; it joins what is known of whoever sent it."""
    noted = managing.take_contact(
        body.written(request.now),
        request.account_id,
        desk=leads_wiring.desk(),
        hashing=wiring.Callers(),
    )
    return _lead(noted.lead, location=f"/v1/leads/{noted.lead.id}")


@api.get("/v1/leads", scope="leads:read")
def list_leads(request: Request, query: models.LeadsQuery) -> models.LeadList:
    """List leads, newest first."""
    context = f"{request.account_id}/leads/{query.since}/{query.until}"
    page = leads_wiring.leads().page(
        request.account_id,
        query.limit,
        position(query.cursor, context),
        query.since,
        query.until,
    )
    terms = _terms(request.account_id)
    items = [models.LeadOut.of(each, terms) for each in page.items]
    return models.LeadList(items=items, next=cursor(page.next, context))


@api.get("/v1/leads/rules", scope="leads:read")
def show_lead_rules(request: Request) -> Answer[models.RulesOut]:
    """Show what makes an interaction worth something."""
    rules = leads_wiring.leads().rules(request.account_id)
    return Answer(models.RulesOut.of(rules), etag=etag(rules.version))


@api.put("/v1/leads/rules", scope="leads:write")
def set_lead_rules(request: Request, body: models.RulesIn) -> Answer[models.RulesOut]:
    """Say what makes an interaction worth something, from now on; `If-Match` is the ETag seen."""
    rules = managing.set_rules(
        qualifying.Rules(
            account_id=request.account_id,
            rules=tuple(each.written for each in body.rules),
            most_cents=amounts.cents_of(body.most_cart),
            version=expected(request.if_match),
        ),
        leads_wiring.leads(),
        wiring.tracking(),
    )
    leads_wiring.kept_rules().forget(request.account_id)
    return Answer(models.RulesOut.of(rules), etag=etag(rules.version))


@api.get("/v1/leads/{lead_id}", scope="leads:read")
def show_lead(request: Request, lead_id: str) -> Answer[models.LeadOut]:
    """Show a lead; one that was merged is shown as what it is now."""
    return _lead(leads_wiring.leads().lead(request.account_id, lead_id))


@api.patch("/v1/leads/{lead_id}", scope="leads:write")
def edit_lead(request: Request, lead_id: str, body: models.LeadPatch) -> Answer[models.LeadOut]:
    """Say what you know of a lead; `If-Match` is the ETag of what was seen."""
    lead = changing.edit(
        cast("usecases.LeadChanges", body.changes),
        account_id=request.account_id,
        lead_id=lead_id,
        version=expected(request.if_match),
        desk=leads_wiring.desk(),
    )
    return _lead(lead)


@api.delete("/v1/leads/{lead_id}", scope="leads:write")
def forget_lead(request: Request, lead_id: str) -> None:
    """Forget a lead and what it is known by. Its calls stay in the log."""
    usecases.forget(request.account_id, lead_id, leads_wiring.leads())


@api.post("/v1/leads/{lead_id}/merge", scope="leads:write", status=200)
def merge_leads(request: Request, lead_id: str, body: models.MergeIn) -> Answer[models.LeadOut]:
    """Make one lead of two; `If-Match` is the ETag of the one that stays."""
    lead = changing.merge(
        request.account_id,
        lead_id,
        body.lead_id,
        version=expected(request.if_match),
        desk=leads_wiring.desk(),
    )
    return _lead(lead)


@api.post("/v1/leads/{lead_id}/split", scope="leads:write", status=200)
def split_lead(request: Request, lead_id: str, body: models.SplitIn) -> models.SplitOut:
    """Take interactions into a lead of their own; the two are never joined again unasked."""
    rest, new = changing.split(
        request.account_id,
        lead_id,
        body.interactions,
        version=expected(request.if_match),
        new_id=request.new_id("led"),
        desk=leads_wiring.desk(),
    )
    terms = _terms(request.account_id)
    return models.SplitOut(lead=models.LeadOut.of(rest, terms), new=models.LeadOut.of(new, terms))


@api.put("/v1/calls/{call_id}/quality", scope="leads:write")
def judge_call(request: Request, call_id: str, body: models.QualityIn) -> models.QualityOut:
    """Say what a call is worth; no rule says otherwise after that, until null. Reports follow."""
    said = amounts.said_of_call(qualified=body.qualified, value=body.value)
    quality = managing.judge_call(request.account_id, call_id, said, leads_wiring.judging())
    return models.QualityOut(qualified=quality.qualified, value=models.AmountOut.of(quality.cents))


@api.get("/v1/reports/attribution", scope="reports:read")
def compare_models(
    request: Request, query: credit_models.AttributionQuery
) -> credit_models.AttributionOut:
    """Set the same leads under two models of credit side by side."""
    terms = _terms(request.account_id)
    if query.lookback_days is not None:
        terms = replace(terms, lookback=timedelta(days=query.lookback_days))
    found = managing.compare_models(
        request.account_id,
        query.one,
        query.other,
        since=periods.Day(query.first).start,
        until=periods.Day(query.last).end,
        by=query.by,
        terms=terms,
        store=leads_wiring.leads(),
    )
    costs = reports_wiring.costs().reaching(request.account_id, query.first, query.last)
    spent = costing.spent_by(
        costs, query.by, query.first, query.last, partial(_source_name, request.account_id)
    )
    return credit_models.AttributionOut.of(query, found, spent)


def _source_name(account_id: str, value: str) -> str | None:
    known = wiring.sources().about(account_id, value) if value.startswith("src_") else None
    return None if known is None else known.name


def _lead(lead: leads.Lead, location: str | None = None) -> Answer[models.LeadOut]:
    shown = models.LeadOut.of(lead, _terms(lead.account_id))
    return Answer(shown, etag=etag(lead.version), location=location)


def _terms(account_id: str) -> Terms:
    return tracking_wiring.kept_behaviours().get(account_id).assumptions.terms
