//! Texts to counts of terms: characters folded, tokens found, runs of tokens or characters (n-grams) counted.
//!
//! What a character folds to and which characters belong together comes with the model: Unicode's tables are no part of
//! this code, so that nobody who predicts on numbers downloads them, and a model counts alike wherever it runs.

mod characters;
mod list;
mod terms;
mod tokens;

pub use characters::{Becomes, Characters, Fold, Ranges, Set, Sigma};
pub use list::TextList;
pub use terms::{Hashed, Index, Terms};
pub use tokens::{Token, Tokens};

/// What a text is cut into.
#[derive(Clone, Debug)]
pub enum Analyzer {
    /// Tokens, without those that are stop words.
    Words {
        /// What a token is.
        tokens: Tokens,
        /// Tokens that are passed by.
        stop_words: Index,
    },
    /// Characters; several of white space in a row are one space.
    Characters {
        /// White space.
        spaces: Set,
    },
    /// Characters within words, each word with a space before and after.
    CharactersInWords {
        /// White space, which parts words.
        spaces: Set,
    },
}

/// Counts the terms of texts.
#[derive(Clone, Debug)]
pub struct Vectorizer {
    /// What becomes of each character first.
    pub characters: Characters,
    /// What a text is cut into.
    pub analyzer: Analyzer,
    /// How many pieces in a row make a term: at least and at most.
    pub lengths: (usize, usize),
    /// The terms that are counted.
    pub terms: Terms,
    /// Whether a term counts once, however often it is there.
    pub is_binary: bool,
}

/// Where a text is worked on; it grows to the longest one.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    characters: Vec<char>,
    /// The pieces, with what parts them in a term.
    joined: String,
    /// Where in `joined` each piece begins and ends.
    pieces: Vec<(usize, usize)>,
}

impl Vectorizer {
    /// Adds a text's terms to the counts `out`, which has a place for each term.
    pub fn count(&self, text: &str, desk: &mut Desk, out: &mut [f64]) {
        self.terms_in(text, desk, &mut |term| {
            if let Some((place, sign)) = self.terms.place(term.as_bytes()) {
                out[place] = if self.is_binary { 1.0 } else { out[place] + sign };
            }
        });
    }

    /// Gives every term of a text to `count`, known or not, as often as it is there.
    pub fn terms_in(&self, text: &str, desk: &mut Desk, count: &mut dyn FnMut(&str)) {
        let Desk { characters, joined, pieces } = desk;
        self.characters.fold(text, characters);
        joined.clear();
        pieces.clear();
        let (least, most) = self.lengths;
        match &self.analyzer {
            Analyzer::Words { tokens, stop_words } => {
                tokens.find(characters, |token| {
                    let start = joined.len();
                    joined.extend(token);
                    if stop_words.find(&joined.as_bytes()[start..]).is_some() {
                        joined.truncate(start);
                    } else {
                        pieces.push((start, joined.len()));
                        joined.push(' ');
                    }
                });
            }
            Analyzer::Characters { spaces } => {
                let is_space = |i: usize| characters.get(i).is_some_and(|&c| spaces.has(c));
                let mut i = 0;
                while i < characters.len() {
                    let start = joined.len();
                    if is_space(i) && is_space(i + 1) {
                        while is_space(i) {
                            i += 1;
                        }
                        joined.push(' ');
                    } else {
                        joined.push(characters[i]);
                        i += 1;
                    }
                    pieces.push((start, joined.len()));
                }
            }
            Analyzer::CharactersInWords { spaces } => {
                for word in characters.split(|&c| spaces.has(c)).filter(|word| !word.is_empty()) {
                    joined.clear();
                    pieces.clear();
                    for &c in [' '].iter().chain(word).chain(&[' ']) {
                        let start = joined.len();
                        joined.push(c);
                        pieces.push((start, joined.len()));
                    }
                    for length in least..=most {
                        terms_of(joined, pieces, length.min(pieces.len()), count);
                        // A word that is shorter counts once.
                        if length >= pieces.len() {
                            break;
                        }
                    }
                }
                return;
            }
        }
        for length in least..=most.min(pieces.len()) {
            terms_of(joined, pieces, length, count);
        }
    }
}

/// Every run of `length` pieces.
fn terms_of(joined: &str, pieces: &[(usize, usize)], length: usize, count: &mut dyn FnMut(&str)) {
    for run in pieces.windows(length) {
        count(&joined[run[0].0..run[length - 1].1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ranges: &[(char, char)]) -> Set {
        Set::new(ranges.iter().map(|&(first, last)| (first as u32, last as u32)).collect())
    }

    fn vectorizer(analyzer: Analyzer, lengths: (usize, usize), terms: &[&str]) -> Vectorizer {
        let shift = Fold { first: 'A' as u32, count: 26, step: 1, becomes: Becomes::Shifted(32) };
        Vectorizer {
            characters: Characters::new(vec![shift], None),
            analyzer,
            lengths,
            terms: Terms::Known(Index::new(&terms.iter().copied().collect())),
            is_binary: false,
        }
    }

    fn count(vectorizer: &Vectorizer, text: &str) -> Vec<f64> {
        let mut out = vec![0.0; 4];
        vectorizer.count(text, &mut Desk::default(), &mut out);
        out
    }

    #[test]
    fn words_in_a_row_without_stop_words() {
        let token = Token { starts_at_edge: true, ends_at_edge: true, least: 2, most: usize::MAX };
        let tokens = Tokens { characters: set(&[('a', 'z')]), word: set(&[('a', 'z'), ('é', 'é')]), token };
        let analyzer = Analyzer::Words { tokens, stop_words: Index::new(&["the"].into_iter().collect()) };
        let vectorizer = vectorizer(analyzer, (1, 2), &["big", "big cat", "cat", "cat dog"]);
        assert_eq!(count(&vectorizer, "BIG the cat, a big-cat caté dog"), [2.0, 2.0, 2.0, 1.0]);
        assert_eq!(count(&vectorizer, ""), [0.0; 4]);
    }

    #[test]
    fn characters_with_space_made_one() {
        let spaces = set(&[('\n', '\n'), (' ', ' ')]);
        let analyzer = Analyzer::Characters { spaces };
        let vectorizer = vectorizer(analyzer, (1, 2), &["\n", " ", "a", "a "]);
        assert_eq!(count(&vectorizer, "A \n A\nB"), [1.0, 1.0, 2.0, 1.0]);
    }

    #[test]
    fn characters_within_words_count_short_words_once() {
        let analyzer = Analyzer::CharactersInWords { spaces: set(&[(' ', ' ')]) };
        let vectorizer = vectorizer(analyzer, (3, 5), &[" a ", " ab", " ab ", "ab "]);
        assert_eq!(count(&vectorizer, "a  AB"), [1.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn hashed_terms_alternate() {
        let token = Token { starts_at_edge: false, ends_at_edge: false, least: 1, most: usize::MAX };
        let tokens = Tokens { characters: set(&[('a', 'z')]), word: set(&[]), token };
        let analyzer = Analyzer::Words { tokens, stop_words: Index::new(&TextList::default()) };
        let mut vectorizer = vectorizer(analyzer, (1, 1), &[]);
        vectorizer.terms = Terms::Hashed(Hashed { width: 4, alternates: true });
        // MurmurHash3 of "foo" is -156908512, of "bar" 1158584717.
        assert_eq!(count(&vectorizer, "foo bar foo"), [-2.0, 1.0, 0.0, 0.0]);
    }
}
