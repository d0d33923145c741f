"""Homes that differ only in what three projects keep back: one published before, one new, one by the register."""

import csv
import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homes import Said, close, panorama
from submissions import row, table_of, write_csv, write_xlsx

EARLIER, LATER = "2021-07", "2021-11"
# Kept back by its row, by the register, and by its row when it is new.
KNOWN, REGISTERED, NEW = "BETA", "GAMMA", "THETA"
_WITHHELD = {"withheld": "Oui", "withheld_reason": "Appel d'offres en cours"}
_REGISTER = (
    "project_id,first_edition,last_edition,cost,schedule,withheld_reason,decided_on,decided_by\n"
    f"PGP-0003,{LATER},,true,true,trajectory_review,2021-11-02,DINUM\n"
)


@dataclass(frozen=True)
class Secret:
    """What a project keeps back: its figures, and texts that may tell them."""

    updated_cost_meur: float
    initial_cost_meur: float
    updated_end_date: dt.date
    initial_end_date: dt.date
    deviation_reason: str
    texts: dict[str, object] = field(default_factory=dict)

    def cells(self) -> dict[str, object]:
        """The fields of its row that nobody but its ministry knows, when none of them was published before."""
        figures = {name: value for name, value in vars(self).items() if name != "texts"}
        return {**figures, **self.texts}

    def cells_of_known(self) -> dict[str, object]:
        """The same for a project whose initial figures were published: its revision is kept back too."""
        revision = {
            "rebaseline_date": dt.date(2021, 9, 1),
            "rebaseline_act": f"Décision du 1er septembre ({self.initial_cost_meur} M€)",
            "rebaseline_reason": f"Trajectoire portée à {self.initial_cost_meur} M€",
            "rebaseline_cost_meur": self.initial_cost_meur,
            "rebaseline_end_date": self.initial_end_date,
        }
        initial = ("initial_cost_meur", "initial_end_date")
        return {**{name: value for name, value in self.cells().items() if name not in initial}, **revision}


def secret_of(draw: random.Random) -> Secret:
    """Right figures at random, and texts that quote them in the forms that ministries use."""
    initial = round(draw.uniform(4, 90), 2)
    cost = round(initial * draw.uniform(0.8, 2.4), 2)
    start = dt.date(2022, 1, 1)
    end = start + dt.timedelta(days=31 * draw.randrange(0, 50))
    promised = start + dt.timedelta(days=31 * draw.randrange(0, 40))
    said = draw.choice([
        f"coût en hausse de {cost - initial:.2f} M€, fin reportée à {end:%m/%Y}",
        f"{cost / 1000:.3f} Md€, soit {cost / initial - 1:+.1%}".replace(".", ","),
        "aucun écart",
        f"passe de {initial} à {cost} millions",
    ])  # fmt: skip
    return Secret(
        cost,
        initial,
        end.replace(day=1),
        promised.replace(day=1),
        draw.choice(["Évolution du périmètre", "Difficulté technique", "Achat ou marché", "Aucun écart"]),
        {
            "deviation_comment": draw.choice([said, None]),
            "description": draw.choice([f"Refonte ({said})", None]),
            "funding": f"P156, {cost} M€",
            "information_url": f"https://exemple.fr/projet?cout={cost}",
            "opinion": draw.choice(["Favorable", "Favorable avec réserves", "Défavorable"]),
        },
    )


def _rows(edition: str, secrets: Sequence[Secret]) -> list[dict[str, Any]]:
    """What was sent: the same for every home but for the secrets, which are those of `LATER`."""
    open_rows = [
        row(name="ALPHA", updated_cost_meur=13.0, description="Socle", deviation_comment="Deux lots de plus"),
        row(name=KNOWN, initial_cost_meur=20.0, updated_cost_meur=24.0, description="Portail"),
        row(name=REGISTERED, initial_cost_meur=31.0, updated_cost_meur=33.0, description="Paie"),
        row(name="DELTA", initial_cost_meur=50.0, updated_cost_meur=61.0, description="Réseau"),
        row(name="EPSILON", ministry="Ministère de la Justice", updated_cost_meur=11.0, description="Greffe"),
    ]
    if edition == EARLIER:
        return open_rows
    alpha, known, registered, delta, epsilon = open_rows
    first, second, third = secrets
    return [
        {**alpha, "updated_cost_meur": 14.0},
        {**known, **first.cells_of_known(), **_WITHHELD},
        {**registered, **second.cells_of_known()},
        {**delta, "updated_cost_meur": 62.5, "updated_end_date": dt.date(2022, 1, 1)},
        {**row(name=NEW), **third.cells(), **_WITHHELD},
        {**epsilon, "updated_cost_meur": 12.0},
    ]


def _registers(secrets: Sequence[Secret]) -> dict[str, str]:
    """What people registered of a project before it kept its figures back, in words that tell them."""
    told = f'"{secrets[0].texts["funding"]}"'
    finding = "followed" if secrets[0].updated_cost_meur > 2 * secrets[0].initial_cost_meur else "not_followed"
    return {
        "withheld": _REGISTER,
        "missions": "project_id,event,event_date,outcome,comment\n"
        f"PGP-0002,opened,2021-08-02,,{told}\nPGP-0002,closed,2021-10-04,{told},{told}\n",
        "opinions": "project_id,requested_on,given_on,opinion,reference\n"
        "PGP-0002,2021-08-02,2021-09-01,favourable,Avis\n",
        "opinion_causes": f"project_id,requested_on,axis,cause\nPGP-0002,2021-08-02,finance,{told}\n",
        "cause_reviews": "project_id,requested_on,axis,cause,reviewed_on,review,comment\n"
        f"PGP-0002,2021-08-02,finance,{told},2021-10-04,{finding},{told}\n",
    }


def write_home(home: Path, secrets: Sequence[Secret], *, by_cost: bool = False, suffix: str = ".xlsx") -> Path:
    """Put in the inbox of a home what two editions were sent, close both, withhold the third project by the register.

    Args:
        home: its folder.
        secrets: of the three projects, in the later edition.
        by_cost: whether the ministry sorts its file by cost.
        suffix: of the files.
    """
    for edition in (EARLIER, LATER):
        rows = _rows(edition, secrets)
        of_ministries = {
            "culture": [each for each in rows if each["ministry"] == rows[0]["ministry"]],
            "justice": [each for each in rows if each["ministry"] != rows[0]["ministry"]],
        }
        for ministry, own in of_ministries.items():
            ordered = sorted(own, key=lambda each: each["updated_cost_meur"]) if by_cost else own
            write = write_xlsx if suffix == ".xlsx" else write_csv
            write(home / "inbox" / edition / f"{ministry}{suffix}", table_of(ordered))
    registers = home / "registers"
    registers.mkdir(exist_ok=True)
    for name, text in _registers(secrets).items():
        (registers / f"{name}.csv").write_text(text, encoding="utf-8")
    return close(home, EARLIER, LATER)


def publish(home: Path) -> Said:
    """Publish both editions."""
    return panorama(home, "backfill", f"{EARLIER}..{LATER}")


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a published CSV."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
