"""How a prompt is written in a flow document: words, a recording, or one for each language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr import ssml, templates, voices
from chalicelib.ivr.grammar import Field, Matching, Reading, Text, Whole, or_null
from chalicelib.ivr.nodes import Audio, Upload
from chalicelib.ivr.prompting import Marked, Prompt, Utterance, Words
from chalicelib.kernel.reading import Place, kind_of, matching, quoted, text, whole

if TYPE_CHECKING:
    from chalicelib.ivr.grammar import Schema

# Twilio's <Play>: an absolute URL whose host has no underscore.
_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-~]*)?")
_URL_MEANING: Final = "an absolute http(s) URL without spaces or user name"
_LONGEST_URL: Final = 2000
PROMPT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

# The fields of a node that is a prompt itself.
SAID: Final = ("text", "ssml", "by_language", "prompt", "language", "voice")
RECORDED: Final = ("url", "audio", "version", "by_language", "prompt")
BODIES: Final = ("text", "ssml", "url", "audio", "by_language", "prompt")

_AUDIO: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

EMPTY: Final = Prompt.of({"fr-FR": Words(templates.compile(""), "fr-FR")})


def read_language(place: Place | None, default: str) -> str:
    """Read a language tag that the carrier can speak."""
    tag = text(place, 20, default)
    if place is not None and tag not in voices.LANGUAGES:
        place.fault(f"the carrier does not speak {quoted(tag)}; fr-FR and en-GB are two it does")
        return default
    return tag


@dataclass(frozen=True, slots=True)
class PromptField(Field[Prompt]):
    """Something for the caller to hear; or for whoever is called."""

    for_callee: bool = False

    def read(self, place: Place, about: Reading) -> Prompt:
        """Read it in whichever form it is written."""
        prompt = self._read(place, about)
        if about.judging and not self.for_callee:
            about.heard[place.pointer] = meant_for(place.value, prompt, about)
        return prompt

    def _read(self, place: Place, about: Reading) -> Prompt:
        if isinstance(place.value, dict) and "prompt" in place.value:
            return _named(place, about)
        if isinstance(place.value, dict) and "by_language" in place.value:
            return read_by_language(place.fields(("by_language",)).get("by_language"), about)
        utterance, language = read_utterance(place, about, about.language)
        return Prompt.of({language: utterance})

    def schema(self) -> Schema:
        """Describe every form."""
        return {"$ref": "#/$defs/prompt"}


def meant_for(written: object, prompt: Prompt, about: Reading) -> tuple[str, ...]:
    """Return the languages of the callers whom a prompt is meant for; none where it is for all.

    Words that name their language are for all, and so is a recording, which may be music. What
    `languages` asks of `by_language` was told where that was read.
    """
    several = isinstance(written, dict) and "by_language" in written
    if prompt is EMPTY or (several and about.languages):
        return ()
    fields = written if isinstance(written, dict) else {"text": written}
    if "prompt" in fields:
        return about.heard.get(f"/prompts/{fields['prompt']}", ())
    words = ("text" in fields or "ssml" in fields) and fields.get("language") is None
    return tuple(prompt.utterances) if words or several else ()


def read_utterance(place: Place, about: Reading, default: str) -> tuple[Utterance, str]:
    """Read words or a recording, and the language they are in."""
    nothing: Utterance = Words(templates.compile(""), default)
    if isinstance(place.value, str):
        return _words({"text": place}, about, default)
    if not isinstance(place.value, dict):
        place.fault(f"must be a text or an object, not {kind_of(place.value)}")
        return nothing, default
    if "url" in place.value:
        return read_url(place.fields(("url",)).get("url")), default
    if "audio" in place.value:
        return _upload(place, about), default
    if "ssml" in place.value:
        return _marked(place.fields(("ssml",), ("language", "voice")), about, default)
    idle = [name for name in ("language", "voice") if place.value.get(name) is not None]
    if "text" not in place.value and idle:
        entries = place.entries()
        for name in idle:
            entries[name].fault("means nothing without a `text` or `ssml`")
        return nothing, default
    return _words(place.fields(("text",), ("language", "voice")), about, default)


def _upload(place: Place, about: Reading) -> Audio:
    """Read which uploaded prompt is meant; publishing adds the version."""
    fields = place.fields(("audio",), ("version",))
    prompt_id = matching(fields.get("audio"), _AUDIO, "the id of an uploaded prompt")
    if prompt_id:
        about.uploads.append(Upload(fields["audio"].pointer, prompt_id))
    return Audio(prompt_id=prompt_id, version=whole(fields.get("version"), 1, 999_999, 0))


def read_by_language(place: Place | None, about: Reading) -> Prompt:
    """Read words and recordings for several languages."""
    if place is None:
        return EMPTY
    utterances: dict[str, Utterance] = {}
    for tag, entry in place.entries().items():
        if tag not in voices.LANGUAGES:
            entry.fault(
                f"the carrier does not speak {quoted(tag)}; fr-FR and en-GB are two it does"
            )
            continue
        if about.judging and about.languages and tag not in about.languages:
            entry.fault(f"this flow does not speak {tag}: it is not one of its `languages`")
        utterances[tag], _ = read_utterance(entry, about, tag)
    wanted = about.languages or (about.language,)
    for language in wanted:
        if isinstance(place.value, dict) and language not in utterances:
            place.fault(f"has no words in {language}, which this flow speaks")
    ordered = {tag: utterances[tag] for tag in (*wanted, *utterances) if tag in utterances}
    return Prompt.of(ordered) if ordered else EMPTY


def read_url(place: Place | None) -> Audio:
    """Read the address of a recording."""
    url = matching(place, _URL, _URL_MEANING)
    if place is not None and len(url) > _LONGEST_URL:
        place.fault(f"is too long: {len(url)} characters, at most {_LONGEST_URL}")
    return Audio(url)


def prompt_schemas() -> dict[str, Schema]:
    """Describe prompts and their parts, for the definitions of the schema."""
    how = {"language": _or_null("language"), "voice": _or_null("voice")}
    said = _object(text=_ref("words"), **how)
    recorded = {
        "ssml": _object(ssml=_ref("ssml"), **how),
        "url": _object(url=_ref("url")),
        "audio": _object(audio=_ref("audio"), version=_or_null("version")),
    }
    several = {"by_language": _object(by_language=_ref("by_language"))}
    named = {"prompt": _object(prompt=_ref("prompt_name"))}
    return {
        "words": _about("What is said; {{variables}} may stand in it.", Text(voices.LONGEST_TEXT)),
        "ssml": _about(
            "What is said, with speech markup; {{variables}} may stand in its words.",
            Text(voices.LONGEST_ENCODED),
        ),
        "language": {
            "description": "A language that the carrier speaks.",
            "enum": sorted(voices.LANGUAGES),
        },
        "voice": _about("A voice such as Polly.Lea-Neural.", Matching(voices.VOICE, "")),
        "url": {
            **_about("The absolute address of an MP3 or WAV file.", Matching(_URL, "")),
            "maxLength": _LONGEST_URL,
        },
        "audio": _about("The id of an uploaded prompt.", Matching(_AUDIO, "")),
        "version": _about("The version of it; publishing adds it.", Whole(1, 999_999)),
        "by_language": {
            "description": "Words or a recording for each language that the flow speaks.",
            "type": "object",
            "propertyNames": _ref("language"),
            "additionalProperties": _ref("utterance"),
            "minProperties": 1,
        },
        "prompt_name": _about("The name of one of the document's `prompts`.", Text(64)),
        "utterance": _forms(recorded, said),
        "shared_prompt": _forms(several | recorded, said),
        "prompt": _forms(named | several | recorded, said),
    }


def _forms(by_field: dict[str, Schema], otherwise: Schema) -> Schema:
    """Tell forms apart by the field that each has: a fault is told of the one that is meant."""
    written = otherwise
    for name, form in reversed(by_field.items()):
        written = {"if": {"type": "object", "required": [name]}, "then": form, "else": written}
    return {"if": {"type": "string"}, "then": _ref("words"), "else": written}


def _about(description: str, field: Field[Any]) -> Schema:
    return {"description": description, **field.schema()}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _or_null(name: str) -> Schema:
    return or_null(_ref(name))


def _object(**properties: Any) -> Schema:
    first = next(iter(properties))
    return {
        "type": "object",
        "properties": properties,
        "required": [first],
        "additionalProperties": False,
    }


def _named(place: Place, about: Reading) -> Prompt:
    entry = place.fields(("prompt",)).get("prompt")
    name = text(entry, 64)
    found = about.prompts.get(name)
    if found is None:
        if entry is not None and name:
            entry.fault(f"no prompt is called {quoted(name)}")
        return EMPTY
    about.referred.add(f"prompt:{name}")
    return found


def _words(fields: dict[str, Place], about: Reading, default: str) -> tuple[Words, str]:
    body = fields.get("text")
    written = text(body, voices.LONGEST_TEXT)
    encoded = voices.encoded_length(written)
    if body is not None and encoded > voices.LONGEST_ENCODED:
        reason = f"is too long for the carrier: {encoded} bytes once URL-encoded"
        body.fault(f"{reason}, at most {voices.LONGEST_ENCODED}")
    compiled = templates.compile(written)
    if body is not None:
        about.use(compiled.variables, body)
    if body is not None and about.judging:
        for fault in compiled.faults:
            body.fault(fault)
    language, voice = _speaker(fields, about, default)
    return Words(compiled.reading(about.read_as), language, voice), language


def _marked(fields: dict[str, Place], about: Reading, default: str) -> tuple[Marked, str]:
    """Read marked-up words, for the voice that is to say them."""
    body = fields.get("ssml")
    language, voice = _speaker(fields, about, default)
    written = text(body, voices.LONGEST_ENCODED)
    markup = ssml.parse(written, voice or voices.voice_for(language) or ssml.NO_VOICE)
    if body is not None:
        about.use(markup.variables, body)
    if body is not None and written and about.judging:
        for fault in markup.faults:
            body.fault(fault)
    return Marked(markup, language, voice), language


def _speaker(fields: dict[str, Place], about: Reading, default: str) -> tuple[str, str | None]:
    """Read who says it: the language, and the voice if one is chosen."""
    language = read_language(fields.get("language"), default)
    voice = matching(fields.get("voice"), voices.VOICE, "a voice such as Polly.Lea-Neural")
    if voice and about.judging and not voices.speaks(voice, language):
        fields["voice"].fault(f"does not speak {language}")
    return language, voice or about.voices.get(language)
