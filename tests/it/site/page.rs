//! A page as a browser reads it, as far as tests need.

use std::collections::BTreeSet;

use html5gum::{Token, Tokenizer};

/// What a page has.
#[derive(Default)]
pub(super) struct Page {
    /// The names of its elements.
    pub(super) tags: BTreeSet<String>,
    pub(super) ids: BTreeSet<String>,
    /// What it refers to, except for other sites.
    pub(super) links: Vec<String>,
    pub(super) scripts: usize,
    /// Its text, with single spaces.
    pub(super) text: String,
    /// What is wrong with it.
    pub(super) wrong: Vec<String>,
}

/// Elements that have no end.
const VOID: [&str; 5] = ["br", "img", "input", "link", "meta"];

/// Shapes of a drawing, which end themselves.
const SHAPES: [&str; 3] = ["circle", "path", "rect"];

/// Elements whose text is read without a space before and after it.
const INLINE: [&str; 6] = ["a", "b", "code", "span", "small", "p"];

impl Page {
    pub(super) fn read(html: &str) -> Self {
        let mut page = Self::default();
        let mut open: Vec<String> = Vec::new();
        let mut text = String::new();
        for token in Tokenizer::new(html) {
            match token.expect("text") {
                Token::StartTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    for (key, value) in &tag.attributes {
                        let (key, value) = (String::from_utf8_lossy(key), String::from_utf8_lossy(value));
                        page.attribute(&name, &key, &value);
                    }
                    if name == "script" {
                        page.scripts += 1;
                        if !tag.attributes.keys().any(|key| &***key == b"src") {
                            page.wrong.push("a script inside the page".to_owned());
                        }
                    }
                    if !INLINE.contains(&name.as_str()) {
                        text.push(' ');
                    }
                    if !VOID.contains(&name.as_str()) && !SHAPES.contains(&name.as_str()) {
                        open.push(name.clone());
                    }
                    page.tags.insert(name);
                }
                Token::EndTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    if open.pop().as_ref() != Some(&name) {
                        page.wrong.push(format!("</{name}> in the wrong place"));
                    }
                    text.push_str(if INLINE.contains(&name.as_str()) { "" } else { " " });
                }
                Token::String(part) => text.push_str(&String::from_utf8_lossy(&part)),
                Token::Error(error) => page.wrong.push(format!("{error:?}")),
                Token::Comment(_) | Token::Doctype(_) => {}
            }
        }
        page.wrong.extend(open.iter().map(|name| format!("<{name}> is open at the end")));
        page.text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        page
    }

    fn attribute(&mut self, tag: &str, key: &str, value: &str) {
        match key {
            "id" if !self.ids.insert(value.to_owned()) => self.wrong.push(format!("twice the id {value}")),
            "href" | "src" if !value.starts_with("https://") => self.links.push(value.to_owned()),
            key if key.starts_with("on") => self.wrong.push(format!("{key} in <{tag}>")),
            _ => {}
        }
    }
}

/// The path of the file that a link of a page leads to, and the place in it.
pub(super) fn target(page: &str, link: &str) -> (String, Option<String>) {
    let (path, anchor) =
        link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    if path.is_empty() {
        return (page.to_owned(), anchor);
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    (parts.join("/"), anchor)
}
