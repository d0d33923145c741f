"""The brief of a ministry as a PDF of a page or two: what its page says, and, for it alone, what it has to correct."""

from collections.abc import Sequence
from dataclasses import fields

from assets.page.wording import finding_groups
from assets.report.rendering import typeset
from assets.site.follow_up.ministry_brief import Brief
from assets.site.tables import SiteTables, edition_title
from warehouse.model.findings import Finding

# What is printed from its list, which has their source too.
_OF_PAGES = ("requests_source",)
# Beyond, the workbook that is returned has them all.
SHOWN_PLACES = 4


def brief_pdf(said: Brief, site: SiteTables) -> bytes:
    """The brief that is published beside the page of a ministry; the same tables give the same bytes.

    Raises:
        ServiceError: Typst refused the document or warned about it.
    """
    return _pdf(said, site, None)


def restricted_brief_pdf(said: Brief, site: SiteTables, findings: Sequence[Finding]) -> bytes:
    """The brief that goes to its ministry alone, with what it has to correct or to explain in what it sent.

    Raises:
        ServiceError: Typst refused the document or warned about it.
    """
    return _pdf(said, site, [finding for finding in findings if finding.severity != "notice"])


def _pdf(said: Brief, site: SiteTables, findings: Sequence[Finding] | None) -> bytes:
    data = {each.name: getattr(said, each.name) for each in fields(said) if each.name not in _OF_PAGES}
    data |= {
        "edition": edition_title(site.edition),
        "asked": said.asked,
        "reference_date": site.edition.reference_date().isoformat(),
        "fictitious": site.is_fictitious,
        "provisional": site.about.closing.provisional,
        "restricted": findings is not None,
        "findings": finding_groups(findings or (), SHOWN_PLACES),
    }
    return typeset("brief.typ", data, f"Fiche {said.name}, édition {site.edition.key}")
