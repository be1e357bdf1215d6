"""GoogleSQL, BigQuery's language, executed by Google's own reference implementation (ZetaSQL as WebAssembly).

It has no storage: tables live in this process. What it doesn't show of BigQuery stands in docs/dialects.md.
"""

import ctypes
import datetime
import decimal
import hashlib
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import re

import protocol

ANSWERS = protocol.own_stdout()

import wasmtime  # noqa: E402
from google.protobuf import empty_pb2  # noqa: E402


def cache_compiled_module() -> None:
    """Compiling the module takes a minute; a serialised one loads in a tenth of a second."""
    compile_module = wasmtime.Module.from_file

    def load(engine, path):
        version = importlib.metadata.version("wasmtime")
        key = f"{version}-{platform.machine()}-{cpu()}-{os.path.getsize(path)}"
        folder = pathlib.Path(os.environ.get("SEGC_ENGINES_CACHE", pathlib.Path(__file__).parent))
        cached = folder / f"zetasql-{hashlib.sha256(key.encode()).hexdigest()[:16]}.cwasm"
        if cached.exists():
            return wasmtime.Module.deserialize_file(engine, str(cached))
        module = compile_module(engine, path)
        folder.mkdir(parents=True, exist_ok=True)
        partial = cached.with_suffix(f".{os.getpid()}")
        partial.write_bytes(module.serialize())
        partial.rename(cached)
        return module

    wasmtime.Module.from_file = staticmethod(load)


def cpu() -> str:
    """What the compiled code may rely on."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")


cache_compiled_module()

import zetasql.types as zt  # noqa: E402  (the cache must be in place before the module loads)
from zetasql.core import wasm_client  # noqa: E402
from zetasql.core.local_service import ZetaSqlLocalService  # noqa: E402
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service  # noqa: E402
from zetasql.wasi._pb2.zetasql.public import options_pb2, type_pb2, value_pb2  # noqa: E402


def place(client, at: int) -> int:
    return ctypes.cast(client.memory.data_ptr(), ctypes.c_void_p).value + at


# The package copies byte by byte, which takes longer than the queries.
wasm_client.WasmClient.write_bytes = lambda self, at, data: ctypes.memmove(place(self, at), data, len(data))
wasm_client.WasmClient.read_bytes = lambda self, at, size: ctypes.string_at(place(self, at), size)

CLIENT = ZetaSqlLocalService.get_instance().wasm_client
KINDS = {
    "BOOL": type_pb2.TYPE_BOOL,
    "INT64": type_pb2.TYPE_INT64,
    "FLOAT64": type_pb2.TYPE_DOUBLE,
    "NUMERIC": type_pb2.TYPE_NUMERIC,
    "BIGNUMERIC": type_pb2.TYPE_BIGNUMERIC,
    "STRING": type_pb2.TYPE_STRING,
    "DATE": type_pb2.TYPE_DATE,
    "DATETIME": type_pb2.TYPE_DATETIME,
    "TIMESTAMP": type_pb2.TYPE_TIMESTAMP,
    "JSON": type_pb2.TYPE_JSON,
}
EPOCH = datetime.date(1970, 1, 1)
SCALES = {"NUMERIC": 9, "BIGNUMERIC": 38}
decimal.getcontext().prec = 100


def call(method: str, request, answer):
    return CLIENT.call_grpc_func(f"ZetaSqlLocalService_{method}", request, answer)


# What a query could use here, but BigQuery doesn't document (or only since it is in preview).
NOT_IN_BIGQUERY = """
    ADDITIONAL_STRING_FUNCTIONS AGGREGATE_FILTERING ARRAY_AGGREGATION_FUNCTIONS ARRAY_EQUALITY ARRAY_FIND_FUNCTIONS
    ARRAY_GREATEST_LEAST ARRAY_ORDERING ARRAY_ZIP BARE_ARRAY_ACCESS BETWEEN_UINT64_INT64 CAST_DIFFERENT_ARRAY_TYPES
    CONCAT_MIXED_TYPES EXTENDED_DATE_TIME_SIGNATURES EXTENDED_TYPES FIRST_AND_LAST_N FOR_UPDATE GROUP_BY_ARRAY
    GROUP_BY_STRUCT INLINE_LAMBDA_ARGUMENT JSON_CONTAINS_FUNCTION JSON_FLATTEN_FUNCTION JSON_MORE_VALUE_EXTRACTION_FUNCTIONS
    JSON_TYPE_COMPARISON LATERAL_JOIN LIMIT_OFFSET_EXPRESSIONS LITERAL_CONCATENATION MATCH_RECOGNIZE MULTILEVEL_AGGREGATION
    MULTIWAY_UNNEST NULLIFZERO_ZEROIFNULL PI_FUNCTIONS SAFE_FUNCTION_CALL_WITH_LAMBDA_ARGS SQL_GRAPH
    STRUCT_POSITIONAL_ACCESSOR TIMESTAMP_NANOS TIMESTAMP_PICOS TIMESTAMP_PRECISION TYPEOF_FUNCTION UNNEST_AND_FLATTEN_ARRAYS
    UUID_TYPE
"""


def language() -> "zt.LanguageOptions":
    options = zt.LanguageOptions.maximum_features()
    options.reserved_keywords = ["QUALIFY"]
    options.product_mode = zt.ProductMode.PRODUCT_EXTERNAL
    options.name_resolution_mode = zt.NameResolutionMode.NAME_RESOLUTION_DEFAULT
    options.supported_statement_kinds = []
    return options


def bigquery():
    options = language().to_proto()
    refused = {options_pb2.LanguageFeature.Value(f"FEATURE_{name}") for name in NOT_IN_BIGQUERY.split()}
    kept = [feature for feature in options.enabled_language_features if feature not in refused]
    del options.enabled_language_features[:]
    options.enabled_language_features.extend(kept)
    return options


LANGUAGE = bigquery()
SESSIONS = {}


def sql_type(name: str):
    kind = type_pb2.TypeProto()
    if name.startswith("ARRAY<"):
        kind.type_kind = type_pb2.TYPE_ARRAY
        kind.array_type.element_type.CopyFrom(sql_type(name[6:-1]))
    elif name.startswith("STRUCT<"):
        kind.type_kind = type_pb2.TYPE_STRUCT
        for field, of in protocol.split_fields(name[7:-1]):
            kind.struct_type.field.add(field_name=field, field_type=sql_type(of))
    else:
        kind.type_kind = KINDS[name.split("(")[0]]
    return kind


def value(given, kind: str):
    """A value of a type, from text or (inside of arrays and structs) from JSON."""
    made = value_pb2.ValueProto()
    if given is None:
        return made
    if kind.startswith(("ARRAY<", "STRUCT<")):
        fill_nested(made, json.loads(given) if isinstance(given, str) else given, kind)
        return made
    kind = kind.split("(")[0]
    text = given if isinstance(given, str) else json.dumps(given)
    if kind == "STRING":
        made.string_value = text
    elif kind == "JSON":
        made.json_value = text
    elif kind == "INT64":
        made.int64_value = int(text)
    elif kind == "BOOL":
        made.bool_value = {"true": True, "false": False}[text.lower()]
    elif kind == "FLOAT64":
        made.double_value = float(text)
    elif kind in SCALES:
        setattr(made, f"{kind.lower()}_value", exact(text, SCALES[kind]))
    else:
        fill_time(made, text, kind)
    return made


def fill_nested(made, given, kind: str) -> None:
    if kind.startswith("ARRAY<"):
        made.array_value.SetInParent()
        # BigQuery can't store a missing element.
        made.array_value.element.extend(value(item, kind[6:-1]) for item in given if item is not None)
        return
    made.struct_value.SetInParent()
    for field, of in protocol.split_fields(kind[7:-1]):
        made.struct_value.field.append(value(given.get(field), of))


def fill_time(made, text: str, kind: str) -> None:
    if kind == "DATE":
        made.date_value = (datetime.date.fromisoformat(text) - EPOCH).days
        return
    time = datetime.datetime.fromisoformat(text)
    if kind == "TIMESTAMP":
        since = time.replace(tzinfo=time.tzinfo or datetime.UTC) - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        made.timestamp_value.seconds = since.days * 86400 + since.seconds
        made.timestamp_value.nanos = since.microseconds * 1000
        return
    bits = time.year
    for part, width in ((time.month, 4), (time.day, 5), (time.hour, 5), (time.minute, 6), (time.second, 6)):
        bits = bits << width | part
    made.datetime_value.bit_field_datetime_seconds = bits
    made.datetime_value.nanos = time.microsecond * 1000


def exact(text: str, scale: int) -> bytes:
    """A number as the engine holds it: scaled, the lowest byte first."""
    number = int(decimal.Decimal(text).scaleb(scale).to_integral_exact(decimal.ROUND_HALF_UP))
    return number.to_bytes(max(1, number.bit_length() // 8 + 1), "little", signed=True)


def load(session: int, tables: list) -> None:
    if session in SESSIONS:
        known, _ = SESSIONS.pop(session)
        call("UnregisterCatalog", service.UnregisterRequest(registered_id=known), empty_pb2.Empty)
    request = service.RegisterCatalogRequest()
    root = request.simple_catalog
    root.name = "root"
    root.builtin_function_options.language_options.CopyFrom(LANGUAGE)
    for table in tables:
        fill_table(root, request.table_content, table)
    known = call("RegisterCatalog", request, service.RegisterResponse).registered_id
    SESSIONS[session] = (known, {".".join(table["name"]) for table in tables})


def fill_table(root, content, table: dict) -> None:
    # Only tables at the top can have rows.
    name = ".".join(table["name"])
    made = root.table.add(name=name)
    kinds = [kind for _, kind in table["columns"]]
    for column, kind in table["columns"]:
        made.column.add(name=column).type.CopyFrom(sql_type(kind))
    rows = content[name].table_data
    rows.SetInParent()
    for given in table["rows"]:
        row = rows.row.add()
        row.cell.extend(value(cell, kind) for cell, kind in zip(given, kinds))


SIGN = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|--[^\n]*|/\*.*?\*/|\w+|[(),]""", re.S
)


def kept(sql: str) -> str:
    """The query, with one more reference to each of its common table expressions, which is never evaluated.

    This engine keeps the rows of an expression that is referred to more than once. One that is referred to
    once is evaluated anew for each row of the query that it stands in: a chain of four segments of 120 rows
    takes half an hour.
    """
    names, depth, end = None, 0, 0
    for found in SIGN.finditer(sql):
        sign = found.group()
        if sign.startswith(("--", "/*")):
            continue
        if names is None and sign.upper() != "WITH":
            return sql
        if names is None:
            names = []
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            end = found.end()
        elif depth == 0 and sign.upper() == "SELECT":
            break
        elif depth == 0 and sign not in (",", "AS"):
            names.append(sign)
    read = "".join(f" OR EXISTS (SELECT 1 FROM {name})" for name in names)
    return f"{sql[:end]}\nSELECT * FROM ({sql[end:]}\n) WHERE TRUE{read}"


def query(session: int, sql: str) -> dict:
    if session not in SESSIONS:
        load(session, [])
    known, tables = SESSIONS[session]
    request = service.PrepareQueryRequest(sql=kept(protocol.at_the_top(sql, tables)), registered_catalog_id=known)
    request.options.language_options.CopyFrom(LANGUAGE)
    request.options.default_timezone = "UTC"
    prepared = call("PrepareQuery", request, service.PrepareQueryResponse).prepared
    try:
        run = service.EvaluateQueryRequest(prepared_query_id=prepared.prepared_query_id)
        content = call("EvaluateQuery", run, service.EvaluateQueryResponse).content
    finally:
        done = service.UnprepareQueryRequest(prepared_query_id=prepared.prepared_query_id)
        call("UnprepareQuery", done, empty_pb2.Empty)
    kinds = [column.type.type_kind for column in prepared.columns]
    rows = [[cell(one, kind) for one, kind in zip(row.cell, kinds)] for row in content.table_data.row]
    return {"types": [word(kind) for kind in kinds], "rows": rows}


def word(kind: int) -> str:
    words = {"BOOL": "boolean", "INT64": "integer", "FLOAT64": "float", "NUMERIC": "decimal", "BIGNUMERIC": "decimal"}
    words |= {"STRING": "string", "DATE": "date", "TIMESTAMP": "timestamp", "DATETIME": "timestamp", "JSON": "string"}
    return next(words[name] for name, known in KINDS.items() if known == kind)


def read_datetime(held) -> str:
    bits, parts = held.bit_field_datetime_seconds, []
    for width in (6, 6, 5, 5, 4):
        parts.append(bits & (1 << width) - 1)
        bits >>= width
    return datetime.datetime(bits, *reversed(parts), held.nanos // 1000).isoformat() + "Z"


def cell(one, kind: int):
    which = one.WhichOneof("value")
    if which is None:
        return None
    held = getattr(one, which)
    if which in ("numeric_value", "bignumeric_value"):
        scale = SCALES[which.removesuffix("_value").upper()]
        return f"{decimal.Decimal(int.from_bytes(held, 'little', signed=True)).scaleb(-scale).normalize():f}"
    if which == "date_value":
        return (EPOCH + datetime.timedelta(days=held)).isoformat()
    if which == "timestamp_value":
        time = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=held.seconds, microseconds=held.nanos // 1000)
        return time.isoformat() + "Z"
    if which == "datetime_value":
        return read_datetime(held)
    if which == "bool_value":
        return "true" if held else "false"
    if which == "double_value":
        return "NaN" if math.isnan(held) else repr(held)
    return str(held)


if __name__ == "__main__":
    protocol.serve(ANSWERS, query=query, load=load)
