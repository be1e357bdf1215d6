//! Tells the linker where DuckDB's library will be found when segc runs, so that nobody
//! needs `LD_LIBRARY_PATH`. `tools/engine.sh` writes the place into `.cargo/config.toml`.

#![expect(clippy::disallowed_methods, reason = "a build script is told everything by variables")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    let unix = std::env::var("CARGO_CFG_UNIX").is_ok();
    if let (true, Ok(dir)) = (unix, std::env::var("DUCKDB_LIB_DIR")) {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{dir}");
    }
}
