"""The first cell of each row of a table as the header of its row, which Typst cannot say yet."""

import io
from collections.abc import Iterator

import pikepdf

# What holds no row of a body.
_LEAVES = (
    pikepdf.Name.P,
    pikepdf.Name.Span,
    pikepdf.Name.H1,
    pikepdf.Name.H2,
    pikepdf.Name.TOC,
    pikepdf.Name.THead,
    pikepdf.Name.Caption,
    pikepdf.Name.Figure,
)


def with_row_headers(content: bytes) -> bytes:
    """The same PDF, whose tables have row headers; the same bytes for the same PDF."""
    with pikepdf.open(io.BytesIO(content)) as document:
        for row in _rows(document.Root.StructTreeRoot, in_body=False):
            first = next(_children(row))
            if first.S == pikepdf.Name.TD:
                first.S = pikepdf.Name.TH
                _scope(first)
        stream = io.BytesIO()
        document.save(
            stream,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            deterministic_id=True,
            fix_metadata_version=False,
        )
        return stream.getvalue()


def _rows(element: pikepdf.Object, *, in_body: bool) -> Iterator[pikepdf.Object]:
    """The rows of the bodies of all tables under an element of the structure."""
    for child in _children(element):
        kind = child.S
        if kind == pikepdf.Name.TR and in_body:
            yield child
        elif kind not in _LEAVES:
            yield from _rows(child, in_body=in_body or kind == pikepdf.Name.TBody)


def _children(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    kids = element.get("/K")
    for one in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(one, pikepdf.Dictionary) and "/S" in one:
            yield one


def _scope(cell: pikepdf.Object) -> None:
    for attribute in _attributes(cell):
        if attribute.get("/O") == pikepdf.Name.Table:
            attribute.Scope = pikepdf.Name.Row


def _attributes(cell: pikepdf.Object) -> list[pikepdf.Object]:
    given = cell.get("/A")
    return list(given) if isinstance(given, pikepdf.Array) else [given] if given is not None else []
