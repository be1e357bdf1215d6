"""What a program or library for Linux (ELF, 64 bits, little-endian) needs, and where it looks for libraries.

`pip` and `npm` choose a package by the machine and by the version of glibc, so both are read from the files
themselves, never from the machine that builds the package.
"""

import struct

MACHINES = {62: "x86_64", 183: "aarch64"}

PT_LOAD, PT_DYNAMIC = 1, 2
DT_NULL, DT_NEEDED, DT_STRTAB, DT_RPATH, DT_RUNPATH = 0, 1, 5, 15, 29
DT_VERNEED, DT_VERNEEDNUM = 0x6FFFFFFE, 0x6FFFFFFF


class NotElf(Exception):
    """The file isn't a program or library that this module can read."""


class Elf:
    """A file in memory; `data` is what it would be after changes."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise NotElf("it isn't a 64-bit, little-endian ELF file")
        self.data = bytearray(data)
        machine = self._read("<H", 18)
        if machine not in MACHINES:
            raise NotElf(f"it is for a machine of the unknown kind {machine}")
        self.machine = MACHINES[machine]
        start, size, count = self._read("<Q", 32), self._read("<H", 54), self._read("<H", 56)
        headers = [struct.unpack_from("<IIQQQQ", data, start + at * size) for at in range(count)]
        self._loads = [(address, offset, length) for kind, _, offset, address, _, length in headers if kind == PT_LOAD]
        dynamic = [offset for kind, _, offset, *_ in headers if kind == PT_DYNAMIC]
        if not dynamic:
            raise NotElf("it is linked statically")
        self._dynamic = dynamic[0]
        self._strings = self._offset(self._values(DT_STRTAB)[0])

    def needed(self):
        """The libraries that it is linked to."""
        return [self._text(value) for value in self._values(DT_NEEDED)]

    def run_path(self):
        """The folders in which the system's loader looks for libraries, in order."""
        entries = self._values(DT_RUNPATH) + self._values(DT_RPATH)
        return [folder for value in entries for folder in self._text(value).split(":")]

    def keep_own_folders(self):
        """Forgets the folders before `$ORIGIN`, which exist only on the machine that built the file."""
        for at, tag, value in self._entries():
            if tag in (DT_RUNPATH, DT_RPATH):
                skipped = self._text(value).find("$ORIGIN")
                if skipped > 0:
                    # A text ends with a zero, so a later start is a shorter list.
                    where = self._strings + value
                    self.data[where : where + skipped] = b"\0" * skipped
                    struct.pack_into("<Q", self.data, at + 8, value + skipped)

    def versions(self):
        """The versioned symbols needed, such as `GLIBC_2.28`."""
        names = set()
        if not self._values(DT_VERNEED):
            return names
        at = self._offset(self._values(DT_VERNEED)[0])
        for _ in range(self._values(DT_VERNEEDNUM)[0]):
            _, count, _, first, following = struct.unpack_from("<HHIII", self.data, at)
            entry = at + first
            for _ in range(count):
                _, _, _, name, next_entry = struct.unpack_from("<IHHII", self.data, entry)
                names.add(self._text(name))
                entry += next_entry
            at += following
        return names

    def glibc(self):
        """The oldest glibc with all symbols needed, as a pair of numbers."""
        return max(numbers("GLIBC_", self.versions()), default=(2, 17))[:2]

    def _read(self, form, at):
        return struct.unpack_from(form, self.data, at)[0]

    def _entries(self):
        at = self._dynamic
        while True:
            tag, value = struct.unpack_from("<QQ", self.data, at)
            if tag == DT_NULL:
                return
            yield at, tag, value
            at += 16

    def _values(self, wanted):
        return [value for _, tag, value in self._entries() if tag == wanted]

    def _offset(self, address):
        for start, offset, length in self._loads:
            if start <= address < start + length:
                return address - start + offset
        raise NotElf("its tables are in no segment of the file")

    def _text(self, value):
        start = self._strings + value
        return self.data[start : self.data.index(0, start)].decode()


def numbers(prefix, versions):
    """`GLIBC_2.28` as (2, 28), for those with the prefix; names such as `GLIBC_PRIVATE` have no numbers."""
    found = []
    for version in versions:
        parts = version.removeprefix(prefix).split(".")
        if version.startswith(prefix) and all(part.isdigit() for part in parts):
            found.append(tuple(map(int, parts)))
    return found
