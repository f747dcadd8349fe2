//! What becomes of characters before tokens are found: `lowercase` and `strip_accents`, for every character of Unicode, or
//! for as many as make a difference to the terms that a model knows.

use super::pattern;
use crate::kernel::text::{Becomes, Fold, Set, Sigma};
use crate::model::{Pieces, Terms};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The last character of those planes whose characters have a case or a decomposition.
const LAST: u32 = 0x2_ffff;
/// The characters beyond that a capital sigma looks past: tags and variation selectors.
const TAGS: RangeInclusive<u32> = 0xe_0000..=0xe_0fff;

/// What becomes of accents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accents {
    /// Nothing.
    Kept,
    /// They go: `strip_accents="unicode"`.
    Stripped,
    /// They go, and so does all else that is not ASCII: `strip_accents="ascii"`.
    Ascii,
}

/// What becomes of characters.
#[derive(Clone, Copy, Debug)]
pub struct Folding {
    /// Whether they become lowercase.
    pub is_lower: bool,
    /// What becomes of accents.
    pub accents: Accents,
}

impl Folding {
    /// The folds that make a difference, and how a capital sigma is written small if that depends on its place.
    pub fn of(self, pieces: &Pieces, most: u32, terms: &Terms) -> (Vec<Fold>, Option<Sigma>) {
        let alphabet = match terms {
            Terms::Known(terms) => {
                let stop_words = match pieces {
                    Pieces::Words { stop_words, .. } => stop_words.joined(),
                    _ => "",
                };
                Some(terms.joined().chars().chain(stop_words.chars()).collect::<HashSet<char>>())
            }
            Terms::Hashed(_) => None,
        };
        let mut structure = Structure::new(pieces, most);
        let is_strange = |c: &char| alphabet.as_ref().is_some_and(|alphabet| !alphabet.contains(c));
        let last = if self.accents == Accents::Ascii { char::MAX as u32 } else { LAST };
        let mut folds = Vec::new();
        for c in (0..=last).filter_map(char::from_u32) {
            let folded = self.fold(c);
            let mut strange = folded.iter().filter(|c| is_strange(c));
            let is_lost = match pieces {
                // A token is no term if one character of it is in none.
                Pieces::Words { .. } => strange.next().is_some(),
                _ => strange.count() == folded.len(),
            };
            let wanted = match folded[..] == [c] {
                true => None,
                false if is_strange(&c) && is_lost => structure.simplest(c, folded),
                false => Some(folded),
            };
            folds.extend(wanted.map(|folded| (c as u32, folded)));
        }
        let writes_sigma = alphabet.is_none_or(|alphabet| alphabet.contains(&'σ') || alphabet.contains(&'ς'));
        let has_sigma = self.is_lower && self.accents != Accents::Ascii && writes_sigma;
        (runs(&folds), has_sigma.then(sigma))
    }

    fn fold(self, c: char) -> Vec<char> {
        let lower: Vec<char> = if self.is_lower { c.to_lowercase().collect() } else { vec![c] };
        let decomposed = || lower.iter().copied().nfkd();
        match self.accents {
            Accents::Kept => lower,
            Accents::Stripped => decomposed().filter(|&c| canonical_combining_class(c) == 0).collect(),
            Accents::Ascii => decomposed().filter(char::is_ascii).collect(),
        }
    }
}

/// What the pieces of a text depend on beside the terms.
struct Structure {
    /// The kinds of characters that pieces tell apart.
    kinds: Vec<Set>,
    /// How many strange characters in a row are as good as more of them.
    enough: usize,
    /// A strange character of each kind, to stand for all.
    strangers: HashMap<Vec<bool>, char>,
}

impl Structure {
    fn new(pieces: &Pieces, most: u32) -> Self {
        let set = |ranges: &Vec<(u32, u32)>| Set::new(ranges.clone());
        let (kinds, enough) = match pieces {
            // A token of strange characters is no term, but stands between others, if it is long enough; if it can be
            // too long, the next one begins where it ends.
            Pieces::Words { characters, word, token, .. } => {
                let enough = match token.most {
                    usize::MAX if most > 1 => token.least,
                    usize::MAX => 1,
                    _ => usize::MAX,
                };
                (vec![set(characters), set(word)], enough)
            }
            Pieces::Characters { spaces } | Pieces::CharactersInWords { spaces } => (vec![set(spaces)], 1),
        };
        Self { kinds, enough, strangers: HashMap::new() }
    }

    /// The simplest that a strange character can become instead of the strange ones that it does; `None` if it may stay.
    fn simplest(&mut self, c: char, folded: Vec<char>) -> Option<Vec<char>> {
        let kinds = |c: char| self.kinds.iter().map(|kind| kind.has(c)).collect::<Vec<bool>>();
        let of_c = kinds(c);
        if folded.is_empty() || folded.iter().any(|&folded| kinds(folded) != of_c) {
            return Some(folded);
        }
        let count = folded.len().min(self.enough);
        let stranger = *self.strangers.entry(of_c).or_insert(c);
        (count > 1).then(|| vec![stranger; count])
    }
}

/// Characters in a row, or every second one, to which the same happens, as one fold.
pub fn runs(folds: &[(u32, Vec<char>)]) -> Vec<Fold> {
    let mut runs = Vec::new();
    let mut rest = folds;
    while let Some((first, folded)) = rest.first() {
        let shift = |(c, folded): &(u32, Vec<char>)| match folded[..] {
            [one] => Some(one as i64 - i64::from(*c)),
            _ => None,
        };
        let step = rest.get(1).map(|next| next.0 - first).filter(|step| *step <= 2).unwrap_or(1);
        let in_step = rest.iter().zip(0..).take_while(|((c, _), i)| *c == first + i * step).count();
        let rows = &rest[..in_step];
        let alike = rows.iter().take_while(|row| row.1 == *folded).count();
        let by = shift(&rest[0]);
        let shifted = rows.iter().take_while(|row| by.is_some() && shift(row) == by).count();
        let (count, becomes) = match by.and_then(|by| i32::try_from(by).ok()) {
            Some(by) if shifted >= alike => (shifted, Becomes::Shifted(by)),
            _ => (alike, Becomes::Text(folded.iter().collect())),
        };
        runs.push(Fold { first: *first, count: count as u32, step, becomes });
        rest = &rest[count..];
    }
    runs
}

/// What decides about a capital sigma: read off the standard library, whose tables of it are its own.
fn sigma() -> Sigma {
    let is_final = |text: String| text.to_lowercase().ends_with('ς');
    let ranges = |has: &dyn Fn(char) -> bool| {
        let characters = (0..=LAST).chain(TAGS).filter_map(char::from_u32).filter(|&c| has(c));
        pattern::ranges(ClassUnicode::new(characters.map(|c| ClassUnicodeRange::new(c, c))))
    };
    let is_cased = |c: char| is_final(format!("{c}Σ"));
    Sigma { cased: ranges(&is_cased), passed: ranges(&|c| !is_cased(c) && is_final(format!("A{c}Σ"))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::text::{Characters, TextList};

    fn folded(folding: Folding, terms: Terms, text: &str) -> String {
        let (folds, sigma) = folding.of(&Pieces::Characters { spaces: vec![(32, 32)] }, 1, &terms);
        let mut out = Vec::new();
        Characters::new(folds, sigma.as_ref()).fold(text, &mut out);
        out.into_iter().collect()
    }

    fn all() -> Terms {
        Terms::Hashed(crate::kernel::text::Hashed { width: 1, alternates: false })
    }

    #[test]
    fn every_character_folds_as_the_standard_library_lowers_it() {
        let lower = Folding { is_lower: true, accents: Accents::Kept };
        let every: String = (0..=char::MAX as u32).filter_map(char::from_u32).collect();
        assert_eq!(folded(lower, all(), &every), every.to_lowercase());
        let text = "ὈΔΥΣΣΕΎΣ ΣΑΣ Σ. Α'Σ' ΑΣΙ İSTANBUL";
        assert_eq!(folded(lower, all(), text), text.to_lowercase());
    }

    #[test]
    fn accents_go() {
        let stripped = Folding { is_lower: true, accents: Accents::Stripped };
        assert_eq!(folded(stripped, all(), "Crème BRÛLÉE ½ ﬁ 가"), "creme brulee 1⁄2 fi \u{1100}\u{1161}");
        assert_eq!(folded(Folding { accents: Accents::Ascii, ..stripped }, all(), "Crème – ½ 가"), "creme  12 ");
    }

    #[test]
    fn few_folds_serve_a_small_alphabet() {
        let terms = Terms::Known(["café"].into_iter().collect::<TextList>());
        let lower = Folding { is_lower: true, accents: Accents::Kept };
        let pieces = Pieces::Characters { spaces: vec![(32, 32)] };
        let (folds, sigma) = lower.of(&pieces, 3, &terms);
        // A, C, F and É.
        assert_eq!(folds.iter().map(|fold| fold.count).sum::<u32>(), 4, "{folds:?}");
        assert!(sigma.is_none());
        assert_eq!(folded(lower, terms, "CAFÉ"), "café");
    }
}
