"""Caching what functions and coroutines give."""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar, cast

from playhead._playhead import InvalidArgument
from playhead._types import Id
from playhead.modules._json import json
from playhead.modules.cache import Cache, Loaded

if TYPE_CHECKING:
    from playhead.aio.modules import Cache as AsyncCache

__all__ = ["Cached", "cache_result", "cached"]

P = ParamSpec("P")
R = TypeVar("R")


class Cached(Generic[P, R]):
    """A function whose results are cached; called as the function itself."""

    def __init__(
        self,
        function: Callable[P, R],
        cache: Cache | AsyncCache,
        key: Callable[P, Id] | None,
        ttl: int | None,
        tags: Callable[[R], Sequence[Id]] | Sequence[Id],
    ) -> None:
        self._function, self._key, self._ttl, self._tags = function, key, ttl, tags
        of_threads = cache if isinstance(cache, Cache) else getattr(cache, "_module", None)
        self._signature = inspect.signature(function)
        self._is_coroutine = inspect.iscoroutinefunction(function)
        if not isinstance(of_threads, Cache):
            raise TypeError(f"cache must be a Cache, not {type(cache).__name__}")
        if of_threads is not cache and not self._is_coroutine:
            raise TypeError("a Cache for asyncio caches what coroutine functions give")
        self._cache = of_threads
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Give the cached result, or call the function."""
        key = self.key(*args, **kwargs)
        if self._is_coroutine:
            return cast(R, self._cache.get_async(key, lambda _: self._loaded_async(args, kwargs)))
        return cast(R, self._cache.get(key, lambda _: self._loaded(self._function(*args, **kwargs))))

    def key(self, *args: P.args, **kwargs: P.kwargs) -> Id:
        """Give the key of a call: the function's name and its arguments, however they are passed.

        Arguments must be JSON, unless the key is made by a function of one's own: what has no stable text in
        every process cannot name an entry.
        """
        if self._key is not None:
            return self._key(*args, **kwargs)
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        name = f"{self._function.__module__}.{self._function.__qualname__}"
        try:
            text = json().dumps(bound.arguments, sort_keys=True, separators=(",", ":"), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InvalidArgument(
                f"the arguments of {name} are not JSON: {error}; give @cached a key function"
            ) from None
        full = f"{name}:{text}"
        return (
            full
            if len(full.encode()) <= 1024
            else f"{name[:256]}:{hashlib.sha256(full.encode()).hexdigest()}"
        )

    def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Drop the result for these arguments; whether it was there."""
        return self._cache.invalidate(self.key(*args, **kwargs))

    async def invalidate_async(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Do the same without blocking the event loop."""
        return await self._cache._calls.call(self._cache.invalidate, self.key(*args, **kwargs))

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def _loaded(self, value: Any) -> Loaded:
        if isinstance(value, Loaded):
            return value
        tags = self._tags(value) if callable(self._tags) else self._tags
        return Loaded(value, self._ttl, tags)

    async def _loaded_async(self, args: Any, kwargs: Any) -> Loaded:
        return self._loaded(await cast(Coroutine[Any, Any, Any], self._function(*args, **kwargs)))


class Decorator(Protocol):
    """Makes a cached function."""

    def __call__(self, function: Callable[P, R], /) -> Cached[P, R]:
        """Make it."""


def cached(
    cache: Cache | AsyncCache,
    *,
    key: Callable[..., Id] | None = None,
    ttl: int | None = None,
    tags: Callable[[Any], Sequence[Id]] | Sequence[Id] = (),
) -> Decorator:
    """Cache what a function or a coroutine gives, by its arguments.

    What comes back is what the cache's serializer makes of it, at the first call, too. None is cached as "no
    such thing". ``tags`` may be made from the result. ``f.invalidate(...)`` (for coroutines
    ``await f.invalidate_async(...)``) drops one result, ``f.key(...)`` names it. For coroutines the cache may
    be that of ``playhead.aio.modules``, too.
    """

    def decorator(function: Callable[P, R]) -> Cached[P, R]:
        return Cached(function, cache, key, ttl, tags)

    return decorator


def cache_result(cache: Cache | AsyncCache, expiration: int = 300) -> Decorator:
    """Cache results for ``expiration`` seconds."""
    return cached(cache, ttl=expiration * 1000)
