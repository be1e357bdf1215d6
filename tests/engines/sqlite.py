"""SQLite as Python brings it, for the tests and, with --exec, for `segc test --dialect`."""

import json
import re
import shutil
import sqlite3
import sys
import tempfile

import protocol

ANSWERS = protocol.own_stdout()


class Database:
    """A database and those attached to it: in memory, or in the files of a folder."""

    def __init__(self, folder: str = "", schemas: tuple = ("segc_conformance",)) -> None:
        self.folder = folder
        self.attached = set(schemas)
        self.open()

    def open(self) -> None:
        self.connection = sqlite3.connect(self.path("main"), isolation_level=None)
        for schema in sorted(self.attached):
            self.connection.execute(f"ATTACH '{self.path(schema)}' AS {quoted(schema)}")

    def path(self, schema: str) -> str:
        return f"{self.folder}/{schema}.db" if self.folder else ":memory:"

    def attach(self, schema: str) -> None:
        if schema not in self.attached | {"main"}:
            self.connection.execute(f"ATTACH '{self.path(schema)}' AS {quoted(schema)}")
            self.attached.add(schema)

    def empty(self, schema: str) -> None:
        """Drops what is in an attached database, which itself stays."""
        self.attach(schema)
        listed = f"SELECT type, name FROM {quoted(schema)}.sqlite_schema WHERE type IN ('table', 'view')"
        for kind, name in self.rows(listed):
            self.rows(f"DROP {kind} {quoted(schema)}.{quoted(name)}")

    def lose(self) -> None:
        """Ends the session, as where its client crashes."""
        self.connection.close()
        self.open()

    def rows(self, sql: str) -> list:
        return self.connection.execute(sql).fetchall()


DATABASES = {}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def load(session: int, tables: list) -> None:
    database = DATABASES[session] = Database()
    for table in tables:
        if len(table["name"]) > 1:
            database.attach(table["name"][-2])
        name = ".".join(map(quoted, table["name"][-2:]))
        kinds = [kind for _, kind in table["columns"]]
        columns = ", ".join(f"{quoted(column)} {kind.removesuffix('[]')}" for column, kind in table["columns"])
        database.rows(f"CREATE TABLE {name} ({columns})")
        places = ", ".join("?" for _ in kinds)
        rows = [list(map(value, row, kinds)) for row in table["rows"]]
        database.connection.executemany(f"INSERT INTO {name} VALUES ({places})", rows)


def value(text, kind: str):
    """Instants are texts of one form, and booleans are numbers; the rest is cast by its column."""
    if kind == "DATETIME[]" and text is not None:
        return json.dumps([value(one, "DATETIME") for one in json.loads(text)])
    if text is None or kind not in ("DATETIME", "BOOLEAN"):
        return text
    if kind == "BOOLEAN":
        return int(text == "true")
    day, _, time = text.removesuffix("Z").partition("T")
    whole, _, fraction = time.partition(".")
    return f"{day} {whole}.{fraction:0<6}"


def query(session: int, sql: str) -> dict:
    if session not in DATABASES:
        DATABASES[session] = Database()
    database = DATABASES[session]
    rows = database.rows(sql)
    kinds = [kind(column, bool(database.folder)) for column in zip(*rows)] if rows else []
    return {"types": kinds, "rows": [[text(*pair) for pair in zip(row, kinds)] for row in rows]}


INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


def kind(column: tuple, instants: bool) -> str:
    """The type of a column; a store's columns of instants are told by the form of their texts."""
    present = [cell for cell in column if cell is not None]
    if instants and present and all(isinstance(cell, str) and INSTANT.fullmatch(cell) for cell in present):
        return "timestamp"
    return {int: "integer", float: "float"}.get(type(present[0]) if present else str, "string")


def text(cell, kind: str):
    if cell is None:
        return None
    return cell.replace(" ", "T") + "Z" if kind == "timestamp" else str(cell)


FOLDER = tempfile.mkdtemp(prefix="segc-sqlite-")
# The tests' own words for attached databases.
SCHEMA = re.compile(r"(CREATE|DROP) SCHEMA (?:IF (?:NOT )?EXISTS )?`?(\w+)`?(?: CASCADE)?")


def run(session: int, statements: list) -> None:
    """A script over databases in files. `segments`, which a script's user attaches, is there."""
    if session not in DATABASES:
        DATABASES[session] = Database(tempfile.mkdtemp(dir=FOLDER), ("segments",))
    database = DATABASES[session]
    try:
        for sql in statements:
            if schema := SCHEMA.fullmatch(sql):
                (database.attach if schema[1] == "CREATE" else database.empty)(schema[2])
            else:
                database.rows(sql)
    except sqlite3.Error as error:
        if database.connection.in_transaction:
            database.connection.rollback()
        raise protocol.Refused(str(error)) from error


def crash(session: int, statements: list) -> None:
    run(session, statements)
    DATABASES[session].lose()


def execute() -> None:
    """A line {"sql": …} in, a line {"rows": …} or {"error": …} out."""
    database = Database()
    for line in sys.stdin:
        try:
            answer = {"rows": database.rows(json.loads(line)["sql"])}
        except sqlite3.Error as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), file=ANSWERS, flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--exec"]:
        execute()
    else:
        try:
            protocol.serve(ANSWERS, query=query, load=load, run=run, crash=crash)
        finally:
            shutil.rmtree(FOLDER, ignore_errors=True)
