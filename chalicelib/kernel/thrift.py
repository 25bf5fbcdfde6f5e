"""Thrift's compact protocol, as far as Parquet's metadata are written in it.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md (0.22). A field
is its type and its bytes; a struct puts numbers before its fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
_SHORT_LIST: Final = 15  # elements from which a list writes its size apart
_SHORT_STEP: Final = 15  # the longest step between the numbers of two fields


class Value(NamedTuple):
    """A value and its type, as the protocol writes them."""

    kind: int
    written: bytes


def varint(number: int) -> bytes:
    """Write a number from 0 on, seven bits a byte, the lowest first.

    >>> varint(300).hex()
    'ac02'
    """
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def i32(number: int) -> Value:
    """Write a whole number of 32 bits."""
    return Value(_I32, _zigzag(number))


def i64(number: int) -> Value:
    """Write a whole number of 64 bits."""
    return Value(_I64, _zigzag(number))


def text(words: str) -> Value:
    """Write a text."""
    return Value(_BINARY, _binary(words))


def nested(fields: Mapping[int, Value]) -> Value:
    """Write a struct in another."""
    return Value(_STRUCT, struct(fields))


def i32s(numbers: Sequence[int]) -> Value:
    """Write a list of numbers."""
    return _list(_I32, [_zigzag(each) for each in numbers])


def texts(words: Sequence[str]) -> Value:
    """Write a list of texts."""
    return _list(_BINARY, [_binary(each) for each in words])


def structs(written: Sequence[bytes]) -> Value:
    """Write a list of structs."""
    return _list(_STRUCT, written)


def struct(fields: Mapping[int, Value]) -> bytes:
    """Write a struct; its fields are in order of their numbers.

    >>> struct({1: i32(1), 4: text("a")}).hex()
    '150238016100'
    """
    out, last = bytearray(), 0
    for number, value in fields.items():
        step = number - last
        if not 0 < step <= _SHORT_STEP:
            raise ValueError(f"field {number} does not come after {last}")
        out += bytes([step << 4 | value.kind]) + value.written
        last = number
    return bytes(out) + b"\0"


def _list(kind: int, written: Sequence[bytes]) -> Value:
    size = len(written)
    head = bytes([size << 4 | kind]) if size < _SHORT_LIST else bytes([0xF0 | kind]) + varint(size)
    return Value(_LIST, head + b"".join(written))


def _zigzag(number: int) -> bytes:
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _binary(words: str) -> bytes:
    encoded = words.encode()
    return varint(len(encoded)) + encoded
