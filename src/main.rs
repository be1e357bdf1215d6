//! The `segc` program: see [`segc::cli`].

/// Compiling allocates millions of small nodes on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    segc::cli::main()
}
