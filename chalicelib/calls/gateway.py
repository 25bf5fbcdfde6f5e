"""The call log's queue for late events, the bucket that exports are written to, and the carrier's
legs of a call.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.calls.events import DialStatus
from chalicelib.calls.late import to_message
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3 import S3Client

    from chalicelib.calls.call import CallRef
    from chalicelib.calls.events import Event
    from chalicelib.calls.exporting import Messages
    from chalicelib.calls.late import Memory
    from chalicelib.calls.settling import Leg
    from chalicelib.runtime.gateway import Carrier

# Twilio, status of a call: any other word is of one that goes on.
_ENDS: Final = {
    "completed": DialStatus.ANSWERED,
    "busy": DialStatus.BUSY,
    "no-answer": DialStatus.NO_ANSWER,
    "failed": DialStatus.FAILED,
    "canceled": DialStatus.CANCELLED,
}


class LateQueue:
    """The `LateEvents` port on a queue."""

    def __init__(self, queue: Messages) -> None:
        self._queue = queue

    def put(self, ref: CallRef, *events: Event, memory: Memory | None = None) -> None:
        """Keep the events, and the call's variables, until the log takes them."""
        self._queue.put(to_message(ref, *events, memory=memory))


class CarrierLegs:
    """The `Legs` port on the carrier's REST API."""

    def __init__(self, carrier: Callable[[], Carrier]) -> None:
        self._carrier = carrier

    def legs(self, call_id: str) -> list[Leg]:
        """Return all that were dialled for a call."""
        from chalicelib.calls.settling import Leg  # callers on the line have no use for it

        return [
            Leg(
                leg_id=each.call_id,
                number=each.to,
                status=_ENDS.get(each.status),
                seconds=each.seconds or 0,
                began_at=each.started_at,
            )
            for each in self._carrier().legs(call_id)
        ]


class ExportFiles:
    """The `Files` port on a bucket, and links to what is there."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def begin(self, key: str) -> str:
        """Open a multipart upload."""
        with _translated("begin upload", key=key):
            answer = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=key, ContentType="text/csv; charset=utf-8"
            )
            return answer["UploadId"]

    def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> str:
        """Store a part under its number."""
        with _translated("store part", key=key, number=number):
            answer = self._client.upload_part(
                Bucket=self._bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=data
            )
            return answer["ETag"]

    def finish(self, key: str, upload_id: str, tags: tuple[str, ...]) -> None:
        """Put the parts together; where there is no upload any more, the file must be there."""
        parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, start=1)]
        with _translated("finish upload", key=key):
            try:
                self._client.complete_multipart_upload(
                    Bucket=self._bucket,
                    Key=key,
                    UploadId=upload_id,
                    MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
                )
            except self._client.exceptions.NoSuchUpload:
                self._client.head_object(Bucket=self._bucket, Key=key)

    def abort(self, key: str, upload_id: str) -> None:
        """Throw the parts away."""
        with _translated("abort upload", key=key):
            try:
                self._client.abort_multipart_upload(
                    Bucket=self._bucket, Key=key, UploadId=upload_id
                )
            except self._client.exceptions.NoSuchUpload:
                return

    def put(self, key: str, data: bytes) -> None:
        """Keep rows that are too few for a part; the bucket's lifecycle removes them."""
        with _translated("put rows aside", key=key):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data)

    def get(self, key: str) -> bytes:
        """Return rows that were put aside."""
        with _translated("fetch rows", key=key):
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def link(self, key: str, name: str, seconds: int) -> str:
        """Return a link to a file that anybody who has it may follow for so long."""
        disposition = f'attachment; filename="{name}"'
        return links.signed(self._client, self._bucket, key, seconds, disposition=disposition)


@contextmanager
def _translated(action: str, **facts: Any) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise Unavailable(f"{action}: the bucket refused", cause=code, **facts) from error
    except BotoCoreError as error:
        raise Unavailable(f"{action}: the bucket did not answer", **facts) from error
