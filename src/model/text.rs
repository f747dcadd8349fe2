//! The operator that counts the terms of a text: `CountVectorizer` and `HashingVectorizer`.
//!
//! A text stands in a row as its place among the texts that come with the rows; no other operator can make anything of it.

use super::graph::{MAX_WIDTH, check_width, positive, unsound};
use crate::error::Result;
use crate::kernel::text::{self, Becomes, Fold, Hashed, Index, Ranges, Sigma, TextList, Token};

/// The most pieces of a term, and characters of a token where there is a most.
const MAX_LENGTH: u32 = 1 << 8;
/// The most bytes that one character becomes; of Unicode's decompositions the longest has 33.
const MAX_FOLDED: usize = 1 << 7;

/// The counts of a text's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vectorize {
    /// What becomes of characters first: lowercase letters, letters without accents. By the first of them, none overlapping.
    pub folds: Vec<Fold>,
    /// What decides how a capital sigma is written small; without it `folds` do.
    pub sigma: Option<Sigma>,
    /// What a text is cut into.
    pub pieces: Box<Pieces>,
    /// The fewest pieces of a term.
    pub least: u32,
    /// The most.
    pub most: u32,
    /// The terms that are counted.
    pub terms: Terms,
    /// Whether a term counts once, however often it is there.
    pub is_binary: bool,
}

/// What a text is cut into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pieces {
    /// Tokens.
    Words {
        /// The characters they are made of.
        characters: Ranges,
        /// The characters words are made of, where a token begins or ends at the edge of one.
        word: Ranges,
        /// How they begin and end.
        token: Token,
        /// Tokens that are passed by; distinct.
        stop_words: TextList,
    },
    /// Characters; several of white space in a row are one space.
    Characters {
        /// White space.
        spaces: Ranges,
    },
    /// Characters within words, each with a space before and after.
    CharactersInWords {
        /// White space.
        spaces: Ranges,
    },
}

/// The terms that are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    /// These, in the order of the counts; distinct, and in the order of their bytes.
    Known(TextList),
    /// All, each where its hash says.
    Hashed(Hashed),
}

impl Vectorize {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, 1)?;
        check_folds(&self.folds)?;
        if let Some(sigma) = &self.sigma {
            check_ranges("sigma", &sigma.cased)?;
            check_ranges("sigma", &sigma.passed)?;
        }
        match &*self.pieces {
            Pieces::Words { characters, word, token, stop_words } => {
                check_ranges("characters", characters)?;
                check_ranges("word", word)?;
                check_ascending("stop_words", stop_words)?;
                let is_bounded = token.most == usize::MAX || token.most <= MAX_LENGTH as usize;
                if token.least == 0 || token.least > MAX_LENGTH as usize || token.most < token.least || !is_bounded {
                    return Err(unsound("token", format!("lengths from 1 to {MAX_LENGTH}"), "others"));
                }
            }
            Pieces::Characters { spaces } | Pieces::CharactersInWords { spaces } => check_ranges("spaces", spaces)?,
        }
        if !(1..=self.most).contains(&self.least) || self.most > MAX_LENGTH {
            let found = format!("{} to {}", self.least, self.most);
            return Err(unsound("pieces", format!("lengths from 1 to {MAX_LENGTH}"), found));
        }
        match &self.terms {
            Terms::Known(terms) => {
                check_ascending("terms", terms)?;
                positive("terms", terms.len())
            }
            Terms::Hashed(hashed) if hashed.width as usize > MAX_WIDTH => {
                Err(unsound("terms", format!("at most {MAX_WIDTH}"), hashed.width))
            }
            Terms::Hashed(hashed) => positive("terms", hashed.width as usize),
        }
    }

    /// What the kernel wants.
    pub fn kernel(&self) -> text::Vectorizer {
        let set = |ranges: &Ranges| text::Set::new(ranges.clone());
        text::Vectorizer {
            characters: text::Characters::new(self.folds.clone(), self.sigma.as_ref()),
            analyzer: match &*self.pieces {
                Pieces::Words { characters, word, token, stop_words } => text::Analyzer::Words {
                    tokens: text::Tokens { characters: set(characters), word: set(word), token: *token },
                    stop_words: Index::new(stop_words),
                },
                Pieces::Characters { spaces } => text::Analyzer::Characters { spaces: set(spaces) },
                Pieces::CharactersInWords { spaces } => text::Analyzer::CharactersInWords { spaces: set(spaces) },
            },
            lengths: (self.least as usize, self.most as usize),
            terms: match &self.terms {
                Terms::Known(terms) => text::Terms::Known(Index::new(terms)),
                Terms::Hashed(hashed) => text::Terms::Hashed(*hashed),
            },
            is_binary: self.is_binary,
        }
    }
}

/// Refuses folds that do not ascend.
pub(crate) fn check_folds(folds: &[Fold]) -> Result<()> {
    let mut next = 0;
    for fold in folds {
        let last = (fold.count.checked_sub(1))
            .and_then(|steps| steps.checked_mul(fold.step))
            .and_then(|length| fold.first.checked_add(length))
            .filter(|&last| fold.step > 0 && fold.first >= next && last <= char::MAX as u32);
        let Some(last) = last else {
            return Err(unsound("folds", "characters in ascending order", "others"));
        };
        next = last + 1;
        if let Becomes::Text(text) = &fold.becomes
            && text.len() > MAX_FOLDED
        {
            return Err(unsound("folds", format!("texts of at most {MAX_FOLDED} bytes"), text.len()));
        }
    }
    Ok(())
}

/// Refuses ranges that do not ascend.
pub(crate) fn check_ranges(at: &'static str, ranges: &Ranges) -> Result<()> {
    let ascend = ranges.windows(2).all(|pair| pair[0].1 < pair[1].0);
    if ascend && ranges.iter().all(|(first, last)| first <= last) {
        return Ok(());
    }
    Err(unsound(at, "ranges in ascending order", "others"))
}

fn check_ascending(at: &'static str, texts: &TextList) -> Result<()> {
    if texts.iter().zip(texts.iter().skip(1)).all(|(text, next)| text < next) {
        return Ok(());
    }
    Err(unsound(at, "texts in ascending order", "others"))
}
