"""A site's swaps and rules as plain JSON values, and back. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.tracking.landing.channels import WebChannel
from chalicelib.tracking.landing.rules import Condition, Rule, Test
from chalicelib.tracking.sites.sites import Standin, Swap

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXTS = ("source", "medium", "campaign")


def write_swap(swap: Swap) -> dict[str, Any]:
    """Write a swap; what is None is left out."""
    return {
        "find": swap.find,
        **_there({"pool_id": swap.pool_id}),
        "standins": [
            {"number": each.number, **_there({"channel": each.channel, **_texts(each)})}
            for each in swap.standins
        ],
    }


def read_swap(record: dict[str, Any]) -> Swap:
    """Read a swap."""
    return Swap(
        find=record["find"],
        pool_id=record.get("pool_id"),
        standins=tuple(
            Standin(number=each["number"], channel=_channel(each), **_read(each))
            for each in record["standins"]
        ),
    )


def write_rule(rule: Rule) -> dict[str, Any]:
    """Write a rule."""
    return {
        "name": rule.name,
        "when": [[each.field, str(each.test), each.value] for each in rule.conditions],
        **_there({"channel": rule.channel, **_texts(rule)}),
        **({"passing": True} if rule.passing else {}),
    }


def read_rule(record: dict[str, Any]) -> Rule:
    """Read a rule."""
    return Rule(
        name=record["name"],
        conditions=_conditions(record["when"]),
        channel=_channel(record),
        passing=record.get("passing", False),
        **_read(record),
    )


def _conditions(written: Iterable[list[str]]) -> tuple[Condition, ...]:
    return tuple(Condition(field, Test(test), value) for field, test, value in written)


def _channel(record: dict[str, Any]) -> WebChannel | None:
    return WebChannel(record["channel"]) if "channel" in record else None


def _texts(of: Standin | Rule) -> dict[str, str | None]:
    return {name: getattr(of, name) for name in _TEXTS}


def _there(facts: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items() if value is not None}


def _read(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in _TEXTS if name in record}
