//! Regular expressions in the parts that tokenizers are made of: runs of characters of a kind, one after another.

use crate::kernel::text::Set;
use crate::network::tokenizer::Part;

/// A stretch of a text, and whether a pattern was found there.
pub struct Stretch {
    pub start: usize,
    pub end: usize,
    pub is_match: bool,
}

/// All of a text in stretches, none of them empty.
pub fn stretches(pattern: &[Vec<Part>], sets: &[Set], text: &str) -> Vec<Stretch> {
    let mut found = Vec::new();
    let (mut before, mut at) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        match end(pattern, sets, text, at).filter(|&end| end > at) {
            None => at += c.len_utf8(),
            Some(end) => {
                if before < at {
                    found.push(Stretch { start: before, end: at, is_match: false });
                }
                found.push(Stretch { start: at, end, is_match: true });
                (before, at) = (end, end);
            }
        }
    }
    if before < at {
        found.push(Stretch { start: before, end: at, is_match: false });
    }
    found
}

/// Where the first alternative that fits at a place ends.
fn end(alternatives: &[Vec<Part>], sets: &[Set], text: &str, at: usize) -> Option<usize> {
    alternatives.iter().find_map(|parts| follow(parts, sets, text, at))
}

/// Where parts end that begin at a place: each run is as long as what comes after it allows.
fn follow(parts: &[Part], sets: &[Set], text: &str, at: usize) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    match part {
        Part::Ahead(set) => {
            let fits = text[at..].chars().next().is_none_or(|c| sets[*set as usize].has(c));
            if fits { follow(rest, sets, text, at) } else { None }
        }
        Part::Maybe(alternatives) => Some(end(alternatives, sets, text, at).unwrap_or(at)),
        Part::Run(set, least, most) => {
            let run = text[at..].chars().take(most.map_or(usize::MAX, |most| most as usize));
            let (mut count, mut length) = (0, 0);
            for c in run.take_while(|&c| sets[*set as usize].has(c)) {
                count += 1;
                length += c.len_utf8();
            }
            while count >= *least {
                if let Some(end) = follow(rest, sets, text, at + length) {
                    return Some(end);
                }
                length -= text[at..at + length].chars().next_back()?.len_utf8();
                count -= 1;
            }
            None
        }
    }
}
