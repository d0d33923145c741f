"""The partitions of every asset: the editions of the calendar.

Dynamic, so that an edition opened in a home needs neither a commit nor a restart.
"""

import dagster as dg

EDITIONS = dg.DynamicPartitionsDefinition(name="editions")
