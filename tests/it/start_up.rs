//! The library of the embedded engine is opened by the commands that need it, and by no others.
#![cfg(not(feature = "bundled"))]

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop");

/// Commands that don't execute SQL on the embedded engine.
const WITHOUT: &[&[&str]] = &[
    &["--version"],
    &["--help"],
    &["init", "new"],
    &["explain", "SEG700"],
    &["-C", SHOP, "check"],
    &["-C", SHOP, "check", "--format", "json"],
    &["-C", SHOP, "compile", "--out", "out", "--as-of", "2026-03-31T12:00:00Z"],
    &["-C", SHOP, "ls"],
    &["-C", SHOP, "ls", "--format", "json"],
    &["-C", SHOP, "parents", "win_back"],
    &["-C", SHOP, "children", "win_back", "--all"],
    &["-C", SHOP, "describe"],
    &["-C", SHOP, "plan", "win_back"],
    &["-C", SHOP, "graph"],
    &["-C", SHOP, "capabilities"],
    &["-C", SHOP, "catalog"],
    &["-C", SHOP, "docs", "--no-data", "--out", "site"],
    &["-C", SHOP, "test"],
    &["-C", SHOP, "fmt", "--check"],
    &["-C", SHOP, "run", "--dry-run"],
    &["completions", "bash"],
    &["man", "watch"],
];

/// Commands that do.
const WITH: &[&[&str]] = &[
    &["-C", SHOP, "run", "--as-of", "2026-03-31T12:00:00Z"],
    &["-C", SHOP, "why", "win_back", "1"],
    &["-C", SHOP, "attrition", "win_back"],
    &["-C", SHOP, "why", "--entity", "customer", "17"],
    &["-C", SHOP, "preview", "win_back"],
    &["-C", SHOP, "preview", "customer.country"],
    &["-C", SHOP, "overlap", "win_back", "high_value"],
    &["-C", SHOP, "diff", SHOP, "--data"],
    &["-C", SHOP, "docs", "--out", "counted"],
    &["-C", SHOP, "docs", "--out", "counted"],
    &["-C", SHOP, "test", "--engine", "duckdb"],
    &["-C", SHOP, "run", "--db", "new.db", "--load"],
    &["-C", SHOP, "check", "--probe", "shop.db"],
];

/// Exit code, stdout, stderr of a command for which the engine's library is the one in `libraries`,
/// whatever that contains: the loader looks there first.
fn segc(folder: &Path, libraries: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    command.current_dir(folder).env("LD_LIBRARY_PATH", libraries).env("COLUMNS", "200");
    let output = command.args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

/// A folder with `shop.db`, a database of the engine.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    drop(segc::engine::DuckDb::open(Some(&folder.path().join("shop.db"))).expect("a new database"));
    folder
}

/// A shared library of this process that isn't the engine's.
fn another_library() -> String {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("what is mapped");
    let mut files = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
    let libm = |file: &&str| Path::new(file).file_name().is_some_and(|name| name == "libm.so.6");
    files.find(libm).expect("the library of mathematics").to_owned()
}

#[test]
#[cfg(target_os = "linux")]
fn only_commands_that_use_the_engine_need_its_library() {
    let folder = folder();
    let library = folder.path().join("libduckdb.so");
    std::fs::write(&library, "no library\n").expect("a file");
    for arguments in WITHOUT {
        let (code, _, err) = segc(folder.path(), folder.path(), arguments);
        assert_eq!(code, 0, "{arguments:?}: {err}");
    }
    let fails = |reason: &str| {
        for arguments in WITH {
            let (code, out, err) = segc(folder.path(), folder.path(), arguments);
            assert_eq!((code, out.as_str()), (3, ""), "{arguments:?}: {err}");
            assert_eq!(err.matches("SEG700").count(), 1, "{arguments:?}: {err}");
            assert!(err.contains(reason) && err.contains("put `libduckdb.so`"), "{arguments:?}: {err}");
        }
        assert!(!folder.path().join("new.db").exists());
    };
    fails("file too short");
    std::fs::remove_file(&library).expect("it is there");
    std::os::unix::fs::symlink(another_library(), &library).expect("a link");
    fails("it has no function `duckdb_library_version`");
}

/// A release with other functions isn't called.
#[test]
#[cfg(target_os = "linux")]
fn a_library_of_another_release_is_rejected() {
    let folder = folder();
    let source = folder.path().join("library.rs");
    let text = "#[unsafe(no_mangle)] extern \"C\" fn duckdb_library_version() -> *const std::ffi::c_char {
        c\"v1.4.9\".as_ptr()
    }";
    std::fs::write(&source, text).expect("a file");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let library = folder.path().join("libduckdb.so");
    let mut compiler = std::process::Command::new(rustc);
    compiler.args(["--edition=2024", "--crate-type=cdylib", "-o"]).arg(&library).arg(&source);
    assert!(compiler.status().expect("a compiler").success());
    let (code, _, err) = segc(folder.path(), folder.path(), WITH[0]);
    assert!(code == 3 && err.contains("SEG700"), "{code}: {err}");
    assert!(err.contains("it is DuckDB v1.4.9, and segc needs 1.5.x"), "{err}");
}

/// A function that the program calls but doesn't look up would panic when it is called.
#[test]
#[cfg(target_os = "linux")]
fn every_function_that_is_called_is_looked_up() {
    let source = std::fs::read_to_string("src/engine/library.rs").expect("the file");
    let (_, list) = source.split_once("functions! {\n").expect("the list");
    let looked_up: BTreeSet<&str> = list.split(['\n', ' ', '}']).filter(|name| !name.is_empty()).collect();
    let program = std::fs::read(assert_cmd::cargo::cargo_bin("segc")).expect("the program");
    let called = names_in(&program);
    assert!(called.len() > 50, "{called:?}");
    let forgotten: Vec<_> = called.iter().filter(|name| !looked_up.contains(name.as_str())).collect();
    assert!(forgotten.is_empty(), "add to the list in src/engine/library.rs: {forgotten:?}");
}

/// The functions of the engine in a program's table of symbols, where each is after its length:
/// `…13libduckdb_sys8bindings11duckdb_free…`.
fn names_in(program: &[u8]) -> BTreeSet<String> {
    let program = String::from_utf8_lossy(program);
    let symbols = program.split("13libduckdb_sys8bindings").skip(1);
    let names = symbols.filter_map(|symbol| {
        let digits = symbol.find(|letter: char| !letter.is_ascii_digit())?;
        let length: usize = symbol[..digits].parse().ok()?;
        symbol.get(digits..digits + length).map(str::to_owned)
    });
    names.filter(|name| name.starts_with("duckdb_") && name != "duckdb_rs_extension_api_init").collect()
}
