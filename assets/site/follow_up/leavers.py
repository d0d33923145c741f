"""The projects that left, and the balance sheets of those that are finished: who left, and what does it hide?"""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.wording import WITHHELD, short_ministry
from assets.site.cited import (
    ABSOLUTE,
    BARE,
    SIGNED,
    SIGNED_BARE,
    Cited,
    Row,
    edition_time,
    sentence,
    transmitted,
)
from assets.site.drawing import SLIPPAGES, Scale, bar, scale_of
from assets.site.follow_up.ministry_brief import OF_RATES
from assets.site.pages import Page
from assets.site.tables import RATES, SiteTables, edition_title
from warehouse.model import french

NO_EFFECT = Cited(None, french.UNKNOWN, "")


@dataclass(frozen=True)
class EditionLine:
    """What the exits of an edition took from each mean, and what it would be with every leaver."""

    edition: Markup
    exits: Cited
    rates: tuple[tuple[str, Cited, Markup, Cited, Cited], ...]


@dataclass(frozen=True)
class Leaver:
    """A project that left: why, with what last figures, and what its exit did to each mean."""

    project_id: str
    name: Markup
    ministry_id: str
    ministry: str
    left: Markup
    reason: str
    cost: object
    rates: tuple[tuple[str, Cited, Cited, Markup], ...]
    back: Markup


@dataclass(frozen=True)
class Returned:
    """A project that left and came back: when, and its slippages on each side."""

    project_id: str
    name: Markup
    left: Markup
    back: Markup
    slippages: tuple[tuple[str, Cited, Cited], ...]


@dataclass(frozen=True)
class Balance:
    """The balance sheet of a finished project: what was promised, what was delivered, what was learnt."""

    project_id: str
    name: Markup
    ministry: str
    row: Row
    costs: Markup
    cost: Cited
    cost_bar: Markup
    ends: Markup
    duration: Cited
    duration_bar: Markup
    followed: Markup
    lessons: Markup


def leaver_pages(site: SiteTables) -> Iterator[Page]:
    """The page of those that left, of every edition."""
    lines = tuple(_edition_lines(site))
    leavers = tuple(_leavers(site))
    said = {
        "edition_title": edition_title(site.edition),
        "finding": _finding(site),
        "editions": lines,
        "leavers": leavers,
        "returned": tuple(_returned(site)),
        "signed": SIGNED,
        "balances": tuple(_balances(site)),
        "balance_finding": _balance_finding(site),
    }
    yield Page(
        "sorties/index.html",
        "leavers.html.j2",
        "Sorties",
        "Les projets sortis, ce que leur sortie change aux écarts moyens, et le bilan de ceux qui ont fini.",
        said,
    )


def _finding(site: SiteTables) -> Markup:
    """How many left, and what the two means would be had they been kept."""
    moves = site["mouvements"]
    count = moves.count(movement="left")
    if not count.value:
        return Markup("Aucun projet n’est sorti du panorama depuis la première édition connue.")
    first = site.editions[0]
    parts = [
        sentence(
            "{} depuis {}{}.",
            count.with_word("sortie"),
            edition_time(first.key, first.month_label()),
            _unexplained(count, moves.count(movement="left", exit_reason=None)),
        )
    ]
    row = site.key_figures[site.edition.key]
    for rate, word in OF_RATES.items():
        if row[f"{rate}_status"] == "given" and row[f"{rate}_cohort_ratio"] is not None:
            parts.append(
                sentence(
                    f"L'écart {word} moyen est de {{}} ; avec les sortis, à leur dernier écart connu, il serait de "
                    "{}.",
                    row.cited(f"{rate}_mean_ratio"),
                    row.cited(f"{rate}_cohort_ratio"),
                )
            )
    return Markup(" ").join(parts)


def _unexplained(exits: Cited, count: Cited) -> Markup:
    if not count.value:
        return Markup(", avec un motif")
    if count.value == exits.value:
        return Markup(", sans motif connu")
    return sentence(", dont {} sans motif connu", count)


def _edition_lines(site: SiteTables) -> Iterator[EditionLine]:
    """The editions that have one just before, the latest first."""
    rows = [
        row for key in reversed(site.editions) if (row := site.key_figures[key.key])["previous_edition"] is not None
    ]
    names = [f"{rate}_previous_exit_pts" for rate in RATES]
    scale = scale_of([value for row in rows for name in names if (value := row.number(name)) is not None])
    for row in rows:
        shown = {rate: row.cited(f"{rate}_previous_exit_pts", SIGNED_BARE) for rate in RATES}
        yield EditionLine(
            site.time(str(row["edition"])),
            row.cited("exits"),
            tuple(
                (
                    rate,
                    cited,
                    bar(cited, scale, rate),
                    row.cited(f"{rate}_mean_ratio"),
                    row.cited(f"{rate}_cohort_ratio"),
                )
                for rate, cited in shown.items()
            ),
        )


def _leavers(site: SiteTables) -> Iterator[Leaver]:
    """Every exit, the latest edition first; in each, those that lowered the means most come first."""
    exits = site["mouvements"].where(movement="left")
    parts = site["passage"].where(component="exit")
    effects = {
        (row["edition"], row["reference_edition"], row["project_id"], row["rate"]): row.cited(
            "contribution_pts", SIGNED_BARE
        )
        for row in parts
    }
    scale = scale_of([float(str(cited.value)) for cited in effects.values()])

    def effect(row: Row, rate: str) -> Cited:
        return effects.get((row["edition"], row["previous_edition"], row["project_id"], rate), NO_EFFECT)

    def strongest(row: Row) -> tuple[float, str]:
        return sum(float(str(effect(row, rate).value or 0.0)) for rate in RATES), str(row["project_id"])

    for edition in reversed(site.editions):
        for row in sorted(exits.where(edition=edition.key), key=strongest):
            yield _leaver(site, row, {rate: effect(row, rate) for rate in RATES}, scale)


def _leaver(site: SiteTables, row: Row, effects: dict[str, Cited], scale: Scale) -> Leaver:
    project_id = str(row["project_id"])
    last = next(each for each in site.histories[project_id] if each["edition"] == row["previous_edition"])
    back = next(
        (each for each in site.histories[project_id] if str(each["edition"]) >= str(row["edition"])),
        None,
    )
    return Leaver(
        project_id=project_id,
        name=transmitted(last.text("name")),
        ministry_id=str(last["ministry_id"]),
        ministry=short_ministry(str(last["ministry_id"])),
        left=site.time(str(row["edition"])),
        reason=french.typeset(row.text("exit_reason")) or "sans motif connu",
        cost=WITHHELD if last["cost_withheld"] else last.cited("updated_cost_meur", BARE),
        rates=tuple(
            (rate, last.cited(f"{rate}_slippage_ratio", SIGNED), cited, bar(cited, scale, rate))
            for rate, cited in effects.items()
        ),
        back=Markup() if back is None else sentence("revenu en {}", site.time(str(back["edition"]))),
    )


def _returned(site: SiteTables) -> Iterator[Returned]:
    for row in site["mouvements"].where(movement="returned").sorted_by(["edition", "project_id"], ascending=False):
        history = site.histories[str(row["project_id"])]
        now = next(each for each in history if each["edition"] == row["edition"])
        before = [each for each in history if str(each["edition"]) < str(row["edition"])]
        if not before:
            continue
        exits = site["mouvements"].where(movement="left", project_id=row["project_id"]).sorted_by(["edition"])
        left = [str(each["edition"]) for each in exits if str(each["edition"]) < str(row["edition"])]
        yield Returned(
            project_id=str(row["project_id"]),
            name=transmitted(now.text("name")),
            left=site.time(left[-1] if left else str(before[-1]["edition"])),
            back=site.time(str(row["edition"])),
            slippages=tuple(
                (
                    rate,
                    before[-1].cited(f"{rate}_slippage_ratio", SIGNED),
                    now.cited(f"{rate}_slippage_ratio", SIGNED),
                )
                for rate in RATES
            ),
        )


def _balances(site: SiteTables) -> Iterator[Balance]:
    """The finished projects, the last to finish first."""
    rows = site["bilans"].where(edition=site.edition.key)
    for row in rows.sorted_by(["delivered_end_date", "project_id"], ascending=[False, True]):
        cost, duration = (row.cited(f"{name}_difference_ratio", SIGNED) for name in ("cost", "duration"))
        yield Balance(
            project_id=str(row["project_id"]),
            name=transmitted(row.text("name")),
            ministry=short_ministry(str(row["ministry_id"])),
            row=row,
            costs=_against(row.cited("promised_cost_meur"), row.cited("delivered_cost_meur")),
            cost=cost,
            cost_bar=bar(cost, SLIPPAGES, "budget"),
            ends=_against(row.cited("promised_end_date"), row.cited("delivered_end_date")),
            duration=duration,
            duration_bar=bar(duration, SLIPPAGES, "schedule"),
            followed=_followed(row),
            lessons=transmitted(french.typeset(row.text("lessons"))) if row["lessons"] is not None else Markup(),
        )


def _against(promised: Cited, delivered: Cited) -> Markup:
    if not delivered.known:
        return Markup("{}").format(french.UNKNOWN)
    if not promised.known:
        return Markup("{}").format(delivered)
    return sentence("{}, pour {} promis" if "M€" in promised.text else "{}, pour {} promise", delivered, promised)


def _followed(row: Row) -> Markup:
    """How long it was followed, and what was done about it."""
    parts = [row.cited("editions_followed").with_word("édition")]
    for name, word in (("rebaselines", "révision"), ("missions", "mission")):
        if row.number(name):
            parts.append(row.cited(name).with_word(word))
    return Markup(", ").join(parts)


def _balance_finding(site: SiteTables) -> Markup:
    """What finished projects cost more, or less, than was promised, all together."""
    rows, codes = site["bilans"], {"edition": site.edition.key}
    count = rows.count(**codes)
    if not count.value:
        return Markup("Aucun projet suivi n’est encore terminé.")
    words = count.with_word("projet terminé", "projets terminés")
    total = rows.total("cost_difference_meur", ABSOLUTE, **codes)
    if not total.known:
        return sentence("{}, sans coût comparable à ce qui était promis.", words)
    way = "plus" if float(str(total.value)) >= 0 else "moins"
    unknown = rows.count(**codes, cost_difference_meur=None)
    apart = sentence(" ({} sans coût comparable)", unknown) if unknown.value else Markup()
    return sentence(f"{{}}{{}} : {{}} de {way} que promis, en tout.", words, apart, total)
