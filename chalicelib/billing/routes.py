"""The API of tariffs, charges, usage, terms and invoices. What may be done is decided elsewhere.

The room's own modules are imported at the first request that needs them: a voice webhook lives in
the same function and has no use for invoices.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, NotFound, Rejected
from chalicelib.runtime import wiring
from chalicelib.runtime.api import Answer, Api, Request
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.billing import (
        closing,
        ledger,
        metering,
        models,
        origin,
        ports,
        pricelist,
        rating,
        servicing,
        usecases,
        views,
    )
    from chalicelib.billing import terms as agreed
    from chalicelib.billing.publishing import Published
    from chalicelib.billing.terms import Terms
    from chalicelib.kernel import periods, phone
else:
    agreed = lazily("chalicelib.billing.terms")
    closing = lazily("chalicelib.billing.closing")
    ledger = lazily("chalicelib.billing.ledger")
    metering = lazily("chalicelib.billing.metering")
    models = lazily("chalicelib.billing.models")
    origin = lazily("chalicelib.billing.origin")
    periods = lazily("chalicelib.kernel.periods")
    phone = lazily("chalicelib.kernel.phone")
    ports = lazily("chalicelib.billing.ports")
    pricelist = lazily("chalicelib.billing.pricelist")
    rating = lazily("chalicelib.billing.rating")
    servicing = lazily("chalicelib.billing.servicing")
    usecases = lazily("chalicelib.billing.usecases")
    views = lazily("chalicelib.billing.views")

api = Api(__name__)

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@api.get("/v1/tariffs", scope="billing:read")
def show_tariff(request: Request) -> Answer[models.TariffOut]:
    """Show the tariff by which the account's calls are charged."""
    return _tariff(wiring.books().tariffs.latest_tariff(request.account_id))


@api.get("/v1/tariffs/{revision}", scope="billing:read")
def show_tariff_revision(request: Request, revision: str) -> Answer[models.TariffOut]:
    """Show the tariff as it was published then."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", revision):
        raise NotFound("no such revision", revision=revision[:10])
    return _tariff(wiring.books().tariffs.tariff(request.account_id, int(revision)))


@api.post("/v1/tariffs", scope="billing:write")
def publish_tariff(request: Request, body: models.TariffIn) -> Answer[models.TariffOut]:
    """Publish a tariff. Prices in force, or within five minutes of it, must stay as they are."""
    _check_may_price(request)
    published = usecases.publish_tariff(
        request.account_id,
        pricelist.parse(body.model_dump(mode="json", exclude_none=True)),
        now=request.now,
        tariffs=wiring.books().tariffs,
        revision=None if request.if_match is None else expected(request.if_match),
    )
    return _tariff(published, location=f"/v1/tariffs/{published.revision}")


@api.post("/v1/tariffs/simulate", scope="billing:read", status=200)
def simulate_charge(request: Request, body: models.SimulationIn) -> models.ChargeOut:
    """Price a call that was not made."""
    number = _number(body.number, "/number")
    call = rating.RatedCall(
        call_id="simulated",
        account_id=request.account_id,
        number=number,
        family=metering.family_of(number),
        origin=origin.origin_of(phone.caller_or_none(body.caller)),
        started_at=body.started_at or request.now,
        seconds=body.seconds,
    )
    tariff = usecases.latest_tariff(request.account_id, wiring.books().tariffs)
    entry = ledger.first_entry(call, tariff, request.now)
    return models.ChargeOut.model_validate(views.charge(entry))


@api.get("/v1/charges", scope="billing:read")
def list_charges(request: Request, query: models.ChargesQuery) -> models.ChargesOut:
    """List the charges of a month's calls, corrections too, in the order of recording."""
    month = periods.Month(query.month)
    context = f"{request.account_id}/charges/{month}"
    page = usecases.charges_of_month(
        request.account_id,
        month,
        limit=query.limit,
        after=position(query.cursor, context),
        now=request.now,
        charges=wiring.books().charges,
    )
    return models.ChargesOut(
        items=tuple(models.ChargeOut.model_validate(views.charge(e)) for e in page.entries),
        next=cursor(page.next, context),
    )


@api.get("/v1/charges/services", scope="billing:read")
def list_services(request: Request, query: models.ChargesQuery) -> models.ServicesOut:
    """List what callers owe for the services of a month's calls: never the account's own debt."""
    month = periods.Month(query.month)
    context = f"{request.account_id}/services/{month}"
    page = servicing.services_of_month(
        request.account_id,
        month,
        limit=query.limit,
        after=position(query.cursor, context),
        now=request.now,
        services=wiring.books().services,
    )
    return models.ServicesOut(
        items=tuple(models.ServiceOut.model_validate(views.service(e)) for e in page.entries),
        next=cursor(page.next, context),
    )


@api.get("/v1/charges/{call_id}/service", scope="billing:read")
def show_service(request: Request, call_id: str) -> models.ServiceOut:
    """Show what a call's caller owes for the service, and why; not found if nothing."""
    entry = wiring.books().services.latest_service(request.account_id, call_id)
    return models.ServiceOut.model_validate(views.service(entry))


@api.get("/v1/charges/{call_id}", scope="billing:read")
def show_charge(request: Request, call_id: str) -> models.ChargeOut:
    """Show what a call costs, and why."""
    entry = wiring.books().charges.latest_entry(request.account_id, call_id)
    return models.ChargeOut.model_validate(views.charge(entry))


@api.get("/v1/usage", scope="billing:read")
def show_usage(request: Request, query: models.UsageQuery) -> models.UsageOut:
    """Add up what a month's invoice would take if it were closed now."""
    month = periods.Month(query.month)
    usage = closing.usage_so_far(request.account_id, month, now=request.now, books=wiring.books())
    return models.UsageOut.model_validate(views.usage(usage))


@api.get("/v1/billing/terms", scope="billing:read")
def show_terms(request: Request) -> Answer[models.TermsOut]:
    """Show the terms on which the account is invoiced."""
    return _terms(*wiring.books().terms.terms(request.account_id))


@api.put("/v1/billing/terms", scope="billing:write")
def set_terms(request: Request, body: models.TermsIn) -> Answer[models.TermsOut]:
    """Set the terms; `If-Match` is the ETag of what was seen."""
    _check_may_price(request)
    version = expected(request.if_match)
    terms = agreed.parse(_stated(body))
    return _terms(terms, wiring.books().terms.save_terms(request.account_id, terms, version))


@api.get("/v1/invoices", scope="billing:read")
def list_invoices(request: Request) -> models.MonthsOut:
    """List the months that were closed, and what stands in the way of those that were not."""
    closings = wiring.books().invoices.closings(request.account_id)
    return models.MonthsOut.model_validate({"items": [views.month(each) for each in closings]})


@api.get("/v1/invoices/{invoice}", scope="billing:read")
def show_invoice(request: Request, invoice: str) -> models.MonthOut:
    """Show an invoice by its number, or what became of a month such as 2026-11."""
    invoices = wiring.books().invoices
    if _MONTH.fullmatch(invoice):
        found = invoices.closing(request.account_id, periods.Month(invoice))
        return models.MonthOut.model_validate(views.month(found))
    for each in invoices.closings(request.account_id):
        if each.number == invoice:
            return models.MonthOut.model_validate(views.month(each))
    raise NotFound("no such invoice", number=invoice[:40])


def _check_may_price(request: Request) -> None:
    account = wiring.books().accounts.billed(request.account_id)
    ports.may_price(account, request.principal)


def _tariff(published: Published, location: str | None = None) -> Answer[models.TariffOut]:
    shown = models.TariffOut.model_validate(views.tariff(published))
    return Answer(shown, etag=etag(published.revision), location=location)


def _terms(terms: Terms, version: int) -> Answer[models.TermsOut]:
    shown = models.TermsOut.model_validate_json(json.dumps(terms.to_document()))
    return Answer(shown, etag=etag(version))


def _stated(body: models.TermsIn) -> dict[str, object]:
    """Leave out what is empty: the document has no other way to say "none"."""
    document = body.model_dump(mode="json", exclude_none=True)
    return {name: value for name, value in document.items() if value != ""}


def _number(text: str, pointer: str) -> str:
    try:
        return phone.parse(text)
    except Rejected as error:
        raise Rejected("no number", faults=(Fault(pointer, error.message),)) from error
