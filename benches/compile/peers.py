#!/usr/bin/env python3
"""Compiles the same segments with segc, dbt, SQLMesh and prqlc, and prints a table.

    python3 -m venv dbt && dbt/bin/pip install dbt-core==1.10.23 dbt-duckdb
    python3 -m venv sqlmesh && sqlmesh/bin/pip install sqlmesh==0.236.4
    python3 -m venv prqlc && prqlc/bin/pip install prqlc==0.13.14
    benches/compile/peers.py target/release/segc dbt/bin/dbt sqlmesh/bin/python prqlc/bin/python [COUNT] [TIMES]

Each tool compiles all of its models for DuckDB into files or texts, from nothing (its caches are removed)
and again after one model has changed. CPU seconds of all its processes; the median, of three by default.
"""

import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

NAMES, WINDOWS = 60, [1, 3, 7, 14, 30, 60, 90, 180]
PLANS, COUNTRIES = ["free", "pro", "team"], ["US", "DE", "FR", "GB", "BR"]

CATALOG = """entities:
  customer:
    table: customers
    key: customer_id
    changes: { mutable: { updated_at: updated_at } }
    deletes: never
    settle: 1 hour
    fields: { customer_id: integer, country: string, plan: string, updated_at: timestamp }
    links:
      events: { to: event, on: { customer_id: customer_id }, many: true }
  event:
    table: events
    key: event_id
    time: at
    event_name: name
    changes: { append_only: { lateness: 1 hour } }
    deletes: never
    settle: 1 hour
    fields: { event_id: integer, customer_id: integer, name: string, at: timestamp, amount: "decimal(12,2)" }
"""

RENDER = """import sys
from sqlmesh import Context
context = Context(paths=sys.argv[1])
for name in context.models:
    context.render(name).sql(pretty=True)
"""


COMPILE = """import pathlib, sys
import prqlc
root, options = pathlib.Path(sys.argv[1]), prqlc.CompileOptions(target="sql.duckdb", signature_comment=False)
(root / "target").mkdir(exist_ok=True)
for path in sorted((root / "models").glob("*.prql")):
    (root / "target" / f"{path.stem}.sql").write_text(prqlc.compile(path.read_text(), options))
"""


def prql(i):
    """The same as `segment`, in PRQL, which joins grouped rows for want of subqueries in conditions."""
    event, days, kind = f"event_{i % NAMES}", WINDOWS[i // NAMES % len(WINDOWS)], i % 5
    least, amount, plan = 1 + i % 4, 100 + i % 7 * 50, PLANS[i % 3]
    some = " || ".join(f"c.country == '{COUNTRIES[(i + n) % 5]}'" for n in (0, 1))
    more = f" && amount > {i % 50}" if kind == 4 else ""
    condition = [
        f"e.n >= {least}",
        f"e.amount > {amount}",
        "e.n >= 1",
        f"e.n == null && c.plan == '{plan}'",
        f"e.n >= 2 && ({some})",
    ][kind]
    before = f"join side:left b=(from s{i - 1:05d} | select {{customer_id}}) (==customer_id)\n" if i % 10 == 9 else ""
    not_before = "filter b.customer_id == null\n" if before else ""
    return f"""let events_of_customers = (
  from events
  filter name == '{event}' && at >= s"now() - interval {days} day"{more}
  group customer_id (aggregate {{n = count this, amount = sum amount}})
)
from c=customers
join side:left e=events_of_customers (==customer_id)
{before}filter {condition}
{not_before}select c.customer_id
"""


def segment(i):
    """A segment's condition, and the same as SQL over a source and a reference to another model."""
    event, days, kind = f"event_{i % NAMES}", WINDOWS[i // NAMES % len(WINDOWS)], i % 5
    window = f'events["{event}"] during last {days} days'
    least, amount, plan = 1 + i % 4, 100 + i % 7 * 50, PLANS[i % 3]
    some = ", ".join(f'"{COUNTRIES[(i + n) % 5]}"' for n in (0, 1))
    condition = [
        f"count({window}) >= {least}",
        f'sum(events["{event}"].amount during last {days} days) > {amount}',
        f"exists({window})",
        f'not exists({window}) and plan = "{plan}"',
        f"count({window} where amount > {i % 50}) >= 2 and country in ({some})",
    ][kind]
    rows = f"e.customer_id = c.customer_id and e.name = '{event}' and e.at >= now() - interval {days} day"
    events = f"(select %s from SOURCE_events as e where {rows}%s)"
    sql = [
        events % ("count(*)", "") + f" >= {least}",
        events % ("sum(e.amount)", "") + f" > {amount}",
        "exists " + events % ("1", ""),
        "not exists " + events % ("1", "") + f" and c.plan = '{plan}'",
        events % ("count(*)", f" and e.amount > {i % 50}") + f" >= 2 and c.country in ({some})".replace('"', "'"),
    ][kind]
    if i % 10 == 9:
        condition += f" and not in segment s{i - 1:05d}"
        sql += f" and c.customer_id not in (select customer_id from REF_s{i - 1:05d})"
    return condition, f"select c.customer_id from SOURCE_customers as c where {sql}\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def of_segc(root, count):
    write(root / "segc.yml", "name: peers\nmaterialize: incremental\ntargets: { duckdb: {} }\n")
    write(root / "catalog/shop.yml", CATALOG)
    for i in range(count):
        text = f"segment s{i:05d} on customer {{ where {segment(i)[0]} }}\n"
        write(root / f"segments/s{i:05d}.seg", text)


def of_dbt(root, count):
    write(root / "dbt_project.yml", "name: peers\nversion: '1.0'\nprofile: peers\nmodel-paths: [models]\n")
    profile = "peers:\n  target: dev\n  outputs: { dev: { type: duckdb, path: ':memory:' } }\n"
    write(root / "profiles.yml", profile)
    tables = "[{ name: events }, { name: customers }]"
    write(root / "models/sources.yml", f"sources:\n  - name: main\n    tables: {tables}\n")
    for i in range(count):
        sql = segment(i)[1].replace("SOURCE_events", "{{ source('main', 'events') }}")
        sql = sql.replace("SOURCE_customers", "{{ source('main', 'customers') }}")
        before = f"s{i - 1:05d}"
        write(root / f"models/s{i:05d}.sql", sql.replace(f"REF_{before}", f"{{{{ ref('{before}') }}}}"))


def of_sqlmesh(root, count):
    gateway = "gateways: { local: { connection: { type: duckdb } } }\ndefault_gateway: local\n"
    write(root / "config.yaml", gateway + "model_defaults: { dialect: duckdb, start: 2026-01-01 }\n")
    write(root / "render.py", RENDER)
    for i in range(count):
        sql = segment(i)[1].replace("SOURCE_", "").replace("REF_", "peers.")
        write(root / f"models/s{i:05d}.sql", f"MODEL (name peers.s{i:05d}, kind FULL);\n\n{sql}")


def of_prqlc(root, count):
    write(root / "compile.py", COMPILE)
    for i in range(count):
        write(root / f"models/s{i:05d}.prql", prql(i))


def cpu(command, root):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(root, command, caches, changed, times):
    fresh, again = [], []
    for number in range(times):
        for cache in caches:
            shutil.rmtree(root / cache, ignore_errors=True)
        fresh.append(cpu(command, root))
        path = root / changed
        path.write_text(re.sub(r">= \d+", f">= {number + 2}", path.read_text(), count=1))
        again.append(cpu(command, root))
    return statistics.median(fresh), statistics.median(again)


def main():
    segc, dbt, sqlmesh, prqlc = (str(pathlib.Path(arg).absolute()) for arg in sys.argv[1:5])
    given = [int(arg) for arg in sys.argv[5:7]]
    count, times = given + [1_000, 3][len(given) :]
    compile_dbt = [dbt, "--quiet", "compile", "--profiles-dir", ".", "--no-introspect"]
    tools = [
        ("segc", of_segc, [segc, "compile"], ["target"], "segments/s00000.seg"),
        ("dbt", of_dbt, compile_dbt, ["target"], "models/s00000.sql"),
        ("SQLMesh", of_sqlmesh, [sqlmesh, "render.py", "."], [".cache"], "models/s00000.sql"),
        ("prqlc", of_prqlc, [prqlc, "compile.py", "."], ["target"], "models/s00000.prql"),
    ]
    print(f"| {count:,} models | from nothing | again, one changed |\n|---|---:|---:|")
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for name, generate, command, caches, changed in tools:
            root = pathlib.Path(folder) / name
            root.mkdir()
            generate(root, count)
            fresh, again = measure(root, command, caches, changed, times)
            first = first or (fresh, again)
            ratios = [f" ({one / base:.0f} times)" if name != "segc" else "" for one, base in zip((fresh, again), first)]
            print(f"| {name} | {fresh:.2f} s{ratios[0]} | {again:.2f} s{ratios[1]} |", flush=True)


main()
