//! The numbers of leaves, and what they are added to.

use super::Linear;
use crate::kernel::forest::{MAX_LEAVES, ROWS, add, add_each, add_where};

/// The numbers of the leaves of some trees.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    pub numbers: Vec<f64>,
    /// For each leaf of a tree with [`To::Each`] the output it is added to.
    pub outputs: Vec<u32>,
    /// The numbers as f32, if all that is summed is f32.
    pub singles: Vec<f32>,
    /// Whether sums are rounded to f32.
    pub rounds: bool,
}

/// The leaves of one tree.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// Where their numbers begin.
    pub start: u32,
    pub to: To,
}

/// What the leaves of a tree are added to.
#[derive(Clone, Copy, Debug)]
pub enum To {
    /// All to this output.
    One(u32),
    /// Each to an output of its own; they are named from here on.
    Each(u32),
    /// Each, with a number for every output, to all of them.
    All,
}

impl Leaves {
    /// Takes the leaves of a tree, of as many numbers as there are outputs. A zero may be left out if that is said.
    pub fn push(&mut self, leaves: &[f64], outputs: usize, skips_zeros: bool) -> Own {
        let start = self.numbers.len() as u32;
        let only = |leaf: &[f64]| {
            let mut others = leaf.iter().enumerate().filter(|(_, x)| **x != 0.0);
            let (output, &x) = others.next().unwrap_or((0, &0.0));
            others.next().is_none().then_some((output as u32, x))
        };
        let mut leaves = leaves.chunks_exact(outputs);
        if !skips_zeros || leaves.clone().any(|leaf| only(leaf).is_none()) {
            self.numbers.extend(leaves.by_ref().flatten());
            return Own { start, to: To::All };
        }
        let to = To::Each(self.outputs.len() as u32);
        for (output, x) in leaves.filter_map(only) {
            self.outputs.push(output);
            self.numbers.push(x);
        }
        Own { start, to }
    }

    /// Takes the leaves of a tree, of one number each.
    pub fn push_plain(&mut self, leaves: &[f64], output: u32) -> Own {
        let start = self.numbers.len() as u32;
        self.numbers.extend(leaves);
        Own { start, to: To::One(output) }
    }

    /// Takes some leaves of a tree from others, in the order given.
    pub fn copy(&mut self, from: &Self, own: Own, leaves: &[usize], outputs: usize) -> Own {
        let start = self.numbers.len() as u32;
        let to = if let To::Each(_) = own.to { To::Each(self.outputs.len() as u32) } else { own.to };
        for &leaf in leaves {
            let (numbers, output) = from.leaf(own, leaf, outputs);
            self.numbers.extend(numbers);
            if let To::Each(_) = to {
                self.outputs.push(output);
            }
        }
        Own { start, to }
    }

    /// A leaf's numbers, and the output they begin at.
    pub fn leaf(&self, Own { start, to }: Own, leaf: usize, outputs: usize) -> (&[f64], u32) {
        let (width, output) = match to {
            To::One(output) => (1, output),
            To::Each(first) => (1, self.outputs[first as usize + leaf]),
            To::All => (outputs, 0),
        };
        (&self.numbers[start as usize + leaf * width..][..width], output)
    }

    /// Knows the numbers as f32 too, if they are that and so are the sums that they are added to.
    pub fn narrow(&mut self, base: &[f64]) {
        if self.rounds && self.numbers.iter().chain(base).all(|&x| f64::from(x as f32) == x) {
            self.singles = self.numbers.iter().map(|&x| x as f32).collect();
        }
    }

    /// Adds a leaf.
    #[inline(always)]
    pub fn add(&self, Own { start, to }: Own, linear: Option<&Linear>, row: &[f64], sums: &mut [f64], leaf: usize) {
        let at = start as usize + leaf;
        match (to, linear) {
            (To::One(output), None) => add(&mut sums[output as usize], self.numbers[at], self.rounds),
            (To::One(output), Some(linear)) => {
                add(&mut sums[output as usize], linear.of(at, row, self.numbers[at]), self.rounds);
            }
            (To::Each(first), _) => {
                let output = self.outputs[first as usize + leaf] as usize;
                add(&mut sums[output], self.numbers[at], self.rounds);
            }
            (To::All, _) => self.add_leaf(start as usize, leaf, sums),
        }
    }

    /// Adds a leaf with a number for every output.
    fn add_leaf(&self, start: usize, leaf: usize, sums: &mut [f64]) {
        let outputs = sums.len();
        let leaf = &self.numbers[start + leaf * outputs..][..outputs];
        for (sum, x) in sums.iter_mut().zip(leaf) {
            add(sum, *x, self.rounds);
        }
    }

    /// Lets as many leaves follow the last one as a byte could ask for.
    pub fn pad(&mut self) {
        self.numbers.resize(self.numbers.len() + MAX_LEAVES, 0.0);
        self.outputs.resize(self.outputs.len() + MAX_LEAVES, 0);
    }

    /// Adds to the `outputs` sums of each row the leaf with its name, eight names to a number. There is a [pad](Self::pad).
    #[inline(always)]
    pub fn add_all(&self, own: Own, names: &[u64; ROWS / 8], out: &mut [f64], outputs: usize) {
        let Own { start, to } = own;
        let after = self.numbers.get(start as usize..).and_then(|numbers| numbers.first_chunk());
        if let (To::One(output), Some(leaves)) = (to, after) {
            let sums = &mut out[output as usize..];
            if self.rounds {
                add_each::<true>(sums, outputs, leaves, names);
            } else {
                add_each::<false>(sums, outputs, leaves, names);
            }
            return;
        }
        if let (To::Each(first), Some(leaves)) = (to, after)
            && let Some(to) = self.outputs[first as usize..].first_chunk()
        {
            add_where(out, outputs, (leaves, to), names, self.rounds);
            return;
        }
        for (i, sums) in out.chunks_exact_mut(outputs).enumerate() {
            let leaf = usize::from((names[i / 8] >> (i % 8 * 8)) as u8);
            self.add_leaf(start as usize, leaf, sums);
        }
    }
}
