"""The ways out: over a real socket to servers as strict as the networks', and to the vault."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.runtime import conversions_wiring, outgoing, wiring
from chalicelib.runtime.connecting import Network as Reached
from chalicelib.runtime.outgoing import Outgoing, converse
from chalicelib.runtime.settings import settings
from chalicelib.tracking.conversions import handlers
from chalicelib.tracking.conversions.conversion import State
from chalicelib.tracking.conversions.destinations import Network
from chalicelib.tracking.conversions.gateway import NetworksWeb
from chalicelib.tracking.conversions.messages import (
    Due,
    MessageUnreadable,
    from_message,
    to_message,
)
from chalicelib.tracking.conversions.networks import PROVIDERS
from chalicelib.tracking.conversions.ports import AccessRefused
from chalicelib.tracking.conversions.providers.provider import Request
from chalicelib.tracking.conversions.telling import after
from local.providers import oauth
from local.providers.asked import Answer
from local.providers.server import Networks, networks
from tests.fakes.conversions import VaultInMemory
from tests.tracking.conversions.builders import NOON, SECRETS, House, a_destination

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clouds import Cloud

GOOGLE = PROVIDERS[Network.DATA_MANAGER].oauth
MICROSOFT = PROVIDERS[Network.MICROSOFT_ADS].oauth


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Networks]:
    """Lead the networks' names to this machine, as the stage `local` does."""
    with networks() as running:
        local = outgoing.local_servers(running.outgoing)
        network = Reached(local=local)
        # The network of the process is chosen by its stage's settings, which tests share.
        monkeypatch.setattr(outgoing, "the_internet", lambda: network)
        yield running


@pytest.mark.parametrize("network", list(Network))
def test_a_call_is_told_over_the_wire(there: Networks, network: Network) -> None:
    house = House(a_destination(network))
    there.clock = house.clock
    desk = dataclasses.replace(house.desk, web=NetworksWeb(house.vault))
    after(house.known.deed, desk)
    house.now = NOON + timedelta(hours=7)

    body = _body(Due(house.entry.account_id, house.entry.id, NOON))
    handlers.send_conversions([body], desk)

    assert house.entry.state is State.SENT
    assert len(there.taken) == 1


def test_an_access_token_is_fetched_once_and_a_renewed_refresh_token_kept(there: Networks) -> None:
    assert MICROSOFT is not None
    vault = VaultInMemory(dst_1=SECRETS[Network.MICROSOFT_ADS])
    web = NetworksWeb(vault)

    tokens = {web.token(MICROSOFT, "dst_1", vault.secrets("dst_1")) for _ in range(3)}

    assert tokens == {oauth.ACCESS}
    assert len(there.asked) == 1
    assert vault.secrets("dst_1")["refresh_token"] == "demo-refresh-renewed"


def test_secrets_that_were_revoked_are_told_from_a_network_that_is_down(there: Networks) -> None:
    assert GOOGLE is not None
    web = NetworksWeb(VaultInMemory())
    wrong = {**oauth.SECRETS, "refresh_token": "revoked"}

    with pytest.raises(AccessRefused) as refused:
        web.token(GOOGLE, "dst_1", wrong)
    there.faults["oauth2.googleapis.com"] = [Answer(503)]
    with pytest.raises(Unavailable):
        web.token(GOOGLE, "dst_1", wrong)

    assert refused.value.facts == {"error": "invalid_grant"}


def test_a_network_says_how_long_to_wait(there: Networks) -> None:
    slow = Answer(429, {"error": {}}, headers={"Retry-After": "120"})
    there.faults["graph.facebook.com"] = [slow, Answer(429, headers={"Retry-After": "soon"})]
    web = NetworksWeb(VaultInMemory())
    request = Request("https://graph.facebook.com/v26.0/1/events", {})

    first, second = web.ask(request), web.ask(request)

    assert (first.status, first.after) == (429, timedelta(seconds=120))
    assert (second.after, second.data) == (None, None)


def test_no_redirect_of_a_network_is_followed(there: Networks) -> None:
    there.faults["graph.facebook.com"] = [Answer(302, headers={"Location": "https://else.example"})]

    with pytest.raises(Unavailable):
        converse(Outgoing("https://graph.facebook.com/v26.0/1/events"), 5)


def test_what_is_logged_of_a_request_has_no_secret(
    there: Networks, capsys: pytest.CaptureFixture[str]
) -> None:
    NetworksWeb(VaultInMemory()).ask(
        Request("https://graph.facebook.com/v26.0/1/events?access_token=topsecret", {})
    )

    logged = capsys.readouterr().out
    assert "graph.facebook.com" in logged
    assert "topsecret" not in logged


def test_secrets_are_kept_encrypted_in_the_vault_alone(cloud: Cloud) -> None:
    vault = conversions_wiring.vault()
    vault.put("dst_1", {"api_secret": "old"})
    vault.put("dst_1", {"api_secret": "topsecret"})

    name = f"{settings().secrets_prefix}/conversions/dst_1"
    kept = wiring.aws("ssm").get_parameter(Name=name)["Parameter"]
    assert vault.secrets("dst_1") == {"api_secret": "topsecret"}
    assert kept["Type"] == "SecureString"
    assert "topsecret" not in str(cloud.rows("tracking"))

    vault.forget("dst_1")
    vault.forget("dst_1")
    with pytest.raises(NotFound):
        vault.secrets("dst_1")


@pytest.mark.parametrize(
    "message",
    [
        None,
        {},
        {"v": 2, "account_id": "a", "id": "b", "at": "2026-11-27T12:00:00+00:00"},
        {"v": 1, "account_id": "a", "id": "b", "at": "noon"},
        {"v": 1, "account_id": "a", "id": "b", "at": "2026-11-27T12:00:00"},
        {"v": 1, "account_id": 7, "id": "b", "at": "2026-11-27T12:00:00+00:00"},
    ],
)
def test_messages_of_others_are_refused(message: object) -> None:
    with pytest.raises(MessageUnreadable):
        from_message(message)


def test_a_message_is_read_as_it_was_written() -> None:
    due = Due("acct_1", "cnv_1", NOON)

    assert from_message(to_message(due)) == due


def test_a_message_that_came_too_early_is_put_back_unread() -> None:
    house = House(a_destination())
    due = Due("acct_1", "cnv_1", house.now + timedelta(hours=3))

    handlers.send_conversions([_body(due)], house.desk)

    assert house.queue.due == [("acct_1", "cnv_1", due.at)]


def _body(due: Due) -> str:
    import json

    return json.dumps(to_message(due))
