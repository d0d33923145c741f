"""Whether it can be believed: sentences about named projects, and nothing of what is kept back."""

import re
from dataclasses import replace

from site_cases import changed, drawn_page

from assets.site.reference.trust import KEPT_BACK
from assets.site.tables import SiteTables
from warehouse.model.findings import HELD_MESSAGE, Finding

EDITION = "2021-11"
PAGE = "qualite"


def page_with(tables: SiteTables, *findings: Finding) -> str:
    """The page where these are the findings, without what is folded."""
    return drawn_page(replace(tables, findings={EDITION: findings}), PAGE)


def opened(page: str) -> str:
    """What is read before anything is unfolded."""
    return re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)


def of_row(tables: SiteTables, message: str) -> Finding:
    """A warning about the row of a project, as a check finds it."""
    row = next(row for row in tables["historique"].where(edition=EDITION, project_id="PGP-0012"))
    return Finding(
        "opinion_is_given_from_9_meur",
        "warning",
        message,
        file=str(row["source_file"]),
        sheet=row["source_sheet"],
        row=int(row["source_row"]),
        column="Avis de la DINUM",
        cell="W3",
    )


def test_a_finding_is_a_sentence_about_a_linked_project_and_its_place_is_folded(tables: SiteTables) -> None:
    page = page_with(tables, of_row(tables, "Ce projet n'a pas d'avis."))
    assert "Ce projet n’a pas d’avis." in opened(page)
    assert "../projets/PGP-0012/index.html" in opened(page)
    assert "W3" in page
    assert "W3" not in opened(page)
    assert ".xlsx" not in opened(page)


def test_what_is_kept_back_is_not_told_of(tables: SiteTables) -> None:
    page = page_with(tables, of_row(tables, HELD_MESSAGE))
    assert KEPT_BACK in page
    assert "panorama check" not in page


def test_nothing_found_is_said_in_words(tables: SiteTables) -> None:
    assert "Aucune alerte sur un projet." in page_with(tables)


def test_a_rule_that_found_something_is_not_told_to_have_passed(tables: SiteTables) -> None:
    title = "avis de la DINUM"
    passed = page_with(tables).split('id="reussis"')[1]
    broken = page_with(tables, of_row(tables, "Ce projet n'a pas d'avis.")).split('id="reussis"')[1]
    assert passed.count("<li>") == broken.count("<li>") + 1
    assert title in passed


def test_received_files_carry_their_fingerprint_but_those_that_hold_something_back(tables: SiteTables) -> None:
    rows = tables["historique"].where(edition=EDITION).frame
    held = rows["source_file"].iloc[0]
    kept = changed(tables, "source_sha256", lambda frame: frame["source_sha256"].mask(frame["source_file"].eq(held)))
    page = drawn_page(kept, PAGE)
    assert len(rows["source_file"].unique()) > 10
    for name, fingerprint in set(zip(rows["source_file"], rows["source_sha256"], strict=True)):
        assert name in page
        assert (fingerprint in page) == (name != held)
    assert "elle permettrait de retrouver un chiffre non publié" in page
