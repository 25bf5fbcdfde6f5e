"""What a cold start loads: counted in modules, because a busy machine's seconds say nothing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT
from tests.clouds import ENVIRONMENT

# Imported inside the factory that needs them, never at `import app`.
HEAVY = (
    "twilio.rest",
    "twilio.http",
    "pydantic",
    "pydantic_core",
    "boto3",
    "s3transfer",
    "holidays",
    "phonenumbers",
    "requests",
    "aiohttp",
    "aws_xray_sdk",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parameters",
    "chalice.cli",
    "chalice.deploy",
    "pydyf",
    "reportlab",
    "lxml",
    "jinja2",
    "miniaudio",
)
BASELINE = "import chalice.app, pynamodb.models, twilio.twiml.voice_response"


def loaded_by(code: str, **environ: str) -> set[str]:
    """Return the modules that a fresh process has after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def heavy(modules: set[str]) -> list[str]:
    return [name for name in HEAVY if name in modules]


def test_a_cold_start_loads_nothing_heavy() -> None:
    assert heavy(loaded_by("import app")) == []


def test_a_cold_start_loads_no_model_of_the_api() -> None:
    # A lazy module is in `sys.modules` from the start; it runs when something reads it.
    code = "import app, sys\n" + (
        "lazy = [n for n, m in sys.modules.items() if n.endswith('.models') and "
        "n.startswith('chalicelib.') and type(m).__name__ != '_Later']\n"
        "assert lazy == [], lazy"
    )

    assert "app" in loaded_by(code)


# Two small modules of constants that routes are made of.
EDGES = ("chalicelib.ivr.audio.addresses", "chalicelib.ivr.audio.sounds")
INSIDE_OF_ROOMS = """
import sys
print([
    name
    for name, module in sys.modules.items()
    if type(module).__name__ != "_Later"  # first: to be looked at loads it
    and name.startswith("chalicelib.")
    and name.split(".")[1] not in ("kernel", "runtime")
    and not name.endswith(".routes")
    and not hasattr(module, "__path__")
])
"""


def inside_of_rooms(code: str) -> list[str]:
    """Return what `code` loads of rooms besides their routes."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{INSIDE_OF_ROOMS}"],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = ast.literal_eval(done.stdout)
    return [name for name in found if name not in EDGES]


def test_a_cold_start_loads_the_routes_of_rooms_and_nothing_behind_them() -> None:
    assert inside_of_rooms("import app") == []
    assert "chalicelib.calls.events" in inside_of_rooms("import chalicelib.calls.projections")


def test_a_cold_start_is_little_more_than_its_three_libraries() -> None:
    libraries = {name for name in loaded_by(BASELINE) if not name.startswith("chalicelib")}

    ours = loaded_by("import app")

    added = {name.partition(".")[0] for name in ours - libraries} - set(sys.stdlib_module_names)
    assert {name for name in added if not name.startswith("_")} <= {
        "app",
        "chalicelib",
        "aws_lambda_powertools",
        "twilio",
        "typing_extensions",
    }


@pytest.mark.parametrize("name", ["pydantic", "boto3", "twilio.rest"])
def test_a_heavy_import_is_seen(name: str) -> None:
    assert name in heavy(loaded_by(f"import {name}"))


def test_the_app_needs_no_network_to_start() -> None:
    code = (
        "import socket\n"
        "def refuse(*_): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = refuse\n"
        "import app"
    )

    assert "app" in loaded_by(code)


def test_a_call_loads_the_kinds_that_its_flow_has_and_no_other() -> None:
    nodes = "{'bye': {'kind': 'hangup'}}"
    restored = f"restore({{'name': 'Fin', 'start': 'bye', 'nodes': {nodes}}})"

    loaded = loaded_by(
        f"import chalicelib.ivr.usecases\nfrom chalicelib.ivr.flow import restore\n{restored}"
    )

    kinds = {name for name in loaded if name.startswith("chalicelib.ivr.kinds.")}
    assert kinds == {f"chalicelib.ivr.kinds.{name}" for name in ("ending", "kind", "prompts")}
    assert not loaded & {"chalicelib.ivr.checks", "chalicelib.ivr.publishing"}


def test_every_module_that_is_put_off_is_there() -> None:
    names = {
        call.args[0].value
        for path in (ROOT / "chalicelib").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "lazily"
        and isinstance(call.args[0], ast.Constant)
    }

    places = {str(name): ROOT / f"{str(name).replace('.', '/')}.py" for name in names}
    missing = [name for name, place in sorted(places.items()) if not place.exists()]

    assert len(names) > 100
    assert missing == []


def test_where_rooms_meet_is_loaded_by_nobody_who_only_imports_it() -> None:
    code = (
        "import app, sys\n"
        "known = {name: each for name, each in sys.modules.items() if name.endswith('_wiring')}\n"
        "there = sorted(name for name, each in known.items() if each.__spec__ is not None)\n"
        "assert len(known) > 10 and not there, there"
    )

    assert "app" in loaded_by(code)
