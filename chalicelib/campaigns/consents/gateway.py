"""The bucket that evidence is kept in: under what it is, so that it cannot become anything else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.runtime import links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client


class EvidenceFiles:
    """The port `Files` on a bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes, media: str) -> None:
        """Keep a file. It is handed out to be saved, never to be shown by a browser."""
        with _translated("keep evidence"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=data,
                ContentType=media,
                ContentDisposition="attachment",
            )

    def link(self, key: str, seconds: int) -> str:
        """Return a link that anybody who has it may follow for so long."""
        with _translated("look for evidence"):
            try:
                self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                # Without the right to list, S3 says 403 of what is not there.
                if error.response["Error"]["Code"] in ("403", "404"):
                    raise NotFound("no such evidence") from None
                raise
        return links.signed(self._client, self._bucket, key, seconds)


@contextmanager
def _translated(action: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code: Any = error.response["Error"]["Code"]
        raise Unavailable(f"{action}: the bucket refused", cause=code) from error
    except BotoCoreError as error:
        raise Unavailable(f"{action}: the bucket did not answer") from error
