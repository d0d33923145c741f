"""Take the inbox of a home in, as a run does."""

import datetime as dt
from typing import Any

import pandas as pd

from assets.collection.intake import Receipt, receive
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.state import read_state


def taken_in(home: Home, edition: Edition, day: dt.date, **options: Any) -> Receipt:
    """What is received for an edition, its inbox taken in."""
    with read_state(home).writing() as held:

        def append(lines: pd.DataFrame) -> None:
            held.appended({"submissions": lines})

        return receive(held, edition, day, append=append, **options)
