//! Bits of many rows side by side: a whole tree is settled for [`ROWS`] rows at once.
//!
//! A plane has a bit for each row. A split's answer is a plane: the rows that go right. So is each bit of the name of the
//! leaf that a row arrives at: going up from the leaves, a split chooses for each row between the bits of its two sides.

use crate::kernel::lanes::Bytes;

/// How many rows a plane has.
pub const ROWS: usize = 128;
/// How many planes there may be: two bytes name one.
pub const MAX_PLANES: usize = 1 << 15;
/// The plane with no row.
pub const NO_ROW: u16 = 0;
/// The plane with every row.
pub const EVERY_ROW: u16 = 1;
/// How many planes there are before those of the answers.
pub const CONSTANTS: usize = 2;
/// How many bits a leaf's name has.
pub const NAME_BITS: usize = 8;

/// A bit for each row: that of row 16 p + j is bit p of byte j, so that names come out in the order of the rows.
pub type Plane = [u8; ROWS / 8];

/// All planes.
pub type Planes = [Plane; MAX_PLANES];

/// A split, seen from below: the planes of the rows that go right, of a bit for those who go left and of one for those who go
/// right, from bits 4, 24 and 44 on, where reading them takes the fewest instructions. Another plane is made.
#[derive(Clone, Copy, Debug)]
pub struct Choice(u64);

impl Choice {
    /// A choice between those planes.
    pub fn new(question: u16, left: u16, right: u16) -> Self {
        Self(u64::from(question) << 4 | u64::from(left) << 24 | u64::from(right) << 44)
    }
}

/// Marks a row.
#[inline(always)]
pub fn mark(plane: &mut Plane, row: usize) {
    plane[row % 16] |= 1 << (row / 16);
}

/// Rows marked at their places become for each place the rows above it.
pub fn sweep(places: &mut [Plane]) {
    let mut above = Bytes::splat(0);
    let mut at = places.len();
    while at > 0 {
        at -= 1;
        let here = Bytes::new(&places[at]);
        places[at] = above.to_array();
        above = above.or(here);
    }
}

/// Makes a plane for each set of planes, from place `at` on: the rows of one or another. A set ends where the next begins.
#[inline(never)]
pub fn unite(members: &[u16], ends: &[u32], planes: &mut Planes, at: usize) {
    let (mut start, mut at) = (ends[0], at);
    for &end in &ends[1..] {
        let mut rows = Bytes::splat(0);
        for &member in &members[start as usize..end as usize] {
            rows = rows.or(Bytes::new(&planes[usize::from(member) % MAX_PLANES]));
        }
        planes[at % MAX_PLANES] = rows.to_array();
        (start, at) = (end, at + 1);
    }
}

/// Makes a plane for each choice, from place `at` on.
#[inline(never)]
pub fn choose(choices: &[Choice], planes: &mut Planes, at: usize) {
    let mut at = at;
    let mut rest = choices;
    // Not an iterator: the module is built for size, where it is a call. Nothing needs to be checked: what is masked cannot
    // point outside.
    while let [Choice(choice), more @ ..] = rest {
        rest = more;
        let question = Bytes::new(&planes[(choice >> 4) as usize % MAX_PLANES]);
        let left = Bytes::new(&planes[(choice >> 24) as usize % MAX_PLANES]);
        let right = Bytes::new(&planes[(choice >> 44) as usize % MAX_PLANES]);
        planes[at % MAX_PLANES] = question.choose(right, left).to_array();
        at += 1;
    }
}

/// The names whose bits those planes have, from the least bit on: eight to a number, the first in its least byte.
#[inline(always)]
pub fn names(bits: &[u16; NAME_BITS], planes: &Planes) -> [u64; ROWS / 8] {
    let plane = |bit: usize| Bytes::new(&planes[usize::from(bits[bit]) % MAX_PLANES]);
    // Each byte of the eight planes is a column of 8 × 8 bits, which is turned in three steps: quarters change sides.
    let (a, e) = Bytes::swapped::<4>(plane(0), plane(4));
    let (b, f) = Bytes::swapped::<4>(plane(1), plane(5));
    let (c, g) = Bytes::swapped::<4>(plane(2), plane(6));
    let (d, h) = Bytes::swapped::<4>(plane(3), plane(7));
    let (a, c) = Bytes::swapped::<2>(a, c);
    let (b, d) = Bytes::swapped::<2>(b, d);
    let (e, g) = Bytes::swapped::<2>(e, g);
    let (f, h) = Bytes::swapped::<2>(f, h);
    let (a, b) = Bytes::swapped::<1>(a, b);
    let (c, d) = Bytes::swapped::<1>(c, d);
    let (e, f) = Bytes::swapped::<1>(e, f);
    let (g, h) = Bytes::swapped::<1>(g, h);
    let [a, b, c, d] = [a.to_halves(), b.to_halves(), c.to_halves(), d.to_halves()];
    let [e, f, g, h] = [e.to_halves(), f.to_halves(), g.to_halves(), h.to_halves()];
    [
        a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1], //
        e[0], e[1], f[0], f[1], g[0], g[1], h[0], h[1],
    ]
}
