"""A document's test, played by telephones: who presses, says and answers what.

The simulation tells what the call waits for at each step of the test; here that becomes the script
of the caller's handset and of everybody's who is rung.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    Ask,
    BotEnded,
    Connect,
    Converse,
    DialEnded,
    KeysPressed,
    MessageRecorded,
    Say,
    Spoke,
)
from chalicelib.ivr.kinds.voicebot import Voicebot
from chalicelib.ivr.needs import Fetched, FetchFailed
from chalicelib.ivr.trials import playing, scripts, simulation
from chalicelib.ivr.trials.scripts import DeskSays
from chalicelib.ivr.trials.simulation import Transcript, simulate
from local.phone.handsets import BUSY, RINGS_OUT, UNREACHABLE, Handset, Words, agent, refuses
from tests.cookbook import recipes
from tests.cookbook.desk import NotingDesk
from tests.cookbook.recipes import Alone, flow, standing

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Action
    from chalicelib.ivr.trials.scripts import Script
    from chalicelib.ivr.trials.simulation import Answered

# A Tuesday morning: when a call comes in whose test does not say.
SOME_DAY: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
_NOT_ANSWERED: Final = {
    DialStatus.BUSY: BUSY,
    DialStatus.NO_ANSWER: RINGS_OUT,
    DialStatus.FAILED: UNREACHABLE,
}


@dataclass(slots=True)
class Cast:
    """Everybody's part in a call."""

    presses: dict[int | str, Any] = field(default_factory=dict)
    says: dict[int | str, Any] = field(default_factory=dict)
    message_seconds: int = 0
    others: dict[str, Handset] = field(default_factory=dict)
    looked_up: list[Fetched | FetchFailed] = field(default_factory=list)
    desk_says: list[DeskSays] = field(default_factory=list)
    questions: int = 0
    enough: str = ""  # what the caller hangs up on, where the test ends in the middle of a call

    @property
    def caller(self) -> Handset:
        """The caller's own handset."""
        return Handset(
            presses=self.presses,
            says=self.says,
            leaves_message=self.message_seconds,
            ends_message_with="#",
            hangs_up_on=self.enough,
        )


def tried(name: str, script: Script) -> Transcript:
    """Simulate one of a document's tests."""
    with patch.object(simulation, "ScriptedDesk", NotingDesk):  # what it says is asked for later
        return simulate(standing(name), script, Alone(), time.perf_counter_ns, SOME_DAY)


def cast(script: Script, transcript: Transcript) -> Cast:
    """Return the parts of the test that was simulated last."""
    parts = Cast(desk_says=NotingDesk.said, enough=_last_words(transcript))
    for done, (_, act) in enumerate(script.acts()):
        if isinstance(act, Fetched | FetchFailed):
            parts.looked_up.append(act)
        elif not isinstance(act, DeskSays):
            answered = next(each for each in reversed(transcript.answers) if each.acts <= done)
            _take_part(parts, act, answered)
    last = transcript.answers[-1]
    if not transcript.over and isinstance(playing.waits(last.reply), Connect):
        _take_part(parts, DialEnded(DialStatus.ANSWERED, 5), last)  # a test that ends as it rings
    return parts


def _last_words(transcript: Transcript) -> str:
    heard, waiting = said(transcript), playing.waits(transcript.answers[-1].reply)
    once = bool(heard) and heard.count(heard[-1]) == 1
    return heard[-1] if once and isinstance(waiting, Ask) and not transcript.over else ""


def _take_part(parts: Cast, act: Any, answered: Answered) -> None:
    waiting = playing.waits(answered.reply)
    if isinstance(waiting, Ask):
        parts.questions += 1
        if isinstance(act, KeysPressed):
            parts.presses[parts.questions] = act.keys
        if isinstance(act, Spoke):
            parts.says[parts.questions] = Words(act.words)
    if isinstance(waiting, Connect):
        asked = answered.whispered is not None and any(
            isinstance(each, Ask) for each in answered.whispered.actions
        )
        parts.others |= dict.fromkeys(waiting.numbers, _callee(act, asked=asked))
        for number in waiting.numbers[1:]:
            parts.others[number] = replace(parts.others[number], answers_after=None)
    if isinstance(act, MessageRecorded):
        parts.message_seconds = act.seconds


def _callee(act: Any, *, asked: bool) -> Handset:
    if isinstance(act, scripts.Declined):
        return refuses()
    if act.status is DialStatus.ANSWERED:
        return agent(talks=act.seconds, accepts="1" if asked else "")
    return _NOT_ANSWERED[act.status]


# The simulation takes no time to speak: what is a matter of minutes comes sooner on the telephone.
A_MATTER_OF_MINUTES: Final = {"After ten minutes the coordinator is rung"}


def may_be_rung(name: str, script: Script) -> bool:
    """Say whether a test can be rung here: without a bot, and at the price of the number."""
    price = script.service_price.code if script.service_price else None
    if needs_a_bot(script) or script.name in A_MATTER_OF_MINUTES:
        return False
    asked: str | None = recipes.number_of(name).get("service_price", {}).get("tier")
    return price == asked


def needs_a_bot(script: Script) -> bool:
    """Say whether a caller of this test talks with a bot, who is on a socket."""
    return any(isinstance(act, BotEnded) and act.outcome != "failed" for _, act in script.acts())


def said(transcript: Transcript) -> list[str]:
    """Return every word that the caller of a simulated call hears, sentence by sentence."""
    return [words for each in transcript.answers for words in _said(each.reply.actions)]


def whispered(transcript: Transcript) -> list[str]:
    """Return what whoever is rung hears first."""
    whispers = (each.whispered for each in transcript.answers if each.whispered)
    return [words for each in whispers for words in _said(each.actions)]


def rung(transcript: Transcript) -> list[str]:
    """Return the numbers that ring, in order."""
    does = (action for each in transcript.answers for action in each.reply.actions)
    return [number for action in does if isinstance(action, Connect) for number in action.numbers]


def _said(actions: tuple[Action, ...]) -> list[str]:
    found: list[str] = []
    for each in actions:
        if isinstance(each, Say):
            found.append(each.words.text)
        elif isinstance(each, Ask):
            found += _said(each.prompts)
    return found


def talk(name: str, act: BotEnded) -> list[tuple[str, str]]:
    """Return what a caller says to the bot to be handed over so, each with what they are asked."""
    bots = (node for node in flow(name).nodes.values() if isinstance(node, Voicebot))
    (intent,) = [each for bot in bots for each in bot.intents if each.name == act.exit]
    answers = [slot.choices[str(act.learnt[slot.name])][0] for slot in intent.collect]
    questions = [slot.ask for slot in intent.collect]
    return list(zip([intent.phrases[0], *answers], [*questions, ""], strict=True))


def conversation(name: str, script: Script, transcript: Transcript) -> list[tuple[str, str]]:
    """Return what the bot of a document says, each with what the caller answers."""
    lines: list[tuple[str, str]] = []
    for done, (_, act) in enumerate(script.acts()):
        if isinstance(act, BotEnded) and act.outcome != "failed":
            answered = next(each for each in reversed(transcript.answers) if each.acts <= done)
            asked = [each.greeting for each in answered.reply.actions if isinstance(each, Converse)]
            said = talk(name, act)
            bot = [asked[0].text if asked[0] else "", *(question for _, question in said)]
            lines += zip(bot, [words for words, _ in said], strict=False)
    return lines


def _asked_of_the_bot(name: str) -> str:
    """Return what leads on without another question: the command can only say one thing."""
    bots = [node for node in flow(name).nodes.values() if isinstance(node, Voicebot)]
    wanted = (each for bot in bots for each in bot.intents if each.go and not each.collect)
    return next((each.phrases[0] for each in wanted), "")


def make_call(name: str) -> str:
    """Return the command that makes a document's first call on this machine."""
    script = flow(name).tests[0]
    transcript = tried(name, script)
    parts = cast(script, transcript)
    keys = ",".join(str(parts.presses.get(at, "")) for at in range(1, parts.questions + 1))
    first = getattr(parts.says.get(1), "text", "") or _asked_of_the_bot(name)
    spoken = f' SAY="{first}"' if first else ""
    pressed = f" KEYS={keys}" if keys.strip(",") else ""
    return (
        f"make call TO={recipes.NUMBERS[name]} FROM={script.caller or 'anonymous'}{pressed}{spoken}"
    )
