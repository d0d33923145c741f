"""Carry out a person's order to publish: plan, show, and only when asked, approve, write, verify."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from assets.export.approvals import Notice, approve
from assets.export.client import DataGouv
from assets.export.folder import FolderDestination
from assets.export.platform import PlatformDestination, organization_of, read_key
from assets.export.remote_folder import open_folder
from pipelines.told.console import messages, output, steps, write_json
from pipelines.told.export_views import Standing, export_progress, plan_as_dict, print_done, print_plan
from warehouse.archive.closed import read_closings
from warehouse.archive.freshness import stale_editions
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.results import read_findings
from warehouse.home.settings import read_settings
from warehouse.home.state import read_state
from warehouse.home.store import ParquetStore
from warehouse.projects.closing_wording import closing_said


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
        PanoramaError: see `assets.export.platform.PlatformDestination`.
    """
    settings = read_settings(order.home.settings).export
    destination = PlatformDestination(
        DataGouv(options.base_url or settings.base_url, read_key(options.key_file)),
        organization_of(options.organization, settings.organization),
        options.private,
        options.overwrite,
        options.recreate,
    )
    _publish(order, destination)


def publish_to_folder(order: Order, address: str) -> None:
    """Show what would be written in a folder, and write it when the order says so.

    Raises:
        PanoramaError: see `assets.export.folder.FolderDestination`.
    """
    _publish(order, FolderDestination(open_folder(address)))


def _publish(order: Order, destination: PlatformDestination | FolderDestination) -> None:
    """Plan, show, and when the order says so, approve and apply."""
    title = f"Édition {order.edition.key}"
    today = dt.datetime.now(tz=dt.UTC).date()
    pending = Notice(order.edition.key, today, order.correction) if order.correction else None
    with steps(title) as progress:
        progress(f"lecture de {destination.shown}")
        planned = destination.plan(order.home, order.edition, order.folder, pending)
    standing = _standing(order)
    if order.as_json:
        write_json(plan_as_dict(planned, standing))
    else:
        print_plan(planned, standing, output())
    if not order.apply:
        if planned.count:
            messages().print("Rien n'est écrit sans --apply.", markup=False)
        return
    # Before the approval: what cannot be written is not approved.
    planned.refuse()
    with export_progress(title, planned.count, messages()) as told, order.home.writing():
        approval = approve(
            order.home,
            order.edition,
            order.folder,
            by=order.by,
            today=today,
            reason=order.why,
            correction=order.correction,
        )
        done = planned.apply(order.home, approval, today=today, progress=told)
    if not order.as_json:
        print_done(done, destination.shown, output())


def _standing(order: Order) -> Standing:
    """What is open, out of date or absent as the home now is."""
    state = read_state(order.home)
    warnings = Counter[str]()
    for finding in read_findings(order.home, order.edition):
        if finding.severity == "warning":
            warnings[finding.code] += finding.count
    closing = read_closings(state.registers, ParquetStore(order.home.warehouse)).get(order.edition.key)
    return Standing(warnings, stale_editions(state), closing_said(closing).absences if closing else ())
