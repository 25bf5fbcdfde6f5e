"""The bucket and the queue, when they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.calls.gateway import ExportFiles, LateQueue
from chalicelib.calls.late import from_message
from chalicelib.kernel.errors import Unavailable
from tests.calls import builders as a
from tests.fakes import QueueInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPLETE, HEAD = "complete_multipart_upload", "head_object"


@pytest.fixture
def s3() -> Iterator[Stubber]:
    with Stubber(boto3.client("s3", region_name="eu-west-3")) as stub:
        yield stub


def files(s3: Stubber) -> ExportFiles:
    client: Any = s3.client
    return ExportFiles(client, "files")


def test_a_file_that_was_finished_before_is_no_error(s3: Stubber) -> None:
    s3.add_client_error(COMPLETE, "NoSuchUpload", http_status_code=404)
    s3.add_response(HEAD, {})

    files(s3).finish("exports/1.csv", "u1", ("tag",))

    s3.assert_no_pending_responses()


def test_an_upload_that_is_gone_without_a_file_is_an_error(s3: Stubber) -> None:
    s3.add_client_error(COMPLETE, "NoSuchUpload", http_status_code=404)
    s3.add_client_error(HEAD, "404", http_status_code=404)

    with pytest.raises(Unavailable):
        files(s3).finish("exports/1.csv", "u1", ("tag",))


def test_an_upload_thrown_away_before_is_no_error(s3: Stubber) -> None:
    s3.add_client_error("abort_multipart_upload", "NoSuchUpload", http_status_code=404)

    files(s3).abort("exports/1.csv", "u1")

    s3.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("operation", "method", "arguments"),
    [
        ("create_multipart_upload", "begin", ("k",)),
        ("upload_part", "put_part", ("k", "u", 1, b"")),
        (COMPLETE, "finish", ("k", "u", ("t",))),
        ("abort_multipart_upload", "abort", ("k", "u")),
        ("put_object", "put", ("k", b"")),
        ("get_object", "get", ("k",)),
    ],
)
def test_a_bucket_that_refuses_is_unavailable(
    s3: Stubber, operation: str, method: str, arguments: tuple[Any, ...]
) -> None:
    s3.add_client_error(operation, "SlowDown", http_status_code=503)

    with pytest.raises(Unavailable):
        getattr(files(s3), method)(*arguments)


def test_a_link_names_the_file_it_saves(s3: Stubber) -> None:
    link = files(s3).link("exports/acc_1/exp_1.csv", "calls.csv", seconds=60)

    assert "exports/acc_1/exp_1.csv" in link
    assert "calls.csv" in link


def test_a_late_event_is_queued_whole() -> None:
    queue = QueueInMemory()

    LateQueue(queue).put(a.a_ref(), a.received())

    assert [from_message(each) for each in queue.messages] == [(a.a_ref(), (a.received(),))]
