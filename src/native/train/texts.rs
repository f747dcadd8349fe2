//! Text columns, and the rows of numbers that a fit takes in place of them, as `TfidfVectorizer` says.
//!
//! What a fit makes of a text is, to the bit, what the model's own graph makes of it.

use super::corpus::{Corpus, Vocabulary};
use super::matrix::Matrix;
use super::parameters::Values;
use super::sparse::Sparse;
use crate::error::Result;
use crate::import::sklearn::text::words;
use crate::kernel::text::{Hashed, TextList};
use crate::math;
use crate::model::{Terms, Vectorize};
use std::collections::HashMap;

/// How texts become numbers, by scikit-learn's names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The largest share of the rows that a term is in.
    pub max_df: f64,
    /// The most terms of a column.
    pub max_features: usize,
    /// The fewest rows that a term is in.
    pub min_df: usize,
    /// How many words in a row are a term: at least and at most.
    pub ngram_range: (u32, u32),
    /// Whether scikit-learn's English stop words are passed by.
    pub stops_english: bool,
    /// Whether a term counts 1 + ln(how often it is there).
    pub sublinear_tf: bool,
}

/// The text columns of a table.
pub struct Texts {
    /// The texts that stand in encoded rows as their places here.
    pub all: TextList,
    settings: Settings,
    columns: Vec<Corpus>,
}

impl Settings {
    /// What is set.
    pub fn of(values: Values<'_>) -> Self {
        let (least, most) = values.word("ngram_range").split_once(',').unwrap_or(("1", "1"));
        Self {
            max_df: values.number("max_df"),
            max_features: values.whole("max_features"),
            min_df: values.whole("min_df"),
            ngram_range: (least.parse().unwrap_or(1), most.parse().unwrap_or(1)),
            stops_english: values.word("stop_words") == "english",
            sublinear_tf: values.word("sublinear_tf") == "true",
        }
    }

    fn operator(&self, terms: Terms) -> Vectorize {
        words(terms, self.ngram_range, self.stops_english)
    }
}

impl Texts {
    /// None yet.
    pub fn new(settings: Settings) -> Self {
        Self { all: TextList::default(), settings, columns: Vec::new() }
    }

    /// Whether no column is a text.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// How texts become numbers.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Takes a column that is the input of that place, and returns the place of each row's text among all. Equal texts have
    /// one place.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`](crate::error::Kind::LimitExceeded) for more terms than memory is taken for.
    pub fn add(&mut self, place: usize, name: &str, values: &[Option<String>]) -> Result<Vec<f64>> {
        let first = self.all.len();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut places = Vec::with_capacity(values.len());
        for value in values {
            places.push(match value {
                None => f64::NAN,
                Some(text) => {
                    let next = || {
                        self.all.push(text);
                        self.all.len() - 1
                    };
                    *known.entry(text).or_insert_with(next) as f64
                }
            });
        }
        let all = &self.all;
        let texts = (first..all.len()).filter_map(|i| all.get(i));
        let vectorizer = self.settings.operator(Terms::Hashed(Hashed { width: 1, alternates: false })).kernel();
        self.columns.push(Corpus::new(place, name, first, texts, &vectorizer)?);
        Ok(places)
    }

    /// Chooses the terms of each column by the rows `picks`, at most `most` of a column.
    ///
    /// # Errors
    /// [`Kind::BadRows`](crate::error::Kind::BadRows) for a column none of whose terms are in as many rows as it takes.
    pub fn learn(&self, rows: &Matrix, picks: &[usize], most: usize) -> Result<Vec<Vocabulary>> {
        self.columns.iter().map(|corpus| corpus.learn(rows, picks, self.settings, most)).collect()
    }

    /// The rows `picks` as a fit takes them: the numbers of `dense`, which are of those rows, and behind them what each text
    /// has of the terms that are known.
    pub fn rows(&self, vocabularies: &[Vocabulary], rows: &Matrix, picks: &[usize], dense: &Matrix) -> Sparse {
        let terms: usize = vocabularies.iter().map(|vocabulary| vocabulary.idf.len()).sum();
        let before = dense.width;
        let mut sparse = Sparse::new(before + terms);
        for (i, &row) in picks.iter().enumerate() {
            let numbers = &dense.values[i * before..][..before];
            numbers.iter().zip(0..).filter(|(x, _)| **x != 0.0).for_each(|(&x, column)| sparse.push(column, x));
            let mut at = before as u32;
            for (corpus, vocabulary) in self.columns.iter().zip(vocabularies) {
                let begin = sparse.values().len();
                for &(term, count) in corpus.counts_of(rows.values[row * rows.width + corpus.place]) {
                    if let Some(known) = vocabulary.find(term) {
                        let count = f64::from(count);
                        let weight = if self.settings.sublinear_tf { math::ln(count) + 1.0 } else { count };
                        sparse.push(at + known, weight * vocabulary.idf[known as usize]);
                    }
                }
                let weights = &mut sparse.values()[begin..];
                let size = weights.iter().fold(0.0, |sum, x| sum + x * x).sqrt();
                weights.iter_mut().for_each(|x| *x /= size);
                at += vocabulary.idf.len() as u32;
            }
            sparse.end_row();
        }
        sparse
    }

    /// The operator that counts the terms that a fit knows.
    pub fn operator(&self, vocabulary: &Vocabulary) -> Vectorize {
        self.settings.operator(Terms::Known(vocabulary.terms.clone()))
    }
}
