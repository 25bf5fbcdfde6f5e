"""What keeping exports and writing files promises: in memory, on DynamoDB and S3."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from chalicelib.calls.call import Outcome, State
from chalicelib.calls.exports import LEASE, Export, ExportStatus, ordered
from chalicelib.calls.gateway import ExportFiles
from chalicelib.calls.store import ExportRow, ExportStore
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from tests.calls import builders as a
from tests.clouds import tables
from tests.fakes import ExportsInMemory, FilesInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.calls.exporting import Exports, Files

KEY = "exports/acc_1/exp_1.csv"
PART = b"x" * (5 * 1024 * 1024)


@pytest.fixture(params=["in memory", "on DynamoDB"])
def exports(request: pytest.FixtureRequest) -> Iterator[Exports]:
    if request.param == "in memory":
        yield ExportsInMemory()
        return
    with tables(ExportRow):
        yield ExportStore()


@pytest.fixture(params=["in memory", "on S3"])
def files(request: pytest.FixtureRequest) -> Iterator[Files]:
    if request.param == "in memory":
        yield FilesInMemory()
        return
    with tables():
        s3 = boto3.client("s3", region_name="eu-west-3")
        s3.create_bucket(
            Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )
        yield ExportFiles(s3, "files")


def an_export() -> Export:
    asked = a.a_query(outcome=Outcome.MISSED, state=State.ENDED, number=a.DIALLED, since=a.NOON)
    return Export(
        export_id="exp_1",
        account_id="acc_1",
        query=ordered(asked, a.NOON),
        separator=";",
        requested_at=a.NOON,
    )


def test_an_export_is_kept_as_it_was(exports: Exports) -> None:
    exports.create(an_export())

    assert exports.load("acc_1", "exp_1") == an_export()


@pytest.mark.parametrize(("account", "export"), [("acc_2", "exp_1"), ("acc_1", "exp_2")])
def test_an_export_of_somebody_else_does_not_exist(
    exports: Exports, account: str, export: str
) -> None:
    exports.create(an_export())

    with pytest.raises(NotFound):
        exports.load(account, export)


def test_one_worker_at_a_time_holds_an_export(exports: Exports) -> None:
    exports.create(an_export())
    exports.claim("exp_1", "first", a.NOON)

    with pytest.raises(Conflict):
        exports.claim("exp_1", "second", a.NOON + LEASE)

    taken = exports.claim("exp_1", "second", a.NOON + LEASE + timedelta(seconds=1))
    assert taken.attempts == 2


def test_an_export_nobody_ordered_cannot_be_claimed(exports: Exports) -> None:
    with pytest.raises(Conflict):
        exports.claim("exp_9", "first", a.NOON)


def test_progress_is_saved_by_the_holder_alone(exports: Exports) -> None:
    exports.create(an_export())
    claimed = exports.claim("exp_1", "first", a.NOON)
    progress = replace(
        claimed,
        status=ExportStatus.RUNNING,
        rows=40,
        position="2026#CA1",
        upload_id="u1",
        parts=("tag",),
        tail=True,
        attempts=0,
    )

    exports.save(progress, "first", a.NOON)
    with pytest.raises(Conflict):
        exports.save(replace(progress, rows=0), "second", a.NOON)

    assert exports.load("acc_1", "exp_1") == progress


def test_saving_renews_the_lease_or_ends_it(exports: Exports) -> None:
    exports.create(an_export())
    claimed = exports.claim("exp_1", "first", a.NOON)
    exports.save(claimed, "first", a.NOON + LEASE)
    with pytest.raises(Conflict):
        exports.claim("exp_1", "second", a.NOON + LEASE + timedelta(seconds=1))

    exports.save(claimed, "first", a.NOON + LEASE, release=True)

    assert exports.claim("exp_1", "second", a.NOON).attempts == 2


def test_only_the_holder_lets_go(exports: Exports) -> None:
    exports.create(an_export())
    exports.claim("exp_1", "first", a.NOON)

    exports.release("exp_1", "second")
    with pytest.raises(Conflict):
        exports.claim("exp_1", "second", a.NOON)
    exports.release("exp_1", "first")

    assert exports.claim("exp_1", "second", a.NOON).attempts == 2


def test_parts_become_a_file_once(files: Files) -> None:
    upload_id = files.begin(KEY)
    files.put_part(KEY, upload_id, 1, b"replaced")
    tags = (files.put_part(KEY, upload_id, 1, PART), files.put_part(KEY, upload_id, 2, b"end"))

    for _ in range(2):
        files.finish(KEY, upload_id, tags)

    assert files.get(KEY) == PART + b"end"


def test_what_was_thrown_away_cannot_be_finished(files: Files) -> None:
    upload_id = files.begin(KEY)
    tag = files.put_part(KEY, upload_id, 1, b"only")

    for _ in range(2):
        files.abort(KEY, upload_id)

    with pytest.raises((Unavailable, KeyError)):  # moto's S3 fails with a KeyError of its own
        files.finish(KEY, upload_id, (tag,))


def test_rows_put_aside_are_there_again(files: Files) -> None:
    files.put(KEY + ".tail-3", b"")
    files.put(KEY + ".tail-5", b"a;b\r\n")

    assert files.get(KEY + ".tail-3") == b""
    assert files.get(KEY + ".tail-5") == b"a;b\r\n"
