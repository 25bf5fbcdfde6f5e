"""The registry of kinds: each is found by its name, and by its nodes."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict

import pytest

from chalicelib.ivr.kinds import KINDS, kinds
from chalicelib.ivr.kinds.announce import Announce
from tests.architecture.tree import ROOT


@pytest.mark.parametrize("name", kinds())
def test_a_kind_goes_by_its_own_name(name: str) -> None:
    assert KINDS[name].name == name


def test_nobody_knows_a_kind_that_there_is_not() -> None:
    assert "teleport" not in KINDS
    with pytest.raises(KeyError):
        KINDS["teleport"]


def test_kinds_that_share_a_node_do_the_same_with_it() -> None:
    sharing = defaultdict(list)
    for kind in KINDS.values():
        sharing[kind.node].append(kind)

    shared = {node: each for node, each in sharing.items() if len(each) > 1}

    assert list(shared) == [Announce]
    assert len({(kind.enter, *kind.hear.items()) for kind in shared[Announce]}) == 1


def test_a_node_that_no_document_was_read_for_has_its_kind_all_the_same() -> None:
    code = (
        "from chalicelib.ivr.kinds import kind_of\n"
        "from chalicelib.ivr.kinds.ending import HANGUP\n"
        "print(kind_of(HANGUP.node()).name)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "hangup\n"
