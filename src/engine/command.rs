//! An engine behind a program: it reads statements from its input and answers on its output, a line
//! of JSON each.
//!
//! ```text
//! {"sql": "SELECT 1, NULL"}        → the program
//! {"rows": [[1, null]]}            ← or {"error": "no such table: t"}
//! ```

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use bigdecimal::BigDecimal;
use serde_json::{Value, json};

use super::problems::NoProgram;
use super::{Cell, Engine, EngineError, Table};

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// A running program.
#[derive(Debug)]
pub struct Program {
    command: String,
    child: Child,
    statements: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Program {
    /// Starts a command of the shell.
    ///
    /// # Errors
    ///
    /// It can't be started.
    pub fn start(command: &str) -> Result<Self, EngineError> {
        let failed =
            |reason: String| EngineError::new(NoProgram { span: None, command: command.to_owned(), reason });
        let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        let mut starting = Command::new(shell);
        starting.arg(flag).arg(command).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = starting.spawn().map_err(|error| failed(error.to_string()))?;
        let (Some(statements), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("it has no input or output".to_owned()));
        };
        let (statements, answers) = (Some(statements), BufReader::new(answers));
        Ok(Self { command: command.to_owned(), child, statements, answers })
    }

    /// The program's answer to a statement.
    fn ask(&mut self, sql: &str) -> Result<Value, EngineError> {
        let request = json!({ "sql": sql });
        let sent = self.statements.as_mut().map(|to| writeln!(to, "{request}").and_then(|()| to.flush()));
        let mut line = String::new();
        let read = std::io::Read::take(&mut self.answers, LONGEST).read_line(&mut line);
        if !matches!(sent, Some(Ok(()))) || !read.is_ok_and(|bytes| bytes > 0) {
            return Err(self.failed("it ended without an answer".to_owned()));
        }
        let answer: Value = serde_json::from_str(&line).map_err(|error| {
            self.failed(format!("its answer isn't a line of JSON ({error}): {}", start(&line)))
        })?;
        match answer.get("error") {
            Some(error) => {
                let reason = error.as_str().map_or_else(|| error.to_string(), str::to_owned);
                Err(EngineError::statement_failed(sql, reason))
            }
            None => Ok(answer),
        }
    }

    fn failed(&self, reason: String) -> EngineError {
        EngineError::new(NoProgram { span: None, command: self.command.clone(), reason })
    }
}

/// The beginning of a text, for messages.
fn start(text: &str) -> String {
    text.trim_end().chars().take(200).collect()
}

impl Engine for Program {
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        self.ask(statement).map(|_| 0)
    }

    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        let answer = self.ask(sql)?;
        let rows = answer.get("rows").and_then(Value::as_array);
        let rows = rows.ok_or_else(|| self.failed("its answer to a query has no `rows`".to_owned()))?;
        let row = |row: &Value| row.as_array().map(|cells| cells.iter().map(cell).collect());
        let rows: Option<Vec<Vec<Cell>>> = rows.iter().map(row).collect();
        let rows = rows.ok_or_else(|| self.failed("one of its `rows` isn't a list".to_owned()))?;
        Ok(Table { columns: Vec::new(), rows })
    }
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(value) => Cell::Bool(*value),
        Value::String(text) => Cell::Text(text.clone()),
        Value::Number(number) => match (number.as_i64(), number.to_string().parse::<BigDecimal>()) {
            (Some(number), _) => Cell::Int(number.into()),
            (None, Ok(number)) => Cell::Decimal(number),
            (None, Err(_)) => Cell::Text(number.to_string()),
        },
        Value::Array(_) | Value::Object(_) => Cell::Text(value.to_string()),
    }
}

impl Drop for Program {
    /// It ends by itself when its input does; if not, it is ended.
    fn drop(&mut self) {
        drop(self.statements.take());
        let ended = (0..20).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
        });
        if !ended {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
