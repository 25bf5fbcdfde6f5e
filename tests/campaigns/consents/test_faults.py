"""DynamoDB lost at each request of what is done to a ledger: done again, it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.consents import usecases
from chalicelib.campaigns.consents.consents import Means
from chalicelib.campaigns.consents.store import ConsentStore
from chalicelib.campaigns.consents.suppressions import ACCOUNT, Suppression
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Unavailable
from tests.campaigns.consents.builders import NOON, NUMBER, Office, captured
from tests.clouds import ENVIRONMENT, aws, tables
from tests.house.faults import Trouble, from_, trouble, watched

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE = ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]

DEEDS: dict[str, Callable[[Office], object]] = {
    "consent": lambda office: usecases.record(
        captured(object="Livraison de gâteaux"), "acct_1", NUMBER, office.desk
    ),
    "withdraw": lambda office: usecases.withdraw(
        "acct_1", office.person, Means.KEY, NOON, office.desk, ref="CA1"
    ),
    "erase": lambda office: usecases.erase("acct_1", office.person, "key_1", office.desk),
}


def opened() -> Office:
    """Return an office that knows somebody, who is on a list too."""
    office = Office(ConsentStore(TABLE))
    consent = usecases.record(captured(), "acct_1", NUMBER, office.desk).consent
    usecases.note_access(office.whose, consent.id, "link", "page", office.desk)
    entry = Suppression(person=office.person, scope=ACCOUNT, since=NOON, number=NUMBER)
    office.ledgers.suppress("acct_1", [entry])
    return office


def rows() -> list[dict[str, Any]]:
    found = aws("dynamodb").scan(TableName=TABLE)["Items"]
    return sorted(found, key=lambda row: (row["pk"]["S"], row["sk"]["S"]))


def undisturbed(deed: Callable[[Office], object]) -> tuple[int, list[dict[str, Any]]]:
    """Return how many requests a deed takes, and what is there after it."""
    with tables(CampaignRow):
        office = opened()
        with watched() as network:
            deed(office)
        return len(network.sent), rows()


@pytest.mark.parametrize("kind", [Trouble.REFUSED, Trouble.LOST, Trouble.THROTTLED])
@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_what_was_cut_short_at_any_request_is_whole_when_it_is_done_again(
    deed: Callable[[Office], object], kind: Trouble
) -> None:
    requests, expected = undisturbed(deed)

    for first in range(1, requests + 1):
        with tables(CampaignRow):
            office = opened()
            with trouble(kind, from_(first)) as network, pytest.raises(Unavailable):
                deed(office)
            assert network.failed

            deed(office)

            assert rows() == expected, f"cut short at request {first}"
            assert usecases.facts_for("acct_1", office.person, office.desk).intact
