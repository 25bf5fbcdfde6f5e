"""What happens after a call's step: errands, each seen to when it is due.

    with a_workshop(shop) as work:
        call.speaks(seconds=12)
        work.passes(minutes=6)
        assert len(work.mails) == 1

The carrier's recordings and Amazon Transcribe are what a test says; everything else is the product.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend

from app import run_errands
from chalicelib.ivr.errands.gateway import ErrandQueue
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import wiring
from chalicelib.runtime.gateway import CarrierText
from tests.fakes import CarrierOfUrls
from tests.gateway import Context
from tests.world import SQUARE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.runtime.gateway import TextOrder
    from tests.house.shops import Clock, Shop

OWNER: Final = "accueil@boulangerie.test"
OWNERS_MOBILE: Final = "+33612345679"


class CarrierOfMessages(CarrierOfUrls):
    """A carrier that keeps recordings by id, and takes text messages."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.texts: list[TextOrder] = []

    def recording(self, recording_id: str) -> bytes:
        """Return a file."""
        if recording_id not in self.files:
            raise NotFound("no such recording")
        return self.files[recording_id]

    def send_text(self, order: TextOrder, *, retry: bool = False) -> CarrierText:
        """Take a text message."""
        self.texts.append(order)
        return CarrierText(f"SM{len(self.texts):032}", "queued")


@dataclass
class Transcribing:
    """Amazon Transcribe, which answers to every job what it is told to (`status`, `words`)."""

    status: str = "COMPLETED"
    words: str = "Deux baguettes, s'il vous plaît."
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)

    class exceptions:  # as botocore spells it
        ConflictException = KeyError

    def start_transcription_job(self, **wanted: Any) -> None:
        """Take a job, and write down its words at once."""
        self.jobs[wanted["TranscriptionJobName"]] = wanted
        document = {"results": {"transcripts": [{"transcript": self.words}]}}
        where = {"Bucket": wanted["OutputBucketName"], "Key": wanted["OutputKey"]}
        boto3.client("s3").put_object(**where, Body=json.dumps(document).encode())

    def get_transcription_job(self, **wanted: str) -> dict[str, Any]:
        """Tell how far a job is."""
        if wanted["TranscriptionJobName"] not in self.jobs:
            error: Any = {"Code": "BadRequestException", "Message": "no such job"}
            raise ClientError({"Error": error}, "GetTranscriptionJob")
        return {"TranscriptionJob": {"TranscriptionJobStatus": self.status}}


@dataclass
class InHand:
    """A queue that brings each message when it is due, `times` over."""

    clock: Clock
    times: int = 1
    waiting: list[tuple[datetime, int, dict[str, Any]]] = field(default_factory=list)
    number: Iterator[int] = field(default_factory=count)

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        """Take a message."""
        due = self.clock.now + timedelta(seconds=delay_seconds)
        self.waiting.append((due, next(self.number), message))

    def taken(self, until: datetime) -> dict[str, Any] | None:
        """Take the next message that is due by then, and let the clock come to its time."""
        self.waiting.sort(key=lambda each: each[:2])
        if not self.waiting or self.waiting[0][0] > until:
            return None
        due, _, message = self.waiting.pop(0)
        self.clock.now = max(due, self.clock.now)
        return message


@dataclass
class Workshop:
    """The worker that sees to errands, and all that it reaches."""

    shop: Shop
    carrier: CarrierOfMessages
    transcriber: Transcribing
    queue: InHand
    told_before: int = 0

    def passes(self, **span: float) -> None:
        """Let time go by; errands are seen to when they are due."""
        until = self.shop.clock.now + timedelta(**span)
        while message := self.queue.taken(until):
            record = {"body": json.dumps(message), "receiptHandle": "1"}
            for _ in range(self.queue.times):
                run_errands({"Records": [record]}, Context())
        self.shop.clock.now = until

    def has_file(self, recording_id: str) -> None:
        """Have the carrier keep a recording."""
        self.carrier.files[recording_id] = SQUARE

    @property
    def mails(self) -> list[str]:
        """The words of every e-mail that went to the owner."""
        sent = _sent()[self.told_before :]
        assert all(OWNER in str(each.destinations) for each in sent)
        return [str(each.body) for each in sent]

    @property
    def texts(self) -> list[str]:
        """The words of every text that went to the owner."""
        assert all(each.to == OWNERS_MOBILE for each in self.carrier.texts)
        return [each.body for each in self.carrier.texts]


def _sent() -> list[Any]:
    """Return the e-mails that SES has, as moto keeps them."""
    backend: Any = get_backend("ses")["123456789012"]["eu-west-3"]
    kept: list[Any] = backend.sent_messages
    return kept


def allows_mail() -> None:
    """Verify the stage's address, as whoever installs it does."""
    boto3.client("sesv2").create_email_identity(EmailIdentity="cadran@agence.test")


@contextmanager
def a_workshop(shop: Shop) -> Iterator[Workshop]:
    """Open it for a shop."""
    queue = InHand(shop.clock)
    work = Workshop(shop, CarrierOfMessages(), Transcribing(), queue, len(_sent()))
    aws: Any = wiring.aws
    wiring.ivr_ports.cache_clear()  # it has the queue of the workshop before
    with pytest.MonkeyPatch.context() as patch:
        errands: Any = ErrandQueue(queue)  # type: ignore[arg-type]  # it has what is used of one
        patch.setattr(wiring, "gateway", lambda: work.carrier)
        patch.setattr(wiring, "errands", lambda: errands)
        patch.setattr(
            wiring, "aws", lambda name: work.transcriber if name == "transcribe" else aws(name)
        )
        yield work
