//! The ready-made projects that `segc init --preset` creates and `segc catalog import --preset` takes
//! catalogs from: the folders of `catalog/preset/`, embedded.

use clap::ValueEnum;

/// The tools whose tables are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Preset {
    /// Google Analytics 4's export to BigQuery
    Ga4,
    /// Stripe, as Fivetran lands it
    Stripe,
    /// Shopify, as Fivetran lands it
    Shopify,
    /// Salesforce, as Fivetran lands it
    Salesforce,
    /// Snowplow's events
    Snowplow,
    /// Segment's warehouse tables
    Segment,
    /// RudderStack's warehouse tables
    Rudderstack,
    /// PostHog's batch export
    Posthog,
}

impl Preset {
    /// Its name, which is that of its catalog file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ga4 => "ga4",
            Self::Stripe => "stripe",
            Self::Shopify => "shopify",
            Self::Salesforce => "salesforce",
            Self::Snowplow => "snowplow",
            Self::Segment => "segment",
            Self::Rudderstack => "rudderstack",
            Self::Posthog => "posthog",
        }
    }

    /// The files of its project, as paths and texts.
    pub(super) fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ga4 => GA4,
            Self::Stripe => STRIPE,
            Self::Shopify => SHOPIFY,
            Self::Salesforce => SALESFORCE,
            Self::Snowplow => SNOWPLOW,
            Self::Segment => SEGMENT,
            Self::Rudderstack => RUDDERSTACK,
            Self::Posthog => POSTHOG,
        }
    }

    /// The text of its catalog.
    pub(super) fn catalog(self) -> &'static str {
        let file = self.files().iter().find(|(path, _)| path.starts_with("catalog/"));
        file.map_or("", |(_, text)| text)
    }
}

macro_rules! embedded {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../catalog/preset/", $folder, "/", $path)))),+]
    };
}

const GA4: &[(&str, &str)] = embedded!("ga4":
    "README.md",
    "catalog/ga4.yml",
    "data/events.jsonl",
    "segc.yml",
    "segments/ga4.seg",
    "tests/ga4.yml",
);

const STRIPE: &[(&str, &str)] = embedded!("stripe":
    "README.md",
    "catalog/stripe.yml",
    "data/charge.csv",
    "data/customer.csv",
    "data/invoice.csv",
    "data/subscription_history.csv",
    "segc.yml",
    "segments/stripe.seg",
    "tests/stripe.yml",
);

const SHOPIFY: &[(&str, &str)] = embedded!("shopify":
    "README.md",
    "catalog/shopify.yml",
    "data/customer.csv",
    "data/order.csv",
    "data/order_line.csv",
    "data/product.csv",
    "data/refund.csv",
    "segc.yml",
    "segments/shopify.seg",
    "tests/shopify.yml",
);

const SALESFORCE: &[(&str, &str)] = embedded!("salesforce":
    "README.md",
    "catalog/salesforce.yml",
    "data/account.csv",
    "data/contact.csv",
    "data/opportunity.csv",
    "segc.yml",
    "segments/salesforce.seg",
    "tests/salesforce.yml",
);

const SNOWPLOW: &[(&str, &str)] = embedded!("snowplow":
    "README.md",
    "catalog/snowplow.yml",
    "data/events.csv",
    "segc.yml",
    "segments/snowplow.seg",
    "tests/snowplow.yml",
);

const SEGMENT: &[(&str, &str)] = embedded!("segment":
    "README.md",
    "catalog/segment.yml",
    "data/identifies.csv",
    "data/order_completed.csv",
    "data/pages.csv",
    "data/product_viewed.csv",
    "data/tracks.csv",
    "data/users.csv",
    "segc.yml",
    "segments/segment.seg",
    "tests/segment.yml",
);

const RUDDERSTACK: &[(&str, &str)] = embedded!("rudderstack":
    "README.md",
    "catalog/rudderstack.yml",
    "data/identifies.csv",
    "data/order_completed.csv",
    "data/pages.csv",
    "data/product_viewed.csv",
    "data/tracks.csv",
    "data/users.csv",
    "segc.yml",
    "segments/rudderstack.seg",
    "tests/rudderstack.yml",
);

const POSTHOG: &[(&str, &str)] = embedded!("posthog":
    "README.md",
    "catalog/posthog.yml",
    "data/events.jsonl",
    "data/persons.jsonl",
    "segc.yml",
    "segments/posthog.seg",
    "tests/posthog.yml",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "compares the repository's files")]
    fn every_preset_has_a_folder_and_a_catalog() {
        let root = format!("{}/catalog/preset", env!("CARGO_MANIFEST_DIR"));
        let mut there: Vec<String> = std::fs::read_dir(root)
            .expect("the folder is there")
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
            .collect();
        there.sort();
        let mut known: Vec<&str> = Preset::value_variants().iter().map(|preset| preset.name()).collect();
        known.sort_unstable();
        assert_eq!(known, there);
        for preset in Preset::value_variants() {
            assert!(preset.catalog().contains("entities:"), "{}", preset.name());
        }
    }
}
