"""Surveys and what people answered, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.surveys.reading import judge
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale

if TYPE_CHECKING:
    from chalicelib.campaigns.surveys.answers import By, Counts, Response
    from chalicelib.campaigns.surveys.messages.session import Session
    from chalicelib.campaigns.surveys.survey import Survey
    from chalicelib.campaigns.surveys.versions import Kept


class SurveysInMemory:
    """The ports `Surveys` and `Responses`."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Kept] = {}
        self._versions: dict[tuple[str, str, int], Any] = {}
        self._responses: dict[tuple[str, str, str], Response] = {}
        self._verbatims: dict[tuple[str, str, str], Response] = {}
        self._counts: dict[tuple[str, str], Counts] = {}

    def add(self, kept: Kept) -> Kept:
        """Store a new one."""
        if (kept.account_id, kept.survey_id) in self._kept:
            raise Conflict("there is one of that id")
        self._kept[kept.account_id, kept.survey_id] = kept
        return kept

    def save(self, kept: Kept, before: Kept) -> Kept:
        """Store a change."""
        there = self._kept.get((kept.account_id, kept.survey_id))
        if there is None or (there.revision, there.version) != (before.revision, before.version):
            raise Stale("the survey changed meanwhile")
        self._kept[kept.account_id, kept.survey_id] = kept
        if kept.version != before.version:
            self._versions[kept.account_id, kept.survey_id, kept.version] = kept.draft
        return kept

    def load(self, account_id: str, survey_id: str) -> Kept:
        """Return a survey."""
        try:
            return self._kept[account_id, survey_id]
        except KeyError:
            raise NotFound("no such survey") from None

    def surveys(self, account_id: str, limit: int, after: str | None = None) -> Page[Kept]:
        """Return an account's surveys, the newest first."""
        mine = {
            f"{int(each.created_at.timestamp() * 1000):013d}#{each.survey_id}": each
            for (owner, _), each in self._kept.items()
            if owner == account_id and each.archived_at is None
        }
        return _page(mine, limit, after, newest_first=True)

    def version(self, account_id: str, survey_id: str, version: int) -> Survey:
        """Return a published version."""
        try:
            return judge(self._versions[account_id, survey_id, version])[0]
        except KeyError:
            raise NotFound("no such version") from None

    def response(self, account_id: str, survey_id: str, respondent: str) -> Response | None:
        """Return a response."""
        return self._responses.get((account_id, survey_id, respondent))

    def keep(self, response: Response, counts: Counts, *, verbatims: tuple[str, ...] = ()) -> None:
        """Store a response, and add to the counters."""
        key = response.account_id, response.survey_id, response.respondent
        there = self._responses.get(key)
        if (0 if there is None else there.rev) != response.rev:
            raise Conflict("changed meanwhile")
        self._responses[key] = replace(response, rev=response.rev + 1)
        for question in verbatims:
            self._verbatims[key[0], key[1], f"{response.respondent}#{question}"] = response
        self._counts.setdefault(key[:2], Counter()).update(counts)

    def of_person(self, account_id: str, contact: str) -> tuple[tuple[str, str], ...]:
        """Return the survey and the respondent of each response of a contact."""
        return tuple(
            (survey, name)
            for (owner, survey, name), each in self._responses.items()
            if owner == account_id and each.about.get("contact") == contact
        )

    def forget(self, before: Response, after: Response, counts: Counts) -> None:
        """Store what is left of a response."""
        self.keep(after, counts)
        for key in before.answers.keys() - after.answers.keys():
            place = f"{before.respondent}#{key}"
            self._verbatims.pop((before.account_id, before.survey_id, place), None)

    def counts(self, account_id: str, survey_id: str, by: By, first: str, last: str) -> Counts:
        """Return the counters of some days."""
        known: Counts = self._counts.get((account_id, survey_id), Counter())
        return Counter(
            {
                key: number
                for key, number in known.items()
                if number and key.by is by and first <= key.day <= last
            }
        )

    def responses(
        self, account_id: str, survey_id: str, limit: int, after: str | None = None
    ) -> Page[Response]:
        """Return responses, the oldest first."""
        mine = {
            f"{int(each.begun_at.timestamp() * 1000):013d}#{each.respondent}": each
            for (owner, survey, _), each in self._responses.items()
            if (owner, survey) == (account_id, survey_id)
        }
        return _page(mine, limit, after)

    def verbatims(
        self, account_id: str, survey_id: str, limit: int, after: str | None = None
    ) -> Page[tuple[Response, str]]:
        """Return free answers, the newest first."""
        mine = {}
        for (owner, survey, place), each in self._verbatims.items():
            key = place.rpartition("#")[2]
            made = int(each.answers[key].at.timestamp() * 1000)
            if (owner, survey) == (account_id, survey_id):
                mine[f"{made:013d}#{place}"] = (each, key)
        return _page(mine, limit, after, newest_first=True)


class SessionsInMemory:
    """The port `Sessions`."""

    def __init__(self) -> None:
        self._there: dict[tuple[str, str, str], Session] = {}

    def session(self, account_id: str, ours: str, person: str) -> Session | None:
        """Return somebody's session."""
        return self._there.get((account_id, ours, person))

    def save(self, session: Session) -> Session:
        """Store a session."""
        key = session.account_id, session.ours, session.person
        there = self._there.get(key)
        if (0 if there is None else there.rev) != session.rev:
            raise Conflict("changed meanwhile")
        self._there[key] = replace(session, rev=session.rev + 1)
        return self._there[key]

    def drop(self, session: Session) -> None:
        """Forget a session, unless it changed."""
        key = session.account_id, session.ours, session.person
        if self._there.get(key) == session:
            del self._there[key]


def _page(
    there: dict[str, Any], limit: int, after: str | None, *, newest_first: bool = False
) -> Page[Any]:
    keys = sorted(there, reverse=newest_first)
    if after is not None:
        keys = [key for key in keys if (key < after if newest_first else key > after)]
    shown = keys[:limit]
    return Page(tuple(there[key] for key in shown), shown[-1] if len(keys) > limit else None)
