"""Shortcuts through moto and botocore: they change nothing but the time that tests take.

Half of what a request to moto's DynamoDB takes is spent on looking for each of a value's ten
possible types under each of six possible names.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import botocore.loaders
import botocore.session
import botocore.useragent
import moto.core.responses
import moto.core.utils
import pytest
from moto.core.serialize import BaseJSONSerializer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Types of attributes whose values are the same in Python and in JSON: not B and BS.
_AS_THEY_ARE: Final = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})
_thorough: Final = BaseJSONSerializer._serialize_type_structure
_names_of: Final = cache(moto.core.utils.method_names_from_class)


@contextmanager
def taken() -> Iterator[None]:
    """Take them for a while."""
    with pytest.MonkeyPatch.context() as patch:
        # Each new session would read the descriptions of AWS again.
        patch.setattr(botocore.session, "create_loader", _loader)
        # Each request says at length who sends it, to nobody.
        patch.setattr(botocore.useragent.UserAgentString, "to_string", lambda self: "tests")
        patch.setattr(moto.core.responses, "method_names_from_class", _names_of)
        patch.setattr(BaseJSONSerializer, "_serialize_type_structure", _serialize_structure)
        yield


@cache
def _loader(search_path: str | None = None) -> botocore.loaders.Loader:
    return botocore.loaders.create_loader(search_path)


def _serialize_structure(
    self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str
) -> None:
    if shape.name == "AttributeValue" and type(value) is dict:
        plain = _plain(value)
        if plain is not None:
            self._default_serialize(serialized, plain, shape, key)
            return
    _thorough(self, serialized, value, shape, key)


def _plain(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an attribute as JSON has it, or None if that takes more than to copy it."""
    ((kind, content),) = value.items()
    if kind in _AS_THEY_ARE:
        return {kind: content}
    if kind == "L":
        listed = [_plain(each) for each in content]
        return None if None in listed else {"L": listed}
    if kind == "M":
        mapped = {name: _plain(each) for name, each in content.items()}
        return None if None in mapped.values() else {"M": mapped}
    return None
