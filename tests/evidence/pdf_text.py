"""The text of a PDF as a reader would copy it: enough of ISO 32000 to read what Typst writes, and no more.

Page objects are found from the page tree; their content streams are inflated; glyphs are turned into characters by
each font's ToUnicode map. Of a gap between two pieces of one line nothing is known, so texts are compared without
spaces: see `squeezed`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

# Parentheses inside of a string are escaped, or balanced.
_INNER = rb"(?:[^\\()]|\\.)*"
_TEXT = (
    rb"\(" + _INNER + rb"(?:\(" + _INNER + rb"(?:\(" + _INNER + rb"\)" + _INNER + rb")*\)" + _INNER + rb")*\)"
)
_TOKEN = re.compile(
    rb"/(?P<name>[^\s/<>\[\]()]+)|<(?P<hex>[0-9A-Fa-f\s]*)>|(?P<text>"
    + _TEXT
    + rb")|(?P<word>[^\s/<>\[\]()]+)",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3}|\r?\n)")
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Pdf:
    """A PDF of plain objects, without object streams and encryption."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.objects = {
            int(found[1]): found[2] for found in re.finditer(rb"(\d+) 0 obj\s(.*?)endobj", data, re.DOTALL)
        }
        self.pages = [
            number
            for number, content in self.objects.items()
            if re.match(rb"\s*<<\s*/Type\s*/Page[^s]", content)
        ]

    def text(self) -> str:
        """All pages' text, in the order in which it is drawn."""
        return "\n".join(self.page(number) for number in self.pages)

    def page(self, number: int) -> str:
        """One page's text."""
        page = self.objects[number]
        fonts = self._fonts(page)
        return "".join(self._drawn(self._stream(_reference(page, rb"Contents")), fonts))

    def _fonts(self, page: bytes) -> dict[bytes, dict[int, str]]:
        resources = self.objects[_reference(page, rb"Resources")]
        listed = re.search(rb"/Font\s*(?:(\d+) 0 R|<<(.*?)>>)", resources, re.DOTALL)
        if listed is None:
            return {}
        names = self.objects[int(listed[1])] if listed[1] else listed[2]
        return {name: self._characters(int(font)) for name, font in re.findall(rb"/(\w+)\s+(\d+) 0 R", names)}

    def _characters(self, font: int) -> dict[int, str]:
        cmap = self._stream(_reference(self.objects[font], rb"ToUnicode"))
        found: dict[int, str] = {}
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
            for glyph, text in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
                found[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
            for first, last, text in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
                start = int.from_bytes(bytes.fromhex(text.decode()), "big")
                for offset in range(int(last, 16) - int(first, 16) + 1):
                    found[int(first, 16) + offset] = chr(start + offset)
        return found

    def _stream(self, number: int) -> bytes:
        content = self.objects[number]
        start = content.index(b"stream") + len(b"stream")
        length = re.search(rb"/Length\s+(\d+)", content[:start])
        assert length is not None
        raw = content[start:].lstrip(b"\r\n")[: int(length[1])]
        return zlib.decompress(raw) if b"FlateDecode" in content[:start] else raw

    @staticmethod
    def _drawn(content: bytes, fonts: dict[bytes, dict[int, str]]) -> Iterator[str]:
        font: dict[int, str] = {}
        shown: list[bytes] = []
        name = b""
        for token in _TOKEN.finditer(content):
            if token["name"] is not None:
                name = token["name"]
            elif token["hex"] is not None:
                shown.append(bytes.fromhex(token["hex"].decode()))
            elif token["text"] is not None:
                shown.append(_ESCAPE.sub(_unescaped, token["text"][1:-1]))
            elif token["word"] == b"Tf":
                font = fonts[name]
                shown.clear()
            elif token["word"] in (b"Tj", b"TJ"):
                for each in shown:
                    glyphs = (int.from_bytes(each[at : at + 2], "big") for at in range(0, len(each), 2))
                    yield "".join(font.get(glyph, "\ufffd") for glyph in glyphs)
                shown.clear()
            elif token["word"] in (b"ET", b"BDC"):
                shown.clear()


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    if what in _PLAIN:
        return _PLAIN[what]
    if what.isdigit():
        return bytes([int(what, 8) & 0xFF])
    return b"" if what.strip() == b"" else what


def _reference(content: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb"\s*\[?\s*(\d+) 0 R", content)
    assert found is not None, (name, content[:200])
    return int(found[1])


def squeezed(text: str) -> str:
    """`text` without any space."""
    return re.sub(r"\s+", "", text)
