"""The bucket that lists' files are put into, and what was refused of them is fetched from."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.campaigns.contacts import workbooks
from chalicelib.kernel.errors import Fault, NotFound, Rejected, Unavailable
from chalicelib.runtime import links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_s3 import S3Client

_CHUNK: Final = 1 << 20
_LOOK: Final = 2_000_000  # bytes of a text that tell what is in it
# What S3 says of a file that is not there: without the right to list, it is not even told so.
_ABSENT: Final = frozenset({"403", "404", "NoSuchKey", "AccessDenied"})
_CHANGED: Final = frozenset({"412", "PreconditionFailed"})


class ListFiles:
    """The port `Files` of imports on a bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_link(self, key: str, seconds: int) -> str:
        """Return a link that takes a file by PUT, for so long."""
        try:
            wanted = {"Bucket": self._bucket, "Key": key}
            link = self._client.generate_presigned_url(
                "put_object", Params=wanted, ExpiresIn=seconds
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("a link cannot be signed", key=key) from error
        return str(link)

    def link(self, key: str, name: str, seconds: int) -> str:
        """Return a link to a file that anybody who has it may follow for so long."""
        disposition = f'attachment; filename="{name}"'
        return links.signed(self._client, self._bucket, key, seconds, disposition=disposition)

    def there(self, key: str) -> tuple[str, int]:
        """Return the version of a file and how long it is. Raises NotFound."""
        with _translated("look for file", key=key):
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        return head["ETag"], head["ContentLength"]

    @contextmanager
    def fetch(self, key: str, version: str) -> Iterator[IO[bytes]]:
        """Open a file as it was when it was looked at, whole on this machine's disk."""
        with tempfile.TemporaryFile() as file:
            with _translated("fetch file", key=key):
                body = self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=version)
                for chunk in body["Body"].iter_chunks(_CHUNK):
                    file.write(chunk)
            file.seek(0)
            yield file

    @contextmanager
    def look(self, key: str, version: str) -> Iterator[IO[bytes]]:
        """Open the beginning of a text, or all of a workbook: its contents are at its end."""
        with _translated("fetch file", key=key):
            body = self._client.get_object(
                Bucket=self._bucket, Key=key, IfMatch=version, Range=f"bytes=0-{_LOOK}"
            )
            begins = body["Body"].read()
        if begins.startswith(workbooks.MARK):
            with self.fetch(key, version) as whole:
                yield whole
        else:
            yield io.BytesIO(begins)

    def put(self, key: str, data: bytes) -> None:
        """Keep something small."""
        with _translated("keep file", key=key):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data)

    def join(self, key: str, parts: Iterable[str], heading: bytes) -> None:
        """Put files together under one name, behind a heading."""
        with tempfile.TemporaryFile() as file:
            file.write(heading)
            for part in parts:
                with _translated("fetch part", key=part):
                    found = self._client.get_object(Bucket=self._bucket, Key=part)
                    file.write(found["Body"].read())
            file.seek(0)
            with _translated("keep file", key=key):
                kind = {"ContentType": "text/csv; charset=utf-8"}
                self._client.upload_fileobj(file, self._bucket, key, ExtraArgs=kind)


@contextmanager
def _translated(action: str, **facts: Any) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _ABSENT:
            raise NotFound(f"{action}: no such file", **facts) from error
        if code in _CHANGED:
            fault = Fault("/file", "the file is another one by now: look at it again")
            raise Rejected("the file was changed", faults=(fault,)) from error
        if code == "InvalidRange":
            raise Rejected("empty", faults=(Fault("/file", "there is nothing in it"),)) from error
        raise Unavailable(f"{action}: the bucket refused", cause=code, **facts) from error
    except BotoCoreError as error:
        raise Unavailable(f"{action}: the bucket did not answer", **facts) from error
