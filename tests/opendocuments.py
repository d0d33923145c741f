"""OpenDocument sheets with styles, as LibreOffice writes them: formats, notes, line breaks, what is hidden."""

from collections.abc import Collection, Mapping, Sequence
from xml.sax.saxutils import escape

from benchmarks.hand_made import zipped

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = " ".join(
    f'xmlns:{prefix}="{_OASIS}:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
                         ("number", "datastyle"))
)  # fmt: skip
_STYLES = """
<style:style style:name="raised" style:family="text"><style:text-properties
 style:text-position="super 58%"/></style:style>
<style:style style:name="struck" style:family="table-cell"><style:text-properties
 style:text-line-through-style="solid"/></style:style>
"""
Place = tuple[int, int]


def styled_ods(
    table: Sequence[Sequence[object]],
    formats: Mapping[Place, tuple[str, str]] | None = None,
    *,
    is_1904: bool = False,
    struck: Collection[Place] = (),
    notes: Mapping[Place, str] | None = None,
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    merged: Mapping[Place, tuple[int, int]] | None = None,
) -> bytes:
    """An .ods of one sheet.

    `formats` holds the kind of the style of numbers (`number`, `currency`, `percentage`) and the text after them,
    `notes` what follows a text in superscript, `merged` how many rows and columns the area of a cell has.
    """
    formats, notes, merged = formats or {}, notes or {}, merged or {}
    styles = _STYLES + "".join(_number_style(rank, *shape) for rank, shape in enumerate(formats.values()))
    names = {place: f"cell{rank}" for rank, place in enumerate(formats)} | dict.fromkeys(struck, "struck")
    width = max(map(len, table))
    columns = "".join(f"<table:table-column{_hidden(column in hidden_columns)}/>" for column in range(width))
    rows = "".join(
        f"<table:table-row{_hidden(row in hidden_rows)}>"
        + "".join(
            _cell(value, formats.get((row, column), ("", ""))[0], names.get((row, column)), notes.get((row, column)),
                  merged.get((row, column)))
            for column, value in enumerate(cells)
        )
        + "</table:table-row>"
        for row, cells in enumerate(table)
    )  # fmt: skip
    epoch = '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
    content = (
        f"<office:document-content {_NAMES}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{epoch if is_1904 else ''}<table:table table:name='Projets'>{columns}{rows}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest,
            "content.xml": content.encode(),
        }
    )


def _hidden(is_hidden: bool) -> str:
    return ' table:visibility="collapse"' if is_hidden else ""


def _number_style(rank: int, kind: str, text: str) -> str:
    literal = f"<number:{'currency-symbol' if kind == 'currency' else 'text'}>{escape(text)}</number:" + (
        "currency-symbol>" if kind == "currency" else "text>"
    )
    return (
        f'<number:{kind}-style style:name="number{rank}"><number:number number:min-integer-digits="1"/>{literal}'
        f'</number:{kind}-style><style:style style:name="cell{rank}" style:family="table-cell" '
        f'style:data-style-name="number{rank}"/>'
    )


def _cell(value: object, kind: str, style: str | None, note: str | None, area: tuple[int, int] | None) -> str:
    attributes = f' table:style-name="{style}"' if style else ""
    if area:
        attributes += f' table:number-rows-spanned="{area[0]}" table:number-columns-spanned="{area[1]}"'
    if value is None:
        return f"<table:table-cell{attributes}/>"
    if isinstance(value, int | float):
        kind = {"": "float", "number": "float"}.get(kind, kind)
        return f'<table:table-cell{attributes} office:value-type="{kind}" office:value="{value!r}"/>'
    text = escape(str(value)).replace("\n", "<text:line-break/>")
    raised = f'<text:span text:style-name="raised">{note}</text:span>' if note else ""
    return (
        f'<table:table-cell{attributes} office:value-type="string"><text:p>{text}{raised}</text:p></table:table-cell>'
    )
