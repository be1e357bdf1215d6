//! What can go wrong with an engine.

use crate::diagnostic::{Span, closest};
use crate::problems;

problems! {
    /// The database file can't be opened or created.
    ///
    /// The path may lie in a folder that does not exist or that you may not write to, or the
    /// file may be something else than a database. Name another file:
    ///
    /// ```text
    /// segc run --db warehouse.db
    /// ```
    error SEG701 "database does not open" CannotOpen { span: Option<Span>, path: String, reason: String }
    message |p| format!("cannot open the database `{}`: {}", p.path, p.reason);
    help |_p| Some("check that the folder exists and can be written to, and that the file is a database".to_owned());

    /// Another program has the database file open.
    ///
    /// Only one process at a time may write to a database file. Close the other program (an
    /// open database shell or notebook, or a second `segc run`), or copy the file.
    ///
    /// ```text
    /// segc run --db shop.db      # while `duckdb shop.db` is open elsewhere
    /// ```
    error SEG702 "database is in use" Locked { span: Option<Span>, path: String, reason: String }
    message |p| format!("the database `{}` is in use by another program: {}", p.path, p.reason);
    help |_p| Some("close the program that has it open, or use another file with `--db`".to_owned());

    /// The engine refused a statement.
    ///
    /// The message is the engine's own, and the statement is shown below it. If segc wrote
    /// the statement, then either a table is not what the catalog says (a missing column,
    /// another type), or a check in the script found duplicate keys or an overflow, or segc
    /// is wrong: please report it. If it comes from a `query:` in the catalog, mend it there.
    ///
    /// ```text
    /// fields: { totl: integer }  # the table has no such column
    /// ```
    error SEG703 "statement failed" StatementFailed { span: Option<Span>, statement: String, reason: String }
    message |p| format!("the engine refused a statement: {}", p.reason);
    help |p| Some(if is_narrow(&p.reason) {
        "a column of 32-bit integers overflowed: declare `storage: int32` for the field that reads it; `segc check --probe` lists such fields".to_owned()
    } else {
        format!("the statement was: {}", p.statement)
    });

    /// The embedded engine cannot handle time zones.
    ///
    /// Its ICU part is missing, without which instants and local days can't be told apart.
    /// This happens with an engine that was compiled from source (`--features bundled`): it
    /// tries to fetch ICU when it first needs it, and could not. Use a library that has ICU:
    /// set `DUCKDB_LIB_DIR` to its folder and build segc without that feature.
    ///
    /// ```text
    /// export DUCKDB_LIB_DIR=/usr/lib/duckdb
    /// ```
    error SEG704 "engine without time zones" NoTimeZones { span: Option<Span>, reason: String }
    message |p| format!("the embedded engine has no time zones: {}", p.reason);
    help |_p| Some("use a library of the engine that contains ICU".to_owned());

    /// A result holds a value that segc can't read.
    ///
    /// Results may hold text, numbers, booleans, dates and timestamps of the years 1 to 9999.
    /// Lists, structures and `infinity` are not read: convert them to text in the query.
    ///
    /// ```text
    /// select 'infinity'::timestamp
    /// ```
    error SEG705 "unreadable value" UnreadableValue { span: Option<Span>, column: String, reason: String }
    message |p| format!("cannot read the column `{}` of the result: {}", p.column, p.reason);
    help |_p| Some("convert it to text in the query".to_owned());

    /// A data file lacks a column that the catalog declares.
    ///
    /// The first line of a CSV file names its columns. Every field of the entity needs its
    /// column there (columns that no field uses are ignored):
    ///
    /// ```text
    /// id,plan
    /// 1,free
    /// ```
    ///
    /// If the column has another name than the field, say so in the catalog: `column: plan_code`. In a file of
    /// JSON lines a key may be absent from some lines, but not from all.
    error SEG706 "missing column" MissingColumn {
        span: Option<Span>, file: String, column: String, has: Vec<String>, delimiter: Option<&'static str>,
    }
    message |p| format!("`{}` has no column `{}`", p.file, p.column);
    help |p| Some(match (closest(&p.column, p.has.iter().map(String::as_str)), p.delimiter) {
        (_, Some("tab")) => "its values seem to be separated by tabs: declare `read: { delimiter: tab }`".to_owned(),
        (_, Some(delimiter)) => {
            format!("its values seem to be separated by `{delimiter}`: declare `read: {{ delimiter: \"{delimiter}\" }}`")
        }
        (Some(near), _) => format!("did you mean `{near}`? Rename it in the file, or set the field's `column: {near}`"),
        (None, _) if p.has.is_empty() => "the file is empty: its first line names the columns".to_owned(),
        (None, _) => format!(
            "it has: {}; if its first line is no list of names, declare them: `read: {{ columns: [id, …] }}`",
            p.has.join(", ")
        ),
    });

    /// Two fields disagree about the type of the column that they read.
    ///
    /// Several fields may read one column, and several entities one table, but a column has one
    /// type:
    ///
    /// ```text
    /// customer: { table: people, fields: { age: integer } }
    /// employee: { table: people, fields: { age: string } }     # which one is it?
    /// ```
    ///
    /// Types that are stored alike may share a column: a `semver` and a `string`, for instance, are
    /// both text. Give the fields types that are stored alike, or other columns.
    error SEG708 "column with two types" ColumnConflict {
        span: Option<Span>, table: String, column: String, one: String, other: String,
    }
    message |p| format!("the column `{}` of the table `{}` is {} here and {} elsewhere", p.column, p.table, p.one, p.other);
    help |_p| Some("give the fields that read it types that are stored alike".to_owned());

    /// A check of the script found that the data is not what the catalog says.
    ///
    /// Before it writes anything, a script tests what its result depends on: that keys are
    /// unique, and that the row which a link leads to is the only one.
    ///
    /// ```text
    /// id,plan
    /// 1,free
    /// 1,premium     # a second row with this key
    /// ```
    ///
    /// Remove the duplicate rows, or name the fields that tell rows apart under `key:` (or the
    /// link's under `on:`).
    ///
    /// A refresh stops so, too, where it can't build on the last run and `segc.yml` says
    /// `refresh: { on_stale_state: fail }`. Run create then: `segc run` without `--refresh`. And so does
    /// any script whose segment's table holds a member twice, as somebody has written to it: delete
    /// the rows of that key, and the next run adds it if it belongs there.
    error SEG709 "the data breaks a promise" CheckFailed { span: Option<Span>, said: String }
    message |p| p.said.clone();
    help |p| Some(if p.said.contains("run its create script") {
        "`segc run` without `--refresh` runs create scripts".to_owned()
    } else if p.said.contains("remove what is double") {
        "delete the rows of such keys: the next run adds those that belong there".to_owned()
    } else {
        "mend the rows, or what the catalog says of them".to_owned()
    });

    /// The address of a database server can't be read.
    ///
    /// It is a URL, or a list of keys and values as `psql` takes them. Special characters in a
    /// URL's user or password are written as `%` and two digits.
    ///
    /// ```text
    /// segc why vip 42 --db postgres://ann@db.example:54x2/shop
    /// ```
    ///
    /// Write `postgres://user@host:5432/database`, or `host=… dbname=… user=…`.
    error SEG720 "address that can't be read" UnreadableAddress { span: Option<Span>, reason: String }
    message |p| format!("the address of the database can't be read: {}", p.reason);
    help |_p| Some("write `postgres://user@host:5432/database`, or `host=… dbname=… user=…`".to_owned());

    /// The database server can't be reached, or refuses the connection.
    ///
    /// The message ends with the server's own words, or the operating system's. segc speaks no
    /// TLS: a server that demands it is reached through a tunnel (`ssh -L`).
    ///
    /// ```text
    /// segc why vip 42 --db postgres://ann@db.example/shop   # the server is down
    /// ```
    ///
    /// Check that the server runs and lets this user in: `psql` with the same address tells.
    error SEG721 "no connection to the database" CannotConnect {
        span: Option<Span>, server: String, reason: String,
    }
    message |p| format!("cannot connect to `{}`: {}", p.server, p.reason);
    help |_p| Some("check that the server runs, and that it lets this user in without TLS".to_owned());

    /// The URL of a database is of a kind that segc doesn't talk to.
    ///
    /// segc itself talks to PostgreSQL servers and to files of its embedded engine. For other
    /// databases it writes SQL, which their own tools run.
    ///
    /// ```text
    /// segc why vip 42 --db mysql://db.example/shop
    /// ```
    ///
    /// Print the SQL with `segc compile` and run it there.
    error SEG722 "unknown kind of database" UnknownScheme { span: Option<Span>, scheme: String, known: String }
    message |p| format!("segc doesn't talk to `{}` databases", p.scheme);
    help |p| Some(format!("write `{}…`, or the path of a database file", p.known));

    /// There is no such database file.
    ///
    /// A command makes a database file only where it fills it: `segc run --db FILE --load`.
    ///
    /// ```text
    /// segc why vip 42 --db shpo.db
    /// ```
    ///
    /// Correct the path, or make the file with `segc run --db FILE --load`.
    error SEG723 "no database file" NoDatabaseFile { span: Option<Span>, path: String }
    message |p| format!("there is no database file `{}`", p.path);
    help |_p| Some("correct the path; `segc run --db FILE --load` makes the file, and fills its tables from `data/`".to_owned());

    /// A text looks like the address of a server, and can't be read as one.
    ///
    /// It isn't shown, since it may hold a password; nor is it taken for the name of a file.
    ///
    /// ```text
    /// segc run --db postgres:/ann:secret@db.example/shop      # one slash is missing
    /// ```
    ///
    /// Write `postgres://user@host:5432/database`, or `host=… dbname=… user=…`. To name a file, write
    /// `./` before it.
    error SEG724 "no address" NoAddress { span: Option<Span> }
    message |_p| "this looks like the address of a server, and can't be read as one; it isn't shown, since it may hold a password".to_owned();
    help |_p| Some("write `postgres://user@host:5432/database`, or `host=… dbname=… user=…`".to_owned());
}

/// Whether an engine says that integers of 32 bits or fewer overflowed.
fn is_narrow(reason: &str) -> bool {
    ["integer out of range", "smallint out of range", "of INT32 ", "of INT16 ", "of INT8 "]
        .iter()
        .any(|words| reason.contains(words))
}
