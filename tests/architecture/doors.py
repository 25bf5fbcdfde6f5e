"""The rules of the doors: how anything gets in, seen on the app as it is put together."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

from tests.architecture.tree import ROOT, fault, modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from chalice.app import Chalice

SIGNED = ("/voice/", "/messages/")
# What anybody may ask: the carrier fetches sounds, whose ids cannot be guessed, without a key.
SOUNDS = frozenset({"/audio/{prompt_id}/{version}", "/audio/builtin/{name}"})
# Who was sent a link to a message has a proof in it instead of a key.
SHARED = frozenset({"/v1/listen/{call_id}/{recording_id}"})
# So has who was sent a link to the proof of their consent (C. conso R223-1 ff.: no account).
PROOFS = frozenset({"/c/{token}", "/c/{token}/pdf", "/c/{token}/withdraw"})
# And who asked on a site to be rung back, with a text that confirmed it.
PROOFS |= {"/b/{token}", "/b/{token}/cancel"}
# What pages of customers' sites send: their origin is checked instead of a key.
PAGES = "/t/"
PUBLIC = frozenset({"/v1/openapi.json", "/v1/health", "/v1/schemas/flow.json"}) | SOUNDS | SHARED
PUBLIC |= PROOFS
EVENTS = frozenset(
    {"schedule", "on_sqs_message", "on_dynamodb_record", "on_sns_message", "on_s3_event"}
    | {"on_cw_event", "on_kinesis_record", "lambda_function"}
    | {"on_ws_connect", "on_ws_message", "on_ws_disconnect"}
)


def route_faults(app: Chalice) -> list[str]:
    """Find routes that get past the signature, the key or the scope."""
    return [
        f"{method} {path}: {reason}"
        for path, methods in app.routes.items()
        for method, route in methods.items()
        if (reason := _reason_against(path, method, route.view_function)) is not None
    ]


def _reason_against(path: str, method: str, view: Callable[..., Any]) -> str | None:
    door = inspect.unwrap(view, stop=_is_a_door).__code__.co_filename
    if path.startswith(SIGNED):
        if method != "POST":
            return "the carrier posts"
        return None if door.endswith("/runtime/webhook.py") else "no signature is checked"
    if path.startswith(PAGES):
        return None if door.endswith("/runtime/beacons.py") else "no origin is checked"
    if not path.startswith("/v1/") and path not in SOUNDS | PROOFS:
        return "a path that nobody knows"
    if not door.endswith("/runtime/api.py"):
        return "no key is checked"
    scope = inspect.getclosurevars(view).nonlocals["endpoint"].scope
    if scope is None:
        return None if path in PUBLIC else "no scope is asked for"
    return None if scope.endswith(":read" if method == "GET" else (":read", ":write")) else scope


def _is_a_door(view: Callable[..., Any]) -> bool:
    doors = ("/runtime/webhook.py", "/runtime/api.py", "/runtime/beacons.py")
    return view.__code__.co_filename.endswith(doors)


def sibling_faults(app: Chalice) -> list[str]:
    """Find parts of paths with two names in one place: API Gateway refuses the second."""
    names: dict[str, set[str]] = {}
    for path in app.routes:
        parts = path.split("/")
        for at, part in enumerate(parts):
            if part.startswith("{"):
                names.setdefault("/".join(parts[:at]), set()).add(part)
    return [f"{place}: {sorted(several)}" for place, several in names.items() if len(several) > 1]


def handler_faults(app: Chalice) -> list[str]:
    """Find event handlers that Chalice would deploy without running app.py."""
    sockets = app.websocket_handlers.values()
    sources: list[Any] = [*app.event_sources, *app.pure_lambda_functions, *sockets]
    return [
        f"{source.name}: {source.handler_string} is not declared in app.py"
        for source in sources
        if not source.handler_string.startswith("app.")
    ]


def blueprint_faults(root: Path = ROOT) -> list[str]:
    """Find event handlers declared in a room, where they would lose app.py."""
    return [
        fault(module, node.lineno, f"@{ast.unparse(decorator)} belongs in app.py")
        for module in modules(root)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in _calls(node)
        if isinstance(decorator.func, ast.Attribute) and decorator.func.attr in EVENTS
    ]


def _calls(node: ast.FunctionDef) -> Iterator[ast.Call]:
    return (each for each in node.decorator_list if isinstance(each, ast.Call))
