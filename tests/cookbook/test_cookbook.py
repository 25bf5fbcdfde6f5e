"""The cookbook's flows: each can be published, and does what its tests say, rung or simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest

from chalicelib.ivr.describing import flow_schema
from chalicelib.ivr.trials import judging, simulation
from tests.cookbook import casting, recipes
from tests.cookbook.house import House, a_house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.trials.scripts import Script
    from local.phone.stories import Story

# Exits that no test takes, and why none can.
LEFT: Final[dict[str, set[tuple[str, str]]]] = {
    "franchise": {
        ("lyon-flow", "failed"),  # the other flow is there
        ("lyon-flow", "returned"),  # is taken, but noted in the other flow
    },
    "order-status": {("survey", "failed"), ("survey", "returned")},
    "town-hall": {("registry", "overflow")},  # after a quarter of an hour
}
ENOUGH: Final = 0.9


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with a_house() as opened:
        yield opened


def words_of(story: Story) -> list[str]:
    return [
        each.text for each in story.transcript if each.who == story.party and each.what == "heard"
    ]


def numbers_rung(story: Story) -> set[str]:
    return {leg.to for leg in story.legs[1:]}


def is_an_error(line: str) -> bool:
    """Look for what went wrong; that there is no socket for a bot in this process is no news."""
    return '"level":"ERROR"' in line and "no bot can be reached" not in line


@pytest.mark.parametrize("name", recipes.DOCUMENTS)
def test_a_recipe_has_no_fault(name: str) -> None:
    assert recipes.flow(name).nodes
    assert recipes.flow(name).tests


@pytest.mark.parametrize("name", recipes.DOCUMENTS)
def test_editors_find_no_fault_in_a_recipe_either(name: str) -> None:
    errors = list(
        jsonschema.Draft202012Validator(flow_schema()).iter_errors(recipes.document(name))
    )

    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize("name", recipes.DOCUMENTS)
def test_a_recipe_does_what_its_tests_say(name: str) -> None:
    tests = recipes.flow(name).tests

    transcripts = [casting.tried(name, script) for script in tests]

    faults = [
        f"{script.name}: {fault.pointer} {fault.reason}"
        for script, transcript in zip(tests, transcripts, strict=True)
        for fault in judging.judge(script, transcript)
    ]
    assert faults == []


@pytest.mark.parametrize("name", recipes.DOCUMENTS)
def test_the_tests_of_a_recipe_take_nearly_every_exit(name: str) -> None:
    flow = recipes.flow(name)

    left = simulation.coverage(flow, [casting.tried(name, script) for script in flow.tests])

    assert set(left) == LEFT.get(name, set())
    assert 1 - len(left) / len(simulation.exits(flow)) >= ENOUGH


def rungs() -> Iterator[Any]:
    for name in recipes.DOCUMENTS:
        for script in recipes.flow(name).tests:
            if casting.may_be_rung(name, script):
                yield pytest.param(name, script, id=f"{name}: {script.name}")


@pytest.mark.parametrize(("name", "script"), [*rungs()])
def test_a_call_sounds_as_its_test_says(
    house: House, name: str, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    transcript = casting.tried(name, script)

    story = house.rings(name, script, casting.cast(script, transcript))

    expected = casting.said(transcript)
    assert words_of(story)[: len(expected)] == expected
    assert set(casting.rung(transcript)) <= numbers_rung(story)
    assert story.warnings == []
    assert [line for line in capsys.readouterr().out.splitlines() if is_an_error(line)] == []
