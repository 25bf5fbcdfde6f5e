"""What the house does with errands: leave them for later, and see to each of them.

A queue brings each errand at least once. Each is safe to see to again: an attempt is noted before
anybody is told, and how it ended afterwards, so that only a worker that dies in between leaves a
doubt. Text messages are then looked for at the carrier. E-mails cannot be: one too many is sent,
rather than none.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import ErrandLost, MessageTranscribed, Notified, TextSent
from chalicelib.calls.recordings.recordings import (
    Job,
    RecordingAbsent,
    RecordingNotReady,
    Result,
    Transcript,
    TranscriptStatus,
    chosen,
)
from chalicelib.calls.recordings.sharing import share
from chalicelib.ivr.errands import notices, texting
from chalicelib.ivr.errands.errands import Notify, SendText, TellSurvey, Transcribe
from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Unavailable
from chalicelib.kernel.telling import Means, TextOrder, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.calls.events import Event
    from chalicelib.ivr.errands.errands import Errand, Order
    from chalicelib.ivr.errands.ports import Attempt, Desk, Errands

# A transcription takes about as long as the message. A notice waits for five minutes at most;
# a job is asked about for half an hour.
ROUND_SECONDS: Final = 15
NOTICE_ROUNDS: Final = 20
JOB_ROUNDS: Final = 120
SENT: Final = "sent"
REFUSED: Final = "refused"


def leave(errands: Iterable[Errand], queue: Errands, now: datetime) -> tuple[Event, ...]:
    """Leave errands on the queue, and return events of those that it does not take.

    Never raises: a caller is waiting, and goes on whatever becomes of an e-mail. The events say
    in the call's log what will not be done; the queue's port counts it.
    """
    lost: list[Event] = []
    for errand in errands:
        try:
            queue.put(errand)
        except Unavailable:
            event_id = f"errand-lost:{errand.id}"
            lost.append(ErrandLost(id=event_id, at=now, node=errand.node, errand=errand.kind))
    return tuple(lost)


def see_to(order: Order, desk: Desk) -> None:
    """Do what an errand asks. Raises Unavailable when it should be brought again."""
    errand = order.errand
    if isinstance(errand, SendText):
        _send_text(errand, desk)
    elif isinstance(errand, Notify):
        _notify(errand, order, desk)
    elif isinstance(errand, Transcribe):
        _transcribe(errand, order, desk)
    elif isinstance(errand, TellSurvey):
        desk.surveys(errand)


def _send_text(errand: SendText, desk: Desk) -> None:
    def send(attempt: Attempt) -> str:
        return _text(errand, errand.body, attempt, desk)

    ended = _once(errand, desk, send)
    event = TextSent(
        id=f"text:{errand.id}",
        at=desk.clock(),
        node=errand.node,
        status=ended.status or REFUSED,
        reason=ended.reason,
        message_id=ended.message_id,
    )
    desk.log.append(_ref(errand), event)


def _notify(errand: Notify, order: Order, desk: Desk) -> None:
    found = _transcript(errand, desk)
    if found is None and order.round < NOTICE_ROUNDS and _is_awaited(errand, desk):
        desk.later.put_off(order.later(), ROUND_SECONDS)
        return
    words = found.text or None if found else None
    ended = _once(errand, desk, partial(_tell, errand, words, desk))
    event = Notified(
        id=f"notified:{errand.id}",
        at=desk.clock(),
        node=errand.node,
        by=errand.by.value,
        status=ended.status or REFUSED,
        reason=ended.reason,
    )
    desk.log.append(_ref(errand), event)


def _tell(errand: Notify, words: str | None, desk: Desk, attempt: Attempt) -> str:
    transcribes, url = _is_awaited(errand, desk), _link(errand, desk)
    if errand.by is Means.WEBHOOK:
        payload = notices.payload(errand, words, url, transcribes=transcribes)
        body = json.dumps(payload, ensure_ascii=False).encode()
        return desk.hooks.send(errand, body, desk.clock())
    notice = notices.written(errand, words, url, transcribes=transcribes)
    if errand.by is Means.EMAIL:
        return desk.mail.send(errand.to, notice.subject, notice.body)
    return _text(errand, notice.text, attempt, desk)


def _link(errand: Notify, desk: Desk) -> str | None:
    """Return where the message can be heard, None without a recording.

    Good from the message on, not from now: a text that is tried again has the same words.
    """
    if errand.recording_id is None:
        return None
    at = errand.facts.get("at")
    since = datetime.fromisoformat(at) if at else desk.clock()
    shared = share(errand.account_id, errand.call_id, errand.recording_id, since)
    return desk.links(shared)


def _text(errand: SendText | Notify, body: str, attempt: Attempt, desk: Desk) -> str:
    """Send a text message from the number given, or where it cannot, from the house's sender."""
    order = TextOrder(
        to=errand.to,
        from_="",
        body=body,
        ordered_at=attempt.began_at,
        status_url=texting.status_url(desk.base_url(), errand),
    )
    return text(order, (errand.from_, desk.sender), desk.texts, retry=not attempt.fresh)


def _once(errand: Errand, desk: Desk, work: Callable[[Attempt], str]) -> Attempt:
    """Do it unless an earlier attempt is over, and return how it ended."""
    attempt = desk.attempts.begin(errand, desk.clock())
    if attempt.status is not None:
        return attempt
    status, reason, message_id = SENT, None, None
    try:
        message_id = work(attempt)
    except Rejected as error:
        status, reason = REFUSED, getattr(error, "reason", error.code)
    desk.attempts.end(errand, status, reason, message_id)
    began, fresh = attempt.began_at, attempt.fresh
    return type(attempt)(
        began_at=began, fresh=fresh, status=status, reason=reason, message_id=message_id
    )


def _is_awaited(errand: Notify, desk: Desk) -> bool:
    return errand.waits and desk.transcriber is not None


def _transcript(errand: Notify, desk: Desk) -> Transcript | None:
    """Return what the notice waits for, once it is over."""
    if not _is_awaited(errand, desk):
        return None
    over = (
        each
        for each in desk.transcripts.of_call(errand.account_id, errand.call_id)
        if each.recording_id == errand.recording_id
    )
    return next((each for each in over if each.status is not TranscriptStatus.PENDING), None)


def _transcribe(errand: Transcribe, order: Order, desk: Desk) -> None:
    if desk.transcriber is None:
        return
    job = Job(
        account_id=errand.account_id,
        call_id=errand.call_id,
        recording_id=errand.recording_id,
        language=errand.language,
    )
    found = _result(job, order, desk)
    if found.status is TranscriptStatus.PENDING:
        desk.later.put_off(order.later(), ROUND_SECONDS)
        return
    now = desk.clock()
    desk.transcripts.put(
        Transcript(
            account_id=job.account_id,
            call_id=job.call_id,
            recording_id=job.recording_id,
            language=job.language,
            status=found.status,
            at=now,
            text=found.text,
        )
    )
    event = MessageTranscribed(
        id=f"transcribed:{errand.recording_id}",
        at=now,
        recording_id=errand.recording_id,
        status=found.status.value,
        reason=found.reason,
    )
    desk.log.append(_ref(errand), event)


def _result(job: Job, order: Order, desk: Desk) -> Result:
    """Begin the job, or ask how far it is. Starting it twice starts it once."""
    assert desk.transcriber is not None
    last = order.round >= JOB_ROUNDS
    try:
        desk.recordings.fetch(job.account_id, job.call_id, job.recording_id)
        desk.transcriber.start(job)
        found = desk.transcriber.result(job)
    except RecordingNotReady:
        found = _without_file(job, desk)
    except (Rejected, Conflict) as error:
        return Result(TranscriptStatus.FAILED, reason=error.code)
    if last and found.status is TranscriptStatus.PENDING:
        return Result(TranscriptStatus.FAILED, reason="too-slow")
    return found


def _without_file(job: Job, desk: Desk) -> Result:
    """Wait for the carrier's file, unless the carrier has said that there will be none."""
    try:
        chosen(desk.log.load(job.account_id, job.call_id), job.recording_id)
    except RecordingAbsent as error:
        return Result(TranscriptStatus.FAILED, reason=error.code)
    except NotFound:
        pass  # the log has not heard of it yet
    return Result(TranscriptStatus.PENDING)


def _ref(errand: Errand) -> CallRef:
    return CallRef(call_id=errand.call_id, account_id=errand.account_id)
