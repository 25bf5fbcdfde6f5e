"""Shortcuts through moto and botocore: they change nothing but the time that tests take.

Half of what a request to moto's DynamoDB takes is spent on looking for each of a value's ten
possible types under each of six possible names; a transaction copies its tables, each as often as
it has parts; every node of an expression is asked for its class by way of `abc`.
"""

from __future__ import annotations

import copy
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import botocore.auth
import botocore.hooks
import botocore.loaders
import botocore.session
import botocore.useragent
import moto.core.botocore_stubber
import moto.core.models
import moto.core.responses
import moto.core.utils
import moto.dynamodb.models
import moto.dynamodb.parsing.ast_nodes
import moto.sqs.models
import pytest
from moto.core.request import normalize_request
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.awsrequest import AWSPreparedRequest, AWSRequest

# What these modules do not say of themselves, they have all the same.
_MODELS: Final[Any] = moto.core.models
_AST: Final[Any] = moto.dynamodb.parsing.ast_nodes
# Types of attributes whose values are the same in Python and in JSON: not B and BS.
_AS_THEY_ARE: Final = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})
_thorough: Final = BaseJSONSerializer._serialize_type_structure
_names_of: Final = cache(moto.core.utils.method_names_from_class)
_in_snake_case: Final = cache(moto.core.utils.camelcase_to_underscores)
_callback: Final = cache(_MODELS.CallbackResponse)
_signed: Final = botocore.auth.SigV4Auth.add_auth
_routed: Final = moto.core.botocore_stubber.BotocoreStubber.process_request
_transacted: Final = DynamoDBBackend.transact_write_items


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
        for module in (moto.core.responses, moto.sqs.models):
            patch.setattr(module, "camelcase_to_underscores", _in_snake_case)
        patch.setattr(_MODELS, "CallbackResponse", _callback)
        patch.setattr(botocore.hooks, "accepts_kwargs", _accepts_kwargs)
        patch.setattr(botocore.auth.SigV4Auth, "add_auth", _sign)
        patch.setattr(moto.core.botocore_stubber.BotocoreStubber, "process_request", _route)
        patch.setattr(moto.dynamodb.models, "copy", _Copies)
        patch.setattr(DynamoDBBackend, "transact_write_items", _transact)
        patch.setattr(_AST.DepthFirstTraverser, "traverse", _traverse)
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


def _accepts_kwargs(function: Callable[..., object]) -> object:
    return _named_at_will(getattr(function, "__func__", function))


@cache
def _named_at_will(function: Callable[..., object]) -> object:
    return botocore.compat.accepts_kwargs(function)


def _sign(self: Any, request: AWSRequest) -> None:
    """Say who asks and leave it at that: moto looks at no signature. Links are signed in full."""
    if self.credentials is None or isinstance(self, botocore.auth.SigV4QueryAuth):
        _signed(self, request)
        return
    request.context["timestamp"] = "20260101T000000Z"
    self._modify_request_before_signing(request)
    self._inject_signature_to_request(request, "0" * 64)


def _route(self: Any, request: AWSPreparedRequest) -> Any:
    """Find DynamoDB at its address without trying every address that AWS has."""
    if not request.url.startswith("https://dynamodb."):
        return _routed(self, request)
    asked = normalize_request(request)
    try:
        return DynamoHandler.dispatch(asked, asked.raw_url, asked.headers)
    except HTTPException as error:
        return error.code, error.get_headers(), error.get_body()


class _Copies:
    """What moto's tables know as the module `copy`: a table is not copied, `_transact` keeps it."""

    copy = staticmethod(copy.copy)

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return value if isinstance(value, Table) else copy.deepcopy(value)


def _transact(self: DynamoDBBackend, items: list[dict[str, Any]]) -> None:
    """Keep what a transaction is about to change, and put it back if it fails."""
    kept = [_kept(self, *each.values()) for each in items]
    try:
        _transacted(self, items)
    except BaseException:
        for there in filter(None, kept):
            _put_back(*there)
        raise


def _kept(backend: DynamoDBBackend, part: Mapping[str, Any]) -> Any:
    table = backend.tables.get(part["TableName"])
    if table is None:
        return None
    try:
        key = backend.get_keys_value(table, part.get("Key") or part["Item"])
        return (table, key, copy.deepcopy(table.get_item(*key)))
    except (KeyError, HTTPException):  # nothing has such a key, so nothing of it is changed
        return None


def _put_back(table: Table, key: Any, item: Any) -> None:
    table.delete_item(*key)
    if item is not None and table.has_range_key:
        table.items[key[0]][key[1]] = item
    elif item is not None:
        table.items[key[0]] = item


def _traverse(self: Any, root: Any) -> Any:
    """Process nodes depth first, as moto's own does, but ask each class once what it is."""
    kinds = self.nodes_to_be_processed()

    def go(node: Any, at: int) -> Any:
        kind: Any = type(node)
        if not _is_one(kind, _AST.Node):
            return node
        parent = node.parent
        for number, child in enumerate(node.children or ()):
            self.pre_processing_of_child(node, number)
            go(child, number)
        if _is_one(kind, kinds):
            node = self.process(node)
            node.parent = parent
            if parent:
                parent.children[at] = node
        return node

    return go(root, -1)


@cache
def _is_one(kind: Any, of: Any) -> bool:
    return issubclass(kind, of)
