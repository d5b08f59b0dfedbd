"""How many tokens there are at most."""

from __future__ import annotations

from typing import NamedTuple

from playhead import _playhead
from playhead.modules._background import Steps
from playhead.modules.identity import Tokens

__all__ = [
    "TokenLimit",
    "TokenLimitReport",
    "clean_full_sessions",
    "clean_sessions",
]


class TokenLimitReport(NamedTuple):
    """What a step did."""

    tokens: int  #: counted at the beginning
    dropped: int  #: over the limit, or not used for the idle timeout
    cleaned: int  #: revoked and ended tokens whose viewed items and carts were removed
    more: bool  #: there is more to do at once


class TokenLimit(Steps[_playhead.TokenLimit]):
    """Keeps the tokens that were used last, ``limit`` of all users together; ``tokens`` must be ``indexed``.

    What is dropped goes with its viewed items and its cart, in atomic batches; a token that is used while a
    batch is made is left out of it. Any number of processes may do it.
    """

    def __init__(
        self, tokens: Tokens, *, limit: int = 10_000_000, batch: int = 100, longest_wait: int = 1_000
    ) -> None:
        target, prefix, clock, idle_timeout, shards, indexed = tokens._place
        self._module = _playhead.TokenLimit(
            target,
            prefix=prefix,
            clock=clock,
            idle_timeout=idle_timeout,
            shards=shards,
            indexed=indexed,
            limit=limit,
            batch=batch,
            longest_wait=longest_wait,
        )

    def count(self) -> int:
        """Count the tokens that are known."""
        return self._module.count()

    def step(self, now: int | None = None) -> TokenLimitReport:
        """Drop one batch for each part of the index at most. ``now`` replaces the time."""
        return TokenLimitReport(*self._module.step(now))


def clean_sessions(limit: TokenLimit) -> int:
    """Drop tokens until no more than the limit are left; how many."""
    dropped = 0
    while (report := limit.step()).more:
        dropped += report.dropped
    return dropped + report.dropped


clean_full_sessions = clean_sessions
