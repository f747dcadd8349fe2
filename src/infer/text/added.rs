//! Tokens that stand for a text as it is: they are looked for before words are.

use super::steps::{Piece, Pieces};
use super::words::Words;
use crate::kernel::text::Set;
use crate::network::tokenizer;

/// Finds the first of them from any place on, and of those that begin there the longest.
pub struct Added {
    tokens: Vec<tokenizer::Added>,
    /// Their places among the tokens.
    words: Words,
    /// The bytes that one of them begins with.
    starts: [bool; 256],
    /// White space that they take along, and characters of words.
    around: (usize, usize),
}

impl Added {
    /// Lays them out.
    pub fn new(tokens: Vec<tokenizer::Added>, (spaces, word): (u32, u32)) -> Self {
        let mut starts = [false; 256];
        tokens.iter().filter_map(|token| token.text.bytes().next()).for_each(|byte| starts[usize::from(byte)] = true);
        let places: Vec<(&str, u32)> =
            tokens.iter().zip(0..).map(|(token, place)| (token.text.as_str(), place)).collect();
        let words = Words::of(&places);
        Self { words, starts, around: (spaces as usize, word as usize), tokens }
    }

    /// Cuts pieces where one of them is.
    pub fn split(&self, pieces: Pieces, sets: &[Set]) -> Pieces {
        if self.tokens.is_empty() {
            return pieces;
        }
        let mut made = Pieces::default();
        for &Piece { start, end, token, is_first } in &pieces.list {
            match token {
                Some(token) => made.add_token(token),
                None => self.find(&pieces.text[start..end], is_first, sets, &mut made),
            }
        }
        made
    }

    fn find(&self, text: &str, is_first: bool, sets: &[Set], made: &mut Pieces) {
        let (spaces, word) = (&sets[self.around.0], &sets[self.around.1]);
        let is_word = |c: Option<char>| c.is_some_and(|c| word.has(c));
        let (mut done, mut at) = (0, 0);
        while at < text.len() {
            let is_start = self.starts[usize::from(text.as_bytes()[at])];
            let found = if is_start { self.words.longest(&text[at..]) } else { None };
            let Some((length, place)) = found else {
                at = text.ceil_char_boundary(at + 1);
                continue;
            };
            let token = &self.tokens[place as usize];
            let (mut start, mut end) = (at, at + length);
            at = end;
            let (before, after) = (&text[..start], &text[end..]);
            if token.is_word && (is_word(before.chars().next_back()) || is_word(after.chars().next())) {
                continue;
            }
            if token.takes_before {
                start = before.trim_end_matches(|c| spaces.has(c)).len().max(done);
            }
            if token.takes_after {
                end = text.len() - after.trim_start_matches(|c| spaces.has(c)).len();
            }
            if done < start {
                made.add(&text[done..start], is_first && done == 0);
            }
            made.add_token(token.id);
            done = end;
        }
        made.add(&text[done..], is_first && done == 0);
    }
}
