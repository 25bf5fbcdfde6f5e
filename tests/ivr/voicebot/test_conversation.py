"""A conversation from message to message: it ends, whatever the bot and the caller do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.voicebot import conversation, relay, remembering
from chalicelib.ivr.voicebot.bots import Asking, BotFailed, End, HandOver, Say
from chalicelib.ivr.voicebot.bundled import MatchingBot
from chalicelib.ivr.voicebot.conversation import MOST_TURNS
from chalicelib.ivr.voicebot.handoff import Outcome, ending_of, is_ending
from chalicelib.ivr.voicebot.relay import Failure, Finish, Heard, Interrupted, Key, Speak, Unknown
from tests.ivr.voicebot.builders import a_brief, a_conversation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.voicebot.bots import BotReply, Turn
    from chalicelib.ivr.voicebot.conversation import Conversation, Next

PLACE = remembering.Place("acct_1", "flow_1", 3, "bot", "fr-FR")


class BotThat:
    """A bot that answers everything alike, and notes what it was asked."""

    def __init__(self, reply: BotReply) -> None:
        self.answer = reply
        self.turns: list[Turn] = []

    def reply(self, turn: Turn) -> BotReply:
        self.turns.append(turn)
        return self.answer


class Action:
    """An action's parameters."""

    def __init__(self, **fields: str) -> None:
        self.fields = fields

    def optional(self, name: str) -> str | None:
        return self.fields.get(name) or None


def hear(before: Conversation, message: Any, bot: Any = None, **fields: Any) -> Next:
    return conversation.hear(before, message, a_brief(**fields), bot or MatchingBot())


def told(following: Next) -> dict[str, Any]:
    (command,) = following.commands
    assert isinstance(command, Finish)
    ending: dict[str, Any] = json.loads(command.handoff)
    return ending


def said(text: str, *, last: bool = True) -> Heard:
    return Heard(text, "fr-FR", last)


def test_an_answer_is_spoken_and_remembered() -> None:
    following = hear(a_conversation(), said("vos horaires"))

    assert following.commands == (Speak("De neuf à dix-huit heures."),)
    assert [each.caller for each in following.conversation.history] == ["vos horaires"]


def test_words_that_come_in_parts_are_answered_once() -> None:
    first = hear(a_conversation(), said("je veux", last=False))
    assert first.commands == ()

    assert told(hear(first.conversation, said("annuler")))["exit"] == "cancel"


def test_a_caller_who_is_not_understood_gives_up_after_so_many_times() -> None:
    first = hear(a_conversation(), said("il fait beau"), attempts=2)
    assert len(first.commands) == 1

    second = hear(first.conversation, said("il fait froid"), attempts=2)
    assert told(second)["outcome"] == Outcome.NOT_UNDERSTOOD


def test_only_misunderstandings_in_a_row_count() -> None:
    first = hear(a_conversation(), said("il fait beau"), attempts=2)
    second = hear(first.conversation, said("vos horaires"), attempts=2)

    assert second.conversation.misunderstood == 0


def test_keys_answer_a_question_for_digits() -> None:
    now = a_conversation(asking=Asking("order", 0))
    for key in "123456":
        following = hear(now, Key(key))
        assert following.commands == ()
        now = following.conversation

    ending = told(hear(now, Key("#")))
    assert (ending["exit"], ending["learnt"]) == ("order", {"order.number": "123456"})


def test_keys_that_nobody_asked_for_are_no_answer() -> None:
    following = hear(a_conversation(), Key("1"))

    assert (following.commands, following.conversation.keys) == ((), "")


def test_a_bot_that_invents_an_exit_has_failed() -> None:
    assert told(hear(a_conversation(), said("x"), BotThat(HandOver(exit="moon"))))["outcome"] == (
        Outcome.FAILED
    )


def test_a_bot_that_ends_lets_the_flow_say_goodbye() -> None:
    assert told(hear(a_conversation(), said("x"), BotThat(End())))["outcome"] == Outcome.ENDED


def test_a_conversation_that_never_ends_is_ended() -> None:
    now = a_conversation(turns=MOST_TURNS)

    assert told(hear(now, said("vos horaires")))["outcome"] == Outcome.NOT_UNDERSTOOD


@pytest.mark.parametrize("message", [Interrupted(300), Failure("?"), Unknown("new")])
def test_what_asks_for_no_answer_changes_nothing(message: Any) -> None:
    before = a_conversation(words="je")

    assert hear(before, message).conversation == before


def test_after_the_end_nothing_is_answered() -> None:
    over = conversation.given_up(a_conversation()).conversation

    assert hear(over, said("vos horaires")).commands == ()


def test_nothing_a_caller_said_outlives_the_conversation() -> None:
    before = hear(a_conversation(), said("vos horaires")).conversation

    assert conversation.given_up(before).conversation.history == ()


def test_a_bot_knows_the_last_exchanges_and_what_was_learnt() -> None:
    bot = BotThat(Say(text="Oui.", learnt={"order.number": "1"}))
    first = hear(a_conversation(), said("un"), bot)
    hear(first.conversation, said("deux"), bot)

    assert [each.caller for each in bot.turns[1].history] == ["un"]
    assert bot.turns[1].variables == {"order.number": "1"}


def test_a_bots_failure_is_for_the_socket_to_deal_with() -> None:
    class Broken:
        def reply(self, turn: Turn) -> BotReply:
            raise BotFailed("no model")

    with pytest.raises(BotFailed):
        hear(a_conversation(), said("x"), Broken())


MESSAGES = st.one_of(
    st.builds(Heard, st.text(max_size=40), st.just("fr-FR"), st.booleans()),
    st.builds(
        Heard, st.sampled_from(["où est ma commande", "123456", "vos horaires"]), st.just("")
    ),
    st.builds(Key, st.sampled_from("0123456789*#")),
    st.builds(Interrupted, st.integers(0, 9)),
)


@given(st.lists(MESSAGES, max_size=30))
def test_any_messages_are_survived_and_stored(messages: list[Any]) -> None:
    now = a_conversation()
    endings = 0
    for message in messages:
        following = hear(now, message)
        endings += sum(isinstance(each, Finish) for each in following.commands)
        _, now = remembering.read(remembering.write(PLACE, following.conversation))
        assert now == following.conversation

    assert endings == (1 if now.over else 0)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"SessionStatus": "completed"}, Outcome.HUNG_UP),
        ({"SessionStatus": "failed", "ErrorCode": "64102"}, Outcome.FAILED),
        ({"SessionStatus": "ended"}, Outcome.FAILED),
        ({"SessionStatus": "ended", "HandoffData": "no json"}, Outcome.FAILED),
        ({"SessionStatus": "ended", "HandoffData": "[1]"}, Outcome.FAILED),
        ({"SessionStatus": "ended", "HandoffData": '{"outcome": "moon"}'}, Outcome.FAILED),
        ({"SessionStatus": "ended", "HandoffData": '{"outcome": ["x"]}'}, Outcome.FAILED),
        ({"SessionStatus": "ended", "HandoffData": '{"outcome": "ended"}'}, Outcome.ENDED),
    ],
)
def test_the_action_says_how_it_ended(fields: Mapping[str, str], outcome: Outcome) -> None:
    webhook = Action(**fields)

    assert is_ending(webhook)
    assert ending_of(webhook).outcome is outcome


def test_what_was_learnt_comes_back_through_the_carrier() -> None:
    following = hear(a_conversation(asking=Asking("order", 0)), said("123456"))
    (command,) = following.commands
    assert isinstance(command, Finish)

    ending = ending_of(
        Action(SessionStatus="ended", SessionDuration="12", HandoffData=command.handoff)
    )

    assert (ending.outcome, ending.exit) == (Outcome.HANDED_OVER, "order")
    assert (ending.learnt, ending.seconds) == ({"order.number": "123456"}, 12)


def test_a_webhook_of_another_verb_is_no_ending() -> None:
    assert not is_ending(Action(Digits="1"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"prompt","voicePrompt":" Oui ","lang":"fr-FR","last":true}', said("Oui")),
        (
            '{"type":"prompt","voicePrompt":"Ou","lang":"fr-FR","last":false}',
            said("Ou", last=False),
        ),
        ('{"type":"dtmf","digit":"#"}', Key("#")),
        ('{"type":"interrupt","durationUntilInterruptMs":"460"}', Interrupted(460)),
        ('{"type":"interrupt","durationUntilInterruptMs":460}', Interrupted(460)),
        ('{"type":"error","description":"x"}', Failure("x")),
        ('{"type":"info","name":"x"}', Unknown("info")),
    ],
)
def test_the_carriers_messages_are_read(text: str, message: Any) -> None:
    assert relay.parse(text) == message


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "{}", '{"type":1}', '{"type":"prompt"}', '{"type":"dtmf","digit":"12"}',
     '{"type":"setup","callSid":"CA1"}', "[" * 30_000, '"' + "a" * 40_000 + '"'],
)  # fmt: skip
def test_what_is_no_message_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(relay.NotAMessage) as refused:
        relay.parse(text)

    assert text[:50] not in str(refused.value) or len(text) < 3
