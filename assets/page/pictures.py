"""A drawing as a picture, in the fonts that ship, by the engine that makes the PDFs."""

from functools import cache

import typst

from assets.page.identity import fonts_folder

_PIXELS_PER_INCH = 72
_SHEET = """#set page(width: {width}pt, height: {height}pt, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)"""


def png(svg: str, width: int, height: int, *, scale: int = 1) -> bytes:
    """An SVG as a PNG of so many pixels, times the scale; the same drawing gives the same bytes.

    Raises:
        TypstError: it is not a drawing.
    """
    content = typst.compile(
        _SHEET.format(width=width, height=height).encode(),
        format="png",
        ppi=float(_PIXELS_PER_INCH * scale),
        font_paths=shipped_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"svg": svg},
    )
    return bytes(content)


@cache
def shipped_fonts() -> typst.Fonts:
    """The fonts that ship and no other, for Typst: what a document looks like depends on no machine."""
    return typst.Fonts(include_system_fonts=False, font_paths=[fonts_folder()])
