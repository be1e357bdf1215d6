"""Spark itself, in local mode, tuned for many small queries over a handful of rows."""

import datetime
import decimal
import functools
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

from pyspark.sql import DataFrame, SparkSession, functions  # noqa: E402

SETTINGS = {
    # What the tests are about.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # What makes small queries quick.
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
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
    """Rows in memory, known to be in one partition: no query shuffles them, nor reads a file."""
    texts = ", ".join(f"c{at} STRING" for at, _ in enumerate(table["columns"]))
    cells = [f"{read(f'c{at}', kind)} AS `{name}`" for at, (name, kind) in enumerate(table["columns"])]
    rows = [{f"c{at}": cell for at, cell in enumerate(row)} for row in table["rows"]]
    read_all = f"SELECT {', '.join(cells)} FROM (SELECT INLINE(FROM_JSON(:rows, 'ARRAY<STRUCT<{texts}>>')))"
    made = session.sql(read_all, args={"rows": json.dumps(rows)})
    return DataFrame(made._jdf.coalesce(1).localCheckpoint(True), session)


def read(column: str, kind: str) -> str:
    if kind.startswith(("ARRAY<", "STRUCT<")):
        return f"FROM_JSON({column}, '{kind}')"
    return f"CAST({column} AS {kind})"


# How many queries are one job: a job takes longer than what most of them ask for.
TOGETHER = 20


def queries(number: int, texts: list) -> list:
    """Answers to many queries. Those whose columns have the same types are asked as one union."""
    session, tables = session_of(number)
    answers, alike = [None] * len(texts), {}
    for at, sql in enumerate(texts):
        try:
            frame = session.sql(f"SELECT {at} AS segc_at, asked.* FROM (\n{protocol.at_the_top(sql, tables)}\n) AS asked")
            alike.setdefault(tuple(kind for _, kind in frame.dtypes[1:]), []).append((at, frame))
        except Exception as error:
            answers[at] = protocol.failure(error)
    for kinds, asked in alike.items():
        for start in range(0, len(asked), TOGETHER):
            some = asked[start : start + TOGETHER]
            for at, found in answered(some).items():
                error = isinstance(found, Exception)
                answers[at] = protocol.failure(found) if error else table_of(kinds, found)
    return answers


def answered(asked: list) -> dict:
    """The rows of each query; if one of several fails, each is asked by itself."""
    try:
        rows = union([frame for _, frame in asked]).collect()
        return {at: [row[1:] for row in rows if row[0] == at] for at, _ in asked}
    except Exception as error:
        if len(asked) == 1:
            return {asked[0][0]: error}
        return {at: rows for one in asked for at, rows in answered([one]).items()}


def union(frames: list) -> DataFrame:
    """A union of many at once; of two and two, each would be analyzed again."""
    java, session = SPARK._jvm, frames[0].sparkSession
    plans = java.PythonUtils.toSeq([frame._jdf.logicalPlan() for frame in frames])
    whole = java.org.apache.spark.sql.catalyst.plans.logical.Union(plans, False, False)
    companion = getattr(getattr(java.org.apache.spark.sql.classic, "Dataset$"), "MODULE$")
    return DataFrame(companion.ofRows(session._jsparkSession, whole), session)


def table_of(kinds: tuple, rows: list) -> dict:
    return {"types": [word(kind) for kind in kinds], "rows": [[cell(value) for value in row] for row in rows]}


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
    protocol.serve(ANSWERS, queries=queries, load=load)
