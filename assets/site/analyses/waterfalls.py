"""From one edition to another: what moved a mean slippage, part by part and project by project."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from markupsafe import Markup

from assets.page.headline_wording import PARTS, opposed
from assets.page.wording import short_ministry
from assets.site.cited import (
    ABSOLUTE,
    SIGNED,
    SIGNED_BARE,
    Cited,
    Row,
    Rows,
    edition_time,
    sentence,
    transmitted,
)
from assets.site.drawing import Scale, bar, floating_bar, scale_of
from assets.site.tables import RATES, SiteTables
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.slippage.bridge import PAST_CORRECTION

POINTS = 100
# The mean that is told, in a sentence.
MEANS = {"budget": "écart de coût moyen", "schedule": "écart de délai moyen"}
TITLES = {"budget": "Coûts", "schedule": "Délais"}
# The projects whose parts are told first; the others are folded.
STRONGEST = 8
# As many as are folded: more are found faster in the file.
MOST = 200
# A project that came, or left, has no slippage on one side: nothing is missing there.
NEITHER = {"before_ratio": "entry", "after_ratio": "exit"}


@dataclass(frozen=True)
class Step:
    """A line of a waterfall: a mean, or a part of its change and how many projects it comes from."""

    label: Markup
    count: object
    value: Cited
    bar: Markup
    is_mean: bool


@dataclass(frozen=True)
class Contribution:
    """A project's part in a change: its slippage at the start and at the end, its part in points."""

    project_id: str
    name: Markup
    ministry: str
    part: str
    before: object
    after: object
    value: Cited
    bar: Markup


@dataclass(frozen=True)
class Waterfall:
    """The change of one mean between two editions: what is found, its steps, a remark, the projects."""

    rate: str
    title: str
    finding: Markup
    steps: tuple[Step, ...]
    remark: Markup
    contributions: tuple[Contribution, ...]

    @property
    def strongest(self) -> tuple[Contribution, ...]:
        """The projects told first."""
        return self.contributions[:STRONGEST]

    @property
    def others(self) -> tuple[Contribution, ...]:
        """The projects that are folded."""
        return self.contributions[STRONGEST:]

    @property
    def is_cut(self) -> bool:
        """Whether there are more projects than are told."""
        return len(self.contributions) == MOST


class Bridges:
    """The parts of every change that the dataset tells, apart by pair of editions and by rate."""

    def __init__(self, site: SiteTables) -> None:
        self._site = site
        self._rows = site["passage"]

    @cached_property
    def _apart(self) -> Mapping[tuple[object, ...], Rows]:
        return self._rows.by("edition", "reference_edition", "rate")

    @cached_property
    def pairs(self) -> tuple[tuple[Edition, Edition], ...]:
        """Each later edition with each earlier one that it is compared with, the latest first."""
        told = {(str(key[0]), str(key[1])) for key in self._apart}
        latest_first = tuple(reversed(self._site.editions))
        return tuple(
            (edition, since)
            for edition in latest_first
            for since in latest_first
            if since < edition and (edition.key, since.key) in told
        )

    def has(self, edition: Edition, since: Edition) -> bool:
        """Whether a change between two editions is told."""
        return (edition, since) in self.pairs

    def of(self, edition: str, since: str, rate: str) -> Rows:
        """The parts of one change; none when it is not told."""
        return self._apart.get((edition, since, rate), self._rows.where(edition=""))

    def correction(self, edition: str, rate: str) -> Rows:
        """What changed the mean of an edition since it was first published."""
        return self.of(edition, edition, rate)

    def first_published(self, edition: str, rate: str) -> Cited | None:
        """The mean of an edition as it was first published, when it was corrected and the dataset holds it."""
        for row in self._site.key_figures.values():
            for compared in ("previous", "reference"):
                name = f"{rate}_{compared}_published_start_ratio"
                if row[f"{compared}_edition"] == edition and row[name] is not None:
                    return row.cited(name)
        return None


def waterfalls(site: SiteTables, bridges: Bridges, edition: Edition, since: Edition) -> Iterator[Waterfall]:
    """The waterfall of each rate whose change between two editions is told."""
    for rate in RATES:
        rows = bridges.of(edition.key, since.key, rate)
        if len(rows):
            yield Waterfall(
                rate=rate,
                title=TITLES[rate],
                finding=finding(rows, rate, edition, since),
                steps=tuple(_steps(site, bridges, rows, rate, edition, since)),
                remark=_remark(rows),
                contributions=tuple(_contributions(rows, rate)),
            )


def pair_address(edition: str, since: str) -> str:
    """The address of the page that compares two editions, from their keys."""
    return f"evolution/{edition}-depuis-{since}/index.html"


def label_of(edition: Edition) -> Markup:
    """« novembre 2021 »."""
    return edition_time(edition.key, edition.month_label())


def finding(rows: Rows, rate: str, edition: Edition, since: Edition) -> Markup:
    """How the mean and the projects followed moved, in one sentence."""
    key = _codes(rows)
    change = rows.total("contribution_pts", ABSOLUTE, **key)
    if len(rows.where(component="like_for_like")):
        followed = rows.total("contribution_pts", ABSOLUTE, **key, component="like_for_like")
        did = _moved(followed, "ceux des projets suivis ne changent pas", "ceux des projets suivis s'aggravent de {}",
                     "ceux des projets suivis se réduisent de {}")  # fmt: skip
    else:
        did = Markup("aucun projet n’est suivi d’une édition à l’autre")
    mean = _moved(change, "ne change pas", "augmente de {}", "baisse de {}")
    return sentence(f"De {{}} à {{}}, l'{MEANS[rate]} {{}} ; {{}}.", label_of(since), label_of(edition), mean, did)


def _moved(points: Cited, still: str, up: str, down: str) -> Markup:
    value = french.rounded(float(points.value or 0), 1)  # type: ignore[arg-type]
    return sentence(still) if value == 0 else sentence(up if value > 0 else down, points)


def _codes(rows: Rows) -> dict[str, Hashable]:
    """What chooses the rows of one change."""
    first = rows.frame.iloc[0]
    return {name: first[name] for name in ("edition", "reference_edition", "rate")}


def _remark(rows: Rows) -> Markup:
    sums = rows.frame.groupby("component")["contribution_pts"].sum()
    parts = {part: float(sums.get(part, 0.0)) for part in PARTS}
    return sentence(french.capitalised(opposed(sum(parts.values()), parts)))


def _steps(
    site: SiteTables, bridges: Bridges, rows: Rows, rate: str, edition: Edition, since: Edition
) -> Iterator[Step]:
    """The mean at the start, corrected if it was, each part where the one before it ended, the mean at the end."""
    start, end = (site.key_figures[one.key] for one in (since, edition))
    name, level = f"{rate}_mean_ratio", site.key_figures[since.key].number(f"{rate}_mean_ratio") or 0.0
    correction, first = bridges.correction(since.key, rate), bridges.first_published(since.key, rate)
    codes = _codes(rows)
    parts = [
        (
            part,
            rows.count(**codes, component=part),
            rows.total("contribution_pts", SIGNED_BARE, **codes, component=part),
        )
        for part in PARTS
        if len(rows.where(component=part))
    ]
    levels = [level]
    for _, _, points in parts:
        levels.append(levels[-1] + float(points.value or 0) / POINTS)  # type: ignore[arg-type]
    corrected = correction.frame["contribution_pts"].sum() / POINTS
    scale = scale_of([*levels, level - corrected, end.number(name) or 0.0])

    def mean(label: str, count: object, value: Cited, one: Edition) -> Step:
        return Step(sentence(label, label_of(one)), count, value, bar(value, scale, "count"), is_mean=True)

    if len(correction):
        if first is not None:
            yield mean("{}, comme publié d'abord", "", first, since)
        moved = correction.total("contribution_pts", SIGNED_BARE, **_codes(correction), component=PAST_CORRECTION)
        count = correction.count(**_codes(correction), component=PAST_CORRECTION)
        strip = floating_bar(level - corrected, level, moved, scale, "link")
        yield Step(Markup("Corrections depuis"), count, moved, strip, is_mean=False)
    yield mean("{}", start.cited(f"{rate}_n"), start.cited(name), since)
    for (part, count, points), (before, after) in zip(parts, pairwise(levels), strict=True):
        role = rate if part == "like_for_like" else "amount"
        strip = floating_bar(before, after, points, scale, role)
        yield Step(Markup("{}").format(PARTS[part]), count, points, strip, is_mean=False)
    yield mean("{}", end.cited(f"{rate}_n"), end.cited(name), edition)


def _contributions(rows: Rows, rate: str) -> Iterator[Contribution]:
    values = rows.frame["contribution_pts"]
    ordered = rows.frame.assign(weight=-values.abs()).sort_values(["weight", "project_id"], kind="stable")
    most = float(values.abs().max())
    scale = Scale(-most, most)
    for row in rows.at(ordered.head(MOST).index):
        value = row.cited("contribution_pts", SIGNED_BARE)
        role = rate if row["component"] == "like_for_like" else "amount"
        yield Contribution(
            project_id=str(row["project_id"]),
            name=transmitted(row.text("name")),
            ministry=short_ministry(str(row["ministry_id"])),
            part=row.text("component"),
            before=_side(row, "before_ratio"),
            after=_side(row, "after_ratio"),
            value=value,
            bar=bar(value, scale, role),
        )


def _side(row: Row, name: str) -> object:
    return "–" if row["component"] == NEITHER[name] else row.cited(name, SIGNED)
