"""The section of docs/sites.md on the script, held against what the script and the API do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalicelib.tracking.script import builds
from chalicelib.tracking.script.models import TagsOut
from chalicelib.tracking.script.tags import tags
from infra.script.__main__ import SOURCE
from tests.tracking.sites.test_docs import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable


def missing(names: Iterable[str]) -> list[str]:
    return [each for each in names if f"`{each}`" not in PAGE]


def test_the_page_shows_the_tag_that_the_api_gives() -> None:
    shown = re.search(r"<script async .*</script>", PAGE)
    given = tags("site_…", "https://<your API>").latest

    assert shown is not None
    assert shown[0] == given.replace("&lt;", "<").replace("&gt;", ">")


def test_the_page_names_every_tag_attribute_and_call() -> None:
    page = (SOURCE / "2-page.js").read_text(encoding="utf-8")
    start = (SOURCE / "5-start.js").read_text(encoding="utf-8")
    calls = re.findall(r"^  (\w+): (?:\(|view)", start, re.MULTILINE)

    assert missing(TagsOut.model_fields) == []
    assert missing(re.findall(r'"(data-[a-z-]+)"', page)) == []
    assert len(calls) == 6
    assert [each for each in calls if f'cadran("{each}"' not in PAGE] == []


def test_the_bound_of_the_page_holds() -> None:
    assert "under 6 KB" in PAGE
    assert builds.text_of(builds.current())
