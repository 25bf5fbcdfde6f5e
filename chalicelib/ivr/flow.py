"""A flow document: how one business answers its phone, as JSON that cannot be wrong.

`parse` finds every fault at once; `restore` reads back what was published. The walking is done
by `engine.py`; what each kind of node takes is in `kinds/`.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr import facts, texts
from chalicelib.ivr.grammar import (
    NAME,
    NAME_MEANING,
    VARIABLE,
    VARIABLE_MEANING,
    Field,
    Named,
    Reading,
    Scalar,
)
from chalicelib.ivr.kinds import read_node
from chalicelib.ivr.kinds.prompts import (
    PROMPT_NAME,
    meant_for,
    read_by_language,
    read_language,
    read_utterance,
)
from chalicelib.ivr.nodes import Flow
from chalicelib.ivr.prompting import Prompt
from chalicelib.ivr.published import LONGEST_NAME
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.reading import Place, matching, quoted, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.trials.scripts import Script
    from chalicelib.kernel.errors import Fault

__all__ = ["Flow", "FlowRefused", "judge", "parse", "reads", "restore", "sketch"]

MOST_NODES: Final = 10_000
MOST_NAMED: Final = 200
MOST_LANGUAGES: Final = 20
OPTIONAL: Final = ("language", "languages", "voices", "variables", "calendars", "destinations",
                   "prompts", "tests")  # fmt: skip
_MEANING: Final = "a name: letters, digits, - and _, at most 64"
_NAMED: Final = re.compile(NAME.pattern)


class FlowRefused(Rejected):
    """The document cannot answer a phone: `faults` says where and why, all of it."""

    code = "flow-refused"


def parse(document: object) -> Flow:
    """Read and judge a document. Raises FlowRefused with every fault found, in order."""
    flow, faults = judge(document)
    return _sound(flow, faults)


def judge(document: object) -> tuple[Flow, list[Fault]]:
    """Return what can be read of a document, and every fault found, in order.

    Calls only restore: they never load what judges a whole.
    """
    from chalicelib.ivr import checks

    faults: list[Fault] = []
    flow, about, unread = _read(Place(document, "", faults), judging=True)
    return flow, [*faults, *checks.check(flow, about, unread)]


def restore(document: object) -> Flow:
    """Read a document that was published, by the rules of its day.

    Only what the engine could not work with is refused: a rule that became stricter since must
    not silence a line that answers.
    """
    faults: list[Fault] = []
    flow, _, _ = _read(Place(document, "", faults), judging=False)
    return _sound(flow, faults)


def sketch(document: object) -> Flow:
    """Read what can be read of a document, faults and all: for pictures and comparisons."""
    return _read(Place(document, "", []), judging=True)[0]


def reads(document: object) -> Mapping[str, tuple[str, ...]]:
    """Return the variables that something in a document reads and nothing in it sets, and where."""
    flow, about, _ = _read(Place(document, "", []), judging=False)
    given = flow.sets | flow.variables.keys()
    return {name: tuple(places) for name, places in about.uses.items() if name not in given}


def _sound(flow: Flow, faults: list[Fault]) -> Flow:
    if faults:
        count = len(faults)
        raise FlowRefused("the flow has faults", faults=tuple(faults), count=count)
    return flow


def _read(place: Place, *, judging: bool) -> tuple[Flow, Reading, frozenset[str]]:
    """Return the flow, what reading it found out, and its nodes of which nothing could be read."""
    fields = place.fields(("name", "start", "nodes"), OPTIONAL)
    language = read_language(fields.get("language"), texts.DEFAULT_LANGUAGE)
    languages = _languages(fields.get("languages"), language)
    about = Reading(language=language, judging=judging, languages=languages)
    about.voices = _named(fields, "voices", _Voice(), about)
    about.calendars = _calendars(fields, about)
    about.destinations = _destinations(fields, about)
    about.read_as = _read_as(fields.get("nodes"))
    prompts = _prompts(fields.get("prompts"), about)
    variables = _named(fields, "variables", Scalar(), about, VARIABLE, VARIABLE_MEANING)
    about.prompts = prompts
    nodes, ways, unread = _nodes(fields.get("nodes"), about)
    if judging and (nodes or unread):
        _spot_unused(fields, about)
    flow = Flow(
        name=text(fields.get("name"), LONGEST_NAME),
        language=language,
        languages=languages,
        start=matching(fields.get("start"), NAME, NAME_MEANING),
        nodes=MappingProxyType(nodes),
        ways=MappingProxyType(ways),
        variables=variables,
        prompts=prompts,
        uses=frozenset(about.uses),
        sets=frozenset(about.sets),
        uploads=tuple(about.uploads),
        tests=_tests(fields.get("tests")) if judging else (),
        queues=tuple(about.queues),
        surveys=tuple(about.surveys),
    )
    return flow, about, unread


def _tests(place: Place | None) -> tuple[Script, ...]:
    """Read the tests: calls never do, and never load what reads them."""
    if place is None:
        return ()
    from chalicelib.ivr.trials.writing import TESTS

    return TESTS.read(place, Reading(language=""))


def _read_as(place: Place | None) -> dict[str, str]:
    """Tell how values are read aloud that nobody says how to read: by what was asked for.

    What two nodes ask for as different things stands as it is.
    """
    nodes = place.value.values() if place is not None and isinstance(place.value, dict) else ()
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, dict) and node.get("kind") == "collect":
            name, kind = str(node.get("variable")), _COLLECTED.get(str(node.get("what")), "")
            found[name] = kind if found.get(name, kind) == kind else ""
    return {**facts.READ_AS, **{name: kind for name, kind in found.items() if kind}}


_COLLECTED: Final = {"amount": "amount", "date": "date", "phone": "phone"}


def _nodes(
    place: Place | None, about: Reading
) -> tuple[dict[str, Any], dict[str, Any], frozenset[str]]:
    """Read every node by itself, and note its ways out."""
    nodes, ways, unread = {}, {}, set()
    for name, entry in _entries(place).items():
        about.base, about.exits = entry.pointer, []
        node = read_node(entry, about)
        if node is None:
            unread.add(name)
            about.unread.update(_texts(entry.value))
        else:
            nodes[name], ways[name] = node, tuple(about.exits)
    return nodes, ways, frozenset(unread)


def _texts(value: object) -> Iterator[str]:
    """Go through the names and texts inside a value."""
    ahead = [value]
    while ahead:
        each = ahead.pop()
        if isinstance(each, dict):
            ahead += [*each, *each.values()]
        elif isinstance(each, list):
            ahead += each
        elif isinstance(each, str):
            yield each


def _entries(place: Place | None) -> dict[str, Place]:
    if place is None:
        return {}
    entries = place.entries()
    if isinstance(place.value, dict) and not entries:
        place.fault("must have at least one node")
    if len(entries) > MOST_NODES:
        place.fault(f"has too many nodes: {len(entries)}, at most {MOST_NODES}")
        return {}
    for name, entry in entries.items():
        if not NAME.fullmatch(name):
            entry.fault(f"{quoted(name)} is not {NAME_MEANING}")
    return entries


def _languages(place: Place | None, first: str) -> tuple[str, ...]:
    """Return the languages that the flow speaks, its own among them."""
    if place is None:
        return ()
    items = place.items()
    if len(items) > MOST_LANGUAGES:
        place.fault(f"has too many languages: {len(items)}, at most {MOST_LANGUAGES}")
    read = tuple(read_language(item, first) for item in items)
    return tuple(dict.fromkeys((first, *read)))


def _named(
    fields: dict[str, Place],
    name: str,
    field: Field[Any],
    about: Reading,
    key: re.Pattern[str] = _NAMED,
    meaning: str = _MEANING,
) -> Mapping[str, Any]:
    place = fields.get(name)
    if place is None:
        return MappingProxyType({})
    return Named(key, meaning, field, 0, MOST_NAMED, name).read(place, about)


def _calendars(fields: dict[str, Place], about: Reading) -> Mapping[str, Any]:
    """Read the named calendars. Flows without any never load what reads them."""
    if "calendars" not in fields:
        return MappingProxyType({})
    from chalicelib.ivr.kinds.hours import CalendarField

    return _named(fields, "calendars", CalendarField(named=False), about)


def _destinations(fields: dict[str, Place], about: Reading) -> Mapping[str, Any]:
    """Read the named destinations, likewise."""
    if "destinations" not in fields:
        return MappingProxyType({})
    from chalicelib.ivr.kinds.dial import DestinationField

    return _named(fields, "destinations", DestinationField(), about)


class _Voice(Field[str]):
    """The voice for a language: checked where it speaks."""

    def read(self, place: Place, about: Reading) -> str:
        """Read it; the language is the last step of the place's pointer."""
        spoken = Place({"text": "a", "voice": place.value}, place.pointer, [])
        tag = place.pointer.rpartition("/")[2]
        read_utterance(spoken, about, tag)
        place.faults.extend(type(each)(place.pointer, each.reason) for each in spoken.faults)
        return place.value if isinstance(place.value, str) else ""

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "string"}


def _prompts(place: Place | None, about: Reading) -> Mapping[str, Prompt]:
    """Read the named prompts."""
    prompts: dict[str, Prompt] = {}
    if place is None:
        return prompts
    for name, entry in place.entries().items():
        if not PROMPT_NAME.fullmatch(name):
            entry.fault(f"{quoted(name)} is not {_MEANING}")
        several = isinstance(entry.value, dict) and "by_language" in entry.value
        if several:
            inner = entry.fields(("by_language",)).get("by_language")
            prompts[name] = read_by_language(inner, about)
        else:
            utterance, language = read_utterance(entry, about, about.language)
            prompts[name] = Prompt.of({language: utterance})
        if about.judging:
            about.heard[entry.pointer] = meant_for(entry.value, prompts[name], about)
    return MappingProxyType(prompts)


def _spot_unused(fields: dict[str, Place], about: Reading) -> None:
    """What nothing refers to is most likely a slip of the pen somewhere else."""
    for name, noun in (("prompts", "prompt"), ("calendars", "calendar"),
                       ("destinations", "destination")):  # fmt: skip
        place = fields.get(name)
        for each, entry in (
            place.entries().items() if place and isinstance(place.value, dict) else ()
        ):
            if f"{noun}:{each}" not in about.referred and each not in about.unread:
                entry.fault(f"is not used: no node refers to this {noun}")
