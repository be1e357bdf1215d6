//! Problems of the command line: SEG81x and up (SEG80x are those of selections).

use crate::diagnostic::Span;
use crate::engine::EMBEDDED_TARGET;
use crate::problems;

problems! {
    /// A parameter on the command line isn't `name=value`.
    ///
    /// The value is everything after the first `=`. It must have the parameter's type.
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
    /// It is unclear which value should count.
    ///
    /// ```text
    /// segc compile --param min_spend=500 --param min_spend=600
    /// ```
    ///
    /// Keep one of them.
    error SEG811 "parameter given twice" RepeatedParam { span: Option<Span>, name: String }
    message |p| format!("the parameter `{}` is given twice", p.name);
    help |_p| Some("keep one of them".to_owned());

    /// The instant after `--as-of` is malformed.
    ///
    /// It is a day, which means midnight in the project's time zone, or a date and time with `Z` or an
    /// offset, to the microsecond at most. It is between 0001-01-02 and 9999-12-30.
    ///
    /// ```text
    /// segc compile --as-of 2026-11-20T12:00
    /// ```
    ///
    /// Write `--as-of 2026-11-20`, `--as-of 2026-11-20T12:00:00Z` or `--as-of 2026-11-20T12:00:00+01:00`.
    error SEG812 "malformed instant" BadInstant { span: Option<Span>, text: String }
    message |p| format!("`--as-of {}` is neither an instant nor a day", p.text);
    help |_p| Some("write a day, `2026-11-20`, or date, time and `Z` or an offset, `2026-11-20T12:00:00Z`".to_owned());

    /// The command found no project.
    ///
    /// A project is a folder with a `segc.yml`. Without `--project`, segc searches the current folder and
    /// its parents.
    ///
    /// ```text
    /// cd / && segc check
    /// ```
    ///
    /// Change to the project's folder, name it with `--project DIR`, or create a project with
    /// `segc init`.
    error SEG813 "no project" NoProject {
        span: Option<Span>, folder: String, searched_up: bool,
        /// A file that was probably meant.
        nearly: Option<String>,
    }
    message |p| if p.searched_up {
        format!("there is no `segc.yml` in `{}` or its parent folders", p.folder)
    } else {
        format!("there is no `segc.yml` in `{}`", p.folder)
    };
    help |p| Some(match &p.nearly {
        Some(path) => format!("rename `{path}` to `segc.yml`"),
        None => "name the project's folder with `--project DIR`, or create a project with `segc init`".to_owned(),
    });

    /// The project has no such target.
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

    /// The project has no target for this command.
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

    /// A `SELECT` can be printed for only one target.
    ///
    /// Without `--out`, a single segment is printed.
    ///
    /// ```text
    /// segc compile vip --target duckdb --target postgres
    /// ```
    ///
    /// Name one target, or use `--out DIR` to write a folder for each.
    error SEG816 "several targets for one SELECT" SeveralTargets { span: Option<Span>, segment: String }
    message |p| format!("the SELECT of `{}` can be printed for only one target at a time", p.segment);
    help |_p| Some("name one `--target`, or write a folder for each with `--out DIR`".to_owned());

    /// A file or folder can't be read or written.
    ///
    /// The message ends with the text of the operating system.
    ///
    /// ```text
    /// segc compile --out /proc/segc
    /// ```
    ///
    /// Check that the folder exists and is writable, and that the disk has space.
    error SEG818 "files can't be written" CannotWrite { span: Option<Span>, path: String, why: String }
    message |p| format!("`{}` can't be written: {}", p.path, p.why);
    help |_p| Some("check that the folder is writable and that the disk has space".to_owned());

    /// `segc init` would overwrite files.
    ///
    /// It writes nothing if one of its files already exists.
    ///
    /// ```text
    /// segc init && segc init
    /// ```
    ///
    /// Choose an empty folder: `segc init DIR`.
    error SEG819 "files already exist" AlreadyThere { span: Option<Span>, files: Vec<String> }
    message |p| format!("{} would be overwritten", listed(&p.files));
    help |_p| Some("choose an empty folder: `segc init DIR`".to_owned());

    /// There is no such code.
    ///
    /// Codes consist of `SEG` and three digits.
    ///
    /// ```text
    /// segc explain SEG000
    /// ```
    ///
    /// Correct it; `segc explain --list` lists all codes.
    error SEG820 "unknown code" UnknownCode { span: Option<Span>, code: String, near: Option<String> }
    message |p| format!("there is no code `{}`", p.code);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`? `segc explain --list` lists all codes"),
        None => "`segc explain --list` lists all codes".to_owned(),
    });

    /// The catalog has no such entity.
    ///
    /// Entities are declared in `catalog/*.yml`, with singular names.
    ///
    /// ```text
    /// segc catalog customers
    /// ```
    ///
    /// Correct the name; `segc catalog` lists the entities.
    error SEG821 "unknown entity" UnknownEntity { span: Option<Span>, name: String, near: Option<String> }
    message |p| format!("the catalog has no entity `{}`", p.name);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`segc catalog` lists the entities".to_owned(),
    });

    /// A folder or a file is given instead of the name of a segment or an entity.
    ///
    /// `check`, `ls`, `graph` and `capabilities` take the project's folder as an argument. `compile`,
    /// `run` and `plan` take segments, of which `segments/marketing` selects those in a folder; `why`,
    /// `attrition` and `catalog` take a name. Use `-C` for the project's folder.
    ///
    /// ```text
    /// segc run examples/shop
    /// ```
    ///
    /// Write `segc -C examples/shop run`.
    error SEG822 "a folder instead of a name" FolderForSegment {
        span: Option<Span>, name: String, is_project: bool,
    }
    message |p| if p.is_project {
        format!("`{}` is a project's folder, not a name", p.name)
    } else {
        format!("`{}` is a path, not a name", p.name)
    };
    help |p| Some(if p.is_project {
        format!("use `-C {}`", p.name)
    } else {
        "use the names shown by `segc ls`, and `-C DIR` for the project's folder".to_owned()
    });

    /// Tables that the segments read don't exist.
    ///
    /// `segc run` fills tables from `data/TABLE.csv` or `data/TABLE.parquet`: always in memory, and with
    /// `--load` in a database file.
    ///
    /// ```text
    /// segc run --db new.db
    /// ```
    ///
    /// Put sample rows into `data/`, or add `--load` to fill the database file from there. segc doesn't
    /// fill the tables of a server.
    error SEG823 "tables without rows" NoTables {
        span: Option<Span>, tables: Vec<String>, database: Option<String>, is_server: bool,
    }
    message |p| match &p.database {
        Some(database) => format!("`{database}` has no table {}", listed(&p.tables)),
        None => format!("there are no sample rows for {}", listed(&p.tables)),
    };
    help |p| Some(match &p.database {
        Some(_) if p.is_server => "create and fill them there, or correct `--db`, or `table:` in the catalog".to_owned(),
        Some(_) => "`--load` fills it from the files in `data/`".to_owned(),
        None => {
            let last = |table: &String| table.rsplit('.').next().unwrap_or(table).to_owned();
            let files: Vec<String> =
                p.tables.iter().map(|table| format!("data/{}.csv", last(table))).collect();
            format!("put them into {}; a first line with the column names is enough", listed(&files))
        }
    });

    /// `warnings` in `segc.yml` names a code that doesn't exist.
    ///
    /// ```text
    /// warnings: { SEG38: allow }      # SEG380
    /// ```
    ///
    /// `segc explain --list` shows the codes; `all` stands for every one that isn't named.
    error SEG827 "unknown code" UnknownLevelCode { span: Span, code: String, near: Option<String> }
    message |p| format!("there is no code `{}`", p.code);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a code such as `SEG380`, or `all` for every one that isn't named".to_owned(),
    });

    /// `warnings` in `segc.yml` names an error.
    ///
    /// ```text
    /// warnings: { SEG301: allow }     # an unknown name can't be compiled
    /// ```
    ///
    /// Remove it: only warnings have a level.
    error SEG828 "no warning" LevelOfError { span: Span, code: String, title: &'static str }
    message |p| format!("{} ({}) is an error, whose level can't be changed", p.code, p.title);
    help |_p| Some("remove it: only warnings have a level".to_owned());

    /// The key can be that of several entities that have segments.
    ///
    /// `segc why KEY` lists the segments of one entity.
    ///
    /// ```text
    /// segc why 42        # a customer, or an order?
    /// ```
    ///
    /// Name the entity: `segc why --entity customer 42`.
    error SEG835 "key of several entities" KeyOfSeveral { span: Option<Span>, key: String, entities: Vec<String> }
    message |p| format!("`{}` can be the key of {}", p.key, listed(&p.entities));
    help |p| Some(match p.entities.first() {
        Some(entity) => format!("name the entity: `--entity {entity}`"),
        None => "name the entity with `--entity`".to_owned(),
    });

    /// The key can't be that of any entity that has segments.
    ///
    /// Pass each field of the key as a separate argument. With the name of a segment before the key, `segc why`
    /// explains that segment.
    ///
    /// ```text
    /// segc why vip        # the key is missing
    /// segc why abc        # all keys are integers
    /// ```
    ///
    /// Write a key of one of the entities.
    error SEG836 "key of no entity" KeyOfNone {
        span: Option<Span>, key: String, keys: Vec<String>, near: Option<String>,
    }
    message |p| format!("`{}` is no segment, and no entity with segments has such keys", p.key);
    help |p| Some(match (&p.near, p.keys.is_empty()) {
        (Some(near), _) => format!("for the segment `{near}`, write `segc why {near} KEY`"),
        (None, false) => format!("write the key of one of these: {}", p.keys.join(", ")),
        (None, true) => "the project has no segments".to_owned(),
    });

    /// `--fields` adds columns to rows, but the values of a single field are shown.
    ///
    /// ```text
    /// segc preview customer.country --fields plan
    /// ```
    ///
    /// Preview the rows with both, `segc preview customer --fields country,plan`, or each field by itself.
    error SEG837 "fields of a value" FieldsOfValue { span: Option<Span>, what: String }
    message |p| format!("`{}` shows values, not rows, so it has no place for `--fields`", p.what);
    help |p| Some({
        let (name, value) = p.what.split_once('.').unwrap_or((&p.what, "country"));
        format!("leave it out, or preview rows: `segc preview {name} --fields '{value}, …'`")
    });

    /// A pattern matches none of the unit tests.
    ///
    /// A pattern is part of a test's name or of its path, or the name of a segment. Matching nothing is an
    /// error, since it is probably a mistake.
    ///
    /// ```text
    /// segc test high_valeu
    /// ```
    ///
    /// Correct it; `segc test --format json` lists all tests.
    error SEG850 "no such unit test" NoSuchTest { span: Option<Span>, pattern: String, known: Vec<String> }
    message |p| format!("`{}` matches no unit test", p.pattern);
    help |p| Some(match crate::diagnostic::closest(&p.pattern, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "use part of a test's name, a segment, or a file such as `tests/first.yml`".to_owned(),
    });

    /// This command takes a single segment, but the selection has several or none.
    ///
    /// ```text
    /// segc why tag:email 42
    /// ```
    ///
    /// Name one segment, as in `segc why vip 42`.
    error SEG870 "not one segment" NotOneSegment { span: Option<Span>, pattern: String }
    message |p| format!("`{}` isn't a single segment", p.pattern);
    help |_p| Some("name one segment; `segc ls` lists them".to_owned());

    /// The environment variable with the URL of a target's database isn't set.
    ///
    /// A target's `url_env:` in `segc.yml` names an environment variable, so that no file contains the
    /// password.
    ///
    /// ```text
    /// targets: { warehouse: { dialect: postgres, url_env: SHOP_DATABASE } }
    /// ```
    ///
    /// Set the variable, or name the database with `--db`.
    error SEG871 "no URL in the environment" NoUrlVariable { span: Option<Span>, name: String, target: String }
    message |p| format!("the environment variable `{}` with the URL of `{}` isn't set", p.name, p.target);
    help |p| Some(format!("set `{}`, or name the database with `--db`", p.name));

    /// Sample rows are never loaded into a server, since `--load` replaces the contents of tables.
    ///
    /// ```text
    /// segc run --db postgres://ann@db.example/shop --load
    /// ```
    ///
    /// Remove `--load` to run on the server's own rows, or use a database file.
    error SEG872 "no sample rows into a server" NoLoading { span: Option<Span>, database: String }
    message |p| format!("sample rows can't be loaded into `{}`, which is a server", p.database);
    help |_p| Some("remove `--load`, or use a database file".to_owned());

    /// A file named on the command line can't be read.
    ///
    /// The message ends with the text of the operating system.
    ///
    /// ```text
    /// segc why vip --row no-such-file.yml
    /// ```
    ///
    /// Correct the path.
    error SEG873 "a file that can't be read" CannotRead { span: Option<Span>, path: String, why: String }
    message |p| format!("`{}` can't be read: {}", p.path, p.why);
    help |_p| Some("correct the path; the file must be UTF-8 text".to_owned());

    /// A segment has no table to compare or to refresh.
    ///
    /// A view or an inline segment is evaluated whenever it is read, so there is nothing that could
    /// differ or that has to be refreshed; an inline segment has nothing to create either.
    ///
    /// ```text
    /// segc compile vip --parity       # vip says `materialize: view`
    /// ```
    ///
    /// Name a segment that is stored as a table.
    error SEG874 "no table" NothingStored { span: Option<Span>, segment: String }
    message |p| format!("`{}` isn't stored as a table", p.segment);
    help |_p| Some("name a segment that is stored as a table; `segc ls` shows how each is stored".to_owned());

    /// `segc test --dialect` doesn't write the format.
    ///
    /// ```text
    /// segc test --dialect dialects/warehouse.yml --format junit      # human or json
    /// ```
    error SEG875 "no such format here" NoFormat { span: Option<Span> }
    message |_p| "`--format junit` is for unit tests, not for a dialect".to_owned();
    help |_p| Some("use `--format json`, and `--message-format github` or `sarif` for the wrong templates".to_owned());

    /// The format that `segc compile` writes has no place for an option.
    ///
    /// A dbt package is built by dbt at the as_of that dbt gives it, and has models instead of scripts. A
    /// condition (`--format filter`) is printed, and belongs to a query that isn't segc's.
    ///
    /// ```text
    /// segc compile --format dbt --as-of 2026-03-31T12:00:00Z
    /// ```
    ///
    /// Leave the option out; `dbt build --vars 'as_of: 2026-03-31T12:00:00Z'` sets the instant.
    error SEG876 "not in this format" NotInFormat {
        span: Option<Span>, format: &'static str, option: &'static str,
    }
    message |p| format!("{} has no place for `{}`", p.format, p.option);
    help |p| Some(match p.option {
        "--as-of" => "pass the instant to dbt: `dbt build --vars 'as_of: 2026-03-31T12:00:00Z'`".to_owned(),
        option => format!("leave out `{option}`, or choose another `--format`"),
    });

    /// The folder after `--state` contains no build.
    ///
    /// `--state` names a folder that `segc compile --out DIR` has written, with a folder for each target, or one of
    /// these.
    ///
    /// ```text
    /// segc ls --select state:modified --state data
    /// ```
    ///
    /// Compile the earlier state of the project with `segc compile --out DIR`, and name this folder.
    error SEG877 "no earlier build" NoState {
        span: Option<Span>, folder: String, targets: Vec<String>,
        /// A target for which there is one.
        other: Option<String>,
    }
    message |p| {
        let places: Vec<String> = p.targets.iter().map(|target| format!("`{target}/`")).collect();
        format!("`{}` has no `manifest.json`, here or in {}", p.folder, places.join(", "))
    };
    help |p| Some(match &p.other {
        Some(other) => format!("it has a build for `{other}`; compile it for this target, too"),
        None => "name a folder that `segc compile --out DIR` has written".to_owned(),
    });

    /// The build after `--state` is for another target.
    ///
    /// ```text
    /// segc compile --target duckdb --select state:modified --state build/postgres
    /// ```
    ///
    /// Name the folder that has the builds of all targets, or that of the target.
    error SEG878 "a build for another target" OtherState {
        span: Option<Span>, folder: String, found: String, asked: Vec<String>,
    }
    message |p| format!("the build in `{}` is for the target `{}`, not {}", p.folder, p.found, listed(&p.asked));
    help |_p| Some("name the folder above it, which has those of all targets".to_owned());

    /// `segc fmt -` reads stdin and writes stdout, so it takes no files.
    ///
    /// ```text
    /// segc fmt - vip.seg
    /// ```
    ///
    /// Write `segc fmt - < vip.seg`, or `segc fmt vip.seg` to rewrite the file.
    error SEG879 "stdin and files" StdinWithFiles { span: Option<Span> }
    message |_p| "`-`, which is stdin, can't be combined with files".to_owned();
    help |_p| Some("use `-` alone, or name only files and folders".to_owned());
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
