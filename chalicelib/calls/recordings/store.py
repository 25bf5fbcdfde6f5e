"""What was said in recordings, on DynamoDB: rows beside the call's, in no index of it."""

from __future__ import annotations

from typing import Any, Final

from pynamodb.attributes import TTLAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from chalicelib.calls.recordings.recordings import KEPT, Transcript, TranscriptStatus
from chalicelib.runtime.tables import TableMeta, bind, translated

PREFIX: Final = "transcript#"


class TranscriptRow(Model):
    """A transcription."""

    class Meta(TableMeta):
        table = "calls"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    account_id = UnicodeAttribute()
    language = UnicodeAttribute()
    status = UnicodeAttribute()
    at = UTCDateTimeAttribute()
    text = UnicodeAttribute(default="")
    expires_at = TTLAttribute()


class TranscriptStore:
    """Transcriptions by call."""

    def __init__(self, table_name: str) -> None:
        bind(TranscriptRow, table_name)

    def put(self, transcript: Transcript) -> None:
        """Keep one, for as long as its recording."""
        row = TranscriptRow(
            pk=transcript.call_id,
            sk=f"{PREFIX}{transcript.recording_id}",
            account_id=transcript.account_id,
            language=transcript.language,
            status=transcript.status.value,
            at=transcript.at,
            text=transcript.text,
            expires_at=transcript.at + KEPT,
        )
        with translated("keep transcript", call_id=transcript.call_id):
            row.save()

    def of_call(self, account_id: str, call_id: str) -> tuple[Transcript, ...]:
        """Return a call's; another account's are not there."""
        with translated("load transcripts", call_id=call_id):
            rows: list[Any] = list(
                TranscriptRow.query(
                    call_id, TranscriptRow.sk.startswith(PREFIX), consistent_read=True
                )
            )
        return tuple(_read(row) for row in rows if row.account_id == account_id)


def _read(row: Any) -> Transcript:
    return Transcript(
        account_id=row.account_id,
        call_id=row.pk,
        recording_id=row.sk.removeprefix(PREFIX),
        language=row.language,
        status=TranscriptStatus(row.status),
        at=row.at,
        text=row.text or "",
    )
