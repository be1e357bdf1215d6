//! Live databases.

use super::Workspace;

const SHOP: &[&str] = &[
    "CREATE TYPE plan AS ENUM ('free', 'premium', 'it''s')",
    "CREATE TABLE companies (company_id BIGINT PRIMARY KEY, name VARCHAR NOT NULL)",
    "CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, company_id BIGINT REFERENCES companies (company_id),
       email VARCHAR, plan plan, score REAL, state VARCHAR CHECK (state IN ('new', 'old')), signed_up TIMESTAMP,
       seen_at TIMESTAMPTZ, address STRUCT(city VARCHAR, geo STRUCT(lat DOUBLE)), tags VARCHAR[], raw JSON, token UUID)",
    "CREATE TABLE order_lines (order_id BIGINT, line_no INTEGER, sku VARCHAR, price DECIMAL(10,2), PRIMARY KEY (order_id, line_no))",
    "CREATE TABLE logs (\"at\" TIMESTAMPTZ, text VARCHAR)",
    "COMMENT ON TABLE customers IS 'People: with an account'",
    "COMMENT ON COLUMN customers.email IS 'Where \"they\" read\nmail'",
];

#[test]
fn a_database_becomes_a_catalog() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb("shop.db", SHOP);
    let file = file.to_str().expect("UTF-8");
    let printed = work.import(&["--db", file]).fine();
    insta::assert_snapshot!(work.read("catalog/imported.yml").replace(file, "shop.db"));
    insta::assert_snapshot!(printed.err);
}

/// Everything that is true of the database, so that `check --probe` finds nothing.
#[test]
fn an_imported_catalog_is_true() {
    let work = Workspace::new("duckdb: {}");
    let keyed: Vec<&str> = SHOP.iter().copied().filter(|one| !one.contains("TABLE logs")).collect();
    let file = work.duckdb("shop.db", &keyed);
    let file = file.to_str().expect("UTF-8");
    work.import(&["--db", file, "--zone", "UTC"]).fine();
    work.read_everything();
    let checked = work.segc(&["check", "--probe", file]).fine();
    assert!(!checked.err.contains("SEG74"), "{}", checked.err);
    work.segc(&["run", "--db", file]).fine();
}

#[test]
fn a_second_import_changes_nothing() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb("shop.db", SHOP);
    let file = file.to_str().expect("UTF-8");
    work.import(&["--db", file]).fine();
    let first = work.read("catalog/imported.yml");
    let again = work.import(&["--db", file]).fine();
    assert_eq!(work.read("catalog/imported.yml"), first);
    assert!(again.err.starts_with("4 tables: 0 new entities, 0 new fields, 0 new links\n"), "{}", again.err);
    let dry = work.import(&["--db", file, "--dry-run"]).fine();
    assert_eq!(dry.out, "");
}

#[test]
fn edits_by_people_survive() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb("shop.db", SHOP);
    let path = file.to_str().expect("UTF-8");
    let own = "\u{feff}# Ours.\r\nentities:\r\n  client:   # not customers\r\n    table: customers\r\n    key: id\r\n    fields:\r\n      id: { type: integer, column: customer_id, storage: int32 }\r\n      plan: { type: string, values: [free, premium] } # two\r\n      # score: float\r\n      nickname: string\r\n";
    work.write("catalog/ours.yml", own);
    let printed = work.import(&["--db", path]).fine();
    let edited = work.read("catalog/ours.yml");
    assert!(edited.starts_with(own.trim_end()), "{edited}");
    insta::assert_snapshot!(edited.replace("\r\n", "\n").trim_start_matches('\u{feff}'));
    insta::assert_snapshot!(printed.err.replace(path, "shop.db"));
    assert!(!edited.replace("\r\n", "").contains('\n'), "line breaks stay as they were");
    // New tables and columns are added, lost ones reported.
    let mut engine = segc::engine::DuckDb::open(Some(&file)).expect("it opens");
    for statement in [
        "ALTER TABLE logs ADD COLUMN level VARCHAR",
        "ALTER TABLE logs DROP COLUMN text",
        "CREATE TABLE visits (visit_id BIGINT PRIMARY KEY, customer_id INTEGER REFERENCES customers (customer_id))",
    ] {
        use segc::engine::Engine as _;
        engine.execute(statement).expect(statement);
    }
    drop(engine);
    let before = work.read("catalog/imported.yml");
    let dry = work.import(&["--db", path, "--dry-run"]).fine();
    assert_eq!(work.read("catalog/imported.yml"), before);
    insta::assert_snapshot!(dry.out);
    let later = work.import(&["--db", path]).fine();
    assert!(
        later.err.contains("SEG956") && later.err.contains("`logs` has no column `text` any more"),
        "{}",
        later.err
    );
    let all = work.read("catalog/imported.yml");
    assert!(before.lines().all(|line| all.contains(line)), "{all}");
}

#[test]
fn odd_names_come_out_right() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb(
        "odd.db",
        &[
            "CREATE SCHEMA \"my schema\"",
            "CREATE TABLE \"Order\" (\"Id\" BIGINT PRIMARY KEY, \"select\" VARCHAR, \"where\" VARCHAR, \"a\"\"b\" VARCHAR, \"a b\" VARCHAR, \"größe\" DOUBLE, \"名前\" VARCHAR, \"true\" BOOLEAN, \"null\" VARCHAR, \"a.b\" VARCHAR, \"x: y # z\" VARCHAR)",
            "CREATE TABLE \"my schema\".\"order\" (id BIGINT PRIMARY KEY, \"Order Id\" BIGINT)",
            "CREATE TABLE \"my schema\".\"it's, a \"\"table\"\"\" (id BIGINT PRIMARY KEY)",
            "CREATE TABLE \"日本\" (id BIGINT PRIMARY KEY, \"orders\" VARCHAR)",
            "CREATE TABLE \"123\" (\"1st\" BIGINT PRIMARY KEY)",
        ],
    );
    let file = file.to_str().expect("UTF-8");
    work.import(&["--db", file]).fine();
    insta::assert_snapshot!(work.read("catalog/imported.yml").replace(file, "odd.db"));
    work.read_everything();
    work.segc(&["check", "--probe", file]).fine();
    work.segc(&["run", "--db", file]).fine();
    let again = work.import(&["--db", file]).fine();
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
}

#[test]
fn identifiers_of_another_type_are_converted_by_a_query() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb(
        "ids.db",
        &[
            "CREATE TABLE accounts (id UUID PRIMARY KEY, name VARCHAR)",
            "CREATE TABLE members (member_id UUID PRIMARY KEY, account_id UUID REFERENCES accounts (id), span INTERVAL)",
            "INSERT INTO accounts VALUES ('6a1d9c5e-0000-4000-8000-000000000001', 'one')",
            "INSERT INTO members VALUES ('6a1d9c5e-0000-4000-8000-000000000002', '6a1d9c5e-0000-4000-8000-000000000001', NULL)",
        ],
    );
    let file = file.to_str().expect("UTF-8");
    work.import(&["--db", file]).fine();
    insta::assert_snapshot!(work.read("catalog/imported.yml").replace(file, "ids.db"));
    work.write("segments/s.seg", "segment named on member { where account.name = \"one\" }\n");
    work.segc(&["check", "--probe", file]).fine();
    let run = work.segc(&["run", "--db", file, "--format", "json"]).fine();
    assert!(run.out.contains("\"members\": 1"), "{}", run.out);
    let again = work.import(&["--db", file]).fine();
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
}

#[test]
fn postgres_becomes_a_catalog() {
    let Some(mut database) = crate::support::postgres::database() else { return };
    for statement in [
        "CREATE SCHEMA crm",
        "CREATE TYPE plan AS ENUM ('free', 'premium')",
        "CREATE TABLE crm.companies (company_id integer PRIMARY KEY, code char(3) NOT NULL UNIQUE)",
        "CREATE TABLE customers (customer_id bigint PRIMARY KEY, company_id integer REFERENCES crm.companies, plan plan NOT NULL,
           state text CHECK (state IN ('new', 'old')), score real, total numeric(10,2), many numeric, at timestamp, seen timestamptz,
           raw jsonb, tags text[], billing bigint, token uuid)",
        "CREATE TABLE links (a bigint REFERENCES customers, b bigint REFERENCES customers, note text, PRIMARY KEY (a, b))",
        "CREATE UNIQUE INDEX ON customers (billing) WHERE billing > 0",
        "CREATE VIEW recent AS SELECT customer_id, seen FROM customers",
        "CREATE TABLE parts (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE TABLE notes (id bigint PRIMARY KEY, part bigint, day date, FOREIGN KEY (part, day) REFERENCES parts (id, day))",
        "COMMENT ON COLUMN customers.score IS 'From 0 to 1'",
    ] {
        use segc::engine::Engine as _;
        database.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    let work = Workspace::new("postgres: {}");
    let address = database.address().to_owned();
    let printed = work.import(&["--db", &address, "--zone", "Europe/Paris"]).fine();
    let text = work.read("catalog/imported.yml");
    insta::assert_snapshot!(text.lines().skip(2).collect::<Vec<_>>().join("\n"));
    insta::assert_snapshot!(printed.err);
    let keyed = text.replace("    # TODO key", "    key: customer_id\n    # TODO key");
    work.write("catalog/imported.yml", &keyed);
    work.read_everything();
    work.segc(&["check", "--probe", &address]).fine();
    work.segc(&["run", "--db", &address]).fine();
    let again = work.import(&["--db", &address]).fine();
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
    let some = Workspace::new("postgres: {}");
    some.import(&["--db", &address, "--schema", "crm"]).fine();
    assert!(
        some.read("catalog/imported.yml").contains("  company:")
            && !some.read("catalog/imported.yml").contains("customer")
    );
    let none = some.import(&["--db", &address, "--tables", "x*"]);
    assert_eq!(none.code, 1);
    assert!(none.err.contains("SEG951") && none.err.contains("`crm.companies`"), "{}", none.err);
}
