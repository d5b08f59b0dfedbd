"""The families of commands as coroutines; what their methods take and give stands in _families.pyi."""

from typing import Any

from playhead import _playhead
from playhead._families import FAMILIES
from playhead.aio._calls import Calls


class Family:
    """The methods of a view, performed so that the event loop never waits."""

    __slots__ = ("_calls", "_view")

    def __init__(self, view: object, calls: Calls) -> None:
        self._view, self._calls = view, calls


def _method(name: str, doc: str | None) -> Any:
    async def method(self: Family, *args: Any, **kwargs: Any) -> Any:
        return await self._calls.run(getattr(self._view, name), *args, **kwargs)

    method.__name__, method.__doc__ = name, doc
    return method


def _waiting_method(name: str, doc: str | None, family: str) -> Any:
    async def method(self: Family, *args: Any, **kwargs: Any) -> Any:
        return await self._calls.wait(family, name, *args, **kwargs)

    method.__name__, method.__doc__ = name, doc
    return method


def _class(kind: str, name: str, waiting: set[str]) -> type:
    view = getattr(_playhead, name)
    body: dict[str, Any] = {"__slots__": (), "__doc__": view.__doc__}
    for method, member in vars(view).items():
        if method in waiting:
            body[method] = _waiting_method(method, member.__doc__, name.lower())
        elif not method.startswith("_"):
            body[method] = _method(method, member.__doc__)
    return type(kind + name, (Family,), body)


_waiting = {row["method"] for row in _playhead.commands() if row["blocking"]}
for _name in FAMILIES:
    globals()[_name] = _class("", _name, _waiting)
    # Within a transaction nothing waits for an element.
    globals()[f"Transaction{_name}"] = _class("Transaction", _name, set())
