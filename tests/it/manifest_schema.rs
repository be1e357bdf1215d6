//! The published schemas of `manifest.json` and of what commands print match the code. `SEGC_UPDATE=1 cargo test --test
//! it manifest_schema::` updates them.

#[test]
fn the_published_schemas_are_up_to_date() {
    let manifest = ("manifest.schema.json", segc::artifact::schema());
    for (name, schema) in segc::api::schemas().into_iter().chain([manifest]) {
        let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var("SEGC_UPDATE").is_ok() {
            std::fs::write(&path, &schema).expect("docs can be written");
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            published.replace("\r\n", "\n"),
            schema,
            "{name}; run: SEGC_UPDATE=1 cargo test --test it manifest_schema::"
        );
    }
}
