"""A house in memory, and a carrier that may do anything which the TwiML it was answered allows.

    with a_quiet_house(document) as house:
        call = Walk(house)
        call.rings()
        call.goes_on(Way("keys", path, {"Digits": "1"}))
        call.hangs_up()

Nothing here knows the kinds of nodes: `ways_on` reads verbs, so a new kind is walked like the rest.
"""

from __future__ import annotations

import base64
import io
import json
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

import pytest

from app import app
from chalicelib.desk.usecases import note
from chalicelib.directory.prices import Price
from chalicelib.ivr.lookups import LookupFailed
from chalicelib.ivr.usecases import Ports
from chalicelib.kernel import tiers
from chalicelib.kernel.internet import Trouble
from chalicelib.runtime import secrets, wiring
from local.phone.twiml.document import from_text
from tests.campaigns.surveys.builders import a_version
from tests.clouds import PEPPER, TOKEN
from tests.directory.builders import a_line
from tests.fakes import CallLogInMemory, FlowsInMemory, LateEventsInMemory
from tests.fakes.desk import DeskInMemory
from tests.gateway import BASE_URL, ring
from tests.house.shops import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.campaigns.surveys.survey import Published
    from chalicelib.directory.lines import Line
    from chalicelib.ivr.errands.errands import Errand
    from chalicelib.ivr.lookups import LookupRequest, Lookups
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.telling import Number
    from tests.gateway import Fields, Heard

ACCOUNT: Final = "acct_client"
OURS: Final = "+33162017788"
CALLER: Final = "+33612345678"
CALL: Final = "CA" + "1" * 32
LEG: Final = "CA" + "2" * 32
AGENT: Final = "+33162010101"
SURCHARGED: Final = "+33892123456"
QUEUE: Final = "support"
RECORDING: Final = "RE" + "3" * 32
_SECRETS: Final = {
    "twilio": json.dumps({"account_sid": "AC" + "0" * 32, "auth_tokens": [TOKEN]}),
    "pepper": base64.b64encode(PEPPER).decode(),
    "sockets-url": "wss://sockets.example.fr/api",
    "files-bucket": "files",
}


@dataclass
class QuietHouse:
    """All that a call needs, in memory. `system_answers` says whether lookups do.

    With `lookups` they go out to whatever those ask. `pace` is the time between two webhooks.
    """

    line: Line
    flows: FlowsInMemory = field(default_factory=FlowsInMemory)
    log: CallLogInMemory = field(default_factory=CallLogInMemory)
    late: LateEventsInMemory = field(default_factory=LateEventsInMemory)
    errands: list[Errand] = field(default_factory=list)
    system_answers: bool = True
    lookups: Lookups | None = None
    desk: DeskInMemory = field(default_factory=lambda: DeskInMemory([QUEUE], account_id=ACCOUNT))
    now: datetime = NOON
    pace: timedelta = timedelta(seconds=3)
    said: io.StringIO = field(default_factory=io.StringIO)

    def clock(self) -> datetime:
        return self.now

    def put(self, *errands: Errand) -> None:
        """Take errands, as their queue does."""
        self.errands += errands

    def fetch(
        self, account_id: str, request: LookupRequest, call_id: str, now: datetime
    ) -> dict[str, Value]:
        """Answer as the customer's own system."""
        if not self.system_answers:
            raise LookupFailed(Trouble.TIMEOUT)
        return {"shop.number": "0612345678", "shop.open": True}

    def survey(self, account_id: str, survey_id: str, version: int) -> Published:
        """Return the account's survey, whichever is asked for."""
        return a_version(version=version or 1)

    def publish(self, flow_id: str, document: dict[str, Any]) -> None:
        draft = self.flows.create(ACCOUNT, flow_id, document, NOON)
        self.flows.publish(draft.header, document, NOON)

    def call(self, call_id: str = CALL) -> Call:
        return self.log.load(ACCOUNT, call_id)

    @property
    def errors(self) -> list[str]:
        """What was logged that somebody should look at."""
        lines = self.said.getvalue().splitlines()
        return [line for line in lines if '"level":"ERROR"' in line]

    def ports(self) -> Ports:
        house = self

        class World:
            def line(self, number: str) -> Line:
                return house.line

            def source_of(self, line: Number, now: datetime) -> str | None:
                return None

            def about(self, account_id: str, source_id: str) -> None:
                return None

            def caller_hash(self, account_id: str, caller: str) -> str:
                return "hash"

        world = World()
        return Ports(
            lines=world,
            sources=world,
            callers=world,
            flows=self.flows,
            log=self.log,
            late=self.late,
            lookups=self.lookups or self,
            errands=self,
            desk=self.desk,
            surveys=self,
        )


@contextmanager
def a_quiet_house(
    document: dict[str, Any], *more: dict[str, Any], price: str | None = None, agents: int = 0
) -> Iterator[QuietHouse]:
    """Open a house whose line answers with a flow (`flow_1`; others are `flow_2` and so on).

    With a `price` (a tier) the line is a surcharged one; `agents` answer its queue.
    """
    house = QuietHouse(_a_line(price))
    for number in range(1, agents + 1):
        house.desk.add_agent(f"agt_{number}", f"{AGENT[:-1]}{number}")
    for number, each in enumerate((document, *more), 1):
        house.publish(f"flow_{number}", each)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(house.said):
        patch.setattr(secrets, "_parameter", _SECRETS.__getitem__)
        patch.setattr(wiring, "clock", house.clock)
        patch.setattr(wiring, "ivr_ports", house.ports)
        patch.setattr(wiring, "calls", lambda: house.log)
        patch.setattr(wiring, "late_events", lambda: house.late)
        yield house


def _a_line(price: str | None) -> Line:
    known: dict[str, Any] = {"account_id": ACCOUNT, "flow_id": "flow_1"}
    if price is None:
        return a_line(number=OURS, **known)
    prices = (Price(date(2026, 1, 1), tiers.parse(price)),)
    return a_line(number=SURCHARGED, prices=prices, **known)


@dataclass(frozen=True, slots=True)
class Way:
    """A webhook that the carrier may send next. `over` ones come once the caller has hung up."""

    name: str
    path: str
    fields: Fields = field(default_factory=dict)
    over: bool = False
    whispers: bool = False


@dataclass
class Walk:
    """A call on its way through a flow, and everything that was answered to it."""

    house: QuietHouse
    call_id: str = CALL
    heard: list[str] = field(default_factory=list)
    sent: list[Way] = field(default_factory=list)
    whispered: str = ""  # what whoever is rung has heard last

    @property
    def ways(self) -> list[Way]:
        """Everything that the carrier may send next, for the caller and for whoever is rung."""
        theirs = ways_on(self.whispered) if self.whispered else []
        return ways_on(self.heard[-1]) + [
            Way(f"callee: {way.name}", way.path, way.fields, whispers=True)
            for way in theirs
            if not way.over
        ]

    def goes(self, name: str) -> str:
        """Go one of the ways, by its name."""
        return self.goes_on(next(way for way in self.ways if way.name == name))

    def rings(self) -> str:
        """Reach the line."""
        return self.goes_on(Way("rings", "/voice/incoming?fallback=%2B33162010008"))

    def goes_on(self, way: Way) -> str:
        """Come back to the house; what it answers must be TwiML without a fault."""
        self.sent.append(way)
        answer = self.again(way)
        self.whispered = answer if way.whispers else ""
        if not way.whispers:
            self.heard.append(answer)
        return answer

    def again(self, way: Way) -> str:
        """Send a webhook as it was sent before."""
        status = "completed" if way.over else "in-progress"
        leg = {"CallSid": LEG, "ParentCallSid": self.call_id, "To": AGENT} if way.whispers else {}
        heard = self._send(way.path, {"CallStatus": status, **leg, **way.fields})
        assert from_text(heard.text).findings == (), heard.text
        return heard.text

    def hangs_up(self) -> None:
        """End the call: what was going on is told first, then that it is over."""
        for way in ways_on(self.heard[-1]):
            if way.over:
                self.goes_on(way)
                break
        self.ends()

    def ends(self) -> None:
        """Tell that the call is over; the desk hears of it, as the log's stream has it."""
        self._send("/voice/status", {"CallStatus": "completed", "CallDuration": "60"})
        note(self.house.call(self.call_id), self.house.desk.floors, self.house.desk.nudges)

    def _send(self, path: str, fields: Fields) -> Heard:
        self.house.now += self.house.pace
        to = self.house.line.number
        known = {"CallSid": self.call_id, "From": CALLER, "To": to, **fields}
        heard = ring(app, path, known)
        assert heard.status == 200, heard.text
        return heard


def ways_on(twiml: str) -> list[Way]:
    """Return everything that the carrier may send next; nothing once the call is over.

    Verbs after one that waits are for a caller who did nothing; `over` ways come first.
    """
    ways: list[Way] = []
    for verb in ElementTree.fromstring(twiml):
        ways += _WAYS.get(verb.tag, _silent)(verb)
        if verb.tag in ("Hangup", "Reject", "Redirect"):
            break
    return sorted(ways, key=lambda way: not way.over)


def _silent(verb: ElementTree.Element) -> list[Way]:
    return []


def _gather(verb: ElementTree.Element) -> list[Way]:
    path, heard = _local(verb.attrib["action"]), verb.attrib["input"]
    most = int(verb.attrib.get("numDigits", "80"))
    long = ("1234567890*#" * 7)[:most]
    keys = ["1", "2", "0", "*", "#", long] if "dtmf" in heard else []
    words = _WORDS if "speech" in heard else []
    return [
        Way("nothing", path),
        *(Way(f"keys {each}", path, {"Digits": each}) for each in keys),
        *(
            Way(f"words {text[:9]} {sure}", path, {"SpeechResult": text, "Confidence": sure})
            for text, sure in words
        ),
    ]


_WORDS: Final = [
    ("", "0.0"),  # something was heard, nothing recognised
    ("euh", "0.02"),
    ("un", "0.93"),
    ("oui", ""),
    ("je voudrais la facture du douze mars", "0.6"),
    ("bla " * 3_000, "0.5"),
]


def _dial(verb: ElementTree.Element) -> list[Way]:
    path = _local(verb.attrib["action"])
    talked = {"DialCallDuration": "90", "DialBridged": "true", "DialCallSid": LEG}
    ends = ["busy", "no-answer", "failed", "canceled"]
    ways = [
        Way("hangs up in mid-ring", path, {"DialCallStatus": "canceled"}, over=True),
        Way("hangs up in mid-talk", path, {"DialCallStatus": "completed", **talked}, over=True),
        Way("talks", path, {"DialCallStatus": "completed", **talked}),
        Way("is not put through", path, {"DialCallStatus": "completed", "DialBridged": "false"}),
        *(Way(each, path, {"DialCallStatus": each}) for each in ends),
    ]
    whispers = [_local(each.attrib["url"]) for each in verb if "url" in each.attrib]
    return ways + [Way("whispers", each, whispers=True) for each in whispers[:1]]


def _record(verb: ElementTree.Element) -> list[Way]:
    path = _local(verb.attrib["action"])
    file = f"https://api.twilio.com/{RECORDING}"
    left = {"RecordingUrl": file, "RecordingSid": RECORDING, "RecordingDuration": "12"}
    return [
        Way("hangs up after the message", path, {**left, "Digits": "hangup"}, over=True),
        Way("leaves a message", path, {**left, "Digits": "#"}),
        Way("leaves an empty message", path, {**left, "RecordingDuration": "0"}),
    ]


def _redirect(verb: ElementTree.Element) -> list[Way]:
    return [Way("goes on", _local(verb.text or ""))]


def _relay(verb: ElementTree.Element) -> list[Way]:
    path = _local(verb.attrib["action"])
    told = json.dumps({"outcome": "handed-over", "exit": "bill", "learnt": {}})
    silent = json.dumps({"outcome": "silent", "exit": None, "learnt": {}})
    return [
        Way("hangs up on the bot", path, {"SessionStatus": "completed"}, over=True),
        Way("is handed over", path, {"SessionStatus": "ended", "HandoffData": told}),
        Way("is silent", path, {"SessionStatus": "ended", "HandoffData": silent}),
        Way("ends with the bot", path, {"SessionStatus": "ended", "HandoffData": "{}"}),
        Way("loses the bot", path, {"SessionStatus": "failed", "ErrorCode": "64105"}),
    ]


def _local(url: str) -> str:
    assert url.startswith(BASE_URL), url
    return url.removeprefix(BASE_URL)


_WAYS: Final = {
    "Gather": _gather,
    "Dial": _dial,
    "Record": _record,
    "Redirect": _redirect,
    "Connect": _relay,
}
