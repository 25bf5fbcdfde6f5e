"""The doors of the IVR: the carrier's voice webhooks, and the API on which flows are written.

No rule about calls or flows lives here. What a request needs is imported when the first one comes:
the functions that only handle queues and schedules never pay for it.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import NotFound, Rejected
from chalicelib.runtime import surveys_wiring, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.observability import count, logger
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected
from chalicelib.runtime.webhook import Webhooks, pass_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr import (
        callbacks,
        describing,
        documents,
        models,
        surroundings,
        twiml,
        usecases,
    )
    from chalicelib.ivr.places import Written
    from chalicelib.ivr.published import Draft, Version
    from chalicelib.ivr.trials import usecases as trials
    from chalicelib.runtime.api import Request
    from chalicelib.runtime.form import Form
else:
    callbacks = lazily("chalicelib.ivr.callbacks")
    describing = lazily("chalicelib.ivr.describing")
    documents = lazily("chalicelib.ivr.documents")
    models = lazily("chalicelib.ivr.models")
    surroundings = lazily("chalicelib.ivr.surroundings")
    trials = lazily("chalicelib.ivr.trials.usecases")
    twiml = lazily("chalicelib.ivr.twiml")
    usecases = lazily("chalicelib.ivr.usecases")

webhooks = Webhooks(__name__)
api = Api(__name__)

_SCHEMA: Final = "/v1/schemas/flow.json"
_YAML: Final = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")  # RFC 9512
_SCHEMA_SECONDS: Final = 3600  # an editor may keep it so long
_VERSION: Final = re.compile(r"[1-9][0-9]{0,5}")


@webhooks.voice("/voice/incoming")
def answer_call(form: Form) -> str:
    """Answer a call that reached one of our numbers."""
    context = callbacks.context_of(form, wiring.clock())
    answer = usecases.answer_call(context, form.base_url, wiring.ivr_ports())
    if answer.refusal is not None:
        count("CallRefused", reason=answer.refusal)
        logger().warning("call refused", extra={"reason": answer.refusal})
    return twiml.render(answer.reply, answer.address)


@webhooks.voice("/voice/flows/{flow_id}/{version}/{node}")
def continue_call(form: Form, flow_id: str, version: str, node: str) -> str:
    """Take a call one step further through its flow."""
    address, standing = callbacks.place_of(form, flow_id, version, node)
    context = callbacks.context_of(form, wiring.clock())
    given = callbacks.heard(form)
    answer = usecases.continue_call(context, address, standing, given, wiring.ivr_ports())
    return twiml.render(answer.reply, answer.address)


@webhooks.voice("/voice/fallback", needs_storage=False)
def fall_back(form: Form) -> str:
    """Take a call that the carrier could not bring to its flow. Needs no table and no network."""
    return pass_on(form, form.fallback)


@api.get(_SCHEMA, scope=None, media="application/schema+json")
def describe_flows(request: Request) -> Answer[dict[str, Any]]:
    """Describe flow documents (JSON Schema 2020-12)."""
    address = {"$id": f"{request.base_url}{_SCHEMA}"}
    return Answer({**address, **describing.flow_schema()}, fresh_seconds=_SCHEMA_SECONDS)


@api.post("/v1/flows", scope="flows:write", reads=_YAML)
def create_flow(request: Request, body: models.FlowIn) -> Answer[models.FlowOut]:
    """Create a flow from its first draft."""
    draft = usecases.create_flow(
        request.account_id,
        request.new_id("flow"),
        body.document,
        text=body.written.text,
        now=request.now,
        drafts=wiring.flows(),
    )
    return _flow(draft, body.written, location=f"/v1/flows/{draft.header.flow_id}")


@api.get("/v1/flows", scope="flows:read")
def list_flows(request: Request, query: models.PageQuery) -> models.FlowPage:
    """List the account's flows."""
    context = f"{request.account_id}/flows"
    page = wiring.flows().flows(request.account_id, query.limit, position(query.cursor, context))
    return models.FlowPage(
        items=[models.FlowSummary.of(header) for header in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/flows/{flow_id}", scope="flows:read", also=_YAML[:1])
def show_flow(request: Request, flow_id: str) -> Answer[models.FlowOut]:
    """Show a flow with its draft, and what is still wrong with it; as YAML, the draft alone."""
    draft = wiring.flows().draft(request.account_id, flow_id)
    if request.accept in _YAML:
        return _text(draft, etag=etag(draft.header.revision))
    return _flow(draft, documents.written(draft.document, draft.text))


@api.put("/v1/flows/{flow_id}/draft", scope="flows:write", reads=_YAML)
def save_draft(request: Request, flow_id: str, body: models.FlowIn) -> Answer[models.FlowOut]:
    """Replace a flow's draft; `If-Match` is the ETag of the flow that was changed."""
    draft = usecases.save_draft(
        request.account_id,
        flow_id,
        body.document,
        text=body.written.text,
        revision=expected(request.if_match),
        now=request.now,
        drafts=wiring.flows(),
    )
    return _flow(draft, body.written)


@api.post("/v1/flows/{flow_id}/publish", scope="flows:write")
def publish_flow(request: Request, flow_id: str) -> Answer[models.PublishedOut]:
    """Make the draft the version that answers new calls; refused with all of its faults."""
    with _located(request.account_id, flow_id):
        header, report = usecases.publish_flow(
            request.account_id,
            flow_id,
            revision=None if request.if_match is None else expected(request.if_match),
            now=request.now,
            drafts=wiring.flows(),
            sounds=wiring.prompts(),
            queues=wiring.queues(),
            usage=wiring.usage(),
            rehearsals=_rehearsals(),
            lines=wiring.directory(),
            surveys=surveys_wiring.asked(),
        )
    location = f"/v1/flows/{flow_id}/versions/{header.version}"
    return Answer(models.PublishedOut.with_tests(header, report), location=location)


@api.post("/v1/flows/{flow_id}/simulate", scope="flows:read", status=200)
def simulate_flow(
    request: Request, flow_id: str, body: models.SimulationIn
) -> models.SimulationOut:
    """Try a flow without a phone: nobody is rung, nothing is stored, no server is asked."""
    flows, script = wiring.flows(), body.script()
    opened = trials.tried(request.account_id, flow_id, body.version, drafts=flows, flows=flows)
    attempt = _rehearsals().attempt(request.account_id, opened, script, request.now)
    return models.SimulationOut.of(attempt)


@api.post("/v1/flows/{flow_id}/tests", scope="flows:read", status=200)
def run_tests(request: Request, flow_id: str) -> models.TestsOut:
    """Try all the tests of the draft: what came of each, and which exits none of them takes."""
    report = trials.rehearsed(request.account_id, flow_id, wiring.flows(), _rehearsals())
    return models.TestsOut.with_transcripts(report)


@api.get("/v1/flows/{flow_id}/versions", scope="flows:read")
def list_versions(request: Request, flow_id: str, query: models.PageQuery) -> models.VersionPage:
    """List a flow's published versions, newest first."""
    wiring.flows().draft(request.account_id, flow_id)  # another account's flow is not found
    context = f"{request.account_id}/flows/{flow_id}/versions"
    page = wiring.flows().versions(flow_id, query.limit, position(query.cursor, context))
    return models.VersionPage(
        items=[models.VersionSummary.of(header) for header in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/flows/{flow_id}/versions/{version}", scope="flows:read", also=_YAML[:1])
def show_version(request: Request, flow_id: str, version: str) -> Answer[models.VersionOut]:
    """Show a published version; as YAML, its document alone."""
    if not _VERSION.fullmatch(version):
        raise NotFound("no such version", flow_id=flow_id)
    found = wiring.flows().document(request.account_id, flow_id, int(version))
    if request.accept in _YAML:
        return _text(found)
    return Answer(models.VersionOut.with_document(found))


def _flow(draft: Draft, written: Written, location: str | None = None) -> Answer[models.FlowOut]:
    header = draft.header
    judged = trials.judged(
        header.account_id,
        header.flow_id,
        draft.document,
        _rehearsals(),
        _surroundings(),
    )
    body = models.FlowOut.with_faults(draft, judged, written)
    return Answer(body, etag=etag(header.revision), location=location)


def _text(kept: Draft | Version, etag: str | None = None) -> Answer[Any]:
    """Answer with a document as its author wrote it, or as we would where it came as JSON."""
    text = kept.text or documents.write_yaml(kept.document)
    return Answer(text, media=_YAML[0], etag=etag)


@contextmanager
def _located(account_id: str, flow_id: str) -> Iterator[None]:
    """Tell the lines of a draft's faults, where it came as a text."""
    try:
        yield
    except Rejected as error:
        if not error.faults:
            raise
        draft = wiring.flows().draft(account_id, flow_id)
        error.faults = documents.written(draft.document, draft.text).located(error.faults)
        raise


def _rehearsals() -> trials.Rehearsals:
    return trials.Rehearsals(wiring.flows(), perf_counter_ns, surveys_wiring.asked())


def _surroundings() -> surroundings.Surroundings:
    return surroundings.Surroundings(
        drafts=wiring.flows(),
        sounds=wiring.prompts(),
        queues=wiring.queues(),
        lines=wiring.directory(),
        now=wiring.clock(),
        surveys=surveys_wiring.asked(),
    )
