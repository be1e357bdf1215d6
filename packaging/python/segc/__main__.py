"""`python -m segc` runs the program of this installation, whatever is on PATH."""

import os
import pathlib
import sys
import sysconfig


def program():
    """The program's path: where pip puts the scripts of the kind of installation that this file is in."""
    here = pathlib.Path(__file__).resolve().parent.parent
    schemes = [None, sysconfig.get_preferred_scheme("user")]
    paths = [sysconfig.get_paths(scheme) if scheme else sysconfig.get_paths() for scheme in schemes]
    holds = lambda path: here in (pathlib.Path(path[kind]).resolve() for kind in ("purelib", "platlib"))
    tried = [pathlib.Path(path["scripts"]) for path in paths if holds(path)]
    # `pip install --target DIR`
    tried.append(here / "bin")
    for folder in tried:
        if (folder / "segc").is_file():
            return folder / "segc"
    sys.exit("segc: the program isn't in " + " or ".join(map(str, tried)) + "; install the package again")


if __name__ == "__main__":
    path = program()
    os.execv(path, [str(path), *sys.argv[1:]])
