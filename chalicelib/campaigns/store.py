"""The base of every row of the table `campaigns`, and its one index."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.runtime.tables import TableMeta


class Elsewhere(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """What is found by another key than its own: most rows are not in it."""

    class Meta:
        index_name = "gsi1"
        projection = AllProjection()

    gsi1pk = UnicodeAttribute(hash_key=True)
    gsi1sk = UnicodeAttribute(range_key=True)


class CampaignRow(Model):
    """What all rows of the table have. Packages of the room add their attributes."""

    class Meta(TableMeta):
        table = "campaigns"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)

    gsi1 = Elsewhere()
