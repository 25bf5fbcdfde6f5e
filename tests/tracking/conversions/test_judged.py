"""What people and rules said of calls is read from the rows that leads and spam write."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.runtime import conversions_wiring, leads_wiring, watch_wiring
from chalicelib.tracking.conversions.deeds import Judged
from chalicelib.tracking.leads.qualifying import Quality
from chalicelib.tracking.spam.verdicts import Verdict
from tests.tracking.conversions.builders import NOON
from tests.tracking.journeys.builders import ACCOUNT

if TYPE_CHECKING:
    from tests.clouds import Cloud

SPAM = Verdict(call_id="CA1", account_id=ACCOUNT, started_at=NOON, at=NOON, reasons=())


def judged(account_id: str = ACCOUNT) -> Judged:
    return conversions_wiring.judgements().judged(account_id, "CA1")


def test_nothing_is_known_of_a_call_that_nobody_judged(cloud: Cloud) -> None:
    assert judged() == Judged()


def test_spam_is_known_until_it_is_restored(cloud: Cloud) -> None:
    watch_wiring.spams().keep(SPAM)
    before = judged()

    watch_wiring.spams().keep(replace(SPAM, restored=True))

    assert (before, judged()) == (Judged(spam=True), Judged())


def test_what_a_rule_said_is_no_persons_word(cloud: Cloud) -> None:
    bad = Quality(qualified=False)
    leads_wiring.leads().keep(ACCOUNT, "CA1", bad, NOON, said=False)
    by_rule = judged()

    leads_wiring.leads().keep(ACCOUNT, "CA1", bad, NOON, said=True)

    assert by_rule == Judged(qualified=False, currency="EUR")
    assert judged() == Judged(qualified=False, denied=True, currency="EUR")


def test_a_calls_own_value_is_known(cloud: Cloud) -> None:
    leads_wiring.leads().keep(ACCOUNT, "CA1", Quality(qualified=True, cents=9_000), NOON, said=True)

    assert judged() == Judged(qualified=True, value_cents=9_000, currency="EUR")


def test_another_accounts_word_is_not_heard(cloud: Cloud) -> None:
    watch_wiring.spams().keep(SPAM)

    assert judged("acct_rival") == Judged()
