"""What seeing to errands asks of AWS is in the policies of the jobs, and hearing in the API's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.calls.recordings.usecases import link_to
from chalicelib.ivr.errands.usecases import leave
from chalicelib.runtime import wiring
from tests.house.permissions import asked_of_aws, refused
from tests.ivr.errands.builders import (
    ACCOUNT,
    CALL,
    NOON,
    a_house,
    a_notice,
    a_text,
    a_transcription,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.permissions import Asked

STAGES = ("local", "dev", "staging", "prod")


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[Asked, Asked]]:
    """What the jobs asked, and what the API's function did."""
    with a_house() as house, pytest.MonkeyPatch.context() as patch:
        house.is_left_a_message("Bonjour")
        house.transcriber_says("Bonjour")
        with asked_of_aws(patch) as jobs:
            house.sees_to(a_text(id="1"))
            house.sees_to(a_text(id="1"))
            house.sees_to(a_notice(id="2", waits=True))
            for turn in range(5):
                house.sees_to(a_transcription(id="3"), turn)
            house.sees_to(a_transcription(id="4", recording_id="RE" + "9" * 32))
            house.sees_to(a_notice(id="2", waits=True), 1)
        with asked_of_aws(patch) as api:
            leave([a_text()], wiring.errands(), NOON)
            link_to(ACCOUNT, CALL, None, log=wiring.calls(), recordings=wiring.recordings())
            wiring.transcripts().of_call(ACCOUNT, CALL)
        yield jobs, api


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_may_do_all_that_errands_need(asked: tuple[Asked, Asked], stage: str) -> None:
    assert refused(asked[0], stage=stage, policy="jobs") == []


@pytest.mark.parametrize("stage", STAGES)
def test_the_api_may_leave_errands_and_fetch_recordings(
    asked: tuple[Asked, Asked], stage: str
) -> None:
    assert refused(asked[1], stage=stage) == []


def test_enough_was_asked_to_tell(asked: tuple[Asked, Asked]) -> None:
    assert {action for action, _ in asked[0]} >= {
        "ses:SendEmail",
        "transcribe:StartTranscriptionJob",
        "transcribe:GetTranscriptionJob",
        "s3:PutObject",
        "dynamodb:GetItem",
        "sqs:SendMessage",
    }
    assert {action for action, _ in asked[1]} >= {"s3:GetObject", "sqs:SendMessage"}
