"""The ministries that a line of a submission names."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from warehouse.facts.ministries import find_ministries

# What may follow the name of a ministry: a bracket, a service, another body.
_FOLLOWS = re.compile(r"\s*[(/;\n]|\s+[-–—]\s+|,\s|\s+et\s+", re.IGNORECASE)


class LineMinistries(NamedTuple):
    """The ministries of a line, and the labels that name none, or too many."""

    lead: str | None
    partner: str | None
    unknown: tuple[str, ...] = ()


def ministries_of_line(text: str, partner: str, ministry_labels: Mapping[str, str]) -> LineMinistries:
    """The ministries that a text names, and the second one where it has a cell of its own.

    Args:
        text: a label, a code, or a label that names two ministries.
        partner: the same of the second ministry, or nothing.
        ministry_labels: labels that only a home knows, by their `match_key`, each with its ministry.
    """
    if partner.strip():
        labels = [text, partner]
    elif known := find_ministries(text, ministry_labels):
        return LineMinistries(known[0], known[1] if len(known) > 1 else None)
    else:
        labels = text.split("/", 1)
    found = [find_ministries(label, ministry_labels) for label in labels]
    # A label that names two ministries is one too many beside another.
    codes = [each[0] if len(each) == 1 else None for each in found]
    unknown = (label for label, code in zip(labels, codes, strict=True) if code is None and label.strip())
    return LineMinistries(codes[0], codes[1] if len(codes) > 1 else None, tuple(unknown))


def leading_ministry(text: str, ministry_labels: Mapping[str, str]) -> str | None:
    """The ministry that begins a label nobody knows whole, `MEF / DGFiP`; the longest beginning that names only one."""
    starts = [text[: cut.start()] for cut in _FOLLOWS.finditer(text)]
    found = (find_ministries(start, ministry_labels) for start in reversed(starts))
    return next((known[0] for known in found if len(known) == 1), None)
