//! Byte pair encoding: of all neighbours those that were learned first become one, from left to right, until none are left.

use super::words::Words;
use crate::network::tokenizer::Pairs;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Byte pair encoding, ready to run.
pub struct Merging {
    words: Words,
    rules: Pairs,
    table: Merges,
}

/// Finds what two tokens become, by a table of open addressing.
struct Merges {
    /// Two tokens and what they become; the first is merged first.
    merges: Vec<(u32, u32, u32)>,
    /// 0 where nothing is, else 1 more than the place of a merge; a power of two of them, at least half empty.
    slots: Vec<u32>,
}

/// A token of a word that is being merged.
struct Symbol {
    token: u32,
    /// Its neighbours; none at an end.
    before: Option<usize>,
    after: Option<usize>,
    /// The one before it has swallowed it.
    is_gone: bool,
}

impl Merges {
    fn new(given: &[(u32, u32, i32)]) -> Self {
        let mut made = 0_u32;
        let merge = |&(first, second, by): &(u32, u32, i32)| {
            made = made.wrapping_add_signed(by);
            (first, second, made)
        };
        let merges: Vec<_> = given.iter().map(merge).collect();
        let mut table = Self { slots: vec![0; (2 * merges.len()).next_power_of_two()], merges };
        for place in 0..table.merges.len() {
            let (first, second, _) = table.merges[place];
            let slot = table.slot(first, second);
            table.slots[slot] = place as u32 + 1;
        }
        table
    }

    /// When two tokens are merged, and what they become.
    fn find(&self, first: u32, second: u32) -> Option<(u32, u32)> {
        let rank = self.slots[self.slot(first, second)].checked_sub(1)?;
        Some((rank, self.merges[rank as usize].2))
    }

    /// The slot of two tokens, or the empty one where they would be.
    fn slot(&self, first: u32, second: u32) -> usize {
        let mask = self.slots.len() - 1;
        let both = (u64::from(first) << 32 | u64::from(second)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut slot = (both >> 32) as usize & mask;
        while let Some(place) = self.slots[slot].checked_sub(1) {
            let merge = &self.merges[place as usize];
            if (merge.0, merge.1) == (first, second) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }
}

impl Merging {
    /// Lays out what was checked.
    pub fn new(mut rules: Pairs) -> Self {
        let (known, merges) = (std::mem::take(&mut rules.known), std::mem::take(&mut rules.merges));
        Self { words: Words::new(&known), table: Merges::new(&merges), rules }
    }

    /// Adds the tokens of a word.
    pub fn add(&self, word: &str, ids: &mut Vec<u32>) {
        if self.rules.is_whole
            && let Some(id) = self.words.id(word)
        {
            return ids.push(id);
        }
        let mut symbols = Vec::with_capacity(word.len());
        self.tokens(word, |token| {
            let at = symbols.len();
            symbols.push(Symbol { token, before: at.checked_sub(1), after: Some(at + 1), is_gone: false });
        });
        if let Some(last) = symbols.last_mut() {
            last.after = None;
        }
        self.merge(&mut symbols);
        ids.extend(symbols.iter().filter(|symbol| !symbol.is_gone).map(|symbol| symbol.token));
    }

    /// The tokens of a word's characters.
    fn tokens(&self, word: &str, mut add: impl FnMut(u32)) {
        let Pairs { prefix, suffix, unknown, fuses_unknown, has_bytes, .. } = &self.rules;
        let mut waiting = None;
        let mut text = String::new();
        for (at, c) in word.char_indices() {
            text.clear();
            text.push_str(if at > 0 { prefix } else { "" });
            text.push(c);
            text.push_str(if at + c.len_utf8() == word.len() { suffix } else { "" });
            if let Some(id) = self.words.id(&text) {
                waiting.take().into_iter().for_each(&mut add);
                add(id);
                continue;
            }
            let bytes = || text.bytes().map(|byte| self.words.id(&format!("<0x{byte:02X}>"))).collect();
            let bytes: Option<Vec<u32>> = if *has_bytes { bytes() } else { None };
            match bytes {
                // What was not known before stays where it is: behind them, as in the library.
                Some(bytes) => bytes.into_iter().for_each(&mut add),
                None if waiting.is_some() && *fuses_unknown => {}
                None => {
                    waiting.take().into_iter().for_each(&mut add);
                    waiting = *unknown;
                }
            }
        }
        waiting.into_iter().for_each(add);
    }

    fn merge(&self, symbols: &mut [Symbol]) {
        let entry = |symbols: &[Symbol], at: usize| {
            let after = symbols[at].after?;
            let (rank, made) = self.table.find(symbols[at].token, symbols[after].token)?;
            Some(Reverse((rank, at, made)))
        };
        let mut queue: BinaryHeap<_> = (0..symbols.len()).filter_map(|at| entry(symbols, at)).collect();
        while let Some(Reverse((_, at, made))) = queue.pop() {
            let Some(next) = symbols[at].after.filter(|_| !symbols[at].is_gone) else { continue };
            // An entry from before one of the two became another.
            let is_still = self.table.find(symbols[at].token, symbols[next].token);
            if is_still.is_none_or(|(_, other)| other != made) {
                continue;
            }
            let after = symbols[next].after;
            symbols[next].is_gone = true;
            (symbols[at].token, symbols[at].after) = (made, after);
            if let Some(after) = after {
                symbols[after].before = Some(at);
            }
            let before = symbols[at].before;
            queue.extend(before.into_iter().chain([at]).filter_map(|at| entry(symbols, at)));
        }
    }
}
