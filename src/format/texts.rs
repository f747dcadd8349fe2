//! Texts in the body, and the operator that counts their terms.

use super::limits::{self, MAX_NODES};
use crate::error::{Error, Kind, Result};
use crate::kernel::text::{Becomes, Fold, Hashed, Sigma, TextList, Token};
use crate::model::{Pieces, Terms, Vectorize};
use serde::{Deserialize, Serialize};

/// Texts one after another, and the length of each in bytes.
#[derive(Serialize, Deserialize)]
pub(super) struct WireTexts {
    joined: String,
    lengths: Vec<u32>,
}

/// First character − the last of the range before, last − first: small numbers, which take one byte.
type WireRanges = Vec<(u32, u32)>;

#[derive(Serialize, Deserialize)]
pub(super) struct WireVectorize {
    folds: Vec<WireFold>,
    sigma: Option<(WireRanges, WireRanges)>,
    pieces: WirePieces,
    least: u32,
    most: u32,
    terms: WireTerms,
    is_binary: bool,
}

#[derive(Serialize, Deserialize)]
enum WireFold {
    /// First character − the one after the last of the fold before, count, step, shift.
    Shifted(u32, u32, u32, i32),
    /// The same, and the text.
    Text(u32, u32, u32, String),
}

#[derive(Serialize, Deserialize)]
enum WirePieces {
    Words {
        characters: WireRanges,
        word: WireRanges,
        starts_at_edge: bool,
        ends_at_edge: bool,
        least: u32,
        most: Option<u32>,
        stop_words: WireTexts,
    },
    Characters {
        spaces: WireRanges,
    },
    CharactersInWords {
        spaces: WireRanges,
    },
}

#[derive(Serialize, Deserialize)]
enum WireTerms {
    Known(WireTexts),
    Hashed(u32, bool),
}

fn corrupt(at: &'static str, expected: &'static str) -> Error {
    Error::new(Kind::Corrupt, at, expected, "others")
}

impl WireTexts {
    pub fn from_texts(texts: &TextList) -> Self {
        Self { joined: texts.joined().to_owned(), lengths: texts.iter().map(|text| text.len() as u32).collect() }
    }

    pub fn into_texts(self) -> Result<TextList> {
        TextList::from_joined(self.joined, &self.lengths).ok_or_else(|| corrupt("texts", "lengths of whole texts"))
    }
}

fn to_wire(ranges: &[(u32, u32)]) -> WireRanges {
    let mut end = 0;
    let wire = |&(first, last): &(u32, u32)| {
        let range = (first - end, last - first);
        end = last;
        range
    };
    ranges.iter().map(wire).collect()
}

fn from_wire(wire: WireRanges) -> Result<Vec<(u32, u32)>> {
    let mut end = 0_u32;
    let range = |(gap, length)| {
        let first = end.checked_add(gap)?;
        end = first.checked_add(length)?;
        Some((first, end))
    };
    wire.into_iter().map(range).collect::<Option<_>>().ok_or_else(|| corrupt("ranges", "characters"))
}

impl WireVectorize {
    pub fn check_limits(&self) -> Result<()> {
        limits::check("folds", self.folds.len(), MAX_NODES)
    }

    pub fn from_vectorize(vectorize: &Vectorize) -> Self {
        let mut next = 0;
        let fold = |fold: &Fold| {
            let (gap, count, step) = (fold.first - next, fold.count, fold.step);
            next = fold.first + (count - 1) * step + 1;
            match &fold.becomes {
                Becomes::Shifted(by) => WireFold::Shifted(gap, count, step, *by),
                Becomes::Text(text) => WireFold::Text(gap, count, step, text.clone()),
            }
        };
        Self {
            folds: vectorize.folds.iter().map(fold).collect(),
            sigma: vectorize.sigma.as_ref().map(|sigma| (to_wire(&sigma.cased), to_wire(&sigma.passed))),
            pieces: match &*vectorize.pieces {
                Pieces::Words { characters, word, token, stop_words } => WirePieces::Words {
                    characters: to_wire(characters),
                    word: to_wire(word),
                    starts_at_edge: token.starts_at_edge,
                    ends_at_edge: token.ends_at_edge,
                    least: token.least as u32,
                    // Without a limit it is the largest usize, whatever that is here.
                    most: u32::try_from(token.most).ok().filter(|_| token.most < usize::MAX),
                    stop_words: WireTexts::from_texts(stop_words),
                },
                Pieces::Characters { spaces } => WirePieces::Characters { spaces: to_wire(spaces) },
                Pieces::CharactersInWords { spaces } => WirePieces::CharactersInWords { spaces: to_wire(spaces) },
            },
            least: vectorize.least,
            most: vectorize.most,
            terms: match &vectorize.terms {
                Terms::Known(terms) => WireTerms::Known(WireTexts::from_texts(terms)),
                Terms::Hashed(Hashed { width, alternates }) => WireTerms::Hashed(*width, *alternates),
            },
            is_binary: vectorize.is_binary,
        }
    }

    pub fn into_vectorize(self) -> Result<Vectorize> {
        let mut next = 0_u32;
        let fold = |fold: WireFold| {
            let (gap, count, step, becomes) = match fold {
                WireFold::Shifted(gap, count, step, by) => (gap, count, step, Becomes::Shifted(by)),
                WireFold::Text(gap, count, step, text) => (gap, count, step, Becomes::Text(text)),
            };
            let first = next.checked_add(gap)?;
            next = first.checked_add(count.checked_sub(1)?.checked_mul(step)?)?.checked_add(1)?;
            Some(Fold { first, count, step, becomes })
        };
        let folds = self.folds.into_iter().map(fold).collect::<Option<_>>();
        let sigma = |(cased, passed)| Ok::<_, Error>(Sigma { cased: from_wire(cased)?, passed: from_wire(passed)? });
        Ok(Vectorize {
            folds: folds.ok_or_else(|| corrupt("folds", "characters"))?,
            sigma: self.sigma.map(sigma).transpose()?,
            pieces: Box::new(match self.pieces {
                WirePieces::Words { characters, word, starts_at_edge, ends_at_edge, least, most, stop_words } => {
                    let (least, most) = (least as usize, most.map_or(usize::MAX, |most| most as usize));
                    Pieces::Words {
                        characters: from_wire(characters)?,
                        word: from_wire(word)?,
                        token: Token { starts_at_edge, ends_at_edge, least, most },
                        stop_words: stop_words.into_texts()?,
                    }
                }
                WirePieces::Characters { spaces } => Pieces::Characters { spaces: from_wire(spaces)? },
                WirePieces::CharactersInWords { spaces } => Pieces::CharactersInWords { spaces: from_wire(spaces)? },
            }),
            least: self.least,
            most: self.most,
            terms: match self.terms {
                WireTerms::Known(terms) => Terms::Known(terms.into_texts()?),
                WireTerms::Hashed(width, alternates) => Terms::Hashed(Hashed { width, alternates }),
            },
            is_binary: self.is_binary,
        })
    }
}
