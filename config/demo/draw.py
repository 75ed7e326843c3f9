"""Drawing from lists with weights, from one seeded source: the same seed gives the same company."""

import datetime
import math
import random
from collections.abc import Sequence
from typing import Any


class Draw(random.Random):
    """`random.Random` with the few ways of drawing that the demonstration needs."""

    def weighted(self, rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
        """One row; its last column is its weight."""
        return self.choices(rows, weights=[row[-1] for row in rows])[0]

    def chance(self, share: float) -> bool:
        return self.random() < share

    def amount(self, median: int, spread: float, least: int) -> int:
        """A log-normal amount in whole money units, rounded as people round: 184,300, 1,250,000."""
        raw = max(least, median * math.exp(self.gauss(0, spread)))
        step = 10 ** max(2, int(math.log10(raw)) - 2)
        return int(round(raw / step) * step)

    def between(self, first: datetime.datetime, last: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
        """A moment of working time in a zone: Monday to Friday, 8:30 to 18:30."""
        span = max(1.0, (last - first).total_seconds())
        return self.office(first + datetime.timedelta(seconds=self.random() * span), zone)

    def office(self, moment: datetime.datetime, zone: datetime.tzinfo, ahead: bool = False) -> datetime.datetime:
        """The same day at an hour at which people work in that zone; for a weekend the Friday before (`ahead`: Monday)."""
        moment = moment.astimezone(zone)
        if moment.weekday() > 4:
            moment += datetime.timedelta(days=7 - moment.weekday() if ahead else 4 - moment.weekday())
        minute = int(min(600, max(0, self.gauss(250, 150))))
        return moment.replace(hour=8, minute=30, second=0, microsecond=0) + datetime.timedelta(minutes=minute // 5 * 5)
