"""Where a call stands in the table and its indexes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.calls import keys
from chalicelib.calls.call import Outcome
from chalicelib.calls.store import CallRow
from tests.calls import builders as a
from tests.template import resources

PARIS_IN_SUMMER = timezone(timedelta(hours=2))
moments = st.integers(0, 200_000_000_000_000_000).map(
    lambda micros: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)


@given(moments, moments)
def test_order_of_keys_is_order_of_time(one: datetime, other: datetime) -> None:
    first, second = keys.instant(min(one, other)), keys.instant(max(one, other))

    assert first <= second
    assert len(first) == len(second) == 24


@given(moments)
def test_a_start_is_read_back_to_the_millisecond(moment: datetime) -> None:
    read = keys.started_at(keys.sort_key(moment, "CA1#odd"))

    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)


def test_an_instant_is_the_same_in_every_zone() -> None:
    local = datetime(2026, 7, 1, 14, tzinfo=PARIS_IN_SUMMER)

    assert keys.instant(local) == "2026-07-01T12:00:00.000Z"


@given(st.text(min_size=1), st.integers(1, 64))
def test_a_call_stays_in_its_shard(call_id: str, log_shards: int) -> None:
    ref = a.a_ref(call_id, log_shards=log_shards)

    assert keys.shard(ref) == keys.shard(ref)
    assert 0 <= keys.shard(ref) < log_shards


def test_shards_share_the_calls_evenly() -> None:
    counts = [0] * 8

    for n in range(8_000):
        counts[keys.shard(a.a_ref(f"CA{n:032x}", log_shards=8))] += 1

    assert min(counts) > 800


@pytest.mark.parametrize(
    ("filters", "name", "asked"),
    [
        pytest.param({}, "by_day", ("acc_1#0", "acc_1#1"), id="a period"),
        pytest.param(
            {"number": "+331"}, "by_number", ("acc_1#+331#0", "acc_1#+331#1"), id="number"
        ),
        pytest.param({"source_id": "s"}, "by_source", ("acc_1#s#0", "acc_1#s#1"), id="source"),
        pytest.param(
            {"outcome": Outcome.MISSED},
            "by_outcome",
            ("acc_1#missed#0", "acc_1#missed#1"),
            id="outcome",
        ),
        pytest.param(
            {"caller_hash": "h", "number": "+331", "source_id": "s"},
            "by_caller",
            ("acc_1#h",),
            id="the caller's index reads least",
        ),
    ],
)
def test_a_query_asks(filters: dict[str, str], name: str, asked: tuple[str, ...]) -> None:
    index = keys.index_for(a.a_query(log_shards=2, **filters))

    assert (index.name, index.keys) == (name, asked)


def test_indexes_stay_within_dynamodb_s_hundred_attributes() -> None:
    assert len(keys.PROJECTED) * 5 <= 100


def test_an_outcome_needs_an_account_to_be_listed_under() -> None:
    with pytest.raises(ValueError, match="no account"):
        keys.outcome_key(a.a_ref(account_id=""), Outcome.MISSED)


def test_the_template_s_indexes_carry_the_summary_and_the_keys_of_the_row_class() -> None:
    (table,) = (
        each
        for each in resources("AWS::DynamoDB::Table", stage="test").values()
        if each["TableName"] == "cadran-test-calls"
    )
    declared = {each["IndexName"]: each for each in table["GlobalSecondaryIndexes"]}

    asked = CallRow._get_schema()["global_secondary_indexes"]

    assert sorted(declared) == sorted(each["index_name"] for each in asked)
    for index in asked:
        found = declared[index["index_name"]]
        carried = [] if index["index_name"] == "by_live" else sorted(keys.PROJECTED)
        assert sorted(found["Projection"].get("NonKeyAttributes", ())) == carried
        assert found["KeySchema"] == sorted(index["key_schema"], key=itemgetter("KeyType"))
