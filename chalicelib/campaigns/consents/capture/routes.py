"""Forms that ask for a consent: their API, and the doors for pages that show them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Forbidden
from chalicelib.runtime import consents_wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.beacons import Beacons
from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from chalicelib.campaigns.consents.capture import capturing, forms, managing, models
    from chalicelib.runtime.api import Request
    from chalicelib.runtime.beacons import Beacon
else:
    capturing = lazily("chalicelib.campaigns.consents.capture.capturing")
    forms = lazily("chalicelib.campaigns.consents.capture.forms")
    managing = lazily("chalicelib.campaigns.consents.capture.managing")
    models = lazily("chalicelib.campaigns.consents.capture.models")

api = Api(__name__)
beacons = Beacons(__name__)

FAILED = '{"status":"failed"}'


@api.post("/v1/consent-forms", scope="consents:write")
def create_consent_form(request: Request, body: models.FormIn) -> Answer[models.FormOut]:
    """Make a form for a site of yours; another text is another form."""
    form = forms.Form(
        id=request.new_id("form"),
        account_id=request.account_id,
        site_id=body.site,
        professional=body.professional.read(),
        collector=body.collector,
        object=body.object,
        text=body.text,
        covers=frozenset(body.covers),
        created_at=request.now,
        outside_hours=body.outside_hours,
        doubled=body.doubled,
        sender=body.sender,
        lasts_days=body.lasts_days,
    )
    made = managing.create(form, consents_wiring.forms(), consents_wiring.Owned())
    return Answer(models.FormOut.of(made), location=f"/v1/consent-forms/{made.id}")


@api.get("/v1/consent-forms", scope="consents:read")
def list_consent_forms(request: Request) -> models.FormList:
    """List your forms, newest first."""
    there = forms.in_use(consents_wiring.forms().forms(request.account_id))
    return models.FormList(items=[models.FormOut.of(each) for each in there])


@api.delete("/v1/consent-forms/{form_id}", scope="consents:write")
def archive_consent_form(request: Request, form_id: str) -> None:
    """Take a form out of use; consents given by it stay."""
    store = consents_wiring.forms()
    form = store.form(request.account_id, form_id)
    if form.archived_at is None:
        store.save_form(replace(form, archived_at=request.now))


@beacons.post("/t/consents", otherwise=FAILED)
def send_consent_form(beacon: Beacon, body: models.SentIn) -> models.DoneOut:
    """Take a form that somebody filled in: record the consent, or send a code."""
    if beacon.is_crawler:
        raise Forbidden("machines consent to nothing")
    desk = consents_wiring.capture_desk()
    done = capturing.take(body.sent(beacon.site.account_id), beacon.now, desk)
    return models.DoneOut(status=done)


@beacons.post("/t/consents/codes", otherwise=FAILED)
def confirm_consent(beacon: Beacon, body: models.CodeIn) -> models.DoneOut:
    """Record the consent whose code was typed."""
    desk = consents_wiring.capture_desk()
    done = capturing.confirm(body.sent(beacon.site.account_id), body.code, beacon.now, desk)
    return models.DoneOut(status=done)
