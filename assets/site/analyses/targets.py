"""Will we get there? Each target: how far each mean is from it, what is left to gain, who holds the distance."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from assets.page.wording import short_ministry
from assets.site.analyses.waterfalls import MEANS, STRONGEST, TITLES
from assets.site.charts.files import Chart, chart_files, drawn
from assets.site.charts.timelines import Level, Line, Point, timeline
from assets.site.cited import (
    ABSOLUTE,
    SIGNED,
    SIGNED_BARE,
    Cited,
    Row,
    Rows,
    day_time,
    edition_time,
    sentence,
    transmitted,
)
from assets.site.drawing import Scale, bar
from assets.site.pages import Attachment, Page
from assets.site.tables import RATES, SiteTables, counts_from_initial, edition_title, target_cited
from warehouse.model import french

QUESTION = "Allons-nous y arriver ?"
ADDRESS = "cible/index.html"
NAMES = {"budget": "couts", "schedule": "delais"}


@dataclass(frozen=True)
class TargetLine:
    """Where a mean stood at an edition: its value, its distance, whether it met the target, what was left."""

    edition: Markup
    value: Cited
    distance: object
    verdict: str
    left: object
    needed: object


@dataclass(frozen=True)
class Holder:
    """A project and what it weighs in the distance to a target, in points."""

    project_id: str
    name: Markup
    ministry: str
    slippage: Cited
    held: Cited
    bar: Markup


@dataclass(frozen=True)
class TargetSaid:
    """A mean against a target: the finding, met or not, its way to it, edition by edition, who holds the distance."""

    rate: str
    key: str
    title: str
    finding: Markup
    verdict: str
    chart: Chart | None
    lines: tuple[TargetLine, ...]
    heaviest: Markup
    holders: tuple[Holder, ...]

    @property
    def strongest(self) -> tuple[Holder, ...]:
        """The projects told first."""
        return self.holders[:STRONGEST]

    @property
    def others(self) -> tuple[Holder, ...]:
        """The projects that are folded."""
        return self.holders[STRONGEST:]


def target_pages(site: SiteTables) -> Iterator[Page | Attachment]:
    """The page of the targets, with the files of its charts."""
    now = site["cibles"].where(edition=site.edition.key).sorted_by(["due_on"])
    told = tuple(
        (_due(rows), tuple(_said(site, row) for rate in RATES for row in rows.where(rate=rate)))
        for rows in now.by("due_on").values()
    )
    lede = Markup(" ").join(one.finding for one in _next(now, told))
    lede = lede or Markup("Aucune cible n’est adoptée à cette édition.")
    said = {
        "edition_said": edition_title(site.edition),
        "lede": lede,
        "targets": told,
    }
    yield Page(ADDRESS, "analyses/target.html.j2", french.typeset(QUESTION), lede.striptags(), said)
    for _, means in told:
        for one in means:
            if one.chart:
                yield from chart_files(site, one.chart)


def _next(now: Rows, told: tuple[tuple[Markup, tuple[TargetSaid, ...]], ...]) -> tuple[TargetSaid, ...]:
    """What is said of the target that is due next; of the last one when all are past."""
    if not told:
        return ()
    remaining = [next(iter(rows)).number("remaining_months") or 0 for rows in now.by("due_on").values()]
    ahead = [rank for rank, months in enumerate(remaining) if months > 0]
    return told[ahead[0] if ahead else -1][1]


def _due(rows: Rows) -> Markup:
    """« Cible de 15 % à fin 2022 »."""
    row = next(iter(rows))
    return sentence("Cible de {} {}", target_cited(row), _by_when(row))


def _by_when(row: Row) -> Markup:
    due = _date(row)
    return day_time(due, french.deadline(due))


def _date(row: Row) -> dt.date:
    due: dt.date = row["due_on"].date()
    return due


def _said(site: SiteTables, row: Row) -> TargetSaid:
    rate, key = str(row["rate"]), f"{NAMES[str(row['rate'])]}-{_date(row).isoformat()}"
    holders = tuple(_holders(site, row))
    finding = _finding(site, row)
    return TargetSaid(
        rate=rate,
        key=key,
        title=TITLES[rate],
        finding=finding,
        verdict=_verdict(site, row),
        chart=_chart(site, row, finding, f"cible-{key}"),
        lines=tuple(_lines(site, row)),
        heaviest=_heaviest(holders),
        holders=holders,
    )


def _is_judged(site: SiteTables, row: Row) -> bool:
    """Whether a verdict may be given: the target was set for slippages counted from declared baselines."""
    return row["met"] is not None and counts_from_initial(site.key_figures[str(row["edition"])], str(row["rate"]))


def _verdict(site: SiteTables, row: Row) -> str:
    if not _is_judged(site, row):
        return "unknown"
    return "met" if row["met"] else "missed"


def _finding(site: SiteTables, row: Row) -> Markup:
    """Where the mean is, and what is left to gain, in one sentence."""
    mean = MEANS[str(row["rate"])]
    if row["value_ratio"] is None:
        return sentence(f"L'{mean} n'est pas calculé à cette édition : rien ne dit s'il tient la cible.")
    value, distance = row.cited("value_ratio"), row.cited("distance_pts", ABSOLUTE)
    side = "au-dessous" if row["met"] else "au-dessus"
    target = sentence("cible de {} {}", target_cited(row), _by_when(row))
    if not _is_judged(site, row):
        return sentence(
            f"L'{mean}, {{}}, est à {{}} {side} de la {{}}, à titre indicatif : il est compté depuis les premiers "
            "chiffres publiés.",
            value,
            distance,
            target,
        )
    if row["met"]:
        return sentence(f"L'{mean}, {{}}, tient la {{}}, à {{}} au-dessous.", value, target, distance)
    if not row.number("editions_left"):
        return sentence(f"L'{mean}, {{}}, n'a pas tenu la {{}} : il est à {{}} au-dessus.", value, target, distance)
    return sentence(
        f"L'{mean}, {{}}, est à {{}} au-dessus de la {{}} : il reste {{}}, et {{}} à gagner à chacune.",
        value,
        distance,
        target,
        row.cited("editions_left").with_word("édition"),
        row.cited("needed_pts"),
    )


def _chart(site: SiteTables, row: Row, finding: Markup, key: str) -> Chart | None:
    """The mean at every edition, the target from the edition that adopts it, and the way that is left to it."""
    rate = str(row["rate"])
    name = f"{rate}_mean_ratio"
    points = tuple(_point(site.key_figures[edition.key], name, edition) for edition in site.editions)
    adopted = _same_target(site, row).frame["edition"].min()
    since = next(edition for edition in site.editions if edition.key == adopted)
    level = Level("cible", row.number("target_ratio") or 0.0, target_cited(row), since, due=_date(row))
    figures = site["chiffres_cles"]
    return drawn(
        lambda key, width: timeline(
            key,
            f"L’{MEANS[rate]} et sa cible",
            "Une ligne pour l’écart moyen, une pour la cible ; les chiffres sont dans le tableau.",
            [Line("écart moyen", rate, points)],
            [level],
            width=width,
        ),
        key=key,
        title=finding,
        subtitle=sentence(
            "Écart moyen à chaque édition, et la cible depuis l'édition qui l'adopte ; "
            "en pointillé, le chemin qui reste."
        ),
        rows=(("", figures.with_columns("edition", name, f"{rate}_n", "target_ratio", "target_due_on")),),
        page=ADDRESS,
    )


def _point(row: Row, name: str, edition: object) -> Point:
    return Point(edition, row.number(name), row.cited(name))  # type: ignore[arg-type]


def _same_target(site: SiteTables, row: Row) -> Rows:
    """What was said of the same target at each edition."""
    return site["cibles"].where(due_on=row["due_on"], rate=row["rate"])


def _lines(site: SiteTables, row: Row) -> Iterator[TargetLine]:
    """Each edition of the curve; before the target is adopted there is nothing to compare with it."""
    words = {"met": "tenue", "missed": "non tenue", "unknown": "sans verdict"}
    rows = _same_target(site, row)
    for edition in reversed(site.editions):
        then = rows.only(edition=edition.key)
        label = edition_time(edition.key, edition.month_label())
        if then is None:
            mean = site.key_figures[edition.key].cited(f"{row['rate']}_mean_ratio")
            yield TargetLine(label, mean, "–", "pas encore adoptée", "–", "–")
        else:
            yield TargetLine(
                label,
                then.cited("value_ratio"),
                then.cited("distance_pts", SIGNED),
                words[_verdict(site, then)],
                then.cited("editions_left"),
                then.cited("needed_pts"),
            )


def _holders(site: SiteTables, row: Row) -> Iterator[Holder]:
    rows = site["cibles_projets"].where(edition=row["edition"], due_on=row["due_on"], rate=row["rate"])
    most = float(rows.frame["held_pts"].abs().max()) if len(rows) else 0.0
    for one in rows.sorted_by(["rank"]):
        held = one.cited("held_pts", SIGNED_BARE)
        yield Holder(
            project_id=str(one["project_id"]),
            name=transmitted(one.text("name")),
            ministry=short_ministry(str(one["ministry_id"])),
            slippage=one.cited("slippage_ratio", SIGNED),
            held=held,
            bar=bar(held, Scale(-most, most), str(row["rate"])),
        )


def _heaviest(holders: tuple[Holder, ...]) -> Markup:
    """The project that adds most to the distance, in one sentence."""
    if not holders:
        return Markup("Aucun écart n’est connu à cette édition : la distance ne se partage pas.")
    first = holders[0]
    if float(first.held.value or 0) <= 0:  # type: ignore[arg-type]
        return Markup("Aucun projet ne dépasse la cible.")
    held = replace(first.held, text=f"{first.held.text}\u00a0{french.plural(float(first.held.value), 'point')}")  # type: ignore[arg-type]
    return sentence("« {} » pèse le plus dans la distance : {}.", first.name, held)
