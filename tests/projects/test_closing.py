"""An edition is closed when a person closed it and every absence found today is acknowledged by name."""

import datetime as dt

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from warehouse.home.registers import Registers, grown, no_registers
from warehouse.projects.closing import (
    Closing,
    closings,
    exits_as_they_count,
    expected_ministries,
    followed_before,
    last_final,
)

BEFORE, NOW, AFTER = "2021-07", "2021-11", "2022-06"
FOUR = {"PGP-0001": "justice", "PGP-0002": "justice", "PGP-0003": "culture", "PGP-0004": "unspecified"}


def rows(edition: str, leads: dict[str, str], phases: dict[str, str] | None = None) -> pd.DataFrame:
    told = [
        (edition, key, f"Projet {key}", ministry, (phases or {}).get(key, "build")) for key, ministry in leads.items()
    ]
    return pd.DataFrame(told, columns=["edition", "project_id", "name", "ministry_id", "phase"], dtype="str")


def without(*gone: str) -> dict[str, str]:
    return {key: ministry for key, ministry in FOUR.items() if key not in gone}


def closed(edition: str, ministry: str | None = None, reason: str | None = None, by: str = "Ada") -> dict[str, object]:
    on = dt.datetime(2021, 12, 1)  # noqa: DTZ001  # a day, as registers are read
    return {"edition": edition, "ministry_id": ministry, "reason": reason, "closed_by": by, "closed_on": on}


def left(project: str, edition: str) -> dict[str, object]:
    on = dt.datetime(2021, 12, 1)  # noqa: DTZ001  # a day, as registers are read
    return {"project_id": project, "edition": edition, "exit_reason": "merged", "decided_on": on, "decided_by": "Ada"}


def nil(edition: str, ministry: str) -> dict[str, object]:
    on = dt.datetime(2021, 12, 1)  # noqa: DTZ001  # a day, as registers are read
    line = {"edition": edition, "ministry_id": ministry, "version": 1, "file": "néant.xlsx", "sha256": "0" * 64}
    return {**line, "received_on": on, "status": "nil"}


def registers(**lines: list[dict[str, object]]) -> Registers:
    return grown(no_registers(), {name: pd.DataFrame(told) for name, told in lines.items()})


def standing(now: pd.DataFrame, **lines: list[dict[str, object]]) -> Closing:
    history = pd.concat([rows(BEFORE, FOUR), now], ignore_index=True)
    return closings(history, [BEFORE], registers(**lines))[NOW]


def test_an_edition_that_lacks_nothing_is_provisional_until_a_person_closes_it() -> None:
    everyone = rows(NOW, FOUR)
    assert standing(everyone).state == "provisional"
    found = standing(everyone, closures=[closed(NOW)])
    assert (found.state, found.is_final, found.missing_ministries, len(found.vanished)) == ("closed", True, (), 0)
    assert standing(everyone, closures=[closed(BEFORE)]).state == "provisional"


def test_a_published_edition_is_history_and_needs_no_closing() -> None:
    found = closings(rows(NOW, FOUR), [NOW], no_registers())[NOW]
    assert (found.state, found.is_final, found.needs_closing) == ("historic", True, False)


def test_a_ministry_that_sent_nothing_is_missing_until_its_absence_is_acknowledged() -> None:
    now = rows(NOW, without("PGP-0003"))
    for lines in ([], [closed(NOW)], [closed(NOW), closed(NOW, "justice", "Erreur")]):
        found = standing(now, closures=lines)
        assert (found.is_final, found.missing_ministries, len(found.vanished)) == (False, ("culture",), 0)
    told = [closed(NOW, "culture", "Mouvement social"), closed(NOW, "culture", "Grève", "Grace")]
    assert standing(now, closures=told).state == "provisional"
    found = standing(now, closures=[*told, closed(NOW)])
    assert (found.is_closed, found.missing_ministries, found.absent_ministries) == (True, (), frozenset({"culture"}))
    (line,) = found.acknowledged.to_dict("records")
    assert (line["ministry_id"], line["reason"], line["closed_by"]) == ("culture", "Grève", "Grace")


def test_an_acknowledged_absence_is_told_no_more_once_the_ministry_has_answered() -> None:
    found = standing(rows(NOW, FOUR), closures=[closed(NOW, "culture", "Grève"), closed(NOW)])
    assert found.is_closed
    assert found.acknowledged.empty


def test_a_project_that_vanished_is_named_until_its_exit_is_registered() -> None:
    now = rows(NOW, without("PGP-0002", "PGP-0004"))
    found = standing(now, closures=[closed(NOW)])
    assert not found.is_final
    assert found.vanished.to_numpy().tolist() == [
        ["PGP-0002", "Projet PGP-0002", "justice"],
        ["PGP-0004", "Projet PGP-0004", "unspecified"],
    ]
    settled = [left("PGP-0002", NOW), left("PGP-0004", NOW)]
    assert standing(now, closures=[closed(NOW)], exits=settled).is_closed
    too_early, too_late = [left("PGP-0002", BEFORE)], [left("PGP-0002", AFTER)]
    for exits in (too_early, too_late):
        found = standing(now, closures=[closed(NOW)], exits=[*exits, left("PGP-0004", NOW)])
        assert found.vanished["project_id"].tolist() == ["PGP-0002"]


def test_a_ministry_that_attests_that_it_has_nothing_is_heard_and_its_projects_vanished() -> None:
    found = standing(rows(NOW, without("PGP-0003")), submissions=[nil(NOW, "culture")])
    assert (found.missing_ministries, found.vanished["project_id"].tolist()) == ((), ["PGP-0003"])


def test_a_ministry_whose_projects_went_to_another_or_left_is_not_missing() -> None:
    moved = FOUR | {"PGP-0003": "justice"}
    assert standing(rows(NOW, moved), closures=[closed(NOW)]).is_closed
    gone = rows(NOW, without("PGP-0003"))
    assert standing(gone, closures=[closed(NOW)], exits=[left("PGP-0003", NOW)]).is_closed


def test_a_completed_project_is_awaited_no_more() -> None:
    history = pd.concat([rows(BEFORE, FOUR, {"PGP-0003": "completed"}), rows(NOW, without("PGP-0003"))])
    found = closings(history, [BEFORE], registers(closures=[closed(NOW)]))[NOW]
    assert (found.is_closed, found.expected) == (True, frozenset({"justice"}))


def test_an_absence_that_appears_after_the_closing_makes_the_edition_provisional_again() -> None:
    lines = [closed(NOW)]
    assert standing(rows(NOW, FOUR), closures=lines).is_final
    assert standing(rows(NOW, without("PGP-0001")), closures=lines).state == "provisional"


def test_a_stray_edition_changes_nothing_of_who_is_expected_next() -> None:
    history = pd.concat([rows(BEFORE, FOUR), rows(NOW, {"PGP-0001": "justice", "PGP-0009": "armees"})])
    stray = closings(history, [BEFORE], no_registers())
    assert last_final(stray, AFTER) == BEFORE
    assert set(followed_before(stray, AFTER)["project_id"]) == set(FOUR)
    assert expected_ministries(stray, AFTER) == {"justice", "culture"}


def test_the_projects_of_an_absent_ministry_are_still_looked_for_at_the_editions_after() -> None:
    history = pd.concat([rows(BEFORE, FOUR), rows(NOW, without("PGP-0003")), rows(AFTER, without("PGP-0003"))])
    lines = [closed(NOW, "culture", "Grève"), closed(NOW), closed(AFTER)]
    known = registers(closures=lines)
    found = closings(history, [BEFORE], known)
    assert followed_before(found, AFTER).set_index("project_id")["edition"]["PGP-0003"] == BEFORE
    assert found[AFTER].missing_ministries == ("culture",)
    silent = exits_as_they_count(known["exits"], found)
    assert silent[["edition", "project_id", "exit_reason"]].to_numpy().tolist() == [
        [NOW, "PGP-0003", "not_submitted"],
        [AFTER, "PGP-0003", "not_submitted"],
    ]
    heard = closings(history, [BEFORE], registers(closures=lines, submissions=[nil(AFTER, "culture")]))
    assert heard[AFTER].vanished["project_id"].tolist() == ["PGP-0003"]


def test_without_a_final_edition_before_nobody_is_awaited() -> None:
    history = pd.concat([rows(BEFORE, FOUR), rows(NOW, {"PGP-0009": "armees"})])
    found = closings(history, [], registers(closures=[closed(NOW)]))
    assert (found[BEFORE].is_final, found[NOW].is_closed, found[NOW].expected) == (False, True, frozenset())


present = st.lists(st.sets(st.sampled_from(sorted(FOUR)), min_size=1), min_size=4, max_size=4)
acts = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "justice", "culture"])), max_size=8)


@given(present, acts)
def test_an_edition_stands_on_those_up_to_it_only(
    declared: list[set[str]], acknowledged: list[tuple[int, str]]
) -> None:
    editions = ["2020-06", BEFORE, NOW, AFTER]
    whole = pd.concat(
        [rows(key, {one: FOUR[one] for one in sorted(ids)}) for key, ids in zip(editions, declared, strict=True)]
    )
    known = registers(closures=[closed(editions[at], ministry, "Parce que") for at, ministry in acknowledged])
    found = closings(whole, ["2020-06"], known)
    for edition in editions:
        cut = whole.loc[whole["edition"].le(edition)]
        (*_, last) = closings(cut, ["2020-06"], known).values()
        assert (last.state, last.missing_ministries) == (found[edition].state, found[edition].missing_ministries)
        assert last.vanished.equals(found[edition].vanished)
        assert last.followed.reset_index(drop=True).equals(found[edition].followed.reset_index(drop=True))
