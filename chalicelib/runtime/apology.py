"""What a caller hears when we fail: the number's fallback, else an apology. Needs no network."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

# France's plan allows any ring time; 25 s is about five rings before we give up politely.
RING_SECONDS = 25
VOICE = "Polly.Lea-Neural"
LANGUAGE = "fr-FR"
APOLOGY = (
    "Nous sommes désolés, nous ne pouvons pas prendre votre appel pour le moment. "
    "Merci de rappeler dans quelques instants."
)
NOT_IN_SERVICE = "Le numéro que vous avez composé n'est pas en service. Au revoir."


def fall_back(number: str | None, *, then: str = "") -> str:
    """Return TwiML that rings `number` (E.164), then apologises if nobody answers.

    `then` is an absolute URL that is told how ringing ended: only it can know that somebody did
    answer, after whom an apology would be nonsense. Without it the caller hears one anyway.
    """
    response = VoiceResponse()
    if number is not None:
        response.dial(number, timeout=RING_SECONDS, **({"action": then} if then else {}))
    return _say(response, APOLOGY)


def over() -> str:
    """Return TwiML that ends a call without a word: the caller has been served."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def not_in_service() -> str:
    """Return TwiML for a number that nobody owns, or whose owner is suspended."""
    return _say(VoiceResponse(), NOT_IN_SERVICE)


def nothing() -> str:
    """Return the empty answer that a status callback expects."""
    return str(VoiceResponse())


def _say(response: VoiceResponse, text: str) -> str:
    response.say(text, voice=VOICE, language=LANGUAGE)
    response.hangup()
    return str(response)
