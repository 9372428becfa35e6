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
from crawler.ends.verdict import Exit
from crawler.looking import LookingCommand
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
            "Exit codes: 0, 3 psql is not there or a setting is wrong, 4 the database "
            "cannot be reached, 10 no room for the embedded one."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--psql", action="store_true", help="open psql")
        choice.add_argument("--no-psql", action="store_true", help="do not open psql")

    def run(self, args: list[str], opts: Namespace) -> None:
        if self.settings is None:
            return
        given, var_dir = self.settings["DATABASE_URL"], self.settings["VAR_DIR"]
        try:
            with server.database(given, var_dir) as dsn:
                show(dsn)
                if opts.psql or (sys.stdin.isatty() and not opts.no_psql):
                    self.exitcode = open_psql(dsn, asked=opts.psql)
        except (database.DatabaseUnreachable, migrate.SchemaUnfit) as error:
            print(f"{error}.", file=sys.stderr)
            self.exitcode = int(code_of(error))


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


def open_psql(dsn: str, *, asked: bool) -> int:
    """Runs psql on the database; 0 when it is not there and nobody asked for it."""
    packaged = embedded.programs()
    program = shutil.which("psql") or (packaged and str(packaged / "psql"))
    if program is None:
        if asked:
            print(
                "psql is not there: apt-get install postgresql-client", file=sys.stderr
            )
        return int(Exit.CONFIGURATION) if asked else 0
    # by environment: everybody can read a command line, and a password in it
    where = {
        LIBPQ[name]: str(value)
        for name, value in conninfo_to_dict(dsn).items()
        if name in LIBPQ and value is not None
    }
    command = [program]
    sys.stdout.flush()  # what is told of the database comes before what psql prints
    return subprocess.run(  # noqa: S603 - psql, found above
        command, env={**os.environ, **where}, check=False
    ).returncode
