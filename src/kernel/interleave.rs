//! Numbers whose bytes lie in planes: all first (least) bytes before all second ones.

use super::lanes::Bytes;

/// Up to 16 numbers from `start` on, of `count` in up to eight planes; what comes after the last means nothing.
#[inline(never)]
pub fn sixteen(planes: &[u8], count: usize, start: usize) -> [u64; 16] {
    let mut rows = [Bytes::splat(0); 8];
    for (row, plane) in rows.iter_mut().zip(planes.chunks_exact(count)) {
        *row = match plane[start..].first_chunk() {
            Some(bytes) => Bytes::new(bytes),
            None => {
                let mut bytes = [0; 16];
                bytes[..count - start].copy_from_slice(&plane[start..]);
                Bytes::new(&bytes)
            }
        };
    }
    // Byte by byte in turns, the first half with the second: three times, and the bytes of each number are side by side.
    let mut round = 0;
    while round < 3 {
        let before = rows;
        let mut i = 0;
        while i < 4 {
            (rows[2 * i], rows[2 * i + 1]) = before[i].in_turns(before[i + 4]);
            i += 1;
        }
        round += 1;
    }
    let mut numbers = [0; 16];
    for (two, row) in numbers.chunks_exact_mut(2).zip(rows) {
        two.copy_from_slice(&row.to_halves());
    }
    numbers
}
