//! What one file has that another has not, so that whoever has the one can make the other of it: `pkg-template/tensors/relaxed.js`
//! does.
//!
//! Numbers are LEB128. First the length of the other file and the FNV-1a of the one, then until that length is reached: how far
//! beyond the last copy's end the next copy begins (zigzag), how long it is, how many bytes of this file follow it, and those.

use std::collections::HashMap;

/// The shortest copy.
const SHORTEST: usize = 12;
/// How many places of the same bytes are tried.
const PLACES: usize = 64;

/// The difference that makes `made` of `known`.
pub fn difference(known: &[u8], made: &[u8]) -> Vec<u8> {
    let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, bytes) in known.windows(SHORTEST).enumerate() {
        let places = places.entry(bytes).or_default();
        if places.len() < PLACES {
            places.push(at);
        }
    }
    let mut difference = Vec::new();
    write(&mut difference, made.len() as u64);
    write(&mut difference, u64::from(fnv(known)));
    // The longest copy of what begins at a place of `made`, if the last one ended at `end` there and at `known_end` here.
    let longest = |from: usize, known_end: usize, end: usize| {
        let found = made.get(from..from + SHORTEST).and_then(|bytes| places.get(bytes));
        let length = |place: usize| {
            let pairs = known.get(place..).unwrap_or_default().iter().zip(&made[from..]);
            pairs.take_while(|(a, b)| a == b).count()
        };
        // Mostly it goes on in step with what was copied last.
        let in_step = known_end + (from - end);
        let all = found.into_iter().flatten().copied().chain([in_step]);
        let longest = all.map(|place| (length(place), place)).max_by_key(|&(length, place)| (length, place == in_step));
        longest.filter(|&(length, _)| length >= SHORTEST)
    };
    let (mut known_end, mut from) = (0, 0);
    let mut copy = longest(0, 0, 0);
    while from < made.len() {
        let (length, place) = copy.unwrap_or((0, known_end));
        let jump = place as i64 - known_end as i64;
        let end = from + length;
        (from, known_end) = (end, place + length);
        loop {
            copy = longest(from, known_end, end);
            if copy.is_some() || from >= made.len() {
                break;
            }
            from += 1;
        }
        write(&mut difference, ((jump << 1) ^ (jump >> 63)) as u64);
        write(&mut difference, length as u64);
        write(&mut difference, (from - end) as u64);
        difference.extend(&made[end..from]);
    }
    difference
}

fn write(to: &mut Vec<u8>, mut number: u64) {
    while number > 127 {
        to.push(number as u8 | 128);
        number >>= 7;
    }
    to.push(number as u8);
}

/// FNV-1a of 32 bits.
fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, &byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
