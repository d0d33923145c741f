"""The demonstration's workbooks, read back without the code that made them, give the published headline."""
# openpyxl ships no types.
# mypy: disable-error-code="import-untyped"

import datetime as dt
import hashlib
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from assets.demonstration.submissions import DEMONSTRATION_EDITIONS, demonstration_projects, write_demonstration
from assets.forms.submission_workbook import submission_fields, write_submission
from warehouse.model.errors import SchemaError
from warehouse.model.vocabulary import DEVIATION_REASONS, MINISTRIES, OPINIONS, PHASES, WITHHELD_REASONS

# What was published, in percent; the schedule of June 2020 follows from the change published with edition 14.
PUBLISHED_PCT = {
    "2020-06": (36.6, 25.6),
    "2020-11": (28.4, 24.6),
    "2021-07": (19.3, 21.6),
    "2021-11": (13.5, 15.4),
}
DATES = ["Début", "Fin initiale", "Fin actualisée", "Date de l'avis"]
INITIAL_COST, UPDATED_COST = "Coût complet initial (M€ TTC)", "Coût complet actualisé (M€ TTC)"
PHASE_ORDER = ["Cadrage", "Conception / Réalisation", "Expérimentation", "Déploiement", "Terminé"]


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    write_demonstration(folder)
    return folder


@pytest.fixture(scope="session")
def editions(inbox: Path) -> dict[str, pd.DataFrame]:
    """Edition to its rows as the ministries' files hold them, indexed by identifier, with the measures."""
    return {edition: _measured(_rows(inbox / edition)) for edition in DEMONSTRATION_EDITIONS}


def _sheet(path: Path) -> Sequence[Sequence[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name("Projets").to_python()


def _rows(folder: Path) -> pd.DataFrame:
    frames = []
    for path in sorted(folder.glob("*.xlsx")):
        header, *rows = _sheet(path)
        frames.append(pd.DataFrame(rows, columns=[str(text) for text in header]).assign(file=path.stem))
    projects = pd.concat(frames).set_index("Identifiant du projet").sort_index()
    assert projects.index.is_unique
    return projects


def _months(dates: pd.Series) -> pd.Series:
    known = pd.to_datetime(dates.where(dates != ""))
    return known.dt.year * 12 + known.dt.month


def _measured(rows: pd.DataFrame) -> pd.DataFrame:
    initial, updated = (pd.to_numeric(rows[name], errors="coerce") for name in (INITIAL_COST, UPDATED_COST))
    start = _months(rows["Début"])
    duration = _months(rows["Fin actualisée"]) - start
    promised = _months(rows["Fin initiale"]) - start
    return rows.assign(
        cost=updated,
        duration=duration,
        budget=(updated - initial) / initial,
        schedule=(duration - promised) / promised,
        counted=(rows["Chiffres non publiés"] == "Non") & (rows["Phase"] != "Cadrage"),
    )


@pytest.mark.parametrize("edition", DEMONSTRATION_EDITIONS)
def test_the_mean_slippages_are_the_published_ones(edition: str, editions: dict[str, pd.DataFrame]) -> None:
    known = editions[edition].query("counted")
    budget, schedule = PUBLISHED_PCT[edition]
    assert known[["budget", "schedule"]].notna().all(axis=None)
    assert 100 * known["budget"].mean() == pytest.approx(budget, abs=0.005)
    assert 100 * known["schedule"].mean() == pytest.approx(schedule, abs=0.005)


def test_the_changes_against_june_2020_are_the_published_ones(editions: dict[str, pd.DataFrame]) -> None:
    last, reference = (editions[key].query("counted")[["budget", "schedule"]].mean() for key in ("2021-11", "2020-06"))
    changes = (100 * (last - reference)).round(1)
    assert changes.to_list() == [-23.1, -10.2]


@pytest.mark.parametrize(
    ("edition", "published"),
    [("2021-07", (49, 3, 2350, 6.5)), ("2021-11", (50, 5, 2620, 6.1))],
)
def test_counts_totals_and_durations_are_the_published_ones(
    edition: str, published: tuple[int, int, float, float], editions: dict[str, pd.DataFrame]
) -> None:
    projects, interministerial, total_meur, years = published
    rows = editions[edition]
    assert len(rows) == projects
    assert (rows["Projet interministériel"] == "Oui").sum() == interministerial
    counted = rows.query("counted")
    assert counted["cost"].sum() == pytest.approx(total_meur, abs=2)
    assert round(counted["duration"].mean() / 12, 1) == years


def test_june_2020_weighs_about_1_9_billion(editions: dict[str, pd.DataFrame]) -> None:
    assert editions["2020-06"].query("counted")["cost"].sum() == pytest.approx(1900, abs=10)


def test_five_projects_enter_and_four_leave_in_november_2021(editions: dict[str, pd.DataFrame]) -> None:
    before, after = set(editions["2021-07"].index), set(editions["2021-11"].index)
    assert (len(after - before), len(before - after)) == (5, 4)


def test_declared_initial_figures_never_change(editions: dict[str, pd.DataFrame]) -> None:
    rows = pd.concat(editions.values()).query("Phase != 'Cadrage'")
    declared = rows.groupby(level=0)[[INITIAL_COST, "Fin initiale", "Début", "Date de l'avis", "file"]].nunique()
    assert declared.le(1).all(axis=None)


def test_phases_only_move_forward(editions: dict[str, pd.DataFrame]) -> None:
    phases = pd.concat(
        {
            key: rows["Phase"].map({name: rank for rank, name in enumerate(PHASE_ORDER)})
            for key, rows in editions.items()
        },
        axis=1,
    )
    steps = phases.ffill(axis=1).diff(axis=1)
    assert not steps.lt(0).any(axis=None)


def test_one_project_is_renamed_once(editions: dict[str, pd.DataFrame]) -> None:
    names = pd.concat({key: rows["Nom du projet"] for key, rows in editions.items()}, axis=1)
    renamed = names[names.bfill(axis=1).ffill(axis=1).nunique(axis=1).gt(1)]
    assert renamed.index.to_list() == ["PGP-0025"]
    assert list(renamed.loc["PGP-0025"]) == ["Greffe partagé (fictif)"] * 2 + ["Greffe numérique unifié (fictif)"] * 2


def test_one_project_leaves_and_returns(editions: dict[str, pd.DataFrame]) -> None:
    present = pd.DataFrame({key: pd.Series(1, index=rows.index) for key, rows in editions.items()}).fillna(0)
    returned = (present.diff(axis=1) == 1).any(axis=1) & (present["2020-06"] == 1)
    assert present[returned].index.to_list() == ["PGP-0037"]
    assert list(present.loc["PGP-0037"]) == [1, 0, 1, 1]


def test_one_project_is_withheld_twice_then_published(editions: dict[str, pd.DataFrame]) -> None:
    for edition, withheld in zip(DEMONSTRATION_EDITIONS, ([], ["PGP-0035"], ["PGP-0035"], []), strict=True):
        rows = editions[edition].loc[lambda frame: frame["Chiffres non publiés"] == "Oui"]
        assert rows.index.to_list() == withheld
        assert rows["Motif de non-publication"].isin(["Appel d'offres en cours"]).all()
        # The ministry gives the figures; its comment does not repeat them.
        assert rows["cost"].notna().all()
        assert not rows["Commentaire sur l'écart"].str.contains(r"\d").any()


def test_the_finished_project_is_like_the_withholding_tax(editions: dict[str, pd.DataFrame]) -> None:
    row = editions["2021-11"].loc["PGP-0001"]
    assert row["Nom du projet"] == "Retenue à la source (fictif)"
    assert (row["Phase"], row["file"]) == ("Terminé", "economie_finances")
    assert (row["cost"], row["duration"]) == (212.0, 56)
    assert (row["Début"], row["Fin actualisée"]) == (dt.date(2014, 5, 1), dt.date(2019, 1, 1))


def test_each_edition_has_projects_being_scoped_without_figures(editions: dict[str, pd.DataFrame]) -> None:
    for rows in editions.values():
        scoped = rows[rows["Phase"] == "Cadrage"]
        assert 2 <= len(scoped) <= 4
        assert (scoped[[INITIAL_COST, UPDATED_COST, "Fin initiale", "Fin actualisée"]] == "").all(axis=None)


def test_two_projects_are_finished_in_november_2021(editions: dict[str, pd.DataFrame]) -> None:
    assert (editions["2021-11"]["Phase"] == "Terminé").sum() == 2


def test_one_project_is_behind_its_own_forecast(editions: dict[str, pd.DataFrame]) -> None:
    behind = []
    for edition, rows in editions.items():
        ends = pd.to_datetime(rows["Fin actualisée"].where(rows["Fin actualisée"] != ""))
        late = (ends <= pd.Timestamp(f"{edition}-01")) & (rows["Phase"] != "Terminé")
        behind += [(edition, key) for key in rows[late].index]
    assert behind == [("2021-11", "PGP-0014")]


def test_one_project_above_9_meur_has_no_opinion(editions: dict[str, pd.DataFrame]) -> None:
    for edition, rows in editions.items():
        above = rows[rows["cost"] >= 9]
        asked = above["Date de l'avis"] != ""
        assert above[~asked].index.to_list() == ["PGP-0019"]
        assert (pd.to_datetime(above[asked]["Date de l'avis"]) < pd.Timestamp(f"{edition}-01")).all()


def test_a_trajectory_jumps_with_its_reason(editions: dict[str, pd.DataFrame]) -> None:
    before, after = (editions[key].loc["PGP-0012"] for key in ("2020-11", "2021-07"))
    assert before["budget"] < 0.2
    assert after["budget"] > 0.6
    assert after["Motif de l'écart"] == "Évolution du périmètre"


def test_every_deviation_has_a_reason_and_a_comment(editions: dict[str, pd.DataFrame]) -> None:
    rows = pd.concat(editions.values()).query("Phase != 'Cadrage'")
    deviates = (rows["budget"] != 0) | (rows["schedule"] != 0)
    assert (rows.loc[deviates, "Motif de l'écart"] != "Aucun écart").all()
    assert rows.loc[deviates, "Commentaire sur l'écart"].str.endswith(".").all()
    assert (rows.loc[~deviates, "Motif de l'écart"] == "Aucun écart").all()
    assert (rows.loc[~deviates, "Commentaire sur l'écart"] == "").all()


def test_everything_says_it_is_fictitious(inbox: Path, editions: dict[str, pd.DataFrame]) -> None:
    rows = pd.concat(editions.values())
    assert (rows["Données fictives"] == "Oui").all()
    assert rows["Nom du projet"].str.endswith(" (fictif)").all()
    assert rows["Description et objectifs"].str.startswith("Projet fictif. ").all()
    assert rows.groupby(level=0)["Description et objectifs"].first().is_unique
    for path in inbox.rglob("*.xlsx"):
        texts = CalamineWorkbook.from_path(path).get_sheet_by_name("Lisez-moi").to_python()
        assert "DONNÉES FICTIVES – démonstration" in [row[0] for row in texts]


def test_every_label_is_known(editions: dict[str, pd.DataFrame]) -> None:
    rows = pd.concat(editions.values())
    closed = {
        "Ministère porteur": MINISTRIES,
        "Second ministère": MINISTRIES,
        "Phase": PHASES,
        "Avis de la DINUM": OPINIONS,
        "Motif de l'écart": DEVIATION_REASONS,
        "Motif de non-publication": WITHHELD_REASONS,
    }
    for header, vocabulary in closed.items():
        labels = set(rows[header]) - {""}
        assert labels
        assert labels <= set(vocabulary.labels())
    assert [MINISTRIES.find(label) for label in rows["Ministère porteur"]] == rows["file"].to_list()
    assert rows["Programmes budgétaires"].str.fullmatch(r"P\d{3}( ; P\d{3})*").all()


def test_twelve_ministries_send_one_file_per_edition(inbox: Path) -> None:
    for edition in DEMONSTRATION_EDITIONS:
        assert len(list((inbox / edition).iterdir())) == 12


def test_dates_are_dates_and_costs_have_two_decimals(editions: dict[str, pd.DataFrame]) -> None:
    rows = pd.concat(editions.values())
    for header in DATES:
        values = [value for value in rows[header] if value != ""]
        assert values
        assert all(isinstance(value, dt.date) for value in values)
    for header in DATES[:-1]:
        assert {value.day for value in rows[header] if value != ""} == {1}
    costs = pd.concat([rows[INITIAL_COST], rows[UPDATED_COST]])
    assert all(isinstance(value, float) and value == round(value, 2) for value in costs if value != "")


def test_the_frames_are_what_the_workbooks_say(editions: dict[str, pd.DataFrame]) -> None:
    for edition, frame in demonstration_projects().items():
        fields = submission_fields(edition)
        assert list(frame.columns) == [field.name for field in fields]
        rows = editions[edition]
        assert frame["project_id"].to_list() == rows.index.to_list()
        assert frame["updated_cost_meur"].sum() == pytest.approx(rows["cost"].sum())


def test_the_same_bytes_are_written_twice(inbox: Path, tmp_path: Path) -> None:
    written = write_demonstration(tmp_path)
    digests = [hashlib.sha256(path.read_bytes()).digest() for path in written]
    assert digests == [hashlib.sha256((inbox / path.relative_to(tmp_path)).read_bytes()).digest() for path in written]
    assert len(set(digests)) == len(digests) == 48


def test_a_workbook_names_no_author_and_holds_no_formula(inbox: Path) -> None:
    for path in inbox.rglob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            core = archive.read("docProps/core.xml").decode()
            sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
        assert re.findall(r"<(?:dc:creator|cp:lastModifiedBy)>([^<]+)</", core) == []
        assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)


def test_a_workbook_offers_the_closed_lists(inbox: Path) -> None:
    book = openpyxl.load_workbook(inbox / "2021-11" / "justice.xlsx")
    assert book.sheetnames == ["Projets", "Lisez-moi", "Listes"]
    sheet = book["Projets"]
    assert sheet.freeze_panes == "C2"
    assert sheet["A1"].font.bold
    assert sheet["I2"].number_format == "dd/mm/yyyy"
    offered = {
        str(rule.sqref).split(":")[0]: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    header = {cell.value: f"{get_column_letter(position)}2" for position, cell in enumerate(sheet[1], start=1)}
    place = offered[header["Ministère porteur"]].replace("'Listes'!", "").replace("Listes!", "").replace("$", "")
    # Nobody submits as the ministry that an edition does not name.
    named = [term.label for term in MINISTRIES.terms if term.code != "unspecified"]
    assert [cell.value for (cell,) in book["Listes"][place]] == named
    assert offered[header["Projet interministériel"]] == '"Oui,Non"'


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    fields = [field.name for field in submission_fields("2021-11")]
    frame = pd.DataFrame([dict.fromkeys(fields)], columns=fields, dtype="object")
    frame["name"], frame["description"] = "=1+1", "https://exemple.fr/projet"
    write_submission(frame, tmp_path / "one.xlsx", edition="2021-11", title="Essai")
    row = dict(zip(*_sheet(tmp_path / "one.xlsx"), strict=True))
    assert row["Nom du projet"] == "=1+1"
    assert row["Description et objectifs"] == "https://exemple.fr/projet"


def test_an_empty_form_can_be_written(tmp_path: Path) -> None:
    fields = submission_fields("2021-11")
    frame = pd.DataFrame(columns=[field.name for field in fields])
    write_submission(frame, tmp_path / "empty.xlsx", edition="2021-11", title="Formulaire")
    assert _sheet(tmp_path / "empty.xlsx") == [[field.header for field in fields]]


def test_a_frame_of_other_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="inattendu"):
        write_submission(pd.DataFrame({"inattendu": [1]}), tmp_path / "x.xlsx", edition="2021-11", title="Essai")
    assert not (tmp_path / "x.xlsx").exists()
