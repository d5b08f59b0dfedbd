"""How good a ranking or a prediction is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Ranks:
    """The places (0 is the best) at which what was taken next was recommended; None: not at all."""

    places: list[int | None] = field(default_factory=list)

    def add(self, place: int | None) -> None:
        """Count one more."""
        self.places.append(place)

    def __len__(self) -> int:
        return len(self.places)

    def hit_rate(self, count: int) -> float:
        """Give the share that was among the first ``count``."""
        return sum(p is not None and p < count for p in self.places) / max(1, len(self.places))

    def ndcg(self, count: int) -> float:
        """Give the mean of 1 / log2(place + 2) of what was among the first ``count``."""
        gains = (1 / math.log2(p + 2) for p in self.places if p is not None and p < count)
        return sum(gains) / max(1, len(self.places))


def ndcg_of_list(recommended: Sequence[str], relevant: set[str], count: int) -> float:
    """Give a list's NDCG, with the ideal list cut at ``count``, too."""
    gain = sum(1 / math.log2(i + 2) for i, video in enumerate(recommended[:count]) if video in relevant)
    ideal = sum(1 / math.log2(i + 2) for i in range(min(count, len(relevant))))
    return gain / ideal if ideal else 0.0


def auc(labels: Sequence[int], scores: Sequence[float]) -> float:
    """Give the area under the ROC curve, equal scores sharing their rank."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    rank_sum, begin = 0.0, 0
    while begin < len(order):
        end = begin
        while end < len(order) and scores[order[end]] == scores[order[begin]]:
            end += 1
        rank = (begin + end + 1) / 2
        rank_sum += rank * sum(labels[i] for i in order[begin:end])
        begin = end
    positive = sum(labels)
    negative = len(labels) - positive
    if not positive or not negative:
        return math.nan
    return (rank_sum - positive * (positive + 1) / 2) / (positive * negative)
