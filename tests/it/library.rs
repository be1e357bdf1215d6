//! The examples in the library's documentation work, and `api::check` finds what `segc check` does.

use segc::api::{Disk, Memory, Options, check};

#[path = "../../examples/library/check.rs"]
mod check_example;
#[path = "../../examples/library/compile.rs"]
mod compile_example;
#[path = "../../examples/library/evaluate.rs"]
mod evaluate_example;
#[path = "../../examples/library/run.rs"]
mod run_example;

#[test]
fn the_example_of_compiling_runs() {
    compile_example::main();
}

#[test]
fn the_example_of_checking_runs() {
    check_example::main();
}

#[test]
fn the_example_of_evaluating_runs() {
    evaluate_example::main();
}

#[test]
fn the_example_of_a_run_runs() {
    run_example::main();
}

#[test]
fn check_finds_what_the_command_does() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        (
            "segc.yml",
            "name: shop\ntargets: [duckdb, spark]\npolicy: { limits: { conditions: 1 } }\nwarnings: { SEG380: deny }\n",
        ),
        (
            "catalog/customer.yml",
            "entities:\n  customer:\n    table: customers\n    key: id\n    fields: { id: integer, country: string }\n",
        ),
        (
            "segments/a.seg",
            "segment wrong on customer { where contry = \"GB\" }\n\
             segment home on customer { where country = \"GB\" }\n\
             segment same on customer { where country = \"GB\" }\n\
             segment never on customer { where country = \"GB\" and country = \"FR\" }\n\
             trait unused on customer = country = \"GB\" # segc: allow SEG394\n",
        ),
    ];
    let mut memory = Memory::new();
    for (path, text) in files {
        let to = folder.path().join(path);
        std::fs::create_dir_all(to.parent().expect("it is in a folder")).expect("a folder");
        std::fs::write(to, text).expect("a file");
        memory = memory.with(path, text);
    }
    let output = assert_cmd::Command::cargo_bin("segc")
        .expect("the program")
        .current_dir(folder.path())
        .args(["check", "--format", "json"])
        .output()
        .expect("it runs");
    let said = String::from_utf8(output.stdout).expect("text is UTF-8");
    let said: Vec<(String, String, u64)> = said
        .lines()
        .map(|line| {
            let problem: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
            (text("code"), text("message"), problem["line"].as_u64().unwrap_or_default())
        })
        .collect();
    for (session, problems) in
        [check(&memory, &Options::default()), check(&Disk::new(folder.path()), &Options::default())]
    {
        let found: Vec<_> = problems
            .iter()
            .map(|problem| {
                let line =
                    problem.span.and_then(|span| session.sources.locate(span)).map(|(_, at)| at.line as u64);
                (problem.code.to_owned(), problem.message.clone(), line.unwrap_or_default())
            })
            .collect();
        assert_eq!(found, said);
    }
    assert!(said.len() > 3, "{said:?}");
}
