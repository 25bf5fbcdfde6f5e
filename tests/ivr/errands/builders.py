"""Errands to put into tests, and a house with a phone network that sees to them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from app import app, run_errands
from chalicelib.calls.call import CallRef
from chalicelib.calls.events import MessageLeft, Received
from chalicelib.ivr.errands.errands import Notify, Order, SendText, Transcribe, to_message
from chalicelib.kernel.telling import Means
from chalicelib.runtime import wiring
from chalicelib.runtime.gateway import TwilioGateway
from chalicelib.runtime.secrets import TwilioCredentials
from local.phone.exchange import ACCOUNT_SID, AUTH_TOKEN
from local.phone.model import Recording
from local.phone.threads import running
from tests.clouds import a_cloud
from tests.gateway import Context, ring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.calls.events import Event
    from chalicelib.ivr.errands.errands import Errand
    from local.phone.threads import RunningNetwork
    from tests.clouds import Cloud
    from tests.gateway import Fields

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
ACCOUNT = "acct_1"
CALL = "CA" + "1" * 32
OURS = "+33199001234"
CALLER = "+33612345678"
RECORDING = "RE" + "3" * 32
PATIENCE_SECONDS = 30.0  # however busy this machine is
# Nobody listens there: tests bring themselves what the network would say.
HOME = "http://127.0.0.1:9/api"


def a_text(**changes: Any) -> SendText:
    facts = {"to": CALLER, "from_": OURS, "body": "Votre rendez-vous est demain."}
    return SendText(**{**_whose("confirm"), **facts, **changes})


def a_notice(**changes: Any) -> Notify:
    facts = {
        "by": Means.EMAIL,
        "to": "accueil@boulangerie.test",
        "what": "voicemail",
        "language": "fr-FR",
        "facts": {"caller": CALLER, "dialled": OURS, "seconds": "17", "at": NOON.isoformat()},
        "recording_id": RECORDING,
        "from_": OURS,
    }
    return Notify(**{**_whose("voicemail"), **facts, **changes})


def a_transcription(**changes: Any) -> Transcribe:
    facts = {"recording_id": RECORDING, "language": "fr-FR"}
    return Transcribe(**{**_whose("voicemail"), **facts, **changes})


def _whose(node: str) -> dict[str, str]:
    return {"id": f"{CALL}:3:0", "account_id": ACCOUNT, "call_id": CALL, "node": node}


@dataclass(frozen=True, slots=True)
class House:
    """The product's worker, on a cloud and a phone network that are there for one test."""

    cloud: Cloud
    network: RunningNetwork
    patch: pytest.MonkeyPatch

    def waits(self, seconds: float) -> None:
        """Have the house wait so long for the carrier's answers from now on."""
        credentials = TwilioCredentials(ACCOUNT_SID, (AUTH_TOKEN,))
        carrier = TwilioGateway(credentials, self.network.base_url, timeout_seconds=seconds)
        self.patch.setattr(wiring, "gateway", lambda: carrier)

    def sees_to(self, errand: Errand, turn: int = 0) -> None:
        """Bring a worker an errand, as the queue does."""
        body = json.dumps(to_message(Order(errand, turn)))
        run_errands({"Records": [{"body": body, "receiptHandle": "1"}]}, Context())

    def works(self) -> int:
        """See to all that is on the queue now, and return how much it was."""
        messages = self.cloud.messages("errands")
        for message in messages:
            body = json.dumps(message)
            run_errands({"Records": [{"body": body, "receiptHandle": "1"}]}, Context())
        return len(messages)

    @property
    def events(self) -> list[Event]:
        """What the call's log says of errands."""
        kinds = {"text-sent", "text-delivered", "notified", "message-transcribed"}
        events = wiring.calls().load(ACCOUNT, CALL).events
        return [event for event in events if event.kind in kinds]

    @property
    def texts(self) -> list[tuple[str, str, str]]:
        """Text messages that the carrier has: from, to, words."""
        sent = [each for each in self.network.messages if each.direction.startswith("outbound")]
        return [(each.from_, each.to, each.body) for each in sent]

    @property
    def status_urls(self) -> list[str]:
        """Where the carrier tells what becomes of text messages."""
        return [each.callback.url for each in self.network.messages]

    def is_told(self, url: str, status: str, **fields: str) -> int:
        """Bring us what the carrier says of a text, signed, and return how we answer."""
        told: Fields = {"MessageSid": "SM" + "3" * 32, "MessageStatus": status, **fields}
        return ring(app, url.removeprefix(HOME), told, base_url=HOME).status

    @property
    def mails(self) -> list[Any]:
        """E-mails that SES has, as moto keeps them."""
        from moto.backends import get_backend

        backend: Any = get_backend("ses")["123456789012"]["eu-west-3"]
        return list(backend.sent_messages)

    def is_left_a_message(self, words: str, recording_id: str = RECORDING) -> None:
        """Have the carrier keep a recording."""
        kept = Recording(recording_id, CALL, NOON, "RecordVerb", "completed", 2, words=words)
        self.network.call(lambda: self.network.network.exchange.book.keep(kept))
        left = MessageLeft(
            id="step:3", at=NOON, node="voicemail", recording_id=recording_id, seconds=2
        )
        wiring.calls().append(CallRef(call_id=CALL, account_id=ACCOUNT), left)

    def transcriber_says(self, words: str) -> None:
        """Write what Transcribe would: moto runs its jobs and writes no result."""
        document = {"results": {"transcripts": [{"transcript": words}]}}
        key = f"transcripts/{ACCOUNT}/{CALL}/{RECORDING}.json"
        boto3.client("s3").put_object(
            Bucket=self.cloud.bucket, Key=key, Body=json.dumps(document).encode()
        )


@contextmanager
def a_house(**settings: str) -> Iterator[House]:
    """Open a house in which a call has begun."""
    with (
        pytest.MonkeyPatch.context() as patch,
        running(seed=1, start=NOON) as network,
    ):
        patch.setenv("CADRAN_PUBLIC_URL", HOME)
        for name, value in settings.items():
            patch.setenv(f"CADRAN_{name.upper()}", value)
        network.buy(OURS)
        with a_cloud() as cloud:
            house = House(cloud, network, patch)
            house.waits(PATIENCE_SECONDS)
            patch.setattr(wiring, "clock", lambda: NOON)
            boto3.client("sesv2").create_email_identity(EmailIdentity="cadran@agence.test")
            begun = Received(id="received", at=NOON, dialled=OURS, caller=CALLER)
            wiring.calls().append(CallRef(call_id=CALL, account_id=ACCOUNT), begun)
            yield house
