//! What engines in Python processes have answered, kept in the cache folder: a statement over the same
//! tables has the same answer, as long as the engine is the same.
//!
//! A file for each program in `tests/engines`, named by a digest of it and of the versions that its
//! environment pins; its lines are a digest of what was asked and of all that came before, and the
//! answer. Failures aren't kept. `SEGC_ANSWERS=none` neither reads nor writes them.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::process::{Program, cache};

/// A file that has got longer than this begins again: it holds much that nobody asks any more.
const LONGEST: u64 = 256 << 20;

/// The answers of a program.
pub(super) struct Answers {
    known: HashMap<String, String>,
    file: File,
}

/// A program's, shared by all of a test binary; none if they are not to be kept, or can't be.
pub(super) fn of(program: &Program) -> Option<Arc<Mutex<Answers>>> {
    type Opened = HashMap<&'static str, Option<Arc<Mutex<Answers>>>>;
    static OPENED: Mutex<Option<Opened>> = Mutex::new(None);
    if std::env::var_os("SEGC_ANSWERS").is_some_and(|value| value == "none") {
        return None;
    }
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let open = || Some(Arc::new(Mutex::new(Answers::open(&cache()?.join("answers"), program)?)));
    opened.get_or_insert_default().entry(program.name).or_insert_with(open).clone()
}

impl Answers {
    fn open(folder: &Path, program: &Program) -> Option<Self> {
        let path = folder.join(program.identity()?);
        fs::create_dir_all(folder).ok()?;
        forget_others(folder, program.name, &path);
        if fs::metadata(&path).is_ok_and(|file| file.len() > LONGEST) {
            fs::remove_file(&path).ok()?;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        // A line that was broken off isn't JSON.
        let whole = |line: &str| {
            let (key, answer) = line.split_once('\t')?;
            serde_json::from_str::<Value>(answer).ok()?;
            Some((key.to_owned(), answer.to_owned()))
        };
        let known = text.lines().filter_map(whole).collect();
        let mut file = OpenOptions::new().create(true).append(true).open(&path).ok()?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").ok()?;
        }
        Some(Self { known, file })
    }

    pub(super) fn get(&self, key: &str) -> Option<Value> {
        serde_json::from_str(self.known.get(key)?).ok()
    }

    /// Keeps an answer. Where the file can't be written, the next run asks again.
    pub(super) fn keep(&mut self, key: String, answer: &Value) {
        let answer = answer.to_string();
        let _ = self.file.write_all(format!("{key}\t{answer}\n").as_bytes());
        self.known.insert(key, answer);
    }
}

/// Removes what other versions of a program have answered.
fn forget_others(folder: &Path, name: &str, kept: &Path) {
    let prefix = format!("{name}-");
    let is_other = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        file.starts_with(&prefix) && path != kept
    };
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in files.filter(is_other) {
        let _ = fs::remove_file(path);
    }
}

#[test]
fn answers_stay_until_the_program_or_its_versions_change() {
    use super::process::Environment;
    use serde_json::json;

    static OLD: Environment = Environment { folder: "", mark: "", requirements: "engine==1" };
    static NEW: Environment = Environment { folder: "", mark: "", requirements: "engine==2" };
    let folder = tempfile::tempdir().expect("a folder");
    let open = |environment| {
        let program = Program { name: "sqlite", environment: Some(environment) };
        Answers::open(folder.path(), &program).expect("the program is there")
    };
    open(&OLD).keep("a".to_owned(), &json!({ "rows": ["\t\n"] }));
    let mut again = open(&OLD);
    assert_eq!(again.get("a"), Some(json!({ "rows": ["\t\n"] })));
    again.file.write_all(b"b\t{\"rows\":").expect("a line that breaks off");
    open(&OLD).keep("c".to_owned(), &json!({}));
    let third = open(&OLD);
    assert_eq!(
        [third.get("a").is_some(), third.get("b").is_some(), third.get("c").is_some()],
        [true, false, true]
    );
    assert_eq!(open(&NEW).get("a"), None);
    assert_eq!(open(&OLD).get("a"), None, "there is one file a program");
}
