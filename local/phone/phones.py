"""A telephone at the end of a leg: hears, and answers as its script or a person says.

The script (handsets.py) is only read here; what it makes the telephone do goes through the same
methods that a person's page uses.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from local.phone import speech
from local.phone.handsets import Words
from local.phone.legs import HungUp, Key, Speech
from local.phone.model import Status

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from local.phone.exchange import Exchange
    from local.phone.handsets import Answers, Handset
    from local.phone.legs import Leg

_PAUSES = {"w": 0.5, "W": 1.0}


class Phone:
    """One telephone in one call."""

    def __init__(self, exchange: Exchange, number: str, script: Handset) -> None:
        self.exchange = exchange
        self.number = number
        self.script = script
        self.held = script.by_hand  # by a person
        self.questions = 0
        self.verbs = 0
        self.speaking_until = 0.0
        self.words: list[str] = []  # everything said, for the recording
        self._leg: Leg | None = None
        self._given: dict[tuple[str, int | str], int] = {}
        self._chores: set[asyncio.Task[None]] = set()
        self._decision: asyncio.Future[Status] | None = None

    @property
    def leg(self) -> Leg:
        assert self._leg is not None, "a telephone in use has a leg"
        return self._leg

    def attach(self, leg: Leg) -> None:
        """Put the telephone at the end of a leg."""
        self._leg = leg

    # --- being called -----------------------------------------------------------------------

    def ring(self) -> asyncio.Future[Status]:
        """Ring; the future tells what came of it: in-progress, busy, no-answer or failed."""
        self._decision = decision = asyncio.get_running_loop().create_future()
        script = self.script
        if script.unreachable or script.busy:
            decision.set_result(Status.FAILED if script.unreachable else Status.BUSY)
            return decision
        self._note("rings", self.leg.call.from_)
        call = self.leg.call
        ringing = {"sid": call.sid, "number": self.number, "from": call.from_}
        self.exchange.publish(call.family, "ring", ringing | {"by_hand": self.held})
        if script.declines:
            self.later(1, self.decline)
        elif script.answers_after is not None:
            self.later(script.answers_after, self.answer)
        return decision

    def dialled(self) -> None:
        """Wait, as a caller, for as long as the script's patience lasts."""
        if self.script.patience is not None:
            self.later(self.script.patience, self._give_up)

    def answer(self) -> None:
        """Pick up."""
        if self._decision and not self._decision.done():
            self._decision.set_result(Status.IN_PROGRESS)

    def decline(self) -> None:
        """Refuse the call while it rings."""
        self.refuse(Status.BUSY)

    def refuse(self, status: Status) -> None:
        """Let the ringing end in busy, no-answer or failed."""
        if self._decision and not self._decision.done():
            self._decision.set_result(status)

    def connected(self, *, caller: bool = False) -> None:
        """Start what the script does after the answer."""
        self._note("connected" if caller else "answered")
        if self.script.hangs_up_after is not None:
            self.later(self.script.hangs_up_after, self.hang_up)
        for after, text in self.script.talks.items():
            self.later(after, self.say, text)
        if self.script.machine:
            self._chore(self._greet())

    def put_through(self) -> None:
        """Begin to talk with someone."""
        if self.script.hangs_up_after_talking is not None:
            self.later(self.script.hangs_up_after_talking, self.hang_up)

    def reached(self) -> None:
        """Get to the next verb of a document, whatever it is."""
        self.verbs += 1
        if self.verbs == self.script.hangs_up_at_verb:
            self.hang_up()

    # --- hearing ----------------------------------------------------------------------------

    def hear(self, what: str, text: str, seconds: float = 0.0, source: str = "") -> None:
        """Hear something that lasts so many seconds, and react to it; a sound has a source."""
        self._note(what, text, seconds, source)
        wait = self.script.reaction + (0 if self.script.barges_in else seconds)
        for answers, act in ((self.script.presses, self.press), (self.script.says, self.say)):
            for name in answers:
                if isinstance(name, str) and name.lower() in text.lower():
                    self._give(answers, name, wait, act)
        if self.script.hangs_up_on and self.script.hangs_up_on.lower() in text.lower():
            self.later(wait, self.hang_up)
        if self.script.hangs_up_during and self.script.hangs_up_during.lower() in text.lower():
            self.later(seconds / 2, self.hang_up)

    def asked(self, prompt_seconds: float) -> None:
        """Be asked for keys or words (a Gather), with a prompt of so many seconds."""
        self.questions += 1
        if self.questions == self.script.hangs_up_at_question:
            self.later(prompt_seconds / 2, self.hang_up)
        wait = self.script.reaction + (0 if self.script.barges_in else prompt_seconds)
        for answers, act in ((self.script.presses, self.press), (self.script.says, self.say)):
            if self.questions in answers:
                self._give(answers, self.questions, wait, act)

    def beep(self) -> None:
        """Hear the beep of a recording, and leave the message the script has."""
        self._note("beep")
        if self.script.leaves_message:
            self._chore(self._leave_message())

    # --- doing ------------------------------------------------------------------------------

    def press(self, keys: str) -> None:
        """Press keys, one after another; `w` waits half a second, `W` a whole one."""
        self._chore(self._press(keys))

    def say(self, what: str | Words, seconds: float | None = None) -> None:
        """Say something; by default it takes as long as its length demands."""
        words = what if isinstance(what, Words) else Words(what, seconds=seconds)
        took = speech.seconds(words.text) if words.seconds is None else words.seconds
        self._note("said", words.text or "(noise)", took)
        self.words.append(words.text or "(noise)")
        now = self.exchange.clock.seconds()
        self.speaking_until = max(self.speaking_until, now + took)
        self.leg.put(Speech(words.text, took, words.confidence))

    def hang_up(self) -> None:
        """Put the receiver down."""
        if not self.leg.call.over:
            self._note("hung up")
            if self._decision and not self._decision.done():
                self._decision.set_result(Status.NO_ANSWER)
            self.leg.interrupt(HungUp())

    def stop(self) -> None:
        """End the script with the call."""
        for chore in list(self._chores):
            chore.cancel()

    def _give_up(self) -> None:
        if not self.leg.up:
            self.hang_up()

    # --- the script at work -----------------------------------------------------------------

    async def _press(self, keys: str) -> None:
        pressed = False
        for key in keys:
            if key in _PAUSES:
                await self.exchange.clock.sleep(_PAUSES[key])
                continue
            if pressed:
                await self.exchange.clock.sleep(self.script.between_keys)
            self._note("pressed", key)
            self.leg.put(Key(key))
            pressed = True

    async def _leave_message(self) -> None:
        self.say(self.script.message, self.script.leaves_message)
        await self.exchange.clock.sleep(self.script.leaves_message)
        if self.script.ends_message_with:
            self.press(self.script.ends_message_with)
        else:
            self.hang_up()

    async def _greet(self) -> None:
        self.say(self.script.machine)
        await self.exchange.clock.sleep(speech.seconds(self.script.machine))
        self.say("(bip)", 1)

    def _give(self, answers: Answers, name: int | str, wait: float, act: Any) -> None:
        turn = self._given.get((act.__name__, name), 0)
        self._given[act.__name__, name] = turn + 1
        answer = answers[name]
        if isinstance(answer, tuple):
            if turn >= len(answer):
                return
            answer = answer[turn]
        self.later(wait, act, answer)

    def later(self, seconds: float, act: Any, *args: Any) -> None:
        """Do something after so many seconds, unless the call is over by then."""
        self._chore(self._wait_and(seconds, act, args))

    async def _wait_and(self, seconds: float, act: Any, args: tuple[Any, ...]) -> None:
        await self.exchange.clock.sleep(seconds)
        act(*args)

    def _chore(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.exchange.spawn(self.leg.call.family, work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    def _note(self, what: str, text: str = "", seconds: float = 0.0, source: str = "") -> None:
        self.exchange.note(self.leg.call, self.number, what, text, seconds, source)
