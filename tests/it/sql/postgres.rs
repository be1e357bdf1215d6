//! A private PostgreSQL cluster, if one is installed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postgres::{Client, NoTls, SimpleQueryMessage};

use crate::sql_engines::Engine;

pub(crate) struct Cluster {
    bin: PathBuf,
    dir: tempfile::TempDir,
    client: Option<Client>,
}

/// The newest one in Debian's place.
#[expect(clippy::disallowed_methods, reason = "a test looks for an engine")]
fn installed() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|one| one.path().join("bin")).collect();
    found.retain(|bin| bin.join("initdb").exists());
    found.sort();
    found.pop()
}

/// Servers refuse to run as root.
fn command(bin: &Path, program: &str, dir: &Path) -> Command {
    let as_root =
        fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    let mut command = if as_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(bin.join(program));
        command
    } else {
        Command::new(bin.join(program))
    };
    command.current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Cluster {
    pub(crate) fn start() -> Option<Self> {
        let bin = installed()?;
        let dir = tempfile::Builder::new().prefix("segc-pg").tempdir().expect("a folder");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
        let data = dir.path().join("data");
        fs::create_dir(&data).expect("a folder");
        let _ = chown(&data, Some(65534), Some(65534));
        let init = ["-U", "segc", "--locale=C.UTF-8", "-E", "UTF8", "-A", "trust", "-D"];
        let made = command(&bin, "initdb", dir.path()).args(init).arg(&data).status().expect("initdb runs");
        assert!(made.success(), "initdb failed");
        let options = format!("-c listen_addresses= -c fsync=off -k {}", data.display());
        let started = command(&bin, "pg_ctl", dir.path())
            .args(["-w", "start", "-o", &options, "-D"])
            .arg(&data)
            .status()
            .expect("pg_ctl runs");
        assert!(started.success(), "the server did not start");
        let mut config = postgres::Config::new();
        config.host_path(&data).user("segc").dbname("postgres");
        let mut cluster = Self { bin, dir, client: None };
        let mut client = config.connect(NoTls).expect("it answers");
        client
            .batch_execute(
                "CREATE EXTENSION fuzzystrmatch; SET TIME ZONE 'Asia/Kolkata'; CREATE FUNCTION pg_temp.segc_raise(message TEXT) RETURNS BOOLEAN \
                 LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING MESSAGE = message; END'",
            )
            .expect("a session");
        cluster.client = Some(client);
        Some(cluster)
    }

    fn client(&mut self) -> &mut Client {
        self.client.as_mut().expect("it is connected")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.client = None;
        let data = self.dir.path().join("data");
        let _ = command(&self.bin, "pg_ctl", self.dir.path())
            .args(["-m", "immediate", "-w", "stop", "-D"])
            .arg(data)
            .status();
    }
}

fn message(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

impl Engine for Cluster {
    fn run(&mut self, sql: &str) -> Result<(), String> {
        self.client().batch_execute(sql).map_err(|error| message(&error))
    }

    fn value(&mut self, sql: &str) -> Result<Option<String>, String> {
        let rows = self.client().simple_query(sql).map_err(|error| message(&error))?;
        Ok(rows.iter().find_map(|row| match row {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }
}
