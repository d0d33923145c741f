"""Each thing to know of an edition has its line: what is said, whether it is done, and the command that settles it."""

import datetime as dt
import os
import socket
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from assets.collection.standing import Collected, collection_lines, standing_markdown
from pipelines.cli import app
from pipelines.told.semester.standing_lines import Approved, Facts, Published, standing_lines
from warehouse.home.calendar import Edition
from warehouse.home.quarantine import QuarantinedFile
from warehouse.home.registers import no_registers
from warehouse.home.turns.holder import Holder
from warehouse.model.findings import Finding
from warehouse.projects.closing import Closing
from warehouse.projects.closing_wording import to_settle


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


EDITION = Edition("2026-06", 23, None, dt.date(2026, 7, 15))
TODAY = dt.date(2026, 7, 18)
SENT = {"ministry_id": "justice", "status": "received", "files": "justice.xlsx", "late_days": 0}
LATE = {"ministry_id": "culture", "status": "received", "files": "culture.xlsx", "late_days": 2}
SILENT = {"ministry_id": "interieur", "status": "missing", "files": None, "late_days": None}
ERROR = Finding("phase_is_in_vocabulary", "error", "Phase inconnue.", file="justice.xlsx")
BASELINE = Finding("baseline_agrees_with_ledger", "error", "Coût initial changé.", file="justice.xlsx", count=2)
CLEAN = Collected([SENT, LATE], {}, ())
CLOSED = Closing(
    "2026-06",
    needs_closing=True,
    expected=frozenset({"justice", "culture"}),
    missing_ministries=(),
    vanished=pd.DataFrame(columns=["project_id", "name", "ministry_id"]),
    acknowledged=pd.DataFrame(columns=["ministry_id", "reason", "closed_by", "closed_on"]),
    is_closed=True,
    gone_silent=pd.DataFrame({"ministry_id": pd.Series(dtype="str")}),
    followed=pd.DataFrame(),
)
APPROVED = Approved(2, "Ada", dt.date(2026, 7, 17), is_last_run=True)
FACTS = Facts(
    edition=EDITION,
    today=TODAY,
    holder=None,
    arrived=(),
    gone=(),
    unread=(),
    collected=CLEAN,
    closing=CLOSED,
    to_settle=(),
    is_computed=True,
    is_stale=False,
    doubtful=(),
    without_opinion=(),
    missing_values=pd.Series({"justice": 0}),
    approved=APPROVED,
    published=[Published("https://www.data.gouv.fr", 2, dt.date(2026, 7, 18), is_last_approval=True)],
    stale=(),
    unapproved=(),
)
PROVISIONAL = replace(
    CLOSED,
    missing_ministries=("interieur",),
    vanished=pd.DataFrame({"project_id": ["PGP-0012"], "name": ["NEO"], "ministry_id": ["justice"]}),
    is_closed=False,
)
SETTLED = to_settle(PROVISIONAL, no_registers())
HOLDER = Holder("panorama run 23", 2**22 + 1, "ada", socket.gethostname(), "2026-07-18T10:00:00+00:00")
QUARANTINED = QuarantinedFile("x.zip", "Ce n'est pas un classeur.", "a" * 64, 3, 3, "2026-07-16")
# What changes, then the topic, the status and what is said of it.
CASES: list[tuple[dict[str, Any], str, str, str]] = [
    ({}, "calendar", "information", "Date limite de remontée : 15 juillet 2026, passée depuis 3 jours."),
    ({"today": dt.date(2026, 7, 15)}, "calendar", "information", "15 juillet 2026, aujourd’hui."),
    ({"today": dt.date(2026, 7, 1)}, "calendar", "information", "15 juillet 2026, dans 14 jours."),
    ({}, "received", "done", "2 ministères sur 2 ont envoyé leur remontée."),
    ({}, "late", "information", "Arrivés après la date limite : Ministère de la Culture (2 jours)."),
    (
        {"collected": Collected([SENT, SILENT], {}, ())},
        "missing",
        "todo",
        "1 ministère n'a rien envoyé, 3 jours de retard : Ministère de l'Intérieur.",
    ),
    (
        {"collected": Collected([SENT, SILENT], {}, ()), "today": dt.date(2026, 7, 14)},
        "missing",
        "information",
        "1 ministère n'a rien envoyé : Ministère de l'Intérieur.",
    ),
    (
        {"collected": Collected([SENT], {"justice": [ERROR, BASELINE]}, ())},
        "errors",
        "blocked",
        "Ministère de la Justice : 3 erreurs à corriger (justice.xlsx).",
    ),
    (
        {"collected": Collected([SENT], {"justice": [BASELINE]}, ())},
        "baselines",
        "todo",
        "Références à vérifier : Ministère de la Justice 2.",
    ),
    (
        {"collected": Collected([SENT], {}, [QUARANTINED])},
        "quarantine",
        "blocked",
        "x.zip est à l'écart depuis le 16 juillet 2026. Ce n'est pas un classeur.",
    ),
    ({"doubtful": ("PGP-0105",)}, "identities", "todo", "1 projet ressemble à un projet connu : PGP-0105."),
    ({"without_opinion": ("PGP-0001 A",)}, "opinions", "todo", "Sans avis, à 9 M€ ou plus : PGP-0001 A."),
    ({}, "completeness", "done", "Toutes les valeurs attendues sont données."),
    (
        {"missing_values": pd.Series({"justice": 1, "culture": 3})},
        "completeness",
        "todo",
        "4 valeurs attendues manquent : Ministère de la Culture 3 et Ministère de la Justice 1.",
    ),
    ({}, "figures", "done", "L'édition est traitée."),
    ({"is_stale": True}, "figures", "todo", "Les chiffres sont périmés"),
    ({"is_stale": True}, "approval", "done", "Version 2 approuvée par Ada le 17 juillet 2026."),
    ({}, "closing", "done", "L'édition est close."),
    (
        {"closing": PROVISIONAL, "to_settle": SETTLED},
        "closing",
        "todo",
        "Ministère de l'Intérieur : aucune remontée, 0 projet suivi.",
    ),
    (
        {"closing": PROVISIONAL, "to_settle": SETTLED},
        "closing",
        "todo",
        "PGP-0012 NEO (Ministère de la Justice) : ne figure plus, sans motif.",
    ),
    (
        {"closing": PROVISIONAL, "to_settle": SETTLED},
        "closing",
        "blocked",
        "Édition provisoire, qui n'est pas close.",
    ),
    ({"closing": PROVISIONAL}, "closing", "todo", "Édition provisoire, qui n'est pas close."),
    ({"approved": None}, "approval", "todo", "L'édition n'est pas approuvée."),
    ({"approved": None, "closing": PROVISIONAL}, "approval", "blocked", "L'édition n'est pas approuvée."),
    (
        {"approved": replace(APPROVED, is_last_run=False)},
        "approval",
        "todo",
        "Version 2 approuvée par Ada le 17 juillet 2026 ; le dernier traitement a donné d'autres fichiers.",
    ),
    ({}, "publication", "done", "Version 2 publiée le 18 juillet 2026 : https://www.data.gouv.fr."),
    (
        {"published": [replace(FACTS.published[0], is_last_approval=False)]},
        "publication",
        "todo",
        "https://www.data.gouv.fr ; ce n'est pas la dernière approuvée.",
    ),
    ({"published": []}, "publication", "todo", "L'édition n'est publiée nulle part."),
    ({"stale": ("2021-11",)}, "other_editions", "todo", "Édition périmée : 2021-11."),
    (
        {"unapproved": ("2020-11", "2021-11")},
        "other_editions",
        "todo",
        "Éditions antérieures non approuvées : 2020-11 et 2021-11.",
    ),
    ({"holder": HOLDER}, "running", "todo", "Un traitement a été interrompu : « panorama run 23 »"),
    ({"holder": replace(HOLDER, pid=os.getpid())}, "running", "information", "Un traitement est en cours"),
]


@pytest.mark.parametrize(("changed", "topic", "status", "said"), CASES)
def test_each_thing_to_know_has_its_line(changed: dict[str, Any], topic: str, status: str, said: str) -> None:
    lines = [line for line in standing_lines(replace(FACTS, **changed)) if line.topic == topic]
    assert any(line.status == status and said in plain(line.text) for line in lines), lines


def test_nothing_is_left_to_do_in_an_edition_that_is_published() -> None:
    lines = standing_lines(replace(FACTS, edition=replace(EDITION, published_on=TODAY)))
    assert not [line for line in lines if line.status in ("todo", "blocked")]


def test_every_command_that_is_told_exists() -> None:
    lines = [line for changed, *_ in CASES for line in standing_lines(replace(FACTS, **changed))]
    commands = {line.command for line in lines if line.command}
    assert len(commands) > 10
    for command in commands:
        program, *words = command.split()
        assert program == "panorama"
        verbs = words[:2] if words[0] in ("edition", "projects", "registers", "quarantine") else words[:1]
        shown = CliRunner().invoke(app, [*verbs, "--help"])
        assert shown.exit_code == 0, command
        for option in (word for word in words if word.startswith("--")):
            assert option in shown.output, command


def test_what_is_written_of_a_collection_does_not_depend_on_the_day() -> None:
    lines = collection_lines(EDITION, Collected([SENT, SILENT], {"justice": [ERROR]}, [QUARANTINED]))
    assert not [line for line in lines if "passée" in line.text or "jours de retard" in line.text]
    assert standing_markdown({"2026-06": lines}).count("\n| ") == len(lines) + 2
