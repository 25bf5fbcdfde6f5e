"""The pages of the cookbook: what is made from the documents is between marks, and kept up to date.

`python -m tests.cookbook.pages` writes it anew.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    BotEnded,
    Converse,
    DialEnded,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Spoke,
)
from chalicelib.ivr.drawing import mermaid
from chalicelib.ivr.drawing import picture as drawing
from chalicelib.ivr.flow import sketch
from chalicelib.ivr.needs import Fetched
from chalicelib.ivr.trials import observing
from chalicelib.ivr.trials.scripts import DeskSays
from chalicelib.kernel import phone
from tests.cookbook import casting, recipes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.trials.scripts import Act, Script
    from chalicelib.ivr.trials.simulation import Answered, Transcript

_ENDINGS: Final = {
    DialStatus.BUSY: "is busy",
    DialStatus.NO_ANSWER: "does not answer",
    DialStatus.FAILED: "cannot be reached",
}
_SOUNDS: Final = {"builtin/beep": "*a beep*", "builtin/hold": "*music*"}
Row = tuple[str, str]


def path_of(name: str) -> Path:
    """Return where a recipe's page is."""
    return recipes.COOKBOOK / f"{name}.md"


def made(name: str, page: str) -> str:
    """Return a page with all that is made from its document as it should be."""
    for mark, make in _MADE.items():
        body = make(name).replace("\\", "\\\\")
        between = f"<!-- {mark} -->\n{body}\n<!-- /{mark} -->"
        page = re.sub(f"<!-- {mark} -->.*?<!-- /{mark} -->", between, page, flags=re.DOTALL)
    return page


def heard(name: str) -> str:
    """Tell the first of a document's tests as a call."""
    script = recipes.flow(name).tests[0]
    transcript = casting.tried(name, script)
    rows = "\n".join(f"| {who} | {what} |" for who, what in _rows(name, script, transcript))
    return f"*{script.name}.*\n\n| | |\n|---|---|\n{rows}"


def _rows(name: str, script: Script, transcript: Transcript) -> Iterator[Row]:
    acts = [act for _, act in script.acts()]
    before, done = transcript.answers[0], 0
    for answered in transcript.answers:
        for act in acts[done : answered.acts]:
            yield from _happens(name, act, before)
        yield from _told(answered)
        before, done = answered, answered.acts


def _told(answered: Answered) -> Iterator[Row]:
    for words in observing.heard(answered.reply.actions):
        yield "hears", _SOUNDS.get(words, words)
    for tag in observing.tags(answered):
        yield "tag", f"`{tag}`"
    for body in observing.sent(answered):
        yield "receives", body
    numbers = observing.rung(answered)
    if numbers:
        yield "rings", ", ".join(phone.national(phone.E164(each)) for each in numbers)
    for words in observing.whispered(answered):
        yield "they hear", words


def _happens(name: str, act: Act, answered: Answered) -> Iterator[Row]:
    if isinstance(act, BotEnded):
        yield from _conversation(name, act, answered)
    elif type(act) in _ACTS:
        yield _ACTS[type(act)](act)


def _dialled(act: DialEnded) -> Row:
    if act.status is DialStatus.ANSWERED:
        return "talks", f"for {act.seconds} seconds"
    return "nobody", _ENDINGS[act.status]


def _looked_up(act: Fetched) -> Row:
    values = (f"`{name}` {_plain(value)}" for name, value in act.values.items())
    return "your server", f"answers {', '.join(values)}"


def _desk_said(act: DeskSays) -> Row:
    if act.free:
        return "the queue", "has somebody who is free"
    return "the queue", f"has {act.position - 1} who came earlier"


def _plain(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ACTS: Final[dict[type[Act], Callable[[Any], Row]]] = {
    KeysPressed: lambda act: ("presses", f"`{act.keys}`"),
    Spoke: lambda act: ("says", f"« {act.words} »"),
    NoInput: lambda act: ("keeps silent", ""),
    MessageRecorded: lambda act: ("speaks", f"for {act.seconds} seconds"),
    DialEnded: _dialled,
    Fetched: _looked_up,
    DeskSays: _desk_said,
}


def _conversation(name: str, act: BotEnded, answered: Answered) -> Iterator[Row]:
    """Tell what the bot and the caller say to each other."""
    (bot,) = [each for each in answered.reply.actions if isinstance(each, Converse)]
    if bot.greeting is not None:
        yield "hears", bot.greeting.text
    for said, asked in casting.talk(name, act):
        yield "says", f"« {said} »"
        if asked:
            yield "hears", asked


def picture(name: str) -> str:
    """Draw the flow, with the way of that call."""
    script = recipes.flow(name).tests[0]
    answers = [each for each in casting.tried(name, script).answers if each.own]
    path = frozenset((each.node, each.exit) for told in answers for each in told.reply.path)
    document = recipes.document(name)
    drawn = drawing.picture(document, sketch(document), drawing.Notes(path=path, test=script.name))
    return f"```mermaid\n{mermaid.render(drawn)}```"


def commands(name: str) -> str:
    """Say how the recipe is put to work on this machine."""
    asks = "    curl -H 'Authorization: Bearer <key>' -H 'Cadran-Account: <client>'"
    number = recipes.number_of(name)
    body = json.dumps({**number, "flow_id": "<id>"})
    return "\n".join(
        (
            f"{asks} -H 'Content-Type: application/yaml' \\",
            f"      --data-binary @docs/cookbook/{name}.yaml <base URL>/v1/flows",
            f"{asks} -X POST <base URL>/v1/flows/<id>/publish",
            f"{asks} -H 'Content-Type: application/json' \\",
            f"      -d '{body}' <base URL>/v1/numbers",
            f"    {casting.make_call(name)}",
        )
    )


_MADE: Final = {"heard": heard, "picture": picture, "commands": commands}


def main() -> None:
    """Write every page anew."""
    for name in recipes.RECIPES:
        page = path_of(name).read_text(encoding="utf-8")
        path_of(name).write_text(made(name, page), encoding="utf-8")


if __name__ == "__main__":
    main()
