"""What brought a visit: channel, source, medium, campaign, term, content - and why we think so.

Tags of the address come first, then a network's click id, then who linked to us; the customer's
own rules have the last word. Whatever a browser sends gives a landing: nothing is raised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.landing.addresses import LONGEST_VALUE, address, same_site
from chalicelib.tracking.landing.campaigns import NETWORKS, Network, click_of, tags_of
from chalicelib.tracking.landing.channels import WebChannel, channel_of
from chalicelib.tracking.landing.passing import is_passing
from chalicelib.tracking.landing.referrers import Kind, referrer_of, source_name
from chalicelib.tracking.landing.rules import QUERY, Rule, first_fitting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.tracking.landing.addresses import Address
    from chalicelib.tracking.landing.campaigns import Click, Tags


class Evidence(StrEnum):
    """What a landing was told from."""

    RULE = "rule"
    TAGS = "tags"
    CLICK = "click"
    REFERRER = "referrer"
    INTERNAL = "internal"  # a link of the site itself: the visit went on, or came from nowhere
    PASSING = "passing"  # back from where it went to pay or to log in: likewise
    NONE = "none"


# Nothing outside brought the visit there, as far as anybody can tell.
_WITHIN: Final = frozenset({Evidence.INTERNAL, Evidence.PASSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """What brought a visit; "" is what nobody said. `rule` is the customer's that decided.

    A source has one name however it was spelt, and a medium is in small letters: reports count by
    them. The campaign is as it was tagged.
    """

    channel: WebChannel
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    click: Click | None = None
    host: str = ""
    path: str = "/"
    referrer: str = ""
    evidence: Evidence = Evidence.NONE
    rule: str = ""


# What a referrer's kind is called where nobody tagged the link, as Google Analytics does.
_MEDIUM = {
    Kind.AI: "ai",
    Kind.DIRECTORY: "referral",
    Kind.EMAIL: "email",
    Kind.SEARCH: "organic",
    Kind.SHOPPING: "referral",
    Kind.SOCIAL: "social",
    Kind.VIDEO: "video",
}


_UNMARKED = Network("", "")


def classify(
    url: str, referrer: str = "", *, hosts: Iterable[str] = (), rules: Iterable[Rule] = ()
) -> Landing:
    """Tell what brought a visit to a page, linked to from `referrer`; `hosts` are the site's own.

    >>> found = classify("https://shop.example/?gclid=Cj0K", "https://www.google.fr/")
    >>> str(found.channel), found.source, found.medium, str(found.evidence)
    ('paid_search', 'google', 'cpc', 'click')
    """
    page, link = address(url), address(referrer)
    query = {} if page is None else page.query
    landing = _told(tags_of(query), click_of(query), page, link, tuple(hosts))
    asked = (each for each in rules if _is_asked(each, landing))
    rule = first_fitting(asked, _facts(landing, page))
    return landing if rule is None else _overruled(landing, rule)


def _is_asked(rule: Rule, landing: Landing) -> bool:
    """Say whether a rule may decide: within the site only one that names who linked.

    Whoever goes on to another page of the site fits what a rule says of that page as well, and
    would lose the advert that brought them.
    """
    return landing.evidence not in _WITHIN or rule.names_the_referrer


def _told(
    tags: Tags,
    click: Click | None,
    page: Address | None,
    link: Address | None,
    own: tuple[str, ...],
) -> Landing:
    linked = _linked(link, page, own)
    origin = ("", "") if link is None or linked is not Evidence.REFERRER else _origin(link)
    network = _UNMARKED if click is None else NETWORKS[click.parameter]
    # A network that marks free links too (of all its sites) knows less than the referrer.
    paid = network.source if network.medium else ""
    source = source_name(tags.source or paid or origin[0] or network.source)
    medium = (
        tags.medium.lower()[:LONGEST_VALUE]
        or network.medium
        or (origin[1] if source == origin[0] else "")
    )
    return Landing(
        channel=channel_of(source, medium, tags.campaign),
        source=source,
        medium=medium,
        campaign=tags.campaign,
        term=tags.term,
        content=tags.content,
        click=click,
        host="" if page is None else page.host,
        path="/" if page is None else page.path,
        referrer="" if link is None else link.host,
        evidence=_evidence(tags, click, linked),
    )


def _evidence(tags: Tags, click: Click | None, linked: Evidence) -> Evidence:
    if tags.source or tags.medium or tags.campaign:
        return Evidence.TAGS
    return linked if click is None else Evidence.CLICK


def _linked(link: Address | None, page: Address | None, own: tuple[str, ...]) -> Evidence:
    """Tell what a link alone says."""
    if link is None:
        return Evidence.NONE
    hosts = own if page is None else (*own, page.host)
    if any(same_site(link.host, host) for host in hosts):
        return Evidence.INTERNAL
    return Evidence.PASSING if is_passing(link.host) else Evidence.REFERRER


def _origin(link: Address) -> tuple[str, str]:
    """Return the source and medium of an untagged link."""
    known = referrer_of(link.host)
    if known is None:
        return link.host.removeprefix("www."), "referral"
    return known.name, _MEDIUM[known.kind]


def _facts(landing: Landing, page: Address | None) -> dict[str, str]:
    query = {} if page is None else page.query
    return {
        **{f"{QUERY}{name}": value for name, value in query.items()},
        "host": landing.host,
        "path": landing.path,
        "referrer": landing.referrer,
        "source": landing.source,
        "medium": landing.medium,
        "campaign": landing.campaign,
        "term": landing.term,
        "content": landing.content,
        "click": "" if landing.click is None else landing.click.parameter,
    }


def _overruled(landing: Landing, rule: Rule) -> Landing:
    """Apply a rule; its channel follows from what it says, unless it names one."""
    if rule.passing:
        return replace(
            Landing(channel=WebChannel.DIRECT, evidence=Evidence.PASSING, rule=rule.name),
            click=landing.click,
            host=landing.host,
            path=landing.path,
            referrer=landing.referrer,
        )
    source = landing.source if rule.source is None else source_name(rule.source)
    medium = landing.medium if rule.medium is None else rule.medium.lower()
    campaign = landing.campaign if rule.campaign is None else rule.campaign
    return replace(
        landing,
        channel=rule.channel or channel_of(source, medium, campaign),
        source=source,
        medium=medium,
        campaign=campaign,
        evidence=Evidence.RULE,
        rule=rule.name,
    )
