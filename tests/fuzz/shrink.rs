//! Finds the smallest part of an input that still does the same harm.

use std::time::{Duration, Instant};

use crate::entry::Entry;
use crate::tokens::split;
use crate::watch;

/// How many parts are tried at most: each is a process.
const TRIES: usize = 160;

/// And for how long: what takes long itself is shrunk less.
const TIME: Duration = Duration::from_secs(60);

/// Takes lines away, then pieces, then characters, as long as the signature stays the same.
pub(crate) fn shrunk(entry: Entry, input: &[u8], signature: &str) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(input) else { return input.to_vec() };
    let (start, mut tries) = (Instant::now(), TRIES);
    let mut same = |text: &str| {
        tries = tries.saturating_sub(1);
        let left = tries > 0 && start.elapsed() < TIME;
        left && watch::one(entry, text.as_bytes()).is_some_and(|found| found.signature == signature)
    };
    let lines = text.split_inclusive('\n').map(str::to_owned).collect();
    let text = least(lines, &mut same).concat();
    let text = least(split(&text), &mut same).concat();
    let characters = text.chars().map(String::from).collect();
    let text = if text.len() <= 40 { least(characters, &mut same).concat() } else { text };
    text.into_bytes()
}

/// Takes away halves, quarters and so on, as far as the rest does the same.
fn least(mut parts: Vec<String>, same: &mut impl FnMut(&str) -> bool) -> Vec<String> {
    let mut size = parts.len().div_ceil(2);
    while size > 0 && parts.len() > 1 {
        let mut at = 0;
        while at < parts.len() {
            let mut without = parts.clone();
            without.drain(at..(at + size).min(parts.len()));
            if same(&without.concat()) {
                parts = without;
            } else {
                at += size;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    parts
}
