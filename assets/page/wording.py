"""What the page and the PDF say, in French and ready to print: the same strings for both.

Fed with tables already `publishable`; each class below is one part of the publication.
"""

import datetime as dt
import itertools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from assets.page.headline_wording import RATE_TITLES, counts_from_initial, missing_previous
from assets.page.tables import RATES, PublicationTables, Statistic, ministries_by_slippage, statistic
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.findings import SEVERITY_LABELS, Finding, total
from warehouse.model.french import NARROW, NBSP, UNKNOWN
from warehouse.model.repetition import is_rest
from warehouse.model.vocabulary import CONFIDENCES, EXIT_REASONS, METHODS, MINISTRIES, SLIPPAGE_STATUSES

TITLE = "Panorama des grands projets numériques de l’État"
WITHHELD = "non publié"
# What is not computed here, which is another thing than not communicated.
ABSENT = "–"
# The mean of budget weighted by initial cost is the ratio of sums.
ONE_NAME = f"c’est l’{METHODS.label('ratio_of_sums').lower()}"
NO_FINGERPRINT = "non publiée : elle permettrait de retrouver un chiffre non publié"
# The columns of a table of means: each rate, then the number of slippages it rests on.
RATE_HEADERS = (RATE_TITLES["budget"], "Écarts connus", RATE_TITLES["schedule"], "Écarts connus")


@dataclass(frozen=True)
class Figure:
    """One key figure and the line that says what it covers."""

    title: str
    value: str
    unit: str
    note: str


@dataclass(frozen=True)
class Movement:
    """A project that entered, came back or left; `note` says that it came back, or why it left, if anyone said."""

    name: str
    ministry: str
    note: str


@dataclass(frozen=True)
class DataTable:
    """A small table: headers, rows of printed cells (the first one names the row), caption."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class FindingGroup:
    """The findings of one rule."""

    severity: str
    level: str
    message: str
    count: str
    places: tuple[str, ...]
    hidden_places: str


def ministry_label(code: str) -> str:
    """The published label of a ministry, typeset."""
    return french.typeset(MINISTRIES.label(code))


def short_ministry(code: str) -> str:
    """A ministry without the words every ministry has: « Intérieur », « Éducation nationale, Jeunesse, Sports »."""
    label = MINISTRIES.label(code)
    for lead in ("Ministère de l'", "Ministère de la ", "Ministère des ", "Ministère du "):
        label = label.removeprefix(lead)
    return french.typeset(label)


def edition_label(edition: Edition) -> str:
    """« 14e édition – novembre 2021 »."""
    return f"{french.ordinal(edition.ordinal)} édition – {edition.month_label()}"


def share(stat: Statistic) -> str:
    """What a mean of a table rests on: « 46 / 50 »."""
    return f"{french.number(stat.n)}{NBSP}/{NBSP}{french.number(stat.n_projects)}"


def key_figures(tables: PublicationTables) -> tuple[Figure, ...]:
    """The four counts and amounts of the edition, in the order they are shown."""
    row = tables.figures()
    projects, costed, timed = int(row["projects"]), int(row["costed_projects"]), int(row["timed_projects"])
    withheld = int(row["withheld"])
    kept_back = f"{NARROW}; {french.counted(withheld, 'non publié', 'non publiés')}" if withheld else ""
    total, unit = french.billions(row["total_cost_meur"]), ""
    if total != UNKNOWN:
        total, unit = total.split(NBSP)
    years = french.number(row["mean_duration_years"], 1)
    between = int(row["interministerial"])
    known = french.counted(costed, "projet chiffré", "projets chiffrés")
    return (
        Figure("Grands projets", french.number(projects), french.plural(projects, "projet"), _movement_note(row)),
        Figure("Coût complet total", total, unit, f"TTC, {known} sur {french.number(projects)}{kept_back}"),
        Figure(
            "Durée moyenne prévue",
            years,
            "" if years == UNKNOWN else french.plural(row["mean_duration_years"], "an"),
            f"moyenne de {french.counted(timed, 'projet')} sur {french.number(projects)}",
        ),
        Figure(
            "Projets interministériels",
            french.number(between),
            french.plural(between, "projet"),
            f"soit {french.percent(between / projects, 0)} des projets" if projects else "",
        ),
    )


def _movement_note(row: pd.Series) -> str:
    if pd.isna(row["entries"]) or pd.isna(row["exits"]):
        return "entrées et sorties non connues"
    return f"{french.counted(int(row['entries']), 'entrée')}, {french.counted(int(row['exits']), 'sortie')}"


def lede(tables: PublicationTables) -> tuple[str, ...]:
    """The edition in two sentences."""
    row = tables.figures()
    cost = french.billions(row["total_cost_meur"])
    worth = "" if cost == UNKNOWN else f", pour un coût complet prévu de {cost}"
    number = french.counted(int(row["projects"]), "grand projet numérique", "grands projets numériques")
    sentences = [f"L’État conduit {number}{worth}."]
    against = "prévisions initiales" if counts_from_initial(row) else "premiers chiffres publiés"
    if said := _on_costs_and_durations(row, "{}_mean_ratio"):
        sentences.append(f"Par rapport aux {against}, l’écart moyen est de {said}.")
    elif said := _on_costs_and_durations(row, "official_{}_mean_ratio"):
        sentences.append(f"L’écart moyen publié à l’époque est de {said}.")
    return tuple(sentences)


def _on_costs_and_durations(row: pd.Series, column: str) -> str:
    values = [(row[column.format(rate)], what) for rate, what in zip(RATES, ("coûts", "durées"), strict=True)]
    return french.listed(
        [f"{french.percent(value, signed=True)} sur les {what}" for value, what in values if not pd.isna(value)]
    )


def caveat(tables: PublicationTables) -> str:
    """What to say beside the rates when some do not start from a declared baseline; empty otherwise."""
    row = tables.figures()
    concerned = int(row["stand_ins"])
    if not concerned:
        return ""
    who = "tous les projets" if concerned == int(row["projects"]) else french.counted(concerned, "projet")
    is_given = any(row[f"{rate}_status"] == "given" for rate in RATES)
    than = "Ce n’est pas le taux officiel." if is_given else "Ces écarts ne se comparent pas au taux officiel."
    if counts_from_initial(row):
        than = "Les autres le sont à partir de leurs prévisions initiales."
    return (
        f"Pour {who}, aucune référence n’a été déclarée{NBSP}: l’écart y est compté à partir des premiers chiffres "
        f"publiés, à une édition antérieure. {than}"
    )


def movements(tables: PublicationTables) -> tuple[str, tuple[Movement, ...], tuple[Movement, ...]]:
    """The introduction, the entries and the exits, by name."""
    named: dict[str, list[Movement]] = {"entry": [], "exit": []}
    for row in tables.movements.sort_values("name", kind="stable").to_dict("records"):
        side = "exit" if row["movement"] == "exit" else "entry"
        named[side].append(
            Movement(french.visible(row["name"]), ministry_label(row["ministry_id"]), _movement_reason(row))
        )
    previous = tables.previous()
    if previous is None:
        reason = missing_previous(tables) or "première édition du panorama"
        return f"Entrées et sorties non connues{NBSP}: {reason}.", (), ()
    return (
        f"Depuis l’édition {french.of_month(previous.month_label())}.",
        tuple(named["entry"]),
        tuple(named["exit"]),
    )


def _movement_reason(row: Mapping[Hashable, Any]) -> str:
    if row["movement"] == "exit":
        return "motif non transmis" if pd.isna(row["exit_reason"]) else EXIT_REASONS.label(row["exit_reason"]).lower()
    return "de retour" if row["movement"] == "return" else ""


def history_note(tables: PublicationTables) -> str:
    """Which editions between the first and this one the warehouse does not hold; empty when none is missing."""
    ranks = [edition.ordinal for edition in tables.editions]
    gaps = [(one + 1, other - 1) for one, other in itertools.pairwise(ranks) if other > one + 1]
    if not gaps:
        return ""
    told = [
        french.ordinal(first) if first == last else f"{french.ordinal(first)} à {french.ordinal(last)}"
        for first, last in gaps
    ]
    count = sum(last - first + 1 for first, last in gaps)
    words = f"{french.plural(count, 'édition')} {french.plural(count, 'absente')}"
    return f"{french.listed(told)} {words} de l’entrepôt{NBSP}: la courbe y est interrompue."


def ministry_table(tables: PublicationTables) -> DataTable:
    """One row per ministry of the edition, the largest mean budget slippage first."""
    rows = []
    for code in ministries_by_slippage(tables):
        costs = tables.projects.loc[tables.projects["ministry_id"] == code, "updated_cost_meur"]
        stats = [statistic(tables, tables.edition, rate, ministry=code) for rate in RATES]
        cost = french.number(costs.sum(), 1) if costs.notna().any() else UNKNOWN
        cells = [cell for stat in stats for cell in (french.percent(stat.value, signed=True), share(stat))]
        rows.append((ministry_label(code), french.number(len(costs)), cost, *cells))
    headers = ("Ministère porteur", "Projets", "Coût connu (M€)", *RATE_HEADERS)
    return DataTable("Projets, coûts et écarts moyens par ministère porteur", headers, tuple(rows))


def methods_table(tables: PublicationTables) -> DataTable:
    """The same slippages by every method of calculation."""
    rows = []
    for term in METHODS.terms:
        stats = [statistic(tables, tables.edition, rate, method=term.code) for rate in RATES]
        if any(stat.n_projects for stat in stats):
            cells = [
                cell
                for stat in stats
                for cell in ((french.percent(stat.value), share(stat)) if stat.n_projects else (ONE_NAME, ABSENT))
            ]
            rows.append((french.typeset(term.label), *cells))
    headers = ("Méthode", "Écart budgétaire", "Écarts connus", "Écart calendaire", "Écarts connus")
    return DataTable("L’ensemble du portefeuille, selon chaque méthode de calcul", headers, tuple(rows))


def coverage_table(tables: PublicationTables) -> DataTable:
    """How many projects enter the rates, and why the others do not."""
    rows = []
    for term in SLIPPAGE_STATUSES.terms:
        counts = [int((tables.slippage[f"{rate}_status"] == term.code).sum()) for rate in RATES]
        rows.append((french.capitalised(term.label), *(french.number(count) for count in counts)))
    return DataTable(
        "Projets selon le statut de leur écart",
        ("Statut", "Écart budgétaire", "Écart calendaire"),
        tuple(rows),
    )


def official_table(tables: PublicationTables) -> DataTable:
    """What was published at the time, by edition and source, beside what is computed of the same edition."""
    computed = tables.key_figures.set_index("edition")
    rows = []
    columns = [f"{rate}_mean_ratio" for rate in RATES]
    for line in tables.official.dropna(subset=columns, how="all").to_dict("records"):
        cells = []
        for column in columns:
            mean = computed[column].get(line["edition"])
            cells += [french.percent(line[column]), ABSENT if pd.isna(mean) else french.percent(mean)]
        source = f"{french.capitalised(CONFIDENCES.label(line['confidence']))}{NBSP}: {line['source']}"
        month = french.month(dt.date.fromisoformat(f"{line['edition']}-01"))
        rows.append((french.capitalised(month), *cells, french.typeset(source)))
    headers = ("Édition", "Budget, publié", "Budget, calculé", "Calendrier, publié", "Calendrier, calculé", "Source")
    return DataTable("Écarts moyens publiés à l’époque, et calculés ici", headers, tuple(rows))


def sources_table(tables: PublicationTables) -> DataTable:
    """The files the edition was made from, with their fingerprints; none of a file with something kept back in it."""
    keys = ["source_file", "source_sha256"]
    told = tables.projects.assign(source_sha256=tables.projects["source_sha256"].fillna(NO_FINGERPRINT))
    counted = told.groupby(keys, sort=True, as_index=False).size()
    rows = tuple(
        (str(one["source_file"]), french.number(int(one["size"])), str(one["source_sha256"]))
        for one in counted.to_dict("records")
    )
    return DataTable("Fichiers reçus", ("Fichier", "Projets", "Empreinte SHA-256"), rows)


def finding_groups(findings: Sequence[Finding], shown: int = 20) -> tuple[FindingGroup, ...]:
    """Findings with the same rule and message together, warnings first; at most `shown` places each."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    order = {"error": 0, "warning": 1, "notice": 2}
    key = ("", "")
    # What counts those left out of a list comes last of its rule, and goes with those before it.
    for finding in sorted(findings, key=lambda f: (order[f.severity], f.rule, is_rest(f), f.message)):
        key = key if is_rest(finding) and key in grouped else (finding.severity, finding.message)
        grouped.setdefault(key, []).append(finding)
    groups = []
    for (_, message), same in grouped.items():
        places = [_place(finding) for finding in same if not is_rest(finding)]
        named = tuple(place for place in places if place)
        left_out = len(named) - shown + sum(finding.count for finding in same if is_rest(finding))
        groups.append(
            FindingGroup(
                severity=SEVERITY_LABELS[same[0].severity],
                level=same[0].severity,
                message=french.typeset(message),
                count=french.counted(total(same), "cas", "cas"),
                places=named[:shown],
                hidden_places=f"et {french.counted(left_out, 'autre')}" if left_out > 0 else "",
            )
        )
    return tuple(groups)


def _place(finding: Finding) -> str:
    value = "" if finding.value is None else f"{NBSP}: «{NBSP}{finding.value}{NBSP}»"
    return french.typeset(finding.place()) + value
