"""The XML of an OpenDocument spreadsheet: small documents as elements, the cells as text.

Elements carry their usual prefixes, declared at the root of each document: readers that look for `table:table-cell`
by name find it. A sheet has too many cells for an element each: `tag` writes what an element would.
"""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, tostring

VERSION = "1.3"
NAMESPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    # These two qualify values, not elements: without them LibreOffice passes over the formulas and the frozen panes.
    "of": "urn:oasis:names:tc:opendocument:xmlns:of:1.2",
    "ooo": "http://openoffice.org/2004/office",
}
DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_VALUE = _TEXT | str.maketrans({'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"})
_SPACES = re.compile(r"(\t| {2,}|^ | $)")
_BREAK = re.compile("\r\n?|\n")


def root_attributes() -> dict[str, str]:
    """The prefixes and the version that each document declares."""
    return {f"xmlns:{prefix}": address for prefix, address in NAMESPACES.items()} | {"office:version": VERSION}


def root(name: str) -> Element:
    """The root element of one of the documents of the archive."""
    return Element(name, root_attributes())


def document(element: Element) -> bytes:
    """The bytes of an XML document, always the same for the same element."""
    content: bytes = tostring(element, encoding="UTF-8", xml_declaration=True)
    return content


def tag(name: str, attributes: Mapping[str, str], inside: str = "") -> str:
    """An element as text; `inside` is XML already."""
    named = "".join([attribute(key, value) for key, value in attributes.items()])
    return f"<{name}{named}>{inside}</{name}>" if inside else f"<{name}{named} />"


def attribute(name: str, value: str) -> str:
    """An attribute as text, with the space before it."""
    return f' {name}="{value.translate(_VALUE)}"'


def printable(text: str) -> str:
    """A text with each character that XML cannot hold replaced."""
    return _FORBIDDEN.sub("�", text)


def paragraphs(text: str) -> str:
    """A text as a paragraph a line; spaces that XML would drop are elements."""
    return "".join([_paragraph(line) for line in _BREAK.split(printable(text))])


def _paragraph(line: str) -> str:
    if "  " in line or "\t" in line or line != line.strip(" "):
        inside = "".join(map(_part, _SPACES.split(line)))
    else:
        inside = line.translate(_TEXT)
    return f"<text:p>{inside}</text:p>" if inside else "<text:p />"


def _part(part: str) -> str:
    if part == "\t":
        return "<text:tab />"
    return part.translate(_TEXT) if part.strip(" ") or not part else f'<text:s text:c="{len(part)}" />'
