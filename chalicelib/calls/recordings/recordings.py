"""Recordings and what was said in them: where they are kept, and for how long. Values only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.call import Call

# CNIL, "L'écoute et l'enregistrement des appels": six months at most. The bucket's lifecycle has
# the same number of days by default (infra/cadran.yaml, RecordingDays).
KEPT: Final = timedelta(days=180)
_ID: Final = re.compile(r"[A-Za-z0-9]{2,64}")


class RecordingNotReady(Conflict):
    """The caller has just hung up: the carrier's file is not there yet."""

    code = "recording-not-ready"


class TranscriptStatus(StrEnum):
    """How far a transcription is."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was said in a recording, as far as a machine could tell."""

    account_id: str
    call_id: str
    recording_id: str
    language: str
    status: TranscriptStatus
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A recording to write down: the file is in our bucket already."""

    account_id: str
    call_id: str
    recording_id: str
    language: str


@dataclass(frozen=True, slots=True)
class Result:
    """How far a job is; `text` is there once it is done, `reason` once it has failed."""

    status: TranscriptStatus
    text: str = ""
    reason: str | None = None


def audio_key(account_id: str, call_id: str, recording_id: str) -> str:
    """Return where our copy of a recording is.

    >>> audio_key("acct_1", "CA1", "RE1")
    'recordings/acct_1/CA1/RE1.wav'
    """
    return f"recordings/{account_id}/{call_id}/{recording_id}.wav"


def words_key(job: Job) -> str:
    """Return where a transcriber leaves its result."""
    return f"transcripts/{job.account_id}/{job.call_id}/{job.recording_id}.json"


def chosen(call: Call, recording_id: str | None) -> str:
    """Return which of a call's recordings is meant: the one named, or the only one's id.

    Raises NotFound, or RecordingNotReady when it exists and has no file yet.
    """
    ready = {each.recording_id: None for each in call.messages}
    begun: dict[str, None] = {}
    for event in call.events:
        found = getattr(event, "recording_id", None)
        if found and event.kind in ("recorded", "message-left"):
            begun[found] = None
            if getattr(event, "status", "completed") == "completed":
                ready[found] = None
    wanted = recording_id or next(iter(ready), None) or next(iter(begun), None)
    if wanted is None or wanted not in {**ready, **begun} or not _ID.fullmatch(wanted):
        raise NotFound("no such recording", call_id=call.call_id)
    if wanted not in ready:
        raise RecordingNotReady("the recording has no file yet", call_id=call.call_id)
    return wanted
