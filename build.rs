//! Names the folders in which segc looks for DuckDB's library when a command first needs it, so that
//! nobody needs `LD_LIBRARY_PATH`: the one that `tools/engine.sh` writes into `.cargo/config.toml`, the
//! program's own, and `lib` and `lib/segc` beside that. A wheel has it in `libexec/segc`, since
//! `pip install --target` drops what a wheel puts into `lib`; in one that is only unpacked, that folder is in `data`.

#![expect(clippy::disallowed_methods, reason = "a build script is told everything by variables")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    if std::env::var("CARGO_CFG_UNIX").is_err() {
        return;
    }
    let is_mac = std::env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple");
    let own = if is_mac { "@executable_path" } else { "$ORIGIN" };
    let built_with = std::env::var("DUCKDB_LIB_DIR").ok().filter(|folder| !folder.is_empty());
    let beside = ["", "/../lib", "/../lib/segc", "/../libexec/segc", "/../data/libexec/segc"];
    let beside = beside.map(|folder| format!("{own}{folder}"));
    for folder in built_with.into_iter().chain(beside) {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
}
