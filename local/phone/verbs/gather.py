"""<Gather>: ask for keys or words, with a prompt that the first of them cuts short."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.phone.legs import Key, Speech
from local.phone.model import Webhook
from local.phone.progress import call_back
from local.phone.verbs.pause import Pause
from local.phone.verbs.play import Play, Sound, sound
from local.phone.verbs.say import Say

if TYPE_CHECKING:
    from local.phone.legs import Input, Leg
    from local.phone.runner import Program
    from local.phone.steps import Goto
    from local.phone.twiml.check import Tag

_AUTO_SILENCE = 1.0  # what speechTimeout="auto" comes to here


@dataclass(frozen=True, slots=True)
class Gather:
    """What is asked for and when it is enough."""

    action: str
    method: str
    takes_keys: bool
    takes_words: bool
    finish_key: str = "#"
    digits: int = 0  # 0: any number
    timeout: int = 5
    silence: float = 5
    longest: int = 60
    barge_in: bool = True
    acts_on_nothing: bool = False
    partial: Webhook = field(default_factory=Webhook)
    prompts: tuple[Tag, ...] = ()

    @classmethod
    def read(cls, tag: Tag) -> Gather:
        takes = tag.get("input", "dtmf").split()
        timeout = tag.whole("timeout", 5)
        silence = tag.get("speechTimeout", str(timeout))
        return cls(
            tag.get("action"),
            tag.get("method"),
            "dtmf" in takes,
            "speech" in takes,
            tag.get("finishOnKey", "#"),
            tag.whole("numDigits", 0),
            timeout,
            _AUTO_SILENCE if silence == "auto" else float(silence),
            tag.whole("maxSpeechTime", 60),
            tag.true("bargeIn", default=True),
            tag.true("actionOnEmptyResult"),
            Webhook(
                tag.get("partialResultCallback"), tag.get("partialResultCallbackMethod", "POST")
            ),
            tag.children,
        )

    @property
    def nothing(self) -> dict[str, str]:
        """Give the action's parameters for a caller who gave no answer."""
        keys = {"Digits": ""} if self.takes_keys else {}
        return keys | ({"SpeechResult": ""} if self.takes_words else {})

    def takes(self, item: Input) -> bool:
        return self.takes_keys if isinstance(item, Key) else self.takes_words


async def run(tag: Tag, on: Program) -> Goto | None:
    """Prompt and collect; with a result go to the action, without one go on to the next verb."""
    gather = Gather.read(tag)
    on.answer()
    prompts = [piece for child in gather.prompts for piece in await _pieces(child, on)]
    on.leg.forget_inputs()
    on.leg.phone.asked(sum(piece.seconds for piece in prompts))
    first = await _prompt(gather, prompts, on.leg)
    result = await _collect(gather, on, first)
    if not result and not gather.acts_on_nothing:
        return None
    return on.act(gather.action, gather.method, result or gather.nothing)


async def _pieces(tag: Tag, on: Program) -> list[Sound]:
    if tag.name == "Pause":
        return [Sound("silence", "", Pause.read(tag).seconds)]
    if tag.name == "Say":
        say = Say.read(tag)
        return [Sound("heard", say.text, say.seconds)] * say.times
    play = Play.read(tag)
    had = await sound(play, on)
    return [had] * play.times if had else []


async def _prompt(gather: Gather, prompts: list[Sound], leg: Leg) -> Input | None:
    """Play the prompt and give the first input that cut it short."""
    for piece in prompts:
        if piece.text:
            leg.phone.hear(piece.what, piece.text, piece.seconds, piece.source)
        if not gather.barge_in:
            await leg.sleep(piece.seconds)
        elif item := await _next(gather, leg, piece.seconds):
            return item
    return None


async def _collect(gather: Gather, on: Program, first: Input | None) -> dict[str, str]:
    digits = ""
    item = first or await _next(gather, on.leg, gather.timeout)
    while item is not None:
        if isinstance(item, Speech):
            if not digits:
                return await _listen(gather, on, item)
        elif item.key == gather.finish_key:
            break
        else:
            digits += item.key
            if len(digits) == gather.digits:
                break
        item = await _next(gather, on.leg, gather.timeout)
    return {"Digits": digits} if digits else {}


async def _listen(gather: Gather, on: Program, first: Speech) -> dict[str, str]:
    """Hear someone out: until they are silent for long enough. Keys no longer count."""
    clock = on.exchange.clock
    began = clock.seconds()
    words = [first]
    silent_at = began + first.seconds
    _tell_partial(gather, on, words)
    while True:
        enough = min(silent_at + gather.silence, began + gather.longest)
        if enough <= clock.seconds():
            break
        item = await on.leg.next_input(enough - clock.seconds())
        if isinstance(item, Speech):
            words.append(item)
            silent_at = max(silent_at, clock.seconds()) + item.seconds
            _tell_partial(gather, on, words)
    understood = [item for item in words if item.text]
    if not understood:
        return {}
    confidence = min(item.confidence for item in understood)
    return {"SpeechResult": _joined(understood), "Confidence": str(confidence)}


def _joined(words: list[Speech]) -> str:
    return " ".join(item.text for item in words if item.text)


def _tell_partial(gather: Gather, on: Program, words: list[Speech]) -> None:
    if gather.partial.url and words[-1].text:
        target = Webhook(on.absolute(gather.partial.url), gather.partial.method)
        params = on.exchange.parameters(on.leg.call) | {"UnstableSpeechResult": _joined(words)}
        call_back(on.exchange, on.leg.call, "partial", target, params)


async def _next(gather: Gather, leg: Leg, within: float) -> Input | None:
    """Take the next input of a kind that was asked for."""
    clock = leg.exchange.clock
    until = clock.seconds() + within
    while (left := until - clock.seconds()) > 0:
        item = await leg.next_input(left)
        if item is None or gather.takes(item):
            return item
    return None
