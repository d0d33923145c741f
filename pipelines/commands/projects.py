"""`panorama projects`: who is who. A decision is a dated line of a register; the figures follow at the next run."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

import pandas as pd
import typer

from pipelines.commands.options import DEFAULT_HOME, ByOption, HomeOption, JsonOption, installation, reporting, who
from pipelines.told.console import output, write_json
from pipelines.told.dossier import print_project, project_dossier
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.home import Home
from warehouse.home.registers import Registers, read_registers, register
from warehouse.home.store import ParquetStore
from warehouse.model import french
from warehouse.model.errors import ConfigurationError
from warehouse.model.frames import plain_records
from warehouse.model.french import counted
from warehouse.model.vocabulary import EXIT_REASONS
from warehouse.projects.identification import canonical, fresh_ids, waiting_for_review

app = typer.Typer(help="Qui est qui : rattachements, décisions, sorties.", no_args_is_help=True, add_completion=False)

ProjectArgument = Annotated[str, typer.Argument(metavar="PROJET", help="Identifiant du projet, « PGP-0042 ».")]
WhyOption = Annotated[str, typer.Option("--why", help="Pourquoi, en une phrase.")]


@app.command()
def review(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Liste les projets qui ressemblent à un projet connu sans que ce soit certain, avec les indices.

    Exemple : panorama projects review
    """
    with reporting():
        lines = waiting_for_review(read_registers(installation(home).registers))
        if as_json:
            write_json(plain_records(lines.drop(columns="line")))
            return
        console = output()
        console.print(f"{counted(len(lines), 'rattachement')} à examiner", style="bold")
        for line in lines.to_dict("records"):
            console.print(
                f"{line['edition']} {line['project_id']} « {line['name']} » ≟ {line['candidate_id']} "
                f"(score {line['score']:.3f} : {line['evidence']})"
            )


@app.command()
def show(project: ProjectArgument, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Tout ce qui est su d'un projet : noms, références, éditions, avis, missions, sorties, filiation, sources.

    Exemple : panorama projects show PGP-0012
    """
    with reporting():
        place = installation(home)
        found = project_dossier(place, project)
        if as_json:
            write_json(found)
        else:
            print_project(found, output())


@app.command()
def confirm(
    project: ProjectArgument,
    home: HomeOption = DEFAULT_HOME,
    same_as: Annotated[
        str | None,
        typer.Option("--same-as", metavar="PROJET", help="Le projet connu dont il n'est qu'un autre nom."),
    ] = None,
    by: ByOption = None,
    why: WhyOption = "Examen du rattachement",
) -> None:
    """Décide qu'un projet est le même qu'un autre, ou (sans --same-as) un projet à part entière.

    Exemples : panorama projects confirm PGP-0105 --same-as PGP-0004 ; panorama projects confirm PGP-0106
    """
    with reporting():
        place = installation(home)
        with place.writing():
            registers = read_registers(place.registers)
            _require(project, registers)
            if same_as is not None:
                _require(same_as, registers)
                _refuse_together(place, registers, project, same_as)
            decision = "own" if same_as is None else "same"
            last = registers["decisions"].loc[registers["decisions"]["project_id"].eq(project)].tail(1)
            if _already(last, project, {"decision": decision, "other_id": same_as}):
                return
            _decide(place, registers, decision, project, same_as, None, who(by), why)
        editions = _editions_of(place, registers, project)
        _print_rerun(editions if same_as else [], f"{project} : décision enregistrée.")


@app.command()
def split(
    project: ProjectArgument,
    edition: Annotated[
        str, typer.Option("--from", metavar="EDITION", help="Première édition où c'est un autre projet.")
    ],
    home: HomeOption = DEFAULT_HOME,
    by: ByOption = None,
    why: WhyOption = "Projets distincts sous un même identifiant",
) -> None:
    """Décide qu'à partir d'une édition un identifiant désigne un autre projet, qui en reçoit un nouveau.

    Exemple : panorama projects split PGP-0004 --from 2018-03 --why "GENESIS v2 est un autre projet"
    """
    with reporting():
        place = installation(home)
        wanted = place.calendar().find(edition)
        with place.writing():
            registers = read_registers(place.registers)
            _require(project, registers)
            # First: once it is split, the lines from that edition on are those of the other project.
            if _already(registers["decisions"], project, {"decision": "split", "edition": wanted.key}):
                return
            concerned = [key for key in _editions_of(place, registers, project) if key >= wanted.key]
            if not concerned:
                raise ConfigurationError(f"{project} n'a pas de ligne à l'édition {wanted.key} ni après.")
            other = next(fresh_ids(registers, ()))
            _decide(place, registers, "split", project, other, wanted.key, who(by), why)
        _print_rerun(concerned, f"{project} est {other} à partir de {wanted.key}.")


@app.command("exit")
def exit_(
    project: ProjectArgument,
    edition: Annotated[str, typer.Option("--edition", metavar="EDITION", help="Première édition sans lui.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Motif : " + ", ".join(label.lower() for label in EXIT_REASONS.labels()))
    ],
    home: HomeOption = DEFAULT_HOME,
    by: ByOption = None,
    comment: Annotated[str | None, typer.Option("--comment", help="Précision.")] = None,
) -> None:
    """Dit pourquoi un projet est sorti du panorama.

    Exemple : panorama projects exit PGP-0008 --edition 2021-11 --reason terminé
    """
    with reporting():
        place = installation(home)
        wanted = place.calendar().find(edition)
        code = EXIT_REASONS.find(reason)
        if code is None:
            allowed = ", ".join(f"« {label} »" for label in EXIT_REASONS.labels())
            raise ConfigurationError(f"--reason : « {reason} ». Attendu : {allowed}.")
        with place.writing():
            registers = read_registers(place.registers)
            _require(project, registers)
            if wanted.key in _editions_of(place, registers, project):
                raise ConfigurationError(f"{project} figure encore à l'édition {wanted.key}.")
            known = registers["exits"].loc[registers["exits"]["edition"].eq(wanted.key)]
            if _already(known.loc[known["project_id"].eq(project)].tail(1), project, {"exit_reason": code}):
                return
            line = {
                "project_id": project,
                "edition": wanted.key,
                "exit_reason": code,
                "decided_on": _today(),
                "decided_by": who(by),
                "comment": comment,
            }
            register(place.registers, "exits").append(pd.DataFrame([line]), seen=registers["exits"])
        _print_rerun([wanted.key], f"{project} : sortie enregistrée ({EXIT_REASONS.label(code).lower()}).")


def _already(lines: pd.DataFrame, project: str, said: Mapping[str, str | None]) -> bool:
    """Whether a line says it of a project; then tell who said it and when."""
    for line in lines.loc[lines["project_id"].eq(project)].to_dict("records"):
        if all(line[name] == value or (value is None and pd.isna(line[name])) for name, value in said.items()):
            day = pd.Timestamp(str(line["decided_on"])).date()
            output().print(f"{project} : déjà enregistré, le {french.day(day)}, par {line['decided_by']}.")
            return True
    return False


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _decide(
    place: Home,
    registers: Registers,
    decision: str,
    project: str,
    other: str | None,
    edition: str | None,
    by: str,
    why: str,
) -> None:
    line = {
        "decided_on": _today(),
        "decided_by": by,
        "decision": decision,
        "project_id": project,
        "other_id": other,
        "edition": edition,
        "reason": why,
    }
    register(place.registers, "decisions").append(pd.DataFrame([line]), seen=registers["decisions"])


def _require(project: str, registers: Registers) -> None:
    known = set(registers["projects"]["project_id"]) | set(registers["decisions"]["other_id"].dropna())
    if project not in known:
        raise ConfigurationError(f"Projet inconnu : « {project} ». Le registre en connaît {len(known)}.")


def _editions_of(place: Home, registers: Registers, project: str) -> list[str]:
    """The editions of the warehouse where a project is, under the decisions taken so far."""
    store = ParquetStore(place.warehouse)
    editions = []
    for key in store.editions(CORE_PROJECTS):
        rows = store.read(CORE_PROJECTS, key)
        if canonical(rows["project_id"], rows["edition"], registers["decisions"]).eq(project).any():
            editions.append(key)
    return editions


def _refuse_together(place: Home, registers: Registers, one: str, other: str) -> None:
    both = sorted(set(_editions_of(place, registers, one)) & set(_editions_of(place, registers, other)))
    if one == other or both:
        where = f" : les deux figurent à l'édition {both[0]}" if both else ""
        raise ConfigurationError(f"{one} et {other} ne peuvent pas être un seul projet{where}.")


def _print_rerun(editions: list[str], message: str) -> None:
    console = output()
    console.print(message)
    if editions:
        span = editions[0] if len(editions) == 1 else f"{editions[0]}..{editions[-1]}"
        command = "run" if len(editions) == 1 else "backfill"
        console.print(f"Les chiffres suivront à la prochaine exécution : panorama {command} {span}")
