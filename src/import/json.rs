//! JSON files as the same trees as YAML files, with the place of each key and value.
//!
//! A YAML reader isn't used for JSON: it is limited to 24 levels, reads `\ud83d\ude00` and numbers
//! beyond 64 bits differently, and rejects tabs.

use std::collections::BTreeMap;

use super::problems::{JsonTooDeep, NotJson};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span};
use crate::yaml::problems::DuplicateKey;
use crate::yaml::{Key, Node, NodeKind};

/// The maximum depth of lists and maps.
pub(crate) const MAX_DEPTH: usize = 100;

/// Reads a JSON document. If it can't be read, reports why and returns `None`.
///
/// Of duplicate keys, the first is kept, and the others are reported.
pub(crate) fn read(source: SourceId, text: &str, problems: &mut Diagnostics) -> Option<Node> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { source, text, at: start, problems };
    let read = reader.value(0).and_then(|node| {
        reader.space();
        match reader.peek() {
            None => Ok(node),
            Some(_) => Err(reader.wrong("there is more text after the end of the document")),
        }
    });
    match read {
        Ok(node) => Some(node),
        Err(Stop::Syntax { at, message, help }) => {
            let len = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            problems.push(NotJson { span: Span::new(source, at, at + len), message, help });
            None
        }
        Err(Stop::TooDeep(at)) => {
            problems.push(JsonTooDeep { span: Span::new(source, at, at + 1), most: MAX_DEPTH });
            None
        }
    }
}

/// Reads a JSON document that is a text of another one. All its values have the place of that text.
pub(crate) fn read_inside(span: Span, text: &str) -> Result<Node, Diagnostic> {
    let mut problems = Diagnostics::new();
    let read = read(span.source, text, &mut problems);
    match (read, problems.into_iter().next()) {
        (Some(mut node), None) => {
            relocate(&mut node, span);
            Ok(node)
        }
        (_, Some(problem)) => Err(Diagnostic { span: Some(span), labels: Vec::new(), ..problem }),
        (None, None) => Ok(Node { kind: NodeKind::Null, span }),
    }
}

/// The depth is limited by the reader.
fn relocate(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.kind {
        NodeKind::List(items) => items.iter_mut().for_each(|item| relocate(item, span)),
        NodeKind::Map(entries) => {
            for (key, value) in entries {
                key.span = span;
                relocate(value, span);
            }
        }
        _ => {}
    }
}

/// Why reading stopped, and where.
enum Stop {
    Syntax { at: usize, message: String, help: Option<String> },
    TooDeep(usize),
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    at: usize,
    problems: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.source, start, self.at)
    }

    fn wrong(&self, message: &str) -> Stop {
        self.wrong_at(self.at, message, None)
    }

    fn wrong_at(&self, at: usize, message: &str, help: Option<&str>) -> Stop {
        let is_cut_off = at >= self.text.len();
        let message = if is_cut_off { "the file ends too early" } else { message };
        let help = help.filter(|_| !is_cut_off).map(str::to_owned);
        Stop::Syntax { at, message: message.to_owned(), help }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Stop> {
        self.space();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => return Err(Stop::TooDeep(start)),
            Some(b'{') => self.map(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => NodeKind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'\'') => {
                let help = "put texts and keys in double quotes";
                return Err(self.wrong_at(start, "a single quote begins no value", Some(help)));
            }
            Some(b'/' | b'#') => {
                let help = "JSON has no comments; remove it";
                return Err(self.wrong_at(start, "a comment is no value", Some(help)));
            }
            _ => self.word()?,
        };
        Ok(Node { kind, span: self.span(start) })
    }

    fn word(&mut self) -> Result<NodeKind, Stop> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        let kind = match word {
            "null" => NodeKind::Null,
            "true" => NodeKind::Bool(true),
            "false" => NodeKind::Bool(false),
            "None" | "True" | "False" | "NaN" | "Infinity" | "undefined" => {
                let help = "this is another language's word: write `null`, `true` or `false`";
                return Err(self.wrong_at(self.at, "a value is expected here", Some(help)));
            }
            _ => return Err(self.wrong("a value is expected here")),
        };
        self.at += end;
        Ok(kind)
    }

    fn map(&mut self, depth: usize) -> Result<NodeKind, Stop> {
        self.at += 1;
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(NodeKind::Map(entries));
        }
        loop {
            self.space();
            let start = self.at;
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') => {
                    return Err(self.wrong_at(
                        start,
                        "a key is expected here",
                        Some("remove the comma before it"),
                    ));
                }
                _ => {
                    return Err(self.wrong_at(
                        start,
                        "a key is expected here",
                        Some("put keys in double quotes"),
                    ));
                }
            }
            let text = self.string()?;
            let key = Key { text, span: self.span(start) };
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.wrong("a colon is expected here"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            if let Some(&first) = seen.get(&key.text) {
                self.problems.push(DuplicateKey { span: key.span, key: key.text, first });
            } else {
                seen.insert(key.text.clone(), key.span);
                entries.push((key, value));
            }
            if self.ends(b'}')? {
                return Ok(NodeKind::Map(entries));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<NodeKind, Stop> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(NodeKind::List(items));
        }
        loop {
            self.space();
            if self.peek() == Some(b']') {
                let help = "remove the comma before it";
                return Err(self.wrong_at(self.at, "a value is expected here", Some(help)));
            }
            items.push(self.value(depth + 1)?);
            if self.ends(b']')? {
                return Ok(NodeKind::List(items));
            }
        }
    }

    /// Reads a comma, or the bracket that ends a list or a map.
    fn ends(&mut self, close: u8) -> Result<bool, Stop> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(found) if found == close => {
                self.at += 1;
                Ok(true)
            }
            _ => {
                let message = format!("a comma or `{}` is expected here", char::from(close));
                Err(self.wrong(&message))
            }
        }
    }

    fn number(&mut self) -> Result<NodeKind, Stop> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            reader.at > from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.at;
        let mut is_number =
            digits(self) && (self.at - first == 1 || self.text.as_bytes().get(first) != Some(&b'0'));
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            is_number &= digits(self);
            is_integer = false;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            is_number &= digits(self);
            is_integer = false;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if !is_number {
            return Err(self.wrong_at(start, "this number isn't one of JSON", None));
        }
        if is_integer && let Ok(value) = text.parse() {
            return Ok(NodeKind::Integer(value, text.to_owned()));
        }
        match text.parse::<f64>() {
            Ok(value) => Ok(NodeKind::Float(value, text.to_owned())),
            Err(_) => Err(self.wrong_at(start, "this number isn't one of JSON", None)),
        }
    }

    fn string(&mut self) -> Result<String, Stop> {
        self.at += 1;
        let mut value = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            value.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'\\') => value.push(self.escape()?),
                _ => {
                    let help = "write a line break as `\\n` and a tab as `\\t`";
                    return Err(self.wrong_at(self.at, "a text has a control character", Some(help)));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let start = self.at;
        self.at += 2;
        Ok(match self.text.as_bytes().get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(start),
            _ => return Err(self.wrong_at(start, "this escape isn't one of JSON", None)),
        })
    }

    /// The rest of `\u00e9`, or of two of them for a character beyond 16 bits.
    fn code_point(&mut self, start: usize) -> Result<char, Stop> {
        let unit = self.hex();
        let code = match unit {
            Some(high @ 0xD800..=0xDBFF) if self.text.get(self.at..self.at + 2) == Some("\\u") => {
                self.at += 2;
                let low = self.hex().filter(|low| (0xDC00..=0xDFFF).contains(low));
                low.map(|low| 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
            }
            unit => unit,
        };
        let character = code.and_then(char::from_u32);
        character.ok_or_else(|| {
            let help = "write four hexadecimal digits; characters beyond U+FFFF are two such escapes";
            self.wrong_at(start, "this escape isn't a character", Some(help))
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let unit = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
        self.at += 4;
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;

    fn tree(text: &str) -> (Option<Node>, Vec<String>) {
        let mut sources = Sources::default();
        let source = sources.add("a.json", text);
        let mut problems = Diagnostics::new();
        let node = read(source, text, &mut problems);
        let found = problems.iter().map(|problem| {
            let place = problem.span.and_then(|span| sources.locate(span));
            let place = place.map(|(_, at)| format!("{}:{}", at.line, at.column)).unwrap_or_default();
            format!("{} {place} {}", problem.code, problem.message)
        });
        (node, found.collect())
    }

    fn value(text: &str) -> NodeKind {
        let (node, problems) = tree(text);
        node.unwrap_or_else(|| panic!("{text}: {problems:?}")).kind
    }

    fn problem(text: &str) -> String {
        tree(text).1.join("; ")
    }

    #[test]
    fn texts_keep_every_character() {
        let kind = value("\"a\\/\\u00e9\\ud83d\\ude00\\n\\t\\\"\\\\\\u0000é😀\"");
        assert_eq!(kind, NodeKind::String("a/é😀\n\t\"\\\0é😀".to_owned()));
        for wrong in [
            r#""\ud83d""#,
            r#""\ud83dA""#,
            r#""\udc00""#,
            r#""\u+0ff""#,
            r#""\x""#,
            "\"a\nb\"",
            "\"\\ud83d\\u",
        ] {
            assert!(problem(wrong).starts_with("SEG900"), "{wrong}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(value("-12"), NodeKind::Integer(-12, "-12".to_owned()));
        assert_eq!(value("1.10"), NodeKind::Float(1.1, "1.10".to_owned()));
        assert_eq!(
            value("9223372036854775808"),
            NodeKind::Float(9.223_372_036_854_776e18, "9223372036854775808".to_owned())
        );
        assert_eq!(value("1E+2"), NodeKind::Float(100.0, "1E+2".to_owned()));
        for wrong in ["01", "1.", ".5", "-", "1e", "+1", "0x10", "NaN"] {
            assert!(problem(wrong).starts_with("SEG900"), "{wrong}");
        }
    }

    #[test]
    fn every_value_and_key_has_its_place() {
        let text = "{\r\n\t\"a\": [1, {\"é\": \"x\"}]}";
        let (node, problems) = tree(text);
        assert!(problems.is_empty());
        let NodeKind::Map(entries) = node.expect("it is read").kind else { panic!("a map") };
        let at = |span: Span| &text[span.start as usize..span.end as usize];
        assert_eq!((at(entries[0].0.span), at(entries[0].1.span)), ("\"a\"", "[1, {\"é\": \"x\"}]"));
    }

    #[test]
    fn what_is_no_json_is_refused_at_its_place() {
        for (text, expected) in [
            ("", "SEG900 1:1 this is not JSON: the file ends too early"),
            ("{\"a\": 1,}", "SEG900 1:9 this is not JSON: a key is expected here"),
            ("[1,\n]", "SEG900 2:1 this is not JSON: a value is expected here"),
            ("[1 2]", "SEG900 1:4 this is not JSON: a comma or `]` is expected here"),
            ("{'a': 1}", "SEG900 1:2 this is not JSON: a key is expected here"),
            ("{\"a\" 1}", "SEG900 1:6 this is not JSON: a colon is expected here"),
            ("{} {}", "SEG900 1:4 this is not JSON: there is more text after the end of the document"),
            ("[True]", "SEG900 1:2 this is not JSON: a value is expected here"),
            ("{\"a\":1,\"b\":2,\"a\":3}", "SEG021 1:14 `a` is repeated here"),
        ] {
            assert_eq!(problem(text), expected, "{text}");
        }
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(problem(&deep(MAX_DEPTH)), "");
        assert!(problem(&deep(MAX_DEPTH + 1)).starts_with("SEG901 1:101"));
        assert!(problem(&"[".repeat(1_000_000)).starts_with("SEG901"));
    }
}
