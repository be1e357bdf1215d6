"""Spark SQL over Delta tables, executed by Sail, which speaks Spark's protocol and is not Spark.

What statements do to tables is tried here; what Spark's functions mean, on Spark itself (spark.py).
Sail knows no session variables: here they are, each use replaced by a literal of its type. Docs say
what that leaves unproven (docs/dialects.md).
"""

import datetime
import decimal
import os
import re
import shutil
import tempfile

import protocol

ANSWERS = protocol.own_stdout()

from pysail.spark import SparkConnectServer  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

SERVER = SparkConnectServer("127.0.0.1", 0)
SERVER.start(background=True)
ADDRESS = "sc://{}:{}".format(*SERVER.listening_address)
STORE = tempfile.mkdtemp(prefix="segc-delta-")
SESSIONS = {}


class Session:
    """Has a catalog of its own, as every session of Sail has."""

    def __init__(self, number: int):
        self.spark = SparkSession.builder.remote(ADDRESS).create()
        self.set("spark.sql.warehouse.dir", f"{STORE}/{number}")
        self.set("spark.sql.session.timeZone", "UTC")
        self.set("spark.sql.ansi.enabled", "true")
        self.variables = {}
        self.required = {}

    def set(self, name: str, value: str) -> None:
        self.spark.conf.set(name, value)

    def sql(self, sql: str):
        """Runs a statement; columns' types and rows if it is a query."""
        try:
            # A command is executed at once; what Sail answers to some can't be read.
            answer = self.spark.sql(with_values(sql, self.variables))
            if not re.match(r"\s*(SELECT|WITH)\b", sql, re.I):
                return [], []
            return [kind for _, kind in answer.dtypes], answer.collect()
        except Exception as error:  # the client has a class for each of the engine's failures
            raise protocol.Refused(str(error)) from error

    def change(self, sql: str) -> None:
        """Sail tries a table's NOT NULL on rows, too, that the query's own conditions drop. So it is kept
        from Sail, and tried here on what was written (which Delta would not have written)."""
        if found := re.match(CREATES, sql, re.I):
            name, replaced = found.group(2), found.group(1) or re.search(r"\bAS\s*(SELECT|WITH)\b", sql)
            columns = [] if replaced else re.findall(REQUIRED, sql)
            self.required[name] = columns or ([] if replaced else self.required.get(name, []))
            sql = sql if replaced else re.sub(r" NOT NULL\b", "", sql)
        self.sql(sql)
        if (found := re.match(WRITES, sql, re.I)) and (columns := self.required.get(found.group(1))):
            missing = " OR ".join(f"{column} IS NULL" for column in columns)
            if self.sql(f"SELECT 1 FROM {found.group(1)} WHERE {missing} LIMIT 1")[1]:
                raise protocol.Refused(f"NOT NULL of {found.group(1)}: {missing}")

    def declare(self, name: str, kind: str) -> None:
        self.variables[name.lower()] = f"CAST(NULL AS {kind})"

    def assign(self, name: str, value: str) -> None:
        name = name.lower()
        if name not in self.variables:
            raise protocol.Refused(f"the variable {name} is not declared")
        kinds, rows = self.sql(f"SELECT {value}")
        text = None if rows[0][0] is None else cell(rows[0][0])
        # What it was declared as, it stays.
        kind = re.search(r" AS (\w+)\)$", self.variables[name]).group(1)
        self.variables[name] = f"CAST(NULL AS {kind})" if text is None else f"CAST('{text}' AS {kind})"


# What a table may be called, and what is looked for in the statements that make and change tables.
NAME = r"([\w.`]+)"
CREATES = rf"\s*CREATE (OR REPLACE )?TABLE (?:IF NOT EXISTS )?{NAME}"
REQUIRED = r"(`[^`]+`|\w+) \w+(?:\([\d, ]+\)|<.*?>)? NOT NULL\b"
WRITES = rf"\s*(?:INSERT INTO|INSERT OVERWRITE|MERGE INTO|UPDATE) {NAME}"
WORDS = (
    (r"SET TIME ZONE '([^']+)'", lambda session, zone: session.set("spark.sql.session.timeZone", zone)),
    (r"SET (spark\.[\w.]+) = (\w+)", Session.set),
    (r"DECLARE OR REPLACE VARIABLE (\w+) (\w+)", Session.declare),
    (r"SET VARIABLE (\w+) = (.*)", Session.assign),
)


def with_values(sql: str, variables: dict) -> str:
    def token(found):
        path = found.group("path")
        return found.group() if path is None else variables.get(path.lower(), path)

    return protocol.TOKEN.sub(token, sql)


def session_of(number: int) -> Session:
    if number not in SESSIONS:
        SESSIONS[number] = Session(number)
    return SESSIONS[number]


def run(number: int, statements: list) -> None:
    session = session_of(number)
    for sql in statements:
        for words, does in WORDS:
            found = re.fullmatch(words, sql.strip().rstrip(";"), re.S | re.I)
            if found:
                does(session, *found.groups())
                break
        else:
            session.change(sql)


def crash(number: int, statements: list) -> None:
    # Nothing is temporary, and no statement waits for a commit.
    run(number, statements)
    session_of(number).variables.clear()


def query(number: int, sql: str) -> dict:
    kinds, rows = session_of(number).sql(sql)
    return {"types": [word(kind) for kind in kinds], "rows": [[cell(value) for value in row] for row in rows]}


def word(kind: str) -> str:
    words = {"bigint": "integer", "int": "integer", "double": "float", "boolean": "boolean", "date": "date"}
    words |= {"string": "string", "timestamp": "timestamp", "timestamp_ntz": "timestamp", "void": "string"}
    return "decimal" if kind.startswith("decimal") else words[kind]


def cell(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.isoformat() + "Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    return value if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    try:
        protocol.serve(ANSWERS, query=query, run=run, crash=crash)
    finally:
        shutil.rmtree(STORE, ignore_errors=True)
        # Sail's threads don't always let the process end by itself.
        os._exit(0)
