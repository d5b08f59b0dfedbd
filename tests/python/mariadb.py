"""A MariaDB server of our own on a free port of loopback."""

import getpass
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql

from conftest import free_port


def executable(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/libexec")
    assert found, f"{name} is missing; `./dev setup` installs it"
    return found


@contextmanager
def mariadb_server(directory: Path) -> Iterator[int]:
    """Start a server that lives as long as the context; its port. User root has no password there."""
    data, user = directory / "data", getpass.getuser()
    make = [executable("mariadb-install-db"), "--no-defaults", f"--datadir={data}", f"--user={user}"]
    make += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(make, check=True, capture_output=True, timeout=110)
    for _ in range(5):
        port = free_port()
        command = [executable("mariadbd"), "--no-defaults", f"--datadir={data}", f"--user={user}"]
        command += [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={directory}/mariadb.sock"]
        command += [f"--pid-file={directory}/mariadb.pid", "--innodb-flush-log-at-trx-commit=0"]
        with (directory / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            if answers(server, port):
                yield port
                return
        finally:
            server.kill()
            server.wait()
    raise RuntimeError(f"MariaDB did not start: {(directory / 'log').read_text()}")


def answers(server: "subprocess.Popen[bytes]", port: int) -> bool:
    while server.poll() is None:
        try:
            connect(port).close()
        except pymysql.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False


def connect(port: int, database: str | None = None) -> "pymysql.Connection[Any]":
    return pymysql.connect(
        host="127.0.0.1", port=port, user="root", database=database, autocommit=True, connect_timeout=10
    )


class UserTable:
    """A table of users; a connection for each call, as threads need them."""

    def __init__(self, port: int) -> None:
        self.port, self.reads = port, 0
        with connect(port) as connection, connection.cursor() as cursor:
            cursor.execute("create or replace database playhead")
            cursor.execute(
                "create table playhead.users (id varchar(64) primary key, name text, version int default 0)"
            )

    def get(self, id: Any) -> dict[str, Any] | None:
        self.reads += 1
        with connect(self.port, "playhead") as connection, connection.cursor() as cursor:
            cursor.execute("select id, name from users where id = %s", [id])
            row = cursor.fetchone()
        return None if row is None else {"id": row[0], "name": row[1]}

    def put(self, id: Any, row: Any) -> None:
        with connect(self.port, "playhead") as connection, connection.cursor() as cursor:
            cursor.execute("replace into users (id, name) values (%s, %s)", [id, row["name"]])

    def write(self, writes: list[Any]) -> None:
        """Write rows that are newer than those there."""
        newer = (
            "insert into users (id, name, version) values (%s, %s, %s) on duplicate key update "
            "name = if(values(version) > version, values(name), name), "
            "version = greatest(version, values(version))"
        )
        with connect(self.port, "playhead") as connection, connection.cursor() as cursor:
            cursor.executemany(newer, [(w.key, w.value["name"], w.version) for w in writes])
