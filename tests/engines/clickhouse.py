"""ClickHouse, embedded (chdb). One process has one server, so each runner has its own process."""

import json
import re
import shutil
import tempfile

import protocol

ANSWERS = protocol.own_stdout()

from chdb import session as chdb  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="segc-clickhouse-")
SERVER = chdb.Session(FOLDER)
DATABASES = set()
FORMAT = "JSONCompactStrings"


def quoted(text: str, quote: str) -> str:
    return quote + text.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote


def load(_: int, tables: list) -> None:
    for name in DATABASES:
        SERVER.query(f"DROP DATABASE {quoted(name, '`')} SYNC")
    DATABASES.clear()
    for (name,) in answer("SELECT name FROM system.tables WHERE database = 'default'")[1]:
        SERVER.query(f"DROP TABLE default.{quoted(name, '`')} SYNC")
    for table in tables:
        *database, _name = table["name"]
        if database and database[0] not in DATABASES | {"default"}:
            SERVER.query(f"CREATE DATABASE {quoted(database[0], '`')}")
            DATABASES.add(database[0])
        name = ".".join(quoted(part, "`") for part in table["name"])
        columns = ", ".join(map(column, table["columns"]))
        SERVER.query(f"CREATE TABLE {name} ({columns}) ENGINE = Memory")
        kinds = [kind for _, kind in table["columns"]]
        rows = [f"({', '.join(map(value, row, kinds))})" for row in table["rows"]]
        if rows:
            SERVER.query(f"INSERT INTO {name} VALUES {', '.join(rows)}")


def column(named: list) -> str:
    """Missing arrays can't be stored, though the session makes columns nullable."""
    name, kind = named
    return f"{quoted(name, '`')} {kind}{' NOT NULL' if kind.startswith('Array(') else ''}"


def value(text, kind: str) -> str:
    if text is None:
        return "[]" if kind.startswith("Array(") else "NULL"
    if kind.startswith("Array("):
        return f"[{', '.join(element(one, kind[6:-1]) for one in json.loads(text))}]"
    return f"CAST({quoted(text.removesuffix('Z') if 'DateTime64' in kind else text, chr(39))} AS {kind})"


def element(one, kind: str) -> str:
    if one is None:
        return "NULL"
    return value(one if isinstance(one, str) else json.dumps(one), kind)


# The tests' own words for databases.
SCHEMA = re.compile(r"(CREATE|DROP) SCHEMA ((?:IF (?:NOT )?EXISTS )?`?\w+`?)(?: CASCADE)?")


def run(_: int, statements: list) -> None:
    for sql in statements:
        if schema := SCHEMA.fullmatch(sql):
            sql = f"{schema[1]} DATABASE {schema[2]}" + (" SYNC" if schema[1] == "DROP" else "")
        try:
            SERVER.query(sql)
        except Exception as error:  # chdb has one class for all failures
            raise protocol.Refused(str(error)) from error


def crash(session: int, statements: list) -> None:
    """What is temporary and the settings are gone; each statement has done what it does."""
    global SERVER
    run(session, statements)
    SERVER.close()
    SERVER = chdb.Session(FOLDER)


def answer(sql: str) -> tuple:
    """The types of a query's columns, and its rows."""
    # What a query wrote before it failed comes with the answer to the next one.
    text = SERVER.query(sql, FORMAT).bytes().decode()
    found = json.loads(text[text.rindex('{\n\t"meta":') :])
    return [column["type"] for column in found["meta"]], found["data"]


def query(_: int, sql: str) -> dict:
    kinds, rows = answer(sql)
    kinds = [word(kind) for kind in kinds]
    return {"types": kinds, "rows": [[cell(*pair) for pair in zip(row, kinds)] for row in rows]}


def word(kind: str) -> str:
    kind = kind.removeprefix("Nullable(").removeprefix("LowCardinality(").rstrip(")")
    if kind.startswith(("Int", "UInt")):
        return "integer"
    for prefix, name in (("Decimal", "decimal"), ("Float", "float"), ("Date32", "date"), ("DateTime64", "timestamp")):
        if kind.startswith(prefix):
            return name
    return {"Bool": "boolean", "String": "string", "Nothing": "string"}[kind]


def cell(text, kind: str):
    if text is None or text == "ᴺᵁᴸᴸ":
        return None
    return text.replace(" ", "T") + "Z" if kind == "timestamp" else text


if __name__ == "__main__":
    try:
        protocol.serve(ANSWERS, query=query, load=load, run=run, crash=crash)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
