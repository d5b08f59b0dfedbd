"""DeepFM: the probability of a click."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Self, TypeAlias

from playhead import InvalidArgument, _playhead

__all__ = ["DeepFM", "Epoch"]

Rows: TypeAlias = Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]
FieldKind: TypeAlias = Literal["category", "number", "bag"]


class Epoch(NamedTuple):
    """What a pass over all rows did."""

    loss: float  #: mean log loss of the training rows, as they were met
    validation_loss: float | None


class DeepFM:
    """A factorization machine and a deep network on shared vectors (Guo et al. 2017).

    ``fields`` names the columns and tells what they hold: a ``"category"`` (one name), a ``"number"``
    (None or NaN: unknown) or a ``"bag"`` (several names). Names are str, bytes or int. Every name has
    a vector of its own, and every field one for names that are unknown. A number is standardised and
    scales its field's vector. Trained by Adam on the log loss, in minibatches. The same rows and seed
    give the same model, on however many threads. Thread-safe: predictions go on while a thread
    trains, and see the model between two minibatches.
    """

    def __init__(
        self,
        fields: Mapping[str, FieldKind],
        *,
        embedding_dim: int = 16,
        hidden: Sequence[int] = (256, 128),
        learning_rate: float = 1e-3,
        l2: float = 1e-4,
        dropout: float = 0.3,
        unknown_share: float = 0.01,
        seed: int = 0,
        threads: int = 0,
    ) -> None:
        """Begin with random vectors.

        ``l2`` is on the vectors, ``dropout`` the share of hidden units and ``unknown_share`` the
        share of values left out while training; ``threads`` 0 means all.
        """
        self._use(
            _playhead.DeepFMObject(
                dict(fields),
                embedding_dim=embedding_dim,
                hidden=list(hidden),
                learning_rate=learning_rate,
                l2=l2,
                dropout=dropout,
                unknown_share=unknown_share,
                seed=seed,
                threads=threads,
            )
        )

    def _use(self, model: _playhead.DeepFMObject) -> None:
        self._model = model
        self._fields = model.fields

    def fit(
        self,
        rows: Rows,
        labels: Iterable[float],
        epochs: int = 1,
        batch_size: int = 512,
        *,
        validation: tuple[Rows, Iterable[float]] | None = None,
        patience: int = 1,
    ) -> list[Epoch]:
        """Begin anew, and pass over the rows ``epochs`` times, shuffled; labels are 0 to 1.

        ``rows`` is a mapping of columns, or a sequence of mappings. With ``validation`` rows and
        labels it ends when they got no better for ``patience`` epochs, and keeps the best model.
        """
        held_out, held_out_labels = validation or (None, ())
        epochs_done = self._model.fit(
            self._columns(rows),
            [float(label) for label in labels],
            epochs,
            batch_size,
            None if held_out is None else self._columns(held_out),
            [float(label) for label in held_out_labels],
            patience,
        )
        return [Epoch(*e) for e in epochs_done]

    def partial_fit(self, rows: Rows, labels: Iterable[float], batch_size: int = 512) -> float:
        """Go on with one pass in the given order; new names get vectors. The mean loss before learning."""
        return self._model.partial_fit(self._columns(rows), [float(label) for label in labels], batch_size)

    def predict(self, rows: Rows) -> list[float]:
        """Give probabilities, one for each row."""
        columns = self._columns(rows)
        return self._model.predict(columns, len(columns[0]))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a file, which is replaced at once; it can go on learning from there."""
        self._model.save(os.fspath(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model. :class:`playhead.Corrupt` if the file is none or damaged."""
        model = cls.__new__(cls)
        model._use(_playhead.DeepFMObject.load(os.fspath(path)))
        return model

    @property
    def parameters(self) -> int:
        """Trainable numbers."""
        return self._model.parameters

    def _columns(self, rows: Rows) -> tuple[tuple[Any, ...], ...]:
        def column(name: str) -> Iterable[Any]:
            try:
                return rows[name] if isinstance(rows, Mapping) else [row[name] for row in rows]
            except KeyError:
                raise InvalidArgument(f"the rows have no field {name!r}") from None

        columns = []
        for name, kind in self._fields.items():
            values = column(name)
            columns.append(tuple(tuple(bag) for bag in values) if kind == "bag" else tuple(values))
        return tuple(columns)
