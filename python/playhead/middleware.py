"""The page cache around WSGI and ASGI applications."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from http import HTTPStatus
from typing import Any, Protocol, TypeAlias

from playhead.modules.pages import PageCache, PageRequest, Visit, request_of

__all__ = ["AsgiPageCache", "WsgiPageCache", "create_video_caching_middleware"]

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Callable[[bytes], object]]
WsgiApp: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]
Scope: TypeAlias = MutableMapping[str, Any]
Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class AsyncPages(Protocol):
    """A ``PageCache`` of ``playhead.aio.modules``."""

    async def begin(self, request: PageRequest) -> Visit:
        """Look for a request's page."""
        ...


def _reason(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} "


class WsgiPageCache:
    """Serves an application's pages from a :class:`~playhead.modules.PageCache`. Bodies stream through it.

    It must stand inside whatever finds out who asks, or be told by the PageCache's ``personal``.
    """

    def __init__(self, app: WsgiApp, pages: PageCache) -> None:
        self.app, self.pages = app, pages

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        visit = self.pages.begin(_wsgi_request(environ))
        if visit.response is not None:
            start_response(_reason(visit.response.status), visit.response.headers)
            return [visit.response.body]

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            write = start_response(status, visit.start(int(status[:3]), headers), exc_info)

            def recorded(data: bytes) -> object:
                visit.add(data)
                return write(data)

            return recorded

        try:
            return _Recorded(self.app(environ, start), visit)
        except BaseException:
            visit.abandon()
            raise


class _Recorded:
    """A body on its way to the server. It is kept at its end; whoever closes it before gives it up."""

    def __init__(self, body: Iterable[bytes], visit: Visit) -> None:
        self._body, self._chunks, self._visit = body, iter(body), visit

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            chunk = next(self._chunks)
        except StopIteration:
            self._visit.finish()
            raise
        except BaseException:
            self._visit.abandon()
            raise
        self._visit.add(chunk)
        return chunk

    def close(self) -> None:
        self._visit.abandon()
        if hasattr(self._body, "close"):
            self._body.close()


def _wsgi_request(environ: Environ) -> PageRequest:
    headers = [
        (name[5:].replace("_", "-"), str(value))
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"
    path = (str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))).encode(
        "latin-1", "replace"
    )
    return request_of(
        str(environ.get("REQUEST_METHOD", "GET")),
        path.decode("utf-8", "surrogateescape"),
        str(environ.get("QUERY_STRING", "")),
        f"{environ.get('wsgi.url_scheme', 'http')}://{host}",
        headers,
    )


class AsgiPageCache:
    """The same for an ASGI application; what is no HTTP goes through untouched."""

    def __init__(self, app: AsgiApp, pages: PageCache | AsyncPages) -> None:
        self.app, self.pages = app, pages
        self._begin = pages.begin_async if isinstance(pages, PageCache) else pages.begin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = await self._begin(_asgi_request(scope))
        if visit.response is not None:
            page = visit.response
            headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in page.headers]
            await send({"type": "http.response.start", "status": page.status, "headers": headers})
            await send({"type": "http.response.body", "body": page.body})
            return

        async def recorded(event: Event) -> None:
            if _record(visit, event):
                # Before it is sent: what follows is cancelled once the client has all of it and goes away.
                await visit.finish_async()
            await send(event)

        try:
            await self.app(scope, receive, recorded)
        finally:
            if visit.recording:
                await visit.abandon_async()


def _record(visit: Visit, event: Event) -> bool:
    """Note an event; whether it was the last one of the page."""
    if event["type"] == "http.response.start":
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in event.get("headers", [])
        ]
        sent = visit.start(event["status"], headers)
        event["headers"] = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent]
    elif event["type"] == "http.response.body":
        visit.add(event.get("body", b""))
        return not event.get("more_body", False)
    else:
        visit.abandon()  # a body that does not come this way
    return False


def _asgi_request(scope: Scope) -> PageRequest:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    host = next((value for name, value in headers if name == "host"), "")
    query = scope.get("query_string", b"").decode("latin-1")
    return request_of(
        scope["method"], scope["path"], query, f"{scope.get('scheme', 'http')}://{host}", headers
    )


def create_video_caching_middleware(pages: PageCache) -> Callable[[WsgiApp], WsgiPageCache]:
    """Make what puts the page cache before a WSGI application."""
    return lambda app: WsgiPageCache(app, pages)
