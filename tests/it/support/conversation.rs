//! What a test and an engine in a Python process say to each other. What was answered before
//! (`answers.rs`) isn't asked again, and a process starts when something new is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::answers::{self, Answers};
use super::process::{Process, Program, hex};

type Slot = Arc<Mutex<Option<Process>>>;

/// A session of a program. Its state follows from its requests so far.
pub(super) struct Conversation {
    program: &'static Program,
    slot: Slot,
    session: u32,
    answers: Option<Arc<Mutex<Answers>>>,
    /// Requests that the process doesn't know yet.
    pending: Vec<Value>,
    /// Digests of all statements that it runs, and of the tables that it loads last.
    ran: String,
    loaded: String,
}

impl Conversation {
    /// One in a process of its own.
    pub(super) fn alone(program: &'static Program) -> Self {
        Self::new(program, Slot::default(), 0)
    }

    /// One of several in the same process, of which each test binary has one.
    pub(super) fn shared(program: &'static Program) -> Self {
        static SLOTS: Mutex<Option<HashMap<&'static str, Slot>>> = Mutex::new(None);
        static SESSIONS: AtomicU32 = AtomicU32::new(0);
        let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.get_or_insert_default().entry(program.name).or_default();
        Self::new(program, Arc::clone(slot), SESSIONS.fetch_add(1, Ordering::Relaxed))
    }

    fn new(program: &'static Program, slot: Slot, session: u32) -> Self {
        let answers = answers::of(program);
        let (ran, loaded) = (String::new(), String::new());
        Self { program, slot, session, answers, pending: Vec::new(), ran, loaded }
    }

    /// Ends the process, so that it starts again; what was in it is gone, of every session.
    pub(super) fn restart(&mut self) {
        *self.process() = None;
        self.pending.clear();
        self.ran.clear();
        self.loaded.clear();
    }

    /// Replaces all tables and rows.
    pub(super) fn load(&mut self, tables: &[Value]) -> Result<(), String> {
        let request = json!({ "do": "load", "session": self.session, "tables": tables });
        self.loaded = digest(&["load", &json!(tables).to_string()]);
        self.pending.retain(|request| request["do"] != "load");
        self.pending.push(request);
        // With nothing to compare it with, a mistake shows where it is.
        if self.answers.is_none() { self.tell() } else { Ok(()) }
    }

    /// Asks queries, which leave everything as it is: the answers.
    pub(super) fn query(&mut self, sql: &[String]) -> Result<Value, String> {
        self.ask("query", sql)
    }

    /// Runs statements, or loses the session after them.
    pub(super) fn change(&mut self, what: &str, sql: &[String]) -> Result<(), String> {
        let done = self.ask(what, sql);
        self.ran = self.key(what, sql);
        done.map(|_| ())
    }

    fn ask(&mut self, what: &str, sql: &[String]) -> Result<Value, String> {
        let key = self.key(what, sql);
        let request = json!({ "do": what, "session": self.session, "sql": sql });
        let known = self.answers().and_then(|answers| answers.get(&key));
        if let Some(answer) = known {
            if what != "query" {
                self.pending.push(request);
            }
            return Ok(answer);
        }
        self.tell()?;
        let answer = self.say(&request)?;
        let failed = |answer: &Value| answer.get("error").is_some();
        if !answer["answers"].as_array().is_some_and(|answers| answers.iter().any(failed))
            && let Some(mut answers) = self.answers()
        {
            answers.keep(key, &answer);
        }
        Ok(answer)
    }

    /// What an answer depends on.
    fn key(&self, what: &str, sql: &[String]) -> String {
        digest(&[&self.ran, &self.loaded, what, &json!(sql).to_string()])
    }

    fn answers(&self) -> Option<MutexGuard<'_, Answers>> {
        self.answers.as_ref().map(|answers| answers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the process what it doesn't know.
    fn tell(&mut self) -> Result<(), String> {
        for request in std::mem::take(&mut self.pending) {
            self.say(&request)?;
        }
        Ok(())
    }

    fn say(&self, request: &Value) -> Result<Value, String> {
        let mut process = self.process();
        if process.is_none() {
            *process = Some(self.program.start()?);
        }
        process.as_mut().expect("it has started").ask(request)
    }
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[test]
fn a_question_is_the_same_only_after_the_same_requests() {
    static PROGRAM: Program = Program { name: "sqlite", environment: None };
    let key = |tables: &[Value], statements: &[&str]| {
        let mut conversation = Conversation::alone(&PROGRAM);
        conversation.load(tables).expect("tables");
        for statement in statements {
            conversation.change("run", &[(*statement).to_owned()]).expect(statement);
        }
        conversation.key("query", &["SELECT 1".to_owned()])
    };
    let table = |row: &str| json!({ "name": ["t"], "columns": [["id", "INTEGER"]], "rows": [[row]] });
    let keys = [
        key(&[table("1")], &[]),
        key(&[table("2")], &[]),
        key(&[table("1")], &["CREATE TABLE a (x)"]),
        key(&[table("1")], &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]),
    ];
    let different: std::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!(different.len(), keys.len());
    assert_eq!(key(&[table("1")], &["CREATE TABLE a (x)"]), keys[2]);
}
