"""What the carrier says of a call, read as outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from chalicelib.campaigns.dialling import hearing
from chalicelib.campaigns.dialling.addresses import Address
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.kernel.errors import Rejected


@dataclass
class Notice:
    """A webhook's parameters."""

    told: dict[str, str] = field(default_factory=dict)

    def required(self, name: str) -> str:
        return self.told[name]

    def optional(self, name: str) -> str | None:
        return self.told.get(name) or None


@pytest.mark.parametrize(
    ("status", "sip", "outcome"),
    [
        ("completed", "200", Outcome.ANSWERED),
        ("busy", "486", Outcome.BUSY),
        ("no-answer", "487", Outcome.NO_ANSWER),
        ("canceled", "", Outcome.NO_ANSWER),
        ("failed", "404", Outcome.FAILED),
        ("failed", "499", Outcome.FAILED),
        ("failed", "500", Outcome.CONGESTED),
        ("failed", "599", Outcome.CONGESTED),
        ("failed", "600", Outcome.FAILED),
        ("failed", "nonsense", Outcome.FAILED),
        ("ringing", "", None),
        ("in-progress", "", None),
    ],
)
def test_each_status_is_an_outcome_or_none_yet(
    status: str, sip: str, outcome: Outcome | None
) -> None:
    told = {"CallSid": "CA1", "CallStatus": status, "CallDuration": "7", "SipResponseCode": sip}

    ended = hearing.ended(Notice(told))

    assert (ended and ended.outcome) == outcome


def test_a_length_that_makes_no_sense_is_none() -> None:
    told = {"CallSid": "CA1", "CallStatus": "completed", "CallDuration": "9" * 30}

    ended = hearing.ended(Notice(told))

    assert ended is not None
    assert ended.seconds == 0


def test_a_machine_is_spoken_to_once_its_greeting_is_over() -> None:
    values = ("machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other")

    assert [hearing.may_be_spoken_to(each) for each in values] == [False, True, True, True]
    assert all(hearing.is_machine(each) for each in (*values, "fax"))
    assert not hearing.may_be_spoken_to("fax")


def test_an_address_is_read_as_it_was_written() -> None:
    address = Address(
        base_url="https://a.test",
        account_id="acct_1",
        campaign_id="camp_1",
        attempt_id="k3Z_t-2",
        flow_id="flow_1",
        version=3,
        log_shards=2,
    )
    query = dict(each.split("=") for each in address.status().partition("?")[2].split("&"))

    assert Address.of("https://a.test", "camp_1", "k3Z_t-2", query) == address
    assert address.answered().startswith("https://a.test/voice/campaigns/camp_1/k3Z_t-2?account")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"account": "a b"},
        {"account": "a", "shards": "0"},
        {"account": "a", "flow": "f"},
        {"account": "a", "flow": "f", "version": "-1"},
    ],
)
def test_what_is_no_address_of_ours_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        Address.of("https://a.test", "camp_1", "x-1", query)
