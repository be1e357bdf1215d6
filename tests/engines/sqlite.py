"""SQLite as Python brings it, for the tests and, with --exec, for `segc test --dialect`."""

import json
import sqlite3
import sys

import protocol

ANSWERS = protocol.own_stdout()


class Database:
    """An empty database; the kit's schema is attached."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.attached = set()
        self.attach("segc_conformance")

    def attach(self, schema: str) -> None:
        if schema not in self.attached | {"main"}:
            self.connection.execute(f"ATTACH ':memory:' AS {quoted(schema)}")
            self.attached.add(schema)

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
    rows = DATABASES.setdefault(session, Database()).rows(sql)
    kinds = [kind(column) for column in zip(*rows)] if rows else []
    texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
    return {"types": kinds, "rows": texts}


def kind(column: tuple) -> str:
    present = [cell for cell in column if cell is not None]
    return {int: "integer", float: "float"}.get(type(present[0]) if present else str, "string")


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
        protocol.serve(ANSWERS, query, load=load)
