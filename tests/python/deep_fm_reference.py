"""DeepFM in numpy, in double precision, by the paper; it begins from a file that DeepFM.save wrote."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
UNKNOWN, NUMBER = 0, 1
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Reader:
    """The parts of the file, in their order."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, kind: str) -> Any:
        return struct.unpack(f"<{kind}", self.take(struct.calcsize(kind)))[0]

    def text(self) -> str:
        return self.take(self.number("Q")).decode()

    def floats(self) -> Array:
        return np.frombuffer(self.take(4 * self.number("Q")), "<f4").astype(np.float64)


class Weights:
    """Numbers that are learnt, with Adam's moments."""

    def __init__(self, file: Reader) -> None:
        self.value, self.first, self.second = file.floats(), file.floats(), file.floats()

    def reshape(self, *shape: int) -> None:
        self.value, self.first, self.second = (
            a.reshape(*shape) for a in (self.value, self.first, self.second)
        )

    def step(self, gradient: Array, rate: float, t: int) -> None:
        """Adam (Kingma 2015)."""
        self.first = BETA1 * self.first + (1 - BETA1) * gradient
        self.second = BETA2 * self.second + (1 - BETA2) * gradient**2
        rate *= np.sqrt(1 - BETA2**t) / (1 - BETA1**t)
        self.value = self.value - rate * self.first / (np.sqrt(self.second) + EPSILON)

    def step_rows(self, rows: NDArray[np.int64], gradient: Array, rate: float, t: int) -> None:
        """Adam without momentum, of rows that were met."""
        self.second[rows] = BETA2 * self.second[rows] + (1 - BETA2) * gradient[rows] ** 2
        self.value[rows] -= (
            rate * np.sqrt(1 - BETA2**t) * gradient[rows] / (np.sqrt(self.second[rows]) + EPSILON)
        )


@dataclass
class Field:
    """A column, and what is known of its values."""

    name: str
    kind: int
    mean: float = 0
    deviation: float = 1
    rows: dict[str, int] | None = None
    vectors: Any = None
    weights: Any = None


class Reference:
    """The model; its rows are columns by name."""

    def __init__(self, path: Path) -> None:
        file = Reader(path.read_bytes())
        assert file.take(16) == b"playhead DeepFM\n"
        assert file.number("I") == 1
        file.number("Q")
        self.fields = [Field(file.text(), file.number("B")) for _ in range(file.number("Q"))]
        self.dim = file.number("Q")
        hidden = [file.number("Q") for _ in range(file.number("Q"))]
        self.rate, self.l2, self.dropout, self.unknown_share = (file.number("d") for _ in range(4))
        assert self.dropout == self.unknown_share == 0
        file.number("Q")
        self.t = file.number("Q")
        self.bias = Weights(file)
        for field in self.fields:
            field.mean, field.deviation = file.number("d"), file.number("d")
            names = [file.text() for _ in range(file.number("Q"))]
            field.vectors, field.weights = Weights(file), Weights(file)
            field.vectors.reshape(-1, self.dim)
            unnamed = len(field.weights.value) - len(names)
            field.rows = {name: unnamed + i for i, name in enumerate(names)}
        self.layers = []
        width = len(self.fields) * self.dim
        for units in (*hidden, 1):
            weights, bias = Weights(file), Weights(file)
            weights.reshape(width, units)
            self.layers.append((weights, bias))
            width = units

    def _encoded(self, field: Field, value: Any) -> list[tuple[int, float]]:
        assert field.rows is not None
        if field.kind == 1:
            return [(UNKNOWN, 1.0) if value is None else (NUMBER, (value - field.mean) / field.deviation)]
        names = [value] if field.kind == 0 else value
        found = [(field.rows.get(name, UNKNOWN), 1 / len(names)) for name in names]
        return found or [(UNKNOWN, 1.0)]

    def _matrices(self, rows: Mapping[str, Sequence[Any]]) -> list[Array]:
        """For each field what multiplies its vectors, examples x vectors."""
        out = []
        for field in self.fields:
            column = rows[field.name]
            matrix = np.zeros((len(column), len(field.weights.value)))
            for r, value in enumerate(column):
                for row, weight in self._encoded(field, value):
                    matrix[r, row] += weight
            out.append(matrix)
        return out

    def _forward(self, matrices: list[Array]) -> tuple[Array, Array, list[Array]]:
        vectors = np.stack([m @ f.vectors.value for m, f in zip(matrices, self.fields, strict=True)], axis=1)
        first = sum(m @ f.weights.value for m, f in zip(matrices, self.fields, strict=True))
        pairs = 0.5 * (vectors.sum(axis=1) ** 2 - (vectors**2).sum(axis=1)).sum(axis=1)
        outputs = [vectors.reshape(len(vectors), -1)]
        for n, (weights, bias) in enumerate(self.layers):
            z = outputs[-1] @ weights.value + bias.value
            outputs.append(z if n == len(self.layers) - 1 else np.maximum(z, 0))
        return self.bias.value[0] + first + pairs + outputs[-1][:, 0], vectors, outputs

    def predict(self, rows: Mapping[str, Sequence[Any]]) -> Array:
        """Probabilities."""
        logits = self._forward(self._matrices(rows))[0]
        return np.asarray(1 / (1 + np.exp(-logits)))

    def learn(self, rows: Mapping[str, Sequence[Any]], labels: Sequence[float]) -> float:
        """One minibatch: its mean log loss before it was learnt from."""
        self.t += 1
        matrices = self._matrices(rows)
        logits, vectors, outputs = self._forward(matrices)
        y = np.asarray(labels, dtype=np.float64)
        loss = float(np.mean(np.logaddexp(0, logits) - y * logits))
        by_logit = (1 / (1 + np.exp(-logits)) - y) / len(y)
        back = by_logit[:, None]
        steps = []
        for n in reversed(range(len(self.layers))):
            weights, bias = self.layers[n]
            steps += [(weights, outputs[n].T @ back), (bias, back.sum(axis=0))]
            back = back @ weights.value.T
            if n > 0:
                back = back * (outputs[n] > 0)
        by_vector = back.reshape(vectors.shape) + by_logit[:, None, None] * (
            vectors.sum(axis=1, keepdims=True) - vectors
        )
        for f, (field, matrix) in enumerate(zip(self.fields, matrices, strict=True)):
            met = np.flatnonzero((matrix != 0).any(axis=0))
            gradient = matrix.T @ by_vector[:, f] + self.l2 * field.vectors.value
            field.vectors.step_rows(met, gradient, self.rate, self.t)
            field.weights.step_rows(met, matrix.T @ by_logit, self.rate, self.t)
        for one, slope in steps:
            one.step(slope, self.rate, self.t)
        self.bias.step(np.asarray([by_logit.sum()]), self.rate, self.t)
        return loss
