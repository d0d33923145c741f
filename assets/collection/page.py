"""The page of the collection of an edition, for those who follow it: one file, that needs no other."""

import base64
import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Any

import markupsafe
import pandas as pd

from assets.collection.standing import STATUS_LABELS, collected_of, collection_lines
from assets.collection.state import LATE, MISSING, NOBODY, CollectionState, seen_on
from assets.page.environment import page_environment
from warehouse.home.submission_ledger import QUARANTINED
from warehouse.model.findings import SEVERITY_LABELS, Finding, errors_of, in_severity_order, shorten, total
from warehouse.model.frames import plain_records
from warehouse.model.french import counted, number, ordinal, typeset, visible
from warehouse.model.french import day as french_day
from warehouse.model.repetition import folded
from warehouse.model.vocabulary import COLLECTION_STATUSES, MINISTRIES, SUBMISSION_STATUSES

NOTHING = "–"
# Beyond, the returned workbook has them all.
SHOWN_FINDINGS = 200
_FONTS = re.compile(r"@font-face \{[^}]*\}\n?")
COLUMNS = ("État", "Version", "Dernier envoi", "Retard", "Projets", "Erreurs", "Alertes", "Informations", "Attesté par")


def render_collection(state: CollectionState, day: dt.date) -> dict[str, str]:
    """The files of the folder: `index.html`, and `collection.json` with the same content.

    Args:
        state: the collection.
        day: when they are made, which tells only whether the cut-off is past.
    """
    state = replace(state, table=seen_on(state.table, state.received.edition, day))
    return {
        "index.html": _page(state),
        "collection.json": json.dumps(as_data(state), ensure_ascii=False, indent=2) + "\n",
    }


def as_data(state: CollectionState) -> dict[str, Any]:
    """The collection as plain data: the row of each ministry with its findings, what was put aside, every version."""
    edition = state.received.edition
    return {
        "edition": edition.key,
        "cutoff_on": edition.cutoff_on.isoformat() if edition.cutoff_on else None,
        "standing": [line.as_dict() for line in collection_lines(edition, collected_of(state))],
        "ministries": [
            row | {"findings": [one.as_dict() for one in folded(state.findings.get(row["ministry_id"], ()))]}
            for row in plain_records(state.table.drop(columns="edition"))
        ],
        "other_findings": [finding.as_dict() for finding in folded(state.findings.get(NOBODY, ()))],
        "quarantine": [
            {"file": known.file, "reason": known.reason, "put_aside_on": known.put_aside_on}
            for known in state.received.waiting
        ],
        # No fingerprint leaves the registers: it would tell a withheld figure of the file to who tries them all.
        "versions": plain_records(state.received.lines.drop(columns=["line", "edition", "sha256", "replaces_sha256"])),
    }


def collection_markdown(table: pd.DataFrame) -> str:
    """The table of the collection in Markdown, as the Dagster interface shows it."""
    lines = [f"| Ministère | {' | '.join(COLUMNS)} |", f"|{' --- |' * (len(COLUMNS) + 1)}"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |" for cells in table_cells(table)]
    return "\n".join(lines)


def table_cells(table: pd.DataFrame) -> list[list[str]]:
    """The texts of the table, a list per ministry: its label, then one for each of `COLUMNS`."""
    return [
        [
            MINISTRIES.label(row["ministry_id"]),
            COLLECTION_STATUSES.label(row["status"]),
            _or_nothing(row["version"]),
            _day(row["received_on"]),
            NOTHING if row["late_days"] is None else late(int(row["late_days"])),
            *(number(row[name]) for name in ("projects", "errors", "warnings", "notices")),
            NOTHING if row["signed_by"] is None else visible(str(row["signed_by"])),
        ]
        for row in plain_records(table)
    ]


def late(days: int) -> str:
    """How late, said: « à temps », « 3 jours »."""
    return counted(days, "jour") if days else "à temps"


def _or_nothing(value: object) -> str:
    return NOTHING if value is None else str(value)


def _day(text: str | None) -> str:
    return NOTHING if text is None else french_day(pd.Timestamp(text).date())


def _page(state: CollectionState) -> str:
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        page_environment()
        .get_template("collection.html.j2")
        .render(
            said=_said(state),
            style=markupsafe.Markup(style),  # noqa: S704  # our own file
            style_digest=digest,
        )
    )


def _style() -> str:
    """The style of the publication, without its fonts: they are files beside it."""
    templates = resources.files("assets.page") / "templates"
    texts = [(templates / name).read_text(encoding="utf-8") for name in ("style.css", "collection.css")]
    return _FONTS.sub("", "".join(texts))


def _said(state: CollectionState) -> Mapping[str, Any]:
    received, table = state.received, state.table
    edition = received.edition
    labels = {row["ministry_id"]: MINISTRIES.label(row["ministry_id"]) for row in plain_records(table)}
    groups = [
        *((labels[ministry], state.findings[ministry]) for ministry in labels if ministry in state.findings),
        *([("Sans ministère, ou de plusieurs", state.findings[NOBODY])] if NOBODY in state.findings else []),
    ]
    return {
        "title": "État de la collecte",
        "key": edition.key,
        "edition": f"{ordinal(edition.ordinal)} édition, {edition.month_label()}",
        "fictitious": len(received.rows) > 0 and bool(received.rows["fictitious"].astype(bool).any()),
        "lede": _lede(state),
        "standing": [
            {
                "status": line.status,
                "label": STATUS_LABELS[line.status],
                "text": typeset(line.text),
                "command": None if line.status == "done" else line.command,
            }
            for line in collection_lines(edition, collected_of(state))
        ],
        "columns": COLUMNS,
        "rows": [
            {"cells": cells, "status": status, "files": files}
            for cells, status, files in zip(
                table_cells(table), table["status"], [_files(files) for files in table["files"]], strict=True
            )
        ],
        "groups": [
            {
                "title": title,
                "count": counted(total(findings), "anomalie"),
                "findings": [_finding(finding) for finding in in_severity_order(findings)[:SHOWN_FINDINGS]],
                "hidden": _left(in_severity_order(findings)[SHOWN_FINDINGS:]),
            }
            for title, findings in ((title, folded(of_group)) for title, of_group in groups)
        ],
        "quarantine": [
            {"file": visible(known.file), "reason": typeset(known.reason), "day": _day(known.put_aside_on)}
            for known in received.waiting
        ],
        "versions": _versions(received.lines, received.stands.current_sha256),
    }


def _left(findings: Sequence[Finding]) -> str:
    return counted(total(findings), "autre") if findings else ""


def _files(files: object) -> str:
    return "" if pd.isna(files) else visible(str(files))  # type: ignore[call-overload]  # a scalar


def _lede(state: CollectionState) -> list[str]:
    table, edition = state.table, state.received.edition
    heard = int((~table["status"].isin([MISSING, LATE, QUARANTINED])).sum())
    errors = sum(total(errors_of(found)) for found in state.findings.values())
    sent = "ont envoyé leur remontée" if heard > 1 else "a envoyé sa remontée"
    said = [
        f"{counted(heard, 'ministère')} sur {number(len(table))} {sent}.",
        f"{counted(errors, 'erreur')} à corriger." if errors else "Aucune erreur.",
    ]
    if edition.cutoff_on:
        said.append(f"Date limite : {french_day(edition.cutoff_on)}.")
    return [typeset(sentence) for sentence in said]


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "level": finding.severity,
        "severity": SEVERITY_LABELS[finding.severity],
        "code": finding.code,
        "place": visible(finding.place()),
        "message": typeset(visible(" ".join(filter(None, (finding.message, finding.likewise()))))),
        "value": "" if finding.value is None else visible(shorten(finding.value)),
        "expected": "" if finding.expected is None else typeset(visible(finding.expected)),
    }


def _versions(lines: pd.DataFrame, current: frozenset[str]) -> list[dict[str, Any]]:
    """Every version received, by ministry then in the order of the register."""
    unique = lines.drop_duplicates(["ministry_id", "version", "sha256", "file"])
    return [
        {
            "ministry": MINISTRIES.label(row["ministry_id"]) if row["ministry_id"] else "Ministère inconnu",
            "version": row["version"],
            "file": visible(row["file"]),
            "day": _day(row["received_on"]),
            "status": SUBMISSION_STATUSES.label(row["status"]),
            "stands": row["sha256"] in current and row["status"] != "quarantined",
        }
        for row in plain_records(unique.sort_values(["ministry_id", "line"], na_position="last"))
    ]
