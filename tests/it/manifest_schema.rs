//! The published schema of `manifest.json` matches the code. `SEGC_UPDATE=1 cargo test --test it
//! manifest_schema::` updates it.

#[test]
fn the_published_schema_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/manifest.schema.json");
    let schema = segc::artifact::schema();
    if std::env::var("SEGC_UPDATE").is_ok() {
        std::fs::write(path, &schema).expect("docs can be written");
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        published.replace("\r\n", "\n"),
        schema,
        "run: SEGC_UPDATE=1 cargo test --test it manifest_schema::"
    );
}
