"""Recordings in the bucket, and Amazon Transcribe, which writes them down."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.calls.recordings.recordings import Result, TranscriptStatus, audio_key, words_key
from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.runtime import links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.calls.recordings.recordings import Job

# Without the right to list a bucket, S3 says 403 of what is not there (S3, HeadObject).
_ABSENT: Final = frozenset({"403", "404", "NoSuchKey", "AccessDenied"})
_OVER: Final = {"COMPLETED": TranscriptStatus.DONE, "FAILED": TranscriptStatus.FAILED}


class AudioBucket:
    """The `AudioFiles` port on the bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def has(self, key: str) -> bool:
        """Ask S3 for the file's head."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return False
            raise Unavailable("find recording: the bucket refused", key=key) from error
        except BotoCoreError as error:
            raise Unavailable("find recording: the bucket did not answer", key=key) from error
        return True

    def store(self, key: str, data: bytes, kind: str) -> None:
        """Keep a file."""
        with _translated("keep recording"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=kind)

    def link(self, key: str, name: str, seconds: int) -> str:
        """Sign a link: no request is made."""
        disposition = f'inline; filename="{name}"'
        return links.signed(self._client, self._bucket, key, seconds, disposition=disposition)


class AmazonTranscriber:
    """Transcribe, reading our copy of a recording and writing beside it.

    `prefix` begins the names of the stage's jobs, by which its policy knows them.
    """

    def __init__(self, transcribe: Any, s3: Any, bucket: str, prefix: str) -> None:
        self._transcribe = transcribe
        self._s3 = s3
        self._bucket = bucket
        self._prefix = prefix

    def start(self, job: Job) -> None:
        """Start a job of the recording's name: there is only ever one."""
        if self._job(job) is not None:
            return
        audio = audio_key(job.account_id, job.call_id, job.recording_id)
        with _translated("start transcription", recording_id=job.recording_id):
            try:
                self._transcribe.start_transcription_job(
                    TranscriptionJobName=self._name(job),
                    LanguageCode=job.language,
                    MediaFormat="wav",
                    Media={"MediaFileUri": f"s3://{self._bucket}/{audio}"},
                    OutputBucketName=self._bucket,
                    OutputKey=words_key(job),
                )
            except self._transcribe.exceptions.ConflictException:
                return

    def result(self, job: Job) -> Result:
        """Ask how far it is, and fetch the words once they are there."""
        found = self._job(job) or {}
        status = _OVER.get(found.get("TranscriptionJobStatus", ""), TranscriptStatus.PENDING)
        if status is TranscriptStatus.FAILED:
            return Result(status, reason="the transcriber failed")
        return Result(status, self._words(job) if status is TranscriptStatus.DONE else "")

    def _job(self, job: Job) -> dict[str, Any] | None:
        with _translated("ask for a transcription", recording_id=job.recording_id):
            try:
                answer = self._transcribe.get_transcription_job(
                    TranscriptionJobName=self._name(job)
                )
            except ClientError as error:
                # Of a job that is not there: BadRequestException (Transcribe, GetTranscriptionJob).
                if error.response["Error"]["Code"] in ("BadRequestException", "NotFoundException"):
                    return None
                raise
        found: dict[str, Any] = answer["TranscriptionJob"]
        return found

    def _words(self, job: Job) -> str:
        with _translated("fetch a transcription", recording_id=job.recording_id):
            body = self._s3.get_object(Bucket=self._bucket, Key=words_key(job))["Body"].read()
        spoken = json.loads(body)["results"]["transcripts"]
        return " ".join(each["transcript"] for each in spoken).strip()

    def _name(self, job: Job) -> str:
        return f"{self._prefix}{job.recording_id}"


@contextmanager
def _translated(action: str, **facts: Any) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "BadRequestException":  # a language or a file that Transcribe does not take
            raise Rejected(f"{action}: refused", cause=code, **facts) from error
        raise Unavailable(f"{action}: AWS refused", cause=code, **facts) from error
    except BotoCoreError as error:
        raise Unavailable(f"{action}: AWS did not answer", **facts) from error
