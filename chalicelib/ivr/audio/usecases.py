"""What owners do with prompts: load, decide, save. A file is kept before anything speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.ivr.audio.formats import recognise
from chalicelib.ivr.audio.sounds import Audio, Prompt, content_of, key_of
from chalicelib.ivr.audio.telephone import RATE, telephone_wav
from chalicelib.ivr.usage import Kind
from chalicelib.kernel.errors import Stale

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.ivr.audio.formats import Sound
    from chalicelib.ivr.published import Page
    from chalicelib.ivr.usage import Usage


class Prompts(Protocol):
    """Where prompts are kept. Everything raises Unavailable."""

    def create(self, prompt: Prompt) -> None:
        """Keep a new prompt with its first version. Raises Conflict if there is one of that id."""

    def load(self, account_id: str, prompt_id: str) -> Prompt:
        """Return a prompt. Raises NotFound, also for another account's."""

    def add_version(self, prompt: Prompt, audio: Audio) -> Prompt:
        """Make a version the newest. Raises Stale if `prompt` is not as it is kept."""

    def delete(self, prompt_id: str, versions: Iterable[Audio]) -> None:
        """Forget a prompt and its versions."""

    def page(self, account_id: str, limit: int, after: str | None = None) -> Page[Prompt]:
        """Return some of an account's prompts."""

    def versions(self, prompt_id: str) -> tuple[Audio, ...]:
        """Return all versions, newest first."""

    def audio(self, prompt_id: str, version: int) -> Audio:
        """Return a version, whoever asks. Raises NotFound."""

    def latest_versions(self, account_id: str, ids: Iterable[str]) -> dict[str, Audio]:
        """Return the newest version of each prompt that the account has, by its id."""


class Files(Protocol):
    """Where sounds are kept. Everything raises Unavailable."""

    def put(self, key: str, data: bytes) -> None:
        """Keep a sound."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete sounds. Doing it twice is no error."""

    def link(self, key: str, seconds: int) -> str:
        """Return a link to a sound for so long."""

    def builtin(self, name: str) -> str:
        """Return the key of a sound that is built in. Raises NotFound."""


class Decoder(Protocol):
    """What turns a file into samples."""

    def __call__(self, sound: Sound) -> array[int]:
        """Return one channel of 16 bits, 8,000 samples a second. Raises UnusableAudio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All that prompts are kept with."""

    prompts: Prompts
    files: Files
    usage: Usage
    decode: Decoder


def create_prompt(
    account_id: str, prompt_id: str, name: str, content: str, *, now: datetime, shelf: Shelf
) -> Prompt:
    """Keep a sound (a file in base64) under a new id. Raises UnusableAudio."""
    audio = _made(account_id, prompt_id, 1, content, now, shelf)
    prompt = Prompt(
        prompt_id=prompt_id, account_id=account_id, name=name, created_at=now, audio=audio
    )
    shelf.prompts.create(prompt)
    return prompt


def replace_audio(
    account_id: str, prompt_id: str, content: str, *, version: int, now: datetime, shelf: Shelf
) -> Prompt:
    """Make a sound the prompt's next version. Raises UnusableAudio; Stale unless at `version`."""
    prompt = _at_version(shelf.prompts.load(account_id, prompt_id), version)
    audio = _made(account_id, prompt_id, version + 1, content, now, shelf)
    return shelf.prompts.add_version(prompt, audio)


def delete_prompt(
    account_id: str, prompt_id: str, *, version: int, now: datetime, shelf: Shelf
) -> None:
    """Delete a prompt that no flow uses. Raises InUse; Stale unless at `version`.

    From its first step on no flow can use it any more; failing later, it can be repeated.
    """
    _at_version(shelf.prompts.load(account_id, prompt_id), version)
    shelf.usage.retire(account_id, Kind.PROMPT, prompt_id, now)
    versions = shelf.prompts.versions(prompt_id)
    shelf.files.delete(audio.key for audio in versions)
    shelf.prompts.delete(prompt_id, versions)


def _at_version(prompt: Prompt, version: int) -> Prompt:
    if prompt.audio.version != version:
        raise Stale("the prompt was changed meanwhile", prompt_id=prompt.prompt_id)
    return prompt


def _made(
    account_id: str, prompt_id: str, version: int, content: str, now: datetime, shelf: Shelf
) -> Audio:
    sound = recognise(content_of(content))
    samples = shelf.decode(sound)
    data = telephone_wav(samples)
    audio = Audio(
        prompt_id=prompt_id,
        version=version,
        milliseconds=len(samples) * 1000 // RATE,
        size=len(data),
        source=sound.kind,
        key=key_of(account_id, prompt_id, version, data),
        made_at=now,
    )
    shelf.files.put(audio.key, data)
    return audio
