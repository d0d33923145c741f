"""The page of each project that was ever followed: what happened to this one?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from assets.books.xlsx_writer import xlsx_bytes
from assets.dataset.formats import csv_text, json_text, published_rows, workbook
from assets.page.wording import WITHHELD, short_ministry
from assets.site.charts.files import Chart, chart_files
from assets.site.charts.of_project import project_charts
from assets.site.cited import (
    BARE,
    SIGNED,
    Cited,
    Row,
    Rows,
    Style,
    day_time,
    sentence,
    transmitted,
)
from assets.site.follow_up.project_record import mission_lines, opinions_said, reference_lines, weight
from assets.site.follow_up.watch_lists import evidence, rule_label
from assets.site.pages import Attachment, Page
from assets.site.reference.changes import changed_value
from assets.site.tables import SiteTables
from warehouse.model import french
from warehouse.model.vocabulary import NO_DEVIATION

SIMILAR = 5
# A slippage against each reference point: the start of the columns that hold it, and its name.
REFERENCES = {
    "": "Première référence",
    "current_": "Référence en vigueur",
    "previous_": "Édition précédente",
}
# The files that tell of projects.
OF_PROJECTS = (
    "historique", "changements", "mouvements", "previsions", "qualite_projets", "provenance-{edition}", "suivi",
    "references_projets", "missions", "avis_causes",
)  # fmt: skip


@dataclass(frozen=True)
class ProjectFile:
    """A file of one project: its address and its format."""

    name: str
    format: str


def project_pages(site: SiteTables) -> Iterator[Page | Attachment]:
    """The page of every project, and its history as CSV, XLSX and JSON beside."""
    apart = _Apart(site)
    for project_id, rows in site.histories.items():
        name = rows[-1].text("name")
        references = apart.of("references_projets", project_id).sorted_by(["baseline_number"])
        charts = tuple(project_charts(site, apart.of("historique", project_id), references))
        said = _said(site, apart, project_id, rows, charts)
        yield Page(
            f"projets/{project_id}/index.html",
            "project.html.j2",
            f"{name} ({project_id})",
            f"{name}, {short_ministry(rows[-1]['ministry_id'])} : coût, fin, écarts et causes à chaque édition.",
            said,
            (project_id, rows[-1].text("ministry_id"), *dict.fromkeys(row.text("name") for row in rows)),
        )
        yield from _files(site, apart, project_id, name)
        for chart in charts:
            yield from chart_files(site, chart, with_png=False)


class _Apart:
    """The tables of the dataset apart by project, grouped once for all pages."""

    def __init__(self, site: SiteTables) -> None:
        self._by = {
            stem: {str(key[0]): rows for key, rows in site[stem].by("project_id").items()} for stem in OF_PROJECTS
        }
        groups = site["panorama-{edition}"].by("cost_band", "phase")
        self.alike = {key: rows for key, rows in groups.items() if all(key)}
        history = site["historique"]
        self.published = published_rows(history.frame, history.table).apart(history.frame["project_id"])
        self._empty = {stem: site[stem].where(project_id="") for stem in self._by}

    def of(self, stem: str, project_id: str) -> Rows:
        return self._by[stem].get(project_id, self._empty[stem])


def _said(
    site: SiteTables, apart: _Apart, project_id: str, rows: tuple[Row, ...], charts: tuple[Chart, ...]
) -> Mapping[str, object]:
    last = rows[-1]
    is_followed = last["edition"] == site.edition.key
    forecasts = apart.of("previsions", project_id).where(edition=site.edition.key)
    return {
        "project_id": project_id,
        "name": transmitted(last.text("name")),
        "other_names": tuple(
            transmitted(name) for name in dict.fromkeys(row.text("name") for row in rows) if name != last.text("name")
        ),
        "last": last,
        "ministry_id": last["ministry_id"],
        "summary": summary(site, last, is_followed=is_followed),
        "exit": "" if is_followed else _exit(site, apart.of("mouvements", project_id)),
        "facts": tuple(facts(last)),
        "information_url": _web_address(last.text("information_url")),
        "charts": charts,
        "history": tuple(history_line(site, row) for row in reversed(rows)),
        "slippages": _slippages(last),
        "causes": tuple(causes(site, rows)),
        "references": tuple(reference_lines(site, apart.of("references_projets", project_id), last)),
        "weight": weight(site, project_id) if is_followed else "",
        "missions": tuple(mission_lines(site, apart.of("missions", project_id).where(edition=last["edition"]))),
        "opinions": tuple(opinions_said(apart.of("avis_causes", project_id).where(edition=last["edition"]))),
        "forecasts": tuple(_forecast(row) for row in forecasts),
        "alike": _alike(site, apart, last) if is_followed else (),
        "changes": tuple(_changes(site, apart.of("changements", project_id))),
        "watched": tuple(_watched(site, row) for row in apart.of("suivi", project_id).where(edition=site.edition.key)),
        "quality": tuple(
            _quality(site, row) for row in apart.of("qualite_projets", project_id).where(edition=last["edition"])
        ),
        "provenance": _provenance(apart.of("provenance-{edition}", project_id)),
        "files": tuple(ProjectFile(f"{project_id}.{end}", end.upper()) for end in ("csv", "xlsx", "json")),
    }


def _web_address(url: str) -> str:
    """The address when it is one a browser may be sent to, else nothing: it comes from a submission."""
    return url.strip() if url.strip().startswith(("https://", "http://")) else ""


def summary(site: SiteTables, last: Row, *, is_followed: bool) -> Markup:
    """The project in two sentences: what it costs and when it ends, against what was promised."""
    seen = sentence("En {}" if is_followed else "Vu pour la dernière fois en {}", site.time(str(last["edition"])))
    being = "est" if is_followed else "était"
    phase = sentence(", ce projet {} en phase « {} ».", being, last.text("phase")) if last["phase"] else Markup(".")
    parts = [seen + phase]
    must, is_over = "doit" if is_followed else "devait", last["phase"] == "completed"
    if last["cost_withheld"]:
        parts.append(Markup("Son coût n’est pas publié."))
    elif last["updated_cost_meur"] is not None:
        verb = "Il a coûté" if is_over else f"Il {must} coûter"
        parts.append(sentence(verb + " {}{}.", last.cited("updated_cost_meur"), _against(last, "budget")))
    if last["schedule_withheld"]:
        parts.append(Markup("Son calendrier n’est pas publié."))
    elif last["updated_end_date"] is not None:
        verb = "Il a fini en" if is_over else f"Il {must} finir en"
        parts.append(sentence(verb + " {}{}.", last.cited("updated_end_date"), _against(last, "schedule")))
    if last["overdue"]:
        parts.append(Markup("Sa fin prévue {} déjà passée.").format(being))
    return Markup(" ").join(parts)


def _against(row: Row, rate: str) -> Markup:
    """« , soit +5,7 M€ (+16,3 %) par rapport à ce qui était prévu »."""
    if row[f"{rate}_status"] != "known":
        return Markup()
    amount = row.cited(f"{rate}_slippage_{'meur' if rate == 'budget' else 'months'}", SIGNED)
    against = "à la première référence" if row["baseline_source"] == "declared" else "aux premiers chiffres publiés"
    if not row.number(f"{rate}_slippage_ratio"):
        return sentence(f", comme prévu, par rapport {against}")
    return sentence(f", soit {{}} ({{}}) par rapport {against}", amount, row.cited(f"{rate}_slippage_ratio", SIGNED))


def _exit(site: SiteTables, moves: Rows) -> Markup:
    left = list(moves.where(movement="left").sorted_by(["edition"]))
    if not left:
        return Markup("Ce projet n’est plus suivi.")
    reason = left[-1].text("exit_reason")
    why = sentence(" : {}", french.typeset(reason.lower())) if reason else Markup(", sans motif connu")
    return sentence("Sorti du panorama en {}{}.", site.time(str(left[-1]["edition"])), why)


def facts(row: Row) -> Iterator[tuple[str, object]]:
    """What the project is, as it was transmitted; what is not known is left out."""
    if row["partner_ministry_id"] is not None:
        yield "Ministère partenaire", french.typeset(row.text("partner_ministry_id"))
    for name, label in (
        ("functional_zone", "Zone fonctionnelle"),
        ("programmes", "Programmes"),
        ("funding", "Financement"),
        ("cost_band", "Tranche de coût"),
    ):
        if row[name] is not None:
            yield label, transmitted(row.text(name))
    for name, label in (("start_date", "Début"), ("initial_end_date", "Fin prévue au départ")):
        if row[name] is not None:
            yield label, row.cited(name)
    if row["opinion"] is not None:
        given = (
            sentence(", le {}", day_time(row["opinion_date"].date())) if row["opinion_date"] is not None else Markup()
        )
        yield "Avis de la DINUM", Markup("{}{}").format(row.text("opinion"), given)
    if row["withheld_reason"] is not None:
        yield "Chiffres non publiés", french.typeset(row.text("withheld_reason"))


@dataclass(frozen=True)
class HistoryLine:
    """A project at an edition, as a row of a table."""

    edition: Markup
    phase: str
    cost: object
    budget: Cited
    end: object
    schedule: Cited
    is_overdue: bool


def history_line(site: SiteTables, row: Row) -> HistoryLine:
    """A project at an edition: what is known of its cost and of its end."""
    return HistoryLine(
        edition=site.time(str(row["edition"])),
        phase=row.text("phase"),
        cost=WITHHELD if row["cost_withheld"] else row.cited("updated_cost_meur", BARE),
        budget=row.cited("budget_slippage_ratio", SIGNED),
        end=WITHHELD if row["schedule_withheld"] else row.cited("updated_end_date"),
        schedule=row.cited("schedule_slippage_ratio", SIGNED),
        is_overdue=bool(row["overdue"]),
    )


def _slippages(row: Row) -> tuple[tuple[str, tuple[tuple[str, object], ...]], ...]:
    """The slippage against each reference point: what each cell is, then the figure, or why there is none."""
    return tuple((label, tuple(_against_reference(row, prefix))) for prefix, label in REFERENCES.items())


def _against_reference(row: Row, prefix: str) -> Iterator[tuple[str, object]]:
    for rate, unit, ratio, amount in (
        ("budget", "meur", "Écart de coût", "En euros"),
        ("schedule", "months", "Écart de délai", "En mois"),
    ):
        if row[f"{rate}_{prefix}status"] == "known":
            yield ratio, row.cited(f"{rate}_{prefix}slippage_ratio", SIGNED)
            yield amount, row.cited(f"{rate}_{prefix}slippage_{unit}", SIGNED)
        else:
            yield ratio, row.text(f"{rate}_{prefix}status")
            yield amount, "–"


def causes(site: SiteTables, rows: tuple[Row, ...]) -> Iterator[tuple[Markup, str, Markup]]:
    """Why it slipped, as its ministry said at each edition; what was said before is not repeated."""
    before: tuple[str, str] | None = None
    for row in rows:
        now = (row.text("deviation_reason"), row.text("deviation_comment"))
        if any(now) and now != before and row["deviation_reason"] != NO_DEVIATION:
            yield site.time(str(row["edition"])), now[0], transmitted(now[1])
        before = now


def _forecast(row: Row) -> tuple[str, Markup, Markup]:
    """What is expected at a horizon, and what such forecasts were worth; nothing is given where they were not right."""
    given = [
        sentence(f"{word} : au plus {{}} dans huit cas sur dix", row.cited(name))
        for name, word in (("cost_p80_meur", "coût"), ("end_p80_date", "fin"))
        if row[name] is not None
    ]
    return row.text("horizon"), sentence(" ; ").join(given), transmitted(french.typeset(row.text("skill_verdict")))


def _watched(site: SiteTables, row: Row) -> tuple[str, Markup, Markup, Markup]:
    """A watch list that the project is on: its code, its name, why, and since when."""
    code = str(row["rule"])
    return code, rule_label(code), evidence(row), site.time(str(row["since_edition"]))


def _alike(site: SiteTables, apart: _Apart, last: Row) -> tuple[tuple[str, Markup, Cited, Cited], ...]:
    """Projects of the same cost band and phase, those of the same zone first, with their slippages."""
    group = apart.alike.get((last["cost_band"], last["phase"]))
    if group is None:
        return ()
    others = [row for row in group if row["project_id"] != last["project_id"]]
    others.sort(key=lambda row: (row["functional_zone"] != last["functional_zone"], str(row["project_id"])))
    return tuple(
        (
            str(row["project_id"]),
            transmitted(row.text("name")),
            site.latest[str(row["project_id"])].cited("budget_slippage_ratio", SIGNED),
            site.latest[str(row["project_id"])].cited("schedule_slippage_ratio", SIGNED),
        )
        for row in others[:SIMILAR]
    )


def _changes(site: SiteTables, rows: Rows) -> Iterator[tuple[Markup, str, object, object]]:
    for row in rows.sorted_by(["edition"], ascending=False):
        yield (
            site.time(str(row["edition"])),
            row.text("change"),
            changed_value(row, "before"),
            changed_value(row, "after"),
        )


def _quality(site: SiteTables, row: Row) -> Markup:
    return sentence(
        "Score de qualité des données transmises : {} sur cent, en {}.",
        row.cited("score_pct", Style(decimals=0)),
        site.time(str(row["edition"])),
    )


def _provenance(rows: Rows) -> Mapping[str, list[Markup]]:
    """Where each figure of the latest edition was read, by its column: the file, sheet, row and column of each cell."""
    found: dict[str, list[Markup]] = {}
    for row in rows:
        place = ", ".join(
            part
            for part in (
                row.text("source_file"),
                row.text("source_sheet") and f"feuille « {row.text('source_sheet')} »",
                row.text("source_row") and f"ligne {row.text('source_row')}",
                row.text("source_column") and f"colonne {row.text('source_column')}",
            )
            if part
        )
        found.setdefault(row.text("column"), []).append(transmitted(french.typeset(place)))
    return found


def _files(site: SiteTables, apart: _Apart, project_id: str, name: str) -> Iterator[Attachment]:
    """The history of a project in three formats, cut from the file `historique`."""
    rows = apart.published[project_id]
    place, title = f"projets/{project_id}/{project_id}", f"{name} ({project_id})"
    yield Attachment(f"{place}.csv", csv_text(rows).encode())
    yield Attachment(f"{place}.json", json_text(rows, site.about.properties()).encode())
    notes = [*site.about.notes(), *site.about.caveats()]
    yield Attachment(f"{place}.xlsx", xlsx_bytes(workbook(rows, title, notes)))
