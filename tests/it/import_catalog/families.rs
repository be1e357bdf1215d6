//! Tables that become one entity: one for each event, or one for each day.

use super::{Printed, Workspace};

/// Tables as RudderStack makes them in a warehouse, and as people make them beside it.
const TRACKED: &[&str] = &[
    "CREATE SCHEMA web",
    "CREATE TABLE web.tracks (id VARCHAR, anonymous_id VARCHAR, user_id VARCHAR, event VARCHAR, event_text VARCHAR,
       sent_at TIMESTAMPTZ, received_at TIMESTAMPTZ, original_timestamp TIMESTAMPTZ)",
    "CREATE TABLE web.order_completed AS SELECT *, 1.5::DOUBLE AS revenue, 'x' AS coupon FROM web.tracks",
    "CREATE TABLE web.order_refunded AS SELECT *, 1::BIGINT AS revenue FROM web.tracks",
    "CREATE TABLE web.signed_up AS FROM web.tracks",
    "CREATE VIEW web.signed_up_view AS FROM web.signed_up",
    "CREATE TABLE web.\"days*\" (id VARCHAR PRIMARY KEY)",
    "CREATE TABLE web.users (id VARCHAR PRIMARY KEY, email VARCHAR)",
    "INSERT INTO web.order_completed VALUES ('1', 'a', 'u', 'order_completed', 'Order Completed', '2026-03-01 10:00:00+00',
       '2026-03-01 10:00:00+00', '2026-03-01 10:00:00+00', 20.5, NULL)",
    "INSERT INTO web.order_refunded VALUES ('1', 'a', 'u', 'order_refunded', 'Order Refunded', '2026-03-02 10:00:00+00',
       '2026-03-02 10:00:00+00', '2026-03-02 10:00:00+00', 20)",
    "INSERT INTO web.users VALUES ('u', NULL)",
];

/// Answers what the import asks of the entity `event`.
fn answer(work: &Workspace) {
    let text = work.read("catalog/imported.yml");
    let answered = text.replace("    # TODO key", "    key: id\n    # TODO key").replacen(
        "    # TODO time",
        "    time: received_at\n    # TODO time",
        1,
    );
    assert_ne!(answered, text);
    work.write("catalog/imported.yml", &answered);
}

fn nothing_new(again: &Printed) {
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
}

#[test]
fn tables_of_tracked_events_become_one_entity() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb("site.db", TRACKED);
    let path = file.to_str().expect("UTF-8");
    let printed = work.import(&["--db", path, "--tables", "web.*"]).fine();
    insta::assert_snapshot!(format!("{}\n\n{}", work.imported(), printed.err));
    answer(&work);
    work.write(
        "segments/s.seg",
        "segment kept on event { where event = \"order_completed\" and revenue > 10 and coupon is missing }\n\
         segment refunded on event { where event in (\"order_refunded\", \"signed_up\") and revenue > 19.5 }\n",
    );
    let checked = work.segc(&["check", "--probe", path]).fine();
    assert!(!checked.err.contains("SEG74"), "numbers are converted: {}", checked.err);
    let run = work.segc(&["run", "--db", path, "--format", "json"]).fine();
    assert_eq!(run.out.matches("\"members\": 1").count(), 2, "{}", run.out);
    // Another table and other columns.
    let before = work.read("catalog/imported.yml");
    nothing_new(&work.import(&["--db", path, "--tables", "web.*"]).fine());
    assert_eq!(work.read("catalog/imported.yml"), before);
    work.duckdb(
        "site.db",
        &[
            "CREATE TABLE web.\"Über-Cart!\" AS SELECT *, 1::BIGINT AS size, 'x' AS coupon FROM web.tracks",
            "ALTER TABLE web.signed_up ADD COLUMN plan VARCHAR",
            "ALTER TABLE web.order_refunded ADD COLUMN plan VARCHAR",
            "ALTER TABLE web.order_refunded ADD COLUMN coupon VARCHAR",
            "ALTER TABLE web.order_completed DROP COLUMN coupon",
        ],
    );
    let dry = work.import(&["--db", path, "--tables", "web.*", "--dry-run"]).fine();
    let later = work.import(&["--db", path, "--tables", "web.*"]).fine();
    assert_eq!(later.err.matches("SEG956").count(), 1, "only in the table that lists it: {}", later.err);
    insta::assert_snapshot!(dry.out);
    let after = work.read("catalog/imported.yml");
    nothing_new(&work.import(&["--db", path, "--tables", "web.*"]).fine());
    assert_eq!(work.read("catalog/imported.yml"), after);
    work.duckdb("site.db", &["DROP TABLE web.signed_up CASCADE"]);
    let gone = work.import(&["--db", path]).fine();
    assert!(gone.err.contains("SEG955") && gone.err.contains("`web.signed_up` of `event`"), "{}", gone.err);
}

/// What a person has written of tables keeps its bytes, and an entity of each table is a choice, too.
#[test]
fn entities_over_tables_keep_what_people_wrote() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb("site.db", TRACKED);
    let path = file.to_str().expect("UTF-8");
    let own = "entities:\n  happening:   # ours\n    tables:\n      \"Order Completed\":   # paid\n        table: web.order_completed\n        fields:\n          - amount   # in euros\n      Joined: web.signed_up\n      # order_refunded: { table: web.order_refunded }\n    key: id\n    time: at\n    event_name: name\n    fields:\n      name: string\n      id: string\n      at: { type: timestamp, column: received_at }\n      amount: { type: float, column: revenue }\n      user_id: string\n      anonymous_id: string\n      # event_text: string\n      # sent_at: timestamp\n      # original_timestamp: timestamp\n";
    work.write("catalog/own.yml", own);
    let printed = work.import(&["--db", path, "--tables", "web.*"]).fine();
    let text = work.read("catalog/own.yml");
    assert_eq!(text, own.replace("in euros\n", "in euros\n          - coupon\n") + "      coupon: string\n");
    assert!(printed.err.contains("web.order_refunded: it is commented out"), "{}", printed.err);
    assert!(!work.imported().contains("order_"), "{}", work.imported());
    work.duckdb("site.db", &["ALTER TABLE web.signed_up ADD COLUMN plan VARCHAR"]);
    let printed = work.import(&["--db", path, "--tables", "web.*"]).fine();
    let said = "happening.plan: write `Joined: { table: web.signed_up, fields: [plan] }` in `tables` first";
    assert!(printed.err.contains(said), "{}", printed.err);
    assert_eq!(work.read("catalog/own.yml"), text);
    // A table that lacks what all others have can't be added without changing them.
    work.duckdb(
        "site.db",
        &["CREATE TABLE web.went AS SELECT id, event, event_text, received_at, sent_at, user_id FROM web.tracks"],
    );
    let printed = work.import(&["--db", path, "--tables", "web.*"]).fine();
    assert!(printed.err.contains("web.went: `happening` has anonymous_id in every table"), "{}", printed.err);

    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb("site.db", TRACKED);
    let path = file.to_str().expect("UTF-8");
    work.import(&["--db", path, "--tables", "web.signed_up"]).fine();
    assert!(work.imported().contains("  signed_up:\n    table: web.signed_up\n"), "{}", work.imported());
    work.import(&["--db", path, "--tables", "web.*"]).fine();
    let text = work.imported();
    assert!(text.contains("  order_completed:\n    table: web.order_completed\n"), "{text}");
}

#[test]
fn tables_become_one_entity_on_request() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb(
        "app.db",
        &[
            "CREATE SCHEMA log",
            "CREATE TABLE log.evt_open (event BIGINT NOT NULL, \"at\" TIMESTAMPTZ, \"Size\" INTEGER, kind VARCHAR, PRIMARY KEY (event))",
            "CREATE TABLE log.\"evt_close \"\"now\"\"\" (event BIGINT NOT NULL, \"at\" TIMESTAMPTZ, kind BOOLEAN, PRIMARY KEY (event))",
            "CREATE TABLE log.other (id BIGINT PRIMARY KEY)",
        ],
    );
    let path = file.to_str().expect("UTF-8");
    let family = ["--db", path, "--family", "log.evt_*=app_event"];
    let printed = work.import(&family).fine();
    insta::assert_snapshot!(format!("{}\n\n{}", work.imported(), printed.err));
    work.write("segments/s.seg", "");
    let checked = work.segc(&["check"]);
    assert!(checked.err.contains("`TODO`"), "the type of `kind` is asked: {}", checked.err);
    let before = work.read("catalog/imported.yml");
    for arguments in [&family[..], &["--db", path]] {
        nothing_new(&work.import(arguments).fine());
        assert_eq!(work.read("catalog/imported.yml"), before);
    }
    for (text, code, said) in [
        ("evt_*", 1, "it isn't of the form TABLES=ENTITY"),
        ("evt_*=not plain", 1, "it isn't of the form TABLES=ENTITY"),
        ("none*=event", 1, "no table fits it"),
        ("evt_*=other", 1, "the catalog's `other` isn't over many tables"),
    ] {
        let refused = work.import(&["--db", path, "--family", text]);
        assert_eq!(refused.code, code, "{text}: {}", refused.err);
        assert!(refused.err.contains("SEG965") && refused.err.contains(said), "{text}: {}", refused.err);
    }
    let twice = work.import(&["--db", path, "--family", "oth*=thing"]).fine();
    assert!(twice.err.contains("log.other: `other` reads it already"), "{}", twice.err);
}

#[test]
fn postgres_and_documents_have_families_too() {
    let columns = "id text NOT NULL, anonymous_id text, user_id text, event text, event_text text, sent_at timestamptz, received_at timestamptz";
    if let Some(mut database) = crate::support::postgres::database() {
        for statement in [
            format!("CREATE TABLE tracks ({columns})"),
            format!("CREATE TABLE order_completed ({columns}, total numeric, PRIMARY KEY (id))"),
            format!("CREATE TABLE signed_up ({columns}, total integer, PRIMARY KEY (id))"),
        ] {
            use segc::engine::Engine as _;
            database.execute(&statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        let work = Workspace::new("postgres: {}");
        let address = database.address().to_owned();
        work.import(&["--db", &address]).fine();
        insta::assert_snapshot!("families_in_postgres", work.imported());
        let text = work.read("catalog/imported.yml");
        let text = text.replace("    # TODO key", "    key: id\n    # TODO key").replacen(
            "    # TODO time",
            "    time: received_at\n    # TODO time",
            1,
        );
        work.write("catalog/imported.yml", &text);
        work.write("segments/s.seg", "segment s on event { where total > 0 }\n");
        work.segc(&["check", "--probe", &address]).fine();
        work.segc(&["run", "--db", &address]).fine();
        nothing_new(&work.import(&["--db", &address]).fine());
    }
    let mut export = "table_schema,table_name,column_name,data_type\n".to_owned();
    for table in ["TRACKS", "ORDER_COMPLETED", "SIGNED_UP"] {
        for column in ["ID", "USER_ID", "EVENT", "EVENT_TEXT", "RECEIVED_AT", "SENT_AT"] {
            export += &format!("WEB,{table},{column},VARCHAR\n");
        }
    }
    export += "WEB,SIGNED_UP,PLAN,VARCHAR\n";
    let work = Workspace::new("spark: {}");
    work.write("export.csv", &export);
    let arguments = ["--information-schema", "export.csv", "--from", "snowflake"];
    work.import(&arguments).fine();
    insta::assert_snapshot!("families_in_an_export", work.imported());
    nothing_new(&work.import(&arguments).fine());
}

#[test]
fn sources_of_dbt_have_families_too() {
    let work = Workspace::new("bigquery: {}");
    let source = |name: &str, identifier: &str, columns: &[&str]| {
        let columns: Vec<String> = columns
            .iter()
            .map(|name| format!("\"{name}\": {{ \"name\": \"{name}\", \"data_type\": \"STRING\" }}"))
            .collect();
        format!(
            "\"source.web.raw.{name}\": {{ \"unique_id\": \"source.web.raw.{name}\", \"resource_type\": \"source\", \"package_name\": \"web\", \
             \"source_name\": \"raw\", \"name\": \"{name}\", \"identifier\": \"{identifier}\", \"database\": \"lake\", \"schema\": \"raw\", \
             \"path\": \"models/sources.yml\", \"columns\": {{ {} }} }}",
            columns.join(", ")
        )
    };
    let all = ["id", "user_id", "event", "event_text", "received_at", "sent_at"];
    let sources = [
        source("ga4_events", "events_*", &["user_id", "event_name"]),
        source("orders", "order_completed", &[&all[..], &["total"]].concat()),
        source("joined", "signed_up", &all),
    ];
    let manifest = format!(
        "{{ \"metadata\": {{ \"dbt_schema_version\": \"https://schemas.getdbt.com/dbt/manifest/v12.json\", \"adapter_type\": \"bigquery\" }}, \
         \"nodes\": {{}}, \"sources\": {{ {} }} }}",
        sources.join(", ")
    );
    work.write("target/manifest.json", &manifest);
    let printed = work.import(&["--dbt", "target"]).fine();
    insta::assert_snapshot!(format!("{}\n\n{}", work.imported(), printed.err));
    let before = work.imported();
    nothing_new(&work.import(&["--dbt", "target"]).fine());
    assert_eq!(work.imported(), before);
}

const DAYS: &[&str] = &[
    "events_20260130",
    "events_20260131",
    "events_20260201",
    "events_intraday_20260201",
    "users",
    "log_20260101",
];

fn days(extra: &str) -> String {
    let mut export = "table_schema,table_name,column_name,data_type,is_nullable\n".to_owned();
    for table in DAYS {
        export += &format!("an,{table},id,STRING,NO\nan,{table},at,TIMESTAMP,YES\n");
    }
    export + extra
}

#[test]
fn tables_for_each_day_become_one_entity() {
    let work = Workspace::new("bigquery: {}");
    work.write("segments/none.seg", "");
    let export = days("an,events_20260201,batch,INT64,NO\nan,events_20260130,old,STRING,YES\n");
    work.write("export.csv", &export);
    let arguments = ["--information-schema", "export.csv", "--from", "bigquery"];
    let printed = work.import(&arguments).fine();
    insta::assert_snapshot!(format!("{}\n\n{}", work.imported(), printed.err));
    let checked = work.segc(&["check"]);
    assert!(checked.code == 1 && checked.err.contains("SEG289"), "a time is asked: {}", checked.err);
    // Questions that nobody has answered yet don't bring the tables again.
    let before = work.imported();
    nothing_new(&work.import(&arguments).fine());
    assert_eq!(work.imported(), before);
    let text = work.read("catalog/imported.yml");
    let answered = text
        .replace("{ zone: TODO, late: TODO }", "{ zone: UTC, late: 3 days }")
        .replace("    # TODO key", "    key: id\n    # TODO key")
        .replace("    # TODO time", "    time: at\n    # TODO time");
    work.write("catalog/imported.yml", &answered);
    work.segc(&["check"]).fine();
    // A new day, with a new column.
    let more = "an,events_20260202,id,STRING,NO\nan,events_20260202,at,TIMESTAMP,YES\nan,events_20260202,batch,INT64,NO\nan,events_20260202,plan,STRING,YES\n";
    work.write("export.csv", &format!("{export}{more}"));
    work.import(&arguments).fine();
    let added = "      plan: string  # not in the tables of all days\n";
    assert_eq!(work.read("catalog/imported.yml").replacen(added, "", 1), answered);
    // One day of a table that an entity reads is one of its days.
    let alone: String =
        export.lines().filter(|line| !line.contains("_2026013")).map(|line| format!("{line}\n")).collect();
    work.write("export.csv", &alone);
    nothing_new(&work.import(&arguments).fine());
}

#[test]
fn days_that_differ_are_left_to_a_person() {
    let work = Workspace::new("bigquery: {}");
    work.write("export.csv", &days("an,events_20260130,n,INT64,YES\nan,events_20260201,n,STRING,YES\n"));
    let printed = work.import(&["--information-schema", "export.csv", "--from", "bigquery"]).fine();
    let said = "an.events_*: a table for each day, but `n` is INT64 in events_20260130 and STRING in events_20260201";
    assert!(printed.err.contains(said), "{}", printed.err);
    assert!(!work.imported().contains("events_*"), "{}", work.imported());
}
