//! Products of f32 matrices, for networks: their sums have no order that every target keeps, only a tolerance.
//!
//! The left matrix lies packed four rows side by side, the right one eight columns side by side: each step of the innermost
//! loop reads one number of four rows and of eight columns, and adds 32 products to sums that wasm's registers hold.

use super::lanes::Singles;
use std::array;
use std::ops::Range;

/// How many rows of the left matrix are multiplied at once.
const ROWS: usize = 4;
/// How many columns of the right one: two vectors.
pub const COLUMNS: usize = 8;
/// How deep the part of a panel is that stays in the first cache while all rows pass by.
const DEPTH: usize = 512;
/// How many panels stay there at once: what is read of the rows serves them all.
const PANELS: usize = 4;
/// How many steps of the innermost loop are written out, so that one turn of it pays for all of them.
const STEPS: usize = 8;

/// One number of each of eight columns.
pub type Eight = [[f32; 4]; 2];
/// The least and the largest that a sum may become.
pub type Bounds = (f32, f32);

/// Any number.
pub const UNBOUNDED: Bounds = (f32::NEG_INFINITY, f32::INFINITY);

/// A number raised to the least and lowered to the largest; NaN stays.
pub fn within(x: f32, (least, largest): Bounds) -> f32 {
    let raised = if x < least { least } else { x };
    if raised > largest { largest } else { raised }
}

/// A number of each of four rows.
pub type Four = [f32; ROWS];

/// A left matrix, four rows side by side; past the last one zeros.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// Its numbers: all of four rows, then of the next four.
    pub fours: &'a [Four],
    /// How many numbers a row has.
    pub depth: usize,
}

impl Rows<'_> {
    /// The fours of numbers that lie row after row.
    pub fn packed(a: &[f32], depth: usize) -> Vec<Four> {
        let mut fours = Vec::with_capacity(a.len().div_ceil((ROWS * depth).max(1)) * depth);
        for rows in a.chunks((ROWS * depth).max(1)) {
            let whole = if rows.len() == ROWS * depth { depth / 4 } else { 0 };
            for k in 0..whole {
                let four = |row: usize| match rows[row * depth + 4 * k..].first_chunk() {
                    Some(four) => Singles::of(four),
                    None => Singles::splat(0.0),
                };
                fours.extend_from_slice(&turned([four(0), four(1), four(2), four(3)]));
            }
            let rest = 4 * whole..depth;
            fours.extend(rest.map(|k| array::from_fn(|i| rows.get(i * depth + k).copied().unwrap_or(0.0))));
        }
        fours
    }
}

/// Four columns of four rows.
fn turned([a, b, c, d]: [Singles; 4]) -> [[f32; ROWS]; 4] {
    let (evens, more_evens, odds, more_odds) = (a.evens(b), c.evens(d), a.odds(b), c.odds(d));
    let (first, second) = (evens.evens(more_evens), odds.evens(more_odds));
    let (third, fourth) = (evens.odds(more_evens), odds.odds(more_odds));
    [first.to_array(), second.to_array(), third.to_array(), fourth.to_array()]
}

/// A right matrix, eight columns side by side; past the last one zeros.
pub struct Columns {
    depth: usize,
    eights: Vec<Eight>,
}

impl Columns {
    /// Of numbers that lie row after row.
    pub fn packed(b: &[f32], (depth, width): (usize, usize)) -> Self {
        let mut eights = vec![Eight::default(); width.div_ceil(COLUMNS) * depth];
        for (panel, eights) in eights.chunks_exact_mut(depth.max(1)).enumerate() {
            let from = panel * COLUMNS;
            let columns = COLUMNS.min(width - from);
            for (eight, row) in eights.iter_mut().zip(b.chunks_exact(width)) {
                eight.as_flattened_mut()[..columns].copy_from_slice(&row[from..from + columns]);
            }
        }
        Self { depth, eights }
    }
}

/// A right matrix that comes eight columns at a time.
pub trait Panels {
    /// Whether panels are put together when they are asked for.
    fn needs_room(&self) -> bool {
        false
    }

    /// A panel's numbers at some of its depth; there is room for as many, if it needs that.
    fn panel<'a>(&'a self, panel: usize, depth: Range<usize>, room: &'a mut [Eight]) -> &'a [Eight];
}

impl Panels for Columns {
    fn panel<'a>(&'a self, panel: usize, depth: Range<usize>, _: &'a mut [Eight]) -> &'a [Eight] {
        &self.eights[panel * self.depth..][depth]
    }
}

/// Makes the product of two matrices, whose rows have `width` numbers, and keeps it within bounds. The sums of each row begin with
/// a number, or zero past the last of them; or, if there are none at all, with what stands in `out`.
pub fn multiply(
    rows: Rows<'_>,
    right: &dyn Panels,
    begin: Option<&[f32]>,
    out: &mut [f32],
    width: usize,
    bounds: Option<Bounds>,
) {
    let Rows { fours, depth: deep } = rows;
    let mut room = match right.needs_room() {
        true => vec![Eight::default(); PANELS * DEPTH.min(deep)],
        false => Vec::new(),
    };
    let panels = width.div_ceil(COLUMNS);
    for from in (0..deep).step_by(DEPTH) {
        let depth = from..deep.min(from + DEPTH);
        let bounds = bounds.filter(|_| depth.end == deep).unwrap_or(UNBOUNDED);
        let begin = begin.filter(|_| from == 0);
        for first in (0..panels).step_by(PANELS) {
            let mut rooms = room.chunks_mut(depth.len());
            let group: [&[Eight]; PANELS] = array::from_fn(|i| match first + i < panels {
                true => right.panel(first + i, depth.clone(), rooms.next().unwrap_or_default()),
                false => &[],
            });
            let blocks = fours.chunks_exact(deep).zip(out.chunks_mut(ROWS * width));
            for (block, (fours, out)) in blocks.enumerate() {
                let fours = &fours[depth.clone()];
                let begin = begin.map(|all| array::from_fn(|i| all.get(block * ROWS + i).copied().unwrap_or(0.0)));
                for (panel, eights) in (first..panels).zip(group) {
                    let column = panel * COLUMNS;
                    let columns = COLUMNS.min(width - column);
                    match out.len() == ROWS * width && columns == COLUMNS {
                        true => four_rows(fours, eights, begin, &mut out[column..], width, bounds),
                        false => at_the_edge(fours, eights, begin, out, width, column..column + columns, bounds),
                    }
                }
            }
        }
    }
}

/// Adds the product of a matrix that lies row after row and a packed one to a third.
pub fn multiply_packed(a: &[f32], right: &Columns, out: &mut [f32], width: usize, bounds: Option<Bounds>) {
    let depth = right.depth.max(1);
    if a.len() / depth >= ROWS {
        let rows = Rows { fours: &Rows::packed(a, right.depth), depth: right.depth };
        return multiply(rows, right, None, out, width, bounds);
    }
    let (least, largest) = bounds.unwrap_or(UNBOUNDED);
    for (row, out) in a.chunks_exact(depth).zip(out.chunks_exact_mut(width.max(1))) {
        for (panel, out) in right.eights.chunks_exact(depth).zip(out.chunks_mut(COLUMNS)) {
            let sums = row_by_panel(row, panel).map(Singles::to_array);
            for (out, sum) in out.iter_mut().zip(sums.as_flattened()) {
                *out = within(*out + sum, (least, largest));
            }
        }
    }
}

/// Adds the product of a matrix (rows × depth) and another (depth × width) to a third, all row after row.
///
/// A few rows read the right matrix once, as it lies. More of them share its columns, which are packed.
pub fn multiply_loose(a: &[f32], b: &[f32], out: &mut [f32], (rows, depth, width): (usize, usize, usize)) {
    if width == 0 || depth == 0 {
        return;
    }
    let a = &a[..rows * depth];
    if rows >= ROWS {
        return multiply_packed(a, &Columns::packed(b, (depth, width)), out, width, None);
    }
    for (a, out) in a.chunks_exact(depth).zip(out.chunks_exact_mut(width)) {
        one_row(a, b, out);
    }
}

/// Adds a row's product with a matrix to another row: the numbers of the matrix are read once, in the order they lie.
fn one_row(a: &[f32], b: &[f32], out: &mut [f32]) {
    let width = out.len();
    let (out, end) = out.as_chunks_mut::<4>();
    for (&x, row) in a.iter().zip(b.chunks_exact(width)) {
        let (row, row_end) = row.as_chunks::<4>();
        let factor = Singles::splat(x);
        for (sums, row) in out.iter_mut().zip(row) {
            *sums = Singles::of(sums).add_product(factor, Singles::of(row)).to_array();
        }
        for (sum, y) in end.iter_mut().zip(row_end) {
            *sum += x * y;
        }
    }
}

/// Adds the products of four rows with eight columns to what they begin with, or to what stands first in the rows of `out`.
///
/// Every sum has a name of its own: of an array that a loop walks over, a compiler that looks for small code leaves the sums in
/// memory.
#[inline(never)]
fn four_rows(
    rows: &[[f32; ROWS]],
    panel: &[Eight],
    begin: Option<[f32; ROWS]>,
    out: &mut [f32],
    width: usize,
    (least, largest): Bounds,
) {
    let (first, second) = out.split_at_mut(2 * width);
    let ((out_a, out_b), (out_c, out_d)) = (first.split_at_mut(width), second.split_at_mut(width));
    let eight = |row: usize, out: &[f32]| match (begin, out.as_chunks::<4>().0) {
        (None, [low, high, ..]) => (Singles::of(low), Singles::of(high)),
        (begin, _) => {
            let begin = Singles::splat(begin.map_or(0.0, |begin| begin[row]));
            (begin, begin)
        }
    };
    let (mut a_low, mut a_high) = eight(0, out_a);
    let (mut b_low, mut b_high) = eight(1, out_b);
    let (mut c_low, mut c_high) = eight(2, out_c);
    let (mut d_low, mut d_high) = eight(3, out_d);
    // Each step may be the last one, and so is a block of its own: of several in one block the compiler makes deep sums that read
    // all of their numbers first, more than there are registers.
    macro_rules! steps {
        ($fours:ident, $eights:ident, $($i:literal)*) => {$(
            let (Some(&[a, b, c, d]), Some([low, high])) = ($fours.get($i), $eights.get($i)) else { break };
            let (low, high) = (Singles::of(low), Singles::of(high));
            let (a, b, c, d) = (Singles::splat(a), Singles::splat(b), Singles::splat(c), Singles::splat(d));
            (a_low, a_high) = (a_low.add_product(a, low), a_high.add_product(a, high));
            (b_low, b_high) = (b_low.add_product(b, low), b_high.add_product(b, high));
            (c_low, c_high) = (c_low.add_product(c, low), c_high.add_product(c, high));
            (d_low, d_high) = (d_low.add_product(d, low), d_high.add_product(d, high));
        )*};
    }
    for (fours, eights) in rows.chunks(STEPS).zip(panel.chunks(STEPS)) {
        // As many of both: one question a step.
        let Some(eights) = eights.get(..fours.len()) else { break };
        steps!(fours, eights, 0 1 2 3 4 5 6 7);
    }
    let (least, largest) = (Singles::splat(least), Singles::splat(largest));
    let put = |out: &mut [f32], low: Singles, high: Singles| {
        if let [out_low, out_high, ..] = out.as_chunks_mut::<4>().0 {
            *out_low = low.within(least, largest).to_array();
            *out_high = high.within(least, largest).to_array();
        }
    };
    put(out_a, a_low, a_high);
    put(out_b, b_low, b_high);
    put(out_c, c_low, c_high);
    put(out_d, d_low, d_high);
}

/// The same where there are fewer rows or columns: in a place that has room for all.
fn at_the_edge(
    rows: &[[f32; ROWS]],
    panel: &[Eight],
    begin: Option<[f32; ROWS]>,
    out: &mut [f32],
    width: usize,
    columns: Range<usize>,
    bounds: Bounds,
) {
    let mut all = [0.0; ROWS * COLUMNS];
    for (to, from) in all.chunks_exact_mut(COLUMNS).zip(out.chunks_exact(width)) {
        to[..columns.len()].copy_from_slice(&from[columns.clone()]);
    }
    four_rows(rows, panel, begin, &mut all, COLUMNS, bounds);
    for (from, to) in all.chunks_exact(COLUMNS).zip(out.chunks_exact_mut(width)) {
        to[columns.clone()].copy_from_slice(&from[..columns.len()]);
    }
}

/// The product of a row with eight columns, in four sums for each, so that none waits for another.
#[inline(never)]
fn row_by_panel(row: &[f32], panel: &[Eight]) -> [Singles; 2] {
    let (fours, rest) = row.as_chunks::<4>();
    let (panels, panel_rest) = panel.as_chunks::<4>();
    let zero = [Singles::splat(0.0); 2];
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    let step = |sums: [Singles; 2], x: f32, eight: &Eight| {
        let x = Singles::splat(x);
        [sums[0].add_product(x, Singles::of(&eight[0])), sums[1].add_product(x, Singles::of(&eight[1]))]
    };
    for (four, panel) in fours.iter().zip(panels) {
        a = step(a, four[0], &panel[0]);
        b = step(b, four[1], &panel[1]);
        c = step(c, four[2], &panel[2]);
        d = step(d, four[3], &panel[3]);
    }
    for (&x, eight) in rest.iter().zip(panel_rest) {
        a = step(a, x, eight);
    }
    array::from_fn(|i| a[i].plus(b[i]).plus(c[i].plus(d[i])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_gives_the_sums_of_products() {
        for rows in [1, 3, 4, 5, 9] {
            for (depth, width) in [(0, 3), (1, 1), (2, 8), (7, 9), (5, 21), (DEPTH + 3, 11)] {
                let a: Vec<f32> = (0..rows * depth).map(|i| (i % 7) as f32 - 3.0).collect();
                let b: Vec<f32> = (0..depth * width).map(|i| (i % 5) as f32 - 2.0).collect();
                let (mut out, mut bounded) = (vec![1.0; rows * width], vec![1.0; rows * width]);
                multiply_loose(&a, &b, &mut out, (rows, depth, width));
                multiply_packed(&a, &Columns::packed(&b, (depth, width)), &mut bounded, width, Some((-5.0, 6.0)));
                for i in 0..rows {
                    for j in 0..width {
                        let product: f32 = (0..depth).map(|k| a[i * depth + k] * b[k * width + j]).sum();
                        assert_eq!(out[i * width + j], 1.0 + product, "{rows} × {depth} × {width}");
                        if depth > 0 {
                            assert_eq!(bounded[i * width + j], (1.0 + product).clamp(-5.0, 6.0));
                        }
                    }
                }
            }
        }
    }
}
