"""Everything the publication of an edition says, gathered once for the page and for the PDF."""

from collections.abc import Mapping
from dataclasses import dataclass

from assets.page import charts, drawing, headline_wording, origins, project_rows, quality_wording, wording
from assets.page import tables as reading
from assets.page.tables import PublicationTables
from warehouse.model import french


@dataclass(frozen=True)
class Definition:
    """A word of the method and what it means."""

    term: str
    text: str


@dataclass(frozen=True)
class Contents:
    """One edition, ready to lay out; every string is typeset, nothing withheld is left in it."""

    title: str
    edition: str
    edition_key: str
    reference_date: str
    published_on: str
    lede: tuple[str, ...]
    fictitious: bool
    provisional: str
    absences: tuple[str, ...]
    caveat: str
    rates: tuple[headline_wording.RateCard, ...]
    figures: tuple[wording.Figure, ...]
    movements_intro: str
    entries: tuple[wording.Movement, ...]
    exits: tuple[wording.Movement, ...]
    history_note: str
    charts: tuple[drawing.Chart, ...]
    ministries: wording.DataTable
    projects: tuple[project_rows.ProjectRow, ...]
    ministry_options: tuple[str, ...]
    phase_options: tuple[str, ...]
    bar_width: float
    target: str
    method: tuple[Definition, ...]
    quality_method: tuple[Definition, ...]
    methods: wording.DataTable
    official: wording.DataTable
    coverage: wording.DataTable
    sources: wording.DataTable
    findings: tuple[wording.FindingGroup, ...]
    quality: quality_wording.Quality
    origins: Mapping[str, origins.OriginLine]


def contents(tables: PublicationTables) -> Contents:
    """Read the tables of an edition into what is said of it; withheld figures are taken out first."""
    shown = reading.publishable(tables)
    intro, entries, exits = wording.movements(shown)
    rows = project_rows.project_rows(shown)
    phases = {row.phase_rank: row.phase for row in rows}
    published = shown.edition.published_on
    return Contents(
        title=wording.TITLE,
        edition=wording.edition_label(shown.edition),
        edition_key=shown.edition.key,
        reference_date=shown.edition.reference_date().isoformat(),
        published_on="" if published is None or shown.closing.provisional else french.day(published),
        lede=wording.lede(shown),
        fictitious=shown.is_fictitious(),
        provisional=french.typeset(shown.closing.provisional),
        absences=tuple(map(french.typeset, shown.closing.absences)),
        caveat=wording.caveat(shown),
        rates=tuple(headline_wording.rate_card(shown, rate) for rate in reading.RATES),
        figures=wording.key_figures(shown),
        movements_intro=intro,
        entries=entries,
        exits=exits,
        history_note=wording.history_note(shown),
        charts=charts.all_charts(shown),
        ministries=wording.ministry_table(shown),
        projects=rows,
        ministry_options=tuple(dict.fromkeys(row.ministry for row in rows)),
        phase_options=tuple(phases[rank] for rank in sorted(phases)),
        bar_width=project_rows.BAR_WIDTH,
        target=headline_wording.target_said(shown.figures()),
        method=_method(shown),
        quality_method=_definitions(quality_wording.method()),
        methods=wording.methods_table(shown),
        official=wording.official_table(shown),
        coverage=wording.coverage_table(shown),
        sources=wording.sources_table(shown),
        findings=wording.finding_groups(shown.findings),
        quality=quality_wording.quality(shown),
        origins=origins.origin_lines(shown.edition),
    )


def _method(tables: PublicationTables) -> tuple[Definition, ...]:
    initial = "l'initial est celui de la première référence"
    if not headline_wording.counts_from_initial(tables.figures()):
        initial = "à défaut de référence déclarée, les premiers chiffres publiés tiennent lieu d'initial, à partir de "
        initial += "l'édition suivante"
    elif int(tables.figures()["stand_ins"]):
        initial += " ou, quand aucune n'est déclarée, le premier chiffre publié, à partir de l'édition suivante"
    target = headline_wording.target_said(tables.figures())
    definitions = {
        "Coût complet": "en millions d'euros TTC : dépenses depuis la conception et 24 premiers mois de "
        "fonctionnement, masse salariale comprise.",
        "Durée": "en mois entiers, du début du cadrage à la fin du déploiement.",
        "Écart budgétaire": f"(coût actualisé − coût initial) ÷ coût initial ; {initial}.",
        "Écart calendaire": "le même calcul, sur les durées.",
        "Écart moyen": "moyenne des écarts connus des projets ; chaque projet y pèse autant, quel que soit son coût. "
        "C'est la méthode du taux officiel.",
        "Projets comptés": "seuls les écarts connus entrent dans une moyenne, et leur nombre l'accompagne. Un chiffre "
        "inconnu n'est jamais compté pour zéro.",
        "Évolution": "différence de deux taux, en points de pourcentage, tels qu'ils sont connus aujourd'hui, "
        "corrections comprises. Elle est la somme de ce qu'y ont fait les projets suivis (de combien leur moyenne a "
        "changé), les entrées, les sorties et les projets devenus ou n'étant plus comparables ; les parts sont "
        "arrondies.",
        "Pas de taux": "quand moins des trois quarts des projets hors cadrage ont une référence antérieure, aucune "
        "moyenne n'est donnée pour l'ensemble ; le chiffre officiel est donné à la place, avec sa source.",
        "Chiffre officiel": "publié à l'époque et relevé tel quel ; il est donné à côté de ce qui est calculé, et n'y "
        "entre jamais.",
        "n. c.": "non communiqué : le chiffre n'a pas été transmis ou n'existe pas encore, par exemple pour un projet "
        "en cadrage.",
        "Non publié": "chiffre qui n'est pas rendu public à cette édition, par exemple pendant un appel d'offres.",
    }
    if target:
        definitions["Cible"] = f"au plus {target} d'écart moyen, budgétaire comme calendaire."
    return _definitions(definitions)


def _definitions(definitions: Mapping[str, str]) -> tuple[Definition, ...]:
    return tuple(
        Definition(term.replace("n. c.", french.UNKNOWN), french.typeset(text)) for term, text in definitions.items()
    )
