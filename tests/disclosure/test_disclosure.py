"""No withheld figure can be computed from what is published: by hand, then as properties."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import declared, project, projects

from checks.rules.disclosure import disclosure_findings
from warehouse.archive.tables import OUT_KEY_FIGURES, OUT_MOVEMENTS, OUT_SLIPPAGE_GROUPS
from warehouse.disclosure.equations import (
    Withheld,
    counting_withheld_figures,
    counting_withheld_groups,
    withheld_figures,
)
from warehouse.disclosure.protection import (
    Released,
    published_aggregates,
    released,
    statement,
)
from warehouse.disclosure.reasoning import Aggregate, Cell, Secret, computable, suppress
from warehouse.disclosure.tables import OUT_DISCLOSURE
from warehouse.facts.reference import NOTHING_PUBLISHED
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.settings import WithheldMode
from warehouse.model.findings import Finding
from warehouse.model.schema import conform, empty_frame
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.by_project import slippages
from warehouse.slippage.measures import key_figures

CALENDAR = Calendar([Edition("2020-06", 11), Edition("2020-11", 12), Edition("2021-07", 13), Edition("2021-11", 14)])
NO_GROUPS = empty_frame(OUT_SLIPPAGE_GROUPS)
KEPT_BACK: dict[str, Any] = {"withheld": True, "cost_withheld": True, "schedule_withheld": True}
COST_ONLY: dict[str, Any] = {"withheld": True, "cost_withheld": True}


def secret(number: int) -> Secret:
    return Secret(f"PGP-{number:04d}", "updated_cost", "2021-11")


def total(name: str, value: float, *numbers: int, half_width: float = 0.0, weight: int = 10) -> Aggregate:
    """The published sum of the withheld costs of some projects."""
    cell = Cell("2021-11", "sums", (name,))
    return Aggregate(cell, name, value, tuple((secret(number), 1.0) for number in numbers), half_width, weight)


def found(aggregates: Sequence[Aggregate], **costs: float) -> dict[str, tuple[bool, list[str]]]:
    values: dict[Secret, float | None] = {secret(int(name[1:])): cost for name, cost in costs.items()}
    return {
        one.secret.project_id: (one.exact, sorted(aggregate.label for aggregate in one.by))
        for one in computable(aggregates, values)
    }


# The reasoning


def test_a_figure_alone_in_a_total_is_computable() -> None:
    assert found([total("ensemble", 108.0, 1)], p1=108.0) == {"PGP-0001": (True, ["ensemble"])}


def test_two_comparable_figures_in_one_total_are_not() -> None:
    assert found([total("ensemble", 100.0, 1, 2)], p1=60.0, p2=40.0) == {}


def test_a_figure_that_dominates_its_total_is_bounded_by_it() -> None:
    assert found([total("ensemble", 102.0, 1, 2)], p1=100.0, p2=2.0) == {"PGP-0001": (False, ["ensemble"])}


def test_a_total_minus_its_groups_gives_what_no_group_shows() -> None:
    unions = [total("ensemble", 180.0, 1, 2, 3), total("culture", 100.0, 1, 2)]
    assert found(unions, p1=60.0, p2=40.0, p3=80.0) == {"PGP-0003": (True, ["culture", "ensemble"])}


def test_groups_that_cross_are_solved_together() -> None:
    crossed = [total("culture", 100.0, 1, 2), total("build", 140.0, 2, 3), total("rollout", 120.0, 1, 3)]
    assert found(crossed, p1=40.0, p2=60.0, p3=80.0).keys() == {"PGP-0001", "PGP-0002", "PGP-0003"}


def test_a_rounded_total_still_gives_a_figure_to_within_its_rounding() -> None:
    # Edition 14: 2.62 Md€ published to 10 M€, 2.512 Md€ in the rows: 108 M€, to within 5.
    assert found([total("ensemble", 108.0, 1, half_width=5.0)], p1=108.0) == {"PGP-0001": (False, ["ensemble"])}


def test_a_rounding_wide_enough_protects() -> None:
    assert found([total("ensemble", 108.0, 1, half_width=50.0)], p1=108.0) == {}


def test_what_does_not_help_is_not_suppressed() -> None:
    harmless = total("autres", 100.0, 1, 2)
    giving = total("seul", 60.0, 3)
    chosen = suppress([harmless, giving], [], {secret(1): 60.0, secret(2): 40.0, secret(3): 60.0})
    assert chosen.kept == (harmless,)
    assert chosen.suppressed == {giving: (secret(3),)}


def test_one_of_a_total_and_its_group_is_enough_to_suppress_and_the_smaller_goes() -> None:
    whole, part = total("ensemble", 180.0, 1, 2, 3, weight=50), total("culture", 100.0, 1, 2, weight=5)
    values: dict[Secret, float | None] = {secret(1): 60.0, secret(2): 40.0, secret(3): 80.0}
    assert list(suppress([whole, part], [], values).suppressed) == [part]


def test_what_the_past_already_gives_costs_no_cell_more() -> None:
    values: dict[Secret, float | None] = {secret(1): 60.0}
    assert not suppress([total("now", 60.0, 1)], [total("then", 60.0, 1)], values).suppressed


sums = st.lists(st.sets(st.integers(1, 5), min_size=1), max_size=6)
costs_of_five = st.lists(st.floats(1, 500), min_size=5, max_size=5)


@settings(max_examples=40, deadline=None)
@given(sums, costs_of_five, st.randoms(use_true_random=False))
def test_after_suppression_nothing_is_computable_and_no_cell_is_suppressed_in_vain(
    groups: list[set[int]], costs: list[float], shuffled: Any
) -> None:
    values: dict[Secret, float | None] = {secret(number): cost for number, cost in enumerate(costs, 1)}
    cells = [
        total(f"g{index}", sum(costs[number - 1] for number in group), *sorted(group), weight=index)
        for index, group in enumerate(groups)
    ]
    chosen = suppress(cells, [], values)
    assert not computable(chosen.kept, values)
    for aggregate, given_away in chosen.suppressed.items():
        assert {one.secret for one in computable([*chosen.kept, aggregate], values)} == set(given_away) != set()
    shuffled.shuffle(cells)
    assert suppress(cells, [], values) == chosen


# The tables of an edition


def figures(frame: pd.DataFrame, **changes: float) -> pd.DataFrame:
    """The key figures of every edition, without what is withheld, but for `changes`."""
    return conform(key_figures(frame, empty_frame(OUT_MOVEMENTS), CALENDAR).assign(**changes), OUT_KEY_FIGURES)


def statistics(frame: pd.DataFrame) -> pd.DataFrame:
    found = slippage_by_group(slippages(frame, None, CALENDAR), CALENDAR, dict.fromkeys(frame["edition"], 15.0))
    return conform(found, OUT_SLIPPAGE_GROUPS)


def withheld_of(frame: pd.DataFrame) -> Withheld:
    return withheld_figures(frame, None, CALENDAR)


def everything(withheld: Withheld, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Key figures and statistics of an edition that count what is withheld, with nothing suppressed."""
    line = figures(frame).iloc[0].to_dict()
    counted = pd.DataFrame([counting_withheld_figures(withheld, {str(name): line[name] for name in line})])
    groups = counting_withheld_groups(withheld, statistics(frame))
    return conform(counted, OUT_KEY_FIGURES), conform(groups, OUT_SLIPPAGE_GROUPS)


def published(frame: pd.DataFrame, mode: WithheldMode = "suppress") -> Released:
    return released(figures(frame), statistics(frame), withheld_of(frame), mode)


def judged(tables: Released, withheld: Withheld, edition: str = "2021-11") -> list[Finding]:
    """What the rule says of an edition, after what those before it published."""
    past = published_aggregates(
        withheld,
        tables.figures.loc[tables.figures["edition"].lt(edition)],
        tables.groups.loc[tables.groups["edition"].lt(edition)],
    )
    now = [table.loc[table["edition"].eq(edition)] for table in (tables.figures, tables.groups)]
    return disclosure_findings(edition, withheld, now[0], now[1], past)


def errors(findings: list[Finding]) -> list[str]:
    return [finding.message for finding in findings if finding.severity == "error"]


def edition_14() -> pd.DataFrame:
    """50 projects, one withheld: 2.512 Md€ in the rows, 2.62 in all (domain facts)."""
    shown = [declared(number, updated_cost_meur=2512 / 49) for number in range(1, 50)]
    return projects(*shown, declared(50, updated_cost_meur=108.0, **KEPT_BACK))


def test_the_published_total_of_edition_14_gives_its_withheld_project_away() -> None:
    frame = edition_14()
    withheld = withheld_of(frame)
    head = figures(frame, total_cost_meur=2620.0, costed_projects=50)
    (message,) = errors(disclosure_findings("2021-11", withheld, head, NO_GROUPS))
    assert "Coût actualisé de PGP-0050" in message
    assert "Coût total (2021-11)" in message
    assert "108" not in message


def test_a_total_gives_it_away_even_when_its_count_does_not_say_so() -> None:
    frame = edition_14()
    findings = disclosure_findings("2021-11", withheld_of(frame), figures(frame, total_cost_meur=2620.0), NO_GROUPS)
    assert len(errors(findings)) == 1


def test_a_total_published_by_hand_is_a_notice_since_nothing_takes_it_back() -> None:
    # Edition 13: 1.882 Md€ in the rows, 2.35 published; the cost was never transmitted.
    frame = projects(
        *(project(number, updated_cost_meur=1882 / 48) for number in range(1, 49)),
        project(49, updated_cost_meur=None, **COST_ONLY),
    )
    by_hand = replace(NOTHING_PUBLISHED, edition="2021-11", total_cost_meur=2350.0)
    findings = disclosure_findings("2021-11", withheld_of(frame), figures(frame), NO_GROUPS, (), by_hand)
    assert not errors(findings)
    assert any("PGP-0049" in one.message and "à moins de 10 %" in one.message for one in findings)
    assert not any("468" in str(one) for one in findings)


def test_leaving_withheld_figures_out_passes_and_says_so() -> None:
    frame = edition_14()
    tables = published(frame, "exclude")
    assert tables.figures["total_cost_meur"].iloc[0] == pytest.approx(2512)
    (finding,) = judged(tables, withheld_of(frame))
    assert finding.severity == "notice"
    assert finding.message == "Les totaux, moyennes et rangs sont hors chiffres non publiés : ceux d'un projet."


def test_counting_a_lone_withheld_project_fails_before_suppression_and_passes_after() -> None:
    frame = edition_14()
    withheld = withheld_of(frame)
    assert errors(disclosure_findings("2021-11", withheld, *everything(withheld, frame)))
    tables = published(frame)
    assert pd.isna(tables.figures["total_cost_meur"].iloc[0])
    (finding,) = judged(tables, withheld)
    assert finding.severity == "notice"
    assert "ne sont pas publiés" in finding.message


def two_ministries() -> pd.DataFrame:
    """Two withheld projects of culture, one of justice, none dominating."""
    kept = [
        declared(2, **KEPT_BACK, updated_cost_meur=14.0, updated_duration_months=40),
        declared(3, **KEPT_BACK, updated_cost_meur=17.0, updated_duration_months=35),
        declared(4, **KEPT_BACK, updated_cost_meur=16.0, updated_duration_months=33, ministry_id="justice"),
    ]
    return projects(declared(1), *kept, declared(5, ministry_id="justice"))


def test_groups_and_portfolio_together_give_what_neither_gives() -> None:
    frame = two_ministries()
    withheld = withheld_of(frame)
    _, groups = everything(withheld, frame)
    chosen = groups["method"].eq("mean_of_ratios") & groups["rate"].eq("budget")
    portfolio = groups.loc[chosen & groups["dimension"].eq("portfolio")]
    culture = groups.loc[chosen & groups["group_id"].eq("culture")]
    assert not errors(disclosure_findings("2021-11", withheld, figures(frame), portfolio))
    assert not errors(disclosure_findings("2021-11", withheld, figures(frame), culture))
    (message,) = errors(disclosure_findings("2021-11", withheld, figures(frame), pd.concat([portfolio, culture])))
    assert "Taux d'écart budgétaire de PGP-0004" in message
    assert "ensemble" in message
    assert "« Ministère de la Culture »" in message


def test_suppression_keeps_the_headline_total_when_no_figure_dominates_it() -> None:
    frame = two_ministries()
    tables = published(frame)
    assert tables.figures["total_cost_meur"].iloc[0] == pytest.approx(12 + 14 + 17 + 16 + 12)
    assert tables.figures["costed_projects"].iloc[0] == 5
    assert not errors(judged(tables, withheld_of(frame)))


def test_ranks_never_count_a_withheld_figure() -> None:
    frame = two_ministries()
    counted, plain = published(frame).groups, statistics(frame)
    ranks = ~plain["method"].isin(["mean_of_ratios", "ratio_of_sums"])
    pd.testing.assert_frame_equal(counted.loc[ranks], plain.loc[ranks])


def test_a_total_that_moves_by_the_withheld_project_is_an_equation_across_editions() -> None:
    # In July two are withheld and the total counts both; in November one of them, unchanged, is alone in the total.
    july = [
        project(1, "2021-07", updated_cost_meur=60.0, **COST_ONLY),
        project(2, "2021-07", updated_cost_meur=40.0, **COST_ONLY),
    ]
    november = [project(1, updated_cost_meur=60.0, **COST_ONLY), project(3, updated_cost_meur=12.0)]
    history = projects(*july, *november)
    then, now = projects(*july), projects(*november)
    withheld = withheld_of(history)
    past = published_aggregates(withheld, figures(then, total_cost_meur=100.0, costed_projects=2), NO_GROUPS)
    assert not computable(past, withheld.true_values)
    head = figures(now, total_cost_meur=72.0, costed_projects=2)
    messages = errors(disclosure_findings("2021-11", withheld, head, NO_GROUPS, past))
    assert [name for message in messages for name in ("PGP-0001", "PGP-0002") if name in message] == [
        "PGP-0001",
        "PGP-0002",
    ]
    # What July publishes, November does not complete.
    tables = published(history)
    assert tables.figures["total_cost_meur"].isna().tolist() == [False, True]
    assert tables.figures["total_cost_meur"].iloc[0] == pytest.approx(100)


def test_an_initial_figure_published_before_is_no_secret_and_turns_a_ratio_into_a_cost() -> None:
    history = projects(declared(1, "2021-07"), declared(1, **COST_ONLY, updated_cost_meur=15.0), declared(2))
    now = history.loc[history["edition"].eq("2021-11")].reset_index(drop=True)
    withheld = withheld_of(history)
    assert withheld.terms["2021-11", "PGP-0001", "initial_cost"] == 10.0
    groups = counting_withheld_groups(withheld, statistics(history).loc[lambda rows: rows["edition"].eq("2021-11")])
    messages = errors(disclosure_findings("2021-11", withheld, figures(now), groups))
    assert ["Coût actualisé de PGP-0001" in message for message in messages] == [True]


def test_the_account_names_each_figure_and_each_cell_and_holds_no_amount() -> None:
    frame = edition_14()
    tables = published(frame)
    table = conform(tables.disclosure, OUT_DISCLOSURE)
    cell = table.set_index("item").loc["out_key_figures/total_cost_meur"]
    assert (cell["action"], cell["aggregate"]) == ("suppressed", "Coût total (2021-11)")
    assert cell["reason"].startswith("Avec ce qui est publié, il permettrait de retrouver : coût actualisé de PGP-0050")
    assert not table["reason"].str.contains("108").any()
    assert statement(table).endswith("Médianes, centiles et parts sont hors chiffres non publiés.")


def test_without_withheld_project_nothing_is_done() -> None:
    frame = projects(declared(1), declared(2, ministry_id="justice"))
    tables = published(frame)
    pd.testing.assert_frame_equal(tables.figures, figures(frame))
    pd.testing.assert_frame_equal(tables.groups, statistics(frame))
    table = conform(tables.disclosure, OUT_DISCLOSURE)
    assert table.empty
    assert statement(table) == "Aucun chiffre n'est retenu à cette édition."


@settings(max_examples=5, deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.sampled_from(["culture", "justice"]), st.floats(1, 300)),
        min_size=2,
        max_size=6,
    )
)
def test_whatever_is_withheld_nothing_is_computable_after_suppression(
    rows: list[tuple[bool, bool, str, float]],
) -> None:
    frame = projects(
        *(
            declared(
                number,
                withheld=cost or schedule,
                cost_withheld=cost,
                schedule_withheld=schedule,
                ministry_id=ministry,
                updated_cost_meur=amount,
                updated_duration_months=int(amount) + 1,
            )
            for number, (cost, schedule, ministry, amount) in enumerate(rows, 1)
        )
    )
    tables = published(frame)
    assert not errors(judged(tables, withheld_of(frame)))
    if not any(cost or schedule for cost, schedule, _, _ in rows):
        pd.testing.assert_frame_equal(tables.groups, statistics(frame))
