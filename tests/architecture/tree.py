"""The source tree as the house's rules see it: modules, their layer, and what they import.

Every rule is a function from a root to a list of faults, so that a test can show it a small wrong
tree and see it complain.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "chalicelib"
ROOMS = frozenset(
    {"directory", "calls", "ivr", "tracking", "campaigns", "billing", "desk", "webhooks"}
)
SHARED_ROOMS = frozenset({"directory", "calls"})
EDGES = frozenset({"routes", "store", "twiml", "gateway", "documents", "handlers"})

CALLED_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Import:
    """One imported module: `when` is "import", "call" (inside a function) or "types"."""

    target: str
    line: int
    when: str

    @property
    def top(self) -> str:
        """The distribution or package it comes from."""
        return self.target.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """One file under `chalicelib/`."""

    path: Path
    root: Path

    @property
    def place(self) -> str:
        """Its path as people write it."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def area(self) -> str:
        """The room it is in, `kernel` or `runtime`; "" at the top."""
        parts = self.path.relative_to(self.root / PACKAGE).parts
        return parts[0] if len(parts) > 1 else ""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def is_pure(self) -> bool:
        """Tell whether it is in a room and not one of its edges."""
        return self.area in ROOMS and self.name not in EDGES | {"models"}

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def imports(self) -> list[Import]:
        """Everything it imports, wherever it does."""
        return list(_imports(self.tree, "import"))


def modules(root: Path = ROOT) -> list[Module]:
    """Return every module of the product."""
    paths = [root / "app.py", *sorted((root / PACKAGE).rglob("*.py"))]
    return [Module(path, root) for path in paths[1:] if path.exists()]


def fault(module: Module, line: int, words: str) -> str:
    """Say where a rule is broken, as an editor understands it."""
    return f"{module.place}:{line} {words}"


def _imports(node: ast.AST, when: str) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, node.lineno, when) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        # `from chalicelib.calls import keys` names a module and `from x import Name` does not:
        # both are written as a path, and rules look at its first parts.
        yield from (Import(f"{node.module}.{a.name}", node.lineno, when) for a in node.names)
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for each in node.body:
            yield from _imports(each, "types")
        for each in node.orelse:
            yield from _imports(each, when)
    else:
        inside = "call" if isinstance(node, CALLED_LATER) else when
        for child in ast.iter_child_nodes(node):
            yield from _imports(child, inside)
