"""The rules of the layers: who may know whom."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from tests.architecture.tree import (
    EDGES,
    PACKAGE,
    ROOMS,
    ROOT,
    SHARED_ROOMS,
    Import,
    Module,
    fault,
    modules,
)

if TYPE_CHECKING:
    from pathlib import Path

# What would bring the outside world into a pure module, standard library or not.
OUTSIDE = frozenset(
    {"os", "random", "secrets", "uuid", "time", "socket", "subprocess", "http", "urllib.request"}
    | {"asyncio", "threading"}
)
# What reads the clock, the dice or the environment without importing anything suspicious.
IMPURE_CALLS = frozenset(
    ["datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"]
)
KERNEL_EXTRAS = frozenset({"phonenumbers", "holidays"})
# The libraries that each edge is there for: no other edge touches them.
LIBRARIES = {
    "chalice": {"routes"},
    "pydantic": {"models"},
    "pydyf": {"documents"},
    "pynamodb": {"store"},
    "twilio": {"twiml", "gateway"},
    "aws_lambda_powertools": set[str](),
}
# boto3's own errors are caught where its clients are used.
LIBRARIES |= {"boto3": {"gateway", "store"}, "botocore": {"gateway", "store"}}
VAGUE = frozenset(
    {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "processor"}
)
# Where rooms meet: it is several modules because one would be too long.
WIRING = frozenset(
    f"{part}wiring"
    for part in (
        "",
        "asked_",
        "attempts_",
        "campaigns_",
        "consents_",
        "contacts_",
        "conversions_",
        "desk_",
        "crewing_",
        "dialling_",
        "lake_",
        "leads_",
        "live_",
        "market_",
        "reminders_",
        "reports_",
        "scripts_",
        "surveys_",
        "tracking_",
        "watch_",
        "webhooks_",
    )
)
BROAD = frozenset({"runtime/webhook.py", "runtime/api.py", "runtime/jobs.py", "runtime/beacons.py"})


def layer_faults(root: Path = ROOT) -> list[str]:
    """Find imports that cross a wall."""
    return [
        fault(module, each.line, f"imports {each.target}: {reason}")
        for module in modules(root)
        for each in module.imports
        if (reason := _reason_against(module, each)) is not None
    ]


def _reason_against(module: Module, each: Import) -> str | None:
    if each.top == PACKAGE:
        return _reason_against_ours(module, each)
    if module.area == "kernel" and not _standard(each) and each.top not in KERNEL_EXTRAS:
        return "the kernel knows the standard library and phone metadata only"
    if module.is_pure and not _standard(each):
        return "a pure module knows no library"
    if (module.is_pure or module.area == "kernel") and _outside(each):
        return "it brings the outside world into a pure module"
    allowed = LIBRARIES.get(each.top)
    if module.area in ROOMS and allowed is not None and module.name not in allowed:
        return f"in a room, {each.top} belongs in {' or '.join(sorted(allowed)) or 'runtime'}"
    return None


def _reason_against_ours(module: Module, each: Import) -> str | None:
    area = each.target.split(".")[1]
    if area == "runtime" and (module.is_pure or module.area == "kernel"):
        return "runtime is for the edges"
    if area not in ROOMS or (module.area == "runtime" and module.name in WIRING):
        return None
    if module.area not in ROOMS:
        return "only runtime/wiring.py and its like know rooms"
    if area not in SHARED_ROOMS | {module.area}:
        return "rooms don't know one another"
    return _reason_against_a_room(module, each)


def _reason_against_a_room(module: Module, each: Import) -> str | None:
    names = each.target.split(".")[2:4]  # a room may have folders
    name = next((name for name in names if name in EDGES | {"routes", "handlers", "models"}), "")
    if name in {"routes", "handlers"}:
        return "nobody but app.py opens a room's doors"
    if name in EDGES and module.is_pure:
        return "a pure module does not know an edge"
    if name == "models" and module.name != "models" and each.when == "import":
        return "models are imported lazily"
    return None


def _standard(each: Import) -> bool:
    return each.top in sys.stdlib_module_names


def _outside(each: Import) -> bool:
    return any(f"{each.target}.".startswith(f"{name}.") for name in OUTSIDE)


def impurity_faults(root: Path = ROOT) -> list[str]:
    """Find pure modules that ask the clock."""
    return [
        fault(module, node.lineno, f"calls {call}: `now` comes as an argument")
        for module in modules(root)
        if module.is_pure or module.area == "kernel"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for call in [".".join(ast.unparse(node.func).split(".")[-2:])]
        if call in IMPURE_CALLS
    ]


def name_faults(root: Path = ROOT) -> list[str]:
    """Find files whose name says nothing, or an edge's name outside a room."""
    vague = [
        fault(module, 1, "says nothing about what it holds")
        for module in modules(root)
        if set(module.name.lower().split("_")) & VAGUE
    ]
    misplaced = [
        fault(module, 1, "is the name of an edge")
        for module in modules(root)
        if module.area == "kernel" and module.name in EDGES | {"models", "usecases"}
    ]
    return vague + misplaced


def broad_except_faults(root: Path = ROOT) -> list[str]:
    """Find handlers of every exception outside the places that answer for all of them."""
    return [
        fault(module, node.lineno, "catches everything")
        for module in modules(root)
        if module.place.removeprefix(f"{PACKAGE}/") not in BROAD
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
    ]


def _is_broad(node: ast.ExceptHandler) -> bool:
    last = node.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False  # it tidies up and lets the failure pass
    if node.type is None:
        return True
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(ast.unparse(kind) in {"Exception", "BaseException"} for kind in kinds)
