"""The first page of an edition: both rates with all that is needed to read them."""

from pathlib import Path

import pytest
from homes import Said
from site_cases import changed, drawn_pages, renamed, up_to, with_key_figures
from site_reading import Read, read

from assets.site.cited import Cited
from assets.site.distributions import distributions
from assets.site.home import home_said
from assets.site.tables import RATES, SiteTables

EDITION = "2021-11"
HOSTILE = "<script>alert('x')</script> & \"g\" #a $b$ *c* @d _e_ \\f `h` [i] {j} // k ☃ 漢字"


def said(tables: SiteTables) -> dict[str, object]:
    return home_said(tables, tables.edition)


def text_of(page: str) -> str:
    found = Read()
    found.feed(page)
    return " ".join(page_text.strip() for page_text in found.texts)


def test_a_change_never_stands_alone(tables: SiteTables) -> None:
    for rate in home_said(tables, tables.edition)["rates"]:
        assert [one.label for one in rate.figures] == [
            "Écart moyen affiché",
            "Projets suivis, à périmètre égal",
            "Tous les projets suivis un jour",
        ]
        for one in rate.comparisons:
            assert [label for label, _ in one.parts][:4] == ["Écart moyen", "Projets suivis", "Entrées", "Sorties"]


def test_a_start_corrected_since_it_was_published_is_told(tables: SiteTables) -> None:
    budget, _ = home_said(tables, tables.edition)["rates"]
    previous, _ = budget.comparisons
    remarks = " ".join(str(one.striptags()) for one in previous.remarks)
    assert "19,1" in remarks
    assert "l’évolution part du taux corrigé" in remarks


def test_every_project_is_in_one_band_and_one_phase_and_costs_add_up(tables: SiteTables) -> None:
    for edition in tables.editions:
        rows = tables["historique"].where(edition=edition.key)
        for one in distributions(tables, edition):
            assert sum(int(str(share.count.value)) for share in one.shares) == len(rows)
            known = [share.cost for share in one.shares if isinstance(share.cost, Cited) and share.cost.known]
            assert sum(float(str(cost.value)) for cost in known) == pytest.approx(rows.frame["updated_cost_meur"].sum())


def test_the_band_of_a_cost_that_is_kept_back_is_not_said_to_be_unknown(tables: SiteTables) -> None:
    kept = changed(tables, "cost_withheld", lambda frame: frame["project_id"].eq("PGP-0024") | frame["cost_withheld"])
    kept = changed(kept, "cost_band", lambda frame: frame["cost_band"].mask(frame["project_id"].eq("PGP-0024")))
    kept = changed(
        kept, "updated_cost_meur", lambda frame: frame["updated_cost_meur"].mask(frame["project_id"].eq("PGP-0024"))
    )
    bands, _ = distributions(kept, kept.edition)
    told = {str(share.label.striptags()): (share.count.value, str(share.cost)) for share in bands.shares}
    assert told["Non publié"] == (1, "non publié")


def test_slippages_that_no_declared_baseline_starts_say_so(tables: SiteTables) -> None:
    assert said(tables)["caveat"] == ""
    every = tables.key_figures[EDITION].number("budget_n_referenced")
    some, all_of_them = (with_key_figures(tables, EDITION, stand_ins=count) for count in (1, every))
    assert "Pour 1" in said(some)["caveat"].striptags()  # type: ignore[attr-defined]
    assert "taux officiel" not in said(some)["caveat"]  # type: ignore[operator]
    assert "Ce n’est pas le taux officiel." in said(all_of_them)["caveat"]  # type: ignore[operator]
    rates = home_said(all_of_them, all_of_them.edition)["rates"]
    assert all("à titre indicatif" in rate.target for rate in rates)


def test_an_edition_that_is_not_here_is_compared_with_nothing(tables: SiteTables) -> None:
    assert said(tables)["missing"] == ""
    alone = up_to(tables, 1)
    assert "rien n’est comparé" in said(alone)["missing"]  # type: ignore[operator]


def test_without_enough_references_the_official_figure_stands_there_and_is_said_to(tables: SiteTables) -> None:
    few = {f"{rate}_status": "too_few_references" for rate in RATES} | {f"{rate}_mean_ratio": None for rate in RATES}
    shown = with_key_figures(tables, EDITION, **few)
    for rate in home_said(shown, shown.edition)["rates"]:
        (figure,) = rate.figures
        assert figure.label == "Écart moyen publié à l’époque"
        assert "pas de taux calculé" in figure.note
        assert not rate.comparisons


def test_hostile_names_are_text_and_only_web_addresses_are_links(tables: SiteTables) -> None:
    hostile = changed(renamed(tables, "PGP-0001", HOSTILE), "information_url", lambda _: "javascript:alert(1)")
    for path, page in drawn_pages(hostile, "projets/PGP-0001"):
        assert "<script>alert" not in page, path
        assert "javascript:" not in page, path


def test_the_page_leads_to_the_report_of_its_edition(demonstration: tuple[Path, Said]) -> None:
    site = demonstration[0] / "out" / "site"
    for edition in ("2020-06", EDITION):
        links = read(site / edition / "index.html").links
        assert f"../{edition}/publication/panorama-{edition}.pdf" in links
        assert (site / edition / "publication" / f"panorama-{edition}.pdf").is_file()
