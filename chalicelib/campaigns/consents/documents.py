"""The proof of a consent as a PDF: A4, Helvetica, which every reader has and no file carries.

It is written as text (streams are not packed, what is said is in hexadecimal), so that it passes
every gateway as it is. Helvetica knows what is written in western Europe (Windows-1252): anything
else is shown as a question mark, and a line says so; the page shows it, and the hash is of all.
"""

from __future__ import annotations

import unicodedata
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pydyf

from chalicelib.campaigns.consents.showing import LAW, TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.consents.showing import Shown

WIDTH, HEIGHT, MARGIN = 595, 842, 57  # A4 in points; two centimetres
SIZE, LEADING = 10, 14
LOST: Final = (
    "Certains caractères ne peuvent pas être imprimés ici (?) : la page en ligne les montre tous."
)
# Widths of Helvetica's letters from the space on, in thousandths of its size (Adobe's metrics).
_WIDTHS: Final = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556"
    " 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833"
    " 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556"
    " 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334"
    " 260 334 584"
)
_BY_LETTER: Final = {chr(32 + at): int(each) for at, each in enumerate(_WIDTHS.split())}


def pdf(shown: Shown) -> str:
    """Write a proof."""
    lines = list(_lines(shown))
    document = pydyf.PDF()
    fonts = {}
    for name, base in (("F1", "Helvetica"), ("F2", "Helvetica-Bold")):
        known = {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{base}"}
        made = pydyf.Dictionary({**known, "Encoding": "/WinAnsiEncoding"})
        document.add_object(made)
        fonts[name] = made.reference
    room = (HEIGHT - 2 * MARGIN) // LEADING
    for start in range(0, len(lines), room):
        stream = pydyf.Stream()
        for at, (font, size, text) in enumerate(lines[start : start + room]):
            _write(stream, font, size, HEIGHT - MARGIN - (at + 1) * LEADING, text)
        document.add_object(stream)
        page = {
            "Type": "/Page",
            "Parent": document.pages.reference,
            "MediaBox": pydyf.Array([0, 0, WIDTH, HEIGHT]),
            "Contents": stream.reference,
            "Resources": pydyf.Dictionary({"Font": pydyf.Dictionary(fonts)}),
        }
        document.add_page(pydyf.Dictionary(page))
    document.info["Title"] = pydyf.String(TITLE)
    written = BytesIO()
    document.write(written)
    return written.getvalue().decode("utf-8")


def _lines(shown: Shown) -> Iterator[tuple[str, int, str]]:
    """Yield what each line says: its font, size and text."""
    yield "F2", 16, TITLE
    yield "F1", SIZE, ""
    said = [text for row in shown.rows for text in row]
    for label, text in shown.rows:
        yield "F2", SIZE, label
        yield from (("F1", SIZE, line) for line in wrapped(text))
        yield "F1", SIZE, ""
    yield from (("F1", SIZE, line) for line in wrapped(LAW))
    if any(_printable(text) != unicodedata.normalize("NFC", text) for text in said):
        yield from (("F1", SIZE, line) for line in wrapped(LOST))


def wrapped(text: str, room: int = WIDTH - 2 * MARGIN) -> Iterator[str]:
    """Yield the lines of a text, none wider than there is room. Each letter is measured once.

    >>> list(wrapped("un deux trois", room=40)), list(wrapped("a" * 12, room=40))
    (['un deux', 'trois'], ['aaaaaaa', 'aaaaa'])
    """
    space = width(" ")
    for paragraph in text.splitlines() or [""]:
        line: list[str] = []
        taken = 0.0
        for word in paragraph.split(" "):
            for at, (piece, wide) in enumerate(_pieces(word, room)):
                if line and (at or taken + space + wide > room):
                    yield " ".join(line)
                    line, taken = [], 0.0
                taken += wide + (space if line else 0)
                line.append(piece)
        yield " ".join(line)


def _pieces(word: str, room: int) -> Iterator[tuple[str, float]]:
    """Yield a word and how wide it is: a hash, an address are cut where they have to be."""
    start, taken = 0, 0.0
    for at, letter in enumerate(word):
        wide = width(letter)
        if taken + wide > room and at > start:
            yield word[start:at], taken
            start, taken = at, 0.0
        taken += wide
    yield word[start:], taken


def width(text: str, size: int = SIZE) -> float:
    """Return how wide a text is, in points: an accent takes no room."""
    letters = unicodedata.normalize("NFKD", text)
    kept = (each for each in letters if not unicodedata.combining(each))
    return sum(_BY_LETTER.get(each, 556) for each in kept) * size / 1000


def _printable(text: str) -> str:
    whole = unicodedata.normalize("NFC", text)
    return whole.encode("cp1252", "replace").decode("cp1252")


def _write(stream: pydyf.Stream, font: str, size: int, height: int, text: str) -> None:
    said = unicodedata.normalize("NFC", text).encode("cp1252", "replace").hex()
    stream.begin_text()
    stream.set_font_size(font, size)
    stream.set_text_matrix(1, 0, 0, 1, MARGIN, height)
    stream.stream.append(f"<{said}> Tj".encode())
    stream.end_text()
