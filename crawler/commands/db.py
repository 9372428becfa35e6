"""``scrapy db``: which database, which schema, how many rows; and a way in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from psycopg.conninfo import conninfo_to_dict
from rich.console import Console
from rich.table import Table

from crawler.ends.not_started import code_of
from crawler.looking import LookingCommand, misunderstood, stop
from pipelines.storage import database, embedded, migrate, server

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

# https://www.postgresql.org/docs/current/libpq-envars.html
LIBPQ = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}

NOT_READ = "Standard input is not read: scrapy db --psql gives it to psql."


class Command(LookingCommand):
    """Brings the schema up to date, so that an empty database can be looked at too."""

    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--psql | --no-psql]"

    def short_desc(self) -> str:
        return "Show the database: address, version, rows; open psql"

    def long_desc(self) -> str:
        return (
            "Show the address (never the password), the versions and the row counts of "
            "the database of DATABASE_URL, or of the embedded one; on a terminal "
            "psql is opened if it is there. Example: scrapy db --no-psql. "
            "Standard input is read by psql only: scrapy db --psql < query.sql. "
            "Exit codes: 0, 2 the command line cannot be understood, 3 psql is not "
            "there, a setting is wrong or the schema newer, 4 the database cannot be "
            "reached, 10 no room for the embedded one; after psql its own."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--psql", action="store_true", help="open psql")
        choice.add_argument("--no-psql", action="store_true", help="do not open psql")

    def run(self, args: list[str], opts: Namespace) -> None:
        if args:
            raise misunderstood(f"db takes no {args[0]!r}: scrapy db {self.syntax()}")
        if self.settings is None:
            return
        program = None if opts.no_psql else psql()
        if opts.psql and program is None:
            stop("psql is not there: apt-get install postgresql-client")
        given, var_dir = self.settings["DATABASE_URL"], self.settings["VAR_DIR"]
        by_hand = sys.stdin is not None and sys.stdin.isatty()
        try:
            with server.database(given, var_dir) as dsn:
                show(dsn)
                if program and (opts.psql or by_hand):
                    self.exitcode = open_psql(program, dsn)
                elif not (opts.no_psql or by_hand):
                    print(NOT_READ, file=sys.stderr)
        except database.DatabaseUnreachable as error:
            print(f"{error}.", file=sys.stderr)
            self.exitcode = int(code_of(error))
        except migrate.SchemaUnfit as error:
            stop(error)


def show(dsn: str) -> None:
    """Prints where the database is and what it holds."""
    with database.connect(dsn) as connection:
        migrate.migrate(connection)
        schema = migrate.version(connection)
        rows = database.counts(connection)
        version = connection.info.server_version
    print(f"address   {database.masked(dsn)}")
    print(f"server    PostgreSQL {version // 10000}.{version % 10000}")
    print(f"schema    {schema}")
    table = Table("table", "rows")
    for name, number in rows.items():
        table.add_row(name, str(number))
    Console().print(table)


def psql() -> str | None:
    """The program of the machine, else of the embedded server; None without any."""
    packaged = embedded.programs()
    beside = shutil.which("psql", path=packaged) if packaged else None
    return shutil.which("psql") or beside


def open_psql(program: str, dsn: str) -> int:
    """Runs psql on the database; its exit code."""
    # by environment: everybody can read a command line, and a password in it
    where = {
        LIBPQ[name]: str(value)
        for name, value in conninfo_to_dict(dsn).items()
        if name in LIBPQ and value is not None
    }
    sys.stdout.flush()  # what is shown comes before what psql prints
    return subprocess.run(  # noqa: S603 - psql, found above
        [program], env={**os.environ, **where}, check=False
    ).returncode
