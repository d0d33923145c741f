"""Give each row of an edition its stable id: what was said, then what was decided before, then what matches.

The log of links remembers every row ever identified, so that a rerun gives the same ids whatever came since;
the decisions of a person apply on top of it. How rows are compared is in `warehouse.projects.identity`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from warehouse.home.registers import Registers
from warehouse.model.frames import looked_up
from warehouse.model.terms import match_key
from warehouse.projects.identity import match_projects
from warehouse.projects.withheld import is_withheld, without_figures

# An id of a new project that only a run gives, with the space that follows it in a sentence.
NOT_GIVEN = re.compile(r"PGP-\d+@\w+ ?")
LINK_COLUMNS = ["edition", "name", "ministry_id", "project_id", "decision", "score", "candidate_id", "evidence"]
NAME_COLUMNS = ["project_id", "name", "ministry_id", "first_edition"]


@dataclass(frozen=True)
class Identified:
    """The ids of the rows of an edition, aligned with them, and the lines to add to the registers."""

    project_id: pd.Series
    links: pd.DataFrame
    names: pd.DataFrame

    def of(self, rows: pd.Index) -> "Identified":
        """What is said of some of the rows."""
        links, names = (lines.loc[lines.index.isin(rows)] for lines in (self.links, self.names))
        return Identified(self.project_id.loc[rows], links, names)


def canonical(project_id: pd.Series, edition: pd.Series, decisions: pd.DataFrame) -> pd.Series:
    """Apply the decisions of a person to ids, in the order they were taken.

    Args:
        project_id: ids as the log has them.
        edition: the edition of each, aligned.
        decisions: the register of decisions.
    """
    current = project_id.copy()
    for decision in decisions.to_dict("records"):
        concerned = current.eq(decision["project_id"])
        if decision["decision"] == "split":
            concerned &= edition.ge(decision["edition"])
        if decision["decision"] in ("same", "split"):
            current = current.mask(concerned, decision["other_id"])
    return current


def identify(
    projects: pd.DataFrame, edition: str, registers: Registers, history: pd.DataFrame, *, apart: bool = False
) -> Identified:
    """Give each project of an edition its stable id.

    A declared id is kept. Else the row has the id that the log of links gave it before, under the decisions taken
    since. Else it is compared with the projects of all other editions: a certain match is taken, a doubtful one is
    not (the row gets an id of its own, to be reviewed). What is left gets the next free id, in the order of rows, then
    those that withhold figures in the order of names: neither a withheld figure nor its rank in a file tells an id.

    Args:
        projects: the columns of `CORE_PROJECTS`, `project_id` missing when not declared; rows with a name and a
            ministry, no two of a ministry with the same name, which the checks of the submissions see to.
        edition: key of the edition.
        registers: `projects`, `links` and `decisions` are used.
        history: core projects of the other editions; may be empty.
        apart: whether the rows of each ministry are looked for among its own projects alone, so that who else declares
            what changes nothing; the ids of new projects then bear its name (`NOT_GIVEN`).
    """
    decisions = registers["decisions"]
    declared = projects["project_id"]
    logged = logged_ids(projects, registers)
    settled = declared.fillna(logged)
    groups = [(str(key), rows.index) for key, rows in projects.groupby("ministry_id")] if apart else []
    matches = _matches(projects, edition, registers, history, settled, groups)
    found = settled.fillna(matches["project_id"].reindex(projects.index))
    given: dict[Any, str] = {}
    for mark, rows in [(f"@{ministry}", rows) for ministry, rows in groups] or [("", projects.index)]:
        fresh = fresh_ids(registers, [declared.loc[rows], found.loc[rows], history["project_id"]])
        new = projects.loc[rows].loc[found.loc[rows].isna()]
        given |= {place: next(fresh) + mark for place in _in_order(new)}
    identifiers = found.fillna(pd.Series(given, dtype="str")).astype("str")
    # An id of a row logged before is not written again: the log has what it was before any decision.
    written = projects.assign(project_id=identifiers).loc[_to_log(projects, logged)]
    links = written[["name", "ministry_id", "project_id"]].assign(
        edition=edition,
        decision=matches["decision"].reindex(written.index).fillna("declared"),
        score=matches["score"].reindex(written.index),
        candidate_id=matches["candidate_id"].reindex(written.index),
        evidence=matches["evidence"].reindex(written.index),
    )[LINK_COLUMNS]
    names = _new_names(projects.assign(project_id=identifiers), edition, registers["projects"])
    return Identified(canonical(identifiers, projects["edition"], decisions), links, names)


def _matches(
    projects: pd.DataFrame,
    edition: str,
    registers: Registers,
    history: pd.DataFrame,
    settled: pd.Series,
    groups: Sequence[tuple[str, pd.Index]],
) -> pd.DataFrame:
    """What `match_projects` says of the rows that nothing settles; `groups` are the ministries to take apart."""
    open_rows = without_figures(projects.loc[settled.isna()])
    # Who is known already is compared with nobody, and the other editions are not looked at.
    if open_rows.empty:
        return match_projects(open_rows, history.iloc[:0])
    known = _known(edition, registers, without_figures(history))
    if not groups:
        return match_projects(open_rows, _but(known, settled))
    return pd.concat(
        [
            match_projects(of_one, _carried_by(_but(known, settled.loc[rows]), ministry))
            for ministry, rows in groups
            if len(of_one := open_rows.loc[open_rows.index.isin(rows)])
        ]
    )


def _but(known: pd.DataFrame, settled: pd.Series) -> pd.DataFrame:
    """The known rows of the projects that no row is yet."""
    return known.loc[~known["project_id"].isin(settled.dropna())].reset_index(drop=True)


def _in_order(new: pd.DataFrame) -> list[Any]:
    """The places of the rows to number."""
    held = is_withheld(new)
    names = new.loc[held, "name"].map(match_key).sort_values(kind="stable")
    return [*new.index[~held], *names.index]


def _key(frame: pd.DataFrame) -> pd.Series:
    """What makes a row the same as the one logged: its name as compared, and its ministry."""
    return frame["name"].map(match_key).astype("str") + "|" + frame["ministry_id"].astype("str")


def logged_ids(projects: pd.DataFrame, registers: Registers) -> pd.Series:
    """The id that the log of links gives each row, under the decisions taken since; missing for one never logged.

    Args:
        projects: `edition`, `name` and `ministry_id`, of any editions.
        registers: `links` and `decisions` are used.

    Returns:
        Aligned with `projects`.
    """
    links = registers["links"]
    log = links.assign(key=links["edition"] + "|" + _key(links)).drop_duplicates("key", keep="last").set_index("key")
    now = canonical(log["project_id"], log["edition"], registers["decisions"])
    return looked_up(projects["edition"] + "|" + _key(projects), now)


def presumed_ids(rows: pd.DataFrame, registers: Registers) -> pd.Series:
    """The id each row is known by before it is identified: declared, logged, or that of a project of the same name.

    Args:
        rows: columns of `SUBMITTED_ROWS`, of one edition, any of them missing.
        registers: `projects`, `links` and `decisions` are used.

    Returns:
        Aligned with `rows`; missing for a row that no register knows.
    """
    names = registers["projects"]
    met = names.assign(key=names["name"].map(match_key)).drop_duplicates("key", keep="last").set_index("key")
    of_name = looked_up(rows["name"].map(match_key, na_action="ignore"), met["project_id"])
    return rows["project_id"].fillna(logged_ids(rows.fillna({"name": ""}), registers)).fillna(of_name)


def _to_log(projects: pd.DataFrame, logged: pd.Series) -> pd.Series:
    """Rows never logged, and rows that now declare another id than the log's."""
    return logged.isna() | (projects["project_id"].notna() & projects["project_id"].ne(logged))


def _known(edition: str, registers: Registers, history: pd.DataFrame) -> pd.DataFrame:
    """The rows of other editions to compare with, under their present ids, and the names only a register has."""
    others = history.loc[history["edition"].ne(edition)]
    others = others.assign(project_id=canonical(others["project_id"], others["edition"], registers["decisions"]))
    names = registers["projects"].rename(columns={"first_edition": "edition"})
    names = names.assign(project_id=canonical(names["project_id"], names["edition"], registers["decisions"]))
    met = set(zip(others["project_id"], others["name"], others["ministry_id"], strict=True))
    alone = [place not in met for place in zip(names["project_id"], names["name"], names["ministry_id"], strict=True)]
    aliases = names.loc[alone, ["edition", "project_id", "name", "ministry_id"]]
    # Columns that no alias has would lose their dtype in the concatenation.
    like_others = aliases.reindex(columns=others.columns).astype(others.dtypes.to_dict())
    return pd.concat([others, like_others], ignore_index=True) if len(aliases) else others


def _carried_by(known: pd.DataFrame, ministry: str) -> pd.DataFrame:
    """The rows of the projects that a ministry was last known to lead, or to be the second of."""
    last = known.sort_values("edition", kind="stable").drop_duplicates("project_id", keep="last")
    carried = last.loc[last["ministry_id"].eq(ministry) | last["partner_ministry_id"].eq(ministry), "project_id"]
    return known.loc[known["project_id"].isin(carried)].reset_index(drop=True)


def fresh_ids(registers: Registers, more: Iterable[pd.Series]) -> Iterator[str]:
    """The ids that no register and none of `more` has, from the first free one on, without an end."""
    columns = [
        *more,
        *(registers[name]["project_id"] for name in ("projects", "links", "decisions", "baselines")),
        registers["decisions"]["other_id"],
    ]
    highest = max((int(str(value).removeprefix("PGP-")) for column in columns for value in column.dropna()), default=0)
    while True:
        highest += 1
        yield f"PGP-{highest:04d}"


def waiting_for_review(registers: Registers) -> pd.DataFrame:
    """The lines of the log that a person has not decided on yet: doubtful, and of which nothing was said since."""
    links = registers["links"]
    decided = set(registers["decisions"]["project_id"])
    rows: pd.DataFrame = links.loc[links["decision"].eq("doubtful") & ~links["project_id"].isin(decided)]
    return rows


def unsure_moves(movements: pd.DataFrame, registers: Registers) -> dict[str, pd.Series]:
    """How many of those who came in and left at each edition are perhaps one project: nobody has decided yet.

    Args:
        movements: the rows of `OUT_MOVEMENTS`.
        registers: `links` and `decisions` are used.

    Returns:
        By edition, under `entries` and `exits`.
    """
    waiting = waiting_for_review(registers)
    doubted = movements["project_id"].isin([*waiting["project_id"], *waiting["candidate_id"]])
    kinds = {"entries": ("entry", "return"), "exits": ("exit",)}
    return {
        name: movements.loc[doubted & movements["movement"].isin(kind), "edition"].value_counts()
        for name, kind in kinds.items()
    }


def _new_names(projects: pd.DataFrame, edition: str, register: pd.DataFrame) -> pd.DataFrame:
    """A line for each name or ministry under which a project was not met yet."""
    known = set(zip(register["project_id"], _key(register), strict=True)) if len(register) else set()
    places = zip(projects["project_id"], _key(projects), strict=True)
    new = [place not in known for place in places]
    return projects.loc[new, ["project_id", "name", "ministry_id"]].assign(first_edition=edition)[NAME_COLUMNS]
