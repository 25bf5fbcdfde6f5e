"""Connect: whatever plays there gets the caller, and its result goes to the action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.legs import Speech
from local.phone.verbs import connect
from tests.local.phone_customers import CALLER, OURS, Scene, play

if TYPE_CHECKING:
    import pytest

    from local.phone.runner import Program
    from local.phone.twiml.check import Tag
    from local.phone.verbs.connect import Result

VOICE = "<Connect action='/apres'><ConversationRelay url='wss://bot.example.com/'/></Connect>"


async def chatter(noun: Tag, on: Program, result: Result) -> None:
    """Greet, listen for one sentence, and tell which it was."""
    result.params["HandoffData"] = "rien"
    on.leg.phone.hear("heard", "Bonjour ?", 1)
    while not isinstance(said := await on.leg.next_input(), Speech):
        pass
    result.params["HandoffData"] = said.text


def test_what_was_connected_tells_the_action_what_came_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connect.NOUNS, "ConversationRelay", chatter)

    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, says={"bonjour": "un devis"})

        assert scene.customer.forms("/apres")[0]["HandoffData"] == "un devis"
        assert story.heard() == ["Bonjour ?", "Au revoir."]
        assert story.warnings == []

    play({"/voice": VOICE, "/apres": "<Say>Au revoir.</Say>"}, act)


def test_the_action_is_told_of_a_caller_who_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connect.NOUNS, "ConversationRelay", chatter)

    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, hangs_up_after=3)

        form = scene.customer.forms("/apres")[0]
        assert (form["HandoffData"], form["CallStatus"]) == ("rien", "completed")

    play({"/voice": VOICE}, act)


def test_a_noun_that_nobody_plays_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "NOUNS", {})

    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [report.level for report in story.reports] == ["UNPLAYED"]

    play({"/voice": VOICE}, act)
