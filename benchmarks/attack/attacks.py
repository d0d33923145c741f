"""What a reader tries: each attack claims a cost of a withheld project, or nothing."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import product
from pathlib import Path

import pandas as pd

from benchmarks.attack.submissions import COST, EARLIER, ENDS, IDENTIFIER, LATER, csv_text, rows_of
from warehouse.home.calendar import load_calendar
from warehouse.slippage.by_group import slippage_by_group


@dataclass(frozen=True)
class Publication:
    """What a reader has: the files of both editions of a home, and the page; `leaks` stand in the place of some."""

    folder: Path
    leaks: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, stem: str, edition: str = LATER) -> pd.DataFrame:
        """A published CSV, or what leaks in its place."""
        if stem in self.leaks and edition == LATER:
            return self.leaks[stem]
        return pd.read_csv(self.folder / "out" / edition / "open_data" / f"{stem}.csv")

    def rows(self, edition: str = LATER) -> pd.DataFrame:
        """The projects of an edition, by id."""
        return self.table(f"panorama-{edition}-complet", edition).set_index(IDENTIFIER)

    def prior(self, target: str) -> pd.Series | None:
        """The row of a project as it was last published, None for a new one."""
        rows = self.rows(EARLIER)
        return rows.loc[target] if target in rows.index else None

    def texts(self) -> Iterator[str]:
        """Everything that can be read in words: the page, and every cell of every table."""
        page = (self.folder / "out" / LATER / "publication" / "index.html").read_text(encoding="utf-8")
        yield unescape(re.sub(r"<[^>]+>", " ", page))
        for path in sorted((self.folder / "out" / LATER / "open_data").glob("*.csv")):
            yield from self.table(path.stem).select_dtypes(exclude="number").to_numpy().ravel().astype(str)


Claim = float | tuple[float, float] | None
Attack = Callable[[Publication, str], Claim]


def _of_latest(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.loc[frame["edition"].eq(LATER)]


def _beyond(total: float, known: float) -> float | None:
    """What a published sum holds beyond the published rows."""
    rest = float(total) - known
    return rest if abs(rest) > 1e-3 else None


def subtract_total(public: Publication, target: str) -> Claim:
    """The total cost less the rows: the cost of a project withheld alone."""
    head = _of_latest(public.table("chiffres_cles")).iloc[0]
    return _beyond(head["cout_total_meur"], public.rows()[COST].sum())


def subtract_prior_values(public: Publication, target: str) -> Claim:
    """The total less the rows, less the other withheld projects as they were last published."""
    rows, before = public.rows(), public.rows(EARLIER)
    others = [key for key in rows.index[rows[COST].isna()] if key != target]
    rest = subtract_total(public, target)
    return None if not isinstance(rest, float) else rest - before[COST].reindex(others).fillna(0.0).sum()


def subtract_group(public: Publication, target: str) -> Claim:
    """The mean of a group times its count, less the rows: the slippage of one, hence its cost over its initial one."""
    rows = public.rows()
    groups = public.table("indicateurs")
    mine = rows.loc[target, "ministere"]
    line = groups.loc[
        groups["perimetre"].eq("Publié") & groups["groupe"].eq(mine) & groups["taux"].eq("Écart budgétaire")
        & groups["methode"].eq("Moyenne des écarts")
    ].iloc[0]  # fmt: skip
    ratios = rows.loc[rows["ministere"].eq(mine), "taux_ecart_budgetaire"].dropna()
    if line["nombre_connus"] <= len(ratios):
        return None
    return _cost_of(public, target, line["valeur"] * line["nombre_connus"] - ratios.sum())


def _cost_of(public: Publication, target: str, ratio: float) -> Claim:
    """A cost from its slippage, over the initial cost that was published before."""
    prior = public.prior(target)
    return None if prior is None else float((1 + ratio) * prior["cout_initial_meur"])


def bridge_residual(public: Publication, target: str) -> Claim:
    """A contribution to the bridge whose project withholds its slippage."""
    lines = public.table("passage")
    own = lines.loc[
        lines["edition"].eq(LATER) & lines[IDENTIFIER].eq(target) & lines["taux"].eq("Écart budgétaire")
        & lines["composante"].isin(["Projets suivis", "Corrections du passé"])
    ]  # fmt: skip
    prior = public.prior(target)
    if own.empty or prior is None:
        return None
    of_rate = lines.loc[lines["edition"].eq(LATER) & lines["taux"].eq("Écart budgétaire")]
    followed = of_rate["composante"].eq("Projets suivis").sum()
    moved = own["contribution_points"].iloc[0] / 100 * followed
    return _cost_of(public, target, float(prior["taux_ecart_budgetaire"]) + moved)


def edition_difference(public: Publication, target: str) -> Claim:
    """What changed since the last figure published, added to it."""
    changes = public.table("changements")
    own = changes.loc[changes["edition"].eq(LATER) & changes[IDENTIFIER].eq(target)]
    moved = own.loc[own["changement"].eq("Coût actualisé"), "difference"].dropna()
    prior = public.prior(target)
    return None if moved.empty or prior is None else float(prior[COST] + moved.iloc[0])


def version_difference(public: Publication, target: str) -> Claim:
    """A value corrected between two versions of the edition."""
    path = public.folder / "out" / LATER / "open_data" / "CHANGELOG.md"
    text = public.leaks["CHANGELOG"].iloc[0, 0] if "CHANGELOG" in public.leaks else path.read_text("utf-8")
    found = re.findall(rf"\| {target} [^|]*\| {COST} \| [^|]* \| ([\d.]+) \|", str(text))
    return float(found[-1]) if found else None


def forecast_of(public: Publication, target: str) -> Claim:
    """The final cost to expect, which is near the cost of today."""
    told = _of_latest(public.table("previsions"))
    own = told.loc[told[IDENTIFIER].eq(target), [COST, *told.filter(like="cout_attendu_p50_meur").columns]]
    costs = [cost for cost in own.to_numpy().ravel().tolist() if pd.notna(cost)]
    return float(costs[0]) if costs else None


def causes_residual(public: Publication, target: str) -> Claim:
    """What the causes add up to, less the slippages of the rows."""
    causes = _of_latest(public.table("causes"))
    total = causes.loc[causes["comparaison"].eq("Première référence"), "ecart_meur"].sum()
    prior = public.prior(target)
    rest = _beyond(total, public.rows()["ecart_budgetaire_meur"].sum())
    return None if rest is None or prior is None else float(prior["cout_initial_meur"] + rest)


_NUMBER = r"(\d+(?:[.,]\d+)?)"
_UNITS = ((rf"{_NUMBER}\s*Md€", 1000.0), (rf"{_NUMBER}\s*(?:M€|millions?)", 1.0))


def text_mining(public: Publication, target: str) -> list[Claim]:
    """Every amount that a text says and that no published row has."""
    known = {round(float(value), 3) for edition in (EARLIER, LATER) for value in public.rows(edition)[COST].dropna()}
    said = {
        round(float(number.replace(",", ".")) * unit, 3)
        for text in public.texts()
        for pattern, unit in _UNITS
        for number in re.findall(pattern, text)
    }
    return sorted(said - known) or [None]


def rank_in_file(public: Publication, target: str) -> Claim:
    """Where the row stands in a file sorted by cost: between its neighbours."""
    rows = public.rows().sort_values("ligne_source")
    of_file = rows.loc[rows["fichier_source"].eq(rows.loc[target, "fichier_source"])]
    costs, place = of_file[COST], of_file["ligne_source"]
    if place.isna().any() or not costs.dropna().is_monotonic_increasing:
        return None
    below, above = costs.loc[place < place[target]].max(), costs.loc[place > place[target]].min()
    return (float(below), float(above)) if pd.notna(below) and pd.notna(above) else None


def rank_of_id(public: Publication, target: str) -> Claim:
    """Where the id of a new project stands among those numbered with it, in the order of a file sorted by cost."""
    rows, before = public.rows(), public.rows(EARLIER)
    new = rows.loc[~rows.index.isin(before.index)].sort_index()
    if target not in new.index or not new[COST].dropna().is_monotonic_increasing:
        return None
    below, above = new.loc[:target, COST].max(), new.loc[target:, COST].min()
    return (float(below), float(above)) if pd.notna(below) and pd.notna(above) else None


def band_counts(public: Publication, target: str) -> Claim:
    """The cost band that has one more project than the rows tell."""
    groups = public.table("indicateurs")
    counts = groups.loc[
        groups["perimetre"].eq("Publié") & groups["dimension"].eq("Tranche de coût")
        & groups["code_groupe"].ne("unknown")
    ].groupby("groupe")["nombre_projets"].max()  # fmt: skip
    told = public.rows()["tranche_cout"].value_counts()
    more = [band for band, count in counts.items() if count > told.get(band, 0)]
    bounds = [float(number) for number in re.findall(r"\d+", str(more[0]))] if len(more) == 1 else []
    return (bounds[0], bounds[1]) if len(bounds) == 2 else None


def interval_inversion(public: Publication, target: str) -> Claim:
    """The slippage that gives back the bootstrap interval of its group, by the published method and seeds."""
    rows, prior = public.rows(), public.prior(target)
    groups = public.table("indicateurs")
    line = groups.loc[
        groups["perimetre"].eq("Publié") & groups["dimension"].eq("Ensemble") & groups["taux"].eq("Écart budgétaire")
        & groups["methode"].eq("Moyenne des écarts")
    ].iloc[0]  # fmt: skip
    known = rows["taux_ecart_budgetaire"].dropna()
    if prior is None or line["nombre_connus"] != len(known) + 1:
        return None
    best = min(
        (i / 200 for i in range(-40, 161)),
        key=lambda ratio: abs(_low_bound(known, target, ratio) - line["borne_basse"]),
    )
    return _cost_of(public, target, best)


def _low_bound(known: pd.Series, target: str, ratio: float) -> float:
    """The lower bound of the mean of the known slippages and one more."""
    whole = pd.concat([known, pd.Series({target: ratio})]).sort_index()
    frame = pd.DataFrame({"project_id": whole.index, "budget_slippage_ratio": whole.to_numpy()}).assign(
        edition=LATER, ministry_id="culture", phase="build", cost_band=None, functional_zone=None, start_year=2019,
        budget_status="known", schedule_status="missing", schedule_slippage_ratio=None, initial_cost_meur=10.0,
        initial_duration_months=None, budget_slippage_meur=1.0, schedule_slippage_months=None,
    )  # fmt: skip
    lines = slippage_by_group(frame, load_calendar(Path("no register")), {LATER: 15.0})
    chosen = lines["perimeter"].eq("published") & lines["dimension"].eq("portfolio") & lines["rate"].eq("budget")
    return float(lines.loc[chosen & lines["method"].eq("mean_of_ratios"), "low_ratio"].iloc[0])


def fingerprint(public: Publication, target: str) -> Claim:
    """Every cost and end in the place of the withheld ones, until the file has the published SHA-256."""
    rows = public.rows()
    sha256 = rows.loc[target, "sha256_source"]
    if not isinstance(sha256, str):
        return None
    held = set(rows.loc[rows[COST].isna(), "nom_projet"])
    others = [each for each in rows_of(LATER, held) if each["ministry"] == rows.loc[target, "ministere"]]
    place = next(number for number, each in enumerate(others) if each["name"] == rows.loc[target, "nom_projet"])
    prior = public.prior(target)
    guess = float(prior[COST]) if prior is not None else 25.0
    head, _, tail = csv_text([*others[:place], {**others[place], "updated_cost_meur": "\0", "updated_end_date": "\1"},
                               *others[place + 1 :]]).partition("\1")  # fmt: skip
    for cents, end in product(range(round(guess * 80), round(guess * 160)), ENDS):
        text = f"{head.replace(chr(1), end)}{end}{tail}".replace("\0", f"{cents / 100:g}")
        if hashlib.sha256(text.encode()).hexdigest() == sha256:
            return cents / 100
    return None


ATTACKS: Mapping[str, Callable[[Publication, str], Claim | list[Claim]]] = {
    "total less rows": subtract_total,
    "total less rows and prior values": subtract_prior_values,
    "mean of a group less rows": subtract_group,
    "residual of the bridge": bridge_residual,
    "residual of the causes": causes_residual,
    "difference of editions": edition_difference,
    "difference of versions": version_difference,
    "forecast": forecast_of,
    "inversion of an interval": interval_inversion,
    "count of a cost band": band_counts,
    "rank in a sorted file": rank_in_file,
    "rank of an id": rank_of_id,
    "texts": text_mining,
    "fingerprint of a file": fingerprint,
}
