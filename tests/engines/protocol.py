"""What the engine processes share: one JSON object a line comes in, one goes out.

    {"do": "load", "session": 1, "tables": [{"name": ["shop", "orders"], "columns": [["id", "INT64"]], "rows": [["1"], [null]]}]}
    -> {}
    {"do": "query", "session": 1, "sql": ["SELECT …", "SELECT …"]}
    -> {"answers": [{"types": ["integer"], "rows": [["1"], [null]]}, {"error": "…"}]}

An engine that has a store, whose tables the statements themselves make, takes instead of "load":

    {"do": "run", "session": 1, "sql": ["CREATE TABLE …", "INSERT …"]}
    -> {}
    {"do": "crash", "session": 1, "sql": ["CREATE TABLE …"]}
    -> {}

To crash is to run the statements of a script's beginning, and then to lose the session: what is
not committed, temporary or a variable is gone.

A session's tables are its own; loading replaces all of them. A value is text as a CSV file holds
it, or null; arrays and structs are JSON. A request that fails as a whole is answered by
{"error": "…"}.
"""

import json
import os
import re
import sys
import traceback

# The types of an answer's columns.
WORDS = ("integer", "decimal", "float", "string", "boolean", "date", "timestamp")


def own_stdout():
    """Takes stdout for answers alone: whatever libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def serve(answers, query=None, queries=None, **requests) -> None:
    """Answers requests until stdin ends, which it does when the tests are over. An engine answers one
    query at a time, or many together where that is quicker."""
    queries = queries or (lambda session, texts: [one(session, sql, query) for sql in texts])
    answers.write('{"ready":true}\n')
    answers.flush()
    for line in sys.stdin.buffer:
        try:
            reply = answer(json.loads(line), queries, requests)
        except Refused as error:
            reply = {"error": str(error)}
        except Exception:  # the tests get every failure as an answer
            reply = {"error": traceback.format_exc(limit=5)}
        answers.write(json.dumps(reply, ensure_ascii=False) + "\n")
        answers.flush()


class Refused(Exception):
    """The engine's own words, for people."""


def answer(request: dict, queries, requests: dict) -> dict:
    do, session = request["do"], request["session"]
    if do == "query":
        return {"answers": queries(session, request["sql"])}
    requests[do](session, request["tables"] if do == "load" else request["sql"])
    return {}


def one(session: int, sql: str, query) -> dict:
    try:
        return query(session, sql)
    except Exception as error:
        return failure(error)


def failure(error: Exception) -> dict:
    return {"error": f"{type(error).__name__}: {error}"}


TOKEN = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|--[^\n]*|/\*.*?\*/|(?P<path>(?:`[^`]*`|[^\W\d]\w*)(?:\.(?:`[^`]*`|\w+))*)""", re.S
)


def at_the_top(sql: str, tables) -> str:
    """``FROM `shop.orders` `` for `FROM shop.orders`: neither engine can keep rows anywhere but at the top."""
    after_from = False

    def token(found):
        nonlocal after_from
        text = found.group()
        path = found.group("path")
        if path is None:
            return text
        plain = path.replace("`", "")
        if after_from and "." in plain and plain in tables:
            text = f"`{plain}`"
        after_from = path.upper() in ("FROM", "JOIN")
        return text

    return TOKEN.sub(token, sql)


def split_fields(text: str) -> list:
    """`a INT64, b ARRAY<STRING>` as pairs."""
    fields, depth, start = [], 0, 0
    for at, sign in enumerate(text + ","):
        depth += (sign in "<(") - (sign in ">)")
        if sign == "," and depth == 0:
            name, kind = text[start:at].strip().split(None, 1)
            fields.append((name.strip("`"), kind))
            start = at + 1
    return fields
