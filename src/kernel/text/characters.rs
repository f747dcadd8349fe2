//! Characters: sets of them, and what becomes of each before tokens are found.

use serde::{Deserialize, Serialize};

/// Ranges of characters, each by its first and its last; sorted, and none overlapping.
pub type Ranges = Vec<(u32, u32)>;

/// A set of characters.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// Bit c: whether the ASCII character c is one of them.
    ascii: u128,
    ranges: Ranges,
}

/// What becomes of some characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// The first of them.
    pub first: u32,
    /// How many there are; at least 1.
    pub count: u32,
    /// How far each is from the one before; at least 1.
    pub step: u32,
    /// What becomes of them.
    pub becomes: Becomes,
}

/// What becomes of a character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Becomes {
    /// The character so far from it.
    Shifted(i32),
    /// A text, maybe empty.
    Text(String),
}

/// What decides how a capital sigma is written small: ς ends a word, σ does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sigma {
    /// Characters that have a case: one before it and none after it makes it the end of a word.
    pub cased: Ranges,
    /// Characters that are looked past.
    pub passed: Ranges,
}

/// What becomes of every character.
#[derive(Clone, Debug)]
pub struct Characters {
    /// Of each ASCII character that becomes one: which. Of the others what is none.
    ascii: [u8; 128],
    folds: Vec<Fold>,
    sigma: Option<(Set, Set)>,
}

impl Set {
    /// Of ranges.
    pub fn new(ranges: Ranges) -> Self {
        let mut set = Self { ascii: 0, ranges };
        set.ascii = (0..128).filter(|&c| set.finds(c)).fold(0, |bits, c| bits | 1 << c);
        set
    }

    /// Whether a character is one of them.
    #[inline]
    pub fn has(&self, c: char) -> bool {
        let c = c as u32;
        if c < 128 { self.ascii >> c & 1 == 1 } else { self.finds(c) }
    }

    fn finds(&self, c: u32) -> bool {
        let after = self.ranges.partition_point(|range| range.0 <= c);
        after > 0 && c <= self.ranges[after - 1].1
    }
}

impl Characters {
    /// Of folds, by their first character and none overlapping; with `sigma` a capital sigma is written by its place.
    pub fn new(folds: Vec<Fold>, sigma: Option<&Sigma>) -> Self {
        let sigma = sigma.map(|sigma| (Set::new(sigma.cased.clone()), Set::new(sigma.passed.clone())));
        let mut characters = Self { ascii: [u8::MAX; 128], folds, sigma };
        let mut folded = Vec::new();
        for c in 0..128 {
            folded.clear();
            characters.fold_one(char::from(c), &mut folded);
            if let [one] = folded[..]
                && one.is_ascii()
            {
                characters.ascii[usize::from(c)] = one as u8;
            }
        }
        characters
    }

    /// What becomes of a text.
    pub fn fold(&self, text: &str, out: &mut Vec<char>) {
        out.clear();
        for (at, c) in text.char_indices() {
            match self.ascii.get(c as usize) {
                Some(&folded) if folded.is_ascii() => out.push(char::from(folded)),
                _ => match &self.sigma {
                    Some(sigma) if c == 'Σ' => {
                        let ends_word = ends_word(text, at, sigma);
                        out.push(if ends_word { 'ς' } else { 'σ' });
                    }
                    _ => self.fold_one(c, out),
                },
            }
        }
    }

    fn fold_one(&self, c: char, out: &mut Vec<char>) {
        let code = c as u32;
        let after = self.folds.partition_point(|fold| fold.first <= code);
        let fold = after.checked_sub(1).map(|i| &self.folds[i]);
        match fold.filter(|fold| {
            (code - fold.first).is_multiple_of(fold.step) && (code - fold.first) / fold.step < fold.count
        }) {
            None => out.push(c),
            Some(Fold { becomes: Becomes::Text(text), .. }) => out.extend(text.chars()),
            Some(Fold { becomes: Becomes::Shifted(by), .. }) => {
                out.push(code.checked_add_signed(*by).and_then(char::from_u32).unwrap_or(c));
            }
        }
    }
}

/// Whether a capital sigma ends a word: Unicode's condition `Final_Sigma`.
fn ends_word(text: &str, at: usize, (cased, passed): &(Set, Set)) -> bool {
    let is_cased = |c: Option<char>| c.is_some_and(|c| cased.has(c));
    let mut before = text[..at].chars().rev();
    let mut after = text[at + 'Σ'.len_utf8()..].chars();
    is_cased(before.find(|&c| !passed.has(c))) && !is_cased(after.find(|&c| !passed.has(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(characters: &Characters, text: &str) -> String {
        let mut out = Vec::new();
        characters.fold(text, &mut out);
        out.into_iter().collect()
    }

    #[test]
    fn characters_are_shifted_and_replaced() {
        let text = |first: char, count, text: &str| Fold {
            first: first as u32,
            count,
            step: 1,
            becomes: Becomes::Text(text.into()),
        };
        let shifted =
            |first: char, count, step, by| Fold { first: first as u32, count, step, becomes: Becomes::Shifted(by) };
        let folds = vec![text('#', 1, ""), shifted('A', 26, 1, 32), text('½', 1, "1/2"), shifted('Ā', 3, 2, 1)];
        let characters = Characters::new(folds, None);
        assert_eq!(folded(&characters, "A#Z[½ĀāĂĄĆ"), "az[1/2āāăąĆ");
    }

    #[test]
    fn a_small_sigma_has_two_forms() {
        let sigma = Sigma { cased: vec![(0x391, 0x3c9)], passed: vec![(0x27, 0x27), (0x2e, 0x2e)] };
        let shift = Fold { first: 'Α' as u32, count: 25, step: 1, becomes: Becomes::Shifted(32) };
        let characters = Characters::new(vec![shift], Some(&sigma));
        assert_eq!(folded(&characters, "ΟΣ ΣΟ Σ ΟΣ.Ο ΟΣ."), "ος σο σ οσ.ο ος.");
    }
}
