"""What the collection of an edition itself has to say: files put aside, files gone, projects lost by a new version."""

from collections.abc import Mapping, Sequence
from shlex import quote

import pandas as pd

from assets.collection.file_contents import FileContents
from warehouse.home.quarantine import QuarantinedFile
from warehouse.home.submission_ledger import Standing
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import MINISTRIES


def quarantine_findings(waiting: Sequence[QuarantinedFile], edition: str) -> list[Finding]:
    """One error for each file put aside and still awaited: to publish without it would lose a ministry in silence."""
    return [
        declared_finding(
            "no_file_is_in_quarantine",
            f"Le fichier est mis à l'écart depuis le {known.put_aside_on}. {known.reason}",
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
            f"Le fichier, reçu le {row['received_on'].date().isoformat()}, n'est plus dans le dossier de réception : "
            "ses projets ne sont pas lus.",
            file=row["file"],
            expected=f"le fichier remis dans inbox/{edition} ; sa copie est dans received/{edition}",
        )
        for row in gone.to_dict("records")
    ]


def lost_projects_findings(stands: Standing, replaced: Mapping[str, FileContents], rows: pd.DataFrame) -> list[Finding]:
    """One warning for each project of a replaced file that no file has any more.

    Args:
        stands: the files of the edition.
        replaced: what the files that were replaced by one that stands were about, by sha256.
        rows: those of all the files that stand: `project_id`, `name`.
    """
    ids, names = set(rows["project_id"].dropna()), set(rows["name"].dropna().map(match_key))
    found = []
    for line in stands.current.drop_duplicates(["sha256", "replaces_sha256"]).to_dict("records"):
        earlier = replaced.get(str(line["replaces_sha256"]))
        if earlier is None:
            continue
        for row in earlier.rows.dropna(subset=["name"]).to_dict("records"):
            if row["project_id"] in ids or match_key(row["name"]) in names:
                continue
            ministry = MINISTRIES.label(row["ministry_id"]) if pd.notna(row["ministry_id"]) else "ministère inconnu"
            found.append(
                declared_finding(
                    "new_version_keeps_projects",
                    f"Ce fichier remplace un envoi qui avait le projet « {row['name']} » ({ministry}) ; aucun fichier "
                    "ne l'a plus.",
                    file=str(line["file"]),
                    value=row["name"],
                    expected="tous les projets de l'envoi précédent, ou la confirmation que celui-ci n'en est plus",
                )
            )
    return found
