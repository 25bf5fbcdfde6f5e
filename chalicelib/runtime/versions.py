"""`ETag` and `If-Match`: the version of what a client saw, so that nobody undoes another's work."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.kernel.errors import Fault
from chalicelib.runtime.problems import Malformed, PreconditionRequired

# A proxy that compresses answers marks the tag as weak; it still names the same version.
_TAG: Final = re.compile(r'(?:W/)?"([0-9]{1,15})"')


def etag(version: int) -> str:
    """Write a version as an entity tag."""
    return f'"{version}"'


def expected(if_match: str | None) -> int:
    """Return the version that a change is based on.

    Raises PreconditionRequired without `If-Match`, Malformed when it is no tag of ours. `*` is
    refused: it would mean "whatever is there".
    """
    if if_match is None:
        raise PreconditionRequired("send the ETag of what you change as If-Match")
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        fault = Fault("/If-Match", "not an ETag of ours")
        raise Malformed("If-Match is malformed", faults=(fault,))
    return int(tag[1])
