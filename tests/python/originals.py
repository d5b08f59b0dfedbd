"""Examples of the originals of a group of modules, by their names."""

from collections.abc import Callable

import playhead

Example = Callable[[playhead.Store], object]


class Examples(dict[str, Example]):
    """What is done with a store, by the document and name of an original: "000 add_to_favorites"."""

    def of(self, *originals: str) -> Callable[[Example], Example]:
        """Enter the example of some originals."""

        def enter(function: Example) -> Example:
            self.update(dict.fromkeys(originals, function))
            return function

        return enter
