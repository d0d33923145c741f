"""Whether what is published can be believed: scores of the data sent, what checks found, and those that passed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.quality_wording import method
from assets.page.wording import short_ministry
from assets.site.cited import SIGNED, Cited, Row, Style, declared, of_rule, sentence, transmitted
from assets.site.drawing import Scale, bar
from assets.site.pages import Page
from assets.site.tables import SiteTables
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.findings import HELD_MESSAGE, SEVERITY_LABELS, Finding
from warehouse.model.rules import FAMILIES, catalogue
from warehouse.quality.tables import COMPONENTS

SCORES = Scale(0, 100)
SHARES = Scale(0, 1)
WHOLE = Style(decimals=0)
# As many editions as a screen bears; the file has them all.
SHOWN_EDITIONS = 6
# What a finding about figures that are kept back says of them: nothing.
KEPT_BACK = "Un constat porte sur des chiffres qui ne sont pas publiés."
_NO_FINGERPRINT = "non publiée : elle permettrait de retrouver un chiffre non publié"
_CHANGED_RULES = "rules_are_as_declared"


@dataclass(frozen=True)
class Measured:
    """A figure and its bar."""

    cited: Cited
    drawn: Markup


@dataclass(frozen=True)
class MinistryLine:
    """The score of a ministry, of what it is made, and how it moved; the same of other editions, the latest first."""

    ministry_id: str
    name: str
    projects: Cited
    score: Measured
    components: tuple[Measured, ...]
    trend: Markup
    over_time: tuple[Measured | None, ...]


@dataclass(frozen=True)
class Told:
    """A finding as a sentence about a project, and where it was seen."""

    severity: str
    message: Markup
    place: Markup


@dataclass(frozen=True)
class OfProject:
    """What was found about a project."""

    project_id: str
    name: Markup
    ministry: str
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Received:
    """A file that the edition is made from: its name, its projects, its fingerprint or why it is not told."""

    name: Markup
    projects: Cited
    fingerprint: Markup


def trust_pages(site: SiteTables) -> Iterator[Page]:
    """The quality of the data of the latest edition."""
    lines, shown = tuple(ministry_lines(site)), tuple(reversed(site.editions))[:SHOWN_EDITIONS]
    found = site.findings.get(site.edition.key, ())
    of_projects = findings_of_projects(site)
    yield Page(
        "qualite/index.html",
        "reference/trust.html.j2",
        "Qualité des données",
        "Peut-on y croire ? La qualité de ce que les ministères transmettent, et ce que les contrôles y trouvent.",
        {
            "finding": quality_finding(lines),
            "ministries": lines,
            "component_names": [(name, column.title) for name, column in COMPONENTS.items()],
            "shown": shown,
            "definitions": list(quality_definitions()),
            "warned": [one for one in of_projects if any(told.severity != "notice" for told in one.told)],
            "noted": [one for one in of_projects if all(told.severity == "notice" for told in one.told)],
            "unplaced": _unplaced(site, found),
            "changed_rules": [transmitted(french.typeset(one.message)) for one in found if one.rule == _CHANGED_RULES],
            "passed": _passed(found),
            "received": tuple(received_files(site)),
            "severities": {name: label.lower() for name, label in SEVERITY_LABELS.items()},
        },
        ("fiabilité", "contrôles", "score"),
    )


def ministry_lines(site: SiteTables) -> Iterator[MinistryLine]:
    """The lowest score first; those without one last."""
    editions = tuple(reversed(site.editions))[:SHOWN_EDITIONS]
    over = {(str(row["edition"]), str(row["ministry_id"])): row for row in site["qualite"]}
    rows = site["qualite"].where(edition=site.edition.key).sorted_by(["score_pct", "ministry_id"])
    for row in rows:
        ministry = str(row["ministry_id"])
        yield MinistryLine(
            ministry,
            short_ministry(ministry),
            row.cited("projects"),
            _score(row),
            tuple(_share(row.cited(column.name, WHOLE)) for column in COMPONENTS.values()),
            _trend(row),
            tuple(_at(over.get((edition.key, ministry))) for edition in editions),
        )


def _at(row: Row | None) -> Measured | None:
    return None if row is None else _score(row)


def _score(row: Row) -> Measured:
    cited = row.cited("score_pct", Style(decimals=1))
    return Measured(cited, bar(cited, SCORES, "count"))


def _share(cited: Cited) -> Measured:
    return Measured(cited, bar(cited, SHARES, "amount"))


def _trend(row: Row) -> Markup:
    if row["trend"] is None:
        return Markup(french.UNKNOWN)  # noqa: S704  # a word of ours
    if row["trend_pts"] is None:
        return Markup("{}").format(row.text("trend"))
    return Markup("{} ({})").format(row.text("trend"), row.cited("trend_pts", SIGNED))


def quality_definitions() -> Iterator[tuple[Markup, Markup]]:
    """What a score is made of, word by word."""
    for term, text in method().items():
        yield declared(term), declared(french.capitalised(text))


def quality_finding(lines: Sequence[MinistryLine]) -> Markup:
    """From where to where the scores of the latest edition go."""
    known = [line for line in lines if line.score.cited.known]
    if not known:
        return sentence("Aucun score n'est connu à cette édition.")
    lowest, highest = known[0], known[-1]
    if lowest.score.cited.value == highest.score.cited.value:
        return sentence("Tous les ministères notés ont le même score, {} sur {}.", highest.score.cited, of_rule("100"))
    return sentence(
        "Les scores vont de {} ({}) à {}, sur {}. Ils jugent les données transmises, non les projets.",
        lowest.score.cited,
        lowest.name,
        highest.score.cited,
        of_rule("100"),
    )


def _each(findings: tuple[Finding, ...] | list[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding
        yield from finding.others


def _projects_by_place(site: SiteTables, edition: Edition) -> dict[tuple[object, ...], Row]:
    """Each row of the edition by the file, the sheet and the line that it was read from."""
    rows = site["historique"].where(edition=edition.key)
    return {(row["source_file"], row["source_sheet"], row["source_row"]): row for row in rows}


def received_files(site: SiteTables) -> Iterator[Received]:
    """The files that the latest edition is made from, by their names."""
    of_edition = site["historique"].where(edition=site.edition.key)
    for (name, fingerprint), rows in of_edition.by("source_file", "source_sha256").items():
        if name is not None:
            yield Received(
                transmitted(name),
                rows.count(edition=site.edition.key, source_file=name, source_sha256=fingerprint),
                transmitted(fingerprint) if fingerprint else sentence(_NO_FINGERPRINT),
            )


def findings_of_projects(site: SiteTables) -> list[OfProject]:
    """What was found of each project of the latest edition, by name."""
    findings = [one for one in site.findings.get(site.edition.key, ()) if one.rule != _CHANGED_RULES]
    places = _projects_by_place(site, site.edition)
    found: dict[str, list[Told]] = {}
    rows: dict[str, Row] = {}
    for one in _each(findings):
        row = places.get((one.file, one.sheet, one.row))
        if row is None:
            continue
        project = str(row["project_id"])
        rows[project] = row
        message = KEPT_BACK if one.message == HELD_MESSAGE else one.message
        told = Told(one.severity, transmitted(french.typeset(message)), transmitted(french.typeset(one.place())))
        if told not in found.setdefault(project, []):
            found[project].append(told)
    ordered = sorted(rows.items(), key=lambda item: (item[1].text("name").casefold(), item[0]))
    return [
        OfProject(
            project, transmitted(row.text("name")), short_ministry(str(row["ministry_id"])), tuple(found[project])
        )
        for project, row in ordered
    ]


def _unplaced(site: SiteTables, findings: tuple[Finding, ...]) -> list[Told]:
    """What was found of whole files, or of the edition."""
    places = _projects_by_place(site, site.edition)
    return [
        Told(one.severity, transmitted(french.typeset(one.message)), transmitted(french.typeset(one.place())))
        for one in _each(findings)
        if one.rule != _CHANGED_RULES and (one.file, one.sheet, one.row) not in places
    ]


def _passed(findings: tuple[Finding, ...]) -> list[tuple[str, list[Markup]]]:
    """The rules that found nothing, by family; those that an operator suspended or changed are left out."""
    broken = {one.rule for one in _each(findings)}
    changed = " ".join(one.message for one in findings if one.rule == _CHANGED_RULES)
    families: dict[str, list[Markup]] = {}
    for rule in catalogue().values():
        if rule.name not in broken and rule.code not in changed:
            families.setdefault(rule.family, []).append(declared(rule.title))
    return [(french.typeset(FAMILIES[family]), titles) for family, titles in families.items()]
