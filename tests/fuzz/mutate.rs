//! Small changes to a text that keep most of its sense, and some that keep none.

use fastrand::Rng;

use crate::hostile;
use crate::tokens::{Kind, kind, split};

/// No input is made longer than that by mutation; what is long on purpose is in `growth.rs`.
const LONGEST: usize = 24_000;

/// What can be around something, and around that, and so on.
const NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("not ", ""),
    ("- ", ""),
    ("-", ""),
    ("count(orders where ", ") > 1"),
    ("lower(", ")"),
    ("{a: ", "}"),
    ("\"", "\""),
    ("- - ", ""),
    ("\n ", ""),
    ("!!x ", ""),
];

/// One mutated input. `other` lends pieces, `words` are those of the format.
pub(crate) fn mutated(rng: &mut Rng, base: &str, other: &str, words: &[String]) -> Vec<u8> {
    let mut pieces = split(base);
    let lent = split(other);
    for _ in 0..1 << rng.u8(0..4) {
        step(rng, &mut pieces, &lent, words);
        if pieces.iter().map(String::len).sum::<usize>() > LONGEST {
            break;
        }
    }
    let mut text = pieces.concat();
    let cut = (0..=LONGEST.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    text.truncate(cut.unwrap_or(0));
    let mut bytes = text.into_bytes();
    if rng.u8(..) < 20 {
        break_bytes(rng, &mut bytes);
    }
    bytes
}

/// A part of a list that may be empty.
fn range(rng: &mut Rng, length: usize, longest: usize) -> std::ops::Range<usize> {
    let start = rng.usize(..=length);
    start..(start + rng.usize(..=longest)).min(length)
}

fn step(rng: &mut Rng, pieces: &mut Vec<String>, lent: &[String], words: &[String]) {
    let at = range(rng, pieces.len(), 6);
    match rng.u8(0..12) {
        0 => drop(pieces.drain(at)),
        1 => {
            let copy: Vec<String> = pieces[at.clone()].to_vec();
            let times = if rng.u8(..) < 24 { rng.usize(1..200) } else { 1 };
            pieces.splice(at.end..at.end, std::iter::repeat_n(copy, times).flatten());
        }
        2 => {
            let (one, two) = (at.start, rng.usize(..=pieces.len()));
            if one < pieces.len() && two < pieces.len() {
                pieces.swap(one, two);
            }
        }
        3 => alike(rng, pieces, lent),
        4 | 5 => {
            let word = words.get(rng.usize(..words.len().max(1))).cloned().unwrap_or_default();
            let after = if rng.bool() { " " } else { "" };
            let replaced =
                if rng.bool() { at.start..(at.start + 1).min(pieces.len()) } else { at.start..at.start };
            pieces.splice(replaced, [word, after.to_owned()]);
        }
        6 => replace(rng, pieces, Kind::Number, hostile::number),
        7 => replace(rng, pieces, Kind::Text, quoted),
        8 => {
            let (open, close) = NESTS[rng.usize(..NESTS.len())];
            let depth = if rng.u8(..) < 60 { rng.usize(1..150) } else { 1 };
            pieces.insert(at.end, close.repeat(depth));
            pieces.insert(at.start, open.repeat(depth));
        }
        9 => drop(pieces.splice(at, lent[range(rng, lent.len(), 20)].to_vec())),
        10 => lines(rng, pieces),
        _ => {
            let text = if rng.bool() { hostile::text(rng) } else { hostile::number(rng) };
            pieces.insert(at.start, text);
        }
    }
}

/// A piece gives way to another of its kind.
fn alike(rng: &mut Rng, pieces: &mut [String], lent: &[String]) {
    if let Some(at) = pick(rng, pieces, |_| true)
        && let Some(new) = pick(rng, lent, |one| kind(one) == kind(&pieces[at]))
    {
        pieces[at] = lent[new].clone();
    }
}

fn replace(rng: &mut Rng, pieces: &mut [String], of: Kind, make: fn(&mut Rng) -> String) {
    if let Some(at) = pick(rng, pieces, |piece| kind(piece) == of) {
        pieces[at] = make(rng);
    }
}

/// One of those that are wanted, by index.
fn pick(rng: &mut Rng, pieces: &[String], wanted: impl Fn(&str) -> bool) -> Option<usize> {
    let all: Vec<usize> = (0..pieces.len()).filter(|&at| wanted(&pieces[at])).collect();
    (!all.is_empty()).then(|| all[rng.usize(..all.len())])
}

/// A hostile text as a constant; quotes in it are escaped or not.
fn quoted(rng: &mut Rng) -> String {
    let quote = if rng.bool() { '"' } else { '\'' };
    let text = hostile::text(rng);
    let text = if rng.u8(..) < 200 {
        text.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"))
    } else {
        text
    };
    format!("{quote}{text}{quote}")
}

/// Lines move, vanish, come twice, or are indented by another number of spaces.
fn lines(rng: &mut Rng, pieces: &mut Vec<String>) {
    let text = pieces.concat();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let at = rng.usize(..=lines.len());
    let Some(line) = lines.get(at).cloned() else { return };
    match rng.u8(0..5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, line),
        2 => lines[at] = format!("{}{}", " ".repeat(rng.usize(0..12)), line.trim_start_matches(' ')),
        3 => lines[at] = line.replace('\n', if rng.bool() { "\r\n" } else { "" }),
        _ => {
            let to = rng.usize(..lines.len());
            lines.swap(at, to);
        }
    }
    *pieces = split(&lines.concat());
}

/// Bytes that aren't text, a wrong encoding, an end in the middle.
fn break_bytes(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let at = rng.usize(..=bytes.len());
    match rng.u8(0..6) {
        0 => bytes.truncate(at),
        1 => bytes.splice(..0, *b"\xef\xbb\xbf").for_each(drop),
        2 => *bytes = String::from_utf8_lossy(bytes).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        3 => bytes.insert(at, 0),
        4 => (0..rng.usize(1..8)).for_each(|_| bytes.insert(at, rng.u8(..))),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << rng.u8(0..8);
            }
        }
    }
}
