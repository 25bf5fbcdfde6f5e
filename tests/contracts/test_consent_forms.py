"""What every store of forms promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.consents.capture.forms import Form, Pending, Ticked
from chalicelib.campaigns.consents.capture.store import FormStore
from chalicelib.campaigns.consents.consents import Channel
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import NotFound
from tests.campaigns.consents.builders import BAKER, NOON, NUMBER, TEXT
from tests.clouds import ENVIRONMENT, tables
from tests.fakes.consent_forms import FormsInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    Store = FormStore | FormsInMemory


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield FormsInMemory()
        return
    with tables(CampaignRow):
        yield FormStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])


def a_form(name: str = "form_1", **facts: Any) -> Form:
    usual: dict[str, Any] = {
        "id": name,
        "account_id": "acct_1",
        "site_id": "site_1",
        "professional": BAKER,
        "object": "Livraison de pain à domicile",
        "text": TEXT,
        "covers": frozenset({Channel.PHONE, Channel.SMS}),
        "created_at": NOON,
    }
    return Form(**(usual | facts))


def a_pending(**facts: Any) -> Pending:
    usual: dict[str, Any] = {
        "form_id": "form_1",
        "number": NUMBER,
        "ticked": Ticked((Channel.PHONE,), outside_hours=True),
        "at": NOON,
        "seal": "seal",
    }
    return Pending(**(usual | facts))


def test_forms_are_read_as_they_were_stored(store: Store) -> None:
    full = a_form(
        "form_2",
        collector="Recueil",
        outside_hours=True,
        doubled=True,
        sender="+33162012345",
        lasts_days=30,
    )
    store.save_form(a_form())
    store.save_form(full)
    store.save_form(a_form("form_3", account_id="acct_2"))

    assert store.form("acct_1", "form_2") == full
    assert store.forms("acct_1") == (a_form(), full)
    archived = replace(full, archived_at=NOON)
    store.save_form(archived)
    assert store.form("acct_1", "form_2") == archived


@pytest.mark.parametrize("form_id", ["form_9", "", "x" * 3_000])
def test_a_form_that_is_none_or_somebody_elses_is_not_found(store: Store, form_id: str) -> None:
    store.save_form(a_form())

    with pytest.raises(NotFound):
        store.form("acct_1", form_id)
    with pytest.raises(NotFound):
        store.form("acct_2", "form_1")


def test_so_many_are_counted_a_day_and_no_more(store: Store) -> None:
    def counted(what: str = "texts", day: str = "2026-11-24", account: str = "acct_1") -> bool:
        return store.count(account, what, day, 2)

    assert [counted() for _ in range(4)] == [True, True, False, False]
    assert counted(day="2026-11-25")
    assert counted(what="asked")
    assert counted(account="acct_2")


def test_each_try_of_a_code_is_counted(store: Store) -> None:
    store.hold("acct_1", "person", a_pending())

    tries = [store.tried("acct_1", "person", "form_1") for _ in range(3)]

    assert tries == [a_pending(tries=at) for at in range(3)]
    store.hold("acct_1", "person", a_pending(seal="another"))
    assert store.tried("acct_1", "person", "form_1") == a_pending(seal="another")


def test_what_is_not_awaited_cannot_be_tried(store: Store) -> None:
    store.hold("acct_1", "person", a_pending())
    store.drop("acct_1", "person", a_pending(seal="another"))
    assert store.tried("acct_1", "person", "form_1") == a_pending()
    for _ in range(2):
        store.drop("acct_1", "person", a_pending(tries=1))

    for account, person, form in (("acct_1", "person", "form_1"), ("acct_2", "person", "form_1")):
        with pytest.raises(NotFound):
            store.tried(account, person, form)


def test_all_that_is_awaited_of_somebody_is_forgotten_at_once(store: Store) -> None:
    for person in ("zoe", "max"):
        for form_id in ("form_1", "form_2"):
            store.hold("acct_1", person, a_pending(form_id=form_id))
    store.hold("acct_2", "zoe", a_pending())

    store.forget("acct_1", "zoe")
    store.forget("acct_1", "zoe")

    for form_id in ("form_1", "form_2"):
        with pytest.raises(NotFound):
            store.tried("acct_1", "zoe", form_id)
        assert store.tried("acct_1", "max", form_id).tries == 0
    assert store.tried("acct_2", "zoe", "form_1").tries == 0
