//! Aligned columns.

use std::io::{self, Write};

use crate::diagnostic::visible;

/// A table of text, whose columns are as wide as their widest cell.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    right: Vec<usize>,
}

impl Table {
    pub(super) fn new<S: Into<String>>(header: impl IntoIterator<Item = S>) -> Self {
        Self { header: header.into_iter().map(Into::into).collect(), rows: Vec::new(), right: Vec::new() }
    }

    /// Aligns these columns to the right.
    pub(super) fn right(mut self, columns: &[usize]) -> Self {
        self.right = columns.to_vec();
        self
    }

    pub(super) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(|cell| visible(&cell.into())).collect());
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let all = || std::iter::once(&self.header).chain(&self.rows);
        let width =
            |column: usize| all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..self.header.len()).map(|column| width(column).unwrap_or(0)).collect();
        for row in all() {
            writeln!(out, "{}", line(row, &widths, &self.right))?;
        }
        Ok(())
    }
}

/// A share for people; `-` if there is nothing of which it would be one.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

/// A row whose columns are at least this wide; those of `right` are aligned to the right.
pub(super) fn line(cells: &[String], widths: &[usize], right: &[usize]) -> String {
    let cells = cells.iter().zip(widths).enumerate().map(|(at, (cell, &width))| match right.contains(&at) {
        true => format!("{cell:>width$}"),
        false => format!("{cell:<width$}"),
    });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_without_trailing_spaces() {
        let mut table = Table::new(["SEGMENT", "MEMBERS", "WHY"]).right(&[1]);
        table.row(["vip", "12", ""]);
        table.row(["do_not_contact", "1048576", "überall"]);
        let mut out = Vec::new();
        table.write(&mut out).expect("a vector takes all");
        assert_eq!(
            String::from_utf8(out).expect("text is UTF-8"),
            "SEGMENT         MEMBERS  WHY\nvip                  12\ndo_not_contact  1048576  überall\n"
        );
    }
}
