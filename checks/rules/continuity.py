"""Whether an edition follows from what came before: who is who, what was promised, who left and why."""

from collections.abc import Iterable, Sequence

import pandas as pd

from checks.rules.completeness import absent_findings
from checks.rules.places import Places, Wording
from checks.rules.trajectory import broken_moves
from warehouse.home.registers import Registers
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.frames import looked_up
from warehouse.model.french import short_day
from warehouse.model.vocabulary import EXIT_REASONS, OPINIONS
from warehouse.projects.baselines import compare_with_ledger
from warehouse.projects.identification import waiting_for_review
from warehouse.projects.opinions import opinions_on
from warehouse.projects.withheld import without_withheld

# Each finding with its edition.
Told = Iterable[tuple[str, Finding]]


def history_findings(
    projects: pd.DataFrame, editions: Sequence[str], registers: Registers, places: Places, movements: pd.DataFrame
) -> dict[str, dict[str, list[Finding]]]:
    """What editions break of the rules that look at their past and at the registers, by edition, then by check.

    What is kept back is not looked at, but by the ledger, whose contradictions refuse an edition.

    Args:
        projects: core projects of all editions; those after an edition are not looked at for it.
        editions: keys of those that are asked about.
        registers: all registers, by short name.
        places: the cells of these editions.
        movements: the rows of `OUT_MOVEMENTS`.
    """
    received = projects.loc[projects["edition"].le(max(editions))]
    past = without_withheld(received)
    whole: dict[str, Told] = {
        "projects_follow_their_past": _moves(past, editions, registers, places),
        "identities_are_certain": doubtful_links(past, registers, places),
        "starts_do_not_move": moved_starts(past, registers["baselines"], places),
        "no_project_vanishes_unseen": vanished(movements, waiting_for_review(registers)),
    }
    found: dict[str, dict[str, list[Finding]]] = {}
    for edition in editions:
        now, earlier = past.loc[past["edition"].eq(edition)], past.loc[past["edition"].lt(edition)]
        as_received = received.loc[received["edition"].eq(edition)]
        day = pd.Timestamp(f"{edition}-01")
        found[edition] = {
            "baselines_agree_with_ledger": [
                places.placed(one, edition) for one in compare_with_ledger(as_received, registers["baselines"])[1]
            ],
            "opinions_agree_with_register": contradicted_opinions(now, registers["opinions"], day, places),
            "everyone_is_there": absent_findings(now, earlier, registers, places.of(edition)),
            **{check: [] for check in whole},
        }
    for check, told in whole.items():
        for edition, finding in told:
            if edition in found and not _is_of_silence(finding, found[edition]["everyone_is_there"]):
                found[edition][check].append(finding)
    return found


def _is_of_silence(finding: Finding, absent: Iterable[Finding]) -> bool:
    """Whether a project is only gone with its ministry, which is told to have sent nothing: one cause, one finding."""
    silent = {one.ministry_id for one in absent if one.rule == "every_ministry_answers"}
    return finding.rule == "every_exit_has_a_reason" and finding.ministry_id in silent


def _moves(projects: pd.DataFrame, editions: Sequence[str], registers: Registers, places: Places) -> Told:
    for rule, rows in broken_moves(projects, registers).items():
        asked = rows.loc[rows["edition"].isin(editions)]
        yield from zip(asked["edition"], places.findings(rule, asked), strict=True)


def vanished(movements: pd.DataFrame, waiting: pd.DataFrame) -> Told:
    """One warning for each project that left since the previous edition and of which nobody said why.

    One that a project of the edition may be is left out: to decide who is who says whether it left.

    Args:
        movements: the rows of `OUT_MOVEMENTS`.
        waiting: from `waiting_for_review`.
    """
    rule = "every_exit_has_a_reason"
    reasons = ", ".join(f"« {label} »" for label in EXIT_REASONS.labels())
    doubted = pd.MultiIndex.from_frame(waiting[["edition", "candidate_id"]])
    is_doubted = pd.MultiIndex.from_frame(movements[["edition", "project_id"]]).isin(doubted)
    unexplained = movements.loc[movements["movement"].eq("exit") & movements["exit_reason"].isna() & ~is_doubted]
    for row in unexplained.to_dict("records"):
        said = Wording(rule, row, reasons=reasons)
        value = f"{row['project_id']} {row['name']}"
        yield row["edition"], declared_finding(rule, said=said, value=value, ministry_id=row["ministry_id"])


def doubtful_links(projects: pd.DataFrame, registers: Registers, places: Places) -> Told:
    """One warning for each project whose likeness to a known one was not certain enough, and not reviewed since.

    Args:
        projects: core projects of any editions.
        registers: `links` and `decisions` are used.
        places: the cells of the editions asked about.
    """
    rule = "identity_is_certain"
    waiting = waiting_for_review(registers)[["edition", "project_id", "candidate_id", "score", "evidence"]]
    ordered = projects.sort_values("edition", kind="stable")
    names = ordered.drop_duplicates("project_id", keep="last").set_index("project_id")["name"]
    present = set(zip(projects["edition"], projects["project_id"], strict=True))
    for row in projects.merge(waiting, on=["edition", "project_id"]).to_dict("records"):
        candidate = row["candidate_id"]
        there = "" if (row["edition"], candidate) in present else ", qui ne figure pas à cette édition"
        named = f"{candidate} « {names[candidate]} »" if candidate in names.index else candidate
        said = Wording(rule, row, candidate=f"{named}{there}")
        place = places.locate(row, "name") | {"value": row["name"]}
        yield row["edition"], declared_finding(rule, said=said, **place)


def moved_starts(projects: pd.DataFrame, ledger: pd.DataFrame, places: Places) -> Told:
    """One warning for each start that moves in a project without a declared baseline.

    Those with one are checked against the ledger, before anything is written.

    Args:
        projects: core projects of all editions.
        ledger: the register of baselines.
        places: the cells of the editions asked about.
    """
    rule = "start_date_does_not_move"
    known = projects.loc[projects["start_date"].notna()].sort_values(["edition", "project_id"])
    before = known.groupby("project_id")[["start_date", "edition"]].shift()
    promised = looked_up(known["project_id"], ledger.groupby("project_id")["edition"].min())
    is_promised = promised.le(known["edition"]).astype("boolean").fillna(value=False).astype(bool)
    rows = known.assign(start_date_before=before["start_date"], since=before["edition"]).loc[~is_promised]
    # Only months count in a duration: the first and the seventh of a month are one start.
    months, months_before = (rows[name].dt.to_period("M") for name in ("start_date", "start_date_before"))
    for row in rows.loc[rows["since"].notna() & months.ne(months_before)].to_dict("records"):
        place = places.locate(row, "start_date") | {"value": short_day(row["start_date"])}
        # Nothing was promised: it is an error in the ledger only.
        yield row["edition"], declared_finding(rule, said=Wording(rule, row), **place).graded("warning")


def contradicted_opinions(
    projects: pd.DataFrame, opinions: pd.DataFrame, day: pd.Timestamp, places: Places
) -> list[Finding]:
    """One warning for each opinion declared by a ministry that is not that of the register.

    Args:
        projects: core projects of the edition.
        opinions: the register of opinions.
        day: the reference date of the edition.
        places: its cells.
    """
    rule = "opinion_agrees_with_register"
    registered = looked_up(projects["project_id"], opinions_on(opinions, day)["opinion"].dropna())
    differ = registered.notna() & projects["opinion"].notna() & projects["opinion"].ne(registered)
    rows = projects.assign(registered=registered.map(OPINIONS.labels_by_code())).loc[differ]
    return [
        declared_finding(
            rule,
            said=Wording(rule, row),
            **places.locate(row, "opinion") | {"value": OPINIONS.label(row["opinion"])},
        )
        for row in rows.to_dict("records")
    ]
