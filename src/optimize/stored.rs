//! Weights that a file keeps as whole numbers of 8 bits, with a step that says what they stand for, stay that: in a quarter of the bytes,
//! and of the memory while a network is loaded.

use super::draft::{Draft, Step};
use super::quantize::columns;
use crate::network::{Compact, Data, Dtype, Numbers, Operator, Tensor};

/// What a step makes of constants in fewer bytes, if that is the same to the bit and nobody who takes it would compute with the whole
/// numbers themselves, which rounds what they are multiplied by.
pub fn compact(draft: &Draft, step: &Step, takers: &[(usize, &Operator)], made: &Tensor) -> Option<Compact> {
    let Operator::DequantizeLinear(how) = &step.node.operator else { return None };
    let [data, scales] = [0, 1].map(|i| draft.constant(step.input(i)));
    let (data, Data::F32(scales)) = (data?, scales?.data()) else { return None };
    let (Data::I64(x), Dtype::I8 | Dtype::U8) = (data.data(), data.dtype()) else { return None };
    let zeros = match draft.constant(step.input(2)).map(Tensor::data) {
        Some(Data::I64(zeros)) => &zeros[..],
        _ => &[0],
    };
    let (shape, rank) = (data.shape(), data.rank());
    let is_free = |axis: &usize| takers.iter().all(|(place, operator)| columns(operator, *place) != Some(*axis));
    let axis = match scales.len() {
        1 => (0..rank).find(is_free)?,
        _ => usize::try_from(if how.axis < 0 { how.axis + rank as i64 } else { how.axis }).ok().filter(is_free)?,
    };
    let length = *shape.get(axis)?;
    let scales: Vec<f32> = if scales.len() == 1 { vec![scales[0]; length] } else { scales.clone() };
    let inner = shape[axis + 1..].iter().product::<usize>().max(1);
    let zero = |i: usize| zeros.get(if zeros.len() == 1 { 0 } else { i / inner % length.max(1) });
    let number = |(i, x): (usize, &i64)| i8::try_from(x.checked_sub(*zero(i)?)?).ok();
    let numbers = x.iter().enumerate().map(number).collect::<Option<_>>()?;
    Compact::new(shape.to_vec(), Numbers::Byte { numbers, axis, scales })
        .ok()
        .filter(|compact| compact.tensor() == *made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Quantization, Window};
    use crate::optimize::sketch::{Sketch, names};

    /// What is left of a step that makes floats of bytes for an operator that takes numbers of a shape.
    fn left(
        shape: &[usize],
        dtype: Dtype,
        (scales, zeros): (usize, i64),
        operator: Operator,
        given: &[usize],
    ) -> Vec<&'static str> {
        let count = shape.iter().product::<usize>();
        let bytes = (0..count).map(|i| dtype.wrap((i * 7919 % 251) as i64 - 125 + zeros)).collect();
        let numbers = (0..scales).map(|i| 0.01 + 0.003 * i as f32).collect();
        let shape_of = |count: usize| if count == 1 { vec![] } else { vec![count] };
        let axis = shape.iter().position(|length| *length == scales).unwrap_or(0) as i64;
        let mut sketch = Sketch::new(
            1,
            vec![
                Tensor::new(dtype, shape.to_vec(), Data::I64(bytes)).expect("a tensor"),
                Tensor::new(Dtype::F32, shape_of(scales), Data::F32(numbers)).expect("a tensor"),
                Tensor::new(dtype, shape_of(scales), Data::I64(vec![zeros; scales])).expect("a tensor"),
            ],
        );
        let how = Quantization { axis, block: 0, dtype: None };
        let floats = sketch.node(Operator::DequantizeLinear(how), &[1, 2, 3]);
        let made = sketch.node(operator, &[0, floats]);
        names(&sketch.optimized(&[made], &[given]))
    }

    #[test]
    fn bytes_stay_bytes_where_that_changes_nothing() {
        let conv = || Operator::Conv(Window { groups: 1, ..Window::default() });
        let (filters, images) = ([40, 8, 3, 3], [1, 8, 6, 6]);
        assert_eq!(left(&filters, Dtype::I8, (40, 0), conv(), &images), ["Conv"]);
        assert_eq!(left(&filters, Dtype::I8, (1, 0), conv(), &images), ["Conv"]);
        assert_eq!(left(&filters, Dtype::U8, (1, 128), conv(), &images), ["Conv"]);
        // Beside another zero the numbers need nine bits.
        assert_eq!(left(&filters, Dtype::U8, (1, 100), conv(), &images), ["DequantizeLinear", "Conv"]);
        // A matrix of one scale lies so that no kernel takes its bytes; with one for each column it would.
        assert_eq!(left(&[50, 60], Dtype::I8, (1, 0), Operator::MatMul, &[4, 50]), ["MatMul"]);
        assert_eq!(left(&[50, 60], Dtype::I8, (60, 0), Operator::MatMul, &[4, 50]), ["DequantizeLinear", "MatMul"]);
        let gemm = |is_turned| Operator::Gemm { alpha: 1.0, beta: 1.0, transposed: (false, is_turned) };
        assert_eq!(left(&[60, 50], Dtype::I8, (1, 0), gemm(true), &[4, 50]), ["Gemm"]);
        assert_eq!(left(&[60, 50], Dtype::I8, (60, 0), gemm(true), &[4, 50]), ["DequantizeLinear", "Gemm"]);
        // What is small is what it stands for.
        assert_eq!(left(&[50, 6], Dtype::I8, (6, 0), Operator::MatMul, &[4, 50]), ["MatMul"]);
    }
}
