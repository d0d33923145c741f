"""Carry out a person's order to publish: plan, show, and only when asked, approve, write, verify."""

import datetime as dt
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from assets.export.approvals import Approval, Notice, approve
from assets.export.client import DataGouv
from assets.export.edition import (
    Prepared,
    Target,
    execute,
    execute_folder_export,
    organization_of,
    prepare,
    prepare_folder,
    read_key,
)
from assets.export.execution import EditedByHandError
from assets.export.remote_folder import open_folder
from pipelines.told.console import messages, output, steps
from pipelines.told.export_views import (
    export_progress,
    folder_plan_as_dict,
    plan_as_dict,
    print_exported,
    print_folder_plan,
    print_plan,
)
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.settings import read_settings


@dataclass(frozen=True)
class Order:
    """What a person asks to publish.

    Attributes:
        home: the installation.
        edition: the edition.
        folder: its files, as they are now or as they were once approved.
        apply: write; else the plan is only shown.
        by: who approves.
        why: why, if said.
        correction: the notice to publish with the files, if any.
        as_json: show the plan as JSON.
    """

    home: Home
    edition: Edition
    folder: Path
    apply: bool
    by: str
    why: str | None = None
    correction: str | None = None
    as_json: bool = False

    def approval(self, today: dt.date) -> Approval:
        """Write that the person approves these files, unless it is already. With the home locked."""
        return approve(
            self.home,
            self.edition,
            self.folder,
            by=self.by,
            today=today,
            reason=self.why,
            correction=self.correction,
        )


@dataclass(frozen=True)
class PlatformOptions:
    """The platform a person names, or leaves to the settings of the home."""

    base_url: str | None = None
    organization: str | None = None
    key_file: Path | None = None
    private: bool = False
    overwrite: bool = False
    recreate: bool = False


def publish_to_platform(order: Order, options: PlatformOptions) -> None:
    """Show the plan of an export, and carry it out when the order says so.

    Raises:
        PanoramaError: see `assets.export.edition.prepare` and `execute`.
    """
    settings = read_settings(order.home.settings).export
    target = Target(
        DataGouv(options.base_url or settings.base_url, read_key(options.key_file)),
        organization_of(options.organization, settings.organization),
        options.private,
        options.overwrite,
        options.recreate,
    )
    today = dt.datetime.now(tz=dt.UTC).date()
    pending = Notice(order.edition.key, today, order.correction) if order.correction else None
    title = f"Édition {order.edition.key}"
    with steps(title) as progress:
        progress(f"lecture de {target.platform.base_url}")
        prepared = prepare(order.home, order.edition, order.folder, target, pending=pending)
    _show(prepared, order)
    if not order.apply:
        _invite(bool(prepared.plan.steps))
        return
    # Before the approval: what cannot be written is not approved.
    if prepared.plan.conflicts and not options.overwrite:
        raise EditedByHandError(prepared.plan.conflicts)
    with export_progress(title, len(prepared.plan.steps), messages()) as (on_step, on_bytes), order.home.writing():
        prepared.exporter.on_step, prepared.exporter.on_bytes = on_step, on_bytes
        exported = execute(order.home, order.approval(today), prepared, today=today)
    if not order.as_json:
        print_exported(exported, output())


def publish_to_folder(order: Order, address: str) -> None:
    """Show what would be written in a folder, and write it when the order says so.

    Raises:
        PanoramaError: see `assets.export.edition.prepare_folder` and `execute_folder_export`.
    """
    target = open_folder(address)
    planned = prepare_folder(order.home, order.edition, order.folder, target)
    if order.as_json:
        sys.stdout.write(json.dumps(folder_plan_as_dict(planned, target.shown), ensure_ascii=False, indent=2) + "\n")
    else:
        print_folder_plan(planned, target.shown, output())
    if not order.apply:
        _invite(any(step.action != "unchanged" for step in planned))
        return
    today = dt.datetime.now(tz=dt.UTC).date()
    with steps(f"Édition {order.edition.key}") as progress, order.home.writing():
        count = execute_folder_export(
            order.home,
            order.approval(today),
            target,
            planned,
            today=today,
            on_step=lambda step: progress(f"écriture : {step.name}"),
        )
    if not order.as_json:
        output().print(f"{target.shown} : {count} fichier(s) écrit(s), relus et identiques.", markup=False)


def _show(prepared: Prepared, order: Order) -> None:
    if order.as_json:
        sys.stdout.write(json.dumps(plan_as_dict(prepared), ensure_ascii=False, indent=2) + "\n")
    else:
        print_plan(prepared, output())


def _invite(anything: bool) -> None:
    if anything:
        messages().print("Rien n'est écrit sans --apply.", markup=False)
