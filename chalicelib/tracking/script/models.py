"""What the API tells of a site's script. Imported at the first request for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field

from chalicelib.runtime.schema import Out

if TYPE_CHECKING:
    from chalicelib.tracking.script.tags import Tags


class TagsOut(Out):
    """What goes into the pages."""

    latest: str = Field(description="The newest script, within an hour of its release.")
    pinned: str = Field(description="This version for good; browsers check its hash.")
    head: str = Field(
        description="May stand first in the head: pages after the first never show the old number."
    )


class ScriptOut(Out):
    """The script of a site, and how pages load it."""

    version: str
    url: str
    pinned_url: str
    integrity: str
    tags: TagsOut
    policy: dict[str, list[str]] = Field(
        description="What a Content-Security-Policy must allow, by directive. "
        "The hash in `script-src` is that of `head`."
    )

    @classmethod
    def of(cls, found: Tags) -> Self:
        """Show them."""
        return cls(
            version=found.version,
            url=found.url,
            pinned_url=found.pinned_url,
            integrity=found.integrity,
            tags=TagsOut(latest=found.latest, pinned=found.pinned, head=found.head),
            policy=found.policy,
        )
