//! The example of the library's documentation does what it says.

#[path = "../../examples/library.rs"]
mod library;

#[test]
fn the_example_of_the_documentation_runs() {
    library::main();
}
