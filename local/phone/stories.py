"""What came of ringing a number: everyone's part in it, in the order it happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.phone.book import to_json

if TYPE_CHECKING:
    from local.phone.exchange import Exchange
    from local.phone.model import Call, Delivery, Moment, Report


@dataclass(frozen=True, slots=True)
class Story:
    """One call with all its legs, its transcript, its webhooks and what was reported."""

    call: Call
    legs: tuple[Call, ...]
    transcript: tuple[Moment, ...]
    webhooks: tuple[Delivery, ...]
    reports: tuple[Report, ...]

    @property
    def status(self) -> str:
        return self.call.status.value

    @property
    def duration(self) -> int:
        """Give the seconds between the answer and the end, as CallDuration does."""
        return self.call.duration

    def heard(self, number: str | None = None) -> list[str]:
        """List what a number heard; by default the first party of the story."""
        who = number or self.party
        return [m.text for m in self.transcript if m.who == who and m.what in _HEARD]

    def played(self, number: str | None = None) -> list[Moment]:
        """List the sounds a number heard: address, length, and where they came from in the end."""
        who = number or self.party
        return [m for m in self.transcript if m.who == who and m.what == "music"]

    def pressed(self, number: str | None = None) -> str:
        """Give the keys a number pressed, in order."""
        who = number or self.party
        return "".join(m.text for m in self.transcript if m.who == who and m.what == "pressed")

    @property
    def warnings(self) -> list[str]:
        """List what Twilio's debugger would show, one line each; in tests this has to be empty."""
        return [f"{each.code} {each.level}: {each.detail}" for each in self.reports]

    def sent(self, kind: str) -> list[Delivery]:
        """List the webhooks of a kind: voice, action, redirect, status, recording, whisper ..."""
        return [delivery for delivery in self.webhooks if delivery.kind == kind]

    @property
    def party(self) -> str:
        """Give the number of the telephone that the story began with."""
        return self.call.from_ if self.call.direction == "inbound" else self.call.to

    def text(self) -> str:
        """Write the story as lines that people read."""
        return "\n".join(
            f"{moment.at:7.1f} s  {moment.who:<14} {moment.what:<10} {moment.text}".rstrip()
            for moment in self.transcript
        )

    def to_json(self) -> dict[str, Any]:
        """Give it all as JSON values."""
        return {
            "sid": self.call.sid,
            "status": self.status,
            "duration": self.duration,
            "over": all(leg.over for leg in self.legs),
            "legs": [to_json(leg) | {"duration": leg.duration} for leg in self.legs],
            "transcript": to_json(self.transcript),
            "webhooks": to_json(self.webhooks),
            "reports": to_json(self.reports),
            "text": self.text(),
        }


_HEARD = frozenset({"heard", "music", "announcement"})


def tell(exchange: Exchange, call_sid: str) -> Story:
    """Collect the story of a call; raise `LookupError` if there is none."""
    call = exchange.book.calls[exchange.book.calls[call_sid].family]
    legs = tuple(exchange.book.of_family(call.sid))
    sids = {leg.sid for leg in legs}
    return Story(
        call,
        legs,
        tuple(exchange.moments[call.sid]),
        tuple(exchange.deliveries[call.sid]),
        tuple(report for report in exchange.reports if report.call_sid in sids),
    )
