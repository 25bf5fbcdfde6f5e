"""What every store of ledgers promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.consents import usecases
from chalicelib.campaigns.consents.consents import Access, Channel, Evidence, Means, Withdrawal
from chalicelib.campaigns.consents.lines import Book, Head, following
from chalicelib.campaigns.consents.ports import Ledger
from chalicelib.campaigns.consents.store import ConsentStore, PersonRow
from chalicelib.campaigns.consents.suppressions import (
    ACCOUNT,
    Listed,
    Prefix,
    Prefixes,
    Suppression,
)
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, NotFound
from tests.campaigns.consents.builders import NOON, NUMBER, Office, a_consent, at, captured
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.fakes.consents import LedgersInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["in memory", "on DynamoDB"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "in memory":
        yield Office(LedgersInMemory())
        return
    with tables(CampaignRow):
        yield Office(ConsentStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]))


def test_a_person_of_whom_nothing_is_known_has_an_empty_ledger(office: Office) -> None:
    assert office.ledgers.ledger(office.whose, NOON) == Ledger()
    assert office.ledgers.head(office.whose, Book.ACCESSES, NOON) == Head()
    assert office.ledgers.accesses(office.whose, NOON, 5) == ()
    assert office.ledgers.number(office.whose) is None


def test_what_was_recorded_is_read_as_it_was(office: Office) -> None:
    draft = captured(
        collector="Recueil SAS",
        covers=(Channel.PHONE, Channel.SMS),
        outside_hours=True,
        confirmed=True,
        evidence=Evidence(reference="lot-7.pdf", sha256="0" * 64),
    )

    consent = usecases.record(draft, "acct_1", NUMBER, office.desk).consent
    withdrawal = usecases.withdraw("acct_1", office.person, Means.SMS, NOON, office.desk, ref="SM1")

    ledger = office.ledgers.ledger(office.whose, NOON)
    assert [line.told for line in ledger.lines] == [consent, withdrawal]
    assert ledger.head == Head.of(ledger.lines[-1])
    assert office.ledgers.number(office.whose) == NUMBER
    assert office.ledgers.whose("acct_1", consent.id) == office.whose
    assert usecases.faults_of(ledger, office.whose, office.desk) == ()


def test_of_two_who_add_at_once_one_does(office: Office) -> None:
    one, other = (
        following(Head(), each, NOON, office.whose, Book.CONSENTS, b"key")
        for each in (a_consent("cons_1"), a_consent("cons_2"))
    )
    office.ledgers.append(office.whose, one)

    with pytest.raises(Conflict):
        office.ledgers.append(office.whose, other)
    with pytest.raises(Conflict):
        office.ledgers.append(office.whose, replace(other, seq=3))

    assert office.ledgers.ledger(office.whose, NOON).lines == (one,)
    with pytest.raises(NotFound):
        office.ledgers.whose("acct_1", "cons_2")


@pytest.mark.parametrize("consent_id", ["cons_2", "", "x" * 3_000])
def test_a_consent_that_is_none_or_somebody_elses_is_not_found(
    office: Office, consent_id: str
) -> None:
    consent = usecases.record(captured(), "acct_1", NUMBER, office.desk).consent

    with pytest.raises(NotFound):
        office.ledgers.whose("acct_1", consent_id)
    with pytest.raises(NotFound):
        office.ledgers.whose("acct_2", consent.id)
    assert office.ledgers.whose(None, consent.id) == office.whose


def test_the_last_to_look_are_read_in_order(office: Office) -> None:
    for hour in range(5):
        office.clock.now = at(hours=hour)
        usecases.note_access(office.whose, "cons_1", "link", "page", office.desk)

    seen = office.ledgers.accesses(office.whose, office.clock.now, 2)

    assert [line.seq for line in seen] == [4, 5]
    assert seen[-1].told == Access(at=at(hours=4), consent_id="cons_1", by="link", form="page")
    assert office.ledgers.ledger(office.whose, NOON).lines == ()


def test_who_is_forgotten_leaves_lines_for_a_while_and_no_number(office: Office) -> None:
    consent = usecases.record(captured(), "acct_1", NUMBER, office.desk).consent
    usecases.note_access(office.whose, consent.id, "link", "page", office.desk)
    entry = Suppression(person=office.person, scope=ACCOUNT, since=NOON, number=NUMBER)
    office.ledgers.suppress("acct_1", [entry])

    for _ in range(2):
        office.ledgers.forget(office.whose, at(days=10))

    assert office.ledgers.number(office.whose) is None
    assert len(office.ledgers.ledger(office.whose, at(days=10)).lines) == 1
    assert office.ledgers.ledger(office.whose, at(days=11)) == Ledger(
        suppressions=(replace(entry, number=None),)
    )
    assert office.ledgers.accesses(office.whose, at(days=11), 5) == ()


def test_the_last_withdrawal_from_each_and_from_all_is_kept_for_ever(office: Office) -> None:
    for hour, siren in ((1, None), (3, None), (2, None), (1, "732829320")):
        office.ledgers.keep(
            office.whose, Withdrawal(at=at(hours=hour), means=Means.KEY, siren=siren)
        )
    office.ledgers.forget(office.whose, at(days=10))

    kept = office.ledgers.ledger(office.whose, at(days=9_999)).kept

    assert {(each.siren, each.at) for each in kept} == {
        (None, at(hours=3)),
        ("732829320", at(hours=1)),
    }


def test_a_ledger_whose_time_is_over_begins_anew(office: Office) -> None:
    usecases.record(captured(), "acct_1", NUMBER, office.desk)
    office.ledgers.forget(office.whose, at(days=10))
    office.clock.now = at(days=11)

    consent = usecases.record(captured(), "acct_1", NUMBER, office.desk).consent

    ledger = office.ledgers.ledger(office.whose, office.clock.now)
    assert [(line.seq, line.told) for line in ledger.lines] == [(1, consent)]


def test_people_on_lists_are_read_with_their_ledger_and_listed_newest_first(
    office: Office,
) -> None:
    def entry(minute: int, scope: str = ACCOUNT) -> Suppression:
        person = office.person if minute == 0 else f"hash{minute}"
        since, number = at(minutes=minute), f"+3363998120{minute}"
        facts = {"reason": f"Motif {minute}", "by": f"key_{minute}"}
        return Suppression(person=person, scope=scope, since=since, number=number, **facts)

    made = [entry(0), *(entry(minute, "siren:732829320") for minute in range(1, 5))]
    office.ledgers.suppress("acct_1", made)
    office.ledgers.suppress("acct_2", [entry(9)])

    first = office.ledgers.page("acct_1", 3, None)
    second = office.ledgers.page("acct_1", 3, first.next)

    assert [*first.items, *second.items] == made[::-1]
    assert second.next is None
    assert office.ledgers.ledger(office.whose, NOON).suppressions == (made[0],)
    off = Listed(at=at(minutes=7), scope=ACCOUNT, released=True, by="key_7")
    office.ledgers.release("acct_1", office.person, off)
    assert office.ledgers.ledger(office.whose, NOON).suppressions == ()
    with pytest.raises(NotFound):
        office.ledgers.release("acct_1", office.person, off)
    on = Listed(at=made[0].since, scope=ACCOUNT, reason="Motif 0", by="key_0")
    assert office.ledgers.history("acct_1", office.person, 9) == (off, on)
    assert office.ledgers.history("acct_1", office.person, 1) == (off,)
    assert office.ledgers.history("acct_2", office.person, 9) == ()


def test_prefixes_are_changed_by_one_at_a_time(office: Office) -> None:
    assert office.ledgers.prefixes("acct_1") == Prefixes(account_id="acct_1")
    prefix = Prefix(pattern="+33899*", scope=ACCOUNT, since=NOON, reason="surtaxés")
    wanted = Prefixes(account_id="acct_1").added(prefix)

    stored = office.ledgers.save_prefixes(wanted)

    assert office.ledgers.prefixes("acct_1") == stored == replace(wanted, version=1)
    with pytest.raises(Conflict):
        office.ledgers.save_prefixes(wanted)


def test_deciding_about_a_person_takes_one_query() -> None:
    with tables(CampaignRow):
        office = Office(ConsentStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]))
        for days in range(1, 30):
            usecases.record(captured(captured_at=at(days=-days)), "acct_1", NUMBER, office.desk)
        usecases.note_access(office.whose, "cons_1", "link", "page", office.desk)

        with requests_counted(PersonRow) as sent:
            known = usecases.facts_for("acct_1", office.person, office.desk)

    assert sent == ["Query"]
    assert len(known.standing.valid(NOON)) == 29


def test_a_row_of_an_import_of_new_people_takes_one_transaction() -> None:
    with tables(CampaignRow):
        office = Office(ConsentStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]))

        with requests_counted(PersonRow) as sent:
            usecases.record(captured(), "acct_1", NUMBER, office.desk)

    assert sent == ["TransactWriteItems"]
