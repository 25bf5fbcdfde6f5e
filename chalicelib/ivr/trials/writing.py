"""How a call to try is written: one of a document's `tests`, or the body of a simulation."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.grammar import Field, Listed, PhoneNumber, Reading, Record, Text, may, must
from chalicelib.ivr.trials.fields import Caller, Facts, Moment, TierOfLine
from chalicelib.ivr.trials.scripts import CALLER, DIALLED, Script
from chalicelib.ivr.trials.steps import StepField
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.reading import Place

if TYPE_CHECKING:
    from chalicelib.ivr.grammar import Schema
    from chalicelib.kernel.errors import Fault

MOST_TESTS: Final = 100
MOST_STEPS: Final = 200  # in one script
_LONGEST_NAME: Final = 200

_CALL: Final = {
    "caller": may(Caller(), "Who calls: a number, or `withheld`.", CALLER),
    "dialled": may(PhoneNumber(), "Which of your numbers they ring.", DIALLED),
    "at": may(Moment(), "When: 2026-12-24 10:30 in Paris, or with an offset."),
    "source": may(Text(64), "The source that the number stands for."),
    "facts": may(Facts(), "What is known of the caller and the source.", MappingProxyType({})),
    "service_price": may(TierOfLine(), "The tier of the number dialled, if it is surcharged."),
    "steps": may(Listed(StepField(), 0, MOST_STEPS, "steps"), "What happens, in order.", ()),
}
SCRIPT: Final = Record(_CALL, Script)
TEST: Final = Record({"name": must(Text(_LONGEST_NAME), "What it shows.", ""), **_CALL}, Script)


class TrialField(Field[Script]):
    """One of a document's tests."""

    def read(self, place: Place, about: Reading) -> Script:
        """Read it, and keep where it is written."""
        script: Script = TEST.read(place, about)
        return replace(script, pointer=place.pointer)

    def schema(self) -> Schema:
        """Describe it."""
        return TEST.schema()


TESTS: Final = Listed(TrialField(), 0, MOST_TESTS, "tests")


def read_script(written: dict[str, Any]) -> Script:
    """Read a script that stands by itself. Raises Rejected with every fault found."""
    faults: list[Fault] = []
    script: Script = SCRIPT.read(Place(written, "", faults), Reading(language=""))
    if faults:
        raise Rejected("the script has faults", faults=tuple(faults))
    return script
