"""The first page: is it getting better? One for each edition, the latest one at the root of the site too."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from assets.page.headline_wording import PARTS, opposed
from assets.page.wording import TITLE, short_ministry
from assets.site.analyses.waterfalls import pair_address
from assets.site.cited import (
    ABSOLUTE,
    BARE,
    SIGNED,
    SIGNED_BARE,
    Cited,
    Row,
    Rows,
    Style,
    day_time,
    edition_time,
    sentence,
    transmitted,
)
from assets.site.distributions import distributions
from assets.site.pages import Page
from assets.site.tables import RATES, SiteTables, counts_from_initial, edition_title, not_compared, target_cited
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.vocabulary import CONFIDENCES

TITLES = {"budget": "Coûts", "schedule": "Délais"}
MOVES = 3


@dataclass(frozen=True)
class BigFigure:
    """A figure in large, what it is, and what it rests on."""

    label: str
    value: object
    note: Markup


@dataclass(frozen=True)
class Comparison:
    """How a mean moved since another edition: the page that explains it, the whole, then each part, in points.

    `remarks` are what figures alone would let a reader miss.
    """

    address: str
    since: Markup
    parts: tuple[tuple[str, Cited], ...]
    remarks: tuple[Markup, ...]


@dataclass(frozen=True)
class RateSaid:
    """One rate: three figures of the same size, the target, what moved it, the official figure, the drift."""

    rate: str
    title: str
    figures: tuple[BigFigure, ...]
    verdict: str
    target: Markup
    comparisons: tuple[Comparison, ...]
    official: Markup
    drift: Markup


@dataclass(frozen=True)
class Move:
    """A project that moved since the edition before: its address, its name, and by how much."""

    project_id: str
    name: Markup
    ministry: str
    amount: Cited


def home_pages(site: SiteTables) -> Iterator[Page]:
    """The page of each edition, and that of the latest one at the root."""
    for edition in site.editions:
        said = home_said(site, edition)
        title = f"{TITLE} : {edition.month_label()}"
        page = Page(f"{edition.key}/index.html", "home.html.j2", title, said["finding"].striptags(), said)
        yield page
        if edition == site.edition:
            yield Page("index.html", page.template, TITLE, page.description, said)


def home_said(site: SiteTables, edition: Edition) -> dict[str, Any]:
    """What the first page of an edition says, by the names that templates give it."""
    row = site.key_figures[edition.key]
    return {
        "edition": edition,
        "edition_title": edition_title(edition),
        "closing": site.abouts[edition.key].closing,
        "published_on": "" if edition.published_on is None else french.day(edition.published_on),
        "finding": _finding(site, row),
        "caveat": _caveat(row),
        "missing": _missing(site, edition),
        "rates": tuple(_rate(site, row, rate) for rate in RATES),
        "figures": _figures(row),
        "distributions": distributions(site, edition),
        "moves": _moves(site, edition),
        "editions": tuple(reversed(site.editions)),
    }


def _finding(site: SiteTables, row: Row) -> Markup:
    """Whether it is getting better, in one sentence: euros, followed projects, who came and who left."""
    drift = row.number("drift_meur")
    sentences = []
    if row["budget_status"] == "given" and drift is not None:
        against = "prévu au départ" if counts_from_initial(row, "budget") else "la première fois publié"
        way = "plus" if drift >= 0 else "moins"
        sentences.append(
            sentence(
                f"{{}} coûtent {{}} de {way} que {against}.",
                row.cited("budget_n").with_word("projet"),
                row.cited("drift_meur", ABSOLUTE),
            )
        )
    sentences += [_since_previous(site, row, rate) for rate in RATES]
    return Markup(" ").join(one for one in sentences if one) or _untold(row)


def _untold(row: Row) -> Markup:
    """What is said where no rate is computed: why, and what was published at the time."""
    official = [
        sentence(f"{{}} sur les {what}", row.cited(f"official_{rate}_mean_ratio"))
        for rate, what in (("budget", "coûts"), ("schedule", "délais"))
        if row[f"official_{rate}_mean_ratio"] is not None
    ]
    then = sentence(" L'écart moyen publié à l'époque était de {}.", Markup(" et ").join(official)) if official else ""
    return Markup("{}{}").format(
        sentence("Cette édition ne le dit pas : trop peu de projets y ont une référence antérieure."), then
    )


def _caveat(row: Row) -> Markup:
    """What to know of slippages that no declared baseline is the start of; nothing where there is none."""
    count = row.cited("stand_ins")
    if not count.value:
        return Markup()
    told = sentence(
        "Pour {}, aucune référence n'a été déclarée : l'écart y est compté à partir des premiers chiffres "
        "publiés, à une édition antérieure.",
        count.with_word("projet"),
    )
    if all(counts_from_initial(row, rate) for rate in RATES):
        return told
    is_given = any(row[f"{rate}_status"] == "given" for rate in RATES)
    than = "Ce n'est pas le taux officiel." if is_given else "Ces écarts ne se comparent pas au taux officiel."
    return Markup("{} {}").format(told, sentence(than))


def _since_previous(site: SiteTables, row: Row, rate: str) -> Markup:
    change, followed = (row.number(f"{rate}_previous_{name}_pts") for name in ("change", "like_for_like"))
    if change is None or followed is None:
        return Markup()
    what = "de coût" if rate == "budget" else "de délai"
    moved = french.rounded(followed, 1)
    did = "ne changent pas" if moved == 0 else "s'aggravent" if moved > 0 else "se réduisent"
    by = sentence(" de {}", row.cited(f"{rate}_previous_like_for_like_pts", ABSOLUTE)) if moved else Markup()
    parts = [
        sentence(f"{{}} pour les {word}", row.cited(f"{rate}_previous_{part}_pts", SIGNED_BARE))
        for part, word in (("entry", "entrées"), ("exit", "sorties"))
    ]
    since = site.labels.get(str(row["previous_edition"]), "")
    return sentence(
        f"Depuis {{since}}, les écarts {what} des projets suivis {did}{{by}} ; l'écart moyen, lui, varie de "
        "{change}, dont {entries} et {exits}.",
        since=edition_time(str(row["previous_edition"]), since),
        by=by,
        change=row.cited(f"{rate}_previous_change_pts", SIGNED),
        entries=parts[0],
        exits=parts[1],
    )


def _rate(site: SiteTables, row: Row, rate: str) -> RateSaid:
    verdict, target = _target(row, rate)
    is_given = row["budget_status" if rate == "budget" else "schedule_status"] == "given"
    return RateSaid(
        rate=rate,
        title=TITLES[rate],
        figures=tuple(_big(site, row, rate)),
        verdict=verdict,
        target=target,
        comparisons=tuple(_comparisons(site, row, rate)) if is_given else (),
        official=_official(row, rate),
        drift=_drift(row, rate) if is_given else Markup(),
    )


def _big(site: SiteTables, row: Row, rate: str) -> Iterator[BigFigure]:
    n, projects = row.cited(f"{rate}_n"), row.cited("projects")
    if row[f"{rate}_status"] != "given":
        referenced, comparable = row.cited(f"{rate}_n_referenced"), row.cited(f"{rate}_n_comparable")
        why = sentence(
            "pas de taux calculé : {} sur {} hors cadrage ont une référence antérieure, il en faut les trois quarts",
            referenced,
            comparable.with_word("projet"),
        )
        yield BigFigure("Écart moyen publié à l’époque", row.cited(f"official_{rate}_mean_ratio"), why)
        return
    yield BigFigure(
        "Écart moyen affiché",
        row.cited(f"{rate}_mean_ratio"),
        sentence("{} sur {}, chacun pesant autant", n, projects.with_word("projet")),
    )
    if row["previous_edition"] is not None and row[f"{rate}_previous_like_for_like_pts"] is not None:
        since = edition_time(str(row["previous_edition"]), site.labels.get(str(row["previous_edition"]), ""))
        yield BigFigure(
            "Projets suivis, à périmètre égal",
            row.cited(f"{rate}_previous_like_for_like_pts", SIGNED),
            sentence("{} depuis {}", row.cited(f"{rate}_previous_n_followed").with_word("projet"), since),
        )
    yield BigFigure(
        "Tous les projets suivis un jour",
        row.cited(f"{rate}_cohort_ratio"),
        sentence("{}, sortis compris, à leur dernier écart connu", row.cited(f"{rate}_cohort_n").with_word("projet")),
    )


def _target(row: Row, rate: str) -> tuple[str, Markup]:
    target, value = row.number("target_ratio"), row.number(f"{rate}_mean_ratio")
    if target is None:
        return "unknown", Markup("aucune cible adoptée à cette édition")
    due = french.deadline(row["target_due_on"].date())
    told = sentence("cible de {} {}", target_cited(row), day_time(row["target_due_on"].date(), due))
    if value is None:
        return "unknown", told
    if not counts_from_initial(row, rate):
        return "unknown", sentence("à titre indicatif, {}", told)
    return ("met", sentence("{} atteinte", told)) if value <= target else ("missed", sentence("{} non atteinte", told))


def _comparisons(site: SiteTables, row: Row, rate: str) -> Iterator[Comparison]:
    told = dict.fromkeys(("previous", "reference"))
    if row["reference_edition"] == row["previous_edition"]:
        del told["reference"]
    for name in told:
        if row[f"{rate}_{name}_change_pts"] is None:
            continue
        parts = {part: row.number(f"{rate}_{name}_{part}_pts") or 0.0 for part in PARTS}
        shown = [part for part in PARTS if part in ("like_for_like", "entry", "exit") or french.rounded(parts[part], 1)]
        key = str(row[f"{name}_edition"])
        yield Comparison(
            pair_address(str(row["edition"]), key),
            edition_time(key, f"depuis {site.labels.get(key, key)}"),
            (
                ("Écart moyen", row.cited(f"{rate}_{name}_change_pts", SIGNED)),
                *((PARTS[part], row.cited(f"{rate}_{name}_{part}_pts", SIGNED_BARE)) for part in shown),
            ),
            tuple(_remarks(site, row, rate, name)),
        )


def _remarks(site: SiteTables, row: Row, rate: str, compared: str) -> Iterator[Markup]:
    """That projects go the other way than the mean, that the start was corrected since it was published."""
    parts = {part: row.number(f"{rate}_{compared}_{part}_pts") or 0.0 for part in PARTS}
    if remark := opposed(row.number(f"{rate}_{compared}_change_pts") or 0.0, parts):
        yield sentence(french.capitalised(remark))
    first = row.cited(f"{rate}_{compared}_published_start_ratio")
    if first.known:
        yield sentence(
            "Le taux de {} a été corrigé depuis sa publication, de {} à {} : l'évolution part du taux corrigé.",
            site.time(str(row[f"{compared}_edition"])),
            first,
            row.cited(f"{rate}_{compared}_start_ratio"),
        )


def _missing(site: SiteTables, edition: Edition) -> Markup:
    """Why nothing is told since the edition before, where it is not here."""
    if site.before(edition) is not None:
        return Markup()
    if edition.ordinal == 1:
        return sentence("C'est la première édition : il n'y en a pas avant elle à laquelle la comparer.")
    return not_compared()


def _official(row: Row, rate: str) -> Markup:
    if row[f"official_{rate}_mean_ratio"] is None:
        return Markup()
    return sentence(
        "Publié à l'époque : {} ({} : {}).",
        row.cited(f"official_{rate}_mean_ratio"),
        french.typeset(CONFIDENCES.label(str(row["official_confidence"]))),
        transmitted(french.typeset(row.text("official_source"))),
    )


def _drift(row: Row, rate: str) -> Markup:
    name = "drift_meur" if rate == "budget" else "drift_months"
    return sentence(
        "Somme des écarts : {} sur {}.", row.cited(name, SIGNED), row.cited(f"{rate}_n").with_word("projet")
    )


def _figures(row: Row) -> tuple[BigFigure, ...]:
    projects = row.cited("projects")

    def then(name: str, style: Style = BARE) -> Markup:
        official = row.cited(f"official_{name}", style)
        return sentence(" · publié à l'époque : {}", official) if official.known else Markup()

    came = Markup("entrées et sorties non connues")
    if row["entries"] is not None and row["exits"] is not None:
        came = sentence("{}, {}", row.cited("entries").with_word("entrée"), row.cited("exits").with_word("sortie"))
    kept_back = row.cited("withheld")
    hidden = sentence(" ; {}", kept_back.with_word("non publié", "non publiés")) if kept_back.value else Markup()
    return (
        BigFigure("Grands projets", projects, came + then("projects")),
        BigFigure(
            "Coût complet, TTC",
            row.cited("total_cost_meur", Style(billions=True)),
            sentence(
                "{} sur {}", row.cited("costed_projects").with_word("projet chiffré", "projets chiffrés"), projects
            )
            + hidden
            + then("total_cost_meur", Style(billions=True)),
        ),
        BigFigure(
            "Durée moyenne prévue",
            row.cited("mean_duration_years"),
            sentence("{} sur {}", row.cited("timed_projects").with_word("projet"), projects)
            + then("mean_duration_years", Style()),
        ),
        BigFigure(
            "Interministériels",
            row.cited("interministerial"),
            Markup("à plusieurs ministères") + then("interministerial"),
        ),
    )


def _moves(site: SiteTables, edition: Edition) -> tuple[tuple[str, tuple[Move, ...]], ...]:
    """The strongest moves of cost and of end since the edition before, each way; what did not move is in none."""
    rows = site["historique"].where(edition=edition.key)
    lists = (
        ("Plus fortes hausses de coût", "budget_previous_slippage_meur", False),
        ("Plus fortes baisses de coût", "budget_previous_slippage_meur", True),
        ("Plus longs reports", "schedule_previous_slippage_months", False),
        ("Plus fortes avances", "schedule_previous_slippage_months", True),
    )
    return tuple((title, _strongest(rows, column, is_down=is_down)) for title, column, is_down in lists)


def _strongest(rows: Rows, column: str, *, is_down: bool) -> tuple[Move, ...]:
    moved = [row for row in rows.sorted_by([column, "project_id"], ascending=[is_down, True]) if row.number(column)]
    chosen = [row for row in moved if (row.number(column) or 0) < 0] if is_down else [
        row for row in moved if (row.number(column) or 0) > 0
    ]  # fmt: skip
    return tuple(
        Move(
            str(row["project_id"]),
            transmitted(row.text("name")),
            short_ministry(str(row["ministry_id"])),
            row.cited(column, SIGNED),
        )
        for row in chosen[:MOVES]
    )
