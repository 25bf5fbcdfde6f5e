"""What the HTTP API says about prompts. Imported at the first request of one, never at start."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.ivr.audio.addresses import audio_url
from chalicelib.ivr.audio.sounds import LARGEST_FILE, LONGEST_NAME
from chalicelib.runtime.schema import Body, Out, Query, storable

if TYPE_CHECKING:
    from chalicelib.ivr.audio.sounds import Audio, Prompt
    from chalicelib.ivr.usage import User


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(storable),
]
Content = Annotated[
    str,
    Field(
        min_length=1,
        description=f"The file in base64: WAV or MP3, at most {LARGEST_FILE} bytes and five "
        "minutes; see docs/prompts.md.",
    ),
]


class PromptIn(Body):
    """A new prompt."""

    name: Name = Field(description="What people call it.")
    content_base64: Content


class AudioIn(Body):
    """A prompt's next version."""

    content_base64: Content


class PageQuery(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200, description="At most so many.")
    cursor: str | None = Field(default=None, max_length=1000, description="A page's `next`.")


class AudioOut(Out):
    """One version of a prompt: it never changes."""

    version: int
    milliseconds: int = Field(description="How long it plays.")
    size: int = Field(description="Bytes of the file that callers hear.")
    source: str = Field(description="What was uploaded: `wav` or `mp3`.")
    made_at: datetime
    url: str = Field(description="Where it is played from.")

    @classmethod
    def of(cls, audio: Audio, base_url: str) -> AudioOut:
        """Render one version."""
        return cls(
            version=audio.version,
            milliseconds=audio.milliseconds,
            size=audio.size,
            source=audio.source,
            made_at=audio.made_at,
            url=audio_url(base_url, audio.prompt_id, audio.version),
        )


class PromptSummary(Out):
    """A prompt in a list."""

    id: str
    name: str
    created_at: datetime
    audio: AudioOut = Field(description="The newest version; its number is the ETag.")

    @classmethod
    def of(cls, prompt: Prompt, base_url: str) -> PromptSummary:
        """Render a prompt with its newest version."""
        return cls(**_facts(prompt, base_url))


class UseOut(Out):
    """One place where a published flow uses the prompt."""

    flow_id: str
    pointer: str = Field(description="Where in its document (JSON pointer, RFC 6901).")


class PromptOut(PromptSummary):
    """A prompt with all its versions, newest first, and where it is used."""

    versions: list[AudioOut]
    used_by: list[UseOut]

    @classmethod
    def whole(
        cls, prompt: Prompt, versions: tuple[Audio, ...], users: tuple[User, ...], base_url: str
    ) -> PromptOut:
        """Render all there is."""
        return cls(
            **_facts(prompt, base_url),
            versions=[AudioOut.of(each, base_url) for each in versions],
            used_by=[UseOut(flow_id=each.flow_id, pointer=each.pointer) for each in users],
        )


class PromptPage(Out):
    """Some of an account's prompts."""

    items: list[PromptSummary]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


def _facts(prompt: Prompt, base_url: str) -> dict[str, Any]:
    return {
        "id": prompt.prompt_id,
        "name": prompt.name,
        "created_at": prompt.created_at,
        "audio": AudioOut.of(prompt.audio, base_url),
    }
