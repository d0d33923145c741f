"""The same publications where one thing leaks, on which each attack must succeed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from benchmarks.attack.attacks import Publication
from benchmarks.attack.submissions import COST, EARLIER, IDENTIFIER, LATER


def leaks(home: Path, counting: Path, target: str) -> Mapping[str, Mapping[str, pd.DataFrame]]:
    """For each attack, what of the publication of a home leaks: tables that count the target, or a cell of its row.

    Args:
        home: what is published, the target withheld.
        counting: the same home, the target alone no longer withheld.
        target: id of the project.
    """
    public, open_one = Publication(home), Publication(counting)
    file = f"panorama-{LATER}-complet"
    rows, full = public.table(file), open_one.table(file)
    own = rows[IDENTIFIER].eq(target)
    name = str(rows.loc[own, "nom_projet"].iloc[0])
    truth = full.set_index("nom_projet").loc[name]
    sent = home / "inbox" / LATER / str(rows.loc[own, "fichier_source"].iloc[0])
    lines = [line.split(",")[0] for line in sent.read_text(encoding="utf-8").splitlines()]
    placed = rows.assign(
        ligne_source=rows["nom_projet"].map(lambda each: lines.index(each) + 1 if each in lines else None)
    )
    head = open_one.table("chiffres_cles")
    others = rows.loc[rows[COST].isna() & ~own, IDENTIFIER]
    guessed = public.rows(EARLIER)[COST].reindex(others).fillna(0.0).sum()
    more = head.assign(cout_total_meur=head["cout_total_meur"] + guessed * head["edition"].eq(LATER))
    correction = f"| {target} {name} | {COST} | 1.0 | {truth[COST]} |"
    order = {each: f"PGP-{9000 + lines.index(each):04d}" for each in lines if each in ("IOTA", "THETA", "KAPPA")}
    numbered = rows.assign(**{IDENTIFIER: rows["nom_projet"].map(order).fillna(rows[IDENTIFIER])})
    return {
        "total less rows": {"chiffres_cles": head},
        "total less rows and prior values": {"chiffres_cles": more},
        "mean of a group less rows": {"indicateurs": open_one.table("indicateurs")},
        "residual of the bridge": {"passage": open_one.table("passage")},
        "residual of the causes": {"causes": open_one.table("causes")},
        "difference of editions": {"changements": open_one.table("changements")},
        "difference of versions": {"CHANGELOG": pd.DataFrame([[correction]])},
        "forecast": {"previsions": open_one.table("previsions")},
        "inversion of an interval": {"indicateurs": open_one.table("indicateurs")},
        "count of a cost band": {"indicateurs": open_one.table("indicateurs")},
        "rank in a sorted file": {file: placed},
        "rank of an id": {file: numbered},
        "texts": {file: rows.assign(commentaire_ecart=rows["commentaire_ecart"].mask(own, truth["commentaire_ecart"]))},
        "fingerprint of a file": {file: rows.assign(sha256_source=hashlib.sha256(sent.read_bytes()).hexdigest())},
    }
