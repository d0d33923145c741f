"""A score of the data that was sent, per project and per ministry, by a published formula. Pure functions on frames.

It judges the submission, not the project; `warehouse.follow_up.scorecard` rates projects. Weights and penalties are in
a file, with their reasons. An unknown component is left out of a score and never counts as zero; a figure kept back is
neither due, nor compared, nor checked here, so that no score depends on it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from warehouse.facts.ministries import labels_at, lineage_events, ministry_labels
from warehouse.home.calendar import Calendar
from warehouse.model.csv_text import shipped_rows
from warehouse.model.findings import Finding
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import NO_DEVIATION
from warehouse.projects.baselines import SAME_COST_MEUR
from warehouse.projects.opinions import OPINION_THRESHOLD_MEUR, WITHOUT_OPINION
from warehouse.projects.tables import CORE_PROJECTS, ROW_KEY
from warehouse.projects.withheld import FLAGS, is_withheld, without_withheld
from warehouse.quality.tables import COMPONENTS, OUT_MINISTRY_QUALITY, OUT_PROJECT_QUALITY

PROJECT = ["edition", "project_id"]
MINISTRY = ["edition", "ministry_id"]
RATIOS = [column.name for column in COMPONENTS.values()]
# What a row may owe, and the layout fields that give it. What refuses an edition when it is absent (name, ministry,
# interministerial) is left out: it is always there, and would only dilute the rest.
FIELDS: Mapping[str, frozenset[str]] = {
    "description": frozenset({"description"}),
    "phase": frozenset({"phase"}),
    "start_date": frozenset({"start_date"}),
    "functional_zone": frozenset({"functional_zone"}),
    "funding": frozenset({"funding"}),
    "updated_cost_meur": frozenset({"updated_cost_meur"}),
    "updated_end_date": frozenset({"updated_end_date", "duration_years"}),
    "initial_cost_meur": frozenset({"initial_cost_meur"}),
    "initial_end_date": frozenset({"initial_end_date"}),
    "opinion": frozenset({"opinion"}),
    "deviation_reason": frozenset({"deviation_reason"}),
    "withheld_reason": frozenset({"withheld_reason"}),
}
# Rules about a value that is missing, or about a fact that moves: completeness and stability already count these.
COUNTED_ELSEWHERE = frozenset(
    {
        "cost_is_given",
        "cost_stays_known",
        "deviation_has_a_reason",
        "deviation_is_not_denied",
        "duration_is_given",
        "end_stays_known",
        "ministry_does_not_change",
        "opinion_is_given_from_9_meur",
        "phase_is_given",
        "promise_is_given_from_9_meur",
        "start_date_does_not_move",
        "start_is_given",
        "withheld_has_a_reason",
    }
)
# Families of rules about our own treatment, not about what was sent.
NOT_ABOUT_DATA = frozenset({"OUT", "TECH"})
# The only families that look at no figure: of a project that keeps figures back, no other finding may show.
WITHOUT_FIGURES = frozenset({"ID", "MIN", "WITH"})
NO_REASON = "unspecified"


@dataclass(frozen=True)
class Parameter:
    """A number of the formula: a weight, a penalty or a bound, with its unit and why it is what it is."""

    name: str
    label: str
    value: float
    unit: str
    reason: str


@cache
def parameters() -> Mapping[str, Parameter]:
    """The published numbers of the formula, by name."""
    rows = shipped_rows("warehouse.quality", "data/quality_weights.csv")
    return {
        row["name"]: Parameter(row["name"], row["label"], float(row["value"]), row["unit"], row["reason"])
        for row in rows
    }


def project_quality(
    projects: pd.DataFrame,
    rows: pd.DataFrame,
    findings: Mapping[str, Sequence[Finding]],
    ledger: pd.DataFrame,
    submissions: pd.DataFrame,
    calendar: Calendar,
) -> pd.DataFrame:
    """The score of each project of every edition.

    Args:
        projects: core projects of every edition.
        rows: what `asked_fields` says of their rows.
        findings: by edition, of its checks; those about a row count.
        ledger: the register of baselines.
        submissions: the register of submissions.
        calendar: tells the cut-off of each edition, where known, and the edition before.

    Returns:
        The columns of `OUT_PROJECT_QUALITY`.
    """
    before = calendar.predecessors(projects["edition"].unique())
    sent = projects.merge(rows, on=ROW_KEY, how="left", validate="one_to_one").sort_values(
        ["edition", "project_id"], kind="stable", ignore_index=True
    )
    sent = sent.assign(previous_edition=sent["edition"].map(before).astype("str"))
    late = _late_days(sent, submissions, calendar)
    frame = sent.assign(
        **_completeness(sent),
        **_consistency(sent, findings),
        **_stability(sent, _rebaselined(sent, ledger)),
        late_days=late,
        timeliness_ratio=timeliness_ratio(late),
    )
    return _scored(frame, "project_id")[OUT_PROJECT_QUALITY.names()]


def ministry_quality(
    quality: pd.DataFrame, collection: pd.DataFrame, projects: pd.DataFrame, calendar: Calendar
) -> pd.DataFrame:
    """The score of each ministry that leads a project, and a row for each one of which nothing could be scored.

    Args:
        quality: `OUT_PROJECT_QUALITY` of every edition.
        collection: `OUT_COLLECTION` of the same editions.
        projects: core projects of the same editions, for the ministries that come second.
        calendar: tells the edition before each.

    Returns:
        The columns of `OUT_MINISTRY_QUALITY`. Without a project, a ministry has at most its timeliness, and no score;
        one that sent nothing has not even that, since nobody knows how late it will be.
    """
    groups = quality.sort_values("project_id").groupby(MINISTRY, sort=True)
    counts = groups.agg(
        projects=("project_id", "size"),
        rules_broken=("rules_broken", "sum"),
        compared_projects=("stability_ratio", "count"),
        dated_projects=("timeliness_ratio", "count"),
    )
    sent = counts.join(groups[RATIOS].mean()).reset_index().assign(receipt="received")
    nothing = _without_projects(collection.loc[collection["edition"].isin(sent["edition"])], sent, projects)
    both = pd.concat([sent, nothing], ignore_index=True) if len(nothing) else sent
    before = calendar.predecessors(both["edition"].unique())
    both = both.assign(previous_edition=both["edition"].map(before).astype("str"))
    return _scored(both, "ministry_id")[OUT_MINISTRY_QUALITY.names()]


def asked_fields(rows: pd.DataFrame, fields: Mapping[tuple[str, str], frozenset[str]]) -> pd.DataFrame:
    """What each submitted row says beside its values: which fields its layout has, and the id it declares.

    Args:
        rows: columns of `SUBMITTED_ROWS`.
        fields: those of each layout, by edition and name.

    Returns:
        One row per submitted row: `ROW_KEY`, `declared_id` (missing when none is given), `asks_id`, and a
        boolean `asks_…` for each of `FIELDS`.
    """
    layouts = list(zip(rows["edition"], rows["layout"], strict=True))
    asked = {
        f"asks_{name}": [bool(given & fields[layout]) for layout in layouts]
        for name, given in {**FIELDS, "id": frozenset({"project_id"})}.items()
    }
    return rows[ROW_KEY].assign(**asked, declared_id=rows["project_id"])


def timeliness_ratio(late_days: pd.Series) -> pd.Series:
    """1 on time, falling in proportion to 0 at the declared lateness; missing for a missing lateness.

    Args:
        late_days: days after the cut-off, 0 or less when on time.
    """
    late = late_days.astype("float64")
    return (1 - late / parameters()["late_days"].value).clip(0, 1)


def score_pct(components: pd.DataFrame) -> pd.Series:
    """The weighted mean of the known components, out of 100; missing when fewer than the declared minimum are known.

    Args:
        components: the columns `RATIOS`, each from 0 to 1 or missing.
    """
    values = components[RATIOS].to_numpy("float64")
    weights = np.where(np.isnan(values), 0.0, [parameters()[name].value for name in COMPONENTS])
    total = weights.sum(axis=1)
    enough = (weights > 0).sum(axis=1) >= parameters()["minimum_components"].value
    sums = (np.nan_to_num(values) * weights).sum(axis=1)
    # A mean of ones is one: the rounding of the division is not a score above 100.
    scores = np.divide(sums, total, out=np.full(len(values), np.nan), where=enough).clip(0, 1) * 100
    return pd.Series(scores, index=components.index)


def first_received(submissions: pd.DataFrame) -> pd.Series:
    """The day each file of an edition was first received, in any of its versions.

    A corrected file keeps the day of the one it replaces: to correct is not to be late.

    Args:
        submissions: the register of submissions; files that could not be opened count as not received.

    Returns:
        Days, by edition and SHA-256 of the file.
    """
    key = ["edition", "sha256"]
    lines = submissions.sort_values("line")
    days = lines["received_on"].mask(lines["status"].eq("quarantined")).groupby([lines[name] for name in key]).min()
    replaced = lines.dropna(subset=["replaces_sha256"]).drop_duplicates(key).set_index(key)["replaces_sha256"]
    former = days.index.to_frame(index=False)["edition"].to_frame().assign(sha256=replaced.reindex(days.index).array)
    place = pd.MultiIndex.from_frame(former)
    # The earliest day travels along the replacements, one at a time, until the end of the longest chain.
    while not (earlier := pd.DataFrame({"own": days, "former": days.reindex(place).array}).min(axis=1)).equals(days):
        days = earlier
    return days


def _completeness(sent: pd.DataFrame) -> dict[str, pd.Series]:
    """Of the fields due, those given; figures withheld without a reason are due, and absent."""
    shown = without_withheld(sent)
    given = pd.DataFrame({name: shown[name].notna() for name in FIELDS}, index=sent.index)
    given["updated_end_date"] |= shown["updated_duration_months"].notna()
    given["opinion"] &= ~shown["opinion"].isin(WITHOUT_OPINION)
    given["deviation_reason"] &= shown["deviation_reason"].ne(NO_DEVIATION)
    given["withheld_reason"] &= shown["withheld_reason"].ne(NO_REASON)
    reasoned = given["withheld_reason"]
    due = pd.DataFrame({name: sent[f"asks_{name}"].astype(bool) for name in FIELDS}, index=sent.index)
    scoping = sent["phase"].eq("scoping")
    for names, withheld in (
        (("updated_cost_meur", "initial_cost_meur"), "cost_withheld"),
        (("updated_end_date", "initial_end_date"), "schedule_withheld"),
    ):
        excused = scoping | (sent[withheld].astype(bool) & reasoned)
        due.loc[excused, list(names)] = False
    # What is kept back beside the figures is not looked at: it is no fault, whether it was given or not.
    for name in FIELDS:
        flags = set(CORE_PROJECTS.column(name).withheld_by) - FLAGS.keys()
        due[name] &= ~(is_withheld(sent) & bool(flags))
    due["phase"] &= ~(sent["withheld"].astype(bool) & reasoned)
    due["withheld_reason"] &= sent["withheld"].astype(bool)
    started = ~sent["phase"].isin(["scoping", "completed"])
    due["opinion"] &= started & shown["updated_cost_meur"].ge(OPINION_THRESHOLD_MEUR)
    due["deviation_reason"] &= ~scoping & _deviates(shown)
    count, found = due.sum(axis=1), (due & given).sum(axis=1)
    return {"fields_due": count, "fields_given": found, "completeness_ratio": found / count.where(count > 0)}


def _deviates(shown: pd.DataFrame) -> pd.Series:
    cost = (shown["updated_cost_meur"] - shown["initial_cost_meur"]).abs().ge(SAME_COST_MEUR)
    months = shown["updated_duration_months"] - shown["initial_duration_months"]
    return cost | months.ne(0).fillna(value=False).astype(bool)


def _consistency(sent: pd.DataFrame, findings: Mapping[str, Sequence[Finding]]) -> dict[str, pd.Series]:
    """1 less the penalty of each rule broken by the row; a rule counts once, at its worst severity."""
    penalties = pd.DataFrame(
        [
            (edition, one.file, one.sheet, one.row, one.rule, one.code.split("-")[0], _penalty(one))
            for edition, found in findings.items()
            for one in found
            if one.row is not None and one.rule not in COUNTED_ELSEWHERE
        ],
        columns=[*ROW_KEY, "rule", "family", "penalty"],
    ).astype({"edition": "str", "source_file": "str", "source_sheet": "str", "source_row": "Int64", "family": "str"})
    counted = penalties.loc[penalties["penalty"].gt(0) & ~penalties["family"].isin(NOT_ABOUT_DATA)]
    broken = sent[[*ROW_KEY, "project_id", "withheld", "cost_withheld", "schedule_withheld"]].merge(counted, on=ROW_KEY)
    kept_back = broken[["withheld", "cost_withheld", "schedule_withheld"]].astype(bool).any(axis=1)
    broken = broken.loc[~kept_back | broken["family"].isin(WITHOUT_FIGURES)]
    worst = broken.groupby(["edition", "project_id", "rule"])["penalty"].max()
    found = _of_rows(worst.groupby(["edition", "project_id"]).agg(["size", "sum"]), sent, "edition", "project_id")
    return {
        "rules_broken": found["size"].fillna(0).astype("int64"),
        "consistency_ratio": (1 - found["sum"].astype("float64").fillna(0)).clip(0, 1),
    }


def _penalty(finding: Finding) -> float:
    return parameters()[f"{finding.severity}_penalty"].value


def _rebaselined(sent: pd.DataFrame, ledger: pd.DataFrame) -> pd.Series:
    """Whether a dated revision of the project is known since after the edition before."""
    revised = ledger.loc[ledger["number"].gt(1) & ledger["approved_on"].notna(), ["project_id", "edition"]]
    lines = sent[["edition", "previous_edition", "project_id"]].reset_index()
    known = lines.merge(revised.rename(columns={"edition": "known_at"}), on="project_id")
    since = known["known_at"].gt(known["previous_edition"]) & known["known_at"].le(known["edition"])
    return sent.index.to_series().isin(known.loc[since, "index"])


def _stability(sent: pd.DataFrame, rebaselined: pd.Series) -> dict[str, pd.Series]:
    """Of the facts that should not move, known now and at the edition before, those that did not."""
    now = _facts(sent)
    then = _of_rows(now.set_index(pd.MultiIndex.from_frame(sent[PROJECT])), sent, "previous_edition", "project_id")
    costs = sent.set_index(PROJECT)[["initial_cost_meur"]]
    cost_then = _of_rows(costs, sent, "previous_edition", "project_id")["initial_cost_meur"]
    kept, compared = now.eq(then), now.notna() & then.notna()
    kept["initial_cost_meur"] = (sent["initial_cost_meur"] - cost_then).abs().lt(SAME_COST_MEUR)
    kept["ministry_id"] |= _moved_by_decree(then["ministry_id"], now["ministry_id"], sent["edition"])
    compared.loc[rebaselined, ["start_date", "initial_cost_meur", "initial_end_date"]] = False
    # The id is that of the register; what is judged is whether the row declares it where its layout asks for it.
    known = pd.MultiIndex.from_frame(sent[["previous_edition", "project_id"]]).isin(costs.index)
    kept["declared_id"], compared["declared_id"] = sent["declared_id"].eq(sent["project_id"]), known & sent["asks_id"]
    count, same = compared.sum(axis=1), (kept & compared).sum(axis=1)
    return {"facts_compared": count, "facts_kept": same, "stability_ratio": same / count.where(count > 0)}


def _of_rows(values: pd.DataFrame, frame: pd.DataFrame, *key: str) -> pd.DataFrame:
    """The line of `values` of each row, missing where there is none; `values` are indexed like the columns `key`."""
    return values.reindex(pd.MultiIndex.from_frame(frame[list(key)])).set_axis(frame.index)


def _facts(projects: pd.DataFrame) -> pd.DataFrame:
    """What should not move, in a form where only a real change shows: months for dates, the key of a name."""
    shown = without_withheld(projects)
    dates = {name: shown[name].dt.strftime("%Y-%m") for name in ("start_date", "initial_end_date")}
    return pd.DataFrame(
        {
            "name": shown["name"].map(match_key, na_action="ignore"),
            "ministry_id": shown["ministry_id"],
            "interministerial": shown["interministerial"].astype("object"),
            **dates,
            "initial_cost_meur": shown["initial_cost_meur"],
        }
    ).astype("object")


def _moved_by_decree(then: pd.Series, now: pd.Series, editions: pd.Series) -> pd.Series:
    """Whether a decree took a part of the former ministry to the present one: the ministry changed nothing itself."""
    # Events are by date: the first one of each pair is kept.
    moves = {
        f"{event.ministry_id}>{event.other_id}": f"{event.date:%Y-%m}"
        for event in reversed(lineage_events())
        if event.other_id
    }
    return (then.astype("str") + ">" + now.astype("str")).map(moves).astype("str").le(editions)


def _late_days(sent: pd.DataFrame, submissions: pd.DataFrame, calendar: Calendar) -> pd.Series:
    """Whole days after the cut-off, 0 when on time; missing without a cut-off or a day."""
    cutoffs = sent["edition"].map({one.key: pd.Timestamp(one.cutoff_on) for one in calendar if one.cutoff_on})
    received = _of_rows(first_received(submissions).to_frame("day"), sent, "edition", "source_sha256")["day"]
    return (received - cutoffs.astype("datetime64[s]")).dt.days.clip(lower=0).astype("Int64")


def _without_projects(collection: pd.DataFrame, leading: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """The ministries heard or awaited that lead no project; none is due of a partner or one that is no more."""
    named = pd.MultiIndex.from_frame(collection[MINISTRY])
    partners = projects[["edition", "partner_ministry_id"]].dropna()
    are_no_more = np.array([_is_no_more(*key) for key in named], dtype=bool)
    excused = named.isin(pd.MultiIndex.from_frame(partners)) | are_no_more
    silent = collection["status"].isin(["missing", "quarantined"])
    rows = collection.loc[~named.isin(pd.MultiIndex.from_frame(leading[MINISTRY])) & ~(silent & excused)]
    columns = {name: pd.Series(np.nan, index=rows.index) for name in RATIOS}
    columns["timeliness_ratio"] = timeliness_ratio(rows["late_days"]).mask(silent.loc[rows.index])
    counts = dict.fromkeys(["projects", "rules_broken", "compared_projects", "dated_projects"], 0)
    found: pd.DataFrame = rows[MINISTRY].assign(
        receipt=rows["status"].replace("to_correct", "received"), **counts, **columns
    )
    return found


def _is_no_more(edition: str, ministry: str) -> bool:
    """Whether no decree in force names it, when some have: the services of the Prime Minister need none."""
    named = any(label.is_official() for label in ministry_labels() if label.ministry_id == ministry)
    return named and not labels_at(ministry, dt.date.fromisoformat(f"{edition}-01"))


def _scored(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Add the score, and how it moved since the previous edition on the components known at both."""
    scored = frame.assign(score_pct=score_pct(frame), components=frame[RATIOS].notna().sum(axis=1))
    now = frame.set_index(["edition", key])[RATIOS].astype("float64")
    then = _of_rows(now, frame, "previous_edition", key)
    now = now.set_axis(frame.index)
    change = (score_pct(now.where(then.notna())) - score_pct(then.where(now.notna()))).round(9)
    stable = parameters()["stable_pts"].value
    trend = pd.Series("stable", index=frame.index, dtype="object")
    trend = trend.mask(change.ge(stable), "improving").mask(change.le(-stable), "worsening").where(change.notna())
    is_new = ~pd.MultiIndex.from_frame(frame[["previous_edition", key]]).isin(
        pd.MultiIndex.from_frame(frame[["edition", key]])
    )
    return scored.assign(trend_pts=change, trend=trend.mask(is_new & frame["previous_edition"].notna(), "new"))
