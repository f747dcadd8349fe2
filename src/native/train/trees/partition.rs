//! The rows of a node, parted into those of its children, each in their order.

use rayon::prelude::*;

/// How many rows one thread takes at a time.
const CHUNK: usize = 1 << 14;

/// Brings the rows that go left before the others and says how many they are. `spare` is as long as `rows`.
pub fn part(rows: &mut [u32], spare: &mut [u32], goes_left: impl Fn(u32) -> bool + Sync) -> usize {
    if rows.len() <= CHUNK {
        let left = part_chunk(rows, spare, &goes_left);
        rows[..left].copy_from_slice(&spare[..left]);
        rows[left..].iter_mut().zip(spare[left..].iter().rev()).for_each(|(row, &spare)| *row = spare);
        return left;
    }
    let chunks = rows.par_chunks(CHUNK).zip(spare.par_chunks_mut(CHUNK));
    let lefts: Vec<usize> = chunks.map(|(rows, spare)| part_chunk(rows, spare, &goes_left)).collect();
    let left = lefts.iter().sum();
    let (mut to_left, mut to_right) = rows.split_at_mut(left);
    let mut moves = Vec::with_capacity(lefts.len());
    for (spare, &left) in spare.chunks(CHUNK).zip(&lefts) {
        let (lefts, rights) = spare.split_at(left);
        let (left, rest) = to_left.split_at_mut(lefts.len());
        let (right, more) = to_right.split_at_mut(rights.len());
        (to_left, to_right) = (rest, more);
        moves.push((lefts, rights, left, right));
    }
    moves.into_par_iter().for_each(|(lefts, rights, left, right)| {
        left.copy_from_slice(lefts);
        right.iter_mut().zip(rights.iter().rev()).for_each(|(row, &spare)| *row = spare);
    });
    left
}

/// Writes rows that go left from the start of `spare`, the others from its end.
fn part_chunk(rows: &[u32], spare: &mut [u32], goes_left: impl Fn(u32) -> bool) -> usize {
    let mut left = 0;
    let last = rows.len().wrapping_sub(1);
    for (i, &row) in rows.iter().enumerate() {
        // To both places, with no branch: the one that is wrong is written again before it is read.
        spare[left] = row;
        spare[last - (i - left)] = row;
        left += usize::from(goes_left(row));
    }
    left
}
