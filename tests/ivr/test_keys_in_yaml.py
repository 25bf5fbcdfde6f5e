"""Keys written without quotes: YAML takes them for numbers, their authors mean keys."""

from __future__ import annotations

import pytest

from chalicelib.ivr.documents import read_yaml
from chalicelib.ivr.flow import FlowRefused, parse

FLOW = """
name: File
start: wait
nodes:
  wait:
    kind: queue
    queue: sales
    voicemail: {key: %s, next: ask}
  ask:
    kind: collect
    prompt: Votre numéro ?
    variable: file.number
    finish_key: %s
    %s
    next: box
    no_input: {next: box}
    invalid: {next: box}
  box: {kind: voicemail}
"""


def read(key: str = "2", finish: str = "'#'", pattern: str = "most: 8") -> None:
    parse(read_yaml(FLOW % (key, finish, pattern)).document)


def test_a_key_needs_no_quotes() -> None:
    read(key="1")
    read(key="'1'")
    read(finish="none")


@pytest.mark.parametrize("key", ["10", "-1", "true", "1.0", "[1]"])
def test_what_is_no_key_is_none_without_quotes_either(key: str) -> None:
    with pytest.raises(FlowRefused) as refused:
        read(key=key)

    assert [each.pointer for each in refused.value.faults] == ["/nodes/wait/voicemail/key"]


def test_a_pattern_of_nines_is_asked_for_in_quotes() -> None:
    with pytest.raises(FlowRefused) as refused:
        read(pattern="pattern: 9999")

    assert [each.reason for each in refused.value.faults] == [
        'must be a text, not a number; put it in quotes: "9999"'
    ]
    read(pattern="pattern: '9999'")
