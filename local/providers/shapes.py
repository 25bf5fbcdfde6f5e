"""What JSON must look like: a table of fields. What is not in the table is refused, by its path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Check = Callable[[Any], bool]

SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong: where, what, and whether it is a field nobody knows."""

    path: str
    what: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it may be, and whether it must be there."""

    check: Check | Mapping[str, Field] | list[Mapping[str, Field]]
    required: bool = False


def need(check: Any) -> Field:
    """Return a field that must be there."""
    return Field(check, required=True)


def may(check: Any) -> Field:
    """Return a field that may be there."""
    return Field(check)


def text(pattern: str) -> Check:
    """Accept texts of a pattern."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def one_of(*texts: str) -> Check:
    """Accept some texts."""
    return lambda value: value in texts


def number(value: Any) -> bool:
    """Accept a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def integer(value: Any) -> bool:
    """Accept a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def hashed(value: Any) -> bool:
    """Accept a SHA-256 in small hexadecimal digits."""
    return isinstance(value, str) and SHA256.fullmatch(value) is not None


def wrongs(value: Any, fields: Mapping[str, Field], path: str = "") -> Iterator[Wrong]:
    """Yield everything that is wrong with an object."""
    if not isinstance(value, dict):
        yield Wrong(path or ".", "not an object")
        return
    for name in value.keys() - fields.keys():
        yield Wrong(f"{path}{name}", "no such field", unknown=True)
    for name, field in fields.items():
        here = f"{path}{name}"
        if name not in value:
            if field.required:
                yield Wrong(here, "required")
        else:
            yield from _wrongs_of(value[name], field, here)


def _wrongs_of(value: Any, field: Field, path: str) -> Iterator[Wrong]:
    check = field.check
    if callable(check):
        if not check(value):
            yield Wrong(path, "invalid value")
    elif isinstance(check, list):
        if not isinstance(value, list) or not value:
            yield Wrong(path, "not a list of something")
            return
        for at, each in enumerate(value):
            yield from wrongs(each, check[0], f"{path}[{at}].")
    else:
        yield from wrongs(value, check, f"{path}.")
