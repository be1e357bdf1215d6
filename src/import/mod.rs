//! Brings in what other tools hold: their segments become `.seg` files, and what they say of tables
//! becomes the catalog.
//!
//! Importers of segments build syntax trees and print them; they never write segments as text. Must not
//! know: targets, SQL, the terminal, the disk.

pub mod catalog;
mod json;
pub(crate) mod problems;
pub mod segment;

/// Whether YAML refuses a character even in a comment, or takes it for the end of a line.
fn is_unprintable(c: char) -> bool {
    (c.is_control() && c != '\t') || ['\u{2028}', '\u{2029}', '\u{feff}', '\u{fffe}', '\u{ffff}'].contains(&c)
}
