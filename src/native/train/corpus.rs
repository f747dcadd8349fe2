//! The texts of a column, and the terms of them that a fit knows.
//!
//! Every text is cut into terms once, by the kernel that cuts it wherever a model runs. A fit chooses its terms by the rows
//! that it is fitted to alone.

use super::matrix::Matrix;
use super::texts::Settings;
use crate::error::{Error, Kind, Result};
use crate::kernel::text::{Desk, TextList, Vectorizer};
use crate::math;
use std::collections::HashMap;

/// The most different terms of a column.
const MAX_TERMS: usize = 1 << 24;
/// The most counts of a column's terms, of 8 bytes each.
const MAX_COUNTS: usize = 1 << 28;
/// What is no term of a fit.
const NONE: u32 = u32::MAX;

/// The texts of a column, cut into terms.
pub struct Corpus {
    /// The column's place among the inputs.
    pub place: usize,
    name: String,
    /// The place of the column's first text among all.
    first: usize,
    /// The terms, in the order of their bytes.
    terms: Vec<String>,
    /// Where each text's counts begin, and where the last one's end.
    starts: Vec<usize>,
    /// Of each text its terms, ascending, and how often each is there.
    counts: Vec<(u32, u32)>,
}

/// The terms of a column that a fit knows.
pub struct Vocabulary {
    /// The column's place among the inputs.
    pub place: usize,
    /// The terms, in the order of their bytes.
    pub terms: TextList,
    /// How much each counts: the rarer, the more.
    pub idf: Vec<f64>,
    /// For each term of the column its place among the known ones.
    known: Vec<u32>,
}

impl Vocabulary {
    /// The place of a term of the column among the known ones; `None` if it is none of them.
    pub fn find(&self, term: u32) -> Option<u32> {
        Some(self.known[term as usize]).filter(|&place| place != NONE)
    }
}

impl Corpus {
    /// Cuts the distinct texts of a column, of which the first has the place `first` among all.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] for more terms than memory is taken for.
    pub fn new<'a>(
        place: usize,
        name: &str,
        first: usize,
        texts: impl Iterator<Item = &'a str>,
        vectorizer: &Vectorizer,
    ) -> Result<Self> {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let (mut starts, mut counts) = (vec![0], Vec::new());
        let (mut desk, mut own) = (Desk::default(), Vec::new());
        for text in texts {
            own.clear();
            vectorizer.terms_in(text, &mut desk, &mut |term| {
                let id = seen.get(term).copied().unwrap_or_else(|| {
                    let id = seen.len() as u32;
                    seen.insert(term.to_owned(), id);
                    id
                });
                own.push(id);
            });
            own.sort_unstable();
            counts.extend(own.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u32)));
            starts.push(counts.len());
            if seen.len() > MAX_TERMS || counts.len() > MAX_COUNTS {
                let expected = format!("at most {MAX_TERMS} different terms, {MAX_COUNTS} in all rows");
                return Err(Error::new(Kind::LimitExceeded, format!("column {name:?}"), expected, "more")
                    .hint("Fit to fewer rows, to shorter texts or without --text-set ngram_range."));
            }
        }
        let mut sorted: Vec<(String, u32)> = seen.into_iter().collect();
        sorted.sort_unstable();
        let mut ranks = vec![0; sorted.len()];
        sorted.iter().zip(0..).for_each(|((_, id), rank)| ranks[*id as usize] = rank);
        counts.iter_mut().for_each(|(term, _)| *term = ranks[*term as usize]);
        starts.windows(2).for_each(|ends| counts[ends[0]..ends[1]].sort_unstable());
        let terms = sorted.into_iter().map(|(term, _)| term).collect();
        Ok(Self { place, name: name.to_owned(), first, terms, starts, counts })
    }

    /// The terms of the text that stands in a row, and how often each is there; of a missing one none.
    pub fn counts_of(&self, place: f64) -> &[(u32, u32)] {
        if place.is_nan() {
            return &[];
        }
        let text = place as usize - self.first;
        &self.counts[self.starts[text]..self.starts[text + 1]]
    }

    /// Chooses the terms by the rows `picks`, at most `most`.
    ///
    /// # Errors
    /// [`Kind::BadRows`] if none is in as many rows as it takes.
    pub fn learn(&self, rows: &Matrix, picks: &[usize], settings: Settings, most: usize) -> Result<Vocabulary> {
        let mut in_rows = vec![0_usize; self.terms.len()];
        let mut in_all = vec![0_u64; self.terms.len()];
        for &row in picks {
            for &(term, count) in self.counts_of(rows.values[row * rows.width + self.place]) {
                in_rows[term as usize] += 1;
                in_all[term as usize] += u64::from(count);
            }
        }
        let most_rows = settings.max_df * picks.len() as f64;
        let mut chosen: Vec<usize> = (0..self.terms.len())
            .filter(|&term| in_rows[term] >= settings.min_df && in_rows[term] as f64 <= most_rows)
            .collect();
        let most = most.min(settings.max_features);
        if chosen.len() > most {
            chosen.sort_by_key(|&term| std::cmp::Reverse(in_all[term]));
            chosen.truncate(most);
            chosen.sort_unstable();
        }
        if chosen.is_empty() {
            let expected = format!("terms that are in at least {} of the rows that are fitted", settings.min_df);
            let hint = format!("Leave it out with --drop {:?}, or pass --text-set min_df=1.", self.name);
            return Err(Error::new(Kind::BadRows, format!("column {:?}", self.name), expected, "none").hint(hint));
        }
        let count = picks.len() as f64 + 1.0;
        let mut known = vec![NONE; self.terms.len()];
        chosen.iter().zip(0..).for_each(|(&term, place)| known[term] = place);
        Ok(Vocabulary {
            place: self.place,
            terms: chosen.iter().map(|&term| &self.terms[term][..]).collect(),
            idf: chosen.iter().map(|&term| math::ln(count / (in_rows[term] as f64 + 1.0)) + 1.0).collect(),
            known,
        })
    }
}
