"""Why does it drift? Euros and months by declared cause, against each reference, over the editions, by project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.wording import short_ministry
from assets.site.analyses.waterfalls import TITLES
from assets.site.cited import SIGNED, SIGNED_BARE, Cited, Row, Rows, sentence, transmitted
from assets.site.drawing import bar, scale_of
from assets.site.pages import Page
from assets.site.tables import RATES, SiteTables, edition_title
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.vocabulary import NO_DEVIATION
from warehouse.slippage.causes import UNEXPLAINED, causes_of

QUESTION = "Pourquoi ça dérive ?"
ADDRESS = "causes/index.html"
# What a rate is counted in: the column of the causes, and that of the projects against the first baseline.
AMOUNTS = {
    "budget": ("amount_meur", "budget_slippage_meur"),
    "schedule": ("amount_months", "schedule_slippage_months"),
}
REFERENCES = {
    "first_baseline": "Par rapport à la première référence",
    "previous_edition": "Depuis l’édition précédente",
}
# What a total is called when it goes up, and when it goes down.
DRIFTS = {"budget": ("de surcoût", "d’économie"), "schedule": ("de retard", "d’avance")}


@dataclass(frozen=True)
class CauseLine:
    """A cause: how many projects, the amount, its part in the whole, those projects."""

    label: Markup
    count: Cited
    amount: Cited
    bar: Markup
    share: object
    projects: tuple["CauseProject", ...] = ()


@dataclass(frozen=True)
class CauseProject:
    """A project of a cause, and its amount."""

    project_id: str
    name: Markup
    ministry: str
    amount: Cited


@dataclass(frozen=True)
class Comparison:
    """The causes against one reference: the finding, each cause, the whole."""

    title: str
    finding: Markup
    lines: tuple[CauseLine, ...]
    total: Cited
    are_opposed: bool


@dataclass(frozen=True)
class CausesSaid:
    """The causes of one rate: against each reference, and over the editions."""

    rate: str
    title: str
    unit: str
    comparisons: tuple[Comparison, ...]
    history: tuple[tuple[Markup, tuple[object, ...]], ...]

    @property
    def finding(self) -> Markup:
        """What the whole drift comes from."""
        return self.comparisons[0].finding if self.comparisons else Markup()


def causes_pages(site: SiteTables) -> Iterator[Page]:
    """The page of the causes."""
    told_editions = tuple(
        edition for edition in reversed(site.editions) if len(site["causes"].where(edition=edition.key))
    )
    rates = tuple(_said(site, rate, told_editions) for rate in RATES)
    lede = Markup(" ").join(one.finding for one in rates if one.finding)
    lede = lede or Markup("Aucun écart n’est connu à cette édition : aucune cause ne peut être chiffrée.")
    said = {
        "edition_said": edition_title(site.edition),
        "lede": lede,
        "rates": rates,
        "editions": told_editions,
    }
    yield Page(ADDRESS, "analyses/causes.html.j2", french.typeset(QUESTION), lede.striptags(), said)


def _said(site: SiteTables, rate: str, editions: Sequence[Edition]) -> CausesSaid:
    rows = site["causes"].where(rate=rate)
    now = rows.where(edition=site.edition.key)
    return CausesSaid(
        rate=rate,
        title=TITLES[rate],
        unit="M€" if rate == "budget" else "mois",
        comparisons=tuple(
            _comparison(site, now.where(reference=reference), rate, reference)
            for reference in REFERENCES
            if len(now.where(reference=reference))
        ),
        history=tuple(_history(rows.where(reference="first_baseline"), rate, editions)),
    )


def _comparison(site: SiteTables, rows: Rows, rate: str, reference: str) -> Comparison:
    column = AMOUNTS[rate][0]
    total = rows.total(column, SIGNED, edition=site.edition.key, rate=rate, reference=reference)
    amounts = [row.number(column) or 0.0 for row in rows]
    scale = scale_of(amounts)
    ordered = sorted(rows, key=lambda row: (-(row.number(column) or 0.0), row.text("cause")))
    of_projects = _projects(site, rate) if reference == "first_baseline" else {}
    lines = tuple(
        CauseLine(
            label=_label(row),
            count=row.cited("n"),
            amount=row.cited(column, SIGNED_BARE),
            bar=bar(row.cited(column, SIGNED_BARE), scale, rate),
            share="–" if row["share_ratio"] is None else row.cited("share_ratio"),
            projects=of_projects.get(str(row["cause"]), ()),
        )
        for row in ordered
    )
    are_opposed = min(amounts) < 0 < max(amounts)
    return Comparison(
        title=REFERENCES[reference],
        finding=_finding(ordered, rate, total, are_opposed=are_opposed),
        lines=lines,
        total=total,
        are_opposed=are_opposed,
    )


def _label(row: Row) -> Markup:
    return sentence("{}", french.typeset(row.text("cause")))


def _finding(ordered: Sequence[Row], rate: str, total: Cited, *, are_opposed: bool) -> Markup:
    """The cause that weighs most in the way that the whole goes, in one sentence."""
    column = AMOUNTS[rate][0]
    what = "coût" if rate == "budget" else "délai"
    whole = float(total.value or 0)  # type: ignore[arg-type]
    if not french.rounded(whole, 1):
        return sentence(
            f"Les écarts de {what} se compensent." if are_opposed else f"Aucun projet n'a d'écart de {what}."
        )
    first = ordered[0] if whole > 0 else ordered[-1]
    amount = first.cited(column, SIGNED)
    net = ", une fois déduit ce qui va dans l'autre sens" if are_opposed else ""
    if first["cause"] == UNEXPLAINED:
        return sentence(f"Écart de {what} sans motif déclaré : {{}}, sur {{}} en tout{net}.", amount, total)
    drift = DRIFTS[rate][0 if whole > 0 else 1]
    return sentence(f"Première cause {drift} : « {{}} », {{}} sur {{}} en tout{net}.", _label(first), amount, total)


def _projects(site: SiteTables, rate: str) -> dict[str, tuple[CauseProject, ...]]:
    """The projects of each cause at the latest edition, those of the strongest slippage first."""
    column = AMOUNTS[rate][1]
    rows = site["historique"].where(edition=site.edition.key)
    known = rows.at(rows.frame.dropna(subset=[column]).index)
    causes = causes_of(known.frame["deviation_reason"], known.frame[column])
    found: dict[str, list[tuple[float, str, CauseProject]]] = {}
    for row, cause in zip(known, causes, strict=True):
        told = CauseProject(
            str(row["project_id"]),
            transmitted(row.text("name")),
            short_ministry(str(row["ministry_id"])),
            row.cited(column, SIGNED),
        )
        found.setdefault(str(cause), []).append((-abs(row.number(column) or 0.0), told.project_id, told))
    return {
        cause: tuple(told for _, _, told in sorted(ranked, key=lambda one: one[:2])) for cause, ranked in found.items()
    }


def _history(rows: Rows, rate: str, editions: Sequence[Edition]) -> Iterator[tuple[Markup, tuple[object, ...]]]:
    """Each cause with its amount at each edition, the latest first; a dash where no project declared it."""
    column = AMOUNTS[rate][0]
    causes = rows.frame.groupby("cause")[column].sum().sort_values(ascending=False, kind="stable").index
    for cause in causes:
        of_cause = rows.where(cause=cause)
        if cause == NO_DEVIATION:
            continue
        cells = tuple(
            "–" if (row := of_cause.only(edition=edition.key)) is None else row.cited(column, SIGNED_BARE)
            for edition in editions
        )
        yield _label(next(iter(of_cause))), cells
