"""Flat tables as Apache Parquet files, for Athena, DuckDB, pandas: what a nightly export needs.

Of the format (https://github.com/apache/parquet-format, 2.11) this writes the least that every
reader has: one row group, a plain page for each column, values that may be missing, gzip. Readers
are judges: the tests read all of it with DuckDB. The libraries that write Parquet unpack to 33 MB
and more, which every cold start of a caller's function would fetch
(docs/decisions/0025-parquet-by-hand.md).
"""

from __future__ import annotations

import gzip
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel import thrift

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MAGIC: Final = b"PAR1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN, _RLE, _GZIP, _OPTIONAL, _DATA_PAGE = 0, 3, 2, 1, 0


class Type(Enum):
    """What a column holds: Parquet's physical type, and the meaning of it (ConvertedType)."""

    BOOLEAN = (0, None)
    INTEGER = (2, None)
    NUMBER = (5, None)
    TEXT = (6, 0)  # UTF8
    INSTANT = (2, 9)  # TIMESTAMP_MILLIS, UTC

    @property
    def physical(self) -> int:
        """How values are laid out."""
        physical: int = self.value[0]
        return physical

    @property
    def meaning(self) -> int | None:
        """What they stand for, if that is more than how they are laid out."""
        meaning: int | None = self.value[1]
        return meaning


@dataclass(frozen=True, slots=True)
class Column:
    """A column; any of its values may be missing."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A column as it lies in the file; sizes are with the page's header."""

    column: Column
    offset: int
    plain_size: int
    size: int


def written(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write rows as a file. Values that are None or not there are missing.

    Raises TypeError or ValueError for a value that its column cannot hold.
    """
    table = list(rows)
    out = bytearray(_MAGIC)
    chunks = []
    for column in columns:
        plain, page = _page(column, [row.get(column.name) for row in table])
        chunks.append(_Chunk(column, len(out), plain, len(page)))
        out += page
    footer = _footer(chunks, len(table))
    return bytes(out) + footer + struct.pack("<I", len(footer)) + _MAGIC


def _page(column: Column, values: list[Any]) -> tuple[int, bytes]:
    """Return a column's only page, with its header, and its size before compression."""
    plain = _levels(values) + _ENCODERS[column.type]([v for v in values if v is not None])
    packed = gzip.compress(plain, mtime=0)
    header = thrift.struct(
        {
            1: thrift.i32(_DATA_PAGE),
            2: thrift.i32(len(plain)),
            3: thrift.i32(len(packed)),
            5: thrift.nested(
                {
                    1: thrift.i32(len(values)),
                    2: thrift.i32(_PLAIN),
                    3: thrift.i32(_RLE),
                    4: thrift.i32(_RLE),
                }
            ),
        }
    )
    return len(header) + len(plain), header + packed


def _levels(values: list[Any]) -> bytes:
    """Say which values are there: runs of 1 and 0, each as its length and one byte."""
    runs = bytearray()
    for there, run in groupby(value is not None for value in values):
        runs += thrift.varint(sum(1 for _ in run) << 1) + bytes([there])
    return struct.pack("<I", len(runs)) + bytes(runs)


def _footer(chunks: Sequence[_Chunk], rows: int) -> bytes:
    root = thrift.struct({4: thrift.text("rows"), 5: thrift.i32(len(chunks))})
    group = thrift.struct(
        {
            1: thrift.structs([_chunk(each, rows) for each in chunks]),
            2: thrift.i64(sum(each.plain_size for each in chunks)),
            3: thrift.i64(rows),
        }
    )
    return thrift.struct(
        {
            1: thrift.i32(1),
            2: thrift.structs([root, *(_element(each.column) for each in chunks)]),
            3: thrift.i64(rows),
            4: thrift.structs([group]),
            6: thrift.text("cadran"),
        }
    )


def _element(column: Column) -> bytes:
    fields = {
        1: thrift.i32(column.type.physical),
        3: thrift.i32(_OPTIONAL),
        4: thrift.text(column.name),
    }
    if column.type.meaning is not None:
        fields[6] = thrift.i32(column.type.meaning)
    return thrift.struct(fields)


def _chunk(chunk: _Chunk, rows: int) -> bytes:
    about = {
        1: thrift.i32(chunk.column.type.physical),
        2: thrift.i32s([_PLAIN, _RLE]),
        3: thrift.texts([chunk.column.name]),
        4: thrift.i32(_GZIP),
        5: thrift.i64(rows),
        6: thrift.i64(chunk.plain_size),
        7: thrift.i64(chunk.size),
        9: thrift.i64(chunk.offset),
    }
    return thrift.struct({2: thrift.i64(chunk.offset), 3: thrift.nested(about)})


def _booleans(values: list[bool]) -> bytes:
    bits = sum(1 << at for at, value in enumerate(values) if value)
    return bits.to_bytes((len(values) + 7) // 8, "little")


def _integers(values: list[int]) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def _numbers(values: list[float]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


def _texts(values: list[str]) -> bytes:
    encoded = (value.encode() for value in values)
    return b"".join(struct.pack("<I", len(each)) + each for each in encoded)


def _instants(values: list[datetime]) -> bytes:
    return _integers([(value - _EPOCH) // timedelta(milliseconds=1) for value in values])


_ENCODERS: Final[Mapping[Type, Any]] = {
    Type.BOOLEAN: _booleans,
    Type.INTEGER: _integers,
    Type.NUMBER: _numbers,
    Type.TEXT: _texts,
    Type.INSTANT: _instants,
}
