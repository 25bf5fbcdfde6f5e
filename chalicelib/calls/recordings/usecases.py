"""Have a recording where customers can be sent to: fetched from the carrier once, then ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.calls.recordings.recordings import RecordingNotReady, audio_key, chosen
from chalicelib.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.calls.usecases import CallLog

LINK_SECONDS: Final = 300
KIND: Final = "audio/x-wav"


class Media(Protocol):
    """The carrier's recordings."""

    def __call__(self, recording_id: str) -> bytes:
        """Return a WAV file. Raises NotFound, Unavailable, Rejected when it is too large."""


class AudioFiles(Protocol):
    """Our own copies."""

    def has(self, key: str) -> bool:
        """Tell whether there is a file."""

    def store(self, key: str, data: bytes, kind: str) -> None:
        """Keep a file."""

    def link(self, key: str, name: str, seconds: int) -> str:
        """Return a link that anybody who has it may follow for so long."""


class Recordings:
    """Recordings by id. `media` asks the carrier, with its credentials, which stay here."""

    def __init__(self, files: AudioFiles, media: Callable[[], Media]) -> None:
        self._files = files
        self._media = media

    def fetch(self, account_id: str, call_id: str, recording_id: str) -> str:
        """Have our copy, and return its key. Raises RecordingNotReady if the carrier has none.

        Done twice at once it stores the same bytes twice.
        """
        key = audio_key(account_id, call_id, recording_id)
        if not self._files.has(key):
            try:
                data = self._media()(recording_id)
            except NotFound as error:
                facts = {"call_id": call_id, "recording_id": recording_id}
                raise RecordingNotReady("the carrier has no file of it", **facts) from error
            self._files.store(key, data, KIND)
        return key

    def link(self, account_id: str, call_id: str, recording_id: str) -> str:
        """Return a link to our copy, good for five minutes."""
        key = self.fetch(account_id, call_id, recording_id)
        return self._files.link(key, f"{recording_id}.wav", LINK_SECONDS)


def link_to(
    account_id: str,
    call_id: str,
    recording_id: str | None,
    *,
    log: CallLog,
    recordings: Recordings,
) -> str:
    """Return a link to a recording of the account's own call.

    Raises NotFound, RecordingNotReady, Unavailable.
    """
    call = log.load(account_id, call_id)
    return recordings.link(account_id, call_id, chosen(call, recording_id))
