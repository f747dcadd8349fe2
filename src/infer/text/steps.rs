//! What a text becomes, and how it is cut: a tokenizer's steps, one after another.

use super::pattern::{Stretch, stretches};
use crate::error::{Error, Kind, Result};
use crate::kernel::text::{Characters, Set};
use crate::network::tokenizer::{Cut, Step};

/// The most bytes of all pieces of a text, on the way too.
pub const MAX_BYTES: usize = 1 << 25;
/// How many bytes are folded before the room for them is looked at again.
const FOLDED_BYTES: usize = 1 << 12;

/// A text in pieces. What was found to be a token is one, and nothing is done with it any more.
#[derive(Default)]
pub struct Pieces {
    pub text: String,
    pub list: Vec<Piece>,
}

/// One of them.
#[derive(Clone, Copy)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    /// Which token it is, if that is known already.
    pub token: Option<u32>,
    /// The text begins with it.
    pub is_first: bool,
}

/// Steps, ready to be done.
pub struct Steps(Vec<(Step, Characters)>);

impl Pieces {
    /// A text as one piece.
    pub fn of(text: &str) -> Self {
        let piece = Piece { start: 0, end: text.len(), token: None, is_first: true };
        let list = if text.is_empty() { vec![] } else { vec![piece] };
        Self { text: text.to_owned(), list }
    }

    /// Adds a piece of another text; an empty one is none.
    pub fn add(&mut self, text: &str, is_first: bool) {
        let start = self.text.len();
        self.text.push_str(text);
        self.close(start, is_first);
    }

    /// Adds a token.
    pub fn add_token(&mut self, token: u32) {
        let end = self.text.len();
        self.list.push(Piece { start: end, end, token: Some(token), is_first: false });
    }

    /// Adds what was written since.
    fn close(&mut self, start: usize, is_first: bool) {
        let end = self.text.len();
        if end > start {
            self.list.push(Piece { start, end, token: None, is_first });
        }
    }
}

impl Steps {
    /// Lays out what characters become.
    pub fn new(steps: Vec<Step>) -> Self {
        let folded = |mut step: Step| {
            let folds = if let Step::Fold(folds) = &mut step { std::mem::take(folds) } else { vec![] };
            (step, Characters::new(folds, None))
        };
        Self(steps.into_iter().map(folded).collect())
    }

    /// Does them all.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] for a text that would become too long.
    pub fn done(&self, mut pieces: Pieces, sets: &[Set], marks: &[(u32, u32, u8)]) -> Result<Pieces> {
        for (step, characters) in &self.0 {
            let mut made = Pieces::default();
            for &Piece { start, end, token, is_first } in &pieces.list {
                let text = &pieces.text[start..end];
                match (token, step) {
                    (Some(token), _) => made.add_token(token),
                    (None, Step::Split(pattern, cut)) => split(&stretches(&pattern.0, sets, text), *cut, |from, to| {
                        made.add(&text[from..to], is_first && from == 0);
                    }),
                    _ => {
                        let from = made.text.len();
                        rewrite(step, characters, text, is_first, sets, marks, &mut made.text)?;
                        made.close(from, is_first);
                    }
                }
                check_room(&made.text)?;
            }
            pieces = made;
        }
        Ok(pieces)
    }
}

/// Cuts a text where something was found.
fn split(found: &[Stretch], cut: Cut, mut add: impl FnMut(usize, usize)) {
    let mut start = 0;
    for (i, &Stretch { end, is_match, .. }) in found.iter().enumerate() {
        let next = found.get(i + 1).map(|next| next.is_match);
        // What is found right behind what was found is a piece of its own, but with `Contiguous`.
        let goes_on = match cut {
            Cut::Removed | Cut::Kept | Cut::Isolated => false,
            Cut::Contiguous => next == Some(is_match),
            Cut::WithPrevious => !is_match && next == Some(true),
            Cut::WithNext => is_match && next == Some(false),
        };
        if goes_on {
            continue;
        }
        let is_kept = match cut {
            Cut::Removed => !is_match,
            Cut::Kept => is_match,
            _ => true,
        };
        if is_kept {
            add(start, end);
        }
        start = end;
    }
}

/// Writes what a step makes of a text.
fn rewrite(
    step: &Step,
    characters: &Characters,
    text: &str,
    is_first: bool,
    sets: &[Set],
    marks: &[(u32, u32, u8)],
    out: &mut String,
) -> Result<()> {
    match step {
        Step::Fold(_) => {
            let (mut rest, mut folded) = (text, Vec::new());
            while !rest.is_empty() {
                let (part, after) = rest.split_at(rest.floor_char_boundary(FOLDED_BYTES));
                characters.fold(part, &mut folded);
                out.extend(&folded);
                check_room(out)?;
                rest = after;
            }
        }
        // What follows here changes no ASCII.
        Step::Space(_) | Step::Letters | Step::Order | Step::Compose(_) if text.is_ascii() => out.push_str(text),
        Step::Space(set) => {
            for c in text.chars() {
                match sets[*set as usize].has(c) {
                    true => out.extend([' ', c, ' ']),
                    false => out.push(c),
                }
            }
        }
        Step::Letters => text.chars().for_each(|c| out.extend(letters(c).into_iter().flatten())),
        Step::Order => {
            let mut characters: Vec<char> = text.chars().collect();
            for run in characters.chunk_by_mut(|_, c| class(marks, *c) > 0) {
                // The first is what the others are marks on, but at the start of a text.
                let marked = usize::from(class(marks, run[0]) == 0);
                run[marked..].sort_by_key(|c| class(marks, *c));
            }
            out.extend(&characters);
        }
        Step::Compose(pairs) => out.extend(composed(text, pairs, marks)),
        Step::Strip(set, start, end) => {
            let set = &sets[*set as usize];
            let text = if *start { text.trim_start_matches(|c| set.has(c)) } else { text };
            out.push_str(if *end { text.trim_end_matches(|c| set.has(c)) } else { text });
        }
        Step::Replace(pattern, by) => {
            for Stretch { start, end, is_match } in stretches(&pattern.0, sets, text) {
                out.push_str(if is_match { by } else { &text[start..end] });
                check_room(out)?;
            }
        }
        Step::Prepend { text: before, once, first } => {
            if !(text.is_empty() || *once && text.starts_with(before.as_str()) || *first && !is_first) {
                out.push_str(before);
            }
            out.push_str(text);
        }
        Step::Bytes => out.extend(text.bytes().map(written)),
        Step::Split(..) => out.push_str(text),
    }
    Ok(())
}

fn check_room(text: &str) -> Result<()> {
    if text.len() <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::new(Kind::LimitExceeded, "text", format!("at most {MAX_BYTES} bytes"), "more"))
}

/// The class of a mark; 0 of what is none.
fn class(marks: &[(u32, u32, u8)], c: char) -> u8 {
    let after = marks.partition_point(|mark| mark.0 <= c as u32);
    let mark = after.checked_sub(1).map(|i| marks[i]);
    mark.filter(|mark| c as u32 <= mark.1).map_or(0, |mark| mark.2)
}

/// The first syllable of Hangul, and how many begin with the same letters.
const SYLLABLE: u32 = 0xac00;
const VOWELS: u32 = 21;
const TAILS: u32 = 28;
/// The letters that they are made of: the first leading one, the first vowel, and what is before the first trailing one.
const LEAD: u32 = 0x1100;
const VOWEL: u32 = 0x1161;
const TAIL: u32 = 0x11a7;

/// The letters of a syllable of Hangul, or the character itself.
fn letters(c: char) -> [Option<char>; 3] {
    let syllable = (c as u32).wrapping_sub(SYLLABLE);
    if syllable >= 19 * VOWELS * TAILS {
        return [Some(c), None, None];
    }
    let [lead, vowel, tail] = [syllable / (VOWELS * TAILS), syllable / TAILS % VOWELS, syllable % TAILS];
    let tail = if tail > 0 { char::from_u32(TAIL + tail) } else { None };
    [char::from_u32(LEAD + lead), char::from_u32(VOWEL + vowel), tail]
}

/// What two characters are together.
fn pair(pairs: &[(u32, u32, u32)], first: char, second: char) -> Option<char> {
    let (a, b) = (first as u32, second as u32);
    let (lead, vowel) = (a.wrapping_sub(LEAD), b.wrapping_sub(VOWEL));
    let (syllable, tail) = (a.wrapping_sub(SYLLABLE), b.wrapping_sub(TAIL));
    if lead < 19 && vowel < VOWELS {
        return char::from_u32(SYLLABLE + (lead * VOWELS + vowel) * TAILS);
    }
    if syllable < 19 * VOWELS * TAILS && syllable.is_multiple_of(TAILS) && (1..TAILS).contains(&tail) {
        return char::from_u32(a + tail);
    }
    let found = pairs.binary_search_by_key(&(a, b), |pair| (pair.0, pair.1)).ok()?;
    char::from_u32(pairs[found].2)
}

/// Unicode's canonical composition: a mark joins the character before it, unless one of its class or a higher one is between.
fn composed(text: &str, pairs: &[(u32, u32, u32)], marks: &[(u32, u32, u8)]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    let (mut marked, mut between) = (None, None);
    for c in text.chars() {
        let class = class(marks, c);
        if let Some(at) = marked.filter(|_| between.is_none_or(|between| between < class))
            && let Some(both) = pair(pairs, out[at], c)
        {
            out[at] = both;
            continue;
        }
        (marked, between) = if class == 0 { (Some(out.len()), None) } else { (marked, Some(class)) };
        out.push(c);
    }
    out
}

/// The character that GPT-2 writes for a byte.
fn written(byte: u8) -> char {
    let code = u32::from(byte);
    let code = match byte {
        0..=32 => 0x100 + code,
        127..=160 => 0x100 + code - 127 + 33,
        173 => 0x100 + 67,
        _ => code,
    };
    char::from_u32(code).unwrap_or_default()
}
