//! How many members a segment had over time, as a picture.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::html::{self, Html};
use crate::api::History;

/// The size of the picture.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 120.0;

/// The history of a segment.
pub(super) struct Shown {
    /// Its last run, in names and values.
    pub(super) last: Vec<(&'static str, String)>,
    /// The number of members over time, if there is more than one.
    pub(super) picture: Option<Html>,
    /// The same in a table, the latest first.
    pub(super) sizes: Vec<(String, String)>,
}

/// The most sizes in the table.
const LISTED: usize = 30;

impl Shown {
    pub(super) fn of(history: &History) -> Self {
        let last = [
            ("As of", instant(history.as_of)),
            ("Members", html::number(history.members)),
            ("Entered", html::number(history.entered)),
            ("Left", html::number(history.left)),
        ];
        let sizes = history.sizes.iter().rev().take(LISTED);
        Self {
            last: last.to_vec(),
            picture: picture(history),
            sizes: sizes.map(|&(at, members)| (instant(at), html::number(members))).collect(),
        }
    }
}

/// An instant for people.
pub(super) fn instant(at: Timestamp) -> String {
    let text = at.to_string().replace('T', " ");
    let text = text.trim_end_matches('Z');
    format!("{} UTC", text.strip_suffix(":00").unwrap_or(text))
}

/// Steps from run to run: the members change at its instant.
#[expect(clippy::cast_precision_loss, reason = "the points of a picture")]
fn picture(history: &History) -> Option<Html> {
    let [(first, _), .., _] = history.sizes.as_slice() else { return None };
    let end = history.as_of.max(history.sizes.last()?.0);
    let span = (end.as_second() - first.as_second()).max(1) as f64;
    let most = history.sizes.iter().map(|&(_, members)| members).max().unwrap_or_default().max(1) as f64;
    let x = |at: Timestamp| (at.as_second() - first.as_second()) as f64 / span * WIDTH;
    let y = |members: u64| HEIGHT - members as f64 / most * HEIGHT;
    let mut line = String::new();
    for (at, &(when, members)) in history.sizes.iter().enumerate() {
        let (x, y) = (x(when), y(members));
        // Writing to a string can't fail.
        let _ = if at == 0 { write!(line, "M{x:.1} {y:.1}") } else { write!(line, "H{x:.1}V{y:.1}") };
    }
    let _ = write!(line, "H{WIDTH}");
    Some(html::steps(&line, WIDTH, HEIGHT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_change_in_steps() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let sizes = vec![(at("2026-01-01T00:00:00Z"), 10), (at("2026-01-03T00:00:00Z"), 5)];
        let history = History { as_of: at("2026-01-05T00:00:00Z"), members: 5, entered: 0, left: 5, sizes };
        let shown = Shown::of(&history);
        assert_eq!(shown.sizes[0], ("2026-01-03 00:00 UTC".to_owned(), "5".to_owned()));
        let picture = shown.picture.expect("two sizes").to_string();
        assert!(picture.contains("d=\"M0.0 0.0H320.0V60.0H640\""), "{picture}");
        assert!(Shown::of(&History { sizes: Vec::new(), ..history }).picture.is_none());
    }
}
