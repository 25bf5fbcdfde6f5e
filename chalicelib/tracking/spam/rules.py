"""By what an account's calls are told to be spam: its block list, and how much is too much."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel import phone
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from datetime import datetime

# Blocks are kept in one row with the rest, and read with every call.
MOST_BLOCKS: Final = 500
# A crowd is looked for among the traces of three hours: see `traces`.
LONGEST_WINDOW_MINUTES: Final = 60

_PREFIX: Final = re.compile(r"\+[1-9][0-9]{0,13}\*")
# +33 and a digit are ten million people.
_SHORTEST_FRENCH_PREFIX: Final = len("+33612*")


class Ground(StrEnum):
    """Why a call is spam."""

    BLOCKED = "blocked"
    INVALID = "invalid-number"
    REPEATED = "repeated-short-calls"
    NEIGHBOURS = "neighbouring-numbers"
    PUMPING = "traffic-pumping"
    MARKED = "marked"


@dataclass(frozen=True, slots=True)
class Reason:
    """A ground with what it was seen by: how many calls, or which entry of the block list."""

    ground: Ground
    seen: str = ""

    @property
    def words(self) -> dict[str, str]:
        """Say it to people."""
        return {tongue: text.format(self.seen) for tongue, text in _WORDS[self.ground].items()}


_WORDS: Final[dict[Ground, dict[str, str]]] = {
    Ground.BLOCKED: {
        "fr": "Le numéro est dans la liste de blocage ({}).",
        "en": "The number is on the block list ({}).",
    },
    Ground.INVALID: {
        "fr": "Personne ne peut appeler de ce numéro français : il n'est pas attribué,"
        " ou ne peut pas être affiché.",
        "en": "Nobody can ring from this French number: it is not allocated, or may not be shown.",
    },
    Ground.REPEATED: {
        "fr": "{} appels très courts du même numéro en peu de temps.",
        "en": "{} very short calls from the same number within a short time.",
    },
    Ground.NEIGHBOURS: {
        "fr": "Appels très courts de {} numéros voisins en peu de temps.",
        "en": "Very short calls from {} neighbouring numbers within a short time.",
    },
    Ground.PUMPING: {
        "fr": "{} appels de la même tranche étrangère vers un numéro gratuit en peu de temps.",
        "en": "{} calls from the same foreign range to a free number within a short time.",
    },
    Ground.MARKED: {
        "fr": "Marqué comme indésirable par une personne.",
        "en": "Marked as spam by a person.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is too much. 0 of anything switches its rule off.

    Defaults: somebody who is cut off rings two or three times, not five, within an hour; five
    people with neighbouring numbers who all hang up at once are one machine.
    """

    short_seconds: int = 10
    repeated_calls: int = 5
    neighbours: int = 5
    neighbour_digits: int = 3
    pumped_calls: int = 10
    window_minutes: int = LONGEST_WINDOW_MINUTES
    invalid_numbers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A number, or all that begin alike (`+3361234*`), whose calls are spam."""

    pattern: str
    since: datetime
    note: str = ""

    def covers(self, number: str) -> bool:
        """Tell whether a number (E.164) is meant."""
        if self.pattern.endswith("*"):
            return number.startswith(self.pattern[:-1])
        return number == self.pattern

    def holds_for(self, number: str, at: datetime) -> bool:
        """Tell whether it makes a call of a number spam that ended at a time."""
        return self.since <= at and self.covers(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """An account's rules. `version` is 0 while it has none of its own."""

    account_id: str
    limits: Limits = field(default_factory=Limits)
    blocks: tuple[Block, ...] = ()
    version: int = 0

    def block_of(self, number: str, at: datetime) -> Block | None:
        """Return what blocked a number at a time."""
        return next((each for each in self.blocks if each.holds_for(number, at)), None)

    def with_block(self, block: Block) -> Rules:
        """Return them with one more block, or with another note of one, which holds as before."""
        others = tuple(each for each in self.blocks if each.pattern != block.pattern)
        if len(others) >= MOST_BLOCKS:
            raise Rejected("the block list is full", most=MOST_BLOCKS)
        known = (each.since for each in self.blocks if each.pattern == block.pattern)
        return replace(self, blocks=(*others, replace(block, since=next(known, block.since))))

    def without_block(self, pattern: str) -> Rules:
        """Return them without one."""
        return replace(self, blocks=tuple(e for e in self.blocks if e.pattern != pattern))


def read_pattern(text: str) -> str:
    """Read what is to be blocked: a number in any spelling, or `+` and digits before a `*`.

    >>> read_pattern("06 12 34 56 78"), read_pattern("+8823*")
    ('+33612345678', '+8823*')
    """
    bare = text.strip()
    if bare.endswith("*"):
        known = _PREFIX.fullmatch(bare)
        wide = bare.startswith(("+3*", "+33")) and len(bare) < _SHORTEST_FRENCH_PREFIX
        if known is None or wide:
            reason = "write + and the first digits before a *, in France three at least after +33"
            raise Rejected("no prefix that can be blocked", faults=(Fault("/pattern", reason),))
        return bare
    try:
        return phone.parse(bare)
    except Rejected as error:
        fault = Fault("/pattern", "no telephone number")
        raise Rejected("nothing that can be blocked", faults=(fault,)) from error
