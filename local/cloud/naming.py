"""Resources that IAM knows by name on AWS, and the emulator does not: policies name them.

Service Authorization Reference: Amazon SES v2, SendEmail; Amazon Transcribe, GetTranscriptionJob.
A transcription that is being started has no name yet, there as here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def name() -> None:
    """Have the emulator hold requests against the policies by these names."""
    from ministack.core import iam_actions

    iam_actions.extract_resource_arn = naming(iam_actions.extract_resource_arn)


def naming(known: Callable[..., str]) -> Callable[..., str]:
    """Return the resource of a request: the emulator's answer where it has one."""

    def resource(service: str, *request: Any) -> str:
        arn = known(service, *request)
        method, path, headers, body, _, region, account = request
        if arn != "*":
            return arn
        if service == "ses" and method == "POST" and path.endswith("/outbound-emails"):
            sender = json.loads(body).get("FromEmailAddress", "")
            return f"arn:aws:ses:{region}:{account}:identity/{sender}"
        if service == "transcribe" and _asks_for_a_job(headers):
            job = json.loads(body).get("TranscriptionJobName", "")
            return f"arn:aws:transcribe:{region}:{account}:transcription-job/{job}"
        return arn

    return resource


def _asks_for_a_job(headers: dict[str, str]) -> bool:
    targets = (value for name, value in headers.items() if name.lower() == "x-amz-target")
    return any(each.endswith(".GetTranscriptionJob") for each in targets)
