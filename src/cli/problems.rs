//! Problems of the command line: SEG81x and up (SEG80x are those of selections).

use crate::diagnostic::Span;
use crate::engine::EMBEDDED_TARGET;
use crate::problems;

problems! {
    /// A parameter on the command line isn't `name=value`.
    ///
    /// The value is everything after the first `=`; it is read by the parameter's type.
    ///
    /// ```text
    /// segc compile --param min_spend 500
    /// ```
    ///
    /// Write `--param min_spend=500`, once for each parameter.
    error SEG810 "malformed parameter" BadParam { span: Option<Span>, text: String }
    message |p| format!("`--param {}` is not `name=value`", p.text);
    help |_p| Some("write it as in `--param min_spend=500`".to_owned());

    /// A parameter is given twice on the command line.
    ///
    /// Which of both should count can't be known.
    ///
    /// ```text
    /// segc compile --param min_spend=500 --param min_spend=600
    /// ```
    ///
    /// Keep one of them.
    error SEG811 "parameter given twice" RepeatedParam { span: Option<Span>, name: String }
    message |p| format!("the parameter `{}` is given twice", p.name);
    help |_p| Some("keep one of them".to_owned());

    /// The instant after `--as-of` can't be read.
    ///
    /// It is a day, which means its midnight in the project's time zone; or a date and time with `Z`
    /// or an offset, no finer than a microsecond. It is between 0001-01-02 and 9999-12-30.
    ///
    /// ```text
    /// segc compile --as-of 2026-11-20T12:00
    /// ```
    ///
    /// Write `--as-of 2026-11-20`, `--as-of 2026-11-20T12:00:00Z` or `--as-of 2026-11-20T12:00:00+01:00`.
    error SEG812 "malformed instant" BadInstant { span: Option<Span>, text: String }
    message |p| format!("`--as-of {}` is neither an instant nor a day", p.text);
    help |_p| Some("write a day, `2026-11-20`, or date, time and `Z` or an offset, `2026-11-20T12:00:00Z`".to_owned());

    /// There is no project where the command looked for one.
    ///
    /// A project is a folder with a `segc.yml`. Without `--project`, the current folder and
    /// those above it are searched.
    ///
    /// ```text
    /// cd / && segc check
    /// ```
    ///
    /// Change into the project's folder, name it with `--project DIR`, or start one with
    /// `segc init`.
    error SEG813 "no project" NoProject {
        span: Option<Span>, folder: String, searched_up: bool,
        /// A file that was probably meant to be it.
        nearly: Option<String>,
    }
    message |p| if p.searched_up {
        format!("there is no `segc.yml` in `{}` or in a folder above it", p.folder)
    } else {
        format!("there is no `segc.yml` in `{}`", p.folder)
    };
    help |p| Some(match &p.nearly {
        Some(path) => format!("rename `{path}` to `segc.yml`"),
        None => "name the project's folder with `--project DIR`, or start one with `segc init`".to_owned(),
    });

    /// A target was asked for that the project doesn't have.
    ///
    /// Targets are declared in `segc.yml` under `targets:`.
    ///
    /// ```text
    /// segc compile --target postgers
    /// ```
    ///
    /// Correct the name, or declare the target in `segc.yml`.
    error SEG814 "unknown target" UnknownTarget { span: Option<Span>, name: String, known: Vec<String> }
    message |p| format!("there is no target `{}`", p.name);
    help |p| Some(match crate::diagnostic::closest(&p.name, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if p.known.is_empty() => "`segc.yml` declares no target: add one under `targets:`".to_owned(),
        None => format!("`segc.yml` declares {}", listed(&p.known)),
    });

    /// The project has no target that the command could work for.
    ///
    /// Targets are declared in `segc.yml` under `targets:`.
    ///
    /// ```text
    /// segc compile
    /// ```
    ///
    /// Declare a target.
    error SEG815 "no target" NoTarget { span: Option<Span>, why: String, able: Vec<String> }
    message |p| p.why.clone();
    help |p| Some(match p.able.as_slice() {
        [] => format!("declare one in `segc.yml` under `targets:`, such as `{EMBEDDED_TARGET}: {{}}`"),
        able => format!("it can run {}", listed(able)),
    });

    /// One `SELECT` can be printed for one target only.
    ///
    /// A single segment without `--out` is printed.
    ///
    /// ```text
    /// segc compile vip --target duckdb --target postgres
    /// ```
    ///
    /// Name one target, or give `--out DIR` to write a folder for each.
    error SEG816 "several targets for one SELECT" SeveralTargets { span: Option<Span>, segment: String }
    message |p| format!("the SELECT of `{}` can be printed for one target at a time", p.segment);
    help |_p| Some("name one `--target`, or write a folder for each with `--out DIR`".to_owned());

    /// A file or folder can't be read or written.
    ///
    /// The message ends with what the operating system says.
    ///
    /// ```text
    /// segc compile --out /proc/segc
    /// ```
    ///
    /// Check that the folder exists, that it may be written, and that the disk has room.
    error SEG818 "files can't be written" CannotWrite { span: Option<Span>, path: String, why: String }
    message |p| format!("`{}` can't be written: {}", p.path, p.why);
    help |_p| Some("check that the folder may be written and that the disk has room".to_owned());

    /// `segc init` would overwrite files.
    ///
    /// It writes nothing if one of its files is there already.
    ///
    /// ```text
    /// segc init && segc init
    /// ```
    ///
    /// Choose an empty folder: `segc init DIR`.
    error SEG819 "files are there already" AlreadyThere { span: Option<Span>, files: Vec<String> }
    message |p| format!("{} would be overwritten", listed(&p.files));
    help |_p| Some("choose an empty folder: `segc init DIR`".to_owned());

    /// A code was asked for that segc doesn't have.
    ///
    /// Codes are `SEG` and three digits.
    ///
    /// ```text
    /// segc explain SEG000
    /// ```
    ///
    /// Correct it; `segc explain --list` prints all of them.
    error SEG820 "unknown code" UnknownCode { span: Option<Span>, code: String, near: Option<String> }
    message |p| format!("there is no code `{}`", p.code);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`? `segc explain --list` prints all of them"),
        None => "`segc explain --list` prints all of them".to_owned(),
    });

    /// An entity was asked for that the catalog doesn't have.
    ///
    /// Entities are declared in `catalog/*.yml`, with names in the singular.
    ///
    /// ```text
    /// segc catalog customers
    /// ```
    ///
    /// Correct the name; `segc catalog` prints those that there are.
    error SEG821 "unknown entity" UnknownEntity { span: Option<Span>, name: String, near: Option<String> }
    message |p| format!("the catalog has no entity `{}`", p.name);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`segc catalog` prints those that there are".to_owned(),
    });

    /// A folder or a file stands where the name of a segment or an entity belongs.
    ///
    /// `check`, `ls`, `graph` and `capabilities` take the project's folder as their argument;
    /// `compile`, `run` and `catalog` take names, and the folder with `-C`.
    ///
    /// ```text
    /// segc run examples/shop
    /// ```
    ///
    /// Write `segc -C examples/shop run`.
    error SEG822 "a folder where a name belongs" FolderForSegment {
        span: Option<Span>, name: String, is_project: bool,
    }
    message |p| if p.is_project {
        format!("`{}` is a project's folder, and a name belongs here", p.name)
    } else {
        format!("`{}` is a path, and a name belongs here", p.name)
    };
    help |p| Some(if p.is_project {
        format!("use `-C {}`", p.name)
    } else {
        "name segments as in `segc ls`, and the project's folder with `-C DIR`".to_owned()
    });

    /// Tables that the segments read are not there.
    ///
    /// `segc run` fills tables from `data/TABLE.csv` or `data/TABLE.parquet`: in memory
    /// always, in a database file with `--load`.
    ///
    /// ```text
    /// segc run --db new.db
    /// ```
    ///
    /// Put sample rows into `data/`, or add `--load` to fill the database file from there. A
    /// server's tables are not segc's to fill.
    error SEG823 "tables without rows" NoTables {
        span: Option<Span>, tables: Vec<String>, database: Option<String>, is_server: bool,
    }
    message |p| match &p.database {
        Some(database) => format!("`{database}` has no table {}", listed(&p.tables)),
        None => format!("there are no sample rows for {}", listed(&p.tables)),
    };
    help |p| Some(match &p.database {
        Some(_) if p.is_server => "make and fill them there, or correct `--db`, or `table:` in the catalog".to_owned(),
        Some(_) => "`--load` fills it from the files in `data/`".to_owned(),
        None => {
            let last = |table: &String| table.rsplit('.').next().unwrap_or(table).to_owned();
            let files: Vec<String> =
                p.tables.iter().map(|table| format!("data/{}.csv", last(table))).collect();
            format!("put them into {}; a first line with the names of the columns is enough", listed(&files))
        }
    });

    /// A pattern chooses none of the unit tests.
    ///
    /// A pattern is a part of a test's name or of its path, or the name of a segment. Choosing
    /// nothing is taken for a slip.
    ///
    /// ```text
    /// segc test high_valeu
    /// ```
    ///
    /// Correct it; `segc test --format json` names all tests.
    error SEG850 "no such unit test" NoSuchTest { span: Option<Span>, pattern: String, known: Vec<String> }
    message |p| format!("`{}` chooses no unit test", p.pattern);
    help |p| Some(match crate::diagnostic::closest(&p.pattern, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a part of a test's name, a segment, or a file such as `tests/first.yml`".to_owned(),
    });

    /// A command that is about one segment was given a selection of several, or of none.
    ///
    /// ```text
    /// segc why tag:email 42
    /// ```
    ///
    /// Name one segment, as in `segc why vip 42`.
    error SEG870 "not one segment" NotOneSegment { span: Option<Span>, pattern: String }
    message |p| format!("`{}` is not one segment", p.pattern);
    help |_p| Some("name one segment; `segc ls` prints all of them".to_owned());

    /// The variable that holds the URL of a target's database isn't set.
    ///
    /// `url_env:` of a target in `segc.yml` names a variable of the environment, so that the
    /// password stands in no file.
    ///
    /// ```text
    /// targets: { warehouse: { dialect: postgres, url_env: SHOP_DATABASE } }
    /// ```
    ///
    /// Set the variable, or name the database with `--db`.
    error SEG871 "no URL in the environment" NoUrlVariable { span: Option<Span>, name: String, target: String }
    message |p| format!("the variable `{}`, which should hold the URL of `{}`, is not set", p.name, p.target);
    help |p| Some(format!("set `{}`, or name the database with `--db`", p.name));

    /// Sample rows are never loaded into a server: `--load` replaces what tables hold.
    ///
    /// ```text
    /// segc run --db postgres://ann@db.example/shop --load
    /// ```
    ///
    /// Leave `--load` out, to run on the rows that the server has; or name a database file.
    error SEG872 "no sample rows into a server" NoLoading { span: Option<Span>, database: String }
    message |p| format!("sample rows are not loaded into `{}`, a server", p.database);
    help |_p| Some("leave `--load` out, or name a database file".to_owned());

    /// A file that the command line names can't be read.
    ///
    /// The message ends with what the operating system says.
    ///
    /// ```text
    /// segc why vip --row no-such-file.yml
    /// ```
    ///
    /// Correct the path.
    error SEG873 "a file that can't be read" CannotRead { span: Option<Span>, path: String, why: String }
    message |p| format!("`{}` can't be read: {}", p.path, p.why);
    help |_p| Some("correct the path; the file is text in UTF-8".to_owned());

    /// A segment has no table that could be compared.
    ///
    /// A view and a segment that is put into others are evaluated whenever they are read, so there
    /// is nothing that could differ.
    ///
    /// ```text
    /// segc compile vip --parity       # vip says `materialize: view`
    /// ```
    ///
    /// Name a segment that is stored as a table.
    error SEG874 "no table to compare" NothingStored { span: Option<Span>, segment: String }
    message |p| format!("`{}` is not stored as a table", p.segment);
    help |_p| Some("name a segment that is stored as a table; `segc ls` says how each is stored".to_owned());
}

/// `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
