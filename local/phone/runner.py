"""Run documents on a leg: fetch, play verb by verb, go where they lead, fall back when they fail.

What each verb does is in verbs/; here is only the order of things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from local.phone import lines, webhooks
from local.phone.legs import Diverted, HungUp, Leg, Source
from local.phone.steps import MAIN, WHISPER, Ending, Goto, Realm, Step
from local.phone.transport import Answer, Failed, Lost
from local.phone.twiml.document import Document, from_answer, from_text
from local.phone.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from local.phone.exchange import Exchange
    from local.phone.twiml.check import Tag

# A story that fetches this many documents while no time goes by is a loop.
_MOST_DOCUMENTS_AT_ONCE = 100
_APOLOGY = "We are sorry, an application error has occurred. Goodbye."


async def converse(
    leg: Leg, source: Source, before: Awaitable[dict[str, str]] | None = None
) -> None:
    """Run a call from its first document to its end, whatever interrupts it."""
    following: Source | None = source
    try:
        extra = await before if before is not None else {}
        following = Source(source.url, source.method, source.params | extra, source.inline)
        while following is not None:
            following = await _until_diverted(leg, following)
    except Diverted as diverted:
        leg.resume()
        await converse(leg, diverted.source)
    except HungUp:
        pass
    finally:
        lines.end(leg)
    for words in leg.last_words:
        leg.exchange.spawn(leg.call.family, _say_goodbye(leg, words))
    leg.last_words.clear()


async def _until_diverted(leg: Leg, source: Source) -> Source | None:
    try:
        await Program(leg, MAIN).run(source)
    except Diverted as diverted:
        leg.resume()
        return diverted.source
    return None


async def _say_goodbye(leg: Leg, source: Source) -> None:
    """Request an action although the caller is gone; what it answers is played to nobody."""
    try:
        await Program(leg, MAIN).fetch(source)
    except Lost:
        return
    except Failed as failed:
        leg.exchange.report(failed.code, failed.detail, leg.call.sid, source.url)


class Program:
    """One run of documents on one leg."""

    def __init__(self, leg: Leg, realm: Realm = MAIN) -> None:
        self.leg = leg
        self.realm = realm
        self.document = Document(())
        self._fetched = 0
        self._fetched_at = -1.0

    @property
    def exchange(self) -> Exchange:
        return self.leg.exchange

    async def run(self, source: Source) -> Ending:
        """Play documents until they run out, hang up or leave; failures go to the fallback."""
        while True:
            try:
                self.document = await self.fetch(source)
                step = await self._play()
            except Lost:
                return Ending.HUNG_UP
            except Failed as failed:
                self.exchange.report(failed.code, failed.detail, self.leg.call.sid, source.url)
                fallback = self._fallback(source, failed)
                if fallback is None:
                    await self._apologise()
                    return Ending.HUNG_UP
                source = fallback
                continue
            if not isinstance(step, Goto):
                return step.ending if step else Ending.RAN_OUT
            source = step.source

    async def fetch(self, source: Source) -> Document:
        """Get a document and report what is wrong with it."""
        self._guard_against_loops(source)
        call = self.leg.call
        if source.inline:
            document = from_text(source.inline)
        else:
            ask = webhooks.Ask(
                source.kind,
                call.sid,
                call.family,
                source.url,
                source.method,
                self.exchange.parameters(call) | source.params,
                self.leg.session,
            )
            document = from_answer(await webhooks.send(self.exchange, ask), source.method)
            self.leg.inline = False
        for finding in document.findings:
            self.exchange.report(finding.code, finding.detail, call.sid, document.url)
        return document

    async def media(self, url: str) -> Answer:
        """Fetch a sound: a plain GET without signature or parameters."""
        call = self.leg.call
        ask = webhooks.Ask(
            "media", call.sid, call.family, url, "GET", {}, self.leg.session, signed=False
        )
        return await webhooks.send(self.exchange, ask)

    async def run_on(self, leg: Leg, source: Source, realm: Realm) -> Ending:
        """Run documents on another leg, or on this one in another realm."""
        return await Program(leg, realm).run(source)

    async def converse(self, leg: Leg, source: Source) -> None:
        """Let another leg go on by itself, to its end."""
        await converse(leg, source)

    def answer(self) -> None:
        """Take the call off the hook, if it still rings."""
        self.leg.check()
        lines.answer(self.leg)

    def absolute(self, url: str) -> str:
        """Resolve an address against the current document's."""
        if urlsplit(url).scheme:
            return url
        if not self.document.url:
            raise Failed(15004, f"{url!r} has to be absolute in an inline document")
        return urljoin(self.document.url, url)

    def act(self, url: str, method: str, params: dict[str, str]) -> Goto:
        """Go to an action with what came of the verb; without one, to this document again."""
        method = method.upper() or (self.document.method if not url else "POST")
        target = self.absolute(url or self.document.url)
        return Goto(Source(target, method, params, kind="action"))

    def report(self, code: int, detail: str, level: str = "") -> None:
        """Note what is wrong with what is being played."""
        self.exchange.report(code, detail, self.leg.call.sid, self.document.url, level)

    async def _play(self) -> Step:
        for tag in self.document.verbs:
            step = await self._play_one(tag)
            if step is not None:
                return step
        self.leg.check()
        if self.realm is MAIN:
            self.answer()
        return None

    async def _play_one(self, tag: Tag) -> Step:
        self.leg.phone.reached()
        if tag.error:
            raise Failed(tag.error.code, tag.error.detail)
        if self.realm.verbs and tag.name not in self.realm.verbs:
            if tag.name == "Dial" and self.realm is WHISPER:
                raise Failed(13201, "<Dial> in a document for the called party")
            self.report(self.realm.code, f"<{tag.name}> is not played while {self.realm.name}")
            return None
        verb = VERBS.get(tag.name)
        if verb is None:
            self.report(0, f"<{tag.name}> is not played by this network", "UNPLAYED")
            return None
        return await verb(tag, self)

    def _fallback(self, source: Source, failed: Failed) -> Source | None:
        target = self.leg.fallback
        if self.realm is not MAIN or not target.url or source.url == target.url:
            return None
        params = {"ErrorCode": str(failed.code), "ErrorUrl": source.url or self.document.url}
        return Source(target.url, target.method, params, kind="fallback")

    async def _apologise(self) -> None:
        self.answer()
        self.leg.phone.hear("announcement", _APOLOGY, 5)
        await self.leg.sleep(5)

    def _guard_against_loops(self, source: Source) -> None:
        now = self.exchange.clock.seconds()
        self._fetched = self._fetched + 1 if now == self._fetched_at else 0
        self._fetched_at = now
        if self._fetched > _MOST_DOCUMENTS_AT_ONCE:
            raise Failed(11215, f"{source.url} goes round in circles")
