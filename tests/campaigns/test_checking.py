"""Campaigns that can be rung as they are written, and those that cannot: field by field."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.campaign import Again, Columns, FlowVersion, Machines, Retries
from chalicelib.campaigns.checking import NoCampaign, check
from chalicelib.campaigns.consents.consents import Professional
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.rules import Purpose, Sector
from chalicelib.campaigns.rules.caller_id import MATRIX, kind_of
from tests.campaigns.builders import (
    MOBILE,
    NOON,
    NPV,
    ORDINARY,
    SIREN,
    a_line,
    a_plan,
    a_plan_of_agents,
    around,
    people,
)

if TYPE_CHECKING:
    from chalicelib.campaigns.campaign import Plan
    from chalicelib.campaigns.checking import Around

MESSAGE = FlowVersion("flow_2", 1)
AGAIN = Again(first_minutes=5, most=1)
ASKED = Columns(request="demande")
BOUND = Columns(contract="contrat", contract_began="debut")
CLOSED = '{"weekly":{"sunday":[["10:00","12:00"]]}}'


def faults(plan: Plan, there: Around | None = None) -> dict[str, str]:
    """Return what is wrong, by field."""
    try:
        check(plan, there or around(plan), NOON)
    except NoCampaign as error:
        return {each.pointer: each.reason for each in error.faults}
    return {}


@pytest.mark.parametrize(
    "plan",
    [
        a_plan(),
        a_plan(machines=Machines.MESSAGE, message=MESSAGE, call_back=NPV),
        a_plan(report_to="chef@boulangerie.example"),
        a_plan(segment="age >= 40"),
        a_plan(segment="grands"),
        a_plan(begins=date(2026, 11, 24), ends=date(2026, 11, 24)),
        a_plan(purpose=Purpose.SURVEY, object="NPS"),
        a_plan_of_agents(mode=Mode.PREVIEW, shown=ORDINARY),
        a_plan_of_agents(mode=Mode.POWER, ratio=1.5),
        a_plan_of_agents(mode=Mode.PREDICTIVE, abandoned_permille=30),
        a_plan_of_agents(
            purpose=Purpose.CONTRACT,
            link="Entretien prévu au contrat",
            contract_objects=("Chaudière",),
            columns=BOUND,
        ),
        a_plan_of_agents(
            purpose=Purpose.CALLBACK, columns=Columns(request="demande", request_at="le")
        ),
    ],
    ids=lambda plan: f"{plan.mode} {plan.purpose}",
)
def test_a_campaign_that_can_be_rung_is_taken(plan: Plan) -> None:
    there = around(plan, people=people(segments={"grands": "age > 17"}))

    assert check(plan, there, NOON) is plan


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"professional": Professional(siren="732829321", name="X")}, "/professional/siren"),
        ({"professional": Professional(siren=SIREN, name="Nos partenaires")}, "/professional/name"),
        ({"object": ""}, "/object"),
        ({"object": "nos offres"}, "/object"),
        ({"country": "BE"}, "/country"),
        ({"sells": False}, "/sells"),
        ({"segment": "age >="}, "/segment"),
        ({"segment": "shoe_size = 40"}, "/segment"),
        ({"columns": Columns(zone="fuseau")}, "/columns/zone"),
        ({"columns": Columns(contract_began="debut")}, "/columns/contract"),
        ({"flow": None}, "/flow"),
        ({"queue": "ventes"}, "/queue"),
        ({"machines": Machines.MESSAGE}, "/message"),
        ({"message": MESSAGE}, "/message"),
        ({"ratio": 2.0}, "/ratio"),
        ({"report_to": "chef"}, "/report_to"),
        ({"abandoned_permille": 10}, "/abandoned_permille"),
        ({"retries": Retries(most=0)}, "/retries/most"),
        ({"retries": Retries(rules={Outcome.REFUSED: AGAIN})}, "/retries/rules/refused"),
        ({"most": 100, "most_a_day": 101}, "/most_a_day"),
        ({"begins": date(2026, 12, 2), "ends": date(2026, 12, 1)}, "/ends"),
        ({"ends": date(2026, 11, 23)}, "/ends"),
        ({"ends": date(2026, 11, 28), "hours": CLOSED}, "/hours"),
        ({"sector": Sector.ENERGY_SAVING}, "/sector"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(facts: dict[str, Any], field: str) -> None:
    assert list(faults(a_plan(**facts))) == [field]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"queue": ""}, "/queue"),
        ({"queue": "achats"}, "/queue"),
        ({"flow": FlowVersion("flow_1", 3)}, "/flow"),
        ({"mode": Mode.POWER}, "/ratio"),
        ({"mode": Mode.POWER, "ratio": 0.5}, "/ratio"),
        ({"mode": Mode.POWER, "ratio": 11.0}, "/ratio"),
        ({"mode": Mode.PREDICTIVE, "abandoned_permille": 31}, "/abandoned_permille"),
        ({"purpose": Purpose.CALLBACK, "columns": ASKED}, "/columns/request_at"),
        (
            {"purpose": Purpose.CONTRACT, "columns": BOUND, "contract_objects": ("Pain",)},
            "/link",
        ),
        (
            {"purpose": Purpose.CONTRACT, "columns": BOUND, "link": "Entretien"},
            "/contract_objects",
        ),
        (
            {
                "purpose": Purpose.CONTRACT,
                "columns": BOUND,
                "link": "Entretien",
                "contract_objects": ("Pain", "Lait"),
            },
            "/columns/contract_object",
        ),
    ],
)
def test_so_is_what_is_wrong_with_a_campaign_of_agents(facts: dict[str, Any], field: str) -> None:
    assert list(faults(a_plan_of_agents(**facts))) == [field]


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"people": None}, "/list_id"),
        ({"line": None}, "/shown"),
        ({"flow": False}, "/flow"),
        ({"message": False}, "/message"),
        ({"call_back": None}, "/call_back"),
        ({"call_back": a_line(flow_id=None)}, "/call_back"),
    ],
)
def test_what_is_not_the_accounts_is_not_there(missing: dict[str, Any], field: str) -> None:
    plan = a_plan(machines=Machines.MESSAGE, message=MESSAGE, call_back=NPV)

    assert list(faults(plan, around(plan, **missing))) == [field]


def test_every_fault_is_found_at_once() -> None:
    plan = a_plan(
        professional=Professional(siren="1", name="Boulangerie SARL"),
        object="nos offres",
        shown=ORDINARY,
        flow=None,
        retries=Retries(most=0, rest_days=0),
    )

    found = faults(plan, around(plan, people=None))

    fields = "/professional/siren /object /list_id /flow /retries/most /retries/rest /shown"
    assert list(found) == fields.split()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("number", [NPV, ORDINARY, MOBILE, "+33891234567", "+33810123456"])
def test_a_number_is_refused_by_its_family_and_the_mode_with_the_article(
    number: str, mode: Mode
) -> None:
    by_hand, automated = MATRIX[kind_of(number)]
    against = by_hand if mode is Mode.PREVIEW else automated
    ratio = 2.0 if mode is Mode.POWER else None
    agents = {"flow": None, "queue": "ventes"} if mode is not Mode.AGENTLESS else {}
    plan = a_plan(mode=mode, shown=number, ratio=ratio, **agents)

    found = faults(plan)

    assert list(found) == (["/shown"] if against else [])
    assert not against or "ARCEP 2018-0881" in found["/shown"] or "2016" in found["/shown"]


def test_a_number_that_nobody_answers_cannot_be_shown() -> None:
    plan = a_plan()

    found = faults(plan, around(plan, line=a_line(flow_id=None)))

    assert found == {
        "/shown": "Whoever rings this number back does not reach the professional."
        " (ARCEP 2018-0881, décision 2025-2215)"
    }
    assert faults(plan, around(plan, line=a_line(flow_id=None, fallback=ORDINARY))) == {}


@pytest.mark.parametrize("country", ["GB", "US"])
def test_other_countries_have_laws_of_their_own(country: str) -> None:
    plan = a_plan_of_agents(country=country, shown=ORDINARY)

    assert faults(plan) == {}
    assert list(faults(plan, around(plan, line=a_line(flow_id=None)))) == ["/shown"]
