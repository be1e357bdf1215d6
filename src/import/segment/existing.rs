//! What an earlier import has written, and what people have done to it since.
//!
//! Each imported segment is preceded by a marker: `# segc import: launchdarkly "beta" 3f2a9c01d2e4`.
//! It has the tool, the segment's key there and a digest of the lines after it, up to the end of the
//! segment. If they have another digest, a person has changed them.

use std::fmt::Write as _;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::lists::of_block;

const MARKER: &str = "# segc import: ";

/// The digits of a digest in a marker.
const DIGITS: usize = 12;

/// An imported segment in a file of the project.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The file.
    pub(super) path: String,
    /// From the marker to the end of the segment, without the last line break.
    pub(super) range: Range<usize>,
    /// The line of the marker, from 1.
    pub(super) line: usize,
    pub(super) tool: String,
    pub(super) key: String,
    /// The digest in the marker: of what the import wrote.
    pub(super) digest: String,
    /// Whether nobody has changed it since.
    pub(super) is_untouched: bool,
    /// The name of the segment, as it is now.
    pub(super) name: Option<String>,
    /// The file of a static list, and the digest of what the import wrote there.
    pub(super) list: Option<(String, String)>,
}

/// The digest of a segment with its comments.
pub(super) fn digest(body: &str) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(body.as_bytes()).iter().take(DIGITS / 2) {
        // A string takes everything.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The marker of a segment with this body.
pub(super) fn marker(tool: &str, key: &str, body: &str) -> String {
    format!("{MARKER}{tool} {} {}", serde_json::Value::from(key), digest(body))
}

/// The imported segments in a file.
pub(super) fn blocks(path: &str, text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut at = 0;
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (start, line.trim_end_matches(['\n', '\r']))
        })
        .collect();
    for (number, &(start, line)) in lines.iter().enumerate() {
        let Some((tool, key, digest)) = read_marker(line) else { continue };
        let body_lines = lines.get(number + 1..).unwrap_or_default();
        let until = body_lines.iter().position(|(_, line)| read_marker(line).is_some());
        let body_lines = body_lines.get(..until.unwrap_or(body_lines.len())).unwrap_or_default();
        let last = body_lines.iter().position(|(_, line)| ends_segment(line)).map_or_else(
            // Without an end that looks like ours, everything belongs to it except blank lines.
            || body_lines.iter().rposition(|(_, line)| !line.trim().is_empty()),
            Some,
        );
        let body = last.and_then(|last| Some((body_lines.first()?, body_lines.get(last)?)));
        let range = match body {
            Some(((from, _), (to, last))) => *from..to + last.len(),
            None => start + line.len()..start + line.len(),
        };
        // Lines that an editor has ended with a carriage return are still the same.
        let body = text.get(range.clone()).unwrap_or_default().replace('\r', "");
        found.push(Block {
            path: path.to_owned(),
            range: start..range.end,
            line: number + 1,
            tool,
            key,
            is_untouched: self::digest(&body) == digest,
            digest,
            name: body.lines().find_map(segment_name),
            list: of_block(&body),
        });
    }
    found
}

fn read_marker(line: &str) -> Option<(String, String, String)> {
    let rest = line.strip_prefix(MARKER)?;
    let (tool, rest) = rest.split_once(' ')?;
    let (key, digest) = rest.rsplit_once(' ')?;
    let key: String = serde_json::from_str(key).ok()?;
    Some((tool.to_owned(), key, digest.to_owned()))
}

fn ends_segment(line: &str) -> bool {
    line == "}" || (line.starts_with("segment ") && line.ends_with('}'))
}

fn segment_name(line: &str) -> Option<String> {
    let rest = line.strip_prefix("segment ")?.trim_start();
    let name = match rest.strip_prefix('`') {
        Some(quoted) => quoted.split('`').next()?,
        None => rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next()?,
    };
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "# Imported from Unleash: `beta`.\nsegment beta on user {\n  where a = 1\n}";

    #[test]
    fn changes_by_hand_are_noticed() {
        let text = format!(
            "# a file\n\n{}\n{BODY}\n\nsegment own on user {{\n}}\n",
            marker("unleash", "be \"ta", BODY)
        );
        let found = blocks("a.seg", &text);
        let [block] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((block.tool.as_str(), block.key.as_str(), block.line), ("unleash", "be \"ta", 3));
        assert_eq!(block.name.as_deref(), Some("beta"));
        assert!(block.is_untouched);
        assert!(text[block.range.clone()].ends_with("a = 1\n}"));

        let windows = text.replace('\n', "\r\n");
        assert!(blocks("a.seg", &windows)[0].is_untouched);
        let changed = text.replace("a = 1", "a = 2");
        assert!(!blocks("a.seg", &changed)[0].is_untouched);
    }

    #[test]
    fn a_segment_without_rules_and_a_torn_one_have_an_end() {
        let body = "segment all on user {}";
        let text = format!(
            "{}\n{body}\n{}\nsegment b on user {{ where x\n\n",
            marker("flipt", "all", body),
            marker("flipt", "b", "")
        );
        let found = blocks("a.seg", &text);
        assert!(found[0].is_untouched && !found[1].is_untouched);
        assert!(text[found[1].range.clone()].ends_with("where x"));
        let alone = format!("{}\n", marker("flipt", "b", ""));
        assert_eq!(blocks("a.seg", &alone)[0].range, 0..alone.len() - 1);
    }
}
