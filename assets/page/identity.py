"""What everything published looks alike by: the colours and the fonts that ship.

A style sheet gives the class of each role its colour per theme; a picture and a PDF keep these, on paper.
"""

from importlib import resources
from pathlib import Path

# One colour per role, each written once.
PALETTE = {
    "ink": "#17212b",
    "muted": "#55616e",
    "grid": "#dfe3e6",
    "budget": "#0b6a6f",
    "schedule": "#b4511a",
    "target": "#6a3d9a",
    "link": "#9aa5af",
    "count": "#3f5876",
    "amount": "#7d93ab",
    "absent": "#c3cad1",
    "paper": "#fffffe",
}
FONT = "Inter"


def fonts_folder() -> Path:
    """The folder of the fonts that ship with the templates."""
    return Path(str(resources.files("assets.page") / "templates" / "fonts"))
