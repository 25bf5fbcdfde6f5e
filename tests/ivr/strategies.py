"""Flows, callers and rubbish for hypothesis: documents with and without faults."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    Arrived,
    BotEnded,
    CalleeAnswered,
    CalleePressed,
    DialEnded,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Spoke,
)
from chalicelib.ivr.farewells import refused_late
from chalicelib.ivr.flow import sketch
from chalicelib.ivr.kinds import KINDS as EVERY_KIND
from chalicelib.ivr.needs import Fetched, FetchFailed, FlowMissing, QueueFailed
from chalicelib.ivr.voicebot.handoff import Outcome
from tests.ivr.queue_builders import AnOffer, AStanding

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.ivr.actions import Input

    Draw = Callable[[st.SearchStrategy[Any]], Any]

KEYS = st.sampled_from("0123456789*#")
TEXTS = st.text("abcéèà '&<>\"ç€😀", min_size=1, max_size=40).filter(str.strip)
NUMBERS = st.sampled_from(["+33162010001", "01 62 01 00 02", "+442079460018", "06 12 34 56 78"])
LANGUAGES = st.sampled_from(["fr-FR", "en-GB", "de-DE", "hu-HU"])
TIMES = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")

WORDS = st.sampled_from(
    ["un", "deux", "oui", "non", "la facture", "douze euros cinquante", "demain", "zéro six", ""]
)

KINDS = tuple(EVERY_KIND)
# A queue need not wait: it may be full, or nobody be on duty.
SILENT = ("queue", *(name for name, kind in EVERY_KIND.items() if not kind.waits))


@st.composite
def documents(draw: Draw, first: str | None = None) -> dict[str, Any]:
    """Flow documents without a fault, of up to a dozen nodes. `first` is the start's kind."""
    others = draw(st.lists(st.sampled_from(KINDS), max_size=10))
    kinds = [*([first] if first else []), *others, "voicemail", "hangup"]
    drawn = (_NODES[kind](draw, _targets(kinds, at)) for at, kind in enumerate(kinds))
    nodes = {f"n{at}": _onwards(node, at, f"n{len(kinds) - 1}") for at, node in enumerate(drawn)}
    for node in nodes.values():
        if node["kind"] == "menu":  # each has a way to a voicemail
            node["choices"]["*"] = f"n{len(kinds) - 2}"
        if node["kind"] == "voicebot":  # likewise
            node["failed"] = f"n{len(kinds) - 2}"
        if node["kind"] == "queue" and "callback" in kinds:
            node["callback"] = {"key": "0", "next": f"n{kinds.index('callback')}"}
    flow = {"name": draw(TEXTS), "language": draw(LANGUAGES), "start": "n0"}
    nodes = {name: _for_everybody(nodes[name], flow["language"]) for name in _reached(nodes)}
    return _ended_in_words({**flow, "nodes": nodes})


def _ended_in_words(document: dict[str, Any]) -> dict[str, Any]:
    """Hang up on callers whose call was answered: it is too late to refuse them."""
    late = {each.pointer.rpartition("/")[2] for each in refused_late(sketch(document))}
    ended = {"kind": "hangup", "text": "Non.", "language": document["language"]}
    return {**document, "nodes": document["nodes"] | dict.fromkeys(late, ended)}


def _for_everybody(node: dict[str, Any], language: str) -> dict[str, Any]:
    """Have words name their language: a caller may hear another one by then."""
    told = {name: _named(node[name], language) for name in _HEARD if name in node}
    for name in ("no_input", "invalid"):
        if isinstance(node.get(name), dict) and "prompt" in node[name]:
            told[name] = {**node[name], "prompt": _named(node[name]["prompt"], language)}
    if node["kind"] in {"say", "hangup"} and "text" in node:
        told["language"] = language
    return {**node, **told}


def _named(words: Any, language: str) -> Any:
    if isinstance(words, list):
        return [_named(each, language) for each in words]
    return {"text": words, "language": language} if isinstance(words, str) else words


_HEARD = ("prompt", "greeting", "welcome", "comfort")


def inputs() -> st.SearchStrategy[Input]:
    """Whatever can come back from a call."""
    return st.one_of(
        st.just(Arrived()),
        st.just(NoInput()),
        st.text("0123456789*#", max_size=6).map(KeysPressed),
        st.builds(DialEnded, st.sampled_from(DialStatus), st.integers(0, 300), st.none()),
        st.builds(MessageRecorded, st.just("RE1"), st.integers(0, 120)),
        st.builds(Spoke, st.one_of(WORDS, TEXTS), st.one_of(st.none(), st.integers(0, 100))),
        st.just(CalleeAnswered()),
        st.text("0123456789*#", max_size=2).map(CalleePressed),
        st.builds(BotEnded, st.sampled_from([each.value for each in Outcome]), st.just("bill")),
        st.just(FlowMissing("no version of it is published")),
        st.just(FetchFailed("timeout")),
        st.just(Fetched({"shop.number": "06 12 34 56 78", "shop.open": True})),
    )


def desk_answers() -> st.SearchStrategy[AStanding | QueueFailed]:
    """Whatever a desk may say of a caller who waits."""
    offers = st.sampled_from([None, AnOffer(), AnOffer("a" * 38, "+33162010002", 1)])
    standings = st.builds(
        AStanding,
        position=st.integers(1, 20_000),
        waiting=st.integers(0, 20_000),
        waited_seconds=st.integers(0, 20_000),
        expected_seconds=st.one_of(st.none(), st.integers(0, 90_000)),
        agents_on_duty=st.integers(0, 3),
        offer=offers,
    )
    return st.one_of(standings, st.builds(QueueFailed, st.just("ours"), st.booleans()))


def rubbish() -> st.SearchStrategy[Any]:
    """Any JSON at all, with the words of flow documents mixed in."""
    words = st.sampled_from([*KINDS, "kind", "n0", "n1", "fr-FR", "next", "09:00", "112"])
    texts = st.one_of(words, st.text(max_size=10))
    numbers = st.one_of(st.integers(), st.floats(), st.booleans(), st.none())
    names = st.one_of(
        st.sampled_from(["kind", "name", "start", "nodes", "next", "text", "choices", "weekly"]),
        st.text(max_size=5),
    )
    return st.recursive(
        st.one_of(texts, numbers),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)
        ),
        max_leaves=12,
    )


@st.composite
def broken(draw: Draw) -> Any:
    """A right document in which one to three places were replaced, added or taken away."""
    document = copy.deepcopy(draw(documents()))
    for _ in range(draw(st.integers(1, 3))):
        _break(draw, document)
    return document


def _break(draw: Draw, document: dict[str, Any]) -> None:
    places = list(_containers(document))
    container = draw(st.sampled_from(places))
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    if keys and draw(st.booleans()):
        container[draw(st.sampled_from(keys))] = draw(rubbish())
    elif keys and draw(st.booleans()):
        del container[draw(st.sampled_from(keys))]
    elif isinstance(container, dict):
        container[draw(st.text(max_size=5))] = draw(rubbish())
    else:
        container.append(draw(rubbish()))


def _containers(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    mine = [value] if isinstance(value, dict | list) else []
    return mine + [each for child in inner for each in _containers(child)]


def _targets(kinds: list[str], at: int) -> st.SearchStrategy[str]:
    """Silent nodes lead onwards: never round in a circle."""
    last = len(kinds) - 1
    allowed = range(min(at + 1, last) if kinds[at] in SILENT else 0, last + 1)
    return st.sampled_from([f"n{other}" for other in allowed])


def _onwards(node: dict[str, Any], at: int, last: str) -> dict[str, Any]:
    """Lead callers who do nothing onwards: they go round in no circle either."""
    ahead = {
        name: _ahead(node[name], at, last) for name in _IDLE.get(node["kind"], ()) if name in node
    }
    return {**node, **ahead}


def _ahead(way: Any, at: int, last: str) -> Any:
    if isinstance(way, dict):
        return {
            name: _ahead(each, at, last) if name == "next" else each for name, each in way.items()
        }
    return way if int(way[1:]) > at else last


# Exits that calls take where nobody speaks, presses a key or picks up.
_IDLE: dict[str, set[str]] = {
    "menu": {"no_input"},
    "collect": {"no_input"},
    "dial": {"busy", "failed", "no_answer", "then"},
    "voicemail": {"next"},
    "callback": {"refused", "failed"},
    "voicebot": {"not_understood", "no_input", "failed"},
    "survey": {"next", "failed"},
}


def _reached(nodes: dict[str, dict[str, Any]]) -> list[str]:
    reached: list[str] = []
    ahead = ["n0"]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.append(name)
            ahead += [text for text in _strings(nodes[name]) if text in nodes]
    return reached


def _strings(value: Any) -> list[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ([value] if isinstance(value, str) else []) + [s for v in inner for s in _strings(v)]


def _element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return words around which some markup stands that any voice takes."""
    around = st.sampled_from(
        ["prosody rate='slow'", "lang xml:lang='en-GB'", "prosody volume='+6dB'"]
    )
    return st.builds(lambda tag, words: f"<{tag}>{words}</{tag.split()[0]}>", around, inner)


_PAUSES = st.sampled_from(["<break/>", '<break time="500ms"/>', "<sub alias='a &amp; b'>c</sub>"])
_ESCAPED = TEXTS.map(lambda text: f"{escape(text)} {{{{caller.number|phone}}}}")
_SENTENCES = st.recursive(st.one_of(_ESCAPED, _PAUSES), _element, max_leaves=4)
MARKUP = st.lists(_SENTENCES, max_size=5).map(lambda parts: f"Bonjour {''.join(parts)}")


def marked() -> st.SearchStrategy[dict[str, Any]]:
    """Words with markup, for a neural voice and for an older one that takes more of it."""
    older = {"voice": st.just("Polly.Celine"), "language": st.just("fr-FR")}
    strong = MARKUP.map(lambda words: f"<emphasis level='strong'>{words}</emphasis>")
    spoken = st.sampled_from(["fr-FR", "en-GB", "de-DE"])
    return st.one_of(
        st.fixed_dictionaries({"ssml": MARKUP, "language": spoken}),
        st.fixed_dictionaries({"ssml": strong, **older}),
    )


def _prompt(draw: Draw) -> Any:
    return draw(
        st.one_of(
            TEXTS,
            marked(),
            st.fixed_dictionaries({"text": TEXTS, "language": LANGUAGES}),
            st.just({"url": "https://media.example.fr/a.mp3"}),
        )
    )


def _some(draw: Draw, values: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    names = draw(st.sets(st.sampled_from(sorted(values)))) if values else set()
    return {name: draw(values[name]) for name in sorted(names)}


def _say(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    words = draw(st.one_of(st.fixed_dictionaries({"text": TEXTS}), marked()))
    return {"kind": "say", **words, "next": draw(targets)}


def _play(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    return {"kind": "play", "url": "https://media.example.fr/b.mp3", "next": draw(targets)}


def _hours(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    opens, closes = draw(st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] < pair[1]))
    weekly = {"weekly": {"monday": [[opens, closes]]}, "open": draw(targets)}
    return {"kind": "hours", **weekly, **_some(draw, {"closed": targets})}


def _queue(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    more = _some(
        draw,
        {
            **dict.fromkeys(["no_agents", "answered", "failed"], targets),
            "overflow_waiting": st.integers(0, 5),
            "welcome": TEXTS,
            "whisper": TEXTS,
            "label": st.just("{{caller.family}}"),
            "comfort": st.lists(TEXTS, min_size=1, max_size=3),
            "accept": st.booleans(),
            "record": st.booleans(),
            "caller_id": st.sampled_from(["caller", "dialled"]),
            "voicemail": st.fixed_dictionaries({"key": st.just("9"), "next": targets}),
            "announce_every": st.integers(1, 5),
        },
    )
    out = {"overflow_seconds": draw(st.integers(10, 7_200)), "overflow": draw(targets)}
    return {"kind": "queue", "queue": "support", **out, **more}


def _callback(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    slots = {"calendar": {"weekly": {"tuesday": [["09:00", "12:00"]]}}, "length": "hour"}
    more = _some(
        draw,
        {
            **dict.fromkeys(["booked", "refused", "failed"], targets),
            "prompt": TEXTS,
            "listen": st.sampled_from(["keys", "speech", "both"]),
            "abroad": st.booleans(),
            "slots": st.just(slots),
            "attempts": st.integers(1, 4),
        },
    )
    return {"kind": "callback", "queue": "support", **more}


def _menu(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    choices = draw(st.dictionaries(KEYS, targets, min_size=1, max_size=4))
    retry = st.fixed_dictionaries({}, optional={"prompt": TEXTS, "next": targets})
    attempts = {"attempts": st.integers(1, 4), "timeout_seconds": st.integers(1, 60)}
    more = _some(draw, {"no_input": retry, "invalid": retry, **attempts})
    return {"kind": "menu", "prompt": _prompt(draw), "choices": choices, **more}


def _dial(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    numbers = draw(st.lists(NUMBERS, min_size=1, max_size=3))
    exits = dict.fromkeys(["answered", "busy", "failed", "then"], targets)
    more = _some(
        draw,
        {
            **exits,
            "caller_id": st.sampled_from(["caller", "dialled"]),
            "order": st.sampled_from(["in_order", "together", "weighted"]),
            "whisper": TEXTS,
            "accept": st.booleans(),
            "record": st.booleans(),
        },
    )
    return {"kind": "dial", "destinations": numbers, "no_answer": draw(targets), **more}


def _voicemail(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    told = st.just([{"email": "shop@example.fr"}, {"sms": "06 12 34 56 78"}])
    length = {"greeting": TEXTS, "max_seconds": st.integers(2, 300)}
    passed_on = {"transcribe": st.booleans(), "notify": told}
    return {"kind": "voicemail", **_some(draw, {**length, **passed_on, "next": targets})}


def _hangup(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    return {"kind": "hangup", **_some(draw, {"text": TEXTS})}


def _collect(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    what = draw(st.sampled_from(["digits", "code", "date", "phone", "amount", "speech"]))
    listen = st.just("speech") if what == "speech" else st.sampled_from(["keys", "speech", "both"])
    retry = st.fixed_dictionaries({}, optional={"prompt": TEXTS, "next": targets})
    shape = {"check_digit": st.sampled_from(["luhn", "mod97"])} if what == "digits" else {}
    more = _some(
        draw,
        {
            **shape,
            "confirm": st.booleans(),
            "sensitive": st.booleans(),
            "attempts": st.integers(1, 4),
            # * is the comma of an amount.
            "finish_key": st.sampled_from(
                ["#", "none"] if what == "amount" else ["#", "*", "none"]
            ),
            "no_input": retry,
            "invalid": retry,
        },
    )
    asked = {"prompt": _prompt(draw), "variable": "shop.number", "what": what}
    return {"kind": "collect", **asked, "listen": draw(listen), "next": draw(targets), **more}


def _branch(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    conditions = st.sampled_from(
        [
            {"when": {"caller.withheld": True}},
            {"when": {"caller.family": {"one_of": ["mobile", "foreign"]}}},
            {"when": {"call.time": {"starts_with": 1}}},
            {"when": {"caller.number": {"given": False, "is_not": "+33612345678"}}},
            {"when": {"line.price": {"at_least": 0.5, "at_most": 9}}},
            {"percent": 50},
            {"open": {"weekly": {"monday": [["09:00", "18:00"]]}}},
            {"closed": {"weekly": {"monday": [["09:00", "18:00"]]}}},
        ]
    )
    several = st.tuples(conditions, targets)
    rules = draw(st.lists(several, min_size=1, max_size=3, unique_by=lambda rule: str(rule[0])))
    written = [{**condition, "next": target} for condition, target in rules]
    return {"kind": "branch", "rules": written, "otherwise": draw(targets)}


def _lookup(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    asked = {
        "url": "https://crm.example.fr/callers",
        "fields": {"number": "{{caller.number}}"},
        "answer": {"shop.number": "/shop", "shop.open": "/open"},
    }
    return {"kind": "lookup", **asked, "next": draw(targets), **_some(draw, {"failed": targets})}


def _survey(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    listens = {"listen": st.sampled_from(["keys", "both"]), "transcribe": st.booleans()}
    more = _some(draw, {"failed": targets, **listens})
    if draw(st.booleans()):
        more["leave"] = {"key": "*", "next": draw(targets), "phrases": ["plus jamais"]}
    return {"kind": "survey", "survey": "srv_1", "next": draw(targets), **more}


def _voicebot(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    intent = {"name": "bill", "phrases": ["ma facture"], "reply": draw(TEXTS), "go": draw(targets)}
    more = _some(draw, dict.fromkeys(["not_understood", "no_input", "ended", "failed"], targets))
    return {"kind": "voicebot", "greeting": _prompt(draw), "intents": [intent], **more}


def _transfer(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    more = _some(draw, dict.fromkeys(["returned", "failed"], targets))
    return {"kind": "transfer", "flow": "flow_2", **more}


def _return(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    return {"kind": "return"}


def _tag(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    return {"kind": "tag", "tag": "vip", "next": draw(targets)}


def _set(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    values = st.sampled_from([1, True, "{{caller.number}}", "a{{call.date|date}}"])
    sets = {"shop.number": draw(values)}
    more = _some(draw, {"language": LANGUAGES})
    return {"kind": "set", "variables": sets, "next": draw(targets), **more}


def _record(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    return {"kind": "record", "on": draw(st.booleans()), "next": draw(targets)}


def _price_notice(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    return {"kind": "price_notice", "next": draw(targets)}


def _sms(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    exits = dict.fromkeys(["refused", "impossible"], targets)
    more = _some(draw, {**exits, "agreed": st.booleans()})
    return {"kind": "sms", "text": draw(TEXTS), "next": draw(targets), **more}


def _reject(draw: Draw, targets: st.SearchStrategy[str]) -> dict[str, Any]:
    return {"kind": "reject", "reason": draw(st.sampled_from(["busy", "rejected"]))}


_NODES: dict[str, Callable[[Draw, st.SearchStrategy[str]], dict[str, Any]]] = {
    "say": _say,
    "play": _play,
    "hours": _hours,
    "menu": _menu,
    "dial": _dial,
    "queue": _queue,
    "callback": _callback,
    "voicemail": _voicemail,
    "hangup": _hangup,
    "collect": _collect,
    "branch": _branch,
    "lookup": _lookup,
    "voicebot": _voicebot,
    "survey": _survey,
    "transfer": _transfer,
    "return": _return,
    "tag": _tag,
    "set": _set,
    "record": _record,
    "reject": _reject,
    "sms": _sms,
    "price_notice": _price_notice,
}
