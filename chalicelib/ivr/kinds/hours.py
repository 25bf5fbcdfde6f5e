"""Kind `hours`: one way while open, another while closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.grammar import Field, Reading, Target, may, must
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move, leave
from chalicelib.kernel import timetable
from chalicelib.kernel.hours import Schedule
from chalicelib.kernel.reading import Place, quoted

if TYPE_CHECKING:
    from chalicelib.ivr.grammar import Schema
    from chalicelib.ivr.turns import Turn

FIELDS: Final = ("weekly", "zone", "public_holidays", "exceptions")

ALWAYS: Final = timetable.read_schedule({})  # stands in for hours that could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A calendar, and the two ways."""

    calendar: Schedule
    open: str
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarField(Field[Schedule]):
    """Opening hours, written out or named among the document's `calendars`."""

    named: bool = True

    def read(self, place: Place, about: Reading) -> Schedule:
        """Read the hours."""
        if self.named and isinstance(place.value, str):
            found = about.calendars.get(place.value)
            if found is None:
                place.fault(f"no calendar is called {quoted(place.value)}")
                return timetable.read_schedule({})
            about.referred.add(f"calendar:{place.value}")
            return found
        if self.named and isinstance(place.value, dict) and "calendar" in place.value:
            return self.read(place.fields(("calendar",))["calendar"], about)
        return timetable.read_schedule(place.fields(("weekly",), FIELDS[1:]))

    def schema(self) -> Schema:
        """Describe the hours."""
        written: Schema = {"$ref": "#/$defs/hours"}
        if not self.named:
            return written
        name: Schema = {"$ref": "#/$defs/calendar_name"}
        required = {"type": "object", "required": ["calendar"]}
        referring = {
            **required,
            "properties": {"calendar": name},
            "additionalProperties": False,
        }
        longer = {"if": required, "then": referring, "else": written}
        return {"if": {"type": "string"}, "then": name, "else": longer}


def _by_the_clock(node: Hours, turn: Turn) -> Move:
    if node.calendar.allow(turn.context.now):
        return Move(exit="open", go=node.open)
    return leave(turn, "closed", node.closed, parting=Line.CLOSED)


HOURS: Final = Kind(
    name="hours",
    about="Go one way while a calendar is open, another way while it is closed.",
    node=Hours,
    entries={
        "calendar": must(CalendarField(), "The opening hours; or write their fields here.", ALWAYS),
        "open": must(Target(), "Where the call goes in opening hours.", ""),
        "closed": may(Target(), "Where it goes outside them."),
    },
    folded={"calendar": (*FIELDS, "calendar")},
    enter=_by_the_clock,
    endings=("closed",),
)
