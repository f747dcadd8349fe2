//! What characters are and become, read off the tables that the library itself is built with: those of its normalizers are
//! older than those of its regular expressions.

use crate::import::sklearn::text::runs;
use crate::kernel::text::{Fold, Ranges};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::collections::BTreeSet;
use std::iter::once;
use unicode_categories::UnicodeCategories;
use unicode_normalization_alignments::UnicodeNormalization;
use unicode_normalization_alignments::char::{canonical_combining_class, compose, is_combining_mark};

/// Writes what a character becomes.
pub type Becomes = fn(char, &mut Vec<char>);

/// The syllables of Hangul, which follow from a rule.
const HANGUL: std::ops::RangeInclusive<char> = '\u{ac00}'..='\u{d7a3}';

/// Every character there can be.
fn every() -> impl Iterator<Item = char> {
    (0..=char::MAX as u32).filter_map(char::from_u32)
}

/// The characters for which something holds.
pub fn ranges(holds: impl Fn(char) -> bool) -> Ranges {
    let mut ranges = Ranges::new();
    for c in every().filter(|&c| holds(c)).map(u32::from) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == c => *last = c,
            _ => ranges.push((c, c)),
        }
    }
    ranges
}

/// The characters of a class as a regular expression writes it; nothing for what is none.
pub fn class(expression: &str) -> Option<Ranges> {
    match regex_syntax::parse(expression).ok().map(Hir::into_kind)? {
        HirKind::Class(Class::Unicode(class)) => {
            Some(class.iter().map(|range| (range.start() as u32, range.end() as u32)).collect())
        }
        HirKind::Literal(literal) => {
            let mut characters = std::str::from_utf8(&literal.0).ok()?.chars().map(u32::from);
            let one = characters.next()?;
            characters.next().is_none().then(|| vec![(one, one)])
        }
        _ => None,
    }
}

/// What every character becomes that becomes another, when all of it is done one after another.
pub fn folds(all: &[Becomes]) -> Vec<Fold> {
    let mut folds = Vec::new();
    let (mut now, mut next) = (Vec::new(), Vec::new());
    for c in every() {
        now.clear();
        now.push(c);
        for becomes in all {
            next.clear();
            now.iter().for_each(|&c| becomes(c, &mut next));
            std::mem::swap(&mut now, &mut next);
        }
        if now != [c] {
            folds.push((c as u32, now.clone()));
        }
    }
    runs(&folds)
}

/// The classes of marks.
pub fn marks() -> Vec<(u32, u32, u8)> {
    let mut marks: Vec<(u32, u32, u8)> = Vec::new();
    for c in every() {
        let (code, class) = (c as u32, canonical_combining_class(c));
        match marks.last_mut() {
            Some((_, last, same)) if *last + 1 == code && *same == class => *last = code,
            _ if class > 0 => marks.push((code, code, class)),
            _ => {}
        }
    }
    marks
}

/// Pairs of characters that have one together, Hangul's left out.
pub fn pairs() -> Vec<(u32, u32, u32)> {
    let (mut firsts, mut seconds) = (BTreeSet::new(), BTreeSet::new());
    for c in every().filter(|c| !HANGUL.contains(c)) {
        let mut parts: Vec<char> = once(c).nfd().map(|(c, _)| c).collect();
        if parts.len() > 1 {
            seconds.extend(parts.pop());
            let before: String = parts.into_iter().collect();
            firsts.extend(before.chars().chain(before.nfc().map(|(c, _)| c)));
        }
    }
    let with = |&first: &char| {
        let pair = move |&second: &char| Some((first as u32, second as u32, compose(first, second)? as u32));
        seconds.iter().filter_map(pair).collect::<Vec<_>>()
    };
    firsts.iter().flat_map(with).collect()
}

/// `clean_text` of BERT: controls go, white space is a space.
pub fn cleaned(c: char, out: &mut Vec<char>) {
    let is_control = !matches!(c, '\t' | '\n' | '\r') && c.is_other();
    match c {
        '\0' | '\u{fffd}' => {}
        _ if is_control => {}
        _ if c.is_whitespace() => out.push(' '),
        _ => out.push(c),
    }
}

/// The characters that BERT puts spaces around.
pub fn chinese() -> Ranges {
    vec![
        (0x3400, 0x4dbf),
        (0x4e00, 0x9fff),
        (0xf900, 0xfaff),
        (0x20000, 0x2a6df),
        (0x2a700, 0x2b73f),
        (0x2b740, 0x2b81f),
        (0x2b920, 0x2ceaf),
        (0x2f800, 0x2fa1f),
    ]
}

/// Lowercase, without a look at what is beside it: a capital sigma is never a final one.
pub fn lower(c: char, out: &mut Vec<char>) {
    out.extend(c.to_lowercase());
}

/// The canonical decomposition, but of Hangul.
pub fn decomposed(c: char, out: &mut Vec<char>) {
    if HANGUL.contains(&c) { out.push(c) } else { out.extend(once(c).nfd().map(|(c, _)| c)) }
}

/// The compatible decomposition, but of Hangul.
pub fn decomposed_compatibly(c: char, out: &mut Vec<char>) {
    if HANGUL.contains(&c) { out.push(c) } else { out.extend(once(c).nfkd().map(|(c, _)| c)) }
}

/// `strip_accents` of BERT: marks without a width go.
pub fn without_accents(c: char, out: &mut Vec<char>) {
    out.extend(Some(c).filter(|c| !c.is_mark_nonspacing()));
}

/// `StripAccents`: all marks go.
pub fn without_marks(c: char, out: &mut Vec<char>) {
    out.extend(Some(c).filter(|&c| !is_combining_mark(c)));
}

/// What the library takes for punctuation.
pub fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || c.is_punctuation()
}
