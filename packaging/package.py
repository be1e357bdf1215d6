"""Puts the program, DuckDB's library and the licenses into a wheel, npm packages or an archive.

tools/package.sh calls this, with a program that is already built. Needs only Python's own modules. The same
files give the same bytes: times are fixed, and entries are sorted.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

import elf
import notices

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Where the program looks for the library (build.rs): in a wheel, and in other packages.
LIBRARY_FOLDERS = ["$ORIGIN/../libexec/segc", "$ORIGIN/../lib/segc"]
# What every machine of the kind has, besides glibc's own libraries; a wheel may depend on these.
SYSTEM = re.compile(r"(libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\+\+|ld-linux-[a-z0-9-]+)\.so\.\d+")
# 1980-01-01, the first instant that a zip file can have.
TIME = (1980, 1, 1, 0, 0, 0)


class Refused(Exception):
    """The package would not work, and why."""


def main():
    arguments = parse()
    try:
        contents = Contents(arguments)
        out = pathlib.Path(arguments.out)
        out.mkdir(parents=True, exist_ok=True)
        kinds = {"wheel": [wheel], "npm": [npm], "archive": [archive], "all": [wheel, npm, archive]}[arguments.kind]
        for write in kinds:
            for path in write(contents, out):
                print(path)
    except Refused as refused:
        sys.exit(f"package: {refused}")


def parse():
    parser = argparse.ArgumentParser(prog="tools/package.sh", description=__doc__)
    parser.add_argument("kind", choices=["wheel", "npm", "archive", "all"])
    parser.add_argument("--program", required=True, help="the program segc")
    parser.add_argument("--library", required=True, help="DuckDB's library")
    parser.add_argument("--out", default="target/package", help="the folder that the packages are written to")
    parser.add_argument("--platform", help="npm's name of the machine, for what isn't ELF: darwin-arm64")
    parser.add_argument("--tag", help="the wheel's tag of the machine, for what isn't ELF: macosx_11_0_arm64")
    parser.add_argument("--fast", action="store_true", help="compress little, for tests")
    return parser.parse_args()


class Contents:
    """What all kinds of packages contain, after checks that they can work."""

    def __init__(self, arguments):
        manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
        self.version = manifest["version"]
        self.summary = manifest["description"]
        self.license = manifest["license"]
        self.repository = manifest["repository"]
        self.keywords = manifest["keywords"]
        self.level = 1 if arguments.fast else 9
        self.readme = self._readme()
        program, library = pathlib.Path(arguments.program), pathlib.Path(arguments.library)
        self.library_name = "libduckdb" + library.suffix
        self.library = library.read_bytes()
        self.program = self._own_folders(stripped(program))
        self._find_platform(arguments)
        self._check_version(program)
        self.licenses = {name: (ROOT / name).read_text() for name in ("LICENSE-MIT", "LICENSE-APACHE")}
        self.licenses["THIRD-PARTY.txt"] = notices.third_party(ROOT)

    def _readme(self):
        """README.md, whose links to files of the repository work elsewhere, too."""
        base = f"{self.repository}/blob/v{self.version}/"
        return re.sub(r"\]\((?!https?:|#)([^)\s]+)\)", rf"]({base}\1)", (ROOT / "README.md").read_text())

    def _own_folders(self, program):
        """The program without the folder of the library on the machine that built it."""
        try:
            file = elf.Elf(program)
        except elf.NotElf:
            # macOS looks there, too, but finds nothing.
            return program
        file.keep_own_folders()
        for folder in LIBRARY_FOLDERS:
            if folder not in file.run_path():
                raise Refused(f"the program doesn't look for the library in {folder}: build it from this source")
        return bytes(file.data)

    def _find_platform(self, arguments):
        try:
            files = [elf.Elf(self.program), elf.Elf(self.library)]
        except elf.NotElf as reason:
            if not (arguments.platform and arguments.tag):
                raise Refused(f"pass --platform and --tag for the program and the library: {reason}") from reason
            self.platform, self.tag = arguments.platform, arguments.tag
            return
        if files[0].machine != files[1].machine:
            raise Refused(f"the program is for {files[0].machine}, the library for {files[1].machine}")
        for file in files:
            foreign = [name for name in file.needed() if not SYSTEM.fullmatch(name)]
            if foreign:
                raise Refused(f"it needs {', '.join(foreign)}, which other machines may not have")
            # What GCC 8 brought, as in the systems with glibc 2.28.
            if max(elf.numbers("GLIBCXX_", file.versions()), default=(0,)) > (3, 4, 25):
                raise Refused("it needs a newer libstdc++ than that of GCC 8")
        glibc = max((2, 28), *(file.glibc() for file in files))
        machine = files[0].machine
        self.platform = "linux-" + {"x86_64": "x64", "aarch64": "arm64"}[machine]
        self.tag = f"manylinux_{glibc[0]}_{glibc[1]}_{machine}"

    def _check_version(self, program):
        try:
            ran = subprocess.run([program.resolve(), "--version"], stdout=subprocess.PIPE, check=True)
        except (OSError, subprocess.CalledProcessError) as reason:
            print(f"package: can't run {program} here, so its version isn't checked: {reason}", file=sys.stderr)
            return
        said = ran.stdout.decode().split()
        if said != ["segc", self.version]:
            raise Refused(f"{program} is {' '.join(said)}, and Cargo.toml says {self.version}")


def stripped(program):
    """The program without the names of its functions, which only debuggers need, if `strip` is installed."""
    if shutil.which("strip") is None:
        return program.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "segc"
        shutil.copyfile(program, copy)
        done = subprocess.run(["strip", copy], stderr=subprocess.DEVNULL, check=False)
        return (copy if done.returncode == 0 else program).read_bytes()


def wheel(contents, out):
    """A wheel: pip puts the program into the environment's `bin`, and the library into its `libexec/segc`."""
    name = f"segc-{contents.version}"
    info, data = f"{name}.dist-info", f"{name}.data"
    metadata = [
        "Metadata-Version: 2.4",
        "Name: segc",
        f"Version: {contents.version}",
        f"Summary: {contents.summary}",
        f"Keywords: {','.join(contents.keywords)}",
        f"License-Expression: {contents.license}",
        *(f"License-File: {license}" for license in contents.licenses),
        f"Project-URL: Repository, {contents.repository}",
        "Requires-Python: >=3.10",
        "Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM",
        "",
        contents.readme,
    ]
    about = ["Wheel-Version: 1.0", "Generator: segc", "Root-Is-Purelib: false", f"Tag: py3-none-{contents.tag}", ""]
    files = {
        **{f"segc/{path.name}": (path.read_bytes(), 0o644) for path in (ROOT / "packaging/python/segc").glob("*.py")},
        f"{data}/scripts/segc": (contents.program, 0o755),
        f"{data}/data/libexec/segc/{contents.library_name}": (contents.library, 0o644),
        **{f"{info}/licenses/{file}": (text.encode(), 0o644) for file, text in contents.licenses.items()},
        f"{info}/METADATA": ("\n".join(metadata).encode(), 0o644),
        f"{info}/WHEEL": ("\n".join(about).encode(), 0o644),
    }
    record = "".join(f"{path},{digest(body)},{len(body)}\n" for path, (body, _) in sorted(files.items()))
    files[f"{info}/RECORD"] = (f"{record}{info}/RECORD,,\n".encode(), 0o644)
    path = out / f"{name}-py3-none-{contents.tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=contents.level) as archive:
        for file, (body, mode) in files.items():
            entry = zipfile.ZipInfo(file, TIME)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body, compresslevel=contents.level)
    yield path


def digest(body):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def npm(contents, out):
    """Two packages: `segc`, the same everywhere, and the one for this kind of machine, which it depends on."""
    system, cpu = contents.platform.split("-")
    common = {
        "version": contents.version,
        "description": contents.summary,
        "license": contents.license,
        "repository": {"type": "git", "url": f"git+{contents.repository}.git"},
    }
    licenses = {file: (text.encode(), 0o644) for file, text in contents.licenses.items()}
    main = {
        "name": "segc",
        **common,
        "keywords": contents.keywords,
        "bin": {"segc": "bin/segc.js"},
        "engines": {"node": ">=18"},
        "optionalDependencies": {f"@segc/{contents.platform}": contents.version},
    }
    machine = {
        "name": f"@segc/{contents.platform}",
        **common,
        "os": [system],
        "cpu": [cpu],
        **({"libc": ["glibc"]} if system == "linux" else {}),
        "preferUnplugged": True,
    }
    shim = (ROOT / "packaging/npm/segc.js").read_bytes()
    readme = f"The program of [segc]({contents.repository}) for {contents.platform}. Install `segc` instead.\n"
    packages = {
        f"segc-{contents.version}.tgz": {
            **package_json(main),
            "README.md": (contents.readme.encode(), 0o644),
            "bin/segc.js": (shim, 0o755),
            **{file: licenses[file] for file in ("LICENSE-MIT", "LICENSE-APACHE")},
        },
        f"segc-{contents.platform}-{contents.version}.tgz": {
            **package_json(machine),
            "README.md": (readme.encode(), 0o644),
            **program_and_library(contents),
            **licenses,
        },
    }
    for name, files in packages.items():
        yield tar(out / name, "package", files, contents.level)


def package_json(fields):
    return {"package.json": (json.dumps(fields, indent=2).encode() + b"\n", 0o644)}


def program_and_library(contents):
    return {
        "bin/segc": (contents.program, 0o755),
        f"lib/segc/{contents.library_name}": (contents.library, 0o644),
    }


def archive(contents, out):
    """An archive to unpack anywhere, for containers and machines without pip or npm."""
    name = f"segc-{contents.version}-{contents.platform}"
    files = {
        **program_and_library(contents),
        "README.md": (contents.readme.encode(), 0o644),
        **{file: (text.encode(), 0o644) for file, text in contents.licenses.items()},
    }
    yield tar(out / f"{name}.tar.gz", name, files, contents.level)


def tar(path, folder, files, level):
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", level, raw, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for file, (body, mode) in sorted(files.items()):
                entry = tarfile.TarInfo(f"{folder}/{file}")
                entry.size, entry.mode, entry.mtime = len(body), mode, 315532800
                archive.addfile(entry, io.BytesIO(body))
    return path


if __name__ == "__main__":
    os.umask(0o022)
    main()
