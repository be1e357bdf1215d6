//! Problems with an engine.

use std::time::Duration;

use crate::diagnostic::{Span, closest};
use crate::problems;

problems! {
    /// The library of the embedded engine can't be used.
    ///
    /// Only commands that execute SQL on the embedded engine need it: `segc test --engine duckdb`, and
    /// `run`, `why`, `attrition` and `check --probe` unless they use a Postgres database. They look for
    /// it in the folder that segc was built with (`DUCKDB_LIB_DIR`, which `tools/engine.sh` sets), then in
    /// the folder of the program, in `lib`, `lib/segc` and `libexec/segc` beside that folder, and where the
    /// operating system keeps libraries. Only DuckDB 1.5 is used, since other releases may have other functions.
    ///
    /// ```text
    /// scp target/release/segc server:    # without the engine's library
    /// ```
    ///
    /// Copy the library (`libduckdb.so`, or `libduckdb.dylib` on macOS) to the folder of the program,
    /// or add its folder to `LD_LIBRARY_PATH` (`DYLD_LIBRARY_PATH` on macOS), which is searched first.
    error SEG700 "no library of the embedded engine" NoLibrary { span: Option<Span>, reason: String }
    message |p| format!("cannot use the library of the embedded engine: {}", p.reason);
    help |_p| Some(format!(
        "put `{}` of DuckDB 1.5 in the folder of `segc`, or add its folder to `{}`",
        libloading::library_filename("duckdb").display(),
        if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" },
    ));

    /// The database file can't be opened or created.
    ///
    /// The folder may not exist or not be writable, or the file may not be a database. Use another
    /// file:
    ///
    /// ```text
    /// segc run --db warehouse.db
    /// ```
    error SEG701 "database does not open" CannotOpen { span: Option<Span>, path: String, reason: String }
    message |p| format!("cannot open the database `{}`: {}", p.path, p.reason);
    help |_p| Some("check that the folder exists and is writable, and that the file is a database".to_owned());

    /// Another program has the database file open.
    ///
    /// Only one process at a time can write to a database file. Close the other program (a database
    /// shell, a notebook or another `segc run`), or copy the file.
    ///
    /// ```text
    /// segc run --db shop.db      # while `duckdb shop.db` is open elsewhere
    /// ```
    error SEG702 "database is in use" Locked { span: Option<Span>, path: String, reason: String }
    message |p| format!("the database `{}` is in use by another program: {}", p.path, p.reason);
    help |_p| Some("close the program that has it open, or use another file with `--db`".to_owned());

    /// The engine rejected a statement.
    ///
    /// The message is the engine's own, and the statement is shown below it. If segc wrote the
    /// statement, a table may not match the catalog (a missing column, a different type), or a check
    /// in the script may have found duplicate keys or an overflow. If neither is the case, it is a bug
    /// in segc: please report it. If the statement comes from a `query:` in the catalog, fix it there.
    ///
    /// ```text
    /// fields: { totl: integer }  # the table has no such column
    /// ```
    error SEG703 "statement failed" StatementFailed { span: Option<Span>, statement: String, reason: String }
    message |p| format!("the engine rejected a statement: {}", p.reason);
    help |p| Some(if is_narrow(&p.reason) {
        "a column of 32-bit integers overflowed: declare `storage: int32` for the field that reads it; `segc check --probe` lists such fields".to_owned()
    } else {
        format!("the statement was: {}", p.statement)
    });

    /// The embedded engine cannot handle time zones.
    ///
    /// Its ICU extension is missing, which it needs to convert instants to local days. This happens
    /// if the engine was compiled from source (`--features bundled`), tried to download ICU when it
    /// first needed it, and failed. Use a library that includes ICU: set `DUCKDB_LIB_DIR` to its folder
    /// and build segc without that feature.
    ///
    /// ```text
    /// export DUCKDB_LIB_DIR=/usr/lib/duckdb
    /// ```
    error SEG704 "engine without time zones" NoTimeZones { span: Option<Span>, reason: String }
    message |p| format!("the embedded engine has no time zones: {}", p.reason);
    help |_p| Some("use a build of the engine that includes ICU".to_owned());

    /// A result contains a value that segc can't read.
    ///
    /// Results may contain text, numbers, booleans, dates and timestamps of the years 1 to 9999.
    /// Convert lists, structs and `infinity` to text in the query.
    ///
    /// ```text
    /// select 'infinity'::timestamp
    /// ```
    error SEG705 "unreadable value" UnreadableValue { span: Option<Span>, column: String, reason: String }
    message |p| format!("cannot read the column `{}` of the result: {}", p.column, p.reason);
    help |_p| Some("convert it to text in the query".to_owned());

    /// A data file lacks a column that the catalog declares.
    ///
    /// The first line of a CSV file names its columns. It must include the column of every field of
    /// the entity (columns that no field uses are ignored):
    ///
    /// ```text
    /// id,plan
    /// 1,free
    /// ```
    ///
    /// If the column's name differs from the field's, declare it in the catalog: `column: plan_code`. In a
    /// file of JSON lines, a key may be absent from some lines but not from all.
    error SEG706 "missing column" MissingColumn {
        span: Option<Span>, file: String, column: String, has: Vec<String>, delimiter: Option<&'static str>,
        alike: Option<(String, String)>,
    }
    message |p| format!("`{}` has no column `{}`", p.file, p.column);
    help |p| Some(match (closest(&p.column, p.has.iter().map(String::as_str).filter(|name| !name.is_empty())), p.delimiter) {
        (_, None) if p.alike.is_some() => {
            let (name, odd) = p.alike.clone().unwrap_or_default();
            format!("its column `{name}` contains {odd}: rename it `{}`", p.column)
        }
        (_, Some("tab")) => "its values seem to be separated by tabs: declare `read: { delimiter: tab }`".to_owned(),
        (_, Some(delimiter)) => {
            format!("its values seem to be separated by `{delimiter}`: declare `read: {{ delimiter: \"{delimiter}\" }}`")
        }
        (Some(near), _) => format!("did you mean `{near}`? Rename it in the file, or set the field's `column: {near}`"),
        (None, _) if p.has.is_empty() => "the file is empty: its first line names the columns".to_owned(),
        (None, _) => format!(
            "it has: {}; if its first line isn't a list of names, declare them: `read: {{ columns: [id, …] }}`",
            p.has.join(", ")
        ),
    });

    /// Two fields declare different types for the column that they read.
    ///
    /// Several fields may read the same column, and several entities the same table, but a column has
    /// only one type:
    ///
    /// ```text
    /// customer: { table: people, fields: { age: integer } }
    /// employee: { table: people, fields: { age: string } }     # which one is it?
    /// ```
    ///
    /// Types that are stored alike can share a column; a `semver` and a `string`, for instance, are both
    /// text. Give the fields types that are stored alike, or different columns.
    error SEG708 "column with two types" ColumnConflict {
        span: Option<Span>, table: String, column: String, one: String, other: String,
    }
    message |p| format!("the column `{}` of the table `{}` is {} here and {} elsewhere", p.column, p.table, p.one, p.other);
    help |_p| Some("give the fields that read it types that are stored alike".to_owned());

    /// A check in the script found that the data doesn't match the catalog.
    ///
    /// Before it writes anything, a script checks what its result depends on: that keys are unique,
    /// and that a to-one link leads to a single row.
    ///
    /// ```text
    /// id,plan
    /// 1,free
    /// 1,premium     # a second row with this key
    /// ```
    ///
    /// Remove the duplicate rows, or correct the fields that identify rows under `key:` (or under the
    /// link's `on:`).
    ///
    /// A refresh also stops if it can't build on the last run and `segc.yml` says
    /// `refresh: { on_stale_state: fail }`. Run create then: `segc run` without `--refresh`. Any script
    /// stops if something else has written to its segment's table and left a member twice: delete the
    /// rows of that key, and the next run adds it if it belongs there.
    error SEG709 "the data doesn't match the catalog" CheckFailed { span: Option<Span>, said: String }
    message |p| p.said.clone();
    help |p| Some(if p.said.contains("run its create script") {
        "`segc run` without `--refresh` runs create scripts".to_owned()
    } else if p.said.contains("remove the duplicates") {
        "delete the rows of such keys: the next run adds those that belong there".to_owned()
    } else {
        "fix the rows, or the catalog's declarations".to_owned()
    });

    /// The address of a database server can't be parsed.
    ///
    /// It is a URL, or a list of keys and values as in `psql`. Write special characters in a URL's user
    /// or password as `%` and two digits.
    ///
    /// ```text
    /// segc why vip 42 --db postgres://ann@db.example:54x2/shop
    /// ```
    ///
    /// Write `postgres://user@host:5432/database`, or `host=… dbname=… user=…`.
    error SEG720 "malformed address" UnreadableAddress { span: Option<Span>, reason: String }
    message |p| format!("the address of the database can't be parsed: {}", p.reason);
    help |_p| Some("write `postgres://user@host:5432/database`, or `host=… dbname=… user=…`".to_owned());

    /// The database server can't be reached, or refuses the connection.
    ///
    /// The message ends with the text of the server or the operating system. segc doesn't support TLS;
    /// if a server requires it, use a tunnel (`ssh -L`).
    ///
    /// ```text
    /// segc why vip 42 --db postgres://ann@db.example/shop   # the server is down
    /// ```
    ///
    /// Check that the server is running and accepts this user, for example with `psql` and the same
    /// address.
    error SEG721 "no connection to the database" CannotConnect {
        span: Option<Span>, server: String, reason: String,
    }
    message |p| format!("cannot connect to `{}`: {}", p.server, p.reason);
    help |_p| Some("check that the server runs, and that it lets this user in without TLS".to_owned());

    /// The URL is for a kind of database that segc doesn't support.
    ///
    /// segc itself connects to PostgreSQL servers and to files of its embedded engine. For other
    /// databases it writes SQL, which their own tools run.
    ///
    /// ```text
    /// segc why vip 42 --db mysql://db.example/shop
    /// ```
    ///
    /// Print the SQL with `segc compile` and run it there.
    error SEG722 "unknown kind of database" UnknownScheme { span: Option<Span>, scheme: String, known: String }
    message |p| format!("segc doesn't connect to `{}` databases", p.scheme);
    help |p| Some(format!("write `{}…`, or the path of a database file", p.known));

    /// There is no such database file.
    ///
    /// Only a command that fills a database file creates it: `segc run --db FILE --load`.
    ///
    /// ```text
    /// segc why vip 42 --db shpo.db
    /// ```
    ///
    /// Correct the path, or create the file with `segc run --db FILE --load`.
    error SEG723 "no database file" NoDatabaseFile { span: Option<Span>, path: String }
    message |p| format!("there is no database file `{}`", p.path);
    help |_p| Some("correct the path; `segc run --db FILE --load` creates the file and fills its tables from `data/`".to_owned());

    /// A text looks like the address of a server but can't be parsed as one.
    ///
    /// It isn't shown, since it may contain a password, and isn't treated as a file name either.
    ///
    /// ```text
    /// segc run --db postgres:/ann:secret@db.example/shop      # one slash is missing
    /// ```
    ///
    /// Write `postgres://user@host:5432/database`, or `host=… dbname=… user=…`. For a file, write `./` in
    /// front of its name.
    error SEG724 "malformed server address" NoAddress { span: Option<Span> }
    message |_p| "this looks like the address of a server but can't be parsed as one; it isn't shown, since it may contain a password".to_owned();
    help |_p| Some("write `postgres://user@host:5432/database`, or `host=… dbname=… user=…`".to_owned());

    /// The program that executes SQL can't be started, or doesn't answer as it should.
    ///
    /// `segc test --dialect FILE --exec COMMAND` writes a line of JSON for each statement and waits for a
    /// line of JSON:
    ///
    /// ```text
    /// {"sql": "SELECT 1, NULL"}
    /// {"rows": [[1, null]]}              # or {"error": "no such table: t"}
    /// ```
    ///
    /// The program must write each answer at once, not when its buffer is full.
    error SEG725 "no answer from the program" NoProgram { span: Option<Span>, command: String, reason: String }
    message |p| format!("`{}` doesn't execute SQL: {}", p.command, p.reason);
    help |_p| Some("it must answer each line `{\"sql\": …}` with a line `{\"rows\": [[…], …]}` or `{\"error\": …}`, at once".to_owned());

    /// A statement took longer than `--timeout` allows.
    ///
    /// The database has cancelled it and undone what it had begun: tables are as they were. In a run, the
    /// segment that it belongs to fails, with those that depend on it; if it prepares several segments that
    /// are built together, they all fail.
    ///
    /// ```text
    /// segc run --db postgres://ann@db.example/shop --timeout 5
    /// ```
    ///
    /// Allow more time, or find out with `segc plan` what the segment reads; `-v` shows each statement and how
    /// long it took. `segc run --resume` then builds what is missing.
    error SEG856 "statement took too long" TookTooLong {
        span: Option<Span>, statement: String, time: Duration,
    }
    message |p| format!("a statement took longer than {} seconds (`--timeout`)", p.time.as_secs_f64());
    help |p| Some(format!("allow more time, or look for what makes it slow; the statement was: {}", p.statement));

    /// This database can't limit how long statements take.
    ///
    /// `--timeout` works on the embedded engine and on PostgreSQL. A program that `--exec` starts has to limit
    /// statements by itself.
    ///
    /// ```text
    /// segc test --dialect dialects/lite.yml --exec 'python3 lite.py' --timeout 5
    /// ```
    ///
    /// Leave out `--timeout`.
    error SEG857 "no limit of time" NoTimeLimit { span: Option<Span> }
    message |_p| "`--timeout` has no effect on this database".to_owned();
    help |_p| Some("leave it out, or let the program limit its statements by itself".to_owned());
}

/// Whether an engine's message reports an overflow of 32 or fewer bits.
fn is_narrow(reason: &str) -> bool {
    ["integer out of range", "smallint out of range", "of INT32 ", "of INT16 ", "of INT8 "]
        .iter()
        .any(|words| reason.contains(words))
}
