"""Where campaigns meet what their flows and surveys say of a contact. Built on first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import secrets, surveys_wiring, wiring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.campaign import Campaign, FlowVersion
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.dialling.addresses import Address
    from chalicelib.ivr.nodes import Flow
    from chalicelib.runtime.kept import Kept

# Flows that a flow leads to, by whatever ways.
_MOST_FLOWS = 20


@dataclass(frozen=True, slots=True)
class _Script:
    """A version of a flow: where it reads which variables, and what it leads to."""

    flow_id: str
    reads: Mapping[str, tuple[str, ...]]
    flow: Flow


def asks(account_id: str, flow_id: str, version: int) -> dict[str, tuple[str, ...]]:
    """Return the fields of contacts that a flow says, or another or a survey that it leads to.

    Each with the places that say it, which begin with the id of what is not the flow itself.
    Raises NotFound, Unavailable.
    """
    from chalicelib.ivr import flow as flows

    def first() -> _Script:
        document = wiring.flows().document(account_id, flow_id, version).document
        return _Script(flow_id, flows.reads(document), flows.restore(document))

    found: dict[str, tuple[str, ...]] = {}
    for name, place in _said(account_id, first):
        found[name] = (*found.get(name, ()), place)
    return found


def said(attempt: Attempt, campaign: Campaign, contact: Contact) -> str:
    """Return what the campaign's flows may say of somebody, sealed as it travels with a call."""
    from chalicelib.campaigns import scripts

    plan = campaign.plan
    flows = [each for each in (plan.flow, plan.message) if each is not None]
    names = {name for each in flows for name in _names(attempt.account_id, each)}
    fields = {name: contact.fields[name] for name in sorted(names) if name in contact.fields}
    mark = f"{attempt.campaign_id}.{attempt.id}"
    return scripts.seal(fields, key=_key(attempt.account_id), attempt=mark)


def heard(address: Address) -> dict[str, str]:
    """Return what travelled with a call."""
    from chalicelib.campaigns import scripts

    mark = f"{address.campaign_id}.{address.attempt_id}"
    return scripts.unseal(address.said, key=_key(address.account_id), attempt=mark)


def _key(account_id: str) -> bytes:
    from chalicelib.kernel import privacy

    return privacy.account_key(secrets.pepper(), account_id)


def _names(account_id: str, flow: FlowVersion) -> frozenset[str]:
    return _asked().get((account_id, flow.flow_id, flow.version))


@cache
def _asked() -> Kept[tuple[str, str, int], frozenset[str]]:
    """Return the fields that flows say, of half a minute ago: what they lead to may change."""
    from chalicelib.runtime.kept import Kept

    def load(key: tuple[str, str, int]) -> frozenset[str]:
        account_id, flow_id, version = key
        flow = wiring.flows().version(flow_id, version)
        reads = dict.fromkeys(flow.uses, ("",))
        return frozenset(name for name, _ in _said(account_id, lambda: _Script("", reads, flow)))

    return Kept(load)


def _said(account_id: str, first: Callable[[], _Script]) -> Iterator[tuple[str, str]]:
    """Yield the fields that are said, and where: by a flow, and by all that it leads to."""
    from chalicelib.ivr import publishing
    from chalicelib.ivr.facts import OF_CONTACT

    ahead, seen, at_first = [first()], set[str](), True
    while ahead:
        script = ahead.pop()
        begin = "" if at_first else script.flow_id
        for name, places in script.reads.items():
            if name.startswith(OF_CONTACT):
                yield from ((name.removeprefix(OF_CONTACT), begin + each) for each in places)
        for survey_id in {each.survey_id for each in script.flow.surveys}:
            yield from _of_survey(account_id, survey_id)
        for flow_id in {named for _, named in publishing.transfers(script.flow)} - seen:
            seen.add(flow_id)
            ahead += _newest(account_id, flow_id) if len(seen) <= _MOST_FLOWS else ()
        at_first = False


def _newest(account_id: str, flow_id: str) -> list[_Script]:
    """Return the version that calls are led to; none of another account's."""
    try:
        found = wiring.flows().published(flow_id)
    except NotFound:
        return []
    reads = dict.fromkeys(found.flow.uses, ("",))
    return [_Script(flow_id, reads, found.flow)] if found.account_id == account_id else []


def _of_survey(account_id: str, survey_id: str) -> Iterator[tuple[str, str]]:
    from chalicelib.campaigns import scripts

    try:
        survey = surveys_wiring.asked().survey(account_id, survey_id, 0).survey
    except NotFound:
        return
    for text in survey.texts():
        yield from ((name, survey_id) for name in scripts.fields_in(text))
