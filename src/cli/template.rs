//! The projects that `segc init` creates: the folders of `catalog/init/`, embedded.

use clap::ValueEnum;

/// The available catalogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Template {
    /// Customers, orders and products of a shop
    Shop,
    /// Visitors, sessions and events of a site
    WebAnalytics,
    /// Users and feature flags of a product
    Flags,
}

/// The instant for which the sample data is meant.
pub(super) const AS_OF: &str = "2026-11-01T00:00:00Z";

/// The files of a template, as paths and texts.
pub(super) fn files(template: Template) -> &'static [(&'static str, &'static str)] {
    match template {
        Template::Shop => SHOP,
        Template::WebAnalytics => WEB_ANALYTICS,
        Template::Flags => FLAGS,
    }
}

macro_rules! embedded {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../catalog/init/", $folder, "/", $path)))),+]
    };
}

const SHOP: &[(&str, &str)] = embedded!("shop":
    "README.md",
    "segc.yml",
    "catalog/shop.yml",
    "segments/contact.seg",
    "segments/value.seg",
    "data/customers.csv",
    "data/orders.csv",
    "tests/value.yml",
);

const WEB_ANALYTICS: &[(&str, &str)] = embedded!("web_analytics":
    "README.md",
    "segc.yml",
    "catalog/web.yml",
    "segments/visitors.seg",
    "data/events.csv",
    "data/sessions.csv",
    "data/visitors.csv",
    "tests/visitors.yml",
);

const FLAGS: &[(&str, &str)] = embedded!("flags":
    "README.md",
    "segc.yml",
    "catalog/product.yml",
    "segments/experiments.seg",
    "segments/rollouts.seg",
    "data/accounts.csv",
    "data/exposures.csv",
    "data/users.csv",
    "tests/rollouts.yml",
);

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    /// The files below a folder, as paths with `/`.
    #[expect(clippy::disallowed_methods, reason = "compares the repository's files")]
    fn on_disk(folder: &std::path::Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let entry = entry.expect("it can be read");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.path().is_dir() {
                true => on_disk(&entry.path(), &format!("{name}/"), found),
                false => found.push(name),
            }
        }
    }

    #[test]
    fn every_file_of_a_template_is_embedded() {
        for &template in Template::value_variants() {
            let name = template.to_possible_value().expect("it has a name").get_name().to_owned();
            let mut there = Vec::new();
            let root = format!("{}/catalog/init/{name}", env!("CARGO_MANIFEST_DIR"));
            on_disk(root.as_ref(), "", &mut there);
            there.sort();
            let mut embedded: Vec<&str> = files(template).iter().map(|(path, _)| *path).collect();
            embedded.sort_unstable();
            assert_eq!(embedded, there, "{name}");
        }
    }
}
