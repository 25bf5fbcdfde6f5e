"""Responses as JSON and back. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.surveys.answers import Channel, Given, Response

if TYPE_CHECKING:
    from collections.abc import Mapping


def written(response: Response) -> dict[str, Any]:
    """Write all but whose it is, in types that JSON has."""
    finished = response.finished_at
    return {
        "version": response.version,
        "channel": response.channel.value,
        "language": response.language,
        "begun_at": response.begun_at.isoformat(),
        "finished_at": None if finished is None else finished.isoformat(),
        "about": dict(response.about),
        "answers": {
            key: [each.answer, each.at.isoformat(), each.ref]
            for key, each in response.answers.items()
        },
    }


def read(
    told: Mapping[str, Any], account_id: str, survey_id: str, respondent: str, rev: int
) -> Response:
    """Read a response back from what was written of it."""
    finished = told["finished_at"]
    return Response(
        account_id=account_id,
        survey_id=survey_id,
        respondent=respondent,
        version=told["version"],
        channel=Channel(told["channel"]),
        language=told["language"],
        begun_at=datetime.fromisoformat(told["begun_at"]),
        finished_at=None if finished is None else datetime.fromisoformat(finished),
        about=told["about"],
        answers={
            key: Given(answer, datetime.fromisoformat(at), ref)
            for key, (answer, at, ref) in told["answers"].items()
        },
        rev=rev,
    )
