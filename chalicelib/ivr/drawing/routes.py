"""The door of pictures: a flow as people see it."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

from chalicelib.runtime import surveys_wiring, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from chalicelib.ivr import surroundings
    from chalicelib.ivr.drawing import mermaid, models, svg, usecases
    from chalicelib.ivr.trials import usecases as trials
    from chalicelib.runtime.api import Request
else:
    mermaid = lazily("chalicelib.ivr.drawing.mermaid")
    models = lazily("chalicelib.ivr.drawing.models")
    svg = lazily("chalicelib.ivr.drawing.svg")
    usecases = lazily("chalicelib.ivr.drawing.usecases")
    surroundings = lazily("chalicelib.ivr.surroundings")
    trials = lazily("chalicelib.ivr.trials.usecases")

api = Api(__name__)

_SVG: Final = "image/svg+xml"
_TEXT: Final = "text/plain"
# A document that a browser opens by itself: it may be styled, and nothing else.
_HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@api.get("/v1/flows/{flow_id}/diagram", scope="flows:read", media=_SVG, also=(_TEXT,))
def draw_flow(request: Request, flow_id: str, query: models.DiagramQuery) -> Answer[str]:
    """Draw a flow: its faults, the exits that no test takes, and the path of a test."""
    flows = wiring.flows()
    drawn = usecases.draw(
        request.account_id,
        flow_id,
        query.version,
        query.test,
        drafts=flows,
        rehearsals=trials.Rehearsals(flows, perf_counter_ns, surveys_wiring.asked()),
        around=surroundings.Surroundings(
            drafts=flows,
            sounds=wiring.prompts(),
            queues=wiring.queues(),
            lines=wiring.directory(),
            now=request.now,
            surveys=surveys_wiring.asked(),
        ),
    )
    if query.format == "mermaid":
        return Answer(mermaid.render(drawn), media=f"{_TEXT}; charset=utf-8")
    return Answer(svg.render(drawn), headers=_HARMLESS)
