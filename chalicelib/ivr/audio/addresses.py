"""Where the carrier fetches sounds. Ids cannot be guessed, and no URL says anything else."""

from __future__ import annotations

import re
from typing import Final

VERSION: Final = re.compile(r"[1-9][0-9]{0,5}")


def audio_url(base_url: str, prompt_id: str, version: int) -> str:
    """Return the URL of one version of a prompt.

    >>> audio_url("https://example.test/api", "prompt_1", 2)
    'https://example.test/api/audio/prompt_1/2'
    """
    return f"{base_url}/audio/{prompt_id}/{version}"


def builtin_url(base_url: str, name: str) -> str:
    """Return the URL of a sound that is built in: `beep` or `hold`.

    >>> builtin_url("https://example.test/api", "beep")
    'https://example.test/api/audio/builtin/beep'
    """
    return f"{base_url}/audio/builtin/{name}"
