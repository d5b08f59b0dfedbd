"""The command line: playhead demo, replay, evaluate, check, backup."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import click
from rich.console import Console

import playhead
from playhead import _demo, _evaluate, _playhead, _replay
from playhead._replay_formats import FORMATS

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
@click.version_option(playhead.__version__, prog_name="playhead")
def main() -> None:
    """Redis's data structures inside your process, and the modules of a video platform on top."""


def _failed(error: Exception) -> click.ClickException:
    return click.ClickException(str(error))


@main.command()
@click.option(
    "--store",
    default="memory://",
    show_default=True,
    help="Where the data go: memory://, rocksdb:///path, redis://host",
)
@click.option(
    "--users",
    default=500,
    show_default=True,
    type=click.IntRange(1, 10_000_000),
    help="Users of the platform.",
)
@click.option(
    "--videos",
    default=1_000,
    show_default=True,
    type=click.IntRange(1, 10_000_000),
    help="Videos of the platform.",
)
@click.option(
    "--events",
    default=20_000,
    show_default=True,
    type=click.IntRange(1, 1_000_000_000),
    help="Visits of the day.",
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same day.")
def demo(store: str, users: int, videos: int, events: int, seed: int) -> None:
    """Simulate a day on a small video platform."""
    try:
        _demo.run(store, users, videos, events, seed, Console())
    except (playhead.Error, OSError) as error:
        raise _failed(error) from error


@main.command()
@click.argument("file", type=FILE)
@click.option(
    "--format", "name", required=True, type=click.Choice(sorted(FORMATS)), help="What kind of log it is."
)
@click.option("--store", default="memory://", show_default=True, help="Where the data go.")
@click.option("--videos", type=FILE, help="A table of all videos.")
@click.option("--history", type=FILE, help="What users watched before the log (kuairand).")
@click.option("--users", type=FILE, help="A table of users.")
def replay(
    file: Path, name: str, store: str, videos: Path | None, history: Path | None, users: Path | None
) -> None:
    """Feed a real log through the modules and report how they did. Files ending in .gz are read directly."""
    try:
        _replay.run(file, name, store, videos, history, users, Console())
    except (playhead.Error, ValueError, OSError) as error:
        raise _failed(error) from error


@main.command()
@click.option(
    "--protocol",
    "name",
    required=True,
    type=click.Choice(sorted(_evaluate.PROTOCOLS)),
    help="What is measured.",
)
@click.option(
    "--data",
    "directory",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The directory of KuaiRand-Pure's or MovieLens 100K's files.",
)
@click.option("--ablation", is_flag=True, help="Without each source, and each source alone.")
def evaluate(name: str, directory: Path, ablation: bool) -> None:
    """Tell how good recommendations are, on real data: docs/recommendation.md describes the protocols."""
    try:
        _evaluate.run(name, directory, ablation, Console())
    except (playhead.Error, ValueError, OSError) as error:
        raise _failed(error) from error


@main.command()
@click.argument("url")
def check(url: str) -> None:
    """Compare what a store has on disk with its format and its checksums.

    Nobody may have it open; nothing is changed. Exit code 0: nothing is wrong, 1: damage was found, 2: it
    could not be checked.
    """
    try:
        counts, problems, findings = _playhead.check(url)
    except playhead.Error as error:
        if isinstance(error, playhead.Unsupported) and not url.startswith("rocksdb:"):
            click.echo(f"{url}: {error}")
            return
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from None
    click.echo(url)
    for what, count in counts:
        click.echo(f"  {what}: {count:,}")
    for finding in findings:
        click.echo(f"  {finding}")
    if problems > len(findings):
        click.echo(f"  ... and {problems - len(findings):,} more")
    click.echo(f"{problems:,} problems" if problems else "no problem")
    if problems:
        raise SystemExit(1)


@main.command()
@click.argument("url")
@click.argument("directory", type=click.Path(path_type=Path))
def backup(url: str, directory: Path) -> None:
    """Write a copy of a RocksDB store into a new DIRECTORY, which can be opened as a store.

    No other process may have the store open; a program that has it open calls store.backup() itself.
    """
    try:
        kept_in = _playhead.directory_of(url)
        if kept_in is not None and not Path(kept_in).is_dir():
            raise click.ClickException(f"there is no store to copy in {kept_in}")
        with playhead.open(url) as store:
            store.backup(directory)
    except playhead.Error as error:
        raise _failed(error) from error
    click.echo(f"{url} was copied; open the copy as rocksdb://{quote(str(directory.absolute()))}")


if __name__ == "__main__":
    main()
