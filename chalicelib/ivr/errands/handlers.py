"""The body of the errands queue's handler, and the desk at which it works."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.calls.recordings.gateway import AmazonTranscriber
from chalicelib.calls.recordings.sharing import url_of
from chalicelib.ivr.errands.errands import from_message
from chalicelib.ivr.errands.ports import Desk
from chalicelib.ivr.errands.store import AttemptStore
from chalicelib.ivr.errands.usecases import see_to
from chalicelib.runtime import jobs, secrets, surveys_wiring, wiring
from chalicelib.runtime.settings import settings
from chalicelib.runtime.telling import CarrierTexts, SesMail, SignedHooks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.ivr.errands.ports import Transcriber


def run_errands(bodies: Iterable[str]) -> None:
    """See to errands. One that fails is brought again, and in the end is a dead letter."""
    desk = open_desk()
    jobs.every("run-errand", bodies, lambda body: see_to(from_message(json.loads(body)), desk))


def open_desk() -> Desk:
    """Return all that a worker needs, as the stage's settings have it."""
    return Desk(
        log=wiring.calls(),
        later=wiring.errands(),
        attempts=AttemptStore(settings().ivr_table),
        texts=CarrierTexts(wiring.gateway),
        mail=SesMail(lambda: wiring.aws("sesv2"), settings().mail_sender),
        hooks=SignedHooks(wiring.webhook_secret),
        recordings=wiring.recordings(),
        transcripts=wiring.transcripts(),
        transcriber=_transcriber(),
        sender=settings().text_sender,
        base_url=secrets.api_url,
        links=lambda shared: url_of(shared, secrets.api_url(), secrets.pepper()),
        clock=wiring.clock,
        surveys=surveys_wiring.take_told,
    )


def _transcriber() -> Transcriber | None:
    """Return whoever writes messages down; nobody where the stage has it off."""
    if settings().transcription == "off":
        return None
    transcribe, s3 = wiring.aws("transcribe"), wiring.aws("s3")
    prefix = f"cadran-{settings().stage}-"
    return AmazonTranscriber(transcribe, s3, secrets.files_bucket(), prefix)
