//! Files that are odd or broken: each is refused at its place with nothing written of it, or translated with the
//! members that the tool gives it.

use crate::import_catalog::Workspace;

/// What the program says of a file, and what it writes.
struct Told {
    said: String,
    written: Option<String>,
}

impl Told {
    /// The rules of a segment, in one line.
    fn rules(&self, name: &str) -> String {
        let text = self.written.clone().unwrap_or_default();
        let start = format!("segment {name} on user {{");
        let (_, rest) = text.split_once(&start).unwrap_or_else(|| panic!("no `{name}`: {text}{}", self.said));
        let (rules, _) = rest.split_once('}').unwrap_or((rest, ""));
        rules.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn import(tool: &str, file: &str, text: &str) -> Told {
    let work = Workspace::new("duckdb: {}, postgres: {}");
    work.write(file, text);
    let printed = work.segc(&["import", tool, file, "--write-catalog", "catalog/users.yml"]);
    assert!([0, 1].contains(&printed.code), "{}", printed.err);
    let path = format!("segments/imported/{tool}.seg");
    let written = work.path(&path).exists().then(|| work.read(&path));
    if written.is_some() {
        work.segc(&["check"]).fine();
    }
    Told { said: printed.err, written }
}

#[test]
fn what_a_tool_does_not_have_is_refused_at_its_place() {
    for (tool, file, text, code, place, said) in [
        (
            "launchdarkly",
            "a.json",
            r#"[{"key": "a", "key": "b", "rules": []}]"#,
            "SEG021",
            "a.json:1:15",
            "repeated",
        ),
        ("flipt", "a.yml", "segments:\n  - key: a\n    key: b\n", "SEG021", "a.yml:3:5", "repeated"),
        (
            "launchdarkly",
            "a.json",
            r#"[{"key": "a", "rules": [{"cl"#,
            "SEG900",
            "a.json:1:29",
            "ends too early",
        ),
        (
            "launchdarkly",
            "a.json",
            r#"{"segments": {"c": []}}"#,
            "SEG921",
            "a.json:1:20",
            "a segment in braces",
        ),
        (
            "growthbook",
            "a.json",
            r#"[{"id": "g", "name": "g", "type": "condition", "condition": "{\"$notSavedGroups\": [\"x\"]}"}]"#,
            "SEG922",
            "a.json:1:61",
            "`$notSavedGroups` is not an operator of GrowthBook",
        ),
        (
            "growthbook",
            "a.json",
            r#"[{"id": "g", "name": "g", "type": "condition", "condition": "{\"$savedGroups\": [\"x\"]}"}]"#,
            "SEG926",
            "a.json:1:61",
            "there is no segment `x`",
        ),
        (
            "flagd",
            "a.json",
            r#"{"$evaluators": {"e": {"and": []}}}"#,
            "SEG923",
            "a.json:1:24",
            "an empty `and`",
        ),
        (
            "posthog",
            "a.json",
            r#"{"id": 1, "name": "a", "filters": {"properties": {"type": "AND", "negation": true, "values": [{"type": "person", "key": "a", "value": "b"}]}}}"#,
            "SEG923",
            "a.json:1:78",
            "a group of conditions is negated",
        ),
        (
            "posthog",
            "a.json",
            r#"{"id": 1, "name": "a", "deleted": true, "filters": {"properties": {"type": "AND", "values": [{"type": "person", "key": "a", "value": "b"}]}}}"#,
            "SEG923",
            "a.json:1:35",
            "the cohort is deleted",
        ),
        (
            "posthog",
            "a.json",
            r#"{"id": 1, "name": "a", "filters": {"properties": {"type": "AND", "values": [{"type": "hogql", "key": "1"}]}}}"#,
            "SEG923",
            "a.json:1:86",
            "an expression in HogQL",
        ),
        (
            "klaviyo",
            "a.json",
            r#"{"id": "K", "attributes": {"name": "k", "definition": {"condition_groups": []}}}"#,
            "SEG923",
            "a.json:1:55",
            "a definition without a condition",
        ),
        (
            "klaviyo",
            "a.json",
            r#"{"condition_groups": [{"conditions": [{"type": "profile-property", "property": "email", "filter": {"type": "string", "operator": "near", "value": "a"}}]}]}"#,
            "SEG922",
            "a.json:1:130",
            "or write the segment by hand",
        ),
        (
            "dittofeed",
            "a.json",
            r#"[{"name": "a", "definition": {"entryNode": {"type": "And", "id": "1", "children": ["2"]}, "nodes": [{"type": "Everyone", "id": "2"}, {"type": "Nobody", "id": "2"}]}}]"#,
            "SEG923",
            "a.json:1:134",
            "there are several nodes `2`",
        ),
        (
            "rule-groups",
            "a.json",
            r#"[{"id": "1", "name": "a", "ruleGroups": [{"mainOperator": "include"}]}]"#,
            "SEG923",
            "a.json:1:42",
            "a group without a condition",
        ),
        (
            "rule-groups",
            "a.json",
            r#"[{"id": "1", "name": "a", "ruleGroups": "[{\"conjunction\": \"and\", \"conjunction\": \"or\"}]"}]"#,
            "SEG021",
            "a.json:1:41",
            "`conjunction` is repeated",
        ),
    ] {
        let told = import(tool, file, text);
        assert!(told.said.contains(code), "{tool} {text}: {}", told.said);
        assert!(told.said.contains(place) && told.said.contains(said), "{tool} {text}: {}", told.said);
        assert_eq!(told.written, None, "{tool} {text}");
    }
}

#[test]
fn a_context_that_does_not_say_so_is_not_anonymous() {
    let clause = |values: &str, negate: bool| {
        format!(r#"{{"attribute": "anonymous", "op": "in", "values": {values}, "negate": {negate}}}"#)
    };
    for (values, negate, rules) in [
        ("[true]", false, "where anonymous"),
        ("[true]", true, "where not anonymous"),
        ("[false]", false, "where not anonymous"),
        ("[true, false]", false, "where anonymous or not anonymous"),
    ] {
        let text = format!(r#"[{{"key": "a", "rules": [{{"clauses": [{}]}}]}}]"#, clause(values, negate));
        assert_eq!(import("launchdarkly", "a.json", &text).rules("a"), rules, "{text}");
    }
}

#[test]
fn a_deleted_segment_has_no_members() {
    let text = r#"[{"key": "a", "deleted": true, "included": ["x"], "rules": []}]"#;
    let told = import("launchdarkly", "a.json", text);
    assert_eq!(told.rules("a"), "where false");
    let written = told.written.unwrap_or_default();
    assert!(written.contains("# Note: it is deleted in the tool"), "{written}");
}

#[test]
fn saved_groups_refer_to_one_another() {
    let text = r#"[
        {"id": "l", "name": "listed", "type": "list", "attributeKey": "id", "values": ["1"]},
        {"id": "c", "name": "both", "type": "condition", "condition": "{\"$savedGroups\": [\"l\"], \"$not\": {\"$savedGroups\": \"d\"}}"},
        {"id": "d", "name": "pro", "type": "condition", "condition": "{\"plan\": \"pro\"}"}]"#;
    let told = import("growthbook", "a.json", text);
    assert_eq!(told.rules("both"), "where in segment listed and not in segment pro");
}

#[test]
fn numbers_of_yaml_are_those_that_its_readers_see() {
    let text = "conditions:\n  - { attribute: a, operator: greaterThan, value: 0x10 }\n  - { attribute: b, operator: equals, value: 0o17 }\n  - { attribute: c, operator: lessThan, value: +5 }\n";
    let told = import("featurevisor", "a.yml", text);
    assert_eq!(told.rules("a"), "where a > 16 and b = 15 and c < 5");
}

#[test]
fn a_json_path_is_the_attribute_that_it_leads_to() {
    let text = r#"[{"name": "a", "definition": {"entryNode": {"type": "Trait", "id": "1", "path": "$.plan", "operator": {"type": "Equals", "value": "x"}}, "nodes": []}},
        {"name": "b", "definition": {"entryNode": {"type": "Trait", "id": "1", "path": "plan", "operator": {"type": "Equals", "value": "y"}}, "nodes": []}}]"#;
    let told = import("dittofeed", "a.json", text);
    assert_eq!(
        (told.rules("a"), told.rules("b")),
        ("where plan = \"x\"".to_owned(), "where plan = \"y\"".to_owned())
    );
}

const SHOP: &str = "entities:\n  user:\n    table: users\n    key: id\n    fields: { id: { type: integer, nullable: false }, plan: string, n: integer }\n    links: { orders: { to: order, many: true, on: { id: user_id } } }\n  order:\n    table: orders\n    key: id\n    fields: { id: integer, user_id: integer }\n    links: { user: { to: user, on: { user_id: id } } }\n";

#[test]
fn sql_that_selects_something_else_is_refused() {
    let work = Workspace::new("duckdb: {}, postgres: {}");
    work.write("catalog/shop.yml", SHOP);
    let exists = |end: &str| format!("EXISTS (SELECT 1 FROM orders o WHERE o.user_id = users.id {end})");
    let import = |sql: &str| {
        let _ = std::fs::remove_dir_all(work.path("segments"));
        let arguments = ["import", "sql", sql, "--entity", "user", "--name", "s", "--dialect", "postgres"];
        work.segc(&arguments)
    };
    for (sql, said) in [
        ("SELECT DISTINCT ON (plan) id FROM users".to_owned(), "a clause without a counterpart"),
        ("SELECT id FROM users AS u(plan, id)".to_owned(), "the columns of a table are renamed"),
        ("SELECT max(id) FROM users".to_owned(), "select the key: `SELECT id FROM …`"),
        ("SELECT id + 1 FROM users".to_owned(), "doesn't select which `user`"),
        ("SELECT plan FROM users".to_owned(), "doesn't select which `user`"),
        (
            "SELECT id, plan FROM users EXCEPT SELECT id, 'x' FROM users".to_owned(),
            "doesn't select which `user`",
        ),
        (exists("OFFSET 1"), "LIMIT has no counterpart"),
        (exists("LIMIT 0"), "LIMIT has no counterpart"),
        ("n = 0x10".to_owned(), "write the number in decimal"),
        ("n = B'10'".to_owned(), "write the number in decimal"),
        ("plan = X'61'".to_owned(), "a string of bytes or bits"),
    ] {
        let printed = import(&sql);
        assert_eq!(printed.code, 1, "{sql}: {}", printed.err);
        assert!(printed.err.contains("SEG937") && printed.err.contains(said), "{sql}: {}", printed.err);
        assert!(!work.path("segments").exists(), "nothing is written of {sql}");
    }
    for sql in [
        "SELECT DISTINCT id FROM users".to_owned(),
        "SELECT u.*, 1 FROM users u".to_owned(),
        "SELECT id FROM users EXCEPT SELECT id FROM users WHERE n = 1".to_owned(),
        "SELECT id, plan FROM users UNION ALL SELECT id, 'x' FROM users".to_owned(),
        exists("LIMIT 1"),
    ] {
        import(&sql).fine();
    }
}
