"""BigQuery's scripts, executed by an emulator that translates them for DuckDB: script variables,
transactions, temporary tables and statements that change tables.

It is not BigQuery: docs/dialects.md says what that leaves unproven. What the language means is tried
on Google's own evaluator (googlesql.py).
"""

import asyncio
import datetime
import http.client
import json
import logging
import re
import sys
import threading
import types

import protocol

ANSWERS = protocol.own_stdout()


class NoStreams:
    """In place of the storage API's server, which would bring a dozen packages."""

    async def start(self) -> None:
        pass


sys.modules["bqemulator.grpc_api.server"] = types.ModuleType("bqemulator.grpc_api.server")
sys.modules["bqemulator.grpc_api.server"].build_grpc_server = lambda context: (NoStreams(), 0)

import structlog  # noqa: E402

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))

from bqemulator.config import Settings  # noqa: E402
from bqemulator.server import EmulatorServer  # noqa: E402
from bqemulator.storage.engine import DuckDBEngine  # noqa: E402

# Extensions of DuckDB that would be fetched from its own host, for geography and for Avro files.
DuckDBEngine._load_spatial = lambda self: None
DuckDBEngine._load_format_extensions = lambda self: None

SERVER = EmulatorServer(Settings(rest_port=0, log_level="error"))
# What may not stay when a script has ended.
TEMPORARY = "SELECT table_name FROM duckdb_tables() WHERE temporary"
LOST = "the session is lost"


def start() -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(SERVER.start())
    threading.Thread(target=loop.run_forever, daemon=True).start()


def job(number: int, sql: str) -> dict:
    """A script, or a single statement, as one job. Every session has a project of its own."""
    # The emulator leaves names without a dataset to DuckDB.
    SERVER._engine.execute(f"CREATE SCHEMA IF NOT EXISTS p{number}")
    SERVER._engine.execute(f"SET schema = 'p{number}'")
    # Its weeks begin on Monday, and it knows no others.
    sql = re.sub(r"(,\s*)ISOWEEK(\s*\))", r"\1WEEK\2", sql)
    request = {"query": sql, "useLegacySql": False, "maxResults": 100_000}
    try:
        answer = post(f"/bigquery/v2/projects/p{number}/queries", request)
    finally:
        drop_temporary()
    errors = answer.get("errors") or [answer["error"]] if "error" in answer or answer.get("errors") else []
    if errors:
        raise protocol.Refused("; ".join(error["message"] for error in errors))
    return answer


def post(path: str, request: dict) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", SERVER.rest_port, timeout=300)
    try:
        connection.request("POST", path, json.dumps(request), {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def drop_temporary() -> None:
    engine = SERVER._engine
    for (name,) in engine.execute(TEMPORARY).fetchall():
        engine.execute(f'DROP TABLE temp."{name}"')


def script(statements: list) -> str:
    # The emulator knows no system variables; its zone is UTC as it is.
    kept = [sql for sql in statements if not re.match(r"SET @@time_zone = 'UTC'", sql)]
    return ";\n".join(kept) + ";"


def run(number: int, statements: list) -> None:
    job(number, script(statements))


def crash(number: int, statements: list) -> None:
    # The emulator commits what a script leaves open, unless it fails.
    try:
        job(number, script([*statements, f"SELECT ERROR('{LOST}')"]))
    except protocol.Refused as error:
        if LOST not in str(error):
            raise


def query(number: int, sql: str) -> dict:
    answer = job(number, sql)
    kinds = [field["type"] for field in answer["schema"]["fields"]]
    rows = [[cell(one["v"], kind) for one, kind in zip(row["f"], kinds)] for row in answer.get("rows", [])]
    return {"types": [word(kind) for kind in kinds], "rows": rows}


def word(kind: str) -> str:
    words = {"BOOLEAN": "boolean", "INTEGER": "integer", "FLOAT": "float", "NUMERIC": "decimal", "BIGNUMERIC": "decimal"}
    words |= {"STRING": "string", "DATE": "date", "TIMESTAMP": "timestamp", "DATETIME": "timestamp", "JSON": "string"}
    return words[kind]


def cell(held, kind: str):
    if held is None:
        return None
    if kind == "TIMESTAMP":
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=int(held))).isoformat() + "Z"
    return held + "Z" if kind == "DATETIME" else held


if __name__ == "__main__":
    start()
    protocol.serve(ANSWERS, query=query, run=run, crash=crash)
