"""What each verb does to the people on the line, as Twilio documents it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.phone import calling
from local.phone.handsets import Handset
from local.phone.legs import Source
from tests.local.phone_customers import AGENT, CALLER, OTHER_AGENT, OURS, Scene, play

if TYPE_CHECKING:
    from local.phone.model import Report

NUMBER = f"<Number>{AGENT}</Number>"


def codes(reports: list[Report]) -> list[int]:
    return [report.code for report in reports]


def test_verbs_run_from_top_to_bottom_and_then_the_call_is_hung_up() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard() == ["Bonjour.", "Au revoir."]
        assert (story.status, story.duration) == ("completed", 4)
        assert scene.network.reports == []

    play({"/voice": "<Say>Bonjour.</Say><!-- so --><Pause length='2'/><Say>Au revoir.</Say>"}, act)


def test_a_text_is_said_as_often_as_loop_says() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard() == ["Ici."] * 3

    play({"/voice": "<Say loop='3'>Ici.</Say>"}, act)


def test_the_pauses_in_a_text_take_time() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.duration == 4

    play({"/voice": "<Say>Un<break time='1500ms'/>deux<break time='1500ms'/></Say>"}, act)


def test_a_pause_as_first_verb_lets_the_call_ring_on() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.duration == 1
        assert (story.call.started or story.call.created) > story.call.created

    play({"/voice": "<Pause length='5'/><Say>Oui.</Say>"}, act)


@pytest.mark.parametrize(("reason", "status"), [("rejected", "no-answer"), ("busy", "busy")])
def test_a_rejected_call_is_never_answered(reason: str, status: str) -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert (story.status, story.duration) == (status, 0)
        assert scene.customer.forms("/status")[0]["CallStatus"] == status

    play({"/voice": f"<Reject reason='{reason}'/><Say>Jamais.</Say>"}, act)


def test_a_hang_up_as_first_verb_still_answers() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert (story.status, story.duration) == ("completed", 0)

    play({"/voice": "<Hangup/><Say>Jamais.</Say>"}, act)


def test_a_redirection_leaves_the_rest_of_the_document_behind() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard() == ["Ailleurs."]
        assert [visit.method for visit in scene.customer.visits][:2] == ["POST", "GET"]

    answers = {
        "/voice": "<Redirect method='GET'>suite/ici?x=1</Redirect><Say>Jamais.</Say>",
        "/suite/ici": "<Say>Ailleurs.</Say>",
    }
    play(answers, act)


def test_documents_that_redirect_for_ever_are_stopped() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.status == "completed"
        assert codes(scene.network.reports) == [11215]

    play({"/voice": "<Redirect/>"}, act)


# --- Gather ---------------------------------------------------------------------------------


def test_a_key_cuts_the_prompt_short_and_goes_to_the_action() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(
            to=OURS, from_=CALLER, presses={1: "2"}, barges_in=True, reaction=3
        )

        assert scene.customer.forms("/menu")[0]["Digits"] == "2"
        assert story.duration == 3

    prompt = "<Say>" + "Un très long menu. " * 20 + "</Say>"
    play({"/voice": f"<Gather numDigits='1' action='/menu'>{prompt}</Gather>"}, act)


@pytest.mark.parametrize(
    ("attributes", "pressed", "digits"),
    [
        pytest.param("", "12#", "12", id="the finish key ends and is not told"),
        pytest.param("numDigits='2'", "123", "12", id="enough digits end"),
        pytest.param("", "12", "12", id="silence ends"),
        pytest.param("finishOnKey='*'", "1#2*", "1#2", id="another finish key"),
        pytest.param("finishOnKey='' numDigits='3'", "1#*", "1#*", id="no finish key"),
    ],
)
def test_digits_are_gathered_until_it_is_enough(attributes: str, pressed: str, digits: str) -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, presses={1: pressed})

        assert scene.customer.forms("/menu")[0]["Digits"] == digits

    play({"/voice": f"<Gather {attributes} action='/menu'/>"}, act)


@pytest.mark.parametrize("pressed", [{}, {1: "#"}], ids=["nothing", "only the finish key"])
def test_without_input_the_next_verb_runs_and_nobody_is_told(pressed: dict[int | str, str]) -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, presses=pressed)

        assert story.heard() == ["Menu.", "Trop tard."]
        assert scene.customer.forms("/menu") == []

    gather = "<Gather action='/menu' timeout='4'><Say>Menu.</Say></Gather><Say>Trop tard.</Say>"
    play({"/voice": gather}, act)


def test_the_time_out_counts_from_the_end_of_the_prompt_and_from_each_key() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, presses={1: "1"}, reaction=4)

        # 1 s of prompt, 4 s until the key, 5 s of silence after it
        assert story.duration == 10

    play({"/voice": "<Gather timeout='5' action='/menu'><Say>Menu.</Say></Gather>"}, act)


def test_an_empty_result_reaches_the_action_if_it_is_asked_for() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER)

        assert scene.customer.forms("/menu")[0]["Digits"] == ""

    play({"/voice": "<Gather actionOnEmptyResult='true' action='/menu'/>"}, act)


def test_without_an_action_the_same_document_is_asked_again() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, presses={1: "7"})

        assert [form.get("Digits") for form in scene.customer.forms("/voice")] == [None, "7"]

    play({"/voice": "<Gather numDigits='1'/>"}, act)


def test_words_are_understood_when_speech_is_asked_for() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, says={"que voulez": "Un devis."})

        form = scene.customer.forms("/parole")[0]
        assert form["SpeechResult"] == "Un devis."
        assert 0 <= float(form["Confidence"]) <= 1
        # 2 s of prompt, 1 s to react, 1 s of words, 3 s of silence
        assert story.duration == 7

    gather = (
        "<Gather input='speech dtmf' speechTimeout='3' action='/parole' language='fr-FR'>"
        "<Say>Que voulez-vous dire ?</Say></Gather>"
    )
    play({"/voice": gather}, act)


def test_words_are_told_early_to_who_wants_partial_results() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, says={1: "Un devis."})

        assert scene.customer.forms("/partiel")[0]["UnstableSpeechResult"] == "Un devis."

    gather = "<Gather input='speech' partialResultCallback='/partiel' action='/parole'/>"
    play({"/voice": gather}, act)


def test_words_do_not_count_where_only_keys_are_asked_for() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, says={1: "Un devis."})

        assert scene.customer.forms("/menu") == []

    play({"/voice": "<Gather action='/menu'><Say>Menu.</Say></Gather>"}, act)


def test_a_prompt_without_barge_in_is_heard_to_its_end() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(
            to=OURS, from_=CALLER, presses={1: "2"}, barges_in=True, reaction=0
        )

        assert scene.customer.forms("/menu")[0]["Digits"] == "2"
        assert story.duration == 4

    gather = "<Gather bargeIn='false' numDigits='1' action='/menu'><Pause length='4'/></Gather>"
    play({"/voice": gather}, act)


# --- Dial -----------------------------------------------------------------------------------


def test_a_forwarded_call_of_ninety_five_seconds_lasts_ninety_five_seconds() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=3, hangs_up_after=95))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [leg.duration for leg in story.legs] == [98, 95]
        form = scene.customer.forms("/apres")[0]
        assert form["DialCallStatus"] == "completed"
        assert form["DialCallDuration"] == "95"
        assert form["DialCallSid"] == story.legs[1].sid
        assert form["DialBridged"] == "true"
        assert scene.customer.forms("/status")[0]["CallDuration"] == "98"

    play({"/voice": f"<Dial action='/apres'>{NUMBER}</Dial><Say>Jamais.</Say>"}, act)


def test_both_sides_of_a_bridge_hear_one_another() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(talks={1: "Garage Durand."}, hangs_up_after=9))

        story = await scene.network.ring(to=OURS, from_=CALLER, says={"garage": "Ma voiture !"})

        assert story.heard(CALLER) == ["Garage Durand."]
        assert story.heard(AGENT) == ["Ma voiture !"]

    play({"/voice": f"<Dial>{AGENT}</Dial>"}, act)


@pytest.mark.parametrize(
    ("script", "status", "rung"),
    [
        (Handset(busy=True), "busy", 0),
        (Handset(declines=True), "busy", 1),
        (Handset(unreachable=True), "failed", 0),
        (Handset(answers_after=None), "no-answer", 15),
        (Handset(answers_after=16), "no-answer", 15),
    ],
    ids=["busy", "declines", "unreachable", "nobody", "too late"],
)
def test_the_action_learns_why_nobody_was_reached(script: Handset, status: str, rung: int) -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, script)

        story = await scene.network.ring(to=OURS, from_=CALLER)

        form = scene.customer.forms("/apres")[0]
        assert form["DialCallStatus"] == status
        assert form["DialBridged"] == "false"
        assert "DialCallDuration" not in form
        # Twilio rings five seconds longer than the time-out.
        assert story.duration == rung

    play({"/voice": f"<Dial timeout='10' action='/apres'>{NUMBER}</Dial>"}, act)


def test_without_an_action_the_next_verb_runs_after_the_conversation() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(hangs_up_after=5))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard()[-1] == "Merci."

    play({"/voice": f"<Dial>{NUMBER}</Dial><Say>Merci.</Say>"}, act)


def test_a_caller_who_hangs_up_ends_both_legs_and_the_action_is_still_told() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=5))

        story = await scene.network.ring(to=OURS, from_=CALLER, hangs_up_after=20)

        assert [leg.duration for leg in story.legs] == [20, 15]
        form = scene.customer.forms("/apres")[0]
        assert (form["CallStatus"], form["DialCallDuration"]) == ("completed", "15")

    play({"/voice": f"<Dial action='/apres'>{NUMBER}</Dial>"}, act)


def test_a_caller_who_gives_up_while_it_rings_leaves_a_call_nobody_answered() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=30))

        story = await scene.network.ring(to=OURS, from_=CALLER, patience=12)

        assert [leg.status for leg in story.legs] == ["no-answer", "no-answer"]
        assert story.duration == 0

    play({"/voice": f"<Dial answerOnBridge='true'>{NUMBER}</Dial>"}, act)


def test_with_answer_on_bridge_the_caller_pays_from_the_bridge_on() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=7, hangs_up_after=10))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [leg.duration for leg in story.legs] == [10, 10]

    play({"/voice": f"<Dial answerOnBridge='true'>{NUMBER}</Dial>"}, act)


def test_a_dialled_leg_tells_each_of_its_states() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(hangs_up_after=61))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        forms = scene.customer.forms("/leg")
        assert [form["CallStatus"] for form in forms] == [
            "initiated",
            "ringing",
            "in-progress",
            "completed",
        ]
        assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
        assert {form["ParentCallSid"] for form in forms} == {story.call.sid}
        assert {form["Direction"] for form in forms} == {"outbound-dial"}
        last = forms[-1]
        assert (last["CallDuration"], last["Duration"]) == ("61", "2")
        assert last["Timestamp"] == "Mon, 02 Mar 2026 09:01:03 +0000"
        assert last["CallbackSource"] == "call-progress-events"

    number = (
        "<Number statusCallback='/leg' "
        f"statusCallbackEvent='initiated ringing answered completed'>{AGENT}</Number>"
    )
    play({"/voice": f"<Dial>{number}</Dial>"}, act)


def test_a_dialled_leg_tells_only_its_end_by_default() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(busy=True))

        await scene.network.ring(to=OURS, from_=CALLER)

        assert [form["CallStatus"] for form in scene.customer.forms("/leg")] == ["busy"]

    play({"/voice": f"<Dial><Number statusCallback='/leg'>{AGENT}</Number></Dial>"}, act)


def test_numbers_ring_together_and_the_first_to_answer_is_put_through() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=9))
        scene.network.handset(OTHER_AGENT, Handset(answers_after=4, hangs_up_after=30))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        statuses = {leg.to: leg.status for leg in story.legs[1:]}
        assert statuses == {AGENT: "no-answer", OTHER_AGENT: "completed"}
        assert scene.customer.forms("/apres")[0]["DialCallDuration"] == "30"

    both = f"{NUMBER}<Number>{OTHER_AGENT}</Number>"
    play({"/voice": f"<Dial action='/apres'>{both}</Dial>"}, act)


def test_sequential_numbers_ring_one_after_another() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=None))
        scene.network.handset(OTHER_AGENT, Handset(answers_after=2, hangs_up_after=3))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [leg.status for leg in story.legs[1:]] == ["no-answer", "completed"]
        assert story.duration == 15 + 2 + 3

    both = f"{NUMBER}<Number>{OTHER_AGENT}</Number>"
    play({"/voice": f"<Dial sequential='true' timeout='10'>{both}</Dial>"}, act)


def test_a_whisper_is_heard_by_the_called_party_alone() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=2, hangs_up_after=20))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard(AGENT) == ["Appel de la campagne radio."]
        assert story.heard(CALLER) == []
        form = scene.customer.forms("/chuchote")[0]
        assert form["CallSid"] == story.legs[1].sid
        assert form["ParentCallSid"] == story.call.sid

    answers = {
        "/voice": f"<Dial><Number url='/chuchote'>{AGENT}</Number></Dial>",
        "/chuchote": "<Say>Appel de la campagne radio.</Say>",
    }
    play(answers, act)


def test_a_whisper_that_hangs_up_leaves_the_parties_unbridged() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=2))

        await scene.network.ring(to=OURS, from_=CALLER)

        form = scene.customer.forms("/apres")[0]
        assert (form["DialCallStatus"], form["DialBridged"]) == ("completed", "false")

    answers = {
        "/voice": f"<Dial action='/apres'><Number url='/filtre'>{AGENT}</Number></Dial>",
        "/filtre": "<Gather timeout='3' action='/oui'/><Hangup/>",
    }
    play(answers, act)


def test_no_dial_is_allowed_in_a_whisper() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=2))

        await scene.network.ring(to=OURS, from_=CALLER)

        assert codes(scene.network.reports) == [13201]

    answers = {
        "/voice": f"<Dial><Number url='/chuchote'>{AGENT}</Number></Dial>",
        "/chuchote": f"<Dial>{OTHER_AGENT}</Dial>",
    }
    play(answers, act)


def test_the_time_limit_ends_the_conversation_and_not_the_call() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=2))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert scene.customer.forms("/apres")[0]["DialCallDuration"] == "60"
        assert story.heard()[-1] == "Fini."

    answers = {
        "/voice": f"<Dial timeLimit='60' action='/apres'>{AGENT}</Dial>",
        "/apres": "<Say>Fini.</Say>",
    }
    play(answers, act)


def test_the_caller_leaves_the_conversation_with_a_star() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=2, talks={10: "Tapez étoile."}))

        story = await scene.network.ring(to=OURS, from_=CALLER, presses={"tapez": "*"})

        assert story.heard()[-1] == "Merci."
        assert story.legs[1].duration == 12

    play({"/voice": f"<Dial hangupOnStar='true'>{AGENT}</Dial><Say>Merci.</Say>"}, act)


def test_a_recorded_conversation_has_its_recording_in_the_action() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=5, hangs_up_after=40))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        told = scene.customer.forms("/enreg")[0]
        assert told["RecordingDuration"] == "40"
        assert told["RecordingSource"] == "DialVerb"
        assert (told["RecordingChannels"], told["RecordingStatus"]) == ("2", "completed")
        assert told["CallSid"] == story.call.sid
        assert scene.customer.forms("/apres")[0]["RecordingUrl"] == told["RecordingUrl"]

    dial = "<Dial record='record-from-answer-dual' recordingStatusCallback='/enreg' "
    play({"/voice": f"{dial} action='/apres'>{NUMBER}</Dial>"}, act)


def test_a_foreign_caller_id_is_refused_and_the_call_goes_on() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER)

        assert codes(scene.network.reports) == [13214]
        assert scene.network.reports[0].level == "WARNING"
        assert scene.customer.forms("/apres")[0]["DialCallStatus"] == "failed"

    play({"/voice": f"<Dial callerId='+33155555555' action='/apres'>{NUMBER}</Dial>"}, act)


@pytest.mark.parametrize(("caller_id", "shown"), [("", CALLER), (CALLER, CALLER), (OURS, OURS)])
def test_the_called_party_sees_a_number_of_the_call(caller_id: str, shown: str) -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(hangs_up_after=1))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.legs[1].from_ == shown
        assert scene.network.reports == []

    attribute = f"callerId='{caller_id}'" if caller_id else ""
    play({"/voice": f"<Dial {attribute}>{NUMBER}</Dial>"}, act)


def test_a_number_that_is_not_e164_is_not_dialled() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER)

        assert codes(scene.network.reports) == [13223]

    play({"/voice": "<Dial>0145678901</Dial>"}, act)


def test_a_number_bought_here_starts_a_second_independent_call() -> None:
    async def act(scene: Scene) -> None:
        second = "+33199004321"
        scene.network.buy(second, voice_url=f"{scene.customer.url}/deux")

        story = await scene.network.ring(to=OURS, from_=CALLER)

        inbound = scene.customer.forms("/deux")[0]
        assert (inbound["Direction"], inbound["From"], inbound["To"]) == (
            "inbound",
            CALLER,
            second,
        )
        assert inbound["CallSid"] not in {leg.sid for leg in story.legs[:2]}
        assert story.heard(CALLER) == ["Deuxième maison."]
        assert [leg.status for leg in story.legs] == ["completed"] * 3

    answers = {"/voice": "<Dial>+33199004321</Dial>", "/deux": "<Say>Deuxième maison.</Say>"}
    play(answers, act)


def test_a_caller_sent_elsewhere_by_the_api_leaves_the_conversation() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=2))
        leg = scene.network.dial(to=OURS, from_=CALLER)
        await scene.network.clock.sleep(12)

        calling.divert(leg, Source(f"{scene.customer.url}/ailleurs"))
        story = await scene.network.finished(leg.call.sid)

        assert story.heard()[-1] == "Ailleurs."
        assert [one.duration for one in story.legs] == [13, 10]
        assert scene.customer.forms("/apres") == []

    answers = {
        "/voice": f"<Dial action='/apres'>{NUMBER}</Dial>",
        "/ailleurs": "<Say>Ailleurs.</Say>",
    }
    play(answers, act)


def test_a_called_party_sent_elsewhere_goes_its_own_way_and_the_caller_goes_on() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=2))
        leg = scene.network.dial(to=OURS, from_=CALLER)
        await scene.network.clock.sleep(12)

        (child,) = [one for one in scene.network.exchange.legs.values() if one is not leg]
        calling.divert(child, Source(f"{scene.customer.url}/ailleurs"))
        story = await scene.network.finished(leg.call.sid)

        assert story.heard(CALLER) == ["Merci."]
        assert story.heard(AGENT) == ["Ailleurs."]
        form = scene.customer.forms("/apres")[0]
        assert form["DialCallStatus"] == "completed"
        # A leg that was sent elsewhere is not over yet: it has no duration to tell.
        assert "DialCallDuration" not in form

    answers = {
        "/voice": f"<Dial action='/apres'>{NUMBER}</Dial>",
        "/apres": "<Say>Merci.</Say>",
        "/ailleurs": "<Say>Ailleurs.</Say><Pause length='30'/>",
    }
    play(answers, act)


# --- Record ---------------------------------------------------------------------------------


def test_a_message_is_recorded_until_a_key() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, leaves_message=12, ends_message_with="#")

        form = scene.customer.forms("/message")[0]
        assert (form["RecordingDuration"], form["Digits"]) == ("12", "#")
        assert form["RecordingUrl"].endswith(form["RecordingSid"])

    play({"/voice": "<Record action='/message'/>"}, act)


def test_a_caller_who_hangs_up_after_the_message_leaves_it_all_the_same() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, leaves_message=8)

        form = scene.customer.forms("/message")[0]
        assert (form["RecordingDuration"], form["Digits"]) == ("8", "hangup")
        assert form["CallStatus"] == "completed"
        told = scene.customer.forms("/enreg")[0]
        assert (told["RecordingStatus"], told["RecordingSource"]) == ("completed", "RecordVerb")
        assert scene.customer.forms("/status")[0]["RecordingSid"] == told["RecordingSid"]
        assert story.duration == 8

    play({"/voice": "<Record action='/message' recordingStatusCallback='/enreg'/>"}, act)


@pytest.mark.parametrize(
    ("attributes", "recorded", "lasted"),
    [
        pytest.param("timeout='4'", "20", 24, id="silence, which is trimmed"),
        pytest.param("timeout='4' trim='do-not-trim'", "24", 24, id="silence, kept"),
        pytest.param("maxLength='15'", "15", 15, id="the longest time"),
    ],
)
def test_a_recording_ends_with(attributes: str, recorded: str, lasted: int) -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(
            to=OURS, from_=CALLER, leaves_message=20, ends_message_with="w"
        )

        form = scene.customer.forms("/message")[0]
        assert (form["RecordingDuration"], form["Digits"]) == (recorded, "")
        assert story.duration == lasted

    play({"/voice": f"<Record {attributes} action='/message'/>"}, act)


def test_a_silent_caller_leaves_no_message_and_the_next_verb_runs() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard() == ["Rien entendu."]
        assert scene.customer.forms("/message") == []
        assert scene.customer.forms("/enreg")[0]["RecordingStatus"] == "absent"

    record = (
        "<Record action='/message' recordingStatusCallback='/enreg' "
        "recordingStatusCallbackEvent='completed absent'/>"
    )
    play({"/voice": f"{record}<Say>Rien entendu.</Say>"}, act)


# --- queues ---------------------------------------------------------------------------------


def test_a_waiting_caller_hears_the_waiting_document_over_and_over() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, hangs_up_after=7)

        forms = scene.customer.forms("/attente")
        assert [form["QueueTime"] for form in forms] == ["0", "3", "6"]
        assert {form["QueuePosition"] for form in forms} == {"1"}
        assert scene.customer.forms("/apres")[0]["QueueResult"] == "hangup"

    answers = {
        "/voice": "<Enqueue waitUrl='/attente' action='/apres'>accueil</Enqueue>",
        "/attente": "<Say>Un instant.</Say><Pause length='2'/>",
    }
    play(answers, act)


def test_a_caller_who_leaves_the_queue_goes_to_the_action() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, presses={1: "1"})

        assert scene.customer.forms("/apres")[0]["QueueResult"] == "leave"
        assert story.heard()[-1] == "Au revoir."

    answers = {
        "/voice": "<Enqueue waitUrl='/attente' action='/apres'>accueil</Enqueue>",
        "/attente": "<Gather numDigits='1' action='/sortie'><Say>Tapez 1.</Say></Gather>",
        "/sortie": "<Leave/>",
        "/apres": "<Say>Au revoir.</Say>",
    }
    play(answers, act)


def test_an_agent_takes_the_caller_who_waited_longest() -> None:
    async def act(scene: Scene) -> None:
        desk = "+33199009999"
        scene.network.buy(desk, voice_url=f"{scene.customer.url}/agent")
        first = scene.network.dial(to=OURS, from_=CALLER)
        await scene.network.clock.sleep(10)

        agent = await scene.network.ring(to=desk, from_=AGENT, hangs_up_after=31)
        caller = await scene.network.finished(first.call.sid)

        assert caller.heard() == ["waiting music", "Voici quelqu'un."]
        whisper = scene.customer.forms("/prelude")[0]
        assert whisper["CallSid"] == first.call.sid
        assert whisper["DequeingCallSid"] == agent.call.sid
        assert whisper["QueueTime"] == "10"
        after = scene.customer.forms("/apres")[0]
        assert (after["QueueResult"], after["QueueTime"]) == ("bridged", "10")

    answers = {
        "/voice": "<Enqueue action='/apres'>accueil</Enqueue>",
        "/agent": "<Dial><Queue url='/prelude'>accueil</Queue></Dial>",
        "/prelude": "<Say>Voici quelqu'un.</Say>",
    }
    play(answers, act)


def test_a_queue_that_does_not_exist_fails_the_dial() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER)

        assert scene.customer.forms("/apres")[0]["DialCallStatus"] == "failed"

    play({"/voice": "<Dial action='/apres'><Queue>personne</Queue></Dial>"}, act)


def test_a_full_queue_sends_the_caller_to_the_action() -> None:
    async def act(scene: Scene) -> None:
        scene.network.dial(to=OURS, from_=AGENT, hangs_up_after=30)
        await scene.network.clock.sleep(5)

        await scene.network.ring(to=OURS, from_=CALLER)

        assert scene.customer.forms("/apres")[0]["QueueResult"] == "queue-full"
        assert codes(scene.network.reports) == [14207]

    play({"/voice": "<Enqueue maxQueueSize='1' action='/apres'>accueil</Enqueue>"}, act)
