"""Chalice's own note of what it deployed (`.chalice/deployed/<stage>.json`), shared by everybody.

Chalice finds functions by name but the REST API only by this note: without it a deployment from
another machine would make a second API, under another address, and the numbers would still call
the first. The note is therefore kept in the stage's bucket as well.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from infra.stages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from infra.stages import Stage


def path(stage: Stage) -> Path:
    """Return where Chalice keeps its note."""
    return ROOT / ".chalice" / "deployed" / f"{stage.name}.json"


def fetch(s3: S3Client, bucket: str, stage: Stage) -> None:
    """Take the shared note; keep this machine's own if there is none."""
    try:
        body = s3.get_object(Bucket=bucket, Key=_key(stage))["Body"].read()
    except s3.exceptions.NoSuchKey:
        return
    path(stage).parent.mkdir(parents=True, exist_ok=True)
    path(stage).write_bytes(body)


def keep(s3: S3Client, bucket: str, stage: Stage) -> None:
    """Share this machine's note."""
    s3.put_object(Bucket=bucket, Key=_key(stage), Body=path(stage).read_bytes())


def forget(s3: S3Client, bucket: str, stage: Stage) -> None:
    """Remove the shared note: nothing is deployed any more."""
    s3.delete_object(Bucket=bucket, Key=_key(stage))


def api(stage: Stage) -> tuple[str, str]:
    """Return the id of the REST API that the note tells, and the name of its stage."""
    (found,) = _deployed(stage, "rest_api")
    return found["rest_api_id"], base_url(stage).rpartition("/")[2]


def base_url(stage: Stage) -> str:
    """Return the public address that the note tells, without a trailing slash."""
    (api,) = _deployed(stage, "rest_api")
    return api["rest_api_url"].rstrip("/")


def sockets_url(stage: Stage) -> str:
    """Return where WebSockets are opened, without a trailing slash."""
    (api,) = _deployed(stage, "websocket_api")
    return api["websocket_api_url"].rstrip("/")


def functions(stage: Stage) -> list[str]:
    """Return the names of the functions that the note tells."""
    return [each["lambda_arn"].rpartition(":")[2] for each in _deployed(stage, "lambda_function")]


def _deployed(stage: Stage, kind: str) -> list[dict[str, str]]:
    resources = json.loads(path(stage).read_text())["resources"]
    return [each for each in resources if each["resource_type"] == kind]


def _key(stage: Stage) -> str:
    return f"deployments/{stage.name}.json"
