//! Tokens by their texts, and WordPiece: the longest token that a word begins with, and again of what is left of it.

use crate::kernel::text::Index;
use crate::network::tokenizer::Vocabulary;

/// Finds the id of a token.
pub struct Words {
    index: Index,
    ids: Vec<u32>,
    /// How many bytes the longest has.
    longest: usize,
}

/// WordPiece, ready to run.
pub struct WordPiece {
    pub words: Words,
    pub prefix: String,
    pub most: u32,
    pub unknown: u32,
}

impl Words {
    /// Lays out a vocabulary that was checked.
    pub fn new(known: &Vocabulary) -> Self {
        let (texts, ids) = known.read().unwrap_or_default();
        Self::of(&texts.iter().zip(ids).collect::<Vec<_>>())
    }

    /// Of texts and their ids.
    pub fn of(words: &[(&str, u32)]) -> Self {
        Self {
            index: Index::new(&words.iter().map(|word| word.0).collect()),
            ids: words.iter().map(|word| word.1).collect(),
            longest: words.iter().map(|word| word.0.len()).max().unwrap_or(0),
        }
    }

    /// The id of a token.
    pub fn id(&self, text: &str) -> Option<u32> {
        Some(self.ids[self.index.find(text.as_bytes())?])
    }

    /// The longest token that a text begins with, and its length in bytes.
    pub fn longest(&self, text: &str) -> Option<(usize, u32)> {
        let mut end = text.floor_char_boundary(self.longest);
        while end > 0 {
            if let Some(id) = self.id(&text[..end]) {
                return Some((end, id));
            }
            end = text.floor_char_boundary(end - 1);
        }
        None
    }
}

impl WordPiece {
    /// Adds the tokens of a word.
    pub fn add(&self, word: &str, ids: &mut Vec<u32>) {
        let start = ids.len();
        if word.chars().nth(self.most as usize).is_some() || !self.divide(word, ids) {
            ids.truncate(start);
            ids.push(self.unknown);
        }
    }

    /// Whether a word is made of tokens.
    fn divide(&self, word: &str, ids: &mut Vec<u32>) -> bool {
        let mut rest = String::new();
        let mut done = 0;
        while done < word.len() {
            rest.clear();
            let before = if done > 0 { self.prefix.as_str() } else { "" };
            rest.push_str(before);
            // No more of it than there are tokens for: a word of a megabyte is not copied for each of its tokens.
            rest.push_str(&word[done..word.floor_char_boundary(done + self.words.longest)]);
            match self.words.longest(&rest).filter(|(end, _)| *end > before.len()) {
                None => return false,
                Some((end, id)) => {
                    done += end - before.len();
                    ids.push(id);
                }
            }
        }
        true
    }
}
