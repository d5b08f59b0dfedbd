import math
import random
from pathlib import Path
from typing import Any

import pytest

import playhead
from deep_fm_reference import Reference
from playhead.modules import DeepFM


def examples(seed: int, count: int) -> tuple[dict[str, list[Any]], list[int]]:
    """Rows whose label depends on whether a tag is the user's."""
    rng = random.Random(seed)
    rows: dict[str, list[Any]] = {"user": [], "age": [], "tags": []}
    labels = []
    for _ in range(count):
        user, tags = rng.randrange(8), [rng.randrange(8) for _ in range(rng.randrange(3))]
        rows["user"].append(f"u{user}")
        rows["age"].append(rng.choice([None, rng.randrange(80)]))
        rows["tags"].append([f"t{t}" for t in tags])
        labels.append(int(rng.random() < (0.9 if user in tags else 0.2)))
    return rows, labels


def model(**options: Any) -> DeepFM:
    return DeepFM(
        {"user": "category", "age": "number", "tags": "bag"}, embedding_dim=4, hidden=(8,), **options
    )


def log_loss(labels: list[int], probabilities: list[float]) -> float:
    return -sum(
        math.log(p if label else 1 - p) for label, p in zip(labels, probabilities, strict=True)
    ) / len(labels)


def test_probabilities_are_better_than_the_mean() -> None:
    rows, labels = examples(1, 4000)
    fm = model(learning_rate=1e-2, dropout=0.0)
    epochs = fm.fit(rows, labels, 6, 64)
    assert len(epochs) == 6
    assert epochs[-1].loss < epochs[0].loss
    unseen, truth = examples(2, 1000)
    mean = sum(labels) / len(labels)
    assert log_loss(truth, fm.predict(unseen)) < 0.93 * log_loss(truth, [mean] * len(truth))


def test_rows_are_columns_or_mappings() -> None:
    rows, labels = examples(1, 100)
    mappings = [dict(zip(rows, row, strict=True)) for row in zip(*rows.values(), strict=True)]
    one, other = model(), model()
    one.fit(rows, labels)
    other.fit(mappings, labels)
    assert one.predict(rows) == other.predict(mappings)


def test_what_is_saved_predicts_the_same(tmp_path: Path) -> None:
    rows, labels = examples(1, 200)
    fm = model()
    fm.fit(rows, labels)
    fm.save(tmp_path / "model")
    loaded = DeepFM.load(tmp_path / "model")
    assert loaded.predict(rows) == fm.predict(rows)
    assert loaded.partial_fit(rows, labels) == fm.partial_fit(rows, labels)


def test_training_ends_early_with_validation_rows() -> None:
    rows, labels = examples(1, 100)
    epochs = model(learning_rate=0.05).fit(rows, labels, 100, 16, validation=examples(2, 100), patience=2)
    assert len(epochs) < 100
    assert all(e.validation_loss is not None for e in epochs)


def test_what_makes_no_sense_is_refused_with_a_reason(tmp_path: Path) -> None:
    rows, labels = examples(1, 10)
    with pytest.raises(
        playhead.InvalidArgument, match="a field is a category, a number or a bag, not 'names'"
    ):
        DeepFM({"user": "names"})  # type: ignore[dict-item]
    with pytest.raises(playhead.InvalidArgument, match="embedding_dim=0 is outside"):
        DeepFM({"user": "category"}, embedding_dim=0)
    with pytest.raises(playhead.InvalidArgument, match="the rows have no field 'age'"):
        model().fit({"user": rows["user"], "tags": rows["tags"]}, labels)
    with pytest.raises(playhead.InvalidArgument, match="has 9 rows, not 10"):
        model().fit({**rows, "age": rows["age"][1:]}, labels)
    with pytest.raises(playhead.InvalidArgument, match=r"outside 0\.\.1"):
        model().fit(rows, [2] * 10)
    with pytest.raises(TypeError, match="age"):
        model().fit({**rows, "age": ["old"] * 10}, labels)
    (tmp_path / "model").write_bytes(b"nothing")
    with pytest.raises(playhead.Corrupt, match="no such file"):
        DeepFM.load(tmp_path / "model")


def part(rows: dict[str, list[Any]], begin: int, end: int) -> dict[str, list[Any]]:
    return {name: column[begin:end] for name, column in rows.items()}


@pytest.mark.parametrize("hidden", [(), (8,), (16, 8)])
def test_outputs_and_losses_are_those_of_an_implementation_in_numpy(
    tmp_path: Path, hidden: tuple[int, ...]
) -> None:
    rows, labels = examples(3, 3000)
    fm = DeepFM(
        {"user": "category", "age": "number", "tags": "bag"},
        embedding_dim=4,
        hidden=hidden,
        learning_rate=1e-2,
        l2=1e-3,
        dropout=0.0,
        unknown_share=0.0,
    )
    fm.fit(part(rows, 0, 1000), labels[:1000], 1, 100)
    fm.save(tmp_path / "model")
    reference = Reference(tmp_path / "model")
    unseen = examples(4, 200)[0] | {"user": ["nobody", *examples(4, 200)[0]["user"][1:]]}
    assert fm.predict(unseen) == pytest.approx(reference.predict(unseen), abs=1e-5)
    for begin in range(1000, 3000, 100):
        some, truth = part(rows, begin, begin + 100), labels[begin : begin + 100]
        assert fm.partial_fit(some, truth, 100) == pytest.approx(reference.learn(some, truth), abs=1e-4)
    assert fm.predict(unseen) == pytest.approx(reference.predict(unseen), abs=2e-4)
