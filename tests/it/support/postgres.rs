//! A private PostgreSQL: a temporary cluster for each test process, on a socket in a folder
//! that only its user can enter, with a database for each test. Nothing of it is left behind.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};
use segc::engine::{AppendRows, Engine, EngineError, Limits, StoredColumn, Table};

use super::engine::found;

const SUPERUSER: &str = "segc";

/// How the cluster orders text by default. Members must not depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Collation {
    /// By code point.
    C,
    /// As English dictionaries do: `a` before `B`.
    English,
}

/// A new database in the cluster that orders by code point. `None`, with a line that says
/// so, where PostgreSQL isn't installed; under CI that is a failure.
pub fn database() -> Option<Postgres> {
    database_with(Collation::C)
}

/// A new database in the cluster of that order.
pub fn database_with(collation: Collation) -> Option<Postgres> {
    static C: OnceLock<Option<Cluster>> = OnceLock::new();
    static ENGLISH: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = match collation {
        Collation::C => &C,
        Collation::English => &ENGLISH,
    };
    let start = || {
        let started = Cluster::start(collation);
        assert!(
            started.is_ok() || std::env::var_os("CI").is_none(),
            "CI needs PostgreSQL: {:?}",
            started.err()
        );
        started
    };
    let cluster = cluster.get_or_init(|| found("postgres", start));
    cluster.as_ref().map(Cluster::database)
}

/// A running server. It is stopped, and its folder removed, when this process is gone,
/// however it went.
struct Cluster {
    socket: PathBuf,
    databases: AtomicU32,
    // A shell waits at the other end of this pipe, which closes with the process.
    _guard: std::process::ChildStdin,
}

impl Cluster {
    fn start(collation: Collation) -> Result<Self, String> {
        let tools = Tools::find()?;
        let dir = new_folder()?;
        let guard = tools.guard(&dir)?;
        tools.own(&dir)?;
        tools.initdb(&dir, collation)?;
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nfsync = off\nsynchronous_commit = off\n\
             full_page_writes = off\nmax_connections = 100\nshared_buffers = '32MB'\ntimezone = 'UTC'\n",
            dir.display()
        );
        let config = dir.join("data/postgresql.conf");
        let mut file = fs::OpenOptions::new().append(true).open(config).map_err(|error| error.to_string())?;
        file.write_all(settings.as_bytes()).map_err(|error| error.to_string())?;
        let (data, log) = (dir.join("data"), dir.join("log"));
        tools.run(&dir, "pg_ctl", &["start", "-w", "-s", "-D", text(&data), "-l", text(&log)])?;
        Ok(Self { socket: dir, databases: AtomicU32::new(0), _guard: guard })
    }

    fn address(&self, database: &str) -> String {
        format!("host={} user={SUPERUSER} dbname={database}", self.socket.display())
    }

    fn database(&self) -> Postgres {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut admin =
            Client::connect(&self.address("postgres"), NoTls).expect("the cluster accepts connections");
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).expect("a new database");
        let mut postgres = Postgres::connect(self.address(&name));
        // What `resembles` needs.
        postgres.execute("CREATE EXTENSION fuzzystrmatch").expect("it comes with PostgreSQL");
        // What buckets of tools need that hash by SHA-1.
        postgres.execute("CREATE EXTENSION pgcrypto").expect("it comes with PostgreSQL");
        postgres
    }
}

/// A folder with a short path, as sockets need.
fn new_folder() -> Result<PathBuf, String> {
    let mut base = std::env::temp_dir();
    if base.as_os_str().len() > 70 {
        base = PathBuf::from("/tmp");
    }
    let dir =
        tempfile::Builder::new().prefix("segc-pg-").tempdir_in(base).map_err(|error| error.to_string())?;
    Ok(dir.keep())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// PostgreSQL's programs, and the user who runs them: never root.
struct Tools {
    bin: PathBuf,
    user: Option<&'static str>,
}

impl Tools {
    fn find() -> Result<Self, String> {
        let on_path = std::env::var_os("PATH").unwrap_or_default();
        let mut places: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
            .collect();
        versions.sort();
        places.extend(versions.into_iter().rev().map(|(_, bin)| bin));
        let bin = places.into_iter().find(|bin| bin.join("initdb").is_file() && bin.join("pg_ctl").is_file());
        let bin = bin.ok_or(
            "its server isn't installed (`apt-get install postgresql`, or `brew install postgresql`)",
        )?;
        let user = match output(Command::new("id").arg("-u"))?.trim() {
            "0" => Some(
                ["postgres", "nobody"]
                    .into_iter()
                    .find(|user| output(Command::new("id").args(["-u", user])).is_ok())
                    .ok_or("there is no user but root to run it")?,
            ),
            _ => None,
        };
        Ok(Self { bin, user })
    }

    /// A command under the right user.
    fn command(&self, program: &Path) -> Command {
        let Some(user) = self.user else { return Command::new(program) };
        let mut command = Command::new("runuser");
        command.args(["-u", user, "--"]).arg(program);
        command
    }

    fn run(&self, dir: &Path, program: &str, args: &[&str]) -> Result<(), String> {
        let mut command = self.command(&self.bin.join(program));
        // Not captured through a pipe: the server would inherit it and keep it open.
        let log = fs::File::create(dir.join(format!("{program}.log"))).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        // The caller's working directory may be closed to that user.
        command.args(args).current_dir(dir).stdin(Stdio::null()).stdout(log).stderr(errors);
        let status = command.status().map_err(|error| format!("{program}: {error}"))?;
        if status.success() {
            return Ok(());
        }
        let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap_or_default();
        Err(format!("{program} failed: {}{}", read(&format!("{program}.log")), read("log")))
    }

    fn initdb(&self, dir: &Path, collation: Collation) -> Result<(), String> {
        let data = dir.join("data");
        let mut args = vec!["-D", text(&data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync"];
        // macOS has no C.UTF-8.
        args.push(if cfg!(target_os = "linux") { "--locale=C.UTF-8" } else { "--locale=C" });
        if collation == Collation::English {
            args.extend(["--locale-provider=icu", "--icu-locale=en-US"]);
        }
        self.run(dir, "initdb", &args)
    }

    fn own(&self, dir: &Path) -> Result<(), String> {
        let Some(user) = self.user else { return Ok(()) };
        output(Command::new("chown").arg(user).arg(dir)).map(|_| ())
    }

    /// Starts the shell that cleans up once its standard input closes.
    fn guard(&self, dir: &Path) -> Result<std::process::ChildStdin, String> {
        let script = "cat >/dev/null; if [ -n \"$3\" ]; then \
                      runuser -u \"$3\" -- \"$1/pg_ctl\" stop -m immediate -w -D \"$2/data\"; else \
                      \"$1/pg_ctl\" stop -m immediate -w -D \"$2/data\"; fi; rm -rf \"$2\"";
        let mut command = Command::new("sh");
        command.args(["-c", script, "guard", text(&self.bin), text(dir), self.user.unwrap_or("")]);
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // In a group of its own, so that Ctrl-C ends the tests and not their guard.
        let mut child = command.process_group(0).spawn().map_err(|error| format!("sh: {error}"))?;
        child.stdin.take().ok_or_else(|| "sh has no standard input".to_owned())
    }
}

fn output(command: &mut Command) -> Result<String, String> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() {
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    } else {
        Err(format!("{command:?}: {}", String::from_utf8_lossy(&stderr)))
    }
}

/// A database of its own in the cluster: segc's own engine, and what only tests need.
pub struct Postgres {
    engine: segc::engine::Postgres,
    address: String,
}

impl Postgres {
    fn connect(address: String) -> Self {
        let engine = segc::engine::Postgres::connect(&address).expect("the cluster accepts connections");
        Self { engine, address }
    }

    /// A second connection to the same database.
    pub fn another(&self) -> Self {
        Self::connect(self.address.clone())
    }

    /// Where it is, as `--db` takes it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Feeds a COPY … FROM STDIN. Says how many rows it took.
    pub fn copy(&mut self, statement: &str, data: &[u8]) -> u64 {
        let mut client = Client::connect(&self.address, NoTls).expect("the cluster accepts connections");
        let mut writer = client.copy_in(statement).expect("COPY begins");
        writer.write_all(data).expect("COPY takes the rows");
        writer.finish().unwrap_or_else(|error| panic!("{error}: {:?}", error.as_db_error()))
    }
}

impl Engine for Postgres {
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        self.engine.execute(statement)
    }

    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        self.engine.query(sql)
    }

    fn appender(&mut self) -> Option<&mut dyn AppendRows> {
        self.engine.appender()
    }

    fn hold(&mut self, what: &str, wait: bool) -> Result<bool, EngineError> {
        self.engine.hold(what, wait)
    }

    fn release(&mut self, what: &str) -> Result<(), EngineError> {
        self.engine.release(what)
    }

    fn columns(&mut self, table: &[String]) -> Result<Vec<StoredColumn>, EngineError> {
        self.engine.columns(table)
    }

    fn type_name(&mut self, declared: &str) -> Result<String, EngineError> {
        self.engine.type_name(declared)
    }

    fn limit(&mut self, limits: Limits) -> Result<(), EngineError> {
        self.engine.limit(limits)
    }
}
