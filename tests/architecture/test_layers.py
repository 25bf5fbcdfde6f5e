"""Who may know whom. Each rule is also shown a tree that breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.architecture.layers import (
    broad_except_faults,
    impurity_faults,
    layer_faults,
    name_faults,
)
from tests.architecture.tree import modules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Rule = Callable[..., list[str]]


def a_tree(root: Path, **files: str) -> Path:
    """Write a product of a few files; `ivr__flow` stands for `chalicelib/ivr/flow.py`."""
    for name, text in files.items():
        path = root / "chalicelib" / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("rule", [layer_faults, impurity_faults, name_faults, broad_except_faults])
def test_the_house_keeps_its_own_rules(rule: Rule) -> None:
    assert rule() == []


def test_every_room_is_looked_at() -> None:
    areas = {module.area for module in modules()}

    assert {"kernel", "runtime", "directory", "calls", "ivr"} <= areas


WRONG = [
    ("ivr__flow", "import boto3"),
    ("ivr__flow", "import os"),
    ("ivr__flow", "from random import choice"),
    ("ivr__flow", "def f():\n    import uuid"),
    ("ivr__flow", "import urllib.request"),
    ("ivr__flow", "from pydantic import BaseModel"),
    ("ivr__flow", "from chalice.app import Response"),
    ("ivr__flow", "import phonenumbers"),
    ("ivr__flow", "from chalicelib.runtime.settings import settings"),
    ("ivr__flow", "from chalicelib.ivr.store import Flows"),
    ("ivr__flow", "from chalicelib.ivr import twiml"),
    ("ivr__flow", "from chalicelib.billing.rating import rate"),
    ("ivr__routes", "from chalicelib.billing import rating"),
    ("ivr__routes", "import chalicelib.tracking.sources"),
    ("ivr__routes", "from pynamodb.models import Model"),
    ("ivr__routes", "from chalicelib.ivr.models import FlowIn"),
    ("ivr__routes", "from chalicelib.ivr import models"),
    ("ivr__routes", "from chalicelib.calls.routes import api"),
    ("ivr__store", "from chalice.app import Response"),
    ("ivr__store", "from twilio.rest import Client"),
    ("ivr__twiml", "import boto3"),
    ("ivr__handlers", "import aws_lambda_powertools"),
    ("ivr__documents", "import chalice"),
    ("calls__log", "from chalicelib.ivr.flow import Flow"),
    ("runtime__api", "from chalicelib.directory.keys import Key"),
    ("runtime__api", "def f():\n    from chalicelib.calls import store"),
    ("kernel__money", "import requests"),
    ("kernel__money", "import os"),
    ("kernel__money", "from chalicelib.runtime import settings"),
    ("kernel__money", "from chalicelib.directory import lines"),
]


@pytest.mark.parametrize(("name", "line"), WRONG, ids=lambda text: text)
def test_an_import_through_a_wall_is_seen(tmp_path: Path, name: str, line: str) -> None:
    faults = layer_faults(a_tree(tmp_path, **{name: line}))

    assert len(faults) == 1
    assert faults[0].startswith(f"chalicelib/{name.replace('__', '/')}.py:")


ALLOWED = [
    ("ivr__flow", "import json\nfrom zoneinfo import ZoneInfo\nfrom urllib.parse import quote"),
    ("ivr__flow", "from chalicelib.kernel.errors import Rejected"),
    ("ivr__flow", "from chalicelib.calls.events import Event"),
    ("ivr__flow", "from chalicelib.ivr import nodes"),
    ("ivr__store", "from pynamodb.models import Model\nfrom chalicelib.runtime import tables"),
    ("ivr__routes", "if True:\n    def f():\n        from chalicelib.ivr import models"),
    (
        "ivr__routes",
        "import typing\nif typing.TYPE_CHECKING:\n    from chalicelib.ivr import models",
    ),
    ("ivr__models", "from pydantic import BaseModel\nfrom chalicelib.calls import models"),
    ("runtime__wiring", "def calls():\n    from chalicelib.calls.store import CallStore"),
    ("kernel__phone", "def f():\n    import phonenumbers"),
]


@pytest.mark.parametrize(("name", "line"), ALLOWED, ids=lambda text: text)
def test_an_import_through_a_door_is_fine(tmp_path: Path, name: str, line: str) -> None:
    assert layer_faults(a_tree(tmp_path, **{name: line})) == []


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import UTC, datetime\nnow = datetime.now(UTC)",
        "import datetime\nnow = datetime.datetime.utcnow()",
        "from datetime import date\ndef f(): return date.today()",
    ],
)
def test_a_pure_module_that_asks_the_clock_is_seen(tmp_path: Path, line: str) -> None:
    assert len(impurity_faults(a_tree(tmp_path, ivr__hours=line))) == 1
    assert len(impurity_faults(a_tree(tmp_path / "kernel", kernel__periods=line))) == 1
    assert impurity_faults(a_tree(tmp_path / "edge", ivr__routes=line)) == []


@pytest.mark.parametrize(
    "name", ["ivr__utils", "ivr__call_helpers", "kernel__common", "calls__manager", "kernel__store"]
)
def test_a_name_that_says_nothing_is_seen(tmp_path: Path, name: str) -> None:
    assert len(name_faults(a_tree(tmp_path, **{name: ""}))) == 1


@pytest.mark.parametrize("kind", ["Exception", "BaseException", "(KeyError, Exception)", ""])
def test_a_handler_of_everything_is_seen(tmp_path: Path, kind: str) -> None:
    text = f"try:\n    pass\nexcept {kind}:\n    pass\n"

    assert len(broad_except_faults(a_tree(tmp_path, ivr__routes=text))) == 1
    assert broad_except_faults(a_tree(tmp_path / "edge", runtime__webhook=text)) == []


def test_a_handler_that_lets_the_failure_pass_is_fine(tmp_path: Path) -> None:
    text = "try:\n    pass\nexcept Exception:\n    done = False\n    raise\n"

    assert broad_except_faults(a_tree(tmp_path, ivr__routes=text)) == []
