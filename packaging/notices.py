"""The licenses of everything that is part of the program, which a package must carry with it."""

import json
import pathlib
import re
import subprocess

FILES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE")


def third_party(root):
    """The text of THIRD-PARTY.txt: DuckDB, then each crate that is linked into the program, with its licenses."""
    duckdb = (root / "packaging/duckdb-license.txt").read_text()
    parts = [
        "The program and the library in this package contain the following software.",
        section("DuckDB, the library libduckdb (MIT)", [duckdb]),
    ]
    # A text is shown once, below all the crates that use it.
    by_text = {}
    for crate in linked(root):
        named = f"{crate['name']} {crate['version']} ({crate['license']})"
        for text in license_texts(crate) or ["There is no text in the crate.\n"]:
            by_text.setdefault(text, []).append(named)
    for text, names in sorted(by_text.items(), key=lambda entry: entry[1]):
        parts.append(section("\n".join(names), [text]))
    return "\n".join(parts)


def linked(root):
    """The crates that segc depends on, except for those that only build or test it."""
    host = re.search(r"^host: (.*)$", output(root, ["rustc", "-vV"]), re.MULTILINE)[1]
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", host]
    metadata = json.loads(output(root, command))
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    start = metadata["resolve"]["root"]
    found, waiting = set(), [start]
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if is_linked and dependency["pkg"] not in found:
                found.add(dependency["pkg"])
                waiting.append(dependency["pkg"])
    crates = [package for package in metadata["packages"] if package["id"] in found]
    return sorted(crates, key=lambda crate: (crate["name"], crate["version"]))


def license_texts(crate):
    """The license files of a crate."""
    folder = pathlib.Path(crate["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(FILES))
    return list(dict.fromkeys(path.read_text(errors="replace").strip() + "\n" for path in files))


def output(root, command):
    """What a command prints."""
    return subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def section(title, texts):
    """A title, underlined, and texts."""
    return "\n".join(["", "=" * 100, title, "=" * 100, "", *texts])
