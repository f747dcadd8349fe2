//! Whether two tensors are the same, as far as frameworks can agree.

use super::{Data, Tensor};

/// Whether a tensor has an expected one's type, shape and elements: see [`first_difference`].
pub fn is_close(made: &Tensor, expected: &Tensor, tolerance: f64) -> bool {
    made.dtype() == expected.dtype()
        && made.shape() == expected.shape()
        && first_difference(made, expected, tolerance).is_none()
}

/// The first element of equal shapes that differs: a float by more than the tolerance, relative to the largest number that is
/// expected; anything else at all. Infinities and NaN have to be at the same places.
pub fn first_difference(made: &Tensor, expected: &Tensor, tolerance: f64) -> Option<usize> {
    match (made.data(), expected.data()) {
        (Data::F32(x), Data::F32(y)) => {
            differs(x.iter().map(|&x| f64::from(x)), y.iter().map(|&y| f64::from(y)), tolerance)
        }
        (Data::F64(x), Data::F64(y)) => differs(x.iter().copied(), y.iter().copied(), tolerance),
        (Data::I64(x), Data::I64(y)) => x.iter().zip(y).position(|(x, y)| x != y),
        (Data::Text(x), Data::Text(y)) => x.iter().zip(y).position(|(x, y)| x != y),
        _ => Some(0),
    }
}

fn differs(
    made: impl Iterator<Item = f64>,
    expected: impl Iterator<Item = f64> + Clone,
    tolerance: f64,
) -> Option<usize> {
    let finite = expected.clone().filter(|x| x.is_finite());
    let far = tolerance * finite.fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let same = |x: f64, y: f64| x == y || x.is_nan() && y.is_nan() || (x - y).abs() <= far;
    made.zip(expected).position(|(x, y)| !same(x, y))
}
