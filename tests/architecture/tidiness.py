"""The rules of tidiness: size, stray files, exact money, words in every language, documents."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tests.architecture.tree import PACKAGE, ROOT, fault, modules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_LINES = 400
MAX_TEST_LINES = 500  # tables of cases are long without being hard
# Longer, and why.
LONG = {
    "tests/local/test_phone_rest.py": "one sentence for each endpoint and error of the carrier's",
    "tests/local/test_phone_verbs.py": "one sentence for each verb's documented behaviour",
}
CODE = ("chalicelib", "local", "infra", "benchmarks", "tests")
STRAY = re.compile(r"(^|/)(tests?|notes?|todo|conftest|readme)(_[^/]*)?(\.|/|$)", re.IGNORECASE)
# What Lambda is sent: code, and the data that code reads.
SHIPPED = frozenset({".py", ".csv", ".json"})
# What customers' pages load.
BUILDS = re.compile(
    r"tracking/script/builds/[a-z]+(-[0-9a-f]{16})?\.js|campaigns/asked/callback\.js"
)
IGNORED = frozenset({"__pycache__", "node_modules"})


def length_faults(root: Path = ROOT, long: Mapping[str, str] = LONG) -> list[str]:
    """Find files that hold more than one subject, and exceptions that are none any more."""
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in _code(root)
    }
    too_long = [
        f"{place}: {lines} lines"
        for place, lines in lengths.items()
        if lines > _limit(place) and place not in long
    ]
    return too_long + [f"{p}: not long" for p in long if lengths.get(p, 0) <= _limit(p)]


def _limit(place: str) -> int:
    return MAX_TEST_LINES if place.startswith("tests/") else MAX_LINES


def _code(root: Path) -> Iterator[Path]:
    yield from root.glob("*.py")
    for folder in CODE:
        for path in (root / folder).rglob("*.py"):
            if not IGNORED & set(path.parts):
                yield path


def stray_faults(root: Path = ROOT) -> list[str]:
    """Find files that would ship with the product without being part of it."""
    package = root / PACKAGE
    shipped = [path for path in package.rglob("*") if path.is_file()]
    return [
        f"{path.relative_to(root).as_posix()} would ship"
        for path in shipped
        if not IGNORED & set(path.parts) and _is_stray(path.relative_to(package))
    ]


def _is_stray(path: Path) -> bool:
    if BUILDS.fullmatch(path.as_posix()):
        return False
    return bool(STRAY.search(path.as_posix())) or path.suffix not in SHIPPED


def float_faults(root: Path = ROOT) -> list[str]:
    """Find floating point where money is counted.

    A true division is one too: integers are divided by `//` or a rounding function with a name.
    """
    return [
        fault(module, getattr(node, "lineno", 1), words)
        for module in modules(root)
        if module.area == "billing" or (module.area, module.name) == ("kernel", "money")
        for node in ast.walk(module.tree)
        if (words := _floating(node)) is not None
    ]


def _floating(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=float()):
            return f"the float {node.value!r}"
        case ast.Name(id="float"):
            return "float"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return "a division that may give a float"
        case ast.Attribute(value=ast.Name(id="math"), attr=name) if name != "isqrt":
            return f"math.{name}"
        case ast.Call(func=ast.Name(id="round")):
            return "round(): rounding has a name and a place"
    return None


def word_faults(texts: Mapping[str, Mapping[Any, str]]) -> list[str]:
    """Find prompts that one language lacks, and those that say nothing."""
    keys = {key for language in texts.values() for key in language}
    return [
        f"{language}: {key}"
        for language, known in texts.items()
        for key in sorted(keys)
        if not known.get(key, "").strip()
    ]


# `infra/cadran.yaml` in a document is a promise. `<...>` and `*` are patterns, not names.
NAMED = re.compile(r"`([\w./-]+/[\w./-]+\.[a-z]{2,5}|[A-Z]+\.md|Makefile|app\.py)`")
# Made by a command, and kept out of git.
MADE = (".chalice/outputs/", ".chalice/deployed/", ".local/", ".build/")
LINKED = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def document_faults(root: Path = ROOT) -> list[str]:
    """Find documents that name files which aren't there.

    A name may leave out the folders that its page is about: `data/twiml.json`.
    """
    documents = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return [
        f"{document.relative_to(root).as_posix()}: {name} is not there"
        for document in documents
        for name in _named(document.read_text(encoding="utf-8"))
        if not name.startswith(MADE)
        and not (root / name).exists()
        and not (document.parent / name).exists()
        and not any(any((root / folder).rglob(name)) for folder in CODE)
    ]


def _named(text: str) -> Iterator[str]:
    yield from (each[1] for each in NAMED.finditer(text))
    yield from (each[1] for each in LINKED.finditer(text))
