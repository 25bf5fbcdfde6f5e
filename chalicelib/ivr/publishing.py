"""What publishing fixes of the world outside a document: the versions of the sounds it plays. Pure.

A published version never changes, so neither does what it plays: each uploaded prompt is pinned to
the version that was the newest when the flow was published.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.ivr.usage import Kind, Use
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from chalicelib.ivr.nodes import Upload
    from chalicelib.ivr.published import Document


class Sound(Protocol):
    """One version of an uploaded prompt."""

    @property
    def version(self) -> int:
        """Its version, from 1."""


class Sounds(Protocol):
    """The prompts that an account uploaded."""

    def latest_versions(self, account_id: str, ids: Iterable[str]) -> Mapping[str, Sound]:
        """Return the newest version of each; unknown ones, and others' accounts', are left out."""


def uses(uploads: Iterable[Upload]) -> tuple[Use, ...]:
    """Return what a flow uses, and where."""
    return tuple(Use(Kind.PROMPT, each.prompt_id, each.pointer) for each in uploads)


def missing(uploads: Iterable[Upload], found: Mapping[str, Sound]) -> Iterator[Fault]:
    """Yield a fault for each place that names a prompt the account does not have."""
    for each in uploads:
        if each.prompt_id not in found:
            yield Fault(each.pointer, f"no uploaded prompt has the id {each.prompt_id!r}")


def pinned(document: Document, uploads: Iterable[Upload], found: Mapping[str, Sound]) -> Document:
    """Return a document that plays these very versions."""
    fixed = copy.deepcopy(document)
    for each in uploads:
        parent, _, _ = each.pointer.rpartition("/")
        _at(fixed, parent)["version"] = found[each.prompt_id].version
    return fixed


def _at(document: Any, pointer: str) -> dict[str, Any]:
    place = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        place = place[int(name)] if isinstance(place, list) else place[name]
    return place  # type: ignore[no-any-return]
