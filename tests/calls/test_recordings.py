"""Recordings over the API: fetched from the carrier once, shown to their owner only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest

from chalicelib.calls.recordings.recordings import (
    KEPT,
    File,
    RecordingAbsent,
    RecordingNotReady,
    chosen,
    recordings_of,
)
from chalicelib.calls.recordings.usecases import link_to
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import wiring
from tests.calls import builders as a
from tests.fakes import CallLogInMemory
from tests.ivr.errands.builders import ACCOUNT, CALL, RECORDING, House, a_house
from tests.template import resources

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.calls.events import Event


def link(recording_id: str | None = None, account_id: str = ACCOUNT) -> str:
    return link_to(
        account_id, CALL, recording_id, log=wiring.calls(), recordings=wiring.recordings()
    )


def kept(house: House) -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=house.cloud.bucket)
    return [each["Key"] for each in listed.get("Contents", [])]


def a_notice(recording_id: str, status: str) -> Event:
    told = a.recorded(recording_id=recording_id, status=status)
    return replace(told, id=f"recording:{recording_id}:{status}")


def a_call(*events: Event) -> Call:
    log = CallLogInMemory()
    ref = a.log_call(log, a.received(), *events)
    return log.load("acc_1", ref.call_id)


def test_a_message_is_heard_at_a_link_of_ours_and_fetched_once() -> None:
    with a_house() as house:
        house.is_left_a_message("Bonjour")

        first = link()
        house.network.fault("rest-error", path="Recordings")
        again = link(RECORDING)

        assert kept(house) == [f"recordings/{ACCOUNT}/{CALL}/{RECORDING}.wav"]
        assert house.cloud.bucket in first
        assert "twilio" not in first + again
        body = boto3.client("s3").get_object(Bucket=house.cloud.bucket, Key=kept(house)[0])
        assert body["Body"].read()[:4] == b"RIFF"


def test_another_accounts_recording_is_not_there() -> None:
    with a_house() as house:
        house.is_left_a_message("Bonjour")

        with pytest.raises(NotFound):
            link(account_id="acct_2")
        with pytest.raises(NotFound):
            link("RE" + "9" * 32)
        assert kept(house) == []


def test_a_call_without_a_recording_has_none() -> None:
    with a_house(), pytest.raises(NotFound):
        link()


def test_a_recording_that_the_carrier_has_not_written_yet_is_not_ready() -> None:
    with a_house() as house:
        house.is_left_a_message("Bonjour")
        house.network.call(
            lambda: house.network.network.exchange.book.drop("recordings", RECORDING)
        )

        with pytest.raises(RecordingNotReady):
            link()


@pytest.mark.parametrize(
    ("told", "file"),
    [
        ("completed absent", File.READY),
        ("absent completed", File.READY),
        ("absent", File.ABSENT),
        ("failed", File.ABSENT),
        ("in-progress", File.WAITING),
        ("in-progress absent", File.ABSENT),
    ],
)
def test_a_file_that_was_there_once_is_believed_in(told: str, file: File) -> None:
    (found,) = recordings_of(a_call(*(a_notice("RE1", status) for status in told.split())))

    assert found.file is file


def test_of_several_recordings_one_that_has_a_file_is_meant() -> None:
    left = a.message_left(recording_id="RE2")
    call = a_call(a_notice("RE1", "absent"), left, a_notice("RE3", "completed"))

    assert chosen(call, None) == "RE3"
    assert chosen(call, "RE2") == "RE2"
    with pytest.raises(RecordingAbsent):
        chosen(call, "RE1")
    with pytest.raises(NotFound):
        chosen(call, "RE4")


def test_the_bucket_forgets_as_soon_as_the_table() -> None:
    (bucket,) = resources("AWS::S3::Bucket", stage="prod").values()
    rules = {each.get("Prefix"): each for each in bucket["LifecycleConfiguration"]["Rules"]}

    assert {"recordings/", "transcripts/"} <= set(rules)
    assert KEPT.days == 180
