"""Calls over HTTP: the carrier's notices coming in, the log and its exports going out.

The room's own modules are imported at the first request that needs them: a voice webhook lives in
the same function and has no use for exports.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.kernel import privacy
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.runtime import apology, cursors, leads_wiring, secrets, wiring
from chalicelib.runtime.api import Answer, Api, Request
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.observability import count, logger
from chalicelib.runtime.webhook import Webhooks

if TYPE_CHECKING:
    from chalicelib.calls import callbacks, exporting, exports, models, usecases
    from chalicelib.calls.call import Call, CallQuery, CallRef
    from chalicelib.calls.events import Event
    from chalicelib.calls.exports import Export
    from chalicelib.calls.recordings import recordings as recorded
    from chalicelib.calls.recordings import usecases as fetching
    from chalicelib.calls.recordings.recordings import Transcript
    from chalicelib.kernel import phone
    from chalicelib.runtime.form import Form
else:
    callbacks = lazily("chalicelib.calls.callbacks")
    exporting = lazily("chalicelib.calls.exporting")
    exports = lazily("chalicelib.calls.exports")
    fetching = lazily("chalicelib.calls.recordings.usecases")
    models = lazily("chalicelib.calls.models")
    recorded = lazily("chalicelib.calls.recordings.recordings")
    phone = lazily("chalicelib.kernel.phone")
    usecases = lazily("chalicelib.calls.usecases")

webhooks = Webhooks(__name__)
api = Api(__name__)

LINK_SECONDS = 3600
FILE_NAME = "calls.csv"


@webhooks.notice("/voice/status")
def note_status(form: Form) -> str:
    """Note that a call has ended, or how far one of its legs has come."""
    return _noted(*callbacks.status_of(form, wiring.clock()))


@webhooks.notice("/voice/recordings")
def note_recording(form: Form) -> str:
    """Note that a recording's file is ready, or will never be."""
    return _noted(*callbacks.recording_of(form, wiring.clock()))


@webhooks.notice("/messages/status")
def note_delivery(form: Form) -> str:
    """Note whether a text message of a call reached its handset."""
    noted = callbacks.delivery_of(form, wiring.clock())
    return apology.nothing() if noted is None else _noted(*noted)


@webhooks.notice("/messages/incoming")
def take_text(form: Form) -> str:
    """Answer nothing to a text message, and leave it for leads: whoever writes gets in touch.

    What the carrier itself heard as a word for machines (`OptOutType`) is nobody's contact, but
    one of them ends what its sender consented to.
    """
    text_id = form.required("MessageSid")
    logger().info("a text message came", extra={"text": text_id})
    count("TextReceived")
    heard = form.optional("OptOutType")
    if heard in (None, "STOP"):
        leads_wiring.texts().leave(
            {
                "id": text_id,
                "at": wiring.clock().isoformat(),
                "to": form.required("To"),
                "from": form.required("From"),
                "words": form.optional("Body") or "",
                **({"opt_out": heard} if heard else {}),
            }
        )
    return apology.nothing()


@api.get("/v1/calls", scope="calls:read")
def list_calls(request: Request, query: models.CallsQuery) -> models.CallsOut:
    """List calls, newest first."""
    wanted = _query(request, query)
    context = _context(query, request.account_id)
    key = secrets.pepper()
    after = None
    if query.cursor is not None:
        after = str(cursors.unseal(query.cursor, key=key, context=context)["after"])
    page = wiring.calls().page(wanted, query.limit, after)
    following = None
    if page.next is not None:
        following = cursors.seal({"after": page.next}, key=key, context=context)
    return models.CallsOut(items=tuple(map(_shown, page.calls)), next=following)


@api.get("/v1/calls/{call_id}", scope="calls:read")
def get_call(request: Request, call_id: str) -> models.CallOut:
    """Show a call."""
    call = wiring.calls().load(request.account_id, call_id)
    if not call.messages:
        return _shown(call)
    return _shown(call, wiring.transcripts().of_call(request.account_id, call_id))


@api.get("/v1/calls/{call_id}/recording", scope="calls:read", status=302)
def get_recording(request: Request, call_id: str, query: models.RecordingQuery) -> Answer[None]:
    """Redirect to the sound of a call's recording, at a link that is good for five minutes."""
    link = fetching.link_to(
        request.account_id,
        call_id,
        query.recording_id,
        log=wiring.calls(),
        recordings=wiring.recordings(),
    )
    return Answer(None, location=link)


@api.get("/v1/calls/{call_id}/events", scope="calls:read")
def list_events(request: Request, call_id: str) -> models.EventsOut:
    """Show all that happened to a call, in order."""
    call = wiring.calls().load(request.account_id, call_id)
    return models.EventsOut(items=tuple(map(_event, call.events)))


@api.post("/v1/calls/exports", scope="calls:read", status=202)
def export_calls(request: Request, body: models.ExportIn) -> Answer[models.ExportOut]:
    """Have calls written into a CSV file, however many they are."""
    export = exporting.request_export(
        _query(request, body),
        export_id=request.new_id("exp"),
        separator=body.separator,
        now=request.now,
        exports=wiring.exports(),
        queue=wiring.exports_queue(),
    )
    return Answer(_progress(export), location=f"/v1/calls/exports/{export.export_id}")


@api.get("/v1/calls/exports/{export_id}", scope="calls:read")
def get_export(request: Request, export_id: str) -> models.ExportOut:
    """Show how far an export is, and the link to its file once it is done."""
    return _progress(wiring.exports().load(request.account_id, export_id))


def _noted(ref: CallRef, event: Event) -> str:
    usecases.record(ref, event, log=wiring.calls(), late=wiring.late_events())
    return apology.nothing()


def _query(request: Request, asked: models.CallsQuery | models.ExportIn) -> CallQuery:
    from chalicelib.calls.call import CallQuery

    caller = _number(asked.caller, "/caller")
    return CallQuery(
        account_id=request.account_id,
        log_shards=request.principal.log_shards,
        since=asked.since,
        until=asked.until,
        number=_number(asked.number, "/number"),
        source_id=asked.source,
        caller_hash=_hashed(request.account_id, caller) if caller else None,
        outcome=asked.outcome,
        state=asked.state,
    )


def _number(text: str | None, pointer: str) -> str | None:
    """Read a number. A plus sent unencoded in a URL arrives as a space."""
    if text is None:
        return None
    number = f"+{text[1:]}" if text.startswith(" ") else text
    try:
        return phone.parse(number)
    except Rejected as error:
        fault = Fault(pointer, error.message)
        raise Rejected("no number of a telephone", faults=(fault,)) from error


def _hashed(account_id: str, caller: str) -> str:
    return privacy.caller_hash(privacy.account_key(secrets.pepper(), account_id), caller)


def _context(query: models.CallsQuery, account_id: str) -> str:
    """Name the list that a cursor belongs to: the account's, with exactly these filters."""
    filters = query.model_dump(mode="json", exclude={"cursor", "limit"})
    return f"calls:{account_id}:{json.dumps(filters, sort_keys=True)}"


def _shown(call: Call, transcripts: tuple[Transcript, ...] = ()) -> models.CallOut:
    heard = {
        each.recording_id: models.TranscriptionOut(
            status=each.status, language=each.language, text=each.text
        )
        for each in transcripts
    }
    messages = (
        models.MessageOut(
            recording=each.recording_id,
            seconds=each.seconds,
            transcription=heard.get(each.recording_id),
        )
        for each in call.messages
    )
    return models.CallOut(
        id=call.call_id,
        state=call.state,
        outcome=call.final_outcome,
        started_at=call.started_at,
        ended_at=call.ended_at,
        service_from=call.service_from,
        service_tier=call.service_tier,
        tags=call.tags,
        number=call.dialled,
        caller=call.caller,
        source=call.source_id,
        flow=call.flow_id,
        flow_version=call.flow_version,
        attempt=call.attempt_id,
        seconds=call.seconds,
        talk_seconds=call.known_talk_seconds,
        answered_by=call.answered_by,
        messages=tuple(messages),
        recordings=tuple(
            models.RecordingOut(recording=each.recording_id, seconds=each.seconds, file=each.file)
            for each in recorded.recordings_of(call)
        ),
        fell_back=call.fell_back,
    )


def _event(event: Event) -> models.EventOut:
    facts = event.to_dict()
    for name in ("id", "kind", "at"):
        del facts[name]
    return models.EventOut(id=event.id, kind=event.kind, at=event.at, facts=facts)


def _progress(export: Export) -> models.ExportOut:
    link = None
    if export.status is exports.ExportStatus.DONE:
        link = wiring.export_files().link(export.key, FILE_NAME, LINK_SECONDS)
    finishing = export.status is exports.ExportStatus.FINISHING
    return models.ExportOut(
        id=export.export_id,
        status=exports.ExportStatus.RUNNING if finishing else export.status,
        rows=export.rows,
        requested_at=export.requested_at,
        ended_at=export.ended_at,
        reason=export.reason,
        link=link,
    )
