"""How good recommendations are, by the protocols of docs/recommendation.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from playhead._evaluate_kuairand import Progress, click_protocol, prequential
from playhead._evaluate_movielens import leave_last, split
from playhead.modules import Recommender

BLEND = Recommender.default_blend()
#: What the stream's ablation compares: names of rows, and the options behind them.
ABLATION: dict[str, Mapping[str, Any]] = {
    "default": {},
    **{f"without {source}": {"blend": {**BLEND, source: 0}} for source in BLEND},
    **{
        f"{source} alone": {"blend": {source: 1}}
        for source in ("ease", "co", "ordered", "tags", "popularity")
    },
}
LAST_RATINGS = {
    "profile_size": 1000,
    "profile_half_life": 35.0,
    "ease_lambda": 400.0,
    "blend": {"ease": 0.5, "ordered": 0.5},
}


def run(name: str, directory: Path, ablation: bool, console: Console) -> None:
    """Run a protocol on the data in a directory, and print its table."""
    with console.status("") as status:
        table = PROTOCOLS[name](directory, ablation, status.update)
    console.print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if column in ("what", "label") else "right")
    return table


def _stream(directory: Path, ablation: bool, progress: Progress) -> Table:
    columns = ("what", "users", "HR@10", "HR@20", "NDCG@10")
    table = _table("KuaiRand-Pure as a stream: each row is predicted, then recorded", *columns)
    for what, options in (ABLATION if ablation else {"default": {}}).items():
        result = prequential(directory, options, lambda text, w=what: progress(f"{w}: {text}"))  # type: ignore[misc]
        slices = {
            what: result.ranks(),
            "  28 and 29 April": result.ranks(lambda day: day < "20220430"),
            "  30 April": result.ranks(lambda day: day == "20220430"),
        }
        if not ablation:
            slices |= {
                "  users with < 5 videos": result.cold_users,
                "  videos had < 20 times": result.cold_videos,
            }
        for label, ranks in slices.items():
            figures = (ranks.hit_rate(10), ranks.hit_rate(20), ranks.ndcg(10))
            table.add_row(label, f"{len(ranks):,}", *(f"{x:.4f}" for x in figures))
        if not ablation:
            p50, p99 = result.latency_us()
            coverage = len(result.recommended) / result.catalogue
            table.caption = (
                f"coverage {coverage:.1%} of {result.catalogue:,} videos; recommend p50 {p50:,.0f} us, "
                f"p99 {p99:,.0f} us; record {result.recorded / result.recording:,.0f}/s; "
                f"refresh {max(result.refreshes):.1f} s"
            )
    return table


def _split(directory: Path, _: bool, progress: Progress) -> Table:
    table = _table("MovieLens 100K, a quarter of each user's ratings held out", "what", "NDCG@10")
    for what, options in {
        "default of the preset": {},
        "EASE alone": {"blend": {"ease": 1}},
        "iALS alone": {"blend": {"als": 1}},
        "co-counts alone": {"blend": {"co": 1}},
    }.items():
        table.add_row(what, f"{split(directory, options, progress):.4f}")
    return table


def _last(directory: Path, _: bool, progress: Progress) -> Table:
    table = _table("MovieLens 100K, each user's last rating", "what", "users", "HR@10", "NDCG@10")
    for label, ranks in leave_last(directory, LAST_RATINGS, progress).items():
        table.add_row(label, f"{len(ranks):,}", f"{ranks.hit_rate(10):.4f}", f"{ranks.ndcg(10):.4f}")
    return table


def _clicks(name: str) -> Callable[[Path, bool, Progress], Table]:
    def table_of(directory: Path, _: bool, progress: Progress) -> Table:
        columns = ("label", "AUC", "AUC, updated", "trained rows/s", "predicted rows/s")
        table = _table("KuaiRand-Pure, the probability of a click by DeepFM", *columns)
        for r in click_protocol(directory, name, {}, progress):
            updated = "" if r.updated_auc is None else f"{r.updated_auc:.4f}"
            table.add_row(
                r.label, f"{r.auc:.4f}", updated, f"{r.trained_per_s:,.0f}", f"{r.predicted_per_s:,.0f}"
            )
        return table

    return table_of


PROTOCOLS: dict[str, Callable[[Path, bool, Progress], Table]] = {
    "prequential": _stream,
    "split": _split,
    "leave-last": _last,
    "ctr": _clicks("ctr"),
    "ctr-update": _clicks("ctr-update"),
}
