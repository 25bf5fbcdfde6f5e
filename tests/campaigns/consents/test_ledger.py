"""Ledgers: nothing is overwritten, nothing is lost, and whatever was changed shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.campaigns.consents import usecases
from chalicelib.campaigns.consents.consents import (
    KEPT,
    Consent,
    Erasure,
    Evidence,
    Means,
    Withdrawal,
)
from chalicelib.campaigns.consents.lines import Book, Head, fold
from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from tests.campaigns.consents.builders import (
    NOON,
    NUMBER,
    OTHER_SIREN,
    SIREN,
    Office,
    at,
    captured,
)

if TYPE_CHECKING:
    from collections.abc import Callable


EVIDENCE = Evidence(reference="lot-7.pdf")


def recorded(office: Office, **facts: Any) -> Consent:
    return usecases.record(captured(**facts), "acct_1", NUMBER, office.desk).consent


def withdrawn(office: Office, **facts: Any) -> Withdrawal:
    usual: dict[str, Any] = {"means": Means.KEY, "at": office.clock.now}
    facts = usual | facts
    means, when = facts.pop("means"), facts.pop("at")
    return usecases.withdraw("acct_1", office.person, means, when, office.desk, **facts)


def facts(office: Office) -> usecases.Facts:
    return usecases.facts_for("acct_1", office.person, office.desk)


def test_a_consent_recorded_twice_is_one() -> None:
    office = Office()

    first = usecases.record(captured(), "acct_1", NUMBER, office.desk)
    again = usecases.record(captured(), "acct_1", NUMBER, office.desk)

    assert (first.new, again.new) == (True, False)
    assert first.consent == again.consent
    assert facts(office).standing.consents == (first.consent,)


def test_a_renewal_is_another_line_and_the_first_stays_what_it_was() -> None:
    office = Office()
    first = recorded(office, captured_at=at(days=-300))

    renewed = recorded(office, captured_at=at(days=-1))

    assert facts(office).standing.consents == (first, renewed)
    assert first.id != renewed.id


def test_the_same_person_has_another_name_in_another_account() -> None:
    office = Office()
    mine = recorded(office)

    theirs = usecases.record(captured(), "acct_2", NUMBER, office.desk).consent

    assert theirs.id != mine.id
    with pytest.raises(NotFound):
        usecases.find("acct_2", mine.id, office.desk)


def test_deciding_about_a_person_takes_one_request() -> None:
    office = Office()
    recorded(office)
    withdrawn(office)
    before = office.ledgers.asked

    assert facts(office).standing.valid(NOON) == ()

    assert office.ledgers.asked == before + 1


def test_a_withdrawal_of_the_same_message_is_written_once() -> None:
    office = Office()

    for _ in range(3):
        withdrawn(office, means=Means.SMS, ref="SM1")
        office.clock.now += timedelta(seconds=1)

    (line,) = office.ledgers.ledger(office.whose, office.clock.now).lines
    assert line.told.ref == "SM1"


def test_a_name_used_before_swallows_no_withdrawal() -> None:
    office = Office()
    recorded(office)
    withdrawn(office, ref="customer-42")
    office.clock.now += timedelta(days=1)
    recorded(office, captured_at=office.clock.now, evidence=EVIDENCE)
    office.clock.now += timedelta(days=1)

    stored = withdrawn(office, ref="customer-42")

    assert facts(office).standing.valid(office.clock.now) == ()
    assert stored.at == office.clock.now
    assert stored in [line.told for line in office.ledgers.ledger(office.whose, stored.at).lines]


def test_what_is_answered_to_a_withdrawal_is_what_is_written() -> None:
    office = Office()
    first = withdrawn(office, ref="SM1")
    office.clock.now += timedelta(days=1)

    assert withdrawn(office, ref="SM2") == first


def test_whoever_repeats_themselves_makes_no_ledger_longer() -> None:
    office = Office()
    recorded(office)

    for number in range(50):
        withdrawn(office, means=Means.SMS, ref=f"SM{number}")
        office.clock.now += timedelta(minutes=1)

    assert len(office.ledgers.ledger(office.whose, office.clock.now).lines) == 2


def test_a_repeated_withdrawal_ends_what_was_given_since_the_first_and_is_told_later() -> None:
    office = Office()
    withdrawn(office)
    office.clock.now += timedelta(days=9)
    withdrawn(office)

    recorded(office, captured_at=NOON + timedelta(days=5), evidence=EVIDENCE)

    assert facts(office).standing.valid(office.clock.now) == ()


def test_a_withdrawal_stays_when_its_line_is_over() -> None:
    office = Office()
    withdrawal = withdrawn(office)

    office.clock.now += 2 * KEPT

    assert office.ledgers.ledger(office.whose, office.clock.now).lines == ()
    assert facts(office).standing.withdrawals == (withdrawal,)
    assert facts(office).intact


def test_after_a_withdrawal_only_what_is_proven_counts() -> None:
    office = Office()
    withdrawn(office)
    office.clock.now += timedelta(hours=2)
    soon = office.clock.now

    recorded(office, captured_at=soon)
    recorded(office, captured_at=soon, object="Pain au levain", typed=True, evidence=EVIDENCE)
    assert facts(office).standing.valid(soon) == ()
    assert facts(office).standing.refused(SIREN) == NOON

    proven = recorded(office, captured_at=soon, object="Pain de mie", evidence=EVIDENCE)
    confirmed = recorded(office, captured_at=soon, object="Pain complet", confirmed=True)
    assert facts(office).standing.valid(soon) == (proven, confirmed)
    assert facts(office).standing.refused(SIREN) is None


def test_evidence_that_is_told_later_is_a_line_and_counts() -> None:
    office = Office()
    withdrawn(office, at=at(days=-2))
    first = recorded(office)
    assert facts(office).standing.valid(NOON) == ()

    again = [
        usecases.record(
            captured(evidence=EVIDENCE, collector="Recueil SAS"), "acct_1", NUMBER, office.desk
        )
        for _ in range(2)
    ]

    (known,) = facts(office).standing.valid(NOON)
    assert known == replace(first, evidence=EVIDENCE, collector="Recueil SAS")
    assert [each.consent for each in again] == [known, known]
    assert not any(each.new for each in again)
    assert usecases.find("acct_1", first.id, office.desk)[2] == known
    assert len(office.ledgers.ledger(office.whose, NOON).lines) == 3


def test_other_evidence_is_a_line_too_and_the_first_stays() -> None:
    office = Office()
    recorded(office, evidence=EVIDENCE)
    other = Evidence(reference="lot-8.pdf")

    for _ in range(2):
        assert recorded(office, evidence=other).evidence == EVIDENCE

    _, line = office.ledgers.ledger(office.whose, NOON).lines
    assert line.told.evidence == other


def test_a_withdrawal_from_one_is_not_one_from_all() -> None:
    office = Office()
    withdrawn(office, siren=SIREN)

    withdrawn(office)

    assert [each.siren for each in facts(office).standing.withdrawals] == [SIREN, None]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"at": at(minutes=1)}, "/at"), ({"siren": "732829321"}, "/siren")],
)
def test_a_withdrawal_that_cannot_be_is_refused(wrong: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Rejected) as refused:
        withdrawn(Office(), **wrong)

    assert [each.pointer for each in refused.value.faults] == [pointer]


def test_a_withdrawal_by_a_clock_that_is_ahead_holds_now() -> None:
    office = Office()
    recorded(office)

    withdrawn(office, at=at(seconds=59))

    assert facts(office).standing.valid(NOON) == ()
    assert facts(office).standing.withdrawals[0].at == NOON


def test_an_import_of_an_old_consent_after_a_withdrawal_brings_nothing_back() -> None:
    office = Office()
    withdrawn(office, at=at(hours=-1))

    recorded(office, captured_at=at(days=-20))

    assert facts(office).standing.valid(NOON) == ()


def test_an_erasure_forgets_the_number_and_leaves_the_proof_for_three_years() -> None:
    office = Office()
    consent = recorded(office)

    erasure = usecases.erase("acct_1", office.person, "key_1", office.desk)

    assert erasure == Erasure(at=NOON, by="key_1")
    assert office.ledgers.number(office.whose) is None
    assert usecases.find("acct_1", consent.id, office.desk)[2] == consent
    assert facts(office).standing.valid(NOON) == ()
    office.clock.now = NOON + timedelta(days=3 * 365)
    assert facts(office).standing.consents == (consent,)
    office.clock.now += timedelta(seconds=1)
    assert facts(office) == usecases.Facts(standing=fold(()), suppressions=(), intact=True)


def test_of_somebody_of_whom_nothing_is_known_nothing_is_erased() -> None:
    office = Office()

    assert usecases.erase("acct_1", office.person, "key_1", office.desk) is None
    assert office.ledgers.lines == {(office.whose, book): {} for book in Book}


def test_who_looks_at_a_proof_is_written_down_in_a_ledger_of_its_own() -> None:
    office = Office()
    consent = recorded(office)

    for form in ("page", "pdf"):
        usecases.note_access(office.whose, consent.id, "link", form, office.desk)

    (page, pdf) = office.ledgers.accesses(office.whose, NOON, 10)
    assert (page.told.form, pdf.told.form) == ("page", "pdf")
    assert pdf.previous == page.seal
    assert len(office.ledgers.ledger(office.whose, NOON).lines) == 1


def test_who_looks_again_within_the_hour_is_written_down_already() -> None:
    office = Office()
    for _ in range(3):
        assert usecases.note_access(office.whose, "cons_1", "link", "page", office.desk)
        office.clock.now += timedelta(minutes=25)

    assert len(office.ledgers.accesses(office.whose, office.clock.now, 10)) == 1
    assert usecases.note_access(office.whose, "cons_1", "link", "page", office.desk)
    assert len(office.ledgers.accesses(office.whose, office.clock.now, 10)) == 2


def test_a_look_that_cannot_be_written_down_breaks_nothing() -> None:
    office = Office()
    office.ledgers.fails_after = 0

    assert not usecases.note_access(office.whose, "cons_1", "link", "page", office.desk)


def a_full_ledger() -> Office:
    """Return one of four lines."""
    office = Office()
    recorded(office)
    recorded(office, captured_at=at(days=-2))
    withdrawn(office)
    recorded(office, object="Livraison de gâteaux le dimanche")
    return office


def _drop(seq: int) -> Callable[[dict[int, Any]], object]:
    return lambda lines: lines.pop(seq)


def _swap(lines: dict[int, Any]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


def _backdate(lines: dict[int, Any]) -> None:
    line, until = lines[3]
    told = replace(line.told, at=at(days=-100))
    lines[3] = (replace(line, told=told), until)


def _copy(lines: dict[int, Any]) -> None:
    line, until = lines[1]
    lines[5] = (replace(line, seq=5), until)


TAMPERED = {
    "the first line is taken away": _drop(1),
    "one in the middle is taken away": _drop(2),
    "the withdrawal is taken away": _drop(3),
    "the last line is taken away": _drop(4),
    "two are swapped": _swap,
    "a withdrawal is dated back": _backdate,
    "a line is put in twice": _copy,
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_ledger_that_was_tampered_with_shows_it_and_allows_nothing(
    tamper: Callable[[dict[int, Any]], object],
) -> None:
    office = a_full_ledger()
    assert facts(office).intact

    tamper(office.ledgers.lines[office.whose, Book.CONSENTS])

    assert not facts(office).intact
    assert facts(office).standing.consents == ()


def test_a_last_line_taken_away_with_its_head_shows_too() -> None:
    office = a_full_ledger()
    place = (office.whose, Book.CONSENTS)
    office.ledgers.lines[place].pop(4)
    _, until = office.ledgers.heads[place]
    line, _ = office.ledgers.lines[place][2]

    office.ledgers.heads[place] = (Head.of(line), until)

    assert not facts(office).intact


def test_a_line_of_somebody_else_shows() -> None:
    office, other = a_full_ledger(), Office()
    usecases.record(captured(), "acct_1", "+33639981299", other.desk)
    ((stolen, *_),) = [list(each.values()) for each in other.ledgers.lines.values()]

    office.ledgers.lines[office.whose, Book.CONSENTS][1] = stolen

    assert not facts(office).intact


def test_lines_whose_time_is_over_are_not_missed() -> None:
    office = Office()
    recorded(office)
    office.clock.now = NOON + KEPT - timedelta(days=1)
    recent = recorded(office, captured_at=office.clock.now)

    office.clock.now = NOON + KEPT + timedelta(days=1)

    assert facts(office).standing.consents == (recent,)
    assert facts(office).intact


class LedgerOfAPerson(RuleBasedStateMachine):
    """Everything in any order, the connection lost at any request, and done again until it holds.

    What was promised (it returned) is there for ever; what was not may be or not, but whole.
    """

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.consents: dict[str, Consent] = {}
        self.ended: list[tuple[Any, str | None]] = []  # since when, from whom
        self.erased: Any = None

    def _do(self, work: Callable[[], Any], lost: tuple[int, bool] | None) -> Any:
        """Do it; where the connection was lost, do it again, as whoever was told so would."""
        if lost is not None:
            self.office.ledgers.fails_after, self.office.ledgers.fails_done = lost
        try:
            return work()
        except Unavailable:
            return work()
        finally:
            self.office.ledgers.fails_after = None

    losses = st.none() | st.tuples(st.integers(0, 4), st.booleans())

    @rule(
        days=st.integers(-400, 0),
        about=st.sampled_from(["pain", "gâteaux"]),
        proven=st.booleans(),
        lost=losses,
    )
    def somebody_consents(
        self, days: int, about: str, proven: bool, lost: tuple[int, bool] | None
    ) -> None:
        when = self.office.clock.now + timedelta(days=days)
        facts: dict[str, Any] = {"object": f"Livraison de {about} à domicile"}
        facts |= {"evidence": EVIDENCE} if proven else {}
        draft = captured(captured_at=when, **facts)
        done = self._do(lambda: usecases.record(draft, "acct_1", NUMBER, self.office.desk), lost)
        self.consents[done.consent.id] = done.consent

    @rule(
        siren=st.sampled_from([None, SIREN, OTHER_SIREN]),
        hours=st.integers(-48, 0),
        ref=st.sampled_from([None, "SM1", "SM2"]),
        lost=losses,
    )
    def somebody_withdraws(
        self, siren: str | None, hours: int, ref: str | None, lost: tuple[int, bool] | None
    ) -> None:
        when = self.office.clock.now + timedelta(hours=hours)
        self._do(lambda: withdrawn(self.office, siren=siren, at=when, ref=ref), lost)
        self.ended.append((when, siren))

    @rule(lost=losses)
    def somebody_is_erased(self, lost: tuple[int, bool] | None) -> None:
        def work() -> Any:
            return usecases.erase("acct_1", self.office.person, "key_1", self.office.desk)

        erasure = self._do(work, lost)
        assert (erasure is None) == (not self.consents and not self.ended)
        if erasure is not None:
            self.erased = erasure.at
            assert self.office.ledgers.number(self.office.whose) is None

    @rule(days=st.integers(1, 40))
    def time_goes_by(self, days: int) -> None:
        self.office.clock.now += timedelta(days=days)

    @invariant()
    def what_was_promised_is_there(self) -> None:
        if self.office.clock.now > NOON + timedelta(days=2 * 365):
            return  # before anything's time is over
        known = facts(self.office)
        there = {each.id: each for each in known.standing.consents}
        assert known.intact
        assert there == self.consents
        now = self.office.clock.now
        valid = {each.id for each in known.standing.valid(now)}
        assert valid == {each.id for each in self.consents.values() if self._good(each, now)}

    def _good(self, consent: Consent, now: Any) -> bool:
        unproven = consent.evidence is None
        ended = any(
            (consent.captured_at <= when or unproven)
            and siren in (None, consent.professional.siren)
            for when, siren in self.ended
        )
        erased = self.erased is not None and (consent.captured_at <= self.erased or unproven)
        return not ended and not erased and now <= consent.captured_at + timedelta(days=365)


LedgerOfAPerson.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
test_a_ledger_keeps_what_it_promised = LedgerOfAPerson.TestCase
