//! `segc catalog import`: from databases, files and other tools' documents to a catalog that `check`
//! accepts, as the program does it.

mod data_files;
mod databases;
mod dbt_projects;
mod documents;
mod encodings;
mod families;
mod presets;
mod random;
mod refusals;
mod semantic;

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use segc::engine::{DuckDb, Engine as _};

/// A project in a folder of its own, without entities and segments.
pub(crate) struct Workspace {
    folder: tempfile::TempDir,
}

/// A document of another tool.
pub(crate) fn given(name: &str) -> String {
    format!("{}/tests/import/catalog/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What a command printed.
pub(crate) struct Printed {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Printed {
    #[track_caller]
    pub(crate) fn fine(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }
}

impl Workspace {
    pub(crate) fn new(targets: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = format!("name: imported\ntimezone: UTC\ntargets: {{ {targets} }}\n");
        let workspace = Self { folder };
        workspace.write("segc.yml", &config);
        workspace
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Makes a database file.
    pub(crate) fn duckdb(&self, name: &str, statements: &[&str]) -> PathBuf {
        let path = self.path(name);
        let mut engine = DuckDb::open(Some(&path)).expect("it opens");
        for statement in statements {
            engine.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        path
    }

    pub(crate) fn segc(&self, arguments: &[&str]) -> Printed {
        let mut command = Command::new(env!("CARGO_BIN_EXE_segc"));
        let output = command.current_dir(self.folder.path()).args(arguments).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Printed {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    pub(crate) fn import(&self, arguments: &[&str]) -> Printed {
        self.segc(&[&["catalog", "import"], arguments].concat())
    }

    /// The imported file without the lines about where it is from.
    pub(crate) fn imported(&self) -> String {
        self.read("catalog/imported.yml").lines().skip(2).collect::<Vec<_>>().join("\n")
    }

    /// Writes a segment for each entity that reads all its fields, so that every field is compared.
    pub(crate) fn read_everything(&self) {
        let shown = self.segc(&["catalog", "--format", "json"]);
        let entities: serde_json::Value =
            serde_json::from_str(&shown.out).unwrap_or_else(|_| panic!("{}", shown.err));
        let mut segments = String::new();
        for entity in entities.as_array().expect("a list") {
            let name = entity["name"].as_str().expect("a name");
            let fields = entity["fields"].as_array().expect("a list");
            let present = fields.iter().map(|field| {
                let test = if field["type"].as_str().is_some_and(|ty| ty.starts_with("array")) {
                    "empty"
                } else {
                    "missing"
                };
                format!("`{}` is {test}", field["name"].as_str().expect("a name"))
            });
            let links = entity["links"].as_array().expect("a list").iter();
            let linked = links
                .filter(|link| link["many"] == true)
                .map(|link| format!("exists(`{}`)", link["name"].as_str().expect("a name")));
            let all: Vec<String> = present.chain(linked).collect();
            segments += &format!("segment all_{name} on `{name}` {{ where not ({}) }}\n", all.join(" and "));
        }
        self.write("segments/all.seg", &segments);
    }
}
