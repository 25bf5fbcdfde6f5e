"""What a page keeps of its visit: whose it is and the numbers lent, signed for one site.

`vis_….<grants>.<signature>`. Who forges one, or brings another site's, has none: nobody is told
what was wrong with it. It is all that going on takes, so a visit that goes on reads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.pools.leases import Lease, read_lease

if TYPE_CHECKING:
    from chalicelib.tracking.sites.sites import Site

LONGEST: Final = 4_000
_VISIT: Final = re.compile(r"vis_\w{1,40}")
_PASSED: Final = re.compile(r"(pool_\w{1,40})~(\+\d{4,15})?~(\d{1,15})")
_SIGNATURE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Passed:
    """A pool that had no number left, at an instant; `number` is the one shown to all instead."""

    pool_id: str
    number: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Known:
    """A visit that goes on, with what it was lent: one grant for each pool.

    A lease whose visit is another is one that everybody has who came from the same source.
    """

    visit_id: str
    grants: tuple[Lease | Passed, ...] = ()

    def grant(self, pool_id: str) -> Lease | Passed | None:
        """Return what was granted of a pool."""
        return next((each for each in self.grants if each.pool_id == pool_id), None)


def write(known: Known, site: Site, key: bytes) -> str:
    """Write a token; `key` is the deployment's, from which each account has its own."""
    body = f"{known.visit_id}.{','.join(_text(each, known) for each in known.grants)}"
    return f"{body}.{_signature(body, site, key)}"


def read(text: str | None, site: Site, key: bytes) -> Known | None:
    """Read a token: None if it is none of this site's.

    What was signed was written by us, perhaps by an older version: grants it cannot read are lost.
    """
    if text is None or len(text) > LONGEST or not text.isascii():
        return None
    body, _, signature = text.rpartition(".")
    if not hmac.compare_digest(signature, _signature(body, site, key)):
        return None
    visit_id, _, grants = body.partition(".")
    if not _VISIT.fullmatch(visit_id):
        return None
    found = (_grant(each, site, visit_id) for each in grants.split(","))
    return Known(visit_id, tuple(each for each in found if each is not None))


def _text(grant: Lease | Passed, known: Known) -> str:
    if isinstance(grant, Passed):
        return f"{grant.pool_id}~{grant.number or ''}~{grant.at}"
    if grant.visit_id == known.visit_id:
        return grant.text
    return f"{grant.text}@{grant.visit_id.rpartition('~')[2]}"


def _grant(text: str, site: Site, visit_id: str) -> Lease | Passed | None:
    passed = _PASSED.fullmatch(text)
    if passed is not None:
        return Passed(passed[1], passed[2], int(passed[3]))
    written, _, source = text.partition("@")
    try:
        lease = read_lease(written, account_id=site.account_id, visit_id=visit_id)
    except Rejected:
        return None
    return replace(lease, visit_id=f"{lease.pool_id}~{source}") if source else lease


def _signature(body: str, site: Site, key: bytes) -> str:
    own = hmac.digest(key, f"visits of {site.account_id}".encode(), hashlib.sha256)
    signed = hmac.digest(own, f"{site.id} {body}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed[:_SIGNATURE_BYTES]).decode().rstrip("=")
