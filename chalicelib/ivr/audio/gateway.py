"""The bucket that sounds are kept in: S3 hands them to the carrier by links that expire."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.ivr.audio.synthesis import BUILT_IN
from chalicelib.ivr.audio.telephone import telephone_wav
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.runtime import links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_s3 import S3Client

WAV: Final = "audio/wav"
# What is under a key never changes.
FOR_EVER: Final = "public, max-age=31536000, immutable"
# Part of the key of what is built in: raise it when the synthesis changes.
EDITION: Final = 1


class SoundFiles:
    """The port `Files` on a bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._there: set[str] = set()

    def put(self, key: str, data: bytes) -> None:
        """Keep a sound."""
        with _translated("keep sound", key=key):
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType=WAV, CacheControl=FOR_EVER
            )

    def delete(self, keys: Iterable[str]) -> None:
        """Delete sounds; one that is not there is no error."""
        for key in keys:
            with _translated("delete sound", key=key):
                self._client.delete_object(Bucket=self._bucket, Key=key)

    def link(self, key: str, seconds: int) -> str:
        """Return a link that anybody who has it may follow for so long."""
        return links.signed(self._client, self._bucket, key, seconds)

    def builtin(self, name: str) -> str:
        """Return the key of a sound that is built in, made and kept at its first use."""
        if name not in BUILT_IN:
            raise NotFound("no such sound is built in", name=name)
        key = f"prompts/builtin/{name}-{EDITION}.wav"
        if key not in self._there and not self._has(key):
            self.put(key, telephone_wav(BUILT_IN[name]()))
        self._there.add(key)
        return key

    def _has(self, key: str) -> bool:
        with _translated("look for sound", key=key):
            try:
                self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                # Without the right to list, S3 says 403 of what is not there.
                if error.response["Error"]["Code"] in ("403", "404"):
                    return False
                raise
        return True


@contextmanager
def _translated(action: str, **facts: Any) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise Unavailable(f"{action}: the bucket refused", cause=code, **facts) from error
    except BotoCoreError as error:
        raise Unavailable(f"{action}: the bucket did not answer", **facts) from error
