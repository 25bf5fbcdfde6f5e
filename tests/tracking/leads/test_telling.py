"""Servers hear of every lead at least once, and of the same thing under the same name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import leads_wiring
from chalicelib.tracking.leads.projecting import put
from tests.house.shops import a_shop
from tests.tracking.leads.builders import a_call, a_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.tracking.leads.leads import Interaction, Lead
    from chalicelib.tracking.leads.projecting import Desk
    from tests.house.shops import Shop

ACCOUNT = "acct_shop"


class Servers:
    """The account's servers: what they were told, by the event's name and id."""

    def __init__(self) -> None:
        self.told: dict[tuple[str, str], Any] = {}
        self.down = False

    def publish(self, account_id: str, event: str, event_id: str, data: Mapping[str, Any]) -> None:
        if self.down:
            raise Unavailable("the queue did not take a message")
        self.told.setdefault((event, event_id), data)

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.told]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with a_shop() as shop:
        yield shop


@pytest.fixture
def servers(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Servers:
    servers = Servers()
    desk = replace(leads_wiring.desk(), publish=servers.publish)
    monkeypatch.setattr(leads_wiring, "desk", lambda: desk)
    return servers


def desk() -> Desk:
    return leads_wiring.desk()


def done(did: Interaction) -> Lead:
    return put(did, ACCOUNT, desk()).lead


def unheard(servers: Servers, did: Interaction) -> None:
    """Have something done, of which the servers cannot be told."""
    servers.down = True
    with pytest.raises(Unavailable):
        done(did)
    servers.down = False


def test_a_lead_is_told_when_its_call_is_brought_again(servers: Servers) -> None:
    unheard(servers, a_call("CA1", 0, "caller:x"))

    lead = done(a_call("CA1", 0, "caller:x"))

    assert list(servers.told) == [("lead.created", lead.id)]


def test_a_change_is_told_when_its_call_is_brought_again(servers: Servers) -> None:
    done(a_call("CA1", 0, "caller:x"))
    unheard(servers, a_call("CA2", 1, "caller:x"))

    lead = done(a_call("CA2", 1, "caller:x"))

    assert list(servers.told)[1:] == [("lead.updated", f"{lead.id}-2")]


def test_a_new_lead_is_told_though_somebody_changed_it_since(servers: Servers) -> None:
    unheard(servers, a_call("CA1", 0, "caller:x"))
    done(a_form("form:1", 1, "caller:x"))

    done(a_call("CA1", 0, "caller:x"))

    assert set(servers.events) == {"lead.created", "lead.updated"}


def test_what_is_brought_again_after_days_is_told_to_nobody(shop: Shop, servers: Servers) -> None:
    done(a_call("CA1", 0, "caller:x"))
    servers.told.clear()

    shop.clock.passes(days=3, minutes=1)
    done(a_call("CA1", 0, "caller:x"))

    assert servers.told == {}


def test_servers_are_told_which_leads_one_was(servers: Servers) -> None:
    done(a_call("CA1", 0, "caller:x"))
    other = done(a_form("form:1", 1, "email:y"))

    one = done(a_form("form:2", 2, "caller:x", "email:y"))

    assert servers.told["lead.updated", f"{one.id}-2"]["merged"] == [other.id]


def test_servers_are_told_of_what_owners_say(shop: Shop, servers: Servers) -> None:
    lead = done(a_call("CA1", 0, "caller:x"))

    shop.ask("PATCH", f"/v1/leads/{lead.id}", {"stage": "won"}, if_match='"1"')

    assert servers.told["lead.updated", f"{lead.id}-2"]["stage"] == "won"


def test_servers_are_told_of_leads_that_owners_join_and_tell_apart(
    shop: Shop, servers: Servers
) -> None:
    done(a_call("CA1", 0, "caller:x"))
    lead = done(a_call("CA2", 1, "caller:x"))
    path = f"/v1/leads/{lead.id}"

    parted = shop.ask("POST", f"{path}/split", {"interactions": ["CA2"]}, if_match='"2"').json
    new = parted["new"]["id"]
    assert servers.told["lead.updated", f"{lead.id}-3"]["interactions"] == 1
    assert servers.told["lead.created", new]["last"]["id"] == "CA2"

    shop.ask("POST", f"{path}/merge", {"lead_id": new}, if_match='"3"')
    assert servers.told["lead.updated", f"{lead.id}-4"]["merged"] == [new]


@pytest.mark.parametrize(
    ("method", "door", "body", "told"),
    [
        ("PATCH", "", {"stage": "won", "value": "12.00"}, {"lead.updated"}),
        ("POST", "/split", {"interactions": ["CA2"]}, {"lead.updated", "lead.created"}),
        ("POST", "/merge", {"lead_id": None}, {"lead.updated"}),
    ],
)
def test_an_owner_who_asks_again_because_telling_failed_has_it_told(
    shop: Shop, servers: Servers, method: str, door: str, body: dict[str, Any], told: set[str]
) -> None:
    done(a_call("CA1", 0, "caller:x"))
    lead = done(a_call("CA2", 1, "caller:x"))
    other = done(a_form("form:1", 2, "email:y"))
    body = {name: value or other.id for name, value in body.items()}
    servers.told.clear()

    servers.down = True
    path = f"/v1/leads/{lead.id}{door}"
    assert shop.ask(method, path, body, if_match='"2"').status == 503
    servers.down = False
    again = shop.ask(method, path, body, if_match='"2"')

    assert again.status == 200, again.text
    assert set(servers.events) == told
    assert shop.gets(f"/v1/leads/{lead.id}")["version"] == 3


def test_who_asks_for_something_else_at_an_older_version_is_refused(
    shop: Shop, servers: Servers
) -> None:
    done(a_call("CA1", 0, "caller:x"))
    lead = done(a_call("CA2", 1, "caller:x"))
    path = f"/v1/leads/{lead.id}"
    shop.ask("PATCH", path, {"stage": "won"}, if_match='"2"')

    for method, door, body in (
        ("PATCH", "", {"stage": "lost"}),
        ("POST", "/split", {"interactions": ["CA2"]}),
    ):
        assert shop.ask(method, f"{path}{door}", body, if_match='"2"').status == 412


def test_a_back_dated_form_is_told_like_any_other(shop: Shop, servers: Servers) -> None:
    done(a_form("form:1", -timedelta(days=90) / timedelta(minutes=1), "email:y"))

    assert servers.events == ["lead.created"]
