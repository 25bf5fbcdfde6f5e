"""The bucket that the files lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_s3 import S3Client


class LakeBucket:
    """The port `Files`."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes) -> None:
        """Keep a file."""
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("a file could not be kept", key=key) from error

    def drop(self, keys: Iterable[str]) -> None:
        """Delete files that may be there."""
        for key in keys:
            try:
                self._client.delete_object(Bucket=self._bucket, Key=key)
            except (BotoCoreError, ClientError) as error:
                raise Unavailable("an old file could not be deleted", key=key) from error
