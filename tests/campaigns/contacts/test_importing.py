"""Imports worked off by workers that are killed, doubled, cancelled: no row is lost or doubled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.contacts import files, importing, pieces
from chalicelib.campaigns.contacts.imports import (
    LEASE,
    MAX_ATTEMPTS,
    Counts,
    Import,
    ImportStatus,
    begun,
    from_document,
    to_document,
)
from chalicelib.campaigns.contacts.numbers import Numbers
from chalicelib.campaigns.contacts.reading import Reader
from chalicelib.kernel.errors import Conflict, Rejected, Unavailable
from tests.campaigns.contacts.builders import ACCOUNT, LIST, NOON, a_contact, a_csv, hashed, keep
from tests.fakes import QueueInMemory
from tests.fakes.contacts import (
    ContactsInMemory,
    Cut,
    Cutting,
    ImportsInMemory,
    ListFilesInMemory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.contacts.refusals import Refusal

TITLES = "Nom;Téléphone;Mobile;Ville\n"
ROWS = [
    "Ng;0612345600;;Lyon",
    "Ng;0612345600;;",
    "Roux;0162012345;0612345601;Nice",
    "Faux;112;;",
    "Zoé;0612345602;0899123456;Nîmes",
    "Ng;;0612345600;Bron",
    "Known;0612345603;;Brest",
    "Gone;0612345604;;Pau",
]
COUNTS = Counts(rows=8, created=3, updated=1, merged=2, refused=2, remarks=1)


class Office:
    """A desk of workers, whose ports may be cut at the call of a number."""

    def __init__(self, *rows: str, text: str | None = None, piece_rows: int = 2) -> None:
        self.now = NOON
        self.contacts, self.imports = ContactsInMemory(), ImportsInMemory()
        self.files, self.queue = ListFilesInMemory(), QueueInMemory()
        self.piece_rows, self.seconds = piece_rows, 900.0
        self.calls, self.cut_at, self.listed = 0, 0, True
        self.pauses: list[int] = []
        self._put(text if text is not None else TITLES + "\n".join(rows) + "\n")
        known = a_contact("+33612345603", fields={"name": "Old", "age": "41"})
        keep(self.contacts, [known])
        self.contacts.mark_erased(ACCOUNT, [hashed("+33612345604")], NOON - timedelta(days=9))

    def _put(self, text: str) -> None:
        new = Import(
            import_id="imp_1",
            account_id=ACCOUNT,
            list_id=LIST,
            name="clients.csv",
            country="FR",
            requested_at=NOON,
        )
        self.imports.create(new)
        self.files.put(new.key, text.encode("cp1252"))
        form = files.look(a_csv(text, "cp1252")).form
        mapping = ("name", "number", "number", "city")
        started = begun(new, form, mapping, self.files.version(new.key), NOON)
        self.imports.begin(started)

    def _cut(self) -> None:
        self.calls += 1
        if self.calls == self.cut_at:
            raise Cut

    def desk(self, lease: str = "worker", **ports: Any) -> importing.Desk:
        facts: dict[str, Any] = {
            "imports": Cutting(self.imports, self._cut),
            "files": Cutting(self.files, self._cut),
            "contacts": Cutting(self.contacts, self._cut),
            "queue": Cutting(self.queue, self._cut),
            "hashing": lambda _account: hashed,
            "listed": lambda *_: self.listed,
            "clock": lambda: self.now,
            "seconds_left": lambda: self.seconds,
            "lease": lease,
            "pause": self.pauses.append,
            "piece_rows": self.piece_rows,
        }
        return importing.Desk(**{**facts, **ports})

    def work(self, lease: str = "worker") -> Import:
        desk = self.desk(lease)
        claimed = desk.imports.claim("imp_1", lease, self.now)
        if not claimed.over:
            importing.go_on(claimed, desk)
        return self.known

    @property
    def known(self) -> Import:
        return self.imports.load(ACCOUNT, "imp_1")

    @property
    def people(self) -> dict[str, Any]:
        kept = self.contacts.kept.values()
        return {each.numbers[0]: (each.numbers, dict(each.fields)) for each in kept}


PEOPLE = {
    "+33612345600": (("+33612345600",), {"name": "Ng", "city": "Bron"}),
    "+33162012345": (("+33162012345", "+33612345601"), {"name": "Roux", "city": "Nice"}),
    "+33612345602": (("+33612345602",), {"name": "Zoé", "city": "Nîmes"}),
    "+33612345603": (("+33612345603",), {"name": "Known", "city": "Brest", "age": "41"}),
}
REFUSED = (
    "\ufeffcadran_ligne;cadran_prise;cadran_colonne;cadran_motif;Nom;Téléphone;Mobile;Ville\r\n"
    "5;non;Téléphone;numéro d'urgence : jamais appelé (112);Faux;112;;\r\n"
    "6;oui;Mobile;numéro surtaxé : jamais appelé (0899123456);Zoé;0612345602;0899123456;Nîmes\r\n"
    "9;non;;personne effacée à sa demande : n'est plus importée;Gone;0612345604;;Pau\r\n"
)


@pytest.mark.parametrize("piece_rows", [1, 2, 3, 100])
def test_every_row_is_created_updated_merged_or_refused(piece_rows: int) -> None:
    office = Office(*ROWS, piece_rows=piece_rows)

    done = office.work()

    assert (done.status, done.total, done.counts) == (ImportStatus.DONE, 8, COUNTS)
    assert office.people == PEOPLE
    assert office.files.files[done.refused_key].decode() == REFUSED


def _calls_of_a_whole_import() -> int:
    office = Office(*ROWS)
    office.work()
    return office.calls


@pytest.mark.parametrize("cut_at", range(1, _calls_of_a_whole_import() + 1))
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(cut_at: int) -> None:
    office = Office(*ROWS)
    office.cut_at = cut_at

    with pytest.raises(Cut):
        office.work("first")
    office.now += LEASE + timedelta(seconds=1)
    done = office.work("second")

    assert (done.status, done.counts) == (ImportStatus.DONE, COUNTS)
    assert office.people == PEOPLE
    assert office.files.files[done.refused_key].decode() == REFUSED


def test_two_workers_at_once_are_one() -> None:
    office = Office(*ROWS)
    office.imports.claim("imp_1", "first", NOON)

    with pytest.raises(Conflict):
        office.work("second")


def test_a_worker_whose_lease_was_taken_saves_nothing() -> None:
    office = Office(*ROWS)
    slow = office.imports.claim("imp_1", "slow", NOON)
    office.now += LEASE + timedelta(seconds=1)
    done = office.work("fast")

    with pytest.raises(Conflict):
        importing.go_on(slow, office.desk("slow"))
    assert office.known == done
    assert office.people == PEOPLE


def test_a_worker_whose_time_runs_short_leaves_the_rest_to_the_next() -> None:
    office = Office(*ROWS)
    office.seconds = importing.STOP_SECONDS - 1

    rounds = 0
    while not office.work(f"worker{rounds}").over:
        rounds += 1
        assert len(office.queue.messages) == rounds

    assert office.known.counts == COUNTS
    assert rounds == 3
    assert office.people == PEOPLE


def test_an_import_cancelled_before_it_began_keeps_nobody() -> None:
    office = Office(*ROWS)
    before = office.people
    office.imports.stop(ACCOUNT, "imp_1")

    done = office.work()

    assert (done.status, done.counts) == (ImportStatus.CANCELLED, Counts())
    assert office.people == before


def test_an_import_cancelled_on_its_way_counts_exactly_what_it_kept() -> None:
    office = Office(*ROWS)
    stopped = Stopping(office)

    importing.go_on(office.imports.claim("imp_1", "worker", NOON), office.desk(contacts=stopped))

    assert office.known.status is ImportStatus.CANCELLED
    assert office.known.counts == Counts(rows=2, created=1, merged=1)
    assert office.people.keys() == {"+33612345600", "+33612345603"}


class Stopping(ContactsInMemory):
    """Contacts whose keeping is the moment when somebody cancels the import."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.kept, self.gone, self._office = office.contacts.kept, office.contacts.gone, office

    def swap(self, changes: Any) -> set[str]:
        changed = super().swap(changes)
        self._office.imports.stop(ACCOUNT, "imp_1")
        return changed


class Busy(ContactsInMemory):
    """Contacts of a table that takes half of what is put, then none, for a while."""

    def __init__(self, office: Office, times: int) -> None:
        super().__init__()
        self.kept, self.gone, self.times = office.contacts.kept, office.contacts.gone, times

    def swap(self, changes: Any) -> set[str]:
        wanted = list(changes)
        if self.times:
            self.times -= 1
            super().swap(wanted[: len(wanted) // 2])
            raise Unavailable("table did not answer")
        return super().swap(wanted)


def test_a_table_that_is_busy_is_waited_for_and_rows_count_once() -> None:
    office = Office(*ROWS, piece_rows=100)

    importing.go_on(
        office.imports.claim("imp_1", "worker", NOON), office.desk(contacts=Busy(office, 3))
    )

    assert office.pauses == [1, 2, 3]
    assert (office.known.status, office.known.counts) == (ImportStatus.DONE, COUNTS)
    assert office.people == PEOPLE


def test_a_table_that_stays_busy_is_left_to_the_next_worker() -> None:
    office = Office(*ROWS)
    busy = Busy(office, 100)

    with pytest.raises(Unavailable):
        importing.go_on(office.imports.claim("imp_1", "worker", NOON), office.desk(contacts=busy))

    assert office.known.counts == Counts()


class Erasing(ContactsInMemory):
    """Contacts of whom some are erased after the import looked, before it writes them."""

    def __init__(self, office: Office, *numbers: str) -> None:
        super().__init__()
        self.numbers = numbers
        self.kept, self.gone, self._office = office.contacts.kept, office.contacts.gone, office

    def swap(self, changes: Any) -> set[str]:
        self.mark_erased(ACCOUNT, [hashed(each) for each in self.numbers], self._office.now)
        return super().swap(changes)


def test_somebody_erased_while_their_row_is_written_stays_erased() -> None:
    office = Office(*ROWS)
    erasing = Erasing(office, "+33162012345")

    importing.go_on(office.imports.claim("imp_1", "worker", NOON), office.desk(contacts=erasing))

    assert "+33162012345" not in office.people


def test_a_second_number_erased_while_its_row_is_written_is_taken_out_again() -> None:
    office = Office(*ROWS)
    erasing = Erasing(office, "+33612345601")

    importing.go_on(office.imports.claim("imp_1", "worker", NOON), office.desk(contacts=erasing))

    assert office.people["+33162012345"][0] == ("+33162012345",)


def test_somebody_erased_does_not_come_back_as_a_second_number() -> None:
    office = Office("Ng;0612345600;0612345604;Lyon", "Ng;0612345600;;", "Zoé;0612345602;;")

    done = office.work()

    assert done.counts == Counts(rows=3, created=2, merged=1, remarks=1)
    assert office.people["+33612345600"][0] == ("+33612345600",)
    told = office.files.files[done.refused_key].decode().splitlines()[1:]
    reason = "personne effacée à sa demande : n'est plus importée"
    assert told == [f"2;oui;number;{reason};Ng;0612345600;0612345604;Lyon"]


def test_what_a_killed_worker_wrote_of_somebody_erased_is_deleted_by_the_next() -> None:
    office = Office(*ROWS)
    office.work()
    office.contacts.mark_erased(ACCOUNT, [hashed("+33612345602")], NOON)
    again = office.imports.load(ACCOUNT, "imp_1")
    told: list[Refusal] = []
    reader = Reader(("Tel",), ("number",), Numbers("FR"), told.append)
    piece = pieces.read([(2, ["0612345602"])], again, reader, told, hashed, NOON)

    counts = pieces.keep(piece, again, office.contacts)

    assert counts == Counts(rows=1, refused=1)
    assert "+33612345602" not in office.people


class Meanwhile(ContactsInMemory):
    """Contacts of whom one is told something by somebody else, after the import looked."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.kept, self.gone, self.left = office.contacts.kept, office.contacts.gone, 1

    def swap(self, changes: Any) -> set[str]:
        if self.left:
            self.left -= 1
            fields = {"name": "Known", "vip": "true"}
            later = NOON + timedelta(seconds=1)
            keep(self, [a_contact("+33612345603", fields=fields, updated_at=later)])
        return super().swap(changes)


def test_what_somebody_else_tells_meanwhile_is_merged_and_not_lost() -> None:
    office = Office(*ROWS, piece_rows=100)
    desk = office.desk(contacts=Meanwhile(office))

    importing.go_on(office.imports.claim("imp_1", "worker", NOON), desk)

    assert office.known.counts == COUNTS
    known = office.people["+33612345603"][1]
    assert known == {"name": "Known", "city": "Brest", "vip": "true"}


def test_a_hundred_thousand_rows_with_one_number_are_one_contact() -> None:
    office = Office(*["Ng;0612345600;;Lyon"] * 100_000, piece_rows=5_000)

    done = office.work()

    assert done.counts == Counts(rows=100_000, created=1, merged=99_999)
    assert len(office.people) == 2


def test_an_import_again_updates_whom_it_created() -> None:
    office = Office(*ROWS)
    office.work()
    again = replace(office.known, import_id="imp_2", counts=Counts(), total=None, parts=())
    office.files.files[again.key] = office.files.files[office.known.key]
    office.imports.create(replace(again, status=ImportStatus.QUEUED))

    importing.go_on(office.imports.claim("imp_2", "worker", NOON), office.desk())

    done = office.imports.load(ACCOUNT, "imp_2")
    assert done.counts == replace(COUNTS, created=0, updated=4)
    assert office.people == PEOPLE


def test_a_file_that_was_replaced_meanwhile_is_not_read() -> None:
    office = Office(*ROWS)
    office.files.put(office.known.key, b"Nom;Tel\nx;0612345678\n")

    with pytest.raises(Rejected) as refused:
        office.work()
    assert importing.give_up(office.known, refused.value, office.desk())

    assert office.known.status is ImportStatus.FAILED
    assert office.known.reason == "the file is another one by now"


def test_an_import_into_a_list_that_is_deleted_leaves_nobody_in_it() -> None:
    office = Office(*ROWS)
    before = office.people
    office.listed = False

    with pytest.raises(Rejected) as refused:
        office.work()
    assert importing.give_up(office.known, refused.value, office.desk())

    assert office.people == before
    assert office.known.reason == "the list was deleted meanwhile"


def test_a_failure_is_tried_again_and_then_told() -> None:
    office = Office(*ROWS)
    failure = Unavailable("table did not answer")

    for attempt in range(1, MAX_ATTEMPTS + 1):
        known = office.imports.claim("imp_1", "worker", NOON)
        assert importing.give_up(known, failure, office.desk()) is (attempt == MAX_ATTEMPTS)

    assert office.known.status is ImportStatus.FAILED
    assert office.known.reason == "Unavailable"


def test_a_failure_after_progress_starts_the_count_again() -> None:
    office = Office(*ROWS)
    known = office.imports.claim("imp_1", "worker", NOON)
    office.imports.save(replace(known, attempts=0), "worker", NOON)

    assert importing.give_up(office.known, Unavailable("no answer"), office.desk())

    assert office.queue.messages == [{"account_id": ACCOUNT, "import_id": "imp_1"}]


def test_an_import_is_kept_as_plain_values() -> None:
    office = Office(*ROWS)
    office.work()
    known = office.known

    assert from_document(to_document(known), known.attempts, stopping=False) == known


def test_an_import_is_started_once() -> None:
    known = Office(*ROWS).known
    assert known.form is not None

    with pytest.raises(Rejected):
        begun(known, known.form, known.mapping, "", NOON)


if TYPE_CHECKING:
    _port: Callable[[], importing.Imports] = ImportsInMemory
    _files: Callable[[], importing.Files] = ListFilesInMemory
    _contacts: Callable[[], pieces.Contacts] = ContactsInMemory
