"""The page of those that left: every exit, with its reason and what it did to each mean; balance sheets."""

import re
from dataclasses import replace
from typing import Any

from site_reading import Dataset

from assets.site.follow_up.leavers import leaver_pages
from assets.site.follow_up.watch_lists import watch_pages
from assets.site.tables import SiteTables
from warehouse.model import french


def said(tables: SiteTables) -> dict[str, Any]:
    (page,) = leaver_pages(tables)
    return dict(page.said)


def test_every_exit_is_there_with_its_reason(tables: SiteTables, dataset: Dataset) -> None:
    exits = [row for row in dataset.rows("mouvements") if row["mouvement"] == "Sortie"]
    shown = {(one.project_id, one.reason) for one in said(tables)["leavers"]}
    assert shown == {(row["identifiant_projet"], row["motif_sortie"]) for row in exits}


def test_effects_of_the_exits_of_an_edition_add_up_to_the_effect_told(tables: SiteTables) -> None:
    told = said(tables)
    for line in told["editions"]:
        mine = [one for one in told["leavers"] if one.left == line.edition]
        assert len(mine) == line.exits.value
        for rate, effect, *_ in line.rates:
            parts = [part.value for one in mine for name, _, part, _ in one.rates if name == rate and part.known]
            assert abs(sum(parts) - effect.value) < 1e-5


def test_who_returned_is_told_on_both_sides(tables: SiteTables) -> None:
    told = said(tables)
    assert [one.project_id for one in told["returned"]] == ["PGP-0037"]
    assert [one.project_id for one in told["leavers"] if one.back] == ["PGP-0037"]


def test_balance_sheets_hold_promises_deliveries_and_their_difference(tables: SiteTables, dataset: Dataset) -> None:
    (deduction,) = [one for one in said(tables)["balances"] if one.project_id == "PGP-0001"]
    (row,) = [
        row for row in dataset.rows("bilans") if (row["edition"], row["identifiant_projet"]) == ("2021-11", "PGP-0001")
    ]
    assert (row["cout_promis_meur"], row["cout_final_meur"], row["duree_finale_mois"]) == ("195.0", "212.0", "56")
    plain = re.sub(r"<[^>]+>", "", str(deduction.costs))
    assert plain == f"212,0{french.NBSP}M€, pour 195,0{french.NBSP}M€ promis"


def test_the_first_edition_alone_has_no_leaver_and_says_so(tables: SiteTables) -> None:
    first = tables.editions[0]
    frames = {
        table: frame.loc[frame["edition"].eq(first.key)] if "edition" in frame.columns else frame
        for table, frame in tables.frames.items()
    }
    alone = replace(tables, edition=first, editions=(first,), frames=frames)
    told = said(alone)
    assert "Aucun projet n’est sorti" in str(told["finding"])
    assert not any(told[name] for name in ("editions", "leavers", "returned"))
    assert len(list(watch_pages(alone))) == 2
