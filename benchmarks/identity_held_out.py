"""How well rows are linked when nothing was chosen on them: editions left out; names, ministries and figures changed.

Left out: for each edition, weights are counted on the links between the others, then the edition is linked with them,
and with those that ship. Changed: one row in six of each edition is given a name, a ministry, a start, a cost or a text
as editions do change them, each kind apart; or made another project (a successor, another ministry's rollout), which no
link may take for the first.

Exit status: 0 when no link is wrong and recall reaches what is asked of it, 1 otherwise.
"""
# ruff: noqa: T201 - a benchmark prints its figures

import argparse
import itertools
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

from benchmarks.identity import FILES, ROOT, read_editions
from warehouse.facts.ministries import are_related
from warehouse.projects import identity, match_weights
from warehouse.projects.match_weights import Level

LEAST_RECALL = 0.98
# How many pairs the shipped weights count for beside those counted.
PRIOR_PAIRS = 20
ONE_IN = 6
SCALES = ("STARTS", "COSTS", "DESCRIPTIONS")
SINGLE = (
    "MENTIONED", "SAME_MINISTRY", "PARTNER_MINISTRY", "RELATED_MINISTRY", "OTHER_MINISTRY", "SAME_ZONE", "SIMILAR_ZONE",
    "OTHER_ZONE",
)  # fmt: skip
FIELDS = {"NAMES": ("NAMES", "MENTIONED"), "MINISTRY": SINGLE[1:5], "ZONE": SINGLE[5:]}

Row = Mapping[str, Any]
Change = Callable[[Row, int], Mapping[str, Any] | None]


def every_level() -> Iterator[tuple[str, str, Level]]:
    """Each level that ships: its field, its code, itself."""
    for name, level in match_weights.NAMES.items():
        yield "NAMES", f"NAMES {name.name}", level
    for scale in SCALES:
        for rank, (_, level) in enumerate(getattr(match_weights, scale)):
            yield scale, f"{scale} {rank}", level
    for name in SINGLE:
        field = next(field for field, names in FIELDS.items() if name in names)
        yield field, name, getattr(match_weights, name)


def weighed(levels: Mapping[str, Level]) -> ExitStack:
    """A context in which the levels are those given, by code."""
    stack = ExitStack()
    names = {name: levels[f"NAMES {name.name}"] for name in match_weights.NAMES}
    stack.enter_context(patch.object(match_weights, "NAMES", names))
    for scale in SCALES:
        steps = [(most, levels[f"{scale} {rank}"]) for rank, (most, _) in enumerate(getattr(match_weights, scale))]
        stack.enter_context(patch.object(match_weights, scale, steps))
    for name in SINGLE:
        stack.enter_context(patch.object(match_weights, name, levels[name]))
    return stack


def counted_weights(rows: pd.DataFrame) -> dict[str, Level]:
    """The levels, weighed by how often each is met between the rows of one project and of two, in these editions."""
    shipped = {code: (field, level) for field, code, level in every_level()}
    met: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    with weighed({code: replace(level, text=code) for code, (_, level) in shipped.items()}):
        for one, other in itertools.combinations(sorted(rows["edition"].unique()), 2):
            ours, theirs = (
                identity._profiles(rows.loc[rows["edition"].eq(each)].assign(project_id=rows["project"]), one)
                for each in (one, other)
            )
            pairs = identity._compare_all(list(ours.values()), list(theirs.values()))
            for mine, line in zip(ours, pairs, strict=True):
                for yours, pair in zip(theirs, line, strict=True):
                    met[mine == yours].update(code.split(",")[0] for code in pair.told)
    totals = {
        same: Counter[str]({
            field: sum(met[same][code] for code, (of, _) in shipped.items() if of == field)
            for field, _ in shipped.values()
        })
        for same in met
    }  # fmt: skip
    return {
        code: replace(
            level,
            m=(met[True][code] + PRIOR_PAIRS * level.m) / (totals[True][field] + PRIOR_PAIRS),
            u=(met[False][code] + PRIOR_PAIRS * level.u) / (totals[False][field] + PRIOR_PAIRS),
        )
        for code, (field, level) in shipped.items()
    }


def judged(rows: pd.DataFrame, known: pd.DataFrame) -> Counter[str]:
    """How the rows of an edition are linked to the others: `right`, `wrong`, `doubtful`, `missed`, `none`."""
    found = identity.match_projects(rows, known.assign(project_id=known["project"]))
    is_known, is_right = rows["project"].isin(known["project"]), found["project_id"].eq(rows["project"])
    certain, doubtful = found["decision"].eq("certain"), found["decision"].eq("doubtful")
    return Counter(
        right=int((certain & is_right).sum()),
        wrong=int((certain & ~is_right).sum()),
        doubtful=int((doubtful & is_known).sum()),
        missed=int((~certain & ~doubtful & is_known).sum()),
        none=int((~certain & ~is_known).sum()),
    )


def left_out(rows: pd.DataFrame) -> Counter[str]:
    """Each edition linked to the others with weights counted without it; what is told is the sum."""
    total: Counter[str] = Counter()
    for edition in sorted(rows["edition"].unique()):
        own, others = rows.loc[rows["edition"].eq(edition)], rows.loc[rows["edition"].ne(edition)]
        with weighed(counted_weights(others)):
            counted = judged(own, others)
        print(f"left out {edition}: weights counted {told(counted)}; shipped {told(judged(own, others))}")
        total += counted
    return total


def recall(found: Mapping[str, int]) -> float:
    """The share of the rows of known projects that are linked to them for certain."""
    return found["right"] / max(found["right"] + found["doubtful"] + found["missed"], 1)


def told(found: Mapping[str, int]) -> str:
    """A line of figures."""
    return f"recall {recall(found):.4f}, wrong {found['wrong']}, doubtful {found['doubtful']}, missed {found['missed']}"


def _renamed(change: Callable[[str, int], str]) -> Change:
    def changed(row: Row, rank: int) -> Mapping[str, Any] | None:
        name = change(row["name"], rank)
        return None if name == row["name"] else {"name": name}

    return changed


def _ministry(row: Row, rank: int, *, related: bool) -> Mapping[str, Any] | None:
    known = ("justice", "culture", "interieur", "economie_finances", "comptes_publics", "education", "ecologie", "pm")
    fit = [one for one in known if one != row["ministry_id"] and are_related(one, row["ministry_id"]) == related]
    return {"ministry_id": fit[rank % len(fit)]} if fit else None


def _later(row: Row, months: int) -> dict[str, Any]:
    return {"start_date": row["start_date"] + pd.DateOffset(months=months)}


def _cost(row: Row, times: float) -> dict[str, Any]:
    return {"updated_cost_meur": row["updated_cost_meur"] * times}


# What editions do to a row of a project.
DRIFTS: Mapping[str, Change] = {
    "upper case, underscores": _renamed(lambda name, _: re.sub(r"\W+", "_", name.upper())),
    "spaces left out": _renamed(lambda name, _: re.sub(r"\s+", "", name)),
    "department after it": _renamed(lambda name, rank: name + (" (DGFiP)", " - DNUM", "_DAE")[rank % 3]),
    "department before it": _renamed(lambda name, rank: ("DSI : ", "DGFiP - ", "[SG] ")[rank % 3] + name),
    "long name added": _renamed(lambda name, _: f"{name} - Outil commun de pilotage des moyens"),
    "in brackets after a long name": _renamed(lambda name, _: f"Outil commun de pilotage des moyens ({name})"),
    "a generic word added": _renamed(lambda name, rank: ("Projet ", "SI ", "Refonte de ")[rank % 3] + name),
    "roman numerals": _renamed(lambda name, _: re.sub(r"\b2\b", "II", re.sub(r"\bII\b", "2", name))),
    "a letter left out": _renamed(lambda name, _: name[:4] + name[5:] if len(name) > 8 else name),
    "ministry renamed, split or merged": lambda row, rank: _ministry(row, rank, related=True),
    "taken over by another ministry": lambda row, rank: _ministry(row, rank, related=False),
    "start moved by 3 months": lambda row, _: _later(row, 3),
    "start moved by 2 years": lambda row, _: _later(row, 24),
    "cost revised by 30 %": lambda row, _: _cost(row, 1.3),
    "cost doubled": lambda row, _: _cost(row, 2),
    "figures withheld": lambda row, _: {"updated_cost_meur": None},
    "text rewritten": lambda row, _: {"description": "Ce chantier modernise un outil du ministère."},
}
# What makes another project of it.
OTHERS: Mapping[str, Change] = {
    "its successor": lambda row, rank: (
        {"name": row["name"] + (" 2", " NG", " phase II")[rank % 3], **_later(row, 40), **_cost(row, 0.6)}
        if not re.search(r"[\d²³]|\bI+\b|NG", row["name"])
        else None
    ),
    "another ministry's rollout": lambda row, rank: {
        **(_ministry(row, rank, related=False) or {}),
        **_later(row, 24),
        **_cost(row, 0.4),
    },
}


def changed(rows: pd.DataFrame, kind: str, change: Change, *, same: bool) -> Counter[str]:
    """What becomes of rows changed in one way, each edition linked to the one before it; only changed rows count."""
    total: Counter[str] = Counter()
    for one, other in itertools.pairwise(sorted(rows["edition"].unique())):
        known, current = (rows.loc[rows["edition"].eq(each)] for each in (one, other))
        before = known.set_index("project")
        followed = current.index[current["project"].isin(before.index)]
        for start in range(ONE_IN):
            drifted, touched = current.copy(), []
            for rank, place in enumerate(followed[start::ONE_IN]):
                # Another project comes as the first one leaves, with its text and its zone.
                base = current.loc[place] if same else before.loc[current.loc[place, "project"]]
                fields = change(base.to_dict(), rank)
                if fields is not None:
                    copied = {} if same else {name: base[name] for name in ("name", "description", "functional_zone")}
                    for name, value in {**copied, **fields}.items():
                        drifted.loc[place, name] = value
                    touched.append(place)
            if not same:
                drifted.loc[touched, "project"] = [f"another {place}" for place in touched]
            found = identity.match_projects(drifted, known.assign(project_id=known["project"])).loc[touched]
            certain, doubtful = found["decision"].eq("certain"), found["decision"].eq("doubtful")
            right = certain & found["project_id"].eq(drifted.loc[touched, "project"])
            total += Counter(
                right=int(right.sum()),
                wrong=int((certain & ~right).sum()),
                doubtful=int(doubtful.sum()),
                missed=int((~certain & ~doubtful).sum()),
            )
    print(f"{'changed' if same else 'another project'}, {kind}: {told(total)}")
    return total


def main(words: Sequence[str] | None = None) -> int:
    """Print the report; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--editions",
        type=Path,
        default=ROOT.parent / "shared" / "data" / "editions",
        metavar="FOLDER",
        help=f"the published editions, as {', '.join(FILES.values())} (default: %(default)s)",
    )
    arguments = parser.parse_args(words)
    if not arguments.editions.is_dir():
        parser.error(f"no such folder: {arguments.editions}")
    rows = read_editions(arguments.editions, ROOT / "tests" / "data" / "identity_truth.csv")
    held_out = left_out(rows)
    print(f"left out, all: {told(held_out)}")
    drifts = [changed(rows, kind, change, same=True) for kind, change in DRIFTS.items()]
    others = [changed(rows, kind, change, same=False) for kind, change in OTHERS.items()]
    wrong = sum(found["wrong"] for found in (held_out, *drifts, *others))
    return 0 if not wrong and recall(held_out) >= LEAST_RECALL else 1


if __name__ == "__main__":
    sys.exit(main())
