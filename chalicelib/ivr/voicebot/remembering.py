"""A conversation as the text that is stored between two messages, with where it takes place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.ivr.voicebot.bots import Asking, Said
from chalicelib.ivr.voicebot.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Place:
    """Which node of which version of which flow a conversation belongs to, whose it is, and in
    which language it begins.
    """

    account_id: str
    flow_id: str
    version: int
    node: str
    language: str

    def facts(self) -> Mapping[str, str]:
        """Return it as texts, to be sealed into the carrier's parameters."""
        version = str(self.version)
        place = {"a": self.account_id, "f": self.flow_id, "v": version, "n": self.node}
        return {**place, "l": self.language}

    @classmethod
    def from_facts(cls, facts: Mapping[str, str]) -> Place:
        """Read back what `facts` wrote."""
        return cls(facts["a"], facts["f"], int(facts["v"]), facts["n"], facts["l"])


def write(place: Place, conversation: Conversation) -> str:
    """Return the text to store."""
    asking = conversation.asking
    kept: dict[str, Any] = {
        "place": dict(place.facts()),
        "call": conversation.call_id,
        "language": conversation.language,
        "turns": conversation.turns,
        "misunderstood": conversation.misunderstood,
        "history": [[each.caller, each.bot] for each in conversation.history],
        "learnt": dict(conversation.learnt),
        "asking": [asking.intent, asking.slot] if asking else None,
        "keys": conversation.keys,
        "words": conversation.words,
        "over": conversation.over,
        "silent_from": conversation.silent_from,
        "silences": conversation.silences,
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> tuple[Place, Conversation]:
    """Read back what `write` wrote."""
    kept = json.loads(text)
    conversation = Conversation(
        call_id=kept["call"],
        language=kept["language"],
        turns=kept["turns"],
        misunderstood=kept["misunderstood"],
        history=tuple(Said(caller, bot) for caller, bot in kept["history"]),
        learnt=kept["learnt"],
        asking=Asking(*kept["asking"]) if kept["asking"] else None,
        keys=kept["keys"],
        words=kept["words"],
        over=kept["over"],
        silent_from=kept.get("silent_from", 0),
        silences=kept.get("silences", 0),
    )
    return Place.from_facts(kept["place"]), conversation
