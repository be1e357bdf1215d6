//! The effects of writing builds into folders.

#![expect(clippy::disallowed_methods, reason = "a test writes files")]

use super::*;
use crate::artifact::{MANIFEST, digest};

/// A build with a manifest, and other files.
fn build(files: &[(&str, &str)]) -> Artifacts {
    let listed = files.iter().map(|(path, text)| format!("\"{path}\": \"{}\", ", digest(text.as_bytes())));
    let listed: String = listed.collect();
    let manifest =
        |own: &str| format!("{{\"segc\": \"1\", \"files\": {{{listed}\"{MANIFEST}\": \"{own}\"}}}}");
    let manifest = manifest(&digest(manifest("").as_bytes()));
    let own = (MANIFEST, manifest.as_str());
    let files = files.iter().copied().chain([own]);
    Artifacts {
        files: files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect(),
        ..Artifacts::default()
    }
}

/// Writes one build; what is wrong with it.
fn write(folder: &Path, artifacts: &Artifacts) -> Result<(), String> {
    let told = |problems: Diagnostics| {
        let lines = problems.iter().map(|problem| format!("{}: {}", problem.code, problem.message));
        lines.collect::<Vec<_>>().join("; ")
    };
    replace(&[(folder, artifacts)]).map_err(told)
}

/// Every file and link below a folder, and every folder that is empty.
fn listed(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("it is there") {
        let entry = entry.expect("it can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.file_type().expect("it has a type").is_dir();
        let below = if is_folder { listed(&entry.path()) } else { Vec::new() };
        names.extend(below.iter().map(|path| format!("{name}/{path}")));
        if below.is_empty() {
            names.push(name);
        }
    }
    names.sort();
    names
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("it is there")
}

#[test]
fn a_build_replaces_the_previous_one_completely() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("target/duckdb");
    let first = build(&[("create.sql", ""), ("segments/old.create.sql", ""), ("segments/a.create.sql", "1")]);
    write(&folder, &first).expect("first");
    write(&folder, &build(&[("create.sql", "SELECT 1"), ("segments/a.create.sql", "2")])).expect("second");
    let wanted = ["duckdb/create.sql", "duckdb/manifest.json", "duckdb/segments/a.create.sql"];
    assert_eq!(listed(&root.path().join("target")), wanted, "nothing temporary stays");
    assert_eq!(read(&folder.join("create.sql")), "SELECT 1");
    write(&folder, &build(&[("create.sql", "SELECT 1")])).expect("third");
    assert_eq!(listed(&root.path().join("target")), ["duckdb/create.sql", "duckdb/manifest.json"]);
}

#[cfg(unix)]
#[test]
fn unchanged_files_are_kept_and_only_they() {
    use std::os::unix::fs::MetadataExt;
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("duckdb");
    let inodes = |paths: &[&str]| -> Vec<u64> {
        paths.iter().map(|path| folder.join(path).metadata().expect("it is there").ino()).collect()
    };
    let first = build(&[("create.sql", "1"), ("segments/a.sql", "a"), ("segments/b.sql", "b")]);
    write(&folder, &first).expect("first");
    let all = ["create.sql", "manifest.json", "segments/a.sql", "segments/b.sql"];
    let before = inodes(&all);
    put(&folder.join("notes.txt"), "mine");
    write(&folder, &first).expect("the same build");
    assert_eq!(inodes(&all), before, "nothing is written");

    fs::remove_file(folder.join("segments/a.sql")).expect("it is there");
    write(&folder, &build(&[("create.sql", "2"), ("segments/a.sql", "a"), ("segments/b.sql", "b")]))
        .expect("second");
    let after = inodes(&all);
    assert_eq!(after[3], before[3], "`b` is the same file");
    assert_ne!(after[0], before[0], "the content of `create.sql` is not changed in place");
    assert_eq!(read(&folder.join("create.sql")), "2");
    assert_eq!(read(&folder.join("segments/a.sql")), "a", "what was removed is there again");
    assert_eq!(read(&folder.join("notes.txt")), "mine");
    write(&folder, &build(&[("create.sql", "2")])).expect("third");
    assert_eq!(listed(&folder), ["create.sql", "manifest.json", "notes.txt"]);
}

#[test]
fn an_empty_folder_receives_the_build() {
    let root = tempfile::tempdir().expect("a temporary folder");
    write(root.path().join("a/b").as_path(), &build(&[])).expect("there is none");
    fs::create_dir(root.path().join("c")).expect("it can be made");
    write(&root.path().join("c"), &build(&[("segments/a", "")])).expect("it is empty");
    assert_eq!(listed(root.path()), ["a/b/manifest.json", "c/manifest.json", "c/segments/a"]);
}

#[test]
fn foreign_folders_are_left_unchanged() {
    for (path, text) in [
        ("letter.txt", "dear"),
        (MANIFEST, "{\"name\": \"my web app\"}"),
        (MANIFEST, "{\"segc\": \"0.1.0\", \"segments\": []}"),
        ("manifest.json/letter.txt", "dear"),
    ] {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("duckdb");
        put(&folder.join("src/app.js"), "precious");
        put(&folder.join(path), text);
        let before = listed(root.path());
        let told = write(&folder, &build(&[("create.sql", "")])).expect_err("refused");
        assert!(told.starts_with("SEG817"), "{path}: {told}");
        assert_eq!(listed(root.path()), before);
        assert_eq!(read(&folder.join("src/app.js")), "precious");
        assert_eq!(read(&folder.join(path)), text);
    }
}

#[test]
fn foreign_files_are_kept() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("duckdb");
    write(&folder, &build(&[("segments/a.create.sql", "1"), ("create.sql", "1")])).expect("first");
    put(&folder.join("notes.txt"), "mine");
    put(&folder.join("segments/mine/deep.sql"), "mine, too");
    fs::create_dir(folder.join("empty")).expect("it can be made");
    write(&folder, &build(&[("create.sql", "2")])).expect("second");
    let wanted = [
        "duckdb/create.sql",
        "duckdb/empty",
        "duckdb/manifest.json",
        "duckdb/notes.txt",
        "duckdb/segments/mine/deep.sql",
    ];
    assert_eq!(listed(root.path()), wanted);
    assert_eq!(read(&folder.join("segments/mine/deep.sql")), "mine, too");
}

#[test]
fn a_file_modified_since_the_build_is_reported_and_kept() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("duckdb");
    let first = build(&[("create.sql", "1"), ("refresh.sql", "1"), ("segments/a.sql", "1")]);
    write(&folder, &first).expect("first");
    put(&folder.join("create.sql"), "1 -- by hand");
    put(&folder.join("segments/a.sql"), "");
    let told = write(&folder, &build(&[])).expect_err("refused");
    let path = |name: &str| folder.join(name).display().to_string();
    let wanted = format!(
        "SEG824: 2 files have been changed since segc wrote them: `{}`, `{}`",
        path("create.sql"),
        path("segments/a.sql")
    );
    assert_eq!(told, wanted);
    assert_eq!(read(&folder.join("create.sql")), "1 -- by hand");
    // Removed, they are written again.
    fs::remove_file(folder.join("create.sql")).expect("it is there");
    fs::remove_file(folder.join("segments/a.sql")).expect("it is there");
    write(&folder, &build(&[("create.sql", "2")])).expect("nothing is lost");
    assert_eq!(listed(root.path()), ["duckdb/create.sql", "duckdb/manifest.json"]);
    // The manifest itself is such a file.
    let manifest = read(&folder.join(MANIFEST));
    put(&folder.join(MANIFEST), &manifest.replace("\"1\"", "\"2\""));
    let told = write(&folder, &build(&[])).expect_err("refused");
    assert_eq!(told, format!("SEG824: `{}` has been changed since segc wrote it", path(MANIFEST)));
}

#[test]
fn a_foreign_file_with_the_name_of_an_artifact_is_reported_and_kept() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("duckdb");
    write(&folder, &build(&[])).expect("first");
    put(&folder.join("segments"), "a file");
    put(&folder.join("create.sql"), "mine");
    let told = write(&folder, &build(&[("create.sql", "1"), ("segments/a.sql", "1")])).expect_err("refused");
    assert!(told.starts_with("SEG825: 2 files are in the way"), "{told}");
    assert_eq!(read(&folder.join("create.sql")), "mine");
    assert_eq!(listed(root.path()), ["duckdb/create.sql", "duckdb/manifest.json", "duckdb/segments"]);
}

/// A manifest that somebody made up lists what isn't below its folder, or isn't as it says.
#[test]
fn a_forged_manifest_deletes_nothing() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let (folder, outside) = (root.path().join("duckdb"), root.path().join("precious.txt"));
    put(&outside, "precious");
    let forged = build(&[("../precious.txt", "precious")]);
    put(&folder.join(MANIFEST), &forged.files[MANIFEST]);
    assert!(write(&folder, &build(&[])).expect_err("refused").starts_with("SEG817"));
    assert_eq!(read(&outside), "precious");
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let root = tempfile::tempdir().expect("a temporary folder");
    let (folder, elsewhere) = (root.path().join("duckdb"), root.path().join("elsewhere"));
    let first = build(&[("create.sql", "1"), ("segments/a.sql", "1")]);
    write(&folder, &first).expect("first");
    put(&elsewhere.join("a.sql"), "1");
    // The same content, but somebody else's file.
    fs::remove_file(folder.join("segments/a.sql")).expect("it is there");
    fs::remove_dir(folder.join("segments")).expect("it is empty");
    symlink(&elsewhere, folder.join("segments")).expect("a link");
    let told = write(&folder, &first).expect_err("refused");
    assert!(
        told.starts_with("SEG824") && told.ends_with("segments/a.sql` has been changed since segc wrote it"),
        "{told}"
    );
    assert_eq!(read(&elsewhere.join("a.sql")), "1");
    fs::remove_file(folder.join("segments")).expect("it is a link");
    fs::remove_file(folder.join("create.sql")).expect("it is there");
    symlink(elsewhere.join("a.sql"), folder.join("create.sql")).expect("a link");
    assert!(write(&folder, &first).expect_err("refused").starts_with("SEG824"));
    fs::remove_file(folder.join("create.sql")).expect("it is a link");
    // One beside segc's files is moved as it is.
    symlink(&elsewhere, folder.join("mine")).expect("a link");
    write(&folder, &first).expect("nothing is in the way");
    assert_eq!(fs::read_link(folder.join("mine")).expect("a link"), elsewhere);
    let link = root.path().join("postgres");
    symlink(&elsewhere, &link).expect("a link");
    assert!(write(&link, &first).expect_err("refused").starts_with("SEG826"));
    assert_eq!(listed(&elsewhere), ["a.sql"]);
}

#[test]
fn one_rejection_leaves_every_folder_unchanged() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let (good, foreign) = (root.path().join("target/a"), root.path().join("target/b"));
    write(&good, &build(&[("create.sql", "old")])).expect("first");
    put(&foreign.join("letter.txt"), "dear");
    let new = build(&[("create.sql", "new")]);
    let problems = replace(&[(&good, &new), (&foreign, &new)]).expect_err("refused");
    assert_eq!(problems.len(), 1);
    assert_eq!(read(&good.join("create.sql")), "old");
    let wanted = ["a/create.sql", "a/manifest.json", "b/letter.txt"];
    assert_eq!(listed(&root.path().join("target")), wanted, "nothing temporary stays");
}

/// The second swap fails, and so the first is undone, what is beside segc's files included.
#[test]
fn a_failed_write_restores_every_folder() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let (one, other) = (root.path().join("a"), root.path().join("b"));
    for folder in [&one, &other] {
        write(folder, &build(&[("create.sql", "old")])).expect("first");
        put(&folder.join("mine/notes.txt"), "mine");
    }
    let new = build(&[("create.sql", "new"), ("segments/a.sql", "new")]);
    let stage = |folder: &Path| {
        let existing = Existing::find(folder, &new).expect("segc wrote it");
        Staged::new(folder, &new, existing).expect("it can be staged")
    };
    let mut staged = [stage(&one), stage(&other)];
    // What was to be moved is gone.
    fs::remove_dir_all(other.join("mine")).expect("it is there");
    staged[0].swap().expect("the first is fine");
    staged[1].swap().expect_err("the second isn't");
    assert_eq!(read(&one.join("create.sql")), "new");
    staged.iter().rev().for_each(|build| build.finish(true));
    let wanted = ["a/create.sql", "a/manifest.json", "a/mine/notes.txt", "b/create.sql", "b/manifest.json"];
    assert_eq!(listed(root.path()), wanted);
    assert_eq!(
        (read(&one.join("create.sql")), read(&other.join("create.sql"))),
        ("old".into(), "old".into())
    );
}

#[test]
fn a_file_in_place_of_the_folder_is_reported() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let file = root.path().join("target");
    put(&file, "text");
    for folder in [file.clone(), file.join("duckdb")] {
        assert!(write(&folder, &build(&[])).expect_err("refused").starts_with("SEG818"));
    }
    assert_eq!(listed(root.path()), ["target"]);
}

#[test]
fn new_files_never_overwrite_and_are_written_all_or_none() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let files = [("a/b.seg", "one"), ("c.yml", "one")];
    write_new(root.path(), &files).expect("first");
    assert_eq!(taken(root.path(), &files).len(), 2);
    let again = [("d.yml", "two"), ("a/b.seg", "two")];
    assert_eq!(write_new(root.path(), &again).expect_err("refused").code, "SEG818");
    assert_eq!(read(&root.path().join("a/b.seg")), "one");
    assert_eq!(listed(root.path()), ["a/b.seg", "c.yml"]);
}

#[cfg(unix)]
#[test]
fn new_files_are_not_written_through_symbolic_links() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let (project, elsewhere) = (root.path().join("project"), root.path().join("elsewhere"));
    fs::create_dir(&project).expect("it can be made");
    fs::create_dir(&elsewhere).expect("it can be made");
    std::os::unix::fs::symlink(&elsewhere, project.join("catalog")).expect("a link");
    let files = [("catalog/shop.yml", ""), ("segc.yml", "")];
    assert_eq!(taken(&project, &files), [project.join("catalog/shop.yml")]);
    // The folder itself may be one: its owner named it.
    let link = root.path().join("link");
    std::os::unix::fs::symlink(&elsewhere, &link).expect("a link");
    assert_eq!(taken(&link, &files), Vec::<PathBuf>::new());
}
