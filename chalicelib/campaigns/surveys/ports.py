"""What surveys need of the world. Everything raises Unavailable when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.campaigns.surveys.answers import By, Counts, Response
    from chalicelib.campaigns.surveys.survey import Survey
    from chalicelib.campaigns.surveys.versions import Kept
    from chalicelib.directory.ports import Page


class Surveys(Protocol):
    """Surveys of accounts: their drafts and their versions."""

    def add(self, kept: Kept) -> Kept:
        """Store a new survey. Raises Conflict if the id is taken."""

    def save(self, kept: Kept, before: Kept) -> Kept:
        """Store a change of what was read, with its new version if it has one. Raises Stale."""

    def load(self, account_id: str, survey_id: str) -> Kept:
        """Return a survey; another account's is NotFound."""

    def surveys(self, account_id: str, limit: int, after: str | None = None) -> Page[Kept]:
        """Return an account's surveys, the newest first, but for those that are put away."""

    def version(self, account_id: str, survey_id: str, version: int) -> Survey:
        """Return a published version. Raises NotFound."""


class Responses(Protocol):
    """What people answered, and its counters."""

    def response(self, account_id: str, survey_id: str, respondent: str) -> Response | None:
        """Return what somebody answered, as it is now."""

    def keep(self, response: Response, counts: Counts, *, verbatims: tuple[str, ...] = ()) -> None:
        """Store a response over the `rev` that was read, and add to the counters: both or neither.

        `verbatims` are the questions that were answered freely just now. Raises Conflict.
        """

    def of_person(self, account_id: str, contact: str) -> tuple[tuple[str, str], ...]:
        """Return the survey and the respondent of each response of a contact."""

    def forget(self, before: Response, after: Response, counts: Counts) -> None:
        """Store what is left of a response, without its free answers and whose it is."""

    def counts(self, account_id: str, survey_id: str, by: By, first: str, last: str) -> Counts:
        """Return the counters of some days, both included."""

    def responses(
        self, account_id: str, survey_id: str, limit: int, after: str | None = None
    ) -> Page[Response]:
        """Return responses, the oldest first."""

    def verbatims(
        self, account_id: str, survey_id: str, limit: int, after: str | None = None
    ) -> Page[tuple[Response, str]]:
        """Return free answers, the newest first: each response with the question's key."""
