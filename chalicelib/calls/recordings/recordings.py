"""Recordings and what was said in them: where they are kept, and for how long. Values only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import MessageLeft, Recorded
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


class RecordingAbsent(NotFound):
    """The carrier has said that there will never be a file of it."""

    code = "recording-absent"


class File(StrEnum):
    """What the carrier has said of a recording's file."""

    WAITING = "waiting"
    READY = "ready"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A message or a conversation that was recorded, as far as the call's events tell."""

    recording_id: str
    seconds: int
    file: File


# The carrier's words; its page on <Record> says `failed` where others say `absent`.
_FILES: Final = {"completed": File.READY, "absent": File.ABSENT, "failed": File.ABSENT}
_CERTAIN: Final = (File.WAITING, File.ABSENT, File.READY)
_BEST: Final = (File.READY, File.WAITING, File.ABSENT)


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
    """Return which of a call's recordings is meant: the one named, or the best there is.

    Raises NotFound, or RecordingAbsent when it will never have a file.
    """
    known = {each.recording_id: each for each in recordings_of(call)}
    best = min(known.values(), key=lambda each: _BEST.index(each.file), default=None)
    found = known.get(recording_id) if recording_id else best
    if found is None or not _ID.fullmatch(found.recording_id):
        raise NotFound("no such recording", call_id=call.call_id)
    if found.file is File.ABSENT:
        raise RecordingAbsent("the recording has no file", call_id=call.call_id)
    return found.recording_id


def recordings_of(call: Call) -> tuple[Recording, ...]:
    """Return a call's recordings in the order in which they were heard of.

    Messages are told twice, by the caller's step and by the file's notice, and either may be
    missing. The longer report holds, as in the summary, and a file that is there was not absent.
    """
    found: dict[str, Recording] = {}
    for event in call.events:
        if isinstance(event, MessageLeft | Recorded):
            file = _FILES.get(getattr(event, "status", ""), File.WAITING)
            known = found.get(
                event.recording_id,
                Recording(recording_id=event.recording_id, seconds=0, file=File.WAITING),
            )
            found[event.recording_id] = Recording(
                recording_id=event.recording_id,
                seconds=max(known.seconds, event.seconds),
                file=max(known.file, file, key=_CERTAIN.index),
            )
    return tuple(found.values())
