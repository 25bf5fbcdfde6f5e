"""Surveys, what people answered, and its counters, on the table `campaigns`.

A survey has a partition: its `head` (the draft) and its versions. A response has one, too: itself
and its free answers, which the index lists. Counters are spread over shards by respondent. A row
has the values of one question on one day, of all or of one group: reading them costs what days and
groups are asked for, however many people answered.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from zlib import crc32

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.transactions import TransactWrite

from chalicelib.campaigns.store import CampaignRow
from chalicelib.campaigns.surveys import records
from chalicelib.campaigns.surveys.answers import SLOTS, Key
from chalicelib.campaigns.surveys.reading import judge
from chalicelib.campaigns.surveys.versions import Kept
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

    from chalicelib.campaigns.surveys.answers import By, Counts, Response
    from chalicelib.campaigns.surveys.survey import Survey

HEAD: Final = "head"
RESPONSE: Final = "response"
VERBATIM: Final = "verbatim#"
LONGEST_ID: Final = 100
SHARDS: Final = 4  # of the counters; more of them would have to be read, were it changed


class SurveyRow(CampaignRow):
    """A survey with its draft, or a version of it."""

    document = JSONAttribute()
    revision = NumberAttribute(null=True)
    version = NumberAttribute(null=True)
    published_revision = NumberAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    updated_at = UTCDateTimeAttribute(null=True)
    published_at = UTCDateTimeAttribute(null=True)
    archived_at = UTCDateTimeAttribute(null=True)


class ResponseRow(CampaignRow):
    """A response, or a free answer of it: the same, and the question's key."""

    told = JSONAttribute()
    rev = NumberAttribute(null=True)
    question = UnicodeAttribute(null=True)


class TallyRow(CampaignRow):
    """How often each value of a question was answered."""

    group = UnicodeAttribute()
    day = UnicodeAttribute()
    question = UnicodeAttribute()
    v0 = NumberAttribute(null=True)
    v1 = NumberAttribute(null=True)
    v2 = NumberAttribute(null=True)
    v3 = NumberAttribute(null=True)
    v4 = NumberAttribute(null=True)
    v5 = NumberAttribute(null=True)
    v6 = NumberAttribute(null=True)
    v7 = NumberAttribute(null=True)
    v8 = NumberAttribute(null=True)
    v9 = NumberAttribute(null=True)
    v10 = NumberAttribute(null=True)


class WhoseRow(CampaignRow):
    """A response of a contact's: so that erasing them finds it."""


ROWS: Final = (SurveyRow, ResponseRow, TallyRow, WhoseRow)


class SurveyStore:
    """The ports `Surveys` and `Responses`."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def add(self, kept: Kept) -> Kept:
        """Put a row where none is."""
        with translated("add survey", survey_id=kept.survey_id):
            _head(kept).save(condition=SurveyRow.pk.does_not_exist())
        return kept

    def save(self, kept: Kept, before: Kept) -> Kept:
        """Put the row over what was read, and the new version beside it."""
        same: Condition = SurveyRow.revision == before.revision
        same &= SurveyRow.version == before.version
        try:
            with (
                translated("save survey", survey_id=kept.survey_id),
                TransactWrite(connection=SurveyRow._get_connection().connection) as transaction,
            ):
                transaction.save(_head(kept), condition=same)
                if kept.version != before.version:
                    transaction.save(_version(kept), condition=SurveyRow.pk.does_not_exist())
        except Conflict as error:
            raise Stale("the survey changed meanwhile", survey_id=kept.survey_id) from error
        return kept

    def load(self, account_id: str, survey_id: str) -> Kept:
        """Return a survey with one GetItem."""
        _known(survey_id)
        with translated("load survey", survey_id=survey_id):
            row = SurveyRow.get(_pk(account_id, survey_id), HEAD, consistent_read=True)
        return _kept(row)

    def surveys(self, account_id: str, limit: int, after: str | None = None) -> Page[Kept]:
        """Query the index, the newest first."""
        before = None if after is None else SurveyRow.gsi1sk < after
        with translated("list surveys", account_id=account_id):
            found = list(
                SurveyRow.gsi1.query(
                    f"{account_id}#surveys", before, scan_index_forward=False, limit=limit + 1
                )
            )
        return _page(found, limit, _kept)

    def version(self, account_id: str, survey_id: str, version: int) -> Survey:
        """Return a version with one GetItem."""
        _known(survey_id)
        with translated("load survey's version", survey_id=survey_id):
            row = SurveyRow.get(_pk(account_id, survey_id), _version_sk(version))
        return judge(row.document)[0]

    def response(self, account_id: str, survey_id: str, respondent: str) -> Response | None:
        """Return a response with one GetItem."""
        try:
            with translated("load response", survey_id=survey_id):
                pk = _response_pk(account_id, survey_id, respondent)
                return _read(ResponseRow.get(pk, RESPONSE, consistent_read=True))
        except NotFound:
            return None

    def keep(self, response: Response, counts: Counts, *, verbatims: tuple[str, ...] = ()) -> None:
        """Write the response and add to its counters, in one transaction."""
        before: Condition = ResponseRow.pk.does_not_exist()
        if response.rev:
            before = ResponseRow.rev == response.rev
        with (
            translated("keep response", survey_id=response.survey_id),
            TransactWrite(connection=ResponseRow._get_connection().connection) as transaction,
        ):
            transaction.save(_response(response), condition=before)
            for key in verbatims:
                transaction.save(_verbatim(response, key))
            if not response.rev and "contact" in response.about:
                transaction.save(_whose(response))
            _add(transaction, response, counts)

    def of_person(self, account_id: str, contact: str) -> tuple[tuple[str, str], ...]:
        """Query the contact's own partition."""
        with translated("find responses", account_id=account_id):
            rows = list(WhoseRow.query(_whose_pk(account_id, contact)))
        return tuple((row.sk.split("#", 1)[0], row.sk.split("#", 1)[1]) for row in rows)

    def forget(self, before: Response, after: Response, counts: Counts) -> None:
        """Write what is left and delete the rest, in one transaction."""
        with (
            translated("forget whose a response is", survey_id=before.survey_id),
            TransactWrite(connection=ResponseRow._get_connection().connection) as transaction,
        ):
            transaction.save(_response(after), condition=ResponseRow.rev == before.rev)
            for key in before.answers.keys() - after.answers.keys():
                pk = _response_pk(before.account_id, before.survey_id, before.respondent)
                transaction.delete(ResponseRow(pk, VERBATIM + key))
            transaction.delete(_whose(before))
            _add(transaction, after, counts)

    def counts(self, account_id: str, survey_id: str, by: By, first: str, last: str) -> Counts:
        """Query each shard's range of days."""
        found: Counts = Counter()
        span = TallyRow.sk.between(f"{by.value}#{first}", f"{by.value}#{last}~")
        with translated("load results", survey_id=survey_id):
            for shard in range(SHARDS):
                for row in TallyRow.query(_tally_pk(account_id, survey_id, shard), span):
                    for slot in range(SLOTS):
                        number = int(getattr(row, f"v{slot}") or 0)
                        if number:
                            found[Key(by, row.group, row.day, row.question, slot)] += number
        return found

    def responses(
        self, account_id: str, survey_id: str, limit: int, after: str | None = None
    ) -> Page[Response]:
        """Query the index, the oldest first."""
        later = None if after is None else ResponseRow.gsi1sk > after
        with translated("list responses", survey_id=survey_id):
            listed = f"{account_id}#responses#{survey_id}"
            found = list(ResponseRow.gsi1.query(listed, later, limit=limit + 1))
        return _page(found, limit, _read)

    def verbatims(
        self, account_id: str, survey_id: str, limit: int, after: str | None = None
    ) -> Page[tuple[Response, str]]:
        """Query the index, the newest first."""
        before = None if after is None else ResponseRow.gsi1sk < after
        with translated("list verbatims", survey_id=survey_id):
            listed = f"{account_id}#verbatims#{survey_id}"
            found = list(
                ResponseRow.gsi1.query(listed, before, scan_index_forward=False, limit=limit + 1)
            )
        return _page(found, limit, lambda row: (_read(row), str(row.question)))


def _known(survey_id: str) -> None:
    if len(survey_id) > LONGEST_ID:  # no id of ours; DynamoDB refuses the key as malformed
        raise NotFound("no such survey", survey_id=survey_id[:LONGEST_ID])


def _page(found: list[Any], limit: int, read: Any) -> Page[Any]:
    shown = found[:limit]
    following = shown[-1].gsi1sk if len(found) > limit else None
    return Page(tuple(map(read, shown)), following)


def _pk(account_id: str, survey_id: str) -> str:
    return f"survey#{account_id}#{survey_id}"


def _version_sk(version: int) -> str:
    return f"version#{version:06}"


def _response_pk(account_id: str, survey_id: str, respondent: str) -> str:
    return f"response#{account_id}#{survey_id}#{respondent}"


def _tally_pk(account_id: str, survey_id: str, shard: int) -> str:
    return f"tally#{account_id}#{survey_id}#{shard}"


def _head(kept: Kept) -> SurveyRow:
    made = int(kept.created_at.timestamp() * 1000)
    listed = kept.archived_at is None
    return SurveyRow(
        pk=_pk(kept.account_id, kept.survey_id),
        sk=HEAD,
        gsi1pk=f"{kept.account_id}#surveys" if listed else None,
        gsi1sk=f"{made:013d}#{kept.survey_id}" if listed else None,
        document=kept.draft,
        revision=kept.revision,
        version=kept.version,
        published_revision=kept.published_revision,
        created_at=kept.created_at,
        updated_at=kept.updated_at,
        published_at=kept.published_at,
        archived_at=kept.archived_at,
    )


def _version(kept: Kept) -> SurveyRow:
    return SurveyRow(
        pk=_pk(kept.account_id, kept.survey_id),
        sk=_version_sk(kept.version),
        document=kept.draft,
        published_at=kept.published_at,
    )


def _kept(row: Any) -> Kept:
    _, account_id, survey_id = row.pk.split("#")
    return Kept(
        survey_id=survey_id,
        account_id=account_id,
        draft=row.document,
        created_at=row.created_at,
        updated_at=row.updated_at,
        revision=int(row.revision),
        version=int(row.version),
        published_revision=int(row.published_revision),
        published_at=row.published_at,
        archived_at=row.archived_at,
    )


def _response(response: Response) -> ResponseRow:
    made = int(response.begun_at.timestamp() * 1000)
    return ResponseRow(
        pk=_response_pk(response.account_id, response.survey_id, response.respondent),
        sk=RESPONSE,
        gsi1pk=f"{response.account_id}#responses#{response.survey_id}",
        gsi1sk=f"{made:013d}#{response.respondent}",
        told=records.written(response),
        rev=response.rev + 1,
    )


def _verbatim(response: Response, key: str) -> ResponseRow:
    made = int(response.answers[key].at.timestamp() * 1000)
    return ResponseRow(
        pk=_response_pk(response.account_id, response.survey_id, response.respondent),
        sk=VERBATIM + key,
        gsi1pk=f"{response.account_id}#verbatims#{response.survey_id}",
        gsi1sk=f"{made:013d}#{response.respondent}#{key}",
        told=records.written(response),
        question=key,
    )


def _whose(response: Response) -> WhoseRow:
    pk = _whose_pk(response.account_id, response.about["contact"])
    return WhoseRow(pk, f"{response.survey_id}#{response.respondent}")


def _whose_pk(account_id: str, contact: str) -> str:
    return f"surveyed#{account_id}#{contact}"


def _add(transaction: TransactWrite, response: Response, counts: Counts) -> None:
    """Add to the counters of a response's shard."""
    for row, slots in _rows(response, counts).items():
        transaction.update(
            TallyRow(*row[:2]),
            actions=[
                TallyRow.group.set(row[2]),
                TallyRow.day.set(row[3]),
                TallyRow.question.set(row[4]),
                *(getattr(TallyRow, f"v{slot}").add(n) for slot, n in slots.items()),
            ],
        )


def _read(row: Any) -> Response:
    _, account_id, survey_id, respondent = row.pk.split("#", 3)
    return records.read(row.told, account_id, survey_id, respondent, int(row.rev or 0))


def _rows(
    response: Response, counts: Counts
) -> dict[tuple[str, str, str, str, str], dict[int, int]]:
    """Return the rows of counters that change: their keys, what they are of, and what is added."""
    shard = crc32(response.respondent.encode()) % SHARDS
    pk = _tally_pk(response.account_id, response.survey_id, shard)
    rows: dict[tuple[str, str, str, str, str], dict[int, int]] = {}
    for key, number in counts.items():
        sk = f"{key.by.value}#{key.day}#{quote(key.group, safe='')}#{key.question}"
        row = (pk, sk, key.group, key.day, key.question)
        rows.setdefault(row, {})[key.slot] = number
    return rows
