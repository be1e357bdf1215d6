//! The example in the library's documentation works.

#[path = "../../examples/library.rs"]
mod example;

#[test]
fn the_example_of_the_documentation_runs() {
    example::main();
}
