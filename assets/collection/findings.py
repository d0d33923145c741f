"""What the collection of an edition itself has to say: files put aside, files gone, projects lost by a new version."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from shlex import quote

import pandas as pd

from assets.collection.file_contents import FileContents
from warehouse.home.quarantine import QuarantinedFile
from warehouse.home.submission_ledger import Standing
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.french import short_day
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import MINISTRIES
from warehouse.projects.tables import ROW_KEY


def quarantine_findings(waiting: Sequence[QuarantinedFile], edition: str) -> list[Finding]:
    """One error for each file put aside and still awaited: to publish without it would lose a ministry in silence."""
    return [
        declared_finding(
            "no_file_is_in_quarantine",
            f"Le fichier est mis à l'écart depuis le {short_day(known.put_aside_on)}. {known.reason}",
            file=known.file,
            expected="le même fichier, corrigé, renvoyé sous le même nom ; ou, par l'exploitant, « panorama quarantine "
            f"retry {quote(known.file)} --edition {edition} » une fois la cause levée, « panorama quarantine dismiss "
            f"{quote(known.file)} --edition {edition} --why … » s'il n'est plus attendu",
        )
        for known in waiting
    ]


def gone_findings(stands: Standing, present: frozenset[str], edition: str) -> list[Finding]:
    """One warning for each file that stands and is no longer in the inbox as it was received."""
    gone = stands.current.loc[~stands.current["sha256"].isin(present)].drop_duplicates("sha256")
    return [
        declared_finding(
            "received_file_stays_in_inbox",
            f"Le fichier, reçu le {short_day(row['received_on'])}, n'est plus dans le dossier de réception : "
            "ses projets ne sont pas lus.",
            file=row["file"],
            expected=f"le fichier remis dans inbox/{edition} ; sa copie est dans received/{edition}",
        )
        for row in gone.to_dict("records")
    ]


def reused_findings(current: pd.DataFrame, first: pd.DataFrame, edition: str) -> list[Finding]:
    """One warning for each file that was received for another edition before.

    Args:
        current: the lines of the files that stand.
        first: `edition`, `received_on` and `sha256` of the same files, where they were received first.
        edition: key of the edition.
    """
    met = {str(line["sha256"]): line for line in reversed(first.to_dict("records"))}
    return [
        _of_another_edition(
            file,
            f"Ce fichier est, octet pour octet, celui qui a été reçu le {short_day(met[sha256]['received_on'])} pour "
            f"l'édition {met[sha256]['edition']}.",
            edition,
        )
        for sha256, file in current.drop_duplicates("sha256")[["sha256", "file"]].itertuples(index=False, name=None)
        if sha256 in met
    ]


def repeated_findings(rows: pd.DataFrame, earlier: pd.DataFrame, edition: str) -> list[Finding]:
    """One warning for each file all of whose lines, and no other, are those of a file of an edition before.

    Args:
        rows: columns of `SUBMITTED_ROWS`, of files that do not say which edition they are for.
        earlier: the same columns, what was accepted for the editions before.
        edition: key of the edition.
    """
    known = {lines: key for key, lines in _lines_by_file(earlier).items()}
    return [
        _of_another_edition(
            file,
            f"Toutes les lignes de ce fichier sont, telles quelles, celles de « {known[lines][1]} », reçu pour "
            f"l'édition {known[lines][0]}.",
            edition,
        )
        for (_, file), lines in _lines_by_file(rows).items()
        if lines in known
    ]


def _of_another_edition(file: str, message: str, edition: str) -> Finding:
    rule, expected = "file_is_of_no_other_edition", f"la remontée de l'édition {edition}"
    return declared_finding(rule, message, file=file, expected=expected)


def _lines_by_file(rows: pd.DataFrame) -> dict[tuple[str, str], frozenset[str]]:
    """What the lines of each file say, by edition and file."""
    said = rows.drop(columns=[*ROW_KEY, "source_sha256", "layout"]).astype("str").fillna("")
    texts = map("\n".join, said.itertuples(index=False, name=None))
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for edition, file, text in zip(rows["edition"], rows["source_file"], texts, strict=True):
        found[edition, file].add(text)
    return {place: frozenset(lines) for place, lines in found.items()}


def lost_projects_findings(stands: Standing, replaced: Mapping[str, FileContents], rows: pd.DataFrame) -> list[Finding]:
    """One warning for each project of a replaced file that no file of its ministry has any more.

    Args:
        stands: the files of the edition.
        replaced: what the files that were replaced by one that stands were about, by sha256.
        rows: those of all the files that stand: `project_id`, `name`, `ministry_id`.
    """
    said = {
        (ministry, key)
        for name, compared in (("project_id", str), ("name", match_key))
        for ministry, key in zip(rows["ministry_id"], rows[name].map(compared, na_action="ignore"), strict=True)
    }
    found = []
    for line in stands.current.drop_duplicates(["sha256", "replaces_sha256"]).to_dict("records"):
        earlier = replaced.get(str(line["replaces_sha256"]))
        if earlier is None:
            continue
        for row in earlier.rows.dropna(subset=["name"]).to_dict("records"):
            if said & {(row["ministry_id"], row["project_id"]), (row["ministry_id"], match_key(row["name"]))}:
                continue
            ministry = MINISTRIES.label(row["ministry_id"]) if pd.notna(row["ministry_id"]) else "ministère inconnu"
            found.append(
                declared_finding(
                    "new_version_keeps_projects",
                    f"Ce fichier remplace un envoi qui avait le projet « {row['name']} » ({ministry}) ; aucun autre ne "
                    "l'a.",
                    file=str(line["file"]),
                    value=row["name"],
                    expected="tous les projets de l'envoi précédent, ou la confirmation que celui-ci n'en est plus",
                )
            )
    return found
