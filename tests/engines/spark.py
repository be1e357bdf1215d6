"""Spark itself, in local mode, tuned for many small queries over a handful of rows."""

import datetime
import decimal
import json
import os
import sys
import time

import protocol

ANSWERS = protocol.own_stdout()
os.environ["TZ"] = "UTC"
time.tzset()
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
os.environ["PYSPARK_PYTHON"] = sys.executable

from pyspark.sql import DataFrame, SparkSession  # noqa: E402

SETTINGS = {
    # What the tests are about.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # What makes small queries quick.
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.log.level": "ERROR",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss16m",
}


def start():
    builder = SparkSession.builder.master("local[1]").appName("segc")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


SPARK = start()
SESSIONS = {}


def session_of(number: int):
    if number not in SESSIONS:
        SESSIONS[number] = (SPARK.newSession(), [])
    return SESSIONS[number]


def load(number: int, tables: list) -> None:
    session, known = session_of(number)
    for name in known:
        session.catalog.dropTempView(name)
    known.clear()
    for table in tables:
        name = "`" + ".".join(table["name"]) + "`"
        local(session, table).createTempView(name)
        known.append(".".join(table["name"]))


def local(session, table: dict) -> DataFrame:
    """Rows that are part of the plan: no file is read, no job runs before a query's own."""
    texts = ", ".join(f"c{at} STRING" for at, _ in enumerate(table["columns"]))
    cells = [f"{read(f'c{at}', kind)} AS `{name}`" for at, (name, kind) in enumerate(table["columns"])]
    rows = [{f"c{at}": cell for at, cell in enumerate(row)} for row in table["rows"]]
    read_all = f"SELECT {', '.join(cells)} FROM (SELECT INLINE(FROM_JSON(:rows, 'ARRAY<STRUCT<{texts}>>')))"
    made = session.sql(read_all, args={"rows": json.dumps(rows)})._jdf
    java = session._jsparkSession.createDataFrame(made.collectAsList(), made.schema())
    return DataFrame(java, session)


def read(column: str, kind: str) -> str:
    if kind.startswith(("ARRAY<", "STRUCT<")):
        return f"FROM_JSON({column}, '{kind}')"
    return f"CAST({column} AS {kind})"


def query(number: int, sql: str) -> dict:
    session, tables = session_of(number)
    answer = session.sql(protocol.at_the_top(sql, tables))
    kinds = [kind for _, kind in answer.dtypes]
    rows = [[cell(value) for value in row] for row in answer.collect()]
    return {"types": [word(kind) for kind in kinds], "rows": rows}


def word(kind: str) -> str:
    words = {"bigint": "integer", "int": "integer", "double": "float", "boolean": "boolean", "date": "date"}
    words |= {"string": "string", "timestamp": "timestamp", "timestamp_ntz": "timestamp"}
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
    protocol.serve(ANSWERS, query, load=load)
