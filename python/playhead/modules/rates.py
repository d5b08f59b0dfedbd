"""How often somebody may do something."""

from __future__ import annotations

from typing import Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._named import named

__all__ = [
    "RateDecision",
    "RateLimiter",
]


class RateDecision(NamedTuple):
    """What was decided on a request; true if it is allowed."""

    allowed: bool
    remaining: int  #: how much is left now
    retry_after: int | None  #: 0 if it is allowed; None: never, it weighs more than the limit
    reset_after: int  #: when all of the limit is there again, if nothing is taken

    def __bool__(self) -> bool:
        return self.allowed


class RateLimiter:
    """How often somebody may do something: ``RateLimiter(store, "100/minute").check("alice")``.

    ``algorithm``: ``fixed_window`` counts in windows that begin at multiples of the period; ``sliding_log``
    is exact, and keeps every request; ``sliding_counter`` is near that with two counts; ``token_bucket``
    grants ``burst`` (0: the limit) at once after a rest, and then the rate; ``gcra`` decides the same with
    less to keep. A decision is one round trip, and all processes share the counts of a ``name``.
    """

    def __init__(
        self,
        store: Store,
        rate: str,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "requests",
        algorithm: Literal["fixed_window", "sliding_log", "sliding_counter", "token_bucket", "gcra"] = "gcra",
        burst: int = 0,
        slack: int = 60_000,
    ) -> None:
        self._module = _playhead.RateLimiter(
            target_of(store),
            rate,
            prefix=prefix,
            clock=clock,
            name=name,
            algorithm=algorithm,
            burst=burst,
            slack=slack,
        )

    def check(self, subject: Id, weight: int = 1) -> RateDecision:
        """Take ``weight`` if there is so much. What is refused counts for nothing."""
        return named(RateDecision, self._module.check(subject, weight))

    def peek(self, subject: Id, weight: int = 1) -> RateDecision:
        """Tell what :meth:`check` would say, and take nothing."""
        return named(RateDecision, self._module.peek(subject, weight))

    def reset(self, subject: Id) -> bool:
        """Forget what was taken; whether there was anything."""
        return self._module.reset(subject)

    @property
    def limit(self) -> int:
        """How much is allowed in a period."""
        return self._module.limit

    @property
    def period(self) -> int:
        """The period in milliseconds."""
        return self._module.period
