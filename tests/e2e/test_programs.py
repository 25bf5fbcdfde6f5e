"""`make run` and `make call` as people use them: two programs, a Ctrl-C, and a second start."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest
import requests

from infra.stages import ROOT
from local import seed
from local.client import Client
from local.cloud.emulator import STOP_SECONDS
from tests.machines import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

START_SECONDS: Final = 90.0
# It takes two or three; the emulator alone may take all of its own limit on a starved machine.
END_SECONDS: Final = 2 * STOP_SECONDS
CALLER: Final = "+33639980099"


def environment() -> dict[str, str]:
    """Return this process's environment without what tests have put there."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "CADRAN_", "POWERTOOLS_"))
    }


@contextmanager
def the_product(place: Path) -> Iterator[str]:
    """Run `make run`'s program on free ports until Ctrl-C; yield what it printed when it was up."""
    told = place.parent / "said.txt"
    options = ["--state", str(place), "--cloud-port", "0", "--phone-port", "0"]
    options += ["--orders-port", "0", "--speed", "20"]
    with told.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.run", *options],
            cwd=ROOT,
            env=environment(),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(
            lambda: "Cadran is up." in told.read_text() or process.poll() is not None,
            "the product to be up",
            START_SECONDS,
        )
        assert process.poll() is None, told.read_text()
        yield told.read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(END_SECONDS) == 0, told.read_text()
        assert "the state is kept" in told.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def calls(place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `make call`'s program."""
    return subprocess.run(
        [sys.executable, "-m", "local.call", "--state", str(place), *options],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def shop_of(said: str) -> Client:
    """Read the address, the key and the account that `make run` prints."""
    facts = dict(re.findall(r"^  (base URL|API key|demo client) +(\S+)", said, re.MULTILINE))
    return Client(facts["base URL"], facts["API key"], facts["demo client"])


def ended(shop: Client) -> list[dict[str, Any]]:
    return [call for call in shop.every("/v1/calls") if call["state"] == "ended"]


def charged(shop: Client) -> set[str]:
    """Return which calls have been charged, this month or at the turn of it."""
    months = {call["started_at"][:7] for call in shop.every("/v1/calls")}
    return {charge["call"] for month in months for charge in shop.every("/v1/charges", month=month)}


def test_a_newcomer_runs_it_rings_stops_it_and_finds_everything_again(tmp_path: Path) -> None:
    place = tmp_path / "state"
    with the_product(place) as said:
        shop = shop_of(said)
        rung = calls(place, "--to", seed.SHOP, "--from", CALLER, "--keys", "1")
        assert rung.returncode == 0, rung.stdout + rung.stderr
        assert "Bienvenue à la boulangerie Martin" in rung.stdout
        assert "pressed" in rung.stdout
        assert "Twilio would report" not in rung.stdout
        wait_for(lambda: len(charged(shop)) == 1, "the call's charge")
        before = ended(shop)

    assert calls(place, "--to", seed.SHOP, "--from", CALLER).returncode == 2

    with the_product(place) as said:
        shop = shop_of(said)
        assert ended(shop) == before
        again = calls(place, "--to", seed.RADIO_LINE, "--from", CALLER, "--keys", "1")
        assert again.returncode == 0, again.stdout + again.stderr
        wait_for(lambda: len(charged(shop)) == 2, "the second call's charge")
        assert [call["outcome"] for call in ended(shop)] == ["answered", "answered"]
        page = re.search(r"handset +(\S+)", said)
        assert page is not None
        assert requests.get(page[1], timeout=60).status_code == 200


def test_a_number_that_nobody_has_is_said_to_be_nobodys(tmp_path: Path) -> None:
    refused = calls(tmp_path, "--to", "", "--from", CALLER)

    assert refused.returncode == 2
    assert "TO and FROM are needed" in refused.stderr
