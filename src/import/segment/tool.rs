//! The tools whose files can be imported.

use super::draft::Import;
use super::input::Input;

/// A tool that defines segments.
pub(crate) trait Tool: std::fmt::Debug + Sync {
    /// The name on the command line: `launchdarkly`.
    fn name(&self) -> &'static str;

    /// The name as people write it: `LaunchDarkly`.
    fn title(&self) -> &'static str;

    /// What to pass, as the object of a sentence.
    fn takes(&self) -> &'static str;

    /// Whether the argument is a text, such as a predicate, instead of files.
    fn takes_text(&self) -> bool {
        false
    }

    /// Whether its files may say which entity a segment is about.
    fn names_the_entity(&self) -> bool {
        false
    }

    /// The attribute that identifies a user, which is the key of the entity.
    fn key_attribute(&self) -> Option<&'static str> {
        None
    }

    /// The column that identifies an event in its tables.
    fn event_key(&self) -> &'static str {
        "id"
    }

    /// Whether it reads versions that are written loosely, such as `v1.2`.
    fn reads_loose_versions(&self) -> bool {
        false
    }

    /// Whether the elements of a list may be rows behind a link, which the mapping file names.
    fn reads_rows_of_lists(&self) -> bool {
        false
    }

    /// The keys that a mapping file for this tool has in addition.
    fn sections(&self) -> &'static [&'static str] {
        &[]
    }

    /// Declares the segments of the files, then translates each.
    fn read(&self, inputs: &[Input], import: &mut Import<'_>);
}

/// All tools, in the order in which they are listed.
const TOOLS: &[&dyn Tool] = &[
    &super::litestar_flags::LitestarFlags,
    &super::launchdarkly::LaunchDarkly,
    &super::unleash::Unleash,
    &super::flagsmith::Flagsmith,
    &super::flipt::Flipt,
    &super::growthbook::GrowthBook,
    &super::featurevisor::Featurevisor,
    &super::flagd::Flagd,
    &super::posthog::PostHog,
    &super::dittofeed::Dittofeed,
    &super::klaviyo::Klaviyo,
    &super::rule_groups::RuleGroups,
    &super::segment_query::SegmentQuery,
    &super::sql::Sql,
];

/// A tool as the command line shows it.
#[derive(Debug, Clone, Copy)]
pub struct ToolInfo {
    /// The name on the command line.
    pub name: &'static str,
    /// The name as people write it.
    pub title: &'static str,
    /// What to pass, as the object of a sentence.
    pub takes: &'static str,
    /// Whether the argument is a text instead of files.
    pub takes_text: bool,
}

/// All tools.
#[must_use]
pub fn tools() -> Vec<ToolInfo> {
    let info = |tool: &&dyn Tool| ToolInfo {
        name: tool.name(),
        title: tool.title(),
        takes: tool.takes(),
        takes_text: tool.takes_text(),
    };
    TOOLS.iter().map(info).collect()
}

pub(super) fn find(name: &str) -> Option<&'static dyn Tool> {
    TOOLS.iter().copied().find(|tool| tool.name() == name)
}
