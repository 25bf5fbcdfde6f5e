"""Prompts on the table `ivr`: one row a prompt, with its newest version; one row a version.

A version's row is written once and never changed: the process keeps what it has read of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.ivr.audio.sounds import Audio, Prompt
from chalicelib.ivr.published import Page
from chalicelib.ivr.store import IvrRow
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.runtime.kept import Kept
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pynamodb.expressions.update import Action

HEADER: Final = "prompt"
VERSION: Final = "v#"
# A deleted prompt is heard for so long by those who have the URL, if its file were still there.
KEPT_SECONDS: Final = 300.0


class _AudioRow(IvrRow):
    """What is known of one version."""

    version = NumberAttribute()
    milliseconds = NumberAttribute()
    size = NumberAttribute()
    source = UnicodeAttribute()
    key = UnicodeAttribute()
    made_at = UTCDateTimeAttribute()


class PromptRow(_AudioRow):
    """A prompt, with its newest version."""

    name = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()


class AudioRow(_AudioRow):
    """A version, until the prompt is deleted."""


class PromptStore:
    """The port `Prompts` on the table `ivr`."""

    def __init__(self, table_name: str) -> None:
        for row in (_AudioRow, PromptRow, AudioRow):
            bind(row, table_name)
        self._kept: Kept[tuple[str, int], Audio] = Kept(
            self._read_audio, fresh_seconds=KEPT_SECONDS
        )

    def create(self, prompt: Prompt) -> None:
        """Store a new prompt with its first version."""
        row = PromptRow(
            pk=_pk(prompt.prompt_id),
            sk=HEADER,
            account_pk=_owner(prompt.account_id),
            account_sk=prompt.prompt_id,
            account_id=prompt.account_id,
            name=prompt.name,
            created_at=prompt.created_at,
            **_facts(prompt.audio),
        )
        with (
            translated("create prompt", prompt_id=prompt.prompt_id),
            self._transaction() as transaction,
        ):
            transaction.save(row, condition=PromptRow.pk.does_not_exist())
            transaction.save(_audio_row(prompt.account_id, prompt.audio))

    def load(self, account_id: str, prompt_id: str) -> Prompt:
        """Return a prompt; another account's is NotFound."""
        with translated("load prompt", prompt_id=prompt_id):
            row = PromptRow.get(_pk(prompt_id), HEADER, consistent_read=True)
        if row.account_id != account_id:
            raise NotFound("no such prompt", prompt_id=prompt_id)
        return _prompt(row)

    def add_version(self, prompt: Prompt, audio: Audio) -> Prompt:
        """Store the next version and make it the newest, at once or not at all."""
        changes: list[Action] = [
            getattr(PromptRow, name).set(value) for name, value in _facts(audio).items()
        ]
        row = PromptRow(_pk(prompt.prompt_id), HEADER)
        unchanged = PromptRow.version == prompt.audio.version
        try:
            with (
                translated("add version", prompt_id=prompt.prompt_id),
                self._transaction() as transaction,
            ):
                transaction.update(row, actions=changes, condition=unchanged)
                transaction.save(_audio_row(prompt.account_id, audio))
        except Conflict as error:
            raise Stale("the prompt was changed meanwhile", prompt_id=prompt.prompt_id) from error
        return _replaced(prompt, audio)

    def delete(self, prompt_id: str, versions: Iterable[Audio]) -> None:
        """Delete a prompt and these versions of it; the prompt last, so that it can be repeated."""
        with translated("delete prompt", prompt_id=prompt_id):
            for audio in versions:
                AudioRow(_pk(prompt_id), _version_sk(audio.version)).delete()
                self._kept.forget((prompt_id, audio.version))
            PromptRow(_pk(prompt_id), HEADER).delete()

    def page(self, account_id: str, limit: int, after: str | None = None) -> Page[Prompt]:
        """Return an account's prompts, in order of id."""
        owner = _owner(account_id)
        start: dict[str, Any] | None = None
        if after:
            start = {"pk": {"S": _pk(after)}, "sk": {"S": HEADER}}
            start |= {"account_pk": {"S": owner}, "account_sk": {"S": after}}
        with translated("list prompts", account_id=account_id):
            found = PromptRow.by_account.query(owner, limit=limit, last_evaluated_key=start)
            prompts = tuple(_prompt(cast("PromptRow", row)) for row in found)
        last = found.last_evaluated_key
        return Page(prompts, None if last is None else str(last["account_sk"]["S"]))

    def versions(self, prompt_id: str) -> tuple[Audio, ...]:
        """Return all versions of a prompt, newest first."""
        with translated("list versions", prompt_id=prompt_id):
            found = AudioRow.query(
                _pk(prompt_id),
                AudioRow.sk.startswith(VERSION),
                consistent_read=True,
                scan_index_forward=False,
            )
            return tuple(_audio(row) for row in found)

    def audio(self, prompt_id: str, version: int) -> Audio:
        """Return one version, whoever asks. Raises NotFound."""
        return self._kept.get((prompt_id, version))

    def latest_versions(self, account_id: str, ids: Iterable[str]) -> dict[str, Audio]:
        """Return the newest version of each of these prompts that the account has.

        What is missing from the answer is unknown or another account's.
        """
        keys = [(_pk(prompt_id), HEADER) for prompt_id in sorted(set(ids))]
        with translated("load prompts", account_id=account_id):
            rows = list(PromptRow.batch_get(keys, consistent_read=True)) if keys else []
        return {
            audio.prompt_id: audio
            for row in rows
            if row.account_id == account_id
            for audio in [_audio(row)]
        }

    def _read_audio(self, key: tuple[str, int]) -> Audio:
        prompt_id, version = key
        with translated("load version", prompt_id=prompt_id, version=version):
            return _audio(AudioRow.get(_pk(prompt_id), _version_sk(version)))

    def _transaction(self) -> TransactWrite:
        return TransactWrite(connection=PromptRow._get_connection().connection)


def _pk(prompt_id: str) -> str:
    return f"prompt#{prompt_id}"


def _owner(account_id: str) -> str:
    return f"{account_id}#prompts"


def _version_sk(version: int) -> str:
    return f"{VERSION}{version:06}"


def _facts(audio: Audio) -> dict[str, Any]:
    return {
        "version": audio.version,
        "milliseconds": audio.milliseconds,
        "size": audio.size,
        "source": audio.source,
        "key": audio.key,
        "made_at": audio.made_at,
    }


def _audio_row(account_id: str, audio: Audio) -> AudioRow:
    return AudioRow(
        pk=_pk(audio.prompt_id),
        sk=_version_sk(audio.version),
        account_id=account_id,
        **_facts(audio),
    )


def _audio(row: _AudioRow) -> Audio:
    return Audio(
        prompt_id=row.pk.partition("#")[2],
        version=int(row.version),
        milliseconds=int(row.milliseconds),
        size=int(row.size),
        source=row.source,
        key=row.key,
        made_at=row.made_at,
    )


def _prompt(row: PromptRow) -> Prompt:
    audio = _audio(row)
    return Prompt(
        prompt_id=audio.prompt_id,
        account_id=row.account_id,
        name=row.name,
        created_at=row.created_at,
        audio=audio,
    )


def _replaced(prompt: Prompt, audio: Audio) -> Prompt:
    return Prompt(
        prompt_id=prompt.prompt_id,
        account_id=prompt.account_id,
        name=prompt.name,
        created_at=prompt.created_at,
        audio=audio,
    )
