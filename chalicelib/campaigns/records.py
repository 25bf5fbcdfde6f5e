"""Plans of campaigns as JSON and back. A field that a newer version added is ignored. Pure."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.campaign import Again, Columns, FlowVersion, Machines, Plan, Retries
from chalicelib.campaigns.consents.consents import Professional
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.rules.facts import Purpose, Sector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DAYS: Final = ("begins", "ends")


def written(plan: Plan) -> dict[str, Any]:
    """Write a plan, in types that JSON has."""
    told = asdict(plan)
    for name in _DAYS:
        told[name] = told[name] and told[name].isoformat()
    return told


def read(told: Mapping[str, Any]) -> Plan:
    """Read a plan back from what was written of it."""
    facts = _known(Plan, told)
    return Plan(**{name: _READ.get(name, _same)(value) for name, value in facts.items()})


def _same(value: Any) -> Any:
    return value


def _known(kind: type, told: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in told.items() if name in names}


def _flow(told: Mapping[str, Any] | None) -> FlowVersion | None:
    return None if told is None else FlowVersion(**_known(FlowVersion, told))


def _retries(told: Mapping[str, Any]) -> Retries:
    rules = {
        Outcome(outcome): Again(**_known(Again, rule)) for outcome, rule in told["rules"].items()
    }
    return Retries(**{**_known(Retries, told), "rules": rules})


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "professional": lambda told: Professional(**_known(Professional, told)),
    "purpose": Purpose,
    "mode": Mode,
    "sector": Sector,
    "machines": Machines,
    "contract_objects": tuple,
    "flow": _flow,
    "message": _flow,
    "retries": _retries,
    "columns": lambda told: Columns(**_known(Columns, told)),
    "begins": _day,
    "ends": _day,
}
