"""The pages of the cookbook: made from the documents, and one for each."""

from __future__ import annotations

import re

import pytest

from tests.cookbook import pages, recipes

INDEX = (recipes.COOKBOOK / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_page_shows_its_recipe_as_it_is(name: str) -> None:
    page = pages.path_of(name).read_text(encoding="utf-8")

    # Where this fails, `python -m tests.cookbook.pages` writes the page anew.
    assert page == pages.made(name, page)
    assert page.count("<!-- ") == 6


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_node_that_a_page_names_is_there(name: str) -> None:
    page = pages.path_of(name).read_text(encoding="utf-8")
    advice = page.partition("## What to change first")[2].partition("## Try it")[0]

    unknown = set(re.findall(r"`([a-z][a-z_.-]+)`", advice)) - known_words(name)

    assert unknown == set()


def known_words(name: str) -> set[str]:
    """Return whatever a document has a name for: nodes, fields, variables, values."""
    return set(re.findall(r"[A-Za-z_][A-Za-z0-9_.-]*", recipes.written(name))) | FIELDS


# Fields and values that a page proposes, and its document does without.
FIELDS = {"pattern", "most", "audio", "national", "voices", "franchise-agency.yaml"}


def test_the_index_has_a_line_for_every_recipe() -> None:
    listed = re.findall(r"^\| \[[^]]+\]\(([a-z-]+)\.md\)", INDEX, re.MULTILINE)

    assert tuple(listed) == recipes.RECIPES
