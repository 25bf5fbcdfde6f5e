"""Sites on the table `tracking`: one row each. A site that is asked for is read by its id alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, cast

from pynamodb.attributes import JSONAttribute, UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.sites import records
from chalicelib.tracking.sites.sites import Site
from chalicelib.tracking.store import LONGEST_ID, TrackingRow, unchanged, versioned

SITE: Final = "site"


class SiteRow(TrackingRow):
    """A site."""

    account_id = UnicodeAttribute()
    name = UnicodeAttribute()
    origins = JSONAttribute()
    swaps = JSONAttribute()
    rules = JSONAttribute()
    created_at = UTCDateTimeAttribute()
    archived_at = UTCDateTimeAttribute(null=True)


class SiteStore:
    """The port `Sites`."""

    def __init__(self, table_name: str) -> None:
        bind(SiteRow, table_name)

    def site(self, site_id: str) -> Site:
        """Return a site, with one GetItem."""
        if len(site_id) > LONGEST_ID:  # no id of ours; DynamoDB refuses the key as malformed
            raise NotFound("no such site")
        with translated("load site", site_id=site_id):
            return _site(SiteRow.get(f"site#{site_id}", SITE, consistent_read=True))

    def sites(self, account_id: str, limit: int, after: str | None = None) -> Page[Site]:
        """Return an account's sites in use."""
        owner = _owner(account_id, archived=False)
        start = None if after is None else _position(owner, after)
        with translated("list sites", account_id=account_id):
            found = SiteRow.by_account.query(owner, limit=limit, last_evaluated_key=start)
            items = tuple(_site(cast("SiteRow", row)) for row in found)
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["account_sk"]["S"]))

    def save_site(self, site: Site) -> Site:
        """Store a site."""
        stored = replace(site, version=site.version + 1)
        with versioned(), translated("save site", site_id=site.id):
            _row(stored).save(condition=unchanged(site.version))
        return stored


def _owner(account_id: str, *, archived: bool) -> str:
    return f"{account_id}#{'archived-sites' if archived else 'sites'}"


def _position(owner: str, site_id: str) -> dict[str, dict[str, str]]:
    key = {"pk": f"site#{site_id}", "sk": SITE, "account_pk": owner, "account_sk": site_id}
    return {name: {"S": value} for name, value in key.items()}


def _row(site: Site) -> SiteRow:
    return SiteRow(
        pk=f"site#{site.id}",
        sk=SITE,
        account_pk=_owner(site.account_id, archived=site.archived_at is not None),
        account_sk=site.id,
        account_id=site.account_id,
        name=site.name,
        origins=list(site.origins),
        swaps=[records.write_swap(each) for each in site.swaps],
        rules=[records.write_rule(each) for each in site.rules],
        created_at=site.created_at,
        archived_at=site.archived_at,
        version=site.version,
    )


def _site(row: SiteRow) -> Site:
    return Site(
        id=row.pk.partition("#")[2],
        account_id=row.account_id,
        name=row.name,
        origins=tuple(row.origins),
        swaps=tuple(map(records.read_swap, row.swaps)),
        rules=tuple(map(records.read_rule, row.rules)),
        created_at=row.created_at,
        archived_at=row.archived_at,
        version=int(row.version or 0),
    )
