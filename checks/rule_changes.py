"""What an operator made of the rules, told with the findings of each edition it applies to."""

import dagster as dg
import pandas as pd

from assets.submissions import raw_submissions
from checks.recording import changes_in_force, edition_check, record
from warehouse.home.home import Home
from warehouse.home.rule_changes import statements
from warehouse.model.rules import catalogue


@edition_check(raw_submissions)
def rules_are_as_declared(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """No rule is regraded nor suspended at this edition; those that are, are told, with who decided it and why."""
    findings = statements(changes_in_force(home, context.partition_key))
    return record(context, home, findings, checked=len(catalogue()))
