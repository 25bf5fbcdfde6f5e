"""One page of a list with the envelope around it. A page is anchored at an entry, so that new
entries at the head shift nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from local.phone.rest.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import web

_LARGEST = 1000
_PAGING = frozenset({"PageSize", "Page", "PageToken"})


def page(
    request: web.Request,
    key: str,
    items: Sequence[Any],
    render: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """Cut the page that was asked for out of all the items, in the order given."""
    size = _number(request, "PageSize", 50)
    number = _number(request, "Page", 0)
    if size > _LARGEST:
        raise RestError(400, 20007, "Page size too large")
    size = max(1, size)
    first = _first(items, request.query.get("PageToken", ""), size, number)
    shown = items[first : first + size]
    follows = first + size < len(items)
    start = number * size
    return {
        key: [render(item) for item in shown],
        "end": start + max(0, len(shown) - 1),
        "first_page_uri": _uri(request, size, 0),
        "next_page_uri": _uri(request, size, number + 1, f"PA{shown[-1].sid}") if follows else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": (
            _uri(request, size, number - 1, f"PB{shown[0].sid}" if shown else "")
            if number > 0
            else None
        ),
        "start": start,
        "uri": request.path_qs,
    }


def _first(items: Sequence[Any], token: str, size: int, number: int) -> int:
    side, sid = token[:2], token[2:]
    place = next((n for n, item in enumerate(items) if item.sid == sid), None)
    if place is None:
        return number * size
    return place + 1 if side == "PA" else max(0, place - size)


def _uri(request: web.Request, size: int, number: int, token: str = "") -> str:
    kept = [(name, value) for name, value in request.query.items() if name not in _PAGING]
    kept += [("PageSize", str(size)), ("Page", str(number))]
    if token:
        kept.append(("PageToken", token))
    return f"{request.path}?{urlencode(kept)}"


def _number(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, str(default))
    if not value.isdigit():
        raise RestError(400, 20422, f"Invalid parameter {name}: {value}")
    return int(value)
