"""The carrier's side of a call: it signs what it sends, and follows the TwiML it is answered.

    call = Caller("CA1")
    call.rings()
    call.presses("1")
    call.is_put_through(seconds=90)
    call.hangs_up(after=95)

What was sent is kept, so that a test can send it again, changed or in another order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.etree import ElementTree

from app import app
from tests.gateway import BASE_URL, Fields, ring
from tests.house.shops import CALLER, NUMBER, OVEN, SPARE

if TYPE_CHECKING:
    from tests.gateway import Heard

CALL: Final = "CA" + "1" * 32
LEG: Final = "CA" + "2" * 32
RECORDING: Final = "RE" + "3" * 32
# Where a number's webhooks point, as `directory.gateway` writes them.
FALLBACK: Final = quote(SPARE, safe="")
VOICE: Final = f"/voice/incoming?fallback={FALLBACK}"
STATUS: Final = "/voice/status"


@dataclass(frozen=True, slots=True)
class Sent:
    """One webhook: where to, and what it says."""

    path: str
    fields: Fields

    def again(self) -> Heard:
        """Send it, signed."""
        return ring(app, self.path, self.fields)


@dataclass(slots=True)
class Caller:
    """A call in progress. `heard` is every answer, in order."""

    call_id: str = CALL
    to: str = NUMBER
    from_: str = CALLER
    sent: list[Sent] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    def rings(self) -> Heard:
        """Ring the number."""
        return self._send(VOICE, CallStatus="ringing")

    def presses(self, keys: str) -> Heard:
        """Press keys at a menu."""
        return self._send(self._way_back("Gather"), Digits=keys)

    def says_nothing(self) -> Heard:
        """Let a menu's time run out."""
        return self._send(self._way_back("Gather"))

    def is_put_through(self, seconds: int) -> Heard:
        """Speak with whoever was rung, until they hang up."""
        path = self._way_back("Dial")
        self._leg("completed", CallDuration=str(seconds))
        ended = {"DialCallStatus": "completed", "DialCallDuration": str(seconds)}
        return self._send(path, DialCallSid=LEG, **ended)

    def reaches_nobody(self, status: str = "no-answer") -> Heard:
        """Hear it ring out."""
        return self._send(self._way_back("Dial"), DialCallStatus=status, DialCallSid=LEG)

    def leaves_a_message(self, seconds: int) -> Heard:
        """Speak after the beep; the recording's file is ready a moment later."""
        ready = self._way_back("Record", "recordingStatusCallback")
        answer = self.speaks(seconds)
        self._tell_of_a_file(ready, "RecordVerb", "completed", seconds)
        return answer

    def speaks(self, seconds: int, **facts: str) -> Heard:
        """Speak after the beep, and press a key or hang up (`Digits="hangup"`)."""
        recording = {"RecordingSid": RECORDING, "RecordingDuration": str(seconds)}
        url = f"https://api/{RECORDING}"
        return self._send(self._way_back("Record"), RecordingUrl=url, **recording, **facts)

    def says_nothing_to_the_beep(self) -> Heard:
        """Keep silent: the carrier has recorded nothing, and goes on to the next verb."""
        document = ElementTree.fromstring(self.heard[-1].text)
        return self._send((document.findtext("Redirect") or "").removeprefix(BASE_URL))

    def file_is(self, status: str, seconds: int = 0) -> Heard:
        """Tell what became of the file of a message, or of a conversation that was recorded."""
        verb, source = ("Dial", "DialVerb") if self.is_heard("Dial") else ("Record", "RecordVerb")
        ready = self._way_back(verb, "recordingStatusCallback")
        return self._tell_of_a_file(ready, source, status, seconds)

    def hangs_up(self, after: int) -> Heard:
        """End the call."""
        return self._notify(STATUS, CallStatus="completed", CallDuration=str(after))

    @property
    def reached(self) -> str:
        """Tell where the caller is: `menu`, `oven`, `spare`, `beep`, or `apology`."""
        document = ElementTree.fromstring(self.heard[-1].text)
        verbs = {verb.tag: verb for verb in document}
        if "Gather" in verbs:
            return "menu"
        if "Dial" in verbs:
            number = "".join(verbs["Dial"].itertext()).strip()
            return {OVEN: "oven", SPARE: "spare"}[number]
        if "Record" in verbs:
            return "beep"
        return "apology" if "Hangup" in verbs else "nothing"

    def is_heard(self, verb: str) -> bool:
        """Tell whether anything that was answered has this verb."""
        return any(f"<{verb} " in each.text for each in self.heard)

    def _leg(self, status: str, **facts: str) -> Heard:
        """Tell of the leg to whoever was rung, as a callback of its own would."""
        leg = {"CallSid": LEG, "ParentCallSid": self.call_id, "CallStatus": status}
        return self._deliver(Sent(STATUS, {**leg, **facts}), answers=False)

    def _tell_of_a_file(self, path: str, source: str, status: str, seconds: int) -> Heard:
        """As the carrier does: without the numbers of who called whom."""
        facts: Fields = {
            "AccountSid": "AC" + "0" * 32,
            "CallSid": self.call_id,
            "RecordingSid": RECORDING,
            "RecordingUrl": f"https://api/{RECORDING}",
            "RecordingStatus": status,
            "RecordingDuration": str(seconds),
            "RecordingSource": source,
        }
        return self._deliver(Sent(path, facts), answers=False)

    def _way_back(self, verb: str, attribute: str = "action") -> str:
        answers = (ElementTree.fromstring(each.text) for each in reversed(self.heard))
        for document in answers:
            for found in document.iter(verb):
                return found.attrib[attribute].removeprefix(BASE_URL)
        raise AssertionError(f"nothing that the caller heard has a {verb}")

    def _send(self, path: str, **facts: str) -> Heard:
        return self._deliver(Sent(path, self._fields(facts)), answers=True)

    def _notify(self, path: str, **facts: str) -> Heard:
        return self._deliver(Sent(path, self._fields(facts)), answers=False)

    def _fields(self, facts: dict[str, str]) -> Fields:
        return {
            "AccountSid": "AC" + "0" * 32,
            "CallSid": self.call_id,
            "From": self.from_,
            "To": self.to,
            "Direction": "inbound",
            "CallStatus": "in-progress",
            **facts,
        }

    def _deliver(self, webhook: Sent, *, answers: bool) -> Heard:
        heard = webhook.again()
        self.sent.append(webhook)
        if answers:
            self.heard.append(heard)
        return heard


def a_forwarded_call(call: Caller | None = None) -> Caller:
    """A caller presses 1, is put through, and hangs up after 95 s."""
    call = call or Caller()
    call.rings()
    call.presses("1")
    call.is_put_through(seconds=90)
    call.hangs_up(after=95)
    return call


def a_message(call: Caller | None = None) -> Caller:
    """A caller presses 1, reaches nobody, and leaves a message of 12 s."""
    call = call or Caller()
    call.rings()
    call.presses("1")
    call.reaches_nobody()
    call.leaves_a_message(seconds=12)
    call.hangs_up(after=60)
    return call
