"""docs/flow-versions.md shows what is answered."""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.ivr.documents import write_yaml
from chalicelib.ivr.history.comparing import unified
from tests.ivr.builders import a_document, a_voicemail

PAGE = (Path(__file__).parents[3] / "docs" / "flow-versions.md").read_text(encoding="utf-8")


def test_the_diff_that_is_shown_is_the_one_that_is_made() -> None:
    (shown,) = re.findall(r"```diff\n(.*?)```", PAGE, re.DOTALL)

    old, new = (
        write_yaml(
            a_document(
                ring={"kind": "dial", "destinations": [number], "no_answer": "box"},
                box=a_voicemail(),
            )
        )
        for number in ("01 62 01 00 01", "01 62 01 00 02")
    )

    assert unified(old, new, ("flow_1/1", "flow_1/2")) == shown
