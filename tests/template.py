"""The stack's template, read with CloudFormation's short tags and resolved for one stage.

Only what tests ask of it: names and key schemas. An attribute that exists only once deployed
(`!GetAtt`) becomes a marker that names it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "infra" / "cadran.yaml"
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Region": "eu-west-3",
    "AWS::Partition": "aws",
    "AWS::NoValue": None,
}


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML plus CloudFormation's tags."""


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _tagged)


@cache
def template(path: Path = TEMPLATE) -> dict[str, Any]:
    """Return the template as CloudFormation's JSON would have it."""
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    return document


def resources(kind: str, *, stage: str, path: Path = TEMPLATE) -> dict[str, dict[str, Any]]:
    """Return the properties of every resource of a type, by logical name, for a stage."""
    document = template(path)
    parameters = {
        name: each.get("Default", "") for name, each in document.get("Parameters", {}).items()
    }
    values = PSEUDO | parameters | {"Stage": stage}
    return {
        name: _resolved(each.get("Properties", {}), values)
        for name, each in document["Resources"].items()
        if each["Type"] == kind
    }


def _resolved(node: Any, values: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(each, values) for each in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        (name, argument) = next(iter(node.items()))
        if name == "Ref":
            return values.get(argument, f"<{argument}>")
        if name == "Fn::Sub":
            return _substituted(argument, values)
        if name == "Fn::GetAtt":
            return f"<{argument if isinstance(argument, str) else '.'.join(argument)}>"
        if name == "Fn::If":
            return _resolved(argument[1], values)
    return {name: _resolved(each, values) for name, each in node.items()}


def _substituted(argument: Any, values: dict[str, Any]) -> str:
    text, known = (argument, {}) if isinstance(argument, str) else argument
    names = values | _resolved(known, values)
    return re.sub(r"\$\{([^}!]+)\}", lambda m: str(names.get(m[1], f"<{m[1]}>")), text)
