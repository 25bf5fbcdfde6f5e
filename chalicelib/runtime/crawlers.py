"""Who reads pages without being somebody: search engines, monitors, programs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crawlerdetect import CrawlerDetect

# The list's expressions take time that grows with the square of the text: browsers' own names are
# shorter than this, and a longer one is read as far.
LONGEST: Final = 300


def is_crawler(user_agent: str) -> bool:
    """Say whether a browser that calls itself so is none. All browsers call themselves something.

    The list of 1,462 expressions is read at the first page that asks, in about 0.1 s.
    """
    name = user_agent[:LONGEST].strip()
    return not name or bool(_list().is_crawler(name))


@cache
def _list() -> CrawlerDetect:
    from crawlerdetect import CrawlerDetect

    return CrawlerDetect()
