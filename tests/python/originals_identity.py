"""What became of the originals that tell who a request comes from: an example of each."""

from collections.abc import Callable

import playhead
from playhead import modules

EXAMPLES: dict[str, Callable[[playhead.Store], object]] = {}


def example(original: str) -> Callable[[Callable[[playhead.Store], None]], Callable[[playhead.Store], None]]:
    """Enter the example of an original."""

    def enter(function: Callable[[playhead.Store], None]) -> Callable[[playhead.Store], None]:
        EXAMPLES[original] = function
        return function

    return enter


@example("000 generate_access_token")
def generate_access_token(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    assert modules.generate_access_token("alice", tokens) != modules.generate_access_token("alice", tokens)
    assert len(tokens.list("alice")) == 2


@example("000 validate_access_token")
def validate_access_token(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    found = modules.validate_access_token(modules.generate_access_token("alice", tokens), tokens)
    assert found is not None
    assert found.user_id == "alice"
    assert modules.validate_access_token("{}", tokens) is None
