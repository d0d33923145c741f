"""A project keeps its id: from one edition to the next, on a rerun, and under the decisions of a person."""

import datetime as dt
import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import project, projects

from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import Registers, no_registers
from warehouse.model.schema import PANDAS_DTYPES, empty_frame
from warehouse.model.terms import match_key
from warehouse.projects.identification import canonical, identify, waiting_for_review

EDITIONS = ("2020-06", "2020-11", "2021-07", "2021-11")


class Memory:
    """Registers and history kept in memory, as a home keeps them."""

    def __init__(self) -> None:
        self.registers: dict[str, pd.DataFrame] = dict(no_registers())
        self.history = empty_frame(CORE_PROJECTS)

    def add(self, name: str, lines: pd.DataFrame) -> None:
        """Append lines to a register, numbered as in its file."""
        before, table = self.registers[name], REGISTERS[name]
        numbered = lines.assign(line=range(len(before) + 2, len(before) + len(lines) + 2))
        typed = numbered.reindex(columns=table.names()).astype({c.name: PANDAS_DTYPES[c.kind] for c in table.columns})
        self.registers[name] = pd.concat([before, typed], ignore_index=True)

    def decide(self, decision: str, one: str, other: str | None = None, edition: str | None = None) -> None:
        line = {"decision": decision, "project_id": one, "other_id": other, "edition": edition, "reason": "essai"}
        self.add("decisions", pd.DataFrame([line | {"decided_on": dt.date(2026, 1, 1), "decided_by": "essai"}]))

    def run(self, edition: str, *rows: dict[str, Any]) -> list[str]:
        """Identify the rows of an edition and keep what they add."""
        frame = pd.DataFrame(
            [project(1, edition) | {"project_id": None} | row for row in rows], columns=CORE_PROJECTS.names()
        ).astype({c.name: PANDAS_DTYPES[c.kind] for c in CORE_PROJECTS.columns})
        found = identify(frame, edition, self.registers, self.history)
        self.add("links", found.links)
        self.add("projects", found.names)
        others = self.history.loc[self.history["edition"].ne(edition)]
        core = projects(*frame.assign(project_id=found.project_id).to_dict("records"))  # type: ignore[arg-type]  # str keys
        self.history = pd.concat([others, core], ignore_index=True)
        return found.project_id.tolist()

    def decisions_of(self, edition: str) -> list[str]:
        links = self.registers["links"]
        return links.loc[links["edition"].eq(edition), "decision"].tolist()


def snapshot(registers: Registers) -> dict[str, str]:
    return {name: frame.to_csv(index=False) for name, frame in registers.items()}


GENESIS = {
    "name": "GENESIS", "ministry_id": "justice", "start_date": pd.Timestamp(2007, 1, 1), "updated_cost_meur": 47.5,
    "functional_zone": "Gestion des personnes", "description": "Gestion des personnes écrouées et des établissements.",
}  # fmt: skip
GENESIS_V2 = GENESIS | {"name": "GENESIS V2", "start_date": pd.NaT, "updated_cost_meur": None}


def test_a_project_is_followed_and_a_new_one_gets_the_next_id() -> None:
    memory = Memory()
    assert memory.run("2020-06", GENESIS) == ["PGP-0001"]
    assert memory.run("2020-11", GENESIS | {"name": "Genesis"}, {"name": "Tout autre"}) == ["PGP-0001", "PGP-0002"]
    assert memory.decisions_of("2020-11") == ["certain", "new"]


def test_every_link_is_logged_with_its_score_and_evidence() -> None:
    memory = Memory()
    memory.run("2020-06", GENESIS)
    memory.run("2020-11", GENESIS)
    line = memory.registers["links"].iloc[-1]
    assert (line["project_id"], line["candidate_id"]) == ("PGP-0001", "PGP-0001")
    assert line["score"] > 0.99
    assert "ministère" in line["evidence"]


def test_a_doubtful_likeness_is_not_taken_and_waits_for_a_person() -> None:
    memory = Memory()
    memory.run("2020-06", GENESIS)
    assert memory.run("2020-11", GENESIS_V2) == ["PGP-0002"]
    (waiting,) = waiting_for_review(memory.registers).to_dict("records")
    assert (waiting["project_id"], waiting["candidate_id"]) == ("PGP-0002", "PGP-0001")
    memory.decide("own", "PGP-0002")
    assert waiting_for_review(memory.registers).empty


def test_a_person_can_say_that_two_ids_are_one_project() -> None:
    memory = Memory()
    memory.run("2020-06", GENESIS)
    memory.run("2020-11", GENESIS_V2)
    memory.decide("same", "PGP-0002", "PGP-0001")
    assert memory.run("2020-11", GENESIS_V2) == ["PGP-0001"]
    assert memory.run("2021-07", GENESIS_V2 | {"start_date": pd.Timestamp(2018, 1, 1)}) == ["PGP-0001"]
    assert waiting_for_review(memory.registers).empty


def test_a_person_can_say_that_an_id_is_two_projects() -> None:
    memory = Memory()
    for edition in EDITIONS[:3]:
        memory.run(edition, GENESIS)
    memory.decide("split", "PGP-0001", "PGP-0009", "2020-11")
    assert [memory.run(edition, GENESIS)[0] for edition in EDITIONS[:3]] == ["PGP-0001", "PGP-0009", "PGP-0009"]


def test_a_decision_applies_over_the_log_which_keeps_what_it_said() -> None:
    memory = Memory()
    memory.run("2020-06", GENESIS)
    memory.run("2020-11", GENESIS_V2)
    log = memory.registers["links"].to_csv()
    memory.decide("same", "PGP-0002", "PGP-0001")
    memory.run("2020-11", GENESIS_V2)
    assert memory.registers["links"].to_csv() == log


def test_decisions_follow_each_other() -> None:
    memory = Memory()
    memory.decide("same", "PGP-0003", "PGP-0002")
    memory.decide("same", "PGP-0002", "PGP-0001")
    ids = pd.Series(["PGP-0003", "PGP-0002", "PGP-0001"])
    editions = pd.Series(["2020-06"] * 3)
    assert canonical(ids, editions, memory.registers["decisions"]).tolist() == ["PGP-0001"] * 3


def test_a_declared_id_is_kept_and_a_rename_is_a_new_name_under_it() -> None:
    memory = Memory()
    memory.run("2020-06", {"name": "Ancien nom", "project_id": "PGP-0042"})
    assert memory.run("2020-11", {"name": "Nouveau nom", "project_id": "PGP-0042"}, {"name": "Autre"}) == [
        "PGP-0042",
        "PGP-0043",
    ]
    names = memory.registers["projects"]
    assert names.loc[names["project_id"].eq("PGP-0042"), "name"].tolist() == ["Ancien nom", "Nouveau nom"]
    assert memory.decisions_of("2020-06") == ["declared"]


def test_an_id_declared_for_one_row_is_not_given_to_another() -> None:
    memory = Memory()
    memory.run("2020-06", GENESIS)
    found = memory.run("2020-11", GENESIS | {"name": "Autre nom", "project_id": "PGP-0001"}, GENESIS)
    assert found[0] == "PGP-0001"
    assert found[1] != "PGP-0001"


def test_a_name_a_person_added_to_the_register_is_recognised() -> None:
    memory = Memory()
    memory.run("2020-06", GENESIS | {"name": "Réseau de transport", "description": None})
    alias = {"project_id": "PGP-0001", "name": "RDT", "ministry_id": "justice", "first_edition": "2020-06"}
    memory.add("projects", pd.DataFrame([alias]))
    assert memory.run("2020-11", GENESIS | {"name": "RDT", "description": None}) == ["PGP-0001"]


names = st.text("abcdé 12@", min_size=3, max_size=10).filter(lambda text: bool(match_key(text)))
ministries = st.sampled_from(["culture", "justice", "interieur"])
rows = st.fixed_dictionaries(
    {
        "name": names,
        "ministry_id": ministries,
        "updated_cost_meur": st.none() | st.floats(1, 500),
        "start_date": st.none() | st.dates(dt.date(2005, 1, 1), dt.date(2020, 1, 1)).map(pd.Timestamp),
    }
)
# Two lines of a ministry under one name are refused before projects are identified.
editions = st.lists(rows, min_size=1, max_size=6, unique_by=lambda row: (match_key(row["name"]), row["ministry_id"]))


@settings(max_examples=15)
@given(st.lists(editions, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_any_order_of_re_import_gives_the_same_registers_and_ids(
    history: list[list[dict[str, Any]]], random: Any
) -> None:
    memory = Memory()
    first = {edition: memory.run(edition, *found) for edition, found in zip(EDITIONS, history, strict=False)}
    before = snapshot(memory.registers)
    for edition in random.sample(sorted(first), len(first)):
        assert memory.run(edition, *history[EDITIONS.index(edition)]) == first[edition]
    assert snapshot(memory.registers) == before
    assert all(len(set(ids)) == len(ids) for ids in first.values())


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_the_first_import_does_not_change_who_is_who(order: tuple[int, ...]) -> None:
    content = [
        [GENESIS, {"name": "PORTALIS", "start_date": pd.Timestamp(2014, 3, 1), "updated_cost_meur": 52.4}],
        [
            GENESIS | {"name": "Genesis"},
            {"name": "Portalis", "start_date": pd.Timestamp(2014, 3, 1), "updated_cost_meur": 55.0},
        ],
        [GENESIS | {"updated_cost_meur": 48.0}, {"name": "NED", "start_date": pd.Timestamp(2015, 1, 1)}],
    ]
    memory = Memory()
    ids = {number: memory.run(EDITIONS[number], *content[number]) for number in order}
    assert ids[0][0] == ids[1][0] == ids[2][0]
    assert ids[0][1] == ids[1][1] != ids[2][1]


def test_neither_a_withheld_cost_nor_its_rank_in_a_file_tells_the_id_of_a_new_project() -> None:
    kept_back = {"withheld": True, "cost_withheld": True}
    rows = [
        {"name": "ZETA", "updated_cost_meur": 10.0},
        {"name": "THETA", "updated_cost_meur": 15.0, **kept_back},
        {"name": "ALPHA", "updated_cost_meur": 20.0},
        {"name": "BETA", "updated_cost_meur": 25.0, **kept_back},
    ]
    in_order, by_cost = Memory(), Memory()
    first = dict(zip("ZTAB", in_order.run("2021-11", *rows), strict=True))
    assert (first["Z"], first["A"], first["B"], first["T"]) == ("PGP-0001", "PGP-0002", "PGP-0003", "PGP-0004")
    moved = [rows[1] | {"updated_cost_meur": 5.0}, rows[0], rows[2], rows[3]]
    assert dict(zip("TZAB", by_cost.run("2021-11", *moved), strict=True)) == first


@pytest.mark.parametrize("cost", [12.0, 300.0])
def test_a_withheld_cost_does_not_help_to_recognise_a_project(cost: float) -> None:
    memory = Memory()
    memory.run("2021-07", {"name": "Portail des aides", "description": "Aides"})
    renamed = {"name": "Guichet", "updated_cost_meur": cost, "withheld": True, "cost_withheld": True}
    memory.run("2021-11", renamed)
    (evidence,) = memory.registers["links"].loc[lambda links: links["edition"].eq("2021-11"), "evidence"]
    assert "coût" not in str(evidence)
