"""What Transcribe hears on this machine: what the handset said, as the phone network noted it.

The emulator runs transcription jobs as AWS does and makes their words up. Nothing here recognises
speech: the words are those that the script of the handset had it say.
"""

from __future__ import annotations

import json
import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.error import URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Callable

PHONE_URL: Final = "CADRAN_LOCAL_PHONE_URL"
_SECONDS: Final = 2.0


def hear() -> None:
    """Have the emulator's transcriptions say what was said."""
    from ministack.services import transcribe

    transcribe._mock_transcript = heard(transcribe._mock_transcript, os.environ.get(PHONE_URL, ""))


def heard(made_up: Callable[..., str], phone_url: str) -> Callable[..., str]:
    """Return the words of a file `.../<recording id>.wav`; of any other, what is made up."""

    def words(media_uri: str, redacted: bool = False) -> str:
        if redacted or not phone_url:
            return made_up(media_uri, redacted)
        said = _said(phone_url, PurePosixPath(media_uri).stem)
        return made_up(media_uri, redacted) if said is None else said

    return words


def _said(phone_url: str, recording_id: str) -> str | None:
    try:
        with urlopen(f"{phone_url}/control/kept", timeout=_SECONDS) as answer:
            kept = json.load(answer)["recordings"]
    except (URLError, TimeoutError, ValueError):
        return None
    return next((str(one["words"]) for one in kept if one["sid"] == recording_id), None)
