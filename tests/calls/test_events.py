"""Events survive being written and read, here and in messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from chalicelib.calls.late import from_message, to_message, without_numbers
from chalicelib.calls.parsing import parse
from chalicelib.calls.rows import Image, call_in
from tests.calls import builders as a
from tests.calls.test_summary import EVERYTHING

if TYPE_CHECKING:
    from chalicelib.calls.events import Event


@pytest.mark.parametrize("event", EVERYTHING, ids=lambda event: event.id)
def test_an_event_is_read_back_as_it_was(event: Event) -> None:
    assert parse(json.loads(json.dumps(event.to_dict()))) == event
    assert from_message(json.loads(json.dumps(to_message(a.a_ref(), event)))) == (
        a.a_ref(),
        (event,),
    )


def test_a_message_of_another_kind_is_not_an_event() -> None:
    with pytest.raises(KeyError):
        from_message({"ref": {"call_id": "CA1"}, "events": [{"kind": "teleported"}]})


@pytest.mark.parametrize("event", EVERYTHING, ids=lambda event: event.id)
def test_what_is_logged_of_an_event_holds_no_number_and_no_key(event: Event) -> None:
    told = json.dumps(without_numbers(event))

    assert "+33" not in told
    assert '"keys"' not in told


def test_an_older_version_skips_kinds_of_events_it_cannot_know() -> None:
    row: Image = {
        "pk": {"S": "CA1"},
        "sk": {"S": "call"},
        "account_id": {"S": "acc_1"},
        "dialled": {"S": a.DIALLED},
        "sort": {"S": "2026-11-23T11:00:00.000Z#CA1"},
        "outcome": {"S": "abandoned"},
        "events": {"L": [{"M": {"kind": {"S": "teleported"}, "id": {"S": "x"}}}]},
    }

    call = call_in(row)

    assert call is not None
    assert call.events == ()
