//! Lines of separated values, strictly by RFC 4180.
//!
//! The `csv` crate can't replace this module. csv-core 0.1.13, tried with the tests below, fails
//! these:
//!
//! - `quotes_that_are_not_as_they_should_be_are_faults`: it takes a quote that is never closed, text
//!   after a closing quote, and a quote after a space for data, without a word. Here they are errors
//!   with the line of the quote: a value is loaded exactly, or not at all. It can't trim spaces
//!   around quotes, either.
//! - `escapes_are_those_of_database_exports`: it knows escapes only within quotes, and COPY and INTO
//!   OUTFILE escape delimiters and line breaks without them.
//! - `values_are_separated_and_quotes_hold_anything`: it counts a record that follows `\r\n` to the
//!   line before, and no lines at all in a file whose lines end in `\r`. Where lines end in `\n`, a
//!   lone `\r` ends a record, though it may belong to a value.

use std::io::{self, BufRead};
use std::ops::Range;

/// The maximum length of a record; in a longer one, a quote is unclosed.
const LONGEST: usize = 1 << 26;

/// The characters that separate values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Separators {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    pub(super) escape: Option<u8>,
    /// Whether spaces around quotes are ignored.
    pub(super) trim: bool,
}

/// How a record is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RecordFault {
    /// A quote that isn't closed before the end of the file.
    Unclosed,
    /// Something other than a delimiter after a closing quote.
    AfterQuote,
    /// A quote after a space at the start of a value.
    QuoteAfterSpace,
}

/// The result of reading.
pub(super) enum Next {
    /// A record, whose values are in the [`Records`].
    Record,
    /// A fault, and the line of the quote.
    Fault(RecordFault, u64),
    /// The end of the file.
    End,
}

/// Reads one record after another.
pub(super) struct Records<R> {
    from: R,
    separators: Separators,
    /// The byte that ends a line.
    end: u8,
    line: Vec<u8>,
    /// The values that aren't just parts of the line.
    unquoted: Vec<u8>,
    is_unquoted: bool,
    values: Vec<Range<usize>>,
    /// The line of the record, and the line after it.
    at: u64,
    next: u64,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(mut from: R, separators: Separators) -> io::Result<Self> {
        let start = from.fill_buf()?;
        let end = if start.contains(&b'\r') && !start.contains(&b'\n') { b'\r' } else { b'\n' };
        Ok(Self {
            from,
            separators,
            end,
            line: Vec::new(),
            unquoted: Vec::new(),
            is_unquoted: false,
            values: Vec::new(),
            at: 1,
            next: 1,
        })
    }

    /// The line in which the record begins.
    pub(super) fn line(&self) -> u64 {
        self.at
    }

    /// The number of values in the record.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// A value of the record; empty past its last one.
    pub(super) fn value(&self, at: usize) -> &[u8] {
        let bytes = if self.is_unquoted { &self.unquoted } else { &self.line };
        self.values.get(at).and_then(|range| bytes.get(range.clone())).unwrap_or_default()
    }

    /// Reads the next record, skipping blank lines.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        loop {
            self.line.clear();
            if !self.read_line()? {
                return Ok(Next::End);
            }
            self.at = self.next - 1;
            self.values.clear();
            let content = self.content(0);
            if content.is_empty() {
                continue;
            }
            let special = |byte: Option<u8>| byte.is_some_and(|byte| content.contains(&byte));
            let is_unquoted = special(self.separators.quote) || special(self.separators.escape);
            let (delimiter, length) = (self.separators.delimiter, content.len());
            self.is_unquoted = is_unquoted;
            if is_unquoted {
                return self.split_quoted();
            }
            let mut start = 0;
            let line = &self.line[..length];
            for value in line.split(|byte| *byte == delimiter) {
                self.values.push(start..start + value.len());
                start += value.len() + 1;
            }
            return Ok(Next::Record);
        }
    }

    /// Reads a line; returns `false` at the end of the file.
    fn read_line(&mut self) -> io::Result<bool> {
        let read = self.from.read_until(self.end, &mut self.line)?;
        self.next += 1;
        Ok(read > 0)
    }

    /// The line from an offset on, without its end.
    fn content(&self, from: usize) -> &[u8] {
        let line = self.line.get(from..).unwrap_or_default();
        let line = line.strip_suffix(&[self.end]).unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Splits a line with quotes or escapes, together with further lines that its quotes span.
    fn split_quoted(&mut self) -> io::Result<Next> {
        self.unquoted.clear();
        let Separators { delimiter, quote, escape, trim } = self.separators;
        let mut at = 0;
        loop {
            let start = self.unquoted.len();
            let end = self.content(0).len();
            let spaces =
                self.line[at..end].iter().take_while(|&&byte| byte == b' ' && byte != delimiter).count();
            let quoted = quote.is_some() && self.line.get(at + spaces).copied() == quote && at + spaces < end;
            if quoted && spaces > 0 && !trim {
                return Ok(Next::Fault(RecordFault::QuoteAfterSpace, self.next - 1));
            }
            if quoted {
                let opened = self.next - 1;
                match self.quoted_value(at + spaces + 1)? {
                    Some(after) => at = after,
                    None => return Ok(Next::Fault(RecordFault::Unclosed, opened)),
                }
                let end = self.content(0).len();
                while trim && at < end && self.line[at] == b' ' && delimiter != b' ' {
                    at += 1;
                }
                if at < end && self.line[at] != delimiter {
                    return Ok(Next::Fault(RecordFault::AfterQuote, opened));
                }
            } else {
                at = self.bare_value(at, escape)?;
            }
            self.values.push(start..self.unquoted.len());
            if at >= self.content(0).len() {
                return Ok(Next::Record);
            }
            // The delimiter.
            at += 1;
        }
    }

    /// Reads a value after its opening quote, and returns the offset after the closing one.
    fn quoted_value(&mut self, mut at: usize) -> io::Result<Option<usize>> {
        let Separators { quote, escape, .. } = self.separators;
        loop {
            let Some(&byte) = self.line.get(at) else {
                if self.line.len() > LONGEST || !self.read_line()? {
                    return Ok(None);
                }
                continue;
            };
            if Some(byte) == escape && escape != quote && at + 1 < self.line.len() {
                self.push_escaped(byte, self.line[at + 1]);
                at += 2;
            } else if Some(byte) != quote {
                self.unquoted.push(byte);
                at += 1;
            } else if self.line.get(at + 1).copied() == quote {
                self.unquoted.push(byte);
                at += 2;
            } else {
                return Ok(Some(at + 1));
            }
        }
    }

    /// Reads a value without quotes, up to its delimiter.
    fn bare_value(&mut self, mut at: usize, escape: Option<u8>) -> io::Result<usize> {
        let delimiter = self.separators.delimiter;
        loop {
            let end = self.content(0).len();
            if at >= end || self.line[at] == delimiter {
                return Ok(at);
            }
            let byte = self.line[at];
            if Some(byte) != escape || escape == self.separators.quote {
                self.unquoted.push(byte);
                at += 1;
            } else if at + 1 < end {
                self.push_escaped(byte, self.line[at + 1]);
                at += 2;
            } else {
                // An escaped line break: the value goes on in the next line.
                self.unquoted.push(b'\n');
                at = self.line.len();
                if !self.read_line()? {
                    return Ok(at);
                }
            }
        }
    }

    /// Adds the character for an escape. `\N` and unknown escapes are kept as they are.
    fn push_escaped(&mut self, escape: u8, byte: u8) {
        let Separators { delimiter, quote, .. } = self.separators;
        let meant = match byte {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            byte if byte == escape || byte == delimiter || Some(byte) == quote || byte == b'\n' => byte,
            other => {
                self.unquoted.push(escape);
                other
            }
        };
        self.unquoted.push(meant);
    }
}

/// How a text of separated values is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvFault {
    /// The line, from 1.
    pub(crate) line: usize,
    pub(crate) reason: String,
}

/// All records of a text, each with its line.
pub(crate) fn csv_rows(text: &str, delimiter: u8) -> Result<Vec<(usize, Vec<String>)>, CsvFault> {
    let separators = Separators { delimiter, quote: Some(b'"'), escape: None, trim: false };
    let broken = |line: u64, reason: &str| CsvFault {
        line: usize::try_from(line).unwrap_or(usize::MAX),
        reason: reason.to_owned(),
    };
    let io = |error: io::Error| broken(1, &error.to_string());
    let mut records = Records::new(text.as_bytes(), separators).map_err(io)?;
    let mut rows = Vec::new();
    loop {
        match records.next().map_err(io)? {
            Next::End => return Ok(rows),
            Next::Fault(fault, line) => {
                return Err(broken(
                    line,
                    match fault {
                        RecordFault::Unclosed => "a quote isn't closed",
                        RecordFault::AfterQuote => "a quote ends before the value does",
                        RecordFault::QuoteAfterSpace => "a quote comes after a space",
                    },
                ));
            }
            Next::Record => {
                let value = |at| String::from_utf8_lossy(records.value(at)).into_owned();
                let values = (0..records.len()).map(value).collect();
                rows.push((usize::try_from(records.line()).unwrap_or(usize::MAX), values));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Separators = Separators { delimiter: b',', quote: Some(b'"'), escape: None, trim: false };

    /// Records as lines of `line: [value|value]`, or the fault.
    fn read(text: &str, separators: Separators) -> Vec<String> {
        let mut records = Records::new(text.as_bytes(), separators).expect("bytes");
        let mut found = Vec::new();
        loop {
            match records.next().expect("bytes") {
                Next::End => return found,
                Next::Fault(fault, line) => found.push(format!("{fault:?} {line}")),
                Next::Record => {
                    let values =
                        (0..records.len()).map(|at| String::from_utf8_lossy(records.value(at)).into_owned());
                    found.push(format!("{}: [{}]", records.line(), values.collect::<Vec<_>>().join("|")));
                }
            }
        }
    }

    #[test]
    fn quoted_values_may_contain_anything() {
        assert_eq!(read("a,b\r\n1,\r\n\r\n,2", CSV), ["1: [a|b]", "2: [1|]", "4: [|2]"]);
        assert_eq!(read("\"a \"\"b\"\", c\nd\",2\n3,\"\"\n", CSV), ["1: [a \"b\", c\nd|2]", "3: [3|]"]);
        assert_eq!(read("5\" pipe,a\"b\"c\n", CSV), ["1: [5\" pipe|a\"b\"c]"]);
        assert_eq!(read("a,b\r1,2\r", CSV), ["1: [a|b]", "2: [1|2]"]);
        assert_eq!(read("\"a\",\n", CSV), ["1: [a|]"]);
        assert_eq!(read("a\rb,c\r\n", CSV), ["1: [a\rb|c]"]);
    }

    #[test]
    fn misplaced_quotes_are_faults() {
        assert_eq!(read("a\n1,\"b\n2,c\n", CSV), ["1: [a]", "Unclosed 2"]);
        assert_eq!(read("\"a\"b,2\n3,4\n", CSV), ["AfterQuote 1", "2: [3|4]"]);
        assert_eq!(read("1, \"a\"\n2,3\n", CSV), ["QuoteAfterSpace 1", "2: [2|3]"]);
        assert_eq!(read("1, \"a\" ,b\n", Separators { trim: true, ..CSV }), ["1: [1|a|b]"]);
        assert_eq!(read("\"a\",b\n", Separators { quote: None, ..CSV }), ["1: [\"a\"|b]"]);
    }

    #[test]
    fn escapes_of_database_exports_are_read() {
        let copied = Separators { delimiter: b'\t', quote: None, escape: Some(b'\\'), trim: false };
        assert_eq!(read("1\t\\N\ta\\tb\\\\\n2\tc\\\nd\te\n", copied), ["1: [1|\\N|a\tb\\]", "2: [2|c\nd|e]"]);
        let escaped = Separators { escape: Some(b'\\'), ..CSV };
        assert_eq!(read("\"a\\\"b\",\"c\\\\\"\n", escaped), ["1: [a\"b|c\\]"]);
    }
}
