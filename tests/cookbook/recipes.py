"""The cookbook's flows: where each is, and which one goes on in which other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.documents import read_yaml
from chalicelib.ivr.flow import parse
from chalicelib.ivr.needs import FetchFailed, QueueFailed, SurveyMissing
from chalicelib.ivr.usecases import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.nodes import Flow, Value

COOKBOOK: Final = Path(__file__).parents[2] / "docs" / "cookbook"
RECIPES: Final = (
    "medical-practice",
    "locksmith",
    "franchise",
    "town-hall",
    "crisis-line",
    "order-status",
    "survey",
    "surcharged-line",
    "multilingual-hotel",
    "school",
)
# What a document calls another flow, which has an id of its own once it is stored.
OTHERS: Final = {"flow_agence_lyon": "franchise-agency", "flow_satisfaction": "survey"}
DOCUMENTS: Final = (*RECIPES, "franchise-agency")
# Others' flows come first: a flow that transfers to one needs its id.
IN_ORDER: Final = sorted(DOCUMENTS, key=lambda name: name not in OTHERS.values())
# Numbers that the regulator keeps for fiction; no surcharged one is.
NUMBERS: Final = {
    **{name: f"+331990045{at:02}" for at, name in enumerate(DOCUMENTS, start=1)},
    "surcharged-line": "+33892004508",
}
TIER: Final = "D080"


def written(name: str) -> str:
    """Return a document as its author wrote it."""
    return (COOKBOOK / f"{name}.yaml").read_text(encoding="utf-8")


def document(name: str) -> dict[str, Any]:
    """Return a document as JSON values."""
    return read_yaml(written(name)).document


def referring(text: str, ids: Mapping[str, str]) -> str:
    """Return a document that names other flows by the ids that they really have."""
    for named, other in OTHERS.items():
        text = text.replace(named, ids.get(other, named))
    return text


def number_of(name: str) -> dict[str, Any]:
    """Return what is said of a recipe's number when it is added."""
    price = {"service_price": {"tier": TIER}} if name == "surcharged-line" else {}
    return {"number": NUMBERS[name], **price}


@cache
def flow(name: str) -> Flow:
    """Return a document, read and checked."""
    return parse(document(name))


def standing(name: str) -> Standing:
    """Return a flow to try."""
    return Standing(f"flow_{name.replace('-', '_')}", 0, flow(name))


@dataclass(frozen=True, slots=True)
class Alone:
    """The world of a call that is tried: the other flows of the cookbook, and no network."""

    def open(self, flow_id: str, version: int | None) -> Standing | None:
        """Return the other flow, if the cookbook has it."""
        other = OTHERS.get(flow_id)
        return Standing(flow_id, 1, flow(other)) if other else None

    def fetch(self, *_: object) -> FetchFailed:
        """Ask nobody."""
        return FetchFailed("ours")

    def queue(self, *_: object) -> QueueFailed:
        """Ask nobody."""
        return QueueFailed("no desk")

    def survey(self, *_: object) -> SurveyMissing:
        """Ask nobody."""
        return SurveyMissing("no surveys")

    def tell(self, *_: object) -> dict[str, Value]:
        """Know nobody."""
        return {}
