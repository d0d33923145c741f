"""A project in half a page, with the words of its own page."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.wording import short_ministry
from assets.site.cited import transmitted
from assets.site.project_pages import HistoryLine, causes, facts, history_line, summary
from assets.site.tables import SiteTables

# Of a description, as many characters as half a page bears; the attached file has the whole text.
DESCRIPTION_CHARACTERS = 420
# As many editions as half a page bears, the last ones.
EDITIONS = 4


@dataclass(frozen=True)
class ProjectSheet:
    """What half a page says of a project of the edition."""

    project_id: Markup
    name: Markup
    ministry: str
    summary: Markup
    description: Markup
    facts: tuple[tuple[str, object], ...]
    history: tuple[HistoryLine, ...]
    cause: tuple[Markup, str, Markup] | None


def project_sheets(site: SiteTables) -> tuple[ProjectSheet, ...]:
    """The sheet of each project of the latest edition, by ministry, then by name."""
    return tuple(sorted(_sheets(site), key=lambda sheet: (sheet.ministry, sheet.name.striptags().casefold())))


def _sheets(site: SiteTables) -> Iterator[ProjectSheet]:
    for project_id, rows in site.histories.items():
        last = rows[-1]
        if last["edition"] != site.edition.key:
            continue
        told = list(causes(site, rows))
        yield ProjectSheet(
            project_id=transmitted(project_id),
            name=transmitted(last.text("name")),
            ministry=short_ministry(last["ministry_id"]),
            summary=summary(site, last, is_followed=True),
            description=transmitted(_shortened(last.text("description"))),
            facts=tuple(facts(last)),
            history=tuple(history_line(site, row) for row in rows[-EDITIONS:]),
            cause=told[-1] if told else None,
        )


def _shortened(text: str) -> str:
    if len(text) <= DESCRIPTION_CHARACTERS:
        return text
    return text[:DESCRIPTION_CHARACTERS].rsplit(" ", 1)[0] + "…"
