"""Whoever is told of a message hears it by the link in the notice, and nothing else by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

from app import app
from tests.gateway import ask
from tests.house.carrier import RECORDING
from tests.house.test_recordings import at_the_beep, shop, takes, work

if TYPE_CHECKING:
    from tests.gateway import Heard
    from tests.house.workshop import Workshop

__all__ = ["shop", "work"]  # fixtures
BROWSER: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LINK: Final = re.compile(r"https?://\S+/v1/listen/\S+")


def told(work: Workshop, turns: str = "speaks file ends") -> str:
    """Leave a message, and return the link that its owner is sent."""
    takes(at_the_beep(), turns)
    work.passes(minutes=1)
    (link,) = LINK.findall(work.mails[-1])
    return str(link)


def followed(link: str) -> Heard:
    """Follow a link as a browser does, without a key."""
    parts = urlsplit(link)
    path = f"{parts.path[parts.path.index('/v1/') :]}?{parts.query}"
    return ask(app, "GET", path, headers={"accept": BROWSER})


def test_an_owner_hears_the_message_by_the_link_in_the_mail(work: Workshop) -> None:
    heard = followed(told(work))

    assert heard.status == 302
    assert f"{RECORDING}.wav" in heard.headers["Location"]


def test_the_text_message_has_the_link_too(work: Workshop) -> None:
    link = told(work)

    assert link in work.texts[-1]


def test_a_link_is_good_for_a_month(work: Workshop) -> None:
    link = told(work)

    work.shop.clock.passes(days=29)
    assert followed(link).status == 302
    work.shop.clock.passes(days=2)
    late = followed(link)
    assert late.status == 404
    assert "Ce lien n'est plus valable" in late.text


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (r"CA[0-9]{32}", "CA" + "9" * 32),
        (RECORDING, "RE" + "9" * 32),
        (r"until=[0-9]+", "until=99999999999"),
        (r"account=\w+", "account=acct_other"),
        (r"proof=\S+", "proof=AAAA"),
        (r"proof=\S+", "proof=%C3%A9"),
    ],
)
def test_a_link_that_somebody_changed_leads_nowhere(work: Workshop, part: str, other: str) -> None:
    changed = re.sub(part, other, told(work))

    assert followed(changed).status == 404


def test_whoever_follows_it_to_no_sound_reads_why(work: Workshop) -> None:
    heard = followed(told(work, "speaks absent ends"))

    assert heard.status == 404
    assert heard.headers["Content-Type"].startswith("text/html")
    assert "Ce message ne contient aucun son." in heard.text
