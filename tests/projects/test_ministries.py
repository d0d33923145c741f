"""Ministries keep their identity through the governments, whatever they are called."""

import csv
import datetime as dt
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from warehouse.facts.ministries import (
    DECREE,
    are_related,
    find_ministries,
    label_on,
    labels_at,
    lineage,
    lineage_events,
    ministry_labels,
    nearest_ministries,
)
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import MINISTRIES

# A government may be named in two decrees some weeks apart, and leave a ministry without a minister in between.
VACANCY = dt.timedelta(days=45)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("ministry_id", "day", "label"),
    [
        ("economie_finances", "2016-11-18", "Ministère de l'Économie et des Finances"),
        ("economie_finances", "2017-06-01", "Ministère de l'Économie"),
        ("economie_finances", "2017-11-01", "Ministère de l'Économie et des Finances"),
        ("economie_finances", "2021-11-01", "Ministère de l'Économie, des Finances et de la Relance"),
        (
            "economie_finances",
            "2023-06-01",
            "Ministère de l'Économie, des Finances et de la Souveraineté industrielle et numérique",
        ),
        ("economie_finances", "2024-11-01", "Ministère de l'Économie, des Finances et de l'Industrie"),
        (
            "education",
            "2017-02-01",
            "Ministère de l'Éducation nationale, de l'Enseignement supérieur et de la Recherche",
        ),
        ("education", "2018-10-15", "Ministère de l'Éducation nationale"),
        ("education", "2018-10-16", "Ministère de l'Éducation nationale et de la Jeunesse"),
        ("education", "2021-11-01", "Ministère de l'Éducation nationale, de la Jeunesse et des Sports"),
        ("ecologie", "2023-12-01", "Ministère de la Transition écologique et de la Cohésion des territoires"),
        ("interieur", "2022-06-01", "Ministère de l'Intérieur"),
        ("interieur", "2022-12-01", "Ministère de l'Intérieur et des Outre-mer"),
        ("affaires_sociales", "2024-06-01", "Ministère du Travail, de la Santé et des Solidarités"),
        ("travail", "2025-12-01", "Ministère du Travail et des Solidarités"),
        ("justice", "2016-11-01", "Ministère de la Justice"),
        ("justice", "2025-12-01", "Ministère de la Justice"),
    ],
)
def test_a_label_is_the_one_of_its_day(ministry_id: str, day: str, label: str) -> None:
    assert label_on(ministry_id, _day(day)) == label


def test_a_ministry_merged_into_another_has_no_label_of_its_own() -> None:
    assert labels_at("travail", _day("2024-06-01")) == []
    assert label_on("travail", _day("2024-06-01")) == MINISTRIES.label("travail")
    assert labels_at("cohesion_territoires", _day("2023-06-01")) == []


def test_two_ministries_of_one_entity_are_both_in_force() -> None:
    labels = {label.label for label in labels_at("ecologie", _day("2023-06-01"))}
    assert labels == {
        "Ministère de la Transition écologique et de la Cohésion des territoires",
        "Ministère de la Transition énergétique",
    }


def test_an_informal_spelling_is_never_in_force() -> None:
    assert {label.source for label in labels_at("interieur", _day("2021-11-01"))} == {DECREE}


def test_an_unknown_ministry_has_no_label() -> None:
    with pytest.raises(KeyError):
        label_on("plan", _day("2021-11-01"))


def test_every_label_met_in_the_editions_is_recognised(real_data: Path) -> None:
    with (real_data / "ministry_labels.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    seen = [
        (spelling, line["entity_key"])
        for line in lines
        for spelling in (line["label_observed"], line["code_observed"])
        # Where only a code was met, in a file name, the label says so.
        if spelling and not spelling.startswith("(code in file name")
    ]
    assert len(seen) > len(lines)
    assert [(text, "+".join(find_ministries(text))) for text, _ in seen] == seen


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MEFSIN", "economie_finances"), ("MINARM", "armees"), ("MASA", "agriculture"), ("MTECT", "ecologie"),
        ("MIOM", "interieur"), ("MESR", "enseignement_superieur"), ("MENJ", "education"), ("MSS", "affaires_sociales"),
        ("MTPEI", "travail"), ("MTE", "ecologie"), ("MCAS", "affaires_sociales"), ("MTFP", "transformation_fp"),
        ("Ministères sociaux", "affaires_sociales"), ("Premier Ministre", "pm"), ("Première ministre", "pm"),
        ("Services du Premier ministre (DINUM)", "pm"),
        ("MINISTERE DE L’ECONOMIE ET DES FINANCES", "economie_finances"),
        ("Ministère de l'Économie, des Finances et de la Souveraineté industrielle et numérique", "economie_finances"),
        ("Ministère de l'Economie, des Finances et de la Souveraineté industrielle et numérique (MEFSIN)",
         "economie_finances"),
        ("Ministère de l'Éducation nationale et de la Jeunesse", "education"),
        ("Ministère du Travail, de la Santé, des Solidarités et des Familles", "affaires_sociales"),
        ("Ministère de la Mer", "mer"), ("Ministère de la Ville et du Logement", "logement"),
    ],
)  # fmt: skip
def test_labels_and_codes_of_every_government_are_recognised(text: str, found: str) -> None:
    assert find_ministries(text) == (found,)


@pytest.mark.parametrize(
    "text",
    [
        "Ministère de l'Intérieur / Ministère de la Justice", "MI/MJ", "MI et MJ", "MI - MJ", "MI, MJ",
        "Ministère de l'Intérieur et des Outre-mer et Ministère de la Justice",
        "Ministère de l'Intérieur (MI) / Ministère de la Justice (MJ)",
    ],
)  # fmt: skip
def test_a_label_may_name_two_ministries(text: str) -> None:
    assert find_ministries(text) == ("interieur", "justice")


def test_two_spellings_of_one_ministry_are_one() -> None:
    assert find_ministries("MI / Ministère de l'Intérieur") == ("interieur",)
    assert find_ministries("MTECT / Ministère de la Transition énergétique") == ("ecologie",)


@pytest.mark.parametrize(
    "text",
    [
        "", "Ministère du Plan", "Ministère de l'Intérieur / Ministère du Plan", "MI / MJ / MC",
        "Ministère de l'Intérieur et du Plan", "Ministère de l'Intérieur (MJ)",
        "Ministère de l'Intérieur (préfectures)",
    ],
)  # fmt: skip
def test_what_is_not_wholly_known_is_not_found(text: str) -> None:
    assert find_ministries(text) == ()


def test_an_unknown_label_gives_the_nearest_ministries() -> None:
    assert nearest_ministries("Ministère de la Justise")[0] == "Ministère de la Justice"
    nearest = nearest_ministries("Ministère de l'Économie numérique", count=2)
    assert len(nearest) == len(set(nearest)) == 2
    assert "Ministère de l'Économie, des Finances et de la Relance" in nearest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("economie_finances", "comptes_publics"), ("comptes_publics", "transformation_fp"), ("interieur", "outre_mer"),
        ("ecologie", "cohesion_territoires"), ("travail", "affaires_sociales"), ("education", "enseignement_superieur"),
        ("education", "sports"), ("ecologie", "mer"),
    ],
)  # fmt: skip
def test_a_ministry_is_related_to_what_it_came_from_and_to_what_it_became(one: str, other: str) -> None:
    assert are_related(one, other)
    assert are_related(other, one)


def test_kinship_goes_one_step_and_no_further() -> None:
    assert are_related("culture", "culture")
    assert not are_related("culture", "justice")
    # Both are related to the public accounts.
    assert not are_related("economie_finances", "transformation_fp")


def test_a_lineage_tells_what_happened_by_date() -> None:
    events = lineage("comptes_publics")
    assert [(str(event.date), event.event, event.ministry_id, event.other_id) for event in events[:4]] == [
        ("2017-05-17", "split", "economie_finances", "comptes_publics"),
        ("2017-05-17", "merge", "transformation_fp", "comptes_publics"),
        ("2020-07-06", "split", "comptes_publics", "transformation_fp"),
        ("2020-07-06", "merge", "comptes_publics", "economie_finances"),
    ]
    assert lineage("plan") == []


def test_periods_are_ordered_and_official_labels_do_not_overlap() -> None:
    for label in ministry_labels():
        assert label.label or label.code
        if label.valid_from and label.valid_to:
            assert label.valid_from < label.valid_to, label
    for code in MINISTRIES.codes():
        official = [label for label in ministry_labels() if label.ministry_id == code and label.is_official()]
        for one, following in pairwise(official):
            assert (one.valid_to or dt.date.max) <= (following.valid_from or dt.date.min), (one, following)


def test_no_label_is_written_twice_for_one_period() -> None:
    lines = Counter(
        (label.ministry_id, match_key(label.label or ""), label.code if not label.label else None, label.valid_from)
        for label in ministry_labels()
    )
    assert [line for line, count in lines.items() if count > 1] == []


def test_a_published_label_is_one_of_the_labels_of_its_ministry() -> None:
    for code, published in MINISTRIES.labels_by_code().items():
        assert published in {label.label for label in ministry_labels() if label.ministry_id == code}


def test_the_lineage_is_in_order_and_names_known_ministries() -> None:
    events = lineage_events()
    assert [event.date for event in events] == sorted(event.date for event in events)
    for event in events:
        assert event.event in {"rename", "split", "merge", "transfer"}
        assert event.ministry_id in MINISTRIES.codes()
        assert (event.other_id is None) == (event.event == "rename")
        assert event.other_id is None or event.other_id in MINISTRIES.codes()
        assert event.other_id != event.ministry_id


def test_every_change_of_official_label_is_an_event() -> None:
    changes = set()
    for code in MINISTRIES.codes():
        official = [label for label in ministry_labels() if label.ministry_id == code and label.is_official()]
        changes |= {
            (following.valid_from, code, f"« {one.label} » devient « {following.label} ».")
            for one, following in pairwise(official)
            if one.valid_to == following.valid_from and one.label != following.label
        }
    renames = [event for event in lineage_events() if event.event == "rename"]
    assert {(event.date, event.ministry_id, event.note) for event in renames} == changes
    assert len(renames) == len(changes)


def test_no_ministry_appears_or_disappears_without_an_event() -> None:
    for code in MINISTRIES.codes():
        official = [label for label in ministry_labels() if label.ministry_id == code and label.is_official()]
        dates = {event.date for event in lineage(code)}
        for one, following in pairwise(official):
            assert one.valid_to is not None
            assert following.valid_from is not None
            if following.valid_from - one.valid_to > VACANCY:
                assert one.valid_to in dates, one
                assert following.valid_from in dates, following
