"""Parquet files as others read them: DuckDB is the judge."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.kernel.parquet import Column, Type, written

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    Column("id", Type.TEXT),
    Column("at", Type.INSTANT),
    Column("seconds", Type.INTEGER),
    Column("confidence", Type.NUMBER),
    Column("answered", Type.BOOLEAN),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = st.integers(0, 10**13).map(lambda ms: _EPOCH + timedelta(milliseconds=ms))
_ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
            "at": st.none() | _DAYS,
            "seconds": st.none() | st.integers(-(2**63), 2**63 - 1),
            "confidence": st.none() | st.floats(allow_nan=False),
            "answered": st.none() | st.booleans(),
        },
    ),
    max_size=40,
)


def read(file: Path, content: bytes) -> list[tuple[Any, ...]]:
    file.write_bytes(content)
    with duckdb.connect() as database:
        return database.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall()


@settings(max_examples=200)
@given(_ROWS)
def test_what_is_written_is_what_duckdb_reads(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    found = read(tmp_path_factory.mktemp("parquet") / "rows.parquet", written(COLUMNS, rows))

    assert [tuple(_utc(value) for value in row) for row in found] == [
        tuple(row.get(column.name) for column in COLUMNS) for row in rows
    ]


def test_columns_have_the_types_that_questions_are_asked_of(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    file.write_bytes(written(COLUMNS, [{"id": "CA1"}]))

    with duckdb.connect() as database:
        found = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(file)]).fetchall()

    assert {name: kind for name, kind, *_ in found} == {
        "id": "VARCHAR",
        "at": "TIMESTAMP",
        "seconds": "BIGINT",
        "confidence": "DOUBLE",
        "answered": "BOOLEAN",
    }


def test_many_columns_and_many_rows_are_read(tmp_path: Path) -> None:
    columns = [Column(f"c{at}", Type.INTEGER) for at in range(40)]
    rows = [{f"c{at}": at * row if row % 3 else None for at in range(40)} for row in range(5_000)]

    found = read(tmp_path / "rows.parquet", written(columns, rows))

    assert len(found) == 5_000
    assert found[4] == tuple(4 * at for at in range(40))
    assert found[3] == (None,) * 40


def test_the_same_rows_are_the_same_bytes() -> None:
    rows = [{"id": "CA1", "seconds": 5}]

    assert written(COLUMNS, rows) == written(COLUMNS, rows)


@pytest.mark.parametrize("value", ["5", 2**63, 1.5])
def test_a_value_that_its_column_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises((struct.error, TypeError, ValueError)):
        written(COLUMNS, [{"seconds": value}])


def _utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
