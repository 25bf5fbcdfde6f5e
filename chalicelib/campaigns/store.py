"""The base of every row of the table `campaigns`, its one index, and changes of several rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.runtime.tables import TableMeta, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

# Who meets another transaction on a row tries again: it takes milliseconds.
_TRIES: Final = 5
_FAILED: Final = "ConditionalCheckFailed"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A row to put, or to update where there are actions, if a condition holds."""

    row: CampaignRow
    condition: Condition | None = None
    actions: Sequence[Action] | None = None

    def to(self, transaction: TransactWrite) -> None:
        """Make it part of a transaction."""
        if self.actions is None:
            transaction.save(self.row, condition=self.condition)
        else:
            transaction.update(self.row, actions=list(self.actions), condition=self.condition)


def transacted(action: str, writes: Sequence[Write], **facts: Any) -> frozenset[int]:
    """Write several rows of the table, all or nothing; return whose condition failed, by position.

    Raises Unavailable.
    """
    # PynamoDB sends puts before updates, and DynamoDB tells by position.
    order = sorted(range(len(writes)), key=lambda at: writes[at].actions is not None)
    for _ in range(_TRIES):
        try:
            with (
                translated(action, **facts),
                TransactWrite(connection=CampaignRow._get_connection().connection) as transaction,
            ):
                for at in order:
                    writes[at].to(transaction)
        except Conflict as error:
            reasons = getattr(error.__cause__, "cancellation_reasons", ())
            pairs = zip(order, reasons, strict=False)
            failed = {at for at, each in pairs if each is not None and each.code == _FAILED}
            if failed:
                return frozenset(failed)
        else:
            return frozenset()
    raise Unavailable(f"{action}: too many at once", **facts)
