"""A day as files: what DuckDB finds in them is what was called and seen, and the page's questions
have answers.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
import duckdb
import pytest

from app import ask_for_days, write_days
from chalicelib.kernel.parquet import Type
from chalicelib.runtime import secrets
from chalicelib.tracking.lake import handlers, lake
from tests.gateway import Context
from tests.house.carrier import CALL, Caller, a_forwarded_call
from tests.house.conftest import shop
from tests.house.shops import CALLER
from tests.template import resources
from tests.tracking.visits.builders import ORIGIN, open_page, shown
from tests.world import messages_of, schedule_at

if TYPE_CHECKING:
    from tests.house.shops import Shop

__all__ = ["shop"]

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
ON_ONE_MACHINE, RANG, IN_ATHENA = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
NIGHT = "2026-11-24T03:00:00Z"
DAY = "2026-11-23"


def written(shop: Shop, now: str = NIGHT) -> list[str]:
    """Have the night's work done; return the files that there are."""
    ask_for_days(schedule_at(now), Context())
    while messages := shop.taken("lake"):
        write_days(messages_of(messages), Context())
    listed = boto3.client("s3").list_objects_v2(Bucket=secrets.files_bucket(), Prefix="lake/")
    return [each["Key"] for each in listed.get("Contents", [])]


def asked(shop: Shop, question: str, here: Path) -> list[tuple[Any, ...]]:
    """Copy the files to one machine, and ask."""
    s3 = boto3.client("s3")
    for key in written(shop):
        file = here / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(s3.get_object(Bucket=secrets.files_bucket(), Key=key)["Body"].read())
    with duckdb.connect() as database:
        return database.execute(question.replace("'lake/", f"'{here}/lake/")).fetchall()


def a_call_from_the_page(shop: Shop) -> dict[str, Any]:
    """Open the page from an advert, ring the number shown, and speak."""
    page = open_page(shop)
    answer = page.lent()
    rings(shop, shown(answer) or "")
    return answer


def rings(shop: Shop, number: str) -> None:
    """Ring a number of the pool, and speak."""
    path = f"/v1/numbers/{quote(number)}"
    seen = shop.ask("GET", path).headers["ETag"]
    answered = shop.ask("PATCH", path, {"flow_id": shop.flow_id}, if_match=seen)
    assert answered.status == 200, answered.text
    a_forwarded_call(Caller(to=number))
    shop.project()
    shop.project_again()


def test_a_day_is_a_file_of_calls_where_hive_looks_for_it(shop: Shop) -> None:
    a_forwarded_call()

    assert written(shop) == [f"lake/calls/account=acct_shop/day={DAY}/part-00000.parquet"]


def test_a_call_is_in_the_file_as_it_was(shop: Shop, tmp_path: Path) -> None:
    a_forwarded_call()
    shop.project()
    shop.project_again()

    (row,) = asked(
        shop,
        "SELECT call_id, outcome, seconds, talk_seconds, source_id, qualified, day, account "
        "FROM read_parquet('lake/calls/*/*/*.parquet', hive_partitioning = true)",
        tmp_path,
    )

    found = (CALL, "answered", 95, 90, shop.source_id, True)
    assert row[:6] == found
    assert (str(row[6]), row[7]) == (DAY, "acct_shop")


def test_no_file_says_who_rang(shop: Shop) -> None:
    a_forwarded_call()
    (key,) = written(shop)
    s3 = boto3.client("s3")

    content = s3.get_object(Bucket=secrets.files_bucket(), Key=key)["Body"].read()
    with duckdb.connect() as database:
        path = ROOT / ".hypothesis" / "who.parquet"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        rows = database.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        path.unlink()

    assert CALLER.lstrip("+") not in str(rows)


def test_writing_a_day_again_replaces_it(shop: Shop, tmp_path: Path) -> None:
    a_forwarded_call()
    written(shop)
    a_forwarded_call(Caller(call_id="CA" + "7" * 32))

    (row,) = asked(shop, "SELECT count(*) FROM read_parquet('lake/calls/*/*/*.parquet')", tmp_path)

    assert row == (2,)


def test_more_calls_than_a_file_holds_are_in_several(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake, "MOST_ROWS", 2)
    for at in range(5):
        a_forwarded_call(Caller(call_id=f"CA{at:032x}"))

    (row,) = asked(
        shop,
        "SELECT count(DISTINCT call_id) FROM read_parquet('lake/calls/*/*/*.parquet')",
        tmp_path,
    )

    assert row == (5,)
    assert len(written(shop)) == 3
    monkeypatch.setattr(lake, "MOST_ROWS", 20)
    assert len(written(shop)) == 1  # no part of before is left


def test_an_account_without_calls_has_no_files(shop: Shop) -> None:
    assert written(shop) == []


def test_the_questions_of_the_page_are_answered(shop: Shop, tmp_path: Path) -> None:
    a_call_from_the_page(shop)

    assert asked(shop, ON_ONE_MACHINE, tmp_path) == [("Noel", 1, 1.5)]
    assert asked(shop, RANG, tmp_path) == [("paid_search", 1, 1)]


def test_a_visit_that_came_back_is_of_what_brought_it_last_as_its_call_is(
    shop: Shop, tmp_path: Path
) -> None:
    page = open_page(shop)
    found = page.lent(url=f"{ORIGIN}/", referrer="https://www.google.com/")
    shop.clock.passes(hours=1)
    back = page.lent(found["visit"])
    rings(shop, shown(back) or "")

    columns = "channel, landing_page, first_channel, first_landing_page, brought_at - first_seen"
    asking = f"SELECT {columns} FROM read_parquet('lake/visits/*/*/*.parquet')"
    (row,) = asked(shop, asking, tmp_path)

    assert row == ("paid_search", "/promo", "organic_search", "/", timedelta(hours=1))
    assert asked(shop, RANG, tmp_path) == [("paid_search", 1, 1)]
    calls = "SELECT channel FROM read_parquet('lake/calls/*/*/*.parquet')"
    assert asked(shop, calls, tmp_path) == [("paid_search",)]


def test_a_visit_that_takes_its_consent_back_is_in_no_file_any_more(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "AGAIN_SECONDS", 0)
    page = open_page(shop)
    answer = page.lent()
    assert asked(shop, "SELECT count(*) FROM read_parquet('lake/visits/*/*/*.parquet')", tmp_path)

    shop.clock.passes(days=20)
    page.tells(answer["visit"], {"kind": "withdraw"})
    left = written(shop, "2026-12-14T03:00:00Z")

    assert left == []


@pytest.mark.parametrize(
    ("name", "columns"), [("LakeCalls", lake.CALLS), ("LakeVisits", lake.VISITS)]
)
def test_athena_has_the_columns_that_files_have(name: str, columns: Any) -> None:
    kinds = {
        Type.TEXT: "string",
        Type.INSTANT: "timestamp",
        Type.INTEGER: "bigint",
        Type.NUMBER: "double",
        Type.BOOLEAN: "boolean",
    }
    table = resources("AWS::Glue::Table", stage="prod")[name]["TableInput"]

    assert {each["Name"]: each["Type"] for each in table["StorageDescriptor"]["Columns"]} == {
        each.name: kinds[each.type] for each in columns
    }
    where = table["Parameters"]["storage.location.template"]
    assert where.endswith(f"/lake/{table['Name']}/account=${{!account}}/day=${{!day}}/")


def test_the_page_names_every_column() -> None:
    assert [each.name for each in (*lake.CALLS, *lake.VISITS) if f"`{each.name}`" not in PAGE] == []
    assert "cadran_prod.calls" in IN_ATHENA
