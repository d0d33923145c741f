"""`panorama status`: where the semester stands at each moment, and the command that settles each thing."""

import datetime as dt
import importlib
import inspect
import json
import pkgutil
import re
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from editions import ROWS
from homes import HEAVY, clone, done, imported, panorama
from submissions import table_of, write_xlsx
from typer.testing import CliRunner

from pipelines import commands
from pipelines.cli import VERBS, app
from warehouse.home.home import Home

NEXT = "2026-06"


def told(home: Path, *arguments: str) -> dict[str, list[dict[str, Any]]]:
    """The lines of `panorama status`, by topic."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in json.loads(done(home, "status", *arguments, "--json"))["lines"]:
        found.setdefault(line["topic"], []).append(line)
    return found


def only(home: Path, topic: str, *arguments: str) -> dict[str, Any]:
    """The one line of a topic."""
    (line,) = told(home, *arguments)[topic]
    return line


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_semester_is_told_step_by_step(backfilled: Path, tmp_path: Path) -> None:
    home = clone(backfilled, tmp_path / "home")
    cutoff = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=3)
    done(home, "edition", "open", NEXT, "--cutoff", cutoff.isoformat())

    lines = told(home)
    assert "passée depuis 3 jours" in plain(lines["calendar"][0]["text"])
    assert lines["calendar"][1]["command"] == f"panorama edition open {NEXT} --published AAAA-MM-JJ"
    assert lines["received"][0] == {
        "topic": "received",
        "status": "todo",
        "text": "La collecte n'a pas été relevée.",
        "command": f"panorama collect {NEXT}",
    }
    assert (lines["figures"][0]["status"], lines["approval"][0]["status"]) == ("todo", "blocked")

    rows = [row | {"phase": "En panne"} if row["name"] == "ALPHA" else row for row in ROWS["2021-11"]]
    sent = home / "inbox" / NEXT / "culture.xlsx"
    write_xlsx(sent, table_of(rows))
    (home / "inbox" / NEXT / "broken.xlsx").write_bytes(b"not a workbook")
    arrived = only(home, "inbox")
    assert (arrived["status"], arrived["command"]) == ("todo", f"panorama collect {NEXT}")
    assert "broken.xlsx et culture.xlsx" in arrived["text"]

    assert panorama(home, "collect", NEXT).status == 1
    lines = told(home)
    assert "inbox" not in lines
    assert "erreur à corriger (culture.xlsx)" in plain(lines["errors"][0]["text"])
    assert (
        lines["errors"][0]["status"] == lines["quarantine"][0]["status"] == lines["figures"][0]["status"] == "blocked"
    )
    assert "broken.xlsx est à l'écart depuis le" in lines["quarantine"][0]["text"]

    shutil.rmtree(home / "quarantine" / NEXT)
    write_xlsx(sent, table_of(ROWS["2021-11"][:-1]))
    assert panorama(home, "collect", NEXT).status == 0
    lines = told(home)
    assert not {"errors", "quarantine", "inbox"} & lines.keys()
    assert lines["figures"][0]["text"] == "L'édition n'est pas encore traitée."
    page = (home / "out" / NEXT / "collection" / "index.html").read_text(encoding="utf-8")
    assert "Où en est-on" in page
    assert f"<code>panorama status {NEXT}</code>" in page

    done(home, "run", NEXT)
    lines = told(home)
    assert (lines["figures"][0]["status"], lines["figures"][0]["command"]) == ("done", f"panorama show {NEXT}")
    assert lines["publication"][0]["status"] == "blocked"

    (home / "inbox" / NEXT / "culture.xlsx").unlink()
    assert "n'est plus dans le dossier de réception : culture.xlsx" in only(home, "inbox")["text"]


def test_telling_where_an_edition_stands_imports_only_what_it_uses(two_editions: Home) -> None:
    found = imported("status", "--home", str(two_editions.root))
    assert "pandas" in found
    assert not found & set(HEAVY)


def test_without_a_verb_the_home_at_hand_is_told_else_the_verbs(
    two_editions: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PANORAMA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert "Commandes" in CliRunner().invoke(app, []).output
    monkeypatch.chdir(two_editions.root)
    here = CliRunner().invoke(app, [])
    assert (here.exit_code, "Édition 2021-11 (n° 14)" in here.output) == (0, True)
    assert CliRunner().invoke(app, ["edition", "list"]).exit_code == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PANORAMA_HOME", str(two_editions.root))
    assert CliRunner().invoke(app, []).output == here.output


# The order of the work; verbs may come between these.
ORDER = [
    "init", "status", "edition", "template", "collect", "check", "return", "run", "show", "approve", "publish",
]  # fmt: skip


def test_help_lists_every_verb_in_the_order_of_the_work() -> None:
    listed = re.findall(r"^  (\w+) ", CliRunner().invoke(app, ["--help"]).output, re.MULTILINE)
    assert [name for name in listed if name in VERBS] == list(VERBS)
    assert [name for name in VERBS if name in ORDER] == ORDER
    known = {(verb.module, verb.name) for verb in VERBS.values()}
    names = [each.name for each in pkgutil.iter_modules(commands.__path__)]
    modules = {name: importlib.import_module(f"pipelines.commands.{name}") for name in names}
    offered = {
        (name, each)
        for name, module in modules.items()
        for each, value in vars(module).items()
        if isinstance(value, typer.Typer) or ("app" not in vars(module) and _is_verb(module, value))
    }
    assert offered == known


def _is_verb(module: ModuleType, value: object) -> bool:
    """Whether a module offers a function as a verb: it takes a home, and says how it is called."""
    if not inspect.isfunction(value) or value.__module__ != module.__name__:
        return False
    return "home" in inspect.signature(value).parameters and "Exemple" in (value.__doc__ or "")
