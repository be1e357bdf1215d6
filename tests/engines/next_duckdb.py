"""The next major version of DuckDB: the SQL of `dialects/duckdb.yml` must mean the same there."""

import protocol

ANSWERS = protocol.own_stdout()

import duckdb  # noqa: E402

SESSIONS = {}


def session_of(number: int):
    if number not in SESSIONS:
        SESSIONS[number] = duckdb.connect()
    return SESSIONS[number]


def quoted(text: str, quote: str) -> str:
    return quote + text.replace(quote, quote * 2) + quote


def load(number: int, tables: list) -> None:
    if number in SESSIONS:
        SESSIONS.pop(number).close()
    session = session_of(number)
    session.execute("SET TimeZone = 'UTC'")
    for table in tables:
        name = ".".join(quoted(part, '"') for part in table["name"])
        if len(table["name"]) > 1:
            session.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(table['name'][-2], chr(34))}")
        columns = ", ".join(f"{quoted(column, chr(34))} {kind}" for column, kind in table["columns"])
        session.execute(f"CREATE TABLE {name} ({columns})")
        kinds = [kind for _, kind in table["columns"]]
        rows = [f"({', '.join(map(value, row, kinds))})" for row in table["rows"]]
        if rows:
            session.execute(f"INSERT INTO {name} VALUES {', '.join(rows)}")


def value(text, kind: str) -> str:
    if text is None:
        return "NULL"
    text = quoted(text, "'")
    return f"CAST(CAST({text} AS JSON) AS {kind})" if kind.endswith("[]") else f"CAST({text} AS {kind})"


def query(number: int, sql: str) -> dict:
    session = session_of(number)
    kinds = [str(row[1]) for row in session.execute(f"DESCRIBE {sql}").fetchall()]
    # As text: the module's own values would need another one for time zones.
    rows = session.execute(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql})").fetchall()
    words = [word(kind) for kind in kinds]
    return {"types": words, "rows": [[cell(*pair) for pair in zip(row, words)] for row in rows]}


def word(kind: str) -> str:
    words = {"BIGINT": "integer", "INTEGER": "integer", "HUGEINT": "integer", "DOUBLE": "float", "BOOLEAN": "boolean"}
    words |= {"DATE": "date", "VARCHAR": "string", "TIMESTAMP WITH TIME ZONE": "timestamp"}
    return "decimal" if kind.startswith("DECIMAL") else words[kind]


def cell(text, kind: str):
    if text is None or kind != "timestamp":
        return text
    return text.replace(" ", "T").removesuffix("+00") + "Z"


if __name__ == "__main__":
    protocol.serve(ANSWERS, query=query, load=load)
