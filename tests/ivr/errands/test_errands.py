"""Errands on their queue: written, read again, and refused when they are anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.ivr.errands.errands import ErrandUnreadable, Order, from_message, to_message
from chalicelib.kernel.telling import Means
from tests.ivr.errands import builders as an

EVERY_KIND = [an.a_text(), an.a_notice(by=Means.WEBHOOK, waits=True), an.a_transcription()]


@pytest.mark.parametrize("errand", EVERY_KIND, ids=lambda each: each.kind)
def test_an_errand_comes_back_from_the_queue_as_it_was(errand: Any) -> None:
    message = json.loads(json.dumps(to_message(Order(errand, 2))))

    assert from_message(message) == Order(errand, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"kind": "dance"},
        {"round": -1},
        {"round": True},
        {"extra": 1},
        {"errand": []},
        {"errand": {"id": "1"}},
        {"errand": {**to_message(Order(an.a_text()))["errand"], "to": 33}},
        {"errand": {**to_message(Order(an.a_text()))["errand"], "colour": "red"}},
    ],
    ids=str,
)
def test_what_is_no_errand_is_refused(change: dict[str, Any]) -> None:
    message = {**to_message(Order(an.a_text())), **change}

    with pytest.raises(ErrandUnreadable):
        from_message(message)


@pytest.mark.parametrize("errand", EVERY_KIND, ids=lambda each: each.kind)
def test_no_number_address_or_word_shows_where_an_errand_is_printed(errand: Any) -> None:
    shown = repr(errand)

    assert not any(word in shown for word in (an.CALLER, an.OURS, "boulangerie", "rendez-vous"))


def test_a_refused_message_does_not_quote_what_is_in_it() -> None:
    message = to_message(Order(an.a_text(to="+33612345678")))
    message["errand"]["from_"] = 5

    with pytest.raises(ErrandUnreadable) as refused:
        from_message(message)

    assert "612345678" not in str(refused.value)
