//! Where a database is: a server, a file, or memory.

use std::path::{Path, PathBuf};

use super::duckdb::DuckDb;
use super::postgres::Postgres;
use super::problems::{NoAddress, NoDatabaseFile, UnknownScheme};
use super::{EMBEDDED_TARGET, Engine, EngineError};

/// The name of the dialect that servers speak, or that their dialect extends.
const SERVER_TARGET: &str = "postgres";

/// The prefixes of servers' URLs.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// A list of `key=value` is a server's address if it has one of these keys.
const KEYS: [&str; 9] =
    ["host=", "hostaddr=", "dbname=", "user=", "password=", "port=", "service=", "sslmode=", "passfile="];

/// The extensions of database files.
const ENDINGS: [&str; 3] = [".db", ".duckdb", ".ddb"];

/// The location of a database.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// An empty database in memory.
    Memory,
    /// A database file of the embedded engine.
    File(PathBuf),
    /// A PostgreSQL server, as a URL or as `host=… dbname=…`. The text may contain a password.
    Server(String),
}

/// What a session is allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only read.
    Read,
    /// Read and write.
    Write,
}

impl Address {
    /// Parses an address: a server's URL, a server's `host=… dbname=…`, or a file's path.
    ///
    /// # Errors
    ///
    /// The URL is of another kind, or a server's address is malformed.
    pub fn parse(text: &str) -> Result<Self, EngineError> {
        let text = text.trim();
        if text == ":memory:" {
            return Ok(Self::Memory);
        }
        let is_list = text.split_whitespace().any(|part| KEYS.iter().any(|key| part.starts_with(key)));
        if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) || is_list {
            Postgres::shown(text)?;
            return Ok(Self::Server(text.to_owned()));
        }
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        let is_word = |scheme: &str| scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+');
        let unreadable = match scheme {
            Some(scheme) => !is_word(scheme),
            None => looks_like_a_server(text) && !Path::new(text).exists(),
        };
        if unreadable {
            return Err(EngineError::new(NoAddress { span: None }));
        }
        match text.split_once("://") {
            Some((scheme, _)) => {
                let (scheme, known) = (scheme.to_owned(), SCHEMES.join("…` or `"));
                Err(EngineError::new(UnknownScheme { span: None, scheme, known }))
            }
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }

    /// Whether a text contains a password, as far as segc can tell.
    #[must_use]
    pub(crate) fn holds_password(text: &str) -> bool {
        Postgres::holds_password(text) || Self::parse(text).is_err() && has_secret(text)
    }

    /// The origin of the dialects that this database can execute.
    #[must_use]
    pub fn dialect(&self) -> &'static str {
        match self {
            Self::Memory | Self::File(_) => EMBEDDED_TARGET,
            Self::Server(_) => SERVER_TARGET,
        }
    }

    /// The address without its password.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Memory => "memory".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Server(address) => Postgres::shown(address).unwrap_or_default(),
        }
    }

    /// Opens a session.
    ///
    /// # Errors
    ///
    /// The file doesn't exist, is in use or isn't a database; the server can't be reached or
    /// refuses the connection.
    pub fn open(&self, access: Access) -> Result<Box<dyn Engine>, EngineError> {
        match self {
            Self::Memory => Ok(Box::new(DuckDb::open(None)?)),
            Self::File(path) if access == Access::Read => {
                if !path.is_file() {
                    let path = path.display().to_string();
                    return Err(EngineError::new(NoDatabaseFile { span: None, path }));
                }
                Ok(Box::new(DuckDb::open_to_read(path)?))
            }
            Self::File(path) => Ok(Box::new(DuckDb::open(Some(path))?)),
            Self::Server(address) => {
                let mut server = Postgres::connect(address)?;
                if access == Access::Read {
                    server.only_read()?;
                }
                Ok(Box::new(server))
            }
        }
    }
}

/// Whether a malformed text was probably meant as a server's address. It is then never shown, since
/// it may contain a password.
fn looks_like_a_server(text: &str) -> bool {
    let lower = text.to_lowercase();
    let begins = ["postgres:", "postgresql:", "psql:", "jdbc:"].iter().any(|word| lower.starts_with(word));
    begins && SCHEMES.iter().all(|scheme| !lower.starts_with(scheme)) || has_secret(&lower)
}

/// Whether a text contains `user:password@host`, `password=` or the like.
fn has_secret(text: &str) -> bool {
    let lower = text.to_lowercase();
    if ["password=", "passwd=", "passphrase=", "pwd="].iter().any(|word| lower.contains(word)) {
        return true;
    }
    let Some((before, after)) = lower.rsplit_once('@') else { return false };
    before.rsplit_once("://").map_or(before, |(_, user)| user).contains(':')
        || !ENDINGS.iter().any(|ending| after.ends_with(ending))
}

/// Omits the password.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({})", self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_classified() {
        let shown = |text: &str| {
            let address = Address::parse(text).expect("an address");
            (address.dialect(), address.shown())
        };
        assert_eq!(shown("shop.db"), ("duckdb", "shop.db".to_owned()));
        assert_eq!(shown("data/a=b.duckdb"), ("duckdb", "data/a=b.duckdb".to_owned()));
        assert_eq!(shown("postgres://ann:pw@db/shop"), ("postgres", "ann@db/shop".to_owned()));
        assert_eq!(shown("host=/tmp/x dbname=shop user=ann"), ("postgres", "ann@/tmp/x/shop".to_owned()));
        assert_eq!(Address::parse("mysql://db/shop").expect_err("another database").code(), "SEG722");
        let address = Address::parse("postgres://ann:pw@db/shop").expect("an address");
        assert_eq!(format!("{address:?}"), "Address(ann@db/shop)");
    }

    #[test]
    fn mistyped_addresses_are_rejected_without_being_shown() {
        for text in [
            "postgres:/ann:s3cret@db/shop",
            "postgres//ann:s3cret@db/shop",
            "postgresql:ann:s3cret@db",
            "ann:s3cret@db",
            "ann:s3@cret@db.example/shop.db",
            "ann/s3cret@db",
            "//ann:s3cret@db/shop",
            "ann:s3cret@db.example/shop",
            "jdbc:postgresql://db/shop?user=ann&password=s3cret",
            "mysql:ann:s3cret@db",
            "ann:s3cret@h://db/shop",
            "PASSWORD=s3cret",
            "password=s3cret port=5432",
            "port=5432 password=s3cret",
            "service=s3cret",
            "host=db password=my s3cret",
            "host=db password='s3cret",
            "host=db pasword=s3cret",
            "postgres://ann:s3cret@db:port/shop",
        ] {
            let error = Address::parse(text).err().unwrap_or_else(|| panic!("{text} is no address"));
            let said = format!("{} {:?} {error:?}", error, error.diagnostic().help);
            assert!(["SEG720", "SEG722", "SEG724"].contains(&error.code()), "{text}: {said}");
            assert!(!said.contains("s3cret") && !said.contains("cret@"), "{text}: {said}");
        }
        for file in ["ann@work.db", "C:/data/shop.db", "sqlite:x", "a=b.db", "name:x.db"] {
            assert_eq!(Address::parse(file).expect("a path"), Address::File(PathBuf::from(file)), "{file}");
        }
        assert_eq!(Address::parse(":memory:").expect("memory"), Address::Memory);
        for (text, holds) in [
            ("postgres://ann:pw@db/shop", true),
            ("host=db user=ann password=pw", true),
            ("postgres://ann@db/shop", false),
            ("shop.db", false),
            ("postgres:/ann:pw@db", true),
        ] {
            assert_eq!(Address::holds_password(text), holds, "{text}");
        }
    }

    /// The engine takes `name:path` for a path that the extension `name` opens, and searches for
    /// that extension.
    #[test]
    fn paths_that_look_like_addresses_are_opened_as_files() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["sqlite:x", "md:shop", "postgres_scanner:x.db", "s3:x"] {
            let file = folder.path().join(name);
            drop(Address::File(file.clone()).open(Access::Write).expect("a file is made"));
            assert!(file.is_file(), "{name}");
        }
        assert_eq!(super::super::duckdb::plain_path(Path::new("md:x")), Path::new("./md:x"));
    }

    #[test]
    fn reading_never_creates_a_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("shop.db");
        let address = Address::File(file.clone());
        assert_eq!(address.open(Access::Read).err().expect("no such file").code(), "SEG723");
        assert!(!file.exists());
        drop(address.open(Access::Write).expect("it is made"));
        let mut engine = address.open(Access::Read).expect("it is there");
        assert!(engine.execute("CREATE TABLE t (a INTEGER)").is_err());
        assert_eq!(engine.query("SELECT 1 AS one").expect("a row").rows.len(), 1);
    }
}
