"""Whether an edition is closed: who was expected and sent nothing, which projects vanished, which absences are known.

« Closed » is a fact that follows from the register of closures, from the projects and from what was received: an
edition that a person closed is provisional again when an absence appears that nobody acknowledged. Pure functions.

An edition received as a published edition is history: it needs no closing. The others are awaited from those that
were followed when the last edition was final, be it closed or history: never from a provisional one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from warehouse.home.registers import Registers
from warehouse.home.submission_ledger import NIL, standing
from warehouse.model.frames import looked_up
from warehouse.model.vocabulary import UNSPECIFIED_MINISTRY
from warehouse.projects.tables import HISTORY_LAYOUT

NOT_SUBMITTED = "not_submitted"
ACKNOWLEDGED = ["ministry_id", "reason", "closed_by", "closed_on"]
VANISHED = ["project_id", "name", "ministry_id"]
NOTHING_FOLLOWED = pd.DataFrame(columns=["edition", *VANISHED, "phase"], dtype="str")


@dataclass(frozen=True)
class Closing:
    """Where an edition stands towards its closing.

    Attributes:
        edition: its key.
        needs_closing: false for a published edition, which is history.
        expected: the ministries that lead a project followed when the last edition was final.
        missing_ministries: those of them that sent nothing, of which a project is nowhere to be found, and whose
            absence nobody acknowledged.
        vanished: `project_id`, `name` and `ministry_id` of the projects followed then that are no longer there and of
            whose exit nobody said a word; those of a ministry that sent nothing are not told one by one.
        acknowledged: `ministry_id`, `reason`, `closed_by` and `closed_on` of the ministries that sent nothing and whose
            absence was acknowledged.
        is_closed: whether a person closed it, and every absence found today is acknowledged.
        gone_silent: the core projects followed then of the ministries that sent nothing, as they were last declared.
        followed: the core projects to look for at the next edition once this one is final: its own that are not
            completed, and those of `gone_silent`.
    """

    edition: str
    needs_closing: bool
    expected: frozenset[str]
    missing_ministries: tuple[str, ...]
    vanished: pd.DataFrame
    acknowledged: pd.DataFrame
    is_closed: bool
    gone_silent: pd.DataFrame
    followed: pd.DataFrame

    @property
    def is_final(self) -> bool:
        """Whether it may be published, and what follows may count on it: closed, or history."""
        return self.is_closed or not self.needs_closing

    @property
    def state(self) -> str:
        """Its code in the closed list `edition_states`."""
        if not self.needs_closing:
            return "historic"
        return "closed" if self.is_closed else "provisional"

    @property
    def absent_ministries(self) -> frozenset[str]:
        """Those that sent nothing, acknowledged or not."""
        return frozenset(self.missing_ministries) | frozenset(self.acknowledged["ministry_id"])


def historic_editions(rows: pd.DataFrame) -> frozenset[str]:
    """The editions all of whose rows are those of published editions.

    Args:
        rows: `edition` and `layout` of accepted rows.
    """
    is_history = rows["layout"].eq(HISTORY_LAYOUT).groupby(rows["edition"]).all()
    return frozenset(is_history.index[is_history])


def closings(projects: pd.DataFrame, historic: Collection[str], registers: Registers) -> dict[str, Closing]:
    """Where each edition stands, in calendar order; each depends on those up to it only.

    Args:
        projects: core projects of any editions; of an edition that is not accepted yet, those it would have.
        historic: the editions that were received as published editions, from `historic_editions`.
        registers: `closures`, `exits` and `submissions` are used.
    """
    found: dict[str, Closing] = {}
    for edition, rows in projects.groupby("edition"):
        followed = followed_before(found, str(edition))
        found[str(edition)] = (
            _history(str(edition), rows) if edition in historic else _closing(str(edition), rows, followed, registers)
        )
    return found


def states_of(found: Mapping[str, Closing]) -> dict[str, str]:
    """The code of the state of each edition of `closings`, in the closed list `edition_states`, by key."""
    return {edition: closing.state for edition, closing in found.items()}


def last_final(found: Mapping[str, Closing], edition: str) -> str | None:
    """The last edition before one that is closed, or history; None when there is none."""
    return max((key for key, closing in found.items() if key < edition and closing.is_final), default=None)


def followed_before(found: Mapping[str, Closing], edition: str) -> pd.DataFrame:
    """The core projects that an edition is expected to declare; none when no edition before it is final.

    Args:
        found: from `closings`.
        edition: its key, computed or not.
    """
    last = last_final(found, edition)
    return NOTHING_FOLLOWED if last is None else found[last].followed


def expected_ministries(found: Mapping[str, Closing], edition: str) -> frozenset[str]:
    """The ministries that an edition is expected to hear from: those that lead a project followed before it."""
    return _leading(followed_before(found, edition))


def exits_as_they_count(exits: pd.DataFrame, found: Mapping[str, Closing]) -> pd.DataFrame:
    """The register of exits, and a line « not submitted » for each project of a ministry that sent nothing.

    Args:
        exits: the register.
        found: from `closings`.
    """
    gone = [closing.gone_silent.assign(edition=key) for key, closing in found.items() if len(closing.gone_silent)]
    if not gone:
        return exits
    # Before those of the register: what a person said of a project counts first.
    lines = pd.concat(gone)[["edition", "project_id"]].assign(exit_reason=NOT_SUBMITTED, line=0)
    return pd.concat([lines.reindex(columns=exits.columns).astype(exits.dtypes.to_dict()), exits], ignore_index=True)


def _history(edition: str, rows: pd.DataFrame) -> Closing:
    return Closing(
        edition=edition,
        needs_closing=False,
        expected=frozenset(),
        missing_ministries=(),
        vanished=pd.DataFrame(columns=VANISHED, dtype="str"),
        acknowledged=pd.DataFrame(columns=ACKNOWLEDGED),
        is_closed=False,
        gone_silent=rows.iloc[:0],
        followed=_open(rows),
    )


def _closing(edition: str, rows: pd.DataFrame, followed: pd.DataFrame, registers: Registers) -> Closing:
    expected = _leading(followed)
    gone = _unaccounted(followed, rows, registers["exits"], edition)
    # A ministry all of whose projects are with another, or left, lacks nowhere.
    absent = _leading(gone) - set(rows["ministry_id"]) - _with_nothing_to_send(edition, registers["submissions"])
    is_silent = gone["ministry_id"].isin(absent)
    silent = gone.loc[is_silent]
    vanished = gone.loc[~is_silent, VANISHED].sort_values("project_id", ignore_index=True)
    lines = registers["closures"].loc[lambda closures: closures["edition"].eq(edition)]
    known = lines.loc[lines["ministry_id"].isin(absent), ACKNOWLEDGED].drop_duplicates("ministry_id", keep="last")
    missing = tuple(sorted(absent - set(known["ministry_id"])))
    return Closing(
        edition=edition,
        needs_closing=True,
        expected=expected,
        missing_ministries=missing,
        vanished=vanished,
        acknowledged=known.sort_values("ministry_id", ignore_index=True),
        is_closed=bool(lines["ministry_id"].isna().any()) and not missing and vanished.empty,
        gone_silent=silent,
        followed=pd.concat([_open(rows), silent], ignore_index=True) if len(silent) else _open(rows),
    )


def _leading(followed: pd.DataFrame) -> frozenset[str]:
    return frozenset(followed["ministry_id"].dropna()) - {UNSPECIFIED_MINISTRY}


def _open(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.loc[rows["phase"].ne("completed")]


def _unaccounted(followed: pd.DataFrame, rows: pd.DataFrame, exits: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The followed projects that are not there, and did not leave since they were last declared."""
    left = exits.loc[exits["edition"].le(edition)].groupby("project_id")["edition"].max()
    is_out = looked_up(followed["project_id"], left).gt(followed["edition"])
    return followed.loc[~followed["project_id"].isin(rows["project_id"]) & ~is_out]


def _with_nothing_to_send(edition: str, submissions: pd.DataFrame) -> frozenset[str]:
    """The ministries that attest that they have nothing to send."""
    current = standing(submissions, edition).current
    return frozenset(current.loc[current["status"].eq(NIL), "ministry_id"].dropna())
