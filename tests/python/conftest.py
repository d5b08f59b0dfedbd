"""Fixtures for all Python tests: a Redis server of our own, and one URL per kind of store."""

import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
import redis

import playhead


def pytest_configure() -> None:
    """Listen to Ctrl-C even where the suite was started in the background, which makes shells ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def drain(log: IO[bytes]) -> None:
    """Read a log until its writer ends."""
    with log:
        while log.read(65536):
            pass


def start_redis(directory: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server that keeps nothing; another process may take the port first, so try a few."""
    executable = shutil.which("redis-server")
    assert executable, "redis-server is not on PATH; `./dev setup` installs it"
    for _ in range(5):
        port = free_port()
        command = [executable, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory)]
        command += ["--unixsocket", str(directory / "redis.sock"), "--save", "", "--appendonly", "no"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert server.stdout is not None
        for line in server.stdout:
            if b"Ready to accept connections" in line:
                # Nobody reads the log from here on, and a full pipe would stop the server.
                threading.Thread(target=drain, args=(server.stdout,), daemon=True).start()
                return server, port
        server.wait()
        server.stdout.close()
    raise RuntimeError(f"redis-server did not start; the last attempt exited with {server.returncode}")


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The TCP port of a Redis server that lives as long as the test session."""
    server, port = start_redis(tmp_path_factory.mktemp("redis"))
    try:
        yield port
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def redis_url(redis_port: int) -> str:
    """The URL of an empty Redis server."""
    with redis.Redis(port=redis_port) as client:
        client.flushall()
    return f"redis://127.0.0.1:{redis_port}/0"


@pytest.fixture(params=["memory", "rocksdb", "redis"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, once for each kind."""
    if request.param == "memory":
        return "memory://"
    if request.param == "rocksdb":
        return f"rocksdb://{tmp_path}/store"
    return str(request.getfixturevalue("redis_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[playhead.Store]:
    """An empty store, once for each kind."""
    with playhead.open(store_url) as opened:
        yield opened


@pytest.fixture
def clock() -> playhead.ManualClock:
    """A clock for modules, which the test moves."""
    return playhead.ManualClock()
