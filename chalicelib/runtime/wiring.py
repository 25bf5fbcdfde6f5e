"""Where the rooms meet: stores, queues and gateways, each built on first use.

The only module of `runtime` that knows rooms. Imports are inside the factories, so that a voice
webhook's cold start does not pay for invoices, nor an invoice for the carrier's SDK.
"""

from __future__ import annotations

import secrets as entropy
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.kernel import privacy
from chalicelib.kernel.errors import CadranError
from chalicelib.kernel.principal import Principal
from chalicelib.runtime import secrets
from chalicelib.runtime.observability import logger
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings
from chalicelib.runtime.tables import bind

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Mapping

    from chalicelib.billing.ports import Books
    from chalicelib.calls.call import CallRef
    from chalicelib.calls.events import Received
    from chalicelib.calls.exporting import Desk
    from chalicelib.calls.gateway import ExportFiles, LateQueue
    from chalicelib.calls.projections import Projection
    from chalicelib.calls.recordings.store import TranscriptStore
    from chalicelib.calls.recordings.usecases import Recordings
    from chalicelib.calls.store import CallStore, ExportStore
    from chalicelib.directory.ports import Attached
    from chalicelib.directory.store import CachedLines, Directory
    from chalicelib.ivr.audio.formats import Sound
    from chalicelib.ivr.audio.gateway import SoundFiles
    from chalicelib.ivr.audio.store import PromptStore
    from chalicelib.ivr.audio.usecases import Shelf
    from chalicelib.ivr.callers.store import CallerStore
    from chalicelib.ivr.errands.gateway import ErrandQueue
    from chalicelib.ivr.lookups import Lookups
    from chalicelib.ivr.publishing import Queues
    from chalicelib.ivr.store import FlowStore
    from chalicelib.ivr.usage.store import UsageStore
    from chalicelib.ivr.usecases import Ports
    from chalicelib.kernel.errors import Fault
    from chalicelib.runtime.form import Form
    from chalicelib.runtime.gateway import Carrier
    from chalicelib.runtime.secrets import TwilioCredentials
    from chalicelib.tracking.store import CachedSources, Tracking


def clock() -> datetime:
    """Return this instant: the one clock of the product, aware and in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return 20 characters that nobody can guess."""
    return entropy.token_hex(10)


def anyone() -> Principal:
    """Return the rights of a request without a key: none."""
    return Principal(account_id="", key_account_id="", key_id="", scopes=frozenset())


def authenticate(header: str, acting_for: str | None) -> Principal:
    """Tell who asks, from `Authorization` and `Cadran-Account`."""
    from chalicelib.directory.usecases import authenticate

    store = directory()
    return authenticate(header, acting_for, now=clock(), keys=store, accounts=store)


@cache
def directory() -> Directory:
    """Return accounts, keys and numbers."""
    from chalicelib.directory.store import Directory

    return Directory(settings().directory_table)


@cache
def lines() -> CachedLines:
    """Return the lines behind dialled numbers, as a call needs them: kept in the process."""
    from chalicelib.directory.store import CachedLines

    return CachedLines(directory())


@cache
def flows() -> FlowStore:
    """Return flows and their versions."""
    from chalicelib.ivr.store import FlowStore

    return FlowStore(settings().ivr_table)


def check_flow(account_id: str, flow_id: str, line: Attached) -> tuple[Fault, ...]:
    """Return what is wrong with the flow that answers, for this line."""
    from chalicelib.ivr.price_checks import faults_of_published

    return faults_of_published(flows(), account_id, flow_id, line)


@cache
def usage() -> UsageStore:
    """Return what flows use, and which flows use a thing."""
    from chalicelib.ivr.usage.store import UsageStore

    return UsageStore(settings().ivr_table)


@cache
def prompts() -> PromptStore:
    """Return uploaded sounds and their versions."""
    from chalicelib.ivr.audio.store import PromptStore

    return PromptStore(settings().ivr_table)


@cache
def queues() -> Queues:
    """Return which queues there are."""
    from chalicelib.runtime.desk_wiring import desk

    return desk()


@cache
def caller_book() -> CallerStore:
    """Return the callers whom accounts know."""
    from chalicelib.ivr.callers.store import CallerStore

    return CallerStore(settings().ivr_table)


@cache
def sound_files() -> SoundFiles:
    """Return the bucket that sounds are kept in."""
    import boto3

    from chalicelib.ivr.audio.gateway import SoundFiles

    return SoundFiles(boto3.client("s3"), secrets.files_bucket())


def shelf() -> Shelf:
    """Return all that prompts are kept with. Loads the decoder of sounds at the first upload."""
    from chalicelib.ivr.audio.usecases import Shelf

    def decode(sound: Sound) -> array[int]:
        from chalicelib.ivr.audio.documents import samples_of

        return samples_of(sound)

    return Shelf(prompts=prompts(), files=sound_files(), usage=usage(), decode=decode)


@cache
def tracking() -> Tracking:
    """Return sources, what numbers stand for, and counted calls."""
    from chalicelib.tracking.store import Tracking

    return Tracking(settings().tracking_table)


@cache
def sources() -> CachedSources:
    """Return what made the phone ring, as a call needs it: kept in the process."""
    from chalicelib.tracking.store import CachedSources

    return CachedSources(tracking())


@cache
def ivr_ports() -> Ports:
    """Return all that a call in progress needs."""
    from chalicelib.ivr.usecases import Ports
    from chalicelib.runtime.desk_wiring import desk_of_calls
    from chalicelib.runtime.opposing import LateOppositions
    from chalicelib.runtime.surveys_wiring import asked
    from chalicelib.runtime.tracking_wiring import rings

    return Ports(
        lines=lines(),
        flows=flows(),
        sources=sources(),
        callers=Callers(),
        log=calls(),
        late=late_events(),
        lookups=lookups(),
        errands=errands(),
        book=caller_book(),
        desk=desk_of_calls(),
        rings=rings(),
        surveys=asked(),
        oppositions=LateOppositions(),
    )


@cache
def lookups() -> Lookups:
    """Return customers' servers, as a call asks them: answers are kept in the process."""
    from chalicelib.ivr.gateway import HttpLookups

    return HttpLookups(webhook_secret)


def webhook_secret(account_id: str, generation: int) -> str:
    """Return the secret of an account that signs what we send to its servers."""
    from chalicelib.kernel.signing import account_secret

    return account_secret(secrets.pepper(), account_id, generation)


@cache
def errands() -> ErrandQueue:
    """Return the queue on which calls leave what is to be done."""
    from chalicelib.ivr.errands.gateway import ErrandQueue

    return ErrandQueue(Queue(settings().errands_queue))


@cache
def recordings() -> Recordings:
    """Return the carrier's recordings, and our copies of them."""
    from chalicelib.calls.recordings.gateway import AudioBucket
    from chalicelib.calls.recordings.usecases import Recordings

    return Recordings(AudioBucket(aws("s3"), secrets.files_bucket()), lambda: gateway().recording)


@cache
def transcripts() -> TranscriptStore:
    """Return what was said in recordings."""
    from chalicelib.calls.recordings.store import TranscriptStore

    return TranscriptStore(settings().calls_table)


@cache
def aws(service: str) -> Any:
    """Return a client of a service that one room alone uses."""
    import boto3

    return boto3.client(service)  # type: ignore[call-overload]


class Callers:
    """How callers are known in indexes: by the account's own keyed hash."""

    def caller_hash(self, account_id: str, caller: str) -> str:
        """Return the account's hash of a number (E.164)."""
        return privacy.caller_hash(privacy.account_key(secrets.pepper(), account_id), caller)


@cache
def calls() -> CallStore:
    """Return the call log."""
    from chalicelib.calls.store import CallRow, CallStore

    return CallStore(bind(CallRow, settings().calls_table))


@cache
def late_events() -> LateQueue:
    """Return the queue of events that the call log could not take."""
    from chalicelib.calls.gateway import LateQueue

    return LateQueue(Queue(settings().call_events_queue))


@cache
def exports() -> ExportStore:
    """Return the exports of calls."""
    from chalicelib.calls.store import ExportRow, ExportStore

    return ExportStore(bind(ExportRow, settings().calls_table))


@cache
def export_files() -> ExportFiles:
    """Return the bucket that exports are written to."""
    import boto3

    from chalicelib.calls.gateway import ExportFiles

    return ExportFiles(boto3.client("s3"), secrets.files_bucket())


def export_desk(seconds_left: Callable[[], float]) -> Desk:
    """Return what a worker needs to write exports, until its function is cut."""
    from chalicelib.calls.documents import CallsCsv
    from chalicelib.calls.exporting import Desk

    return Desk(
        log=calls(),
        exports=exports(),
        files=export_files(),
        queue=exports_queue(),
        document=lambda export: CallsCsv(export.separator),
        clock=clock,
        seconds_left=seconds_left,
        lease=new_id(),
    )


def gateway() -> Carrier:
    """Return the carrier's REST API, with the token of today: it may have been rotated."""
    return _gateway(secrets.twilio())


@cache
def _gateway(credentials: TwilioCredentials) -> Carrier:
    from chalicelib.runtime.gateway import TwilioGateway

    return TwilioGateway(credentials, settings().twilio_url)


@cache
def projections_queue() -> Queue:
    """Return the queue of projections to try again."""
    return Queue(settings().projections_queue)


@cache
def exports_queue() -> Queue:
    """Return the queue of exports to write."""
    return Queue(settings().exports_queue)


@cache
def invoices_queue() -> Queue:
    """Return the queue of account months to close."""
    return Queue(settings().invoices_queue)


@cache
def books() -> Books:
    """Return all that billing keeps or reads."""
    from chalicelib.billing.accounts import DirectoryAccounts
    from chalicelib.billing.ports import Books
    from chalicelib.billing.store import BillingStore

    store = BillingStore(settings().billing_table)
    accounts = DirectoryAccounts(directory())
    return Books.of(accounts, store)


def pause(attempt: int) -> None:
    """Wait a random moment before another attempt (counted from 1): rivals must not meet again."""
    longest_milliseconds = min(20 * 2**attempt, 1_000)
    time.sleep(entropy.randbelow(longest_milliseconds) / 1_000)


@cache
def projections() -> Mapping[str, Projection]:
    """Return what other rooms keep about calls that ended. Names are in messages: keep them."""
    from chalicelib.billing.handlers import charging
    from chalicelib.runtime.desk_wiring import note_call
    from chalicelib.runtime.tracking_wiring import track_call

    return {"billing": charging(books, clock), "tracking": track_call, "desk": note_call}


def claim(call_id: str, received: Received) -> CallRef:
    """Return whose call it is that reached a number while nobody could look it up."""
    from chalicelib.calls.call import CallRef

    line = directory().line(received.dialled)
    hashed = Callers().caller_hash(line.account_id, received.caller) if received.caller else None
    return CallRef(
        call_id=call_id,
        account_id=line.account_id,
        log_shards=line.log_shards,
        caller_hash=hashed,
    )


def remember_fallback(form: Form, reason: str, destination: str | None) -> None:
    """Leave on the queue that we failed a caller; the table may be what failed, so never now.

    Never raises: the caller is waiting. If the queue fails too, the log has what it may have.
    """
    from chalicelib.calls.callbacks import failed

    try:
        ref, events = failed(form, reason, destination, clock())
        late_events().put(ref, *events)
    except CadranError as error:
        logger().error("a failed call could not be remembered", extra={"error": str(error)})
