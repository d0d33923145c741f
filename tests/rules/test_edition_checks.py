"""The checks of an edition, run as a whole: they look at the editions before it and at the registers of its home."""

import datetime as dt
import json
from pathlib import Path

from rule_cases import DOUBT
from submissions import row, table_of, write_xlsx
from test_history import lines_of, opinion_line

from pipelines.work.running import run_edition
from warehouse.home.home import Home
from warehouse.home.register_tables import LINKS, OPINIONS
from warehouse.home.registers import register


def passed(home: Home, edition: str) -> dict[str, bool]:
    """Which checks of continuity ran on an edition, and whether they passed."""
    names = (
        "baselines_agree_with_ledger",
        "identities_are_certain",
        "starts_do_not_move",
        "opinions_agree_with_register",
        "no_project_vanishes_unseen",
    )
    folder = home.out(home.calendar().find(edition), "quality")
    files = {name: folder / f"{name}.json" for name in names}
    return {name: json.loads(path.read_text("utf-8"))["passed"] for name, path in files.items() if path.is_file()}


def submit(home: Home, edition: str, *rows: dict[str, object]) -> int:
    """Put the rows of an edition in the inbox of a home, and run its checks."""
    found = home.calendar().find(edition)
    write_xlsx(home.inbox(found) / "culture.xlsx", table_of(rows))
    return run_edition(home, found, progress=print).exit_status


def test_the_checks_of_an_edition_look_at_those_before_and_at_the_registers(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    unpromised = {"initial_cost_meur": None, "initial_end_date": None}
    alpha = row(name="GENESIS", project_id="PGP-0001", **unpromised)
    beta = row(name="Bêta", project_id="PGP-0002", start_date=dt.date(2012, 1, 1))
    assert submit(home, "2021-07", alpha, beta, row(name="Solde", project_id="PGP-0003")) == 0
    assert set(passed(home, "2021-07").values()) == {True}
    opinions = register(home.registers, "opinions")
    opinions.append(lines_of(OPINIONS, opinion_line("2021-02-15", "2021-03-01", "unfavourable")), seen=opinions.read())
    links = register(home.registers, "links")
    links.append(
        lines_of(LINKS, DOUBT | {"name": "GENESIS", "project_id": "PGP-0001", "candidate_id": "PGP-0002"}),
        seen=links.read(),
    )
    # GENESIS has another start and another opinion and is doubtful, Solde is gone.
    assert submit(home, "2021-11", alpha | {"start_date": dt.date(2019, 6, 1)}, beta) == 0
    assert passed(home, "2021-11") == {
        "baselines_agree_with_ledger": True,
        "identities_are_certain": False,
        "starts_do_not_move": False,
        "opinions_agree_with_register": False,
        "no_project_vanishes_unseen": False,
    }
    ledger = register(home.registers, "baselines").path.read_bytes()
    assert submit(home, "2021-11", alpha, beta | {"initial_cost_meur": 11.0}) != 0
    assert passed(home, "2021-11")["baselines_agree_with_ledger"] is False
    assert register(home.registers, "baselines").path.read_bytes() == ledger
