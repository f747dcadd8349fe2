//! What a tokenizer does: the steps from a text to the ids of its tokens, as a Hugging Face tokenizer takes them.
//!
//! What characters are and become is in the steps: there is no table of Unicode's here, so that a network's tokens are the
//! same wherever it runs.

use crate::error::{Error, Kind, Result};
use crate::kernel::text::{Fold, Ranges, TextList};
use crate::model::{check_folds, check_ranges};
use serde::{Deserialize, Serialize};

/// The most tokens of one text, where a length is asked for.
pub const MAX_TOKENS: u32 = 1 << 20;
/// The most parts of one alternative of a pattern: matching goes as deep.
const MAX_PARTS: usize = 1 << 6;

/// A tokenizer: see the module's documentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokenizer {
    /// Kinds of characters; steps and patterns name them by their places.
    pub sets: Vec<Ranges>,
    /// Classes of the characters that are marks on others, by first and last: Unicode's canonical combining classes.
    pub marks: Vec<(u32, u32, u8)>,
    /// Tokens that are found before anything else is done.
    pub added: Vec<Added>,
    /// What an added token is beside: white space that it takes along, and characters of words that it is not part of.
    pub around: (u32, u32),
    /// What a text becomes.
    pub normalize: Vec<Step>,
    /// How it is then cut into words.
    pub divide: Vec<Step>,
    /// How words become tokens.
    pub model: Tokens,
    /// What a text is put between.
    pub single: Vec<Segment>,
    /// The same of two texts.
    pub pair: Vec<Segment>,
    /// How a text that is too long is cut.
    pub truncation: Option<Truncation>,
    /// How texts of a batch become equally long.
    pub padding: Option<Padding>,
}

/// A token that stands for a text as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// What it stands for; of a normalized one what that becomes.
    pub text: String,
    /// Which token.
    pub id: u32,
    /// Only where no word goes on beside it.
    pub is_word: bool,
    /// White space before it belongs to it.
    pub takes_before: bool,
    /// White space after it belongs to it.
    pub takes_after: bool,
    /// It is looked for in what the text becomes, not in the text.
    pub is_normalized: bool,
}

/// What is done with a text, or with each piece of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Each character becomes what its fold says.
    Fold(Vec<Fold>),
    /// Characters of a set get a space before and after.
    Space(u32),
    /// Syllables of Hangul become their letters.
    Letters,
    /// Marks behind a character get into the order of their classes.
    Order,
    /// Characters become the one that they are together: pairs with what they make, in ascending order. Hangul's follow from a rule.
    Compose(Vec<(u32, u32, u32)>),
    /// Characters of a set go from the start and from the end.
    Strip(u32, bool, bool),
    /// What a pattern finds becomes a text.
    Replace(Pattern, String),
    /// A text comes before what is not empty.
    Prepend {
        /// The text.
        text: String,
        /// Not where it is there already.
        once: bool,
        /// Only before the piece that the whole text begins with.
        first: bool,
    },
    /// Each byte becomes the character that GPT-2 writes for it.
    Bytes,
    /// It is cut where a pattern is found.
    Split(Pattern, Cut),
}

/// What becomes of the places where a pattern is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cut {
    /// They go.
    Removed,
    /// They are pieces, and what lies between them goes.
    Kept,
    /// They are pieces too.
    Isolated,
    /// They are pieces too, those without anything between together.
    Contiguous,
    /// They are the end of the piece before.
    WithPrevious,
    /// They are the start of the piece after.
    WithNext,
}

/// A regular expression: the first alternative that fits counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern(pub Vec<Vec<Part>>);

/// A part of an alternative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Characters of a set: at least so many, and at most, if there is a most; as many as go.
    Run(u32, u32, Option<u32>),
    /// The next character, if there is one, is of a set.
    Ahead(u32),
    /// One of these, if one fits; at the end only.
    Maybe(Vec<Vec<Part>>),
}

/// How a word becomes tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tokens {
    /// The longest token that a word begins with, and again of what is left of it.
    WordPiece {
        /// The tokens.
        known: Vocabulary,
        /// What tokens begin with that do not begin a word.
        prefix: String,
        /// The most characters of a word.
        most: u32,
        /// What a word becomes that is longer or not made of tokens.
        unknown: u32,
    },
    /// Characters, of which neighbours become one again and again.
    Pairs(Pairs),
}

/// Byte pair encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairs {
    /// The tokens of single characters; with `is_whole` all tokens.
    pub known: Vocabulary,
    /// Two neighbours and what they become, as the distance from the one before; the first of these is merged first.
    pub merges: Vec<(u32, u32, i32)>,
    /// What characters begin with that do not begin a word.
    pub prefix: String,
    /// What the last character of a word ends with.
    pub suffix: String,
    /// What a character becomes that is no token; nothing without.
    pub unknown: Option<u32>,
    /// Unknown characters in a row are one token.
    pub fuses_unknown: bool,
    /// A character that is no token becomes the tokens of its bytes: `<0x0A>`.
    pub has_bytes: bool,
    /// A word that is a token is that.
    pub is_whole: bool,
}

/// Tokens by their ids, one after another in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// The tokens.
    pub joined: String,
    /// Of each how far its id is from the one before (the first from 0), and its length in bytes.
    pub places: Vec<(u32, u32)>,
}

/// A part of what goes into a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segment {
    /// The text, or the second one; and its type.
    Text(bool, u32),
    /// These tokens; and their type.
    Tokens(Vec<u32>, u32),
}

/// How a text that is too long is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truncation {
    /// The most tokens, those around the text among them.
    pub most: u32,
    /// Of two texts which.
    pub of: Cutting,
    /// The start goes and not the end.
    pub from_start: bool,
}

/// Which of two texts is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cutting {
    /// The longer one.
    Longest,
    /// The first.
    First,
    /// The second.
    Second,
}

/// How texts become equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Padding {
    /// How long at least; else as the longest.
    pub least: Option<u32>,
    /// The length is a multiple of it, if it is not 0.
    pub multiple: u32,
    /// What is put there.
    pub id: u32,
    /// The type of it.
    pub kind: u32,
    /// At the start and not at the end.
    pub at_start: bool,
}

impl Vocabulary {
    /// Of tokens in the order of their ids.
    pub fn new<'a>(tokens: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut vocabulary = Self::default();
        let mut last = 0;
        for (id, token) in tokens {
            vocabulary.joined.push_str(token);
            vocabulary.places.push((id - last, token.len() as u32));
            last = id;
        }
        vocabulary
    }

    /// The tokens with their ids; nothing if their lengths or distances are not those of tokens.
    pub fn read(&self) -> Option<(TextList, Vec<u32>)> {
        let lengths: Vec<u32> = self.places.iter().map(|place| place.1).collect();
        let mut last = 0_u32;
        let id = |place: &(u32, u32)| {
            last = last.checked_add(place.0)?;
            Some(last)
        };
        let ids = self.places.iter().map(id).collect::<Option<Vec<u32>>>()?;
        Some((TextList::from_joined(self.joined.clone(), &lengths)?, ids))
    }
}

impl Tokens {
    /// Its tokens.
    pub fn known(&self) -> &Vocabulary {
        match self {
            Tokens::WordPiece { known, .. } | Tokens::Pairs(Pairs { known, .. }) => known,
        }
    }
}

impl Segment {
    /// How many tokens stand around texts.
    pub fn around(segments: &[Segment]) -> usize {
        let count = |segment: &Segment| match segment {
            Segment::Text(..) => 0,
            Segment::Tokens(ids, _) => ids.len(),
        };
        segments.iter().map(count).sum()
    }
}

impl Tokenizer {
    /// Checks that it can be run on any text.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`], with the part that is not sound.
    pub(super) fn check(&self) -> Result<()> {
        self.sets.iter().try_for_each(|set| check_ranges("sets", set))?;
        let ends: Vec<(u32, u32)> = self.marks.iter().map(|mark| (mark.0, mark.1)).collect();
        check_ranges("marks", &ends)?;
        self.check_set(self.around.0)?;
        self.check_set(self.around.1)?;
        self.normalize.iter().chain(&self.divide).try_for_each(|step| self.check_step(step))?;
        if self.normalize.iter().any(|step| matches!(step, Step::Split(..) | Step::Prepend { first: true, .. })) {
            return Err(unsound("normalize", "steps of whole texts"));
        }
        if self.added.iter().any(|added| added.text.is_empty()) || self.model.known().read().is_none() {
            return Err(unsound("tokens", "texts with their ids"));
        }
        if self.single.iter().any(|segment| matches!(segment, Segment::Text(true, _))) {
            return Err(unsound("single", "one text"));
        }
        let around = Segment::around(&self.single).max(Segment::around(&self.pair));
        let (cut, padded) = (self.truncation, self.padding);
        let most = cut.map_or(0, |cut| cut.most).max(padded.map_or(0, |to| to.least.unwrap_or(0).max(to.multiple)));
        if around > MAX_TOKENS as usize || most > MAX_TOKENS {
            return Err(unsound("lengths", "at most 1048576 tokens"));
        }
        Ok(())
    }

    fn check_step(&self, step: &Step) -> Result<()> {
        match step {
            Step::Fold(folds) => check_folds(folds),
            Step::Space(set) | Step::Strip(set, ..) => self.check_set(*set),
            Step::Compose(pairs) if pairs.windows(2).any(|pair| (pair[0].0, pair[0].1) >= (pair[1].0, pair[1].1)) => {
                Err(unsound("compose", "pairs in ascending order"))
            }
            Step::Replace(pattern, _) | Step::Split(pattern, _) => self.check_alternatives(&pattern.0, true),
            Step::Letters | Step::Order | Step::Compose(_) | Step::Prepend { .. } | Step::Bytes => Ok(()),
        }
    }

    fn check_alternatives(&self, alternatives: &[Vec<Part>], is_outer: bool) -> Result<()> {
        for parts in alternatives {
            if parts.len() > MAX_PARTS {
                return Err(unsound("pattern", "at most 64 parts in a row"));
            }
            for (i, part) in parts.iter().enumerate() {
                match part {
                    Part::Run(set, ..) | Part::Ahead(set) => self.check_set(*set)?,
                    Part::Maybe(inner) if is_outer && i + 1 == parts.len() => self.check_alternatives(inner, false)?,
                    Part::Maybe(_) => return Err(unsound("pattern", "what may be there at the end")),
                }
            }
        }
        Ok(())
    }

    fn check_set(&self, set: u32) -> Result<()> {
        if (set as usize) < self.sets.len() { Ok(()) } else { Err(unsound("sets", "as many as are named")) }
    }
}

fn unsound(at: &'static str, expected: &'static str) -> Error {
    Error::new(Kind::InvalidModel, at, expected, "others")
}
