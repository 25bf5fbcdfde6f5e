"""The room behind sockets of kind `voicebot`: the carrier's ConversationRelay talks to a bot.

It joins the pure parts: whose call it is, what the flow says of it, the bot, and what is
remembered. Nothing that a caller says is ever logged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.ivr.voicebot import conversation, relay, remembering
from chalicelib.ivr.voicebot.brief import Brief
from chalicelib.ivr.voicebot.conversation import Conversation
from chalicelib.ivr.voicebot.relay import Failure, NotAMessage, Setup, Unknown
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import sockets, wiring
from chalicelib.runtime.observability import logger
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings
from chalicelib.runtime.sockets import Answer, Sockets

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.voicebot.bots import Bot
    from chalicelib.ivr.voicebot.conversation import Next
    from chalicelib.ivr.voicebot.relay import Message
    from chalicelib.ivr.voicebot.remembering import Place
    from chalicelib.ivr.voicebot.store import ConnectionStore
    from chalicelib.runtime.sockets import Handshake

KIND: Final = "voicebot"
PASSPORT: Final = "session"  # the parameter of our TwiML that says whose conversation it is


class Versions(Protocol):
    """Published flows, as the calls of them read them."""

    def version(self, flow_id: str, version: int) -> Flow:
        """Return one version. Raises NotFound, Unavailable."""


def connections() -> Sockets:
    """Return who answers each kind of WebSocket, and where connections are remembered."""
    return Sockets(
        rooms={KIND: VoicebotRoom(wiring.flows(), chosen_bot(settings().voicebot), wiring.clock)},
        connections=_store(settings().ivr_table),
        wakeups=Queue(settings().wakeups_queue),
        clock=wiring.clock,
        pause=wiring.pause,
    )


@cache
def chosen_bot(name: str) -> Bot:
    """Return the bot of a stage: "bundled", or "bedrock:" and the id of a model."""
    kind, _, model = name.partition(":")
    if kind == "bedrock":
        from chalicelib.ivr.voicebot.gateway import bedrock_bot

        return bedrock_bot(model)
    from chalicelib.ivr.voicebot.bundled import MatchingBot

    return MatchingBot()


@cache
def _store(table_name: str) -> ConnectionStore:
    from chalicelib.ivr.voicebot.store import ConnectionStore

    return ConnectionStore(table_name)


@dataclass(frozen=True, slots=True)
class VoicebotRoom:
    """The port `Room` for conversations."""

    flows: Versions
    bot: Bot
    clock: Callable[[], datetime]

    def admits(self, handshake: Handshake) -> bool:
        """Let in nobody but the carrier."""
        return sockets.is_carriers(handshake)

    def heard(self, state: str, text: str) -> Answer | None:
        """Answer a message of the carrier's; one that is none of the protocol's changes nothing."""
        try:
            message = relay.parse(text)
        except NotAMessage as error:
            logger().warning("a message was ignored", extra={"why": error.message})
            return Answer(state)
        _note(message)
        if isinstance(message, Setup):
            return Answer(state) if state else self._begun(message)
        if not state:
            return None
        place, before = remembering.read(state)
        brief = self._brief(place)
        following = conversation.hear(before, message, brief, self.bot)
        if following.conversation is before:
            return Answer(state)
        return _answer(place, conversation.timed(following, brief, self._now()))

    def woken(self, state: str) -> Answer:
        """Ask callers whether they are there who have said nothing for too long, or let them go.

        There is one message on the queue for each conversation: whoever has spoken since it was
        put there is looked at again when their own time is up.
        """
        place, before = remembering.read(state)
        if before.over:
            return Answer(state)
        brief, now = self._brief(place), self._now()
        if now < before.silent_from:
            return Answer(state, wake_after=before.silent_from - now)
        following = conversation.timed(conversation.unheard(before, brief), brief, now)
        after = following.conversation
        wake_after = None if after.over else after.silent_from - now
        return replace(_answer(place, following), wake_after=wake_after)

    def broke(self, state: str) -> Answer:
        """Give the call back to the flow, by its exit for failures."""
        if not state:
            nobody = Conversation(call_id="", language="")
            return Answer("", _written(conversation.given_up(nobody)))
        place, before = remembering.read(state)
        return _answer(place, conversation.given_up(before))

    def _begun(self, setup: Setup) -> Answer:
        sealed = setup.parameters.get(PASSPORT, "")
        facts = sockets.opened_passport(KIND, sealed, setup.call_id)
        place = remembering.Place.from_facts(facts)
        brief = self._brief(place)  # better to learn now that there is none
        now, time = self._now(), brief.opening + brief.patience
        begun = Conversation(call_id=setup.call_id, language=place.language, silent_from=now + time)
        return Answer(remembering.write(place, begun), wake_after=time)

    def _now(self) -> int:
        return int(self.clock().timestamp())

    def _brief(self, place: Place) -> Brief:
        """Return what the flow says to its bot, at the node where the call stands."""
        node = self.flows.version(place.flow_id, place.version).nodes.get(place.node)
        brief = getattr(node, "brief", None)
        if not isinstance(brief, Brief):
            raise NotFound("no bot works at this node", flow_id=place.flow_id, node=place.node)
        return brief


def _answer(place: Place, following: Next) -> Answer:
    return Answer(remembering.write(place, following.conversation), _written(following))


def _written(following: Next) -> tuple[str, ...]:
    return tuple(map(relay.render, following.commands))


def _note(message: Message) -> None:
    if isinstance(message, Unknown):
        logger().info("a message of an unknown kind", extra={"kind": message.kind})
    if isinstance(message, Failure):
        # Twilio repeats what we sent: what a bot said to a caller, so not even a part of it.
        logger().warning("the carrier could not use a message of ours")
