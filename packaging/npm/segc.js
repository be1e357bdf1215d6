#!/usr/bin/env node
// Runs the program, which is in a package of its own for each kind of machine: npm installs the one
// that fits, since it is an optional dependency with `os`, `cpu` and `libc`.
"use strict";

const { spawn } = require("node:child_process");
const path = require("node:path");

const name = `@segc/${process.platform}-${process.arch}`;

function program() {
  try {
    return path.join(path.dirname(require.resolve(`${name}/package.json`)), "bin", "segc");
  } catch {
    const packages = Object.keys(require("../package.json").optionalDependencies).join(", ");
    console.error(
      `segc: the package ${name} isn't installed; there are ${packages}.\n` +
        "If yours is among them, npm was told to leave out optional dependencies: install without --omit=optional.\n" +
        "For other machines, build segc from source (docs/installing.md).",
    );
    process.exit(1);
  }
}

const child = spawn(program(), process.argv.slice(2), { stdio: "inherit" });

// A terminal sends these to both processes; from elsewhere, they come to this one only.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}

child.on("error", (error) => {
  console.error(`segc: cannot start ${child.spawnfile}: ${error.message}`);
  process.exit(1);
});

// Ends as the program did, so that callers see its exit code or signal.
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
