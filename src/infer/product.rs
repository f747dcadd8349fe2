//! Products of matrices, and sums of products along letters.

use super::arguments::{Arguments, check_rank, wrong_shape, wrong_type};
use super::elementwise::combine;
use super::shape::{expanded, turned};
use super::strides::{broadcast, broadcast_strides, strides, walk};
use crate::error::Result;
use crate::kernel::gemm;
use crate::network::tensor::count;
use crate::network::{Binary, Data, Tensor, shown};

/// Products of the last two dimensions; those before are broadcast, and one dimension alone is a row on the left or a column
/// on the right.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    check_rank(a, 1)?;
    check_rank(b, 1)?;
    if a.dtype() != b.dtype() {
        return Err(wrong_type(a.dtype().name(), b));
    }
    let (left, right) = (a.rank() == 1, b.rank() == 1);
    let shape_a = if left { vec![1, a.len()] } else { a.shape().to_vec() };
    let shape_b = if right { vec![b.len(), 1] } else { b.shape().to_vec() };
    let (outer_a, inner_a) = shape_a.split_at(shape_a.len() - 2);
    let (outer_b, inner_b) = shape_b.split_at(shape_b.len() - 2);
    let (rows, depth, width) = (inner_a[0], inner_a[1], inner_b[1]);
    if depth != inner_b[0] {
        return Err(wrong_shape(format!("{depth} rows on the right"), shown(b.shape())));
    }
    let outer = broadcast(&[outer_a, outer_b])?;
    let mut shape = outer.clone();
    shape.extend([rows, width]);
    let elements = count(&shape)?;
    let steps = |own: &[usize], size: usize| {
        let steps = broadcast_strides(own, &outer);
        steps.into_iter().map(|step| step * size).collect::<Vec<_>>()
    };
    let (steps_a, steps_b) = (steps(outer_a, rows * depth), steps(outer_b, depth * width));
    // The walk goes along the last dimension by itself only if there is one that it may leave to us.
    let (mut walked, mut walked_a, mut walked_b) = (outer.clone(), steps_a, steps_b);
    walked.push(1);
    walked_a.push(0);
    walked_b.push(0);
    let mut places = Vec::new();
    walk(&walked, [&walked_a, &walked_b], |place| places.push(place));
    let size = (rows, depth, width);
    let data = match (a.data(), b.data()) {
        (Data::F32(x), Data::F32(y)) => {
            let mut all = vec![0.0_f32; elements];
            for ([i, j], out) in places.iter().zip(all.chunks_exact_mut((rows * width).max(1))) {
                gemm::multiply_loose(&x[*i..], &y[*j..], out, size);
            }
            Data::F32(all)
        }
        (Data::F64(x), Data::F64(y)) => {
            let mut all = vec![0.0_f64; elements];
            for ([i, j], out) in places.iter().zip(all.chunks_exact_mut((rows * width).max(1))) {
                multiply(&x[*i..], &y[*j..], out, size, |sum, x, y| *sum += x * y);
            }
            Data::F64(all)
        }
        (Data::I64(x), Data::I64(y)) => {
            let mut all = vec![0_i64; elements];
            for ([i, j], out) in places.iter().zip(all.chunks_exact_mut((rows * width).max(1))) {
                multiply(&x[*i..], &y[*j..], out, size, |sum, x, y| *sum = sum.wrapping_add(x.wrapping_mul(y)));
            }
            Data::I64(all)
        }
        _ => return Err(wrong_type("numbers", a)),
    };
    let mut shape = outer;
    shape.extend((!left).then_some(rows));
    shape.extend((!right).then_some(width));
    Ok(Tensor::rounded(a.dtype(), shape, data))
}

/// Adds the product of two matrices to a third, row by row: the innermost loop goes along rows of the second and the third.
fn multiply<T: Copy>(
    a: &[T],
    b: &[T],
    out: &mut [T],
    (rows, depth, width): (usize, usize, usize),
    add: impl Fn(&mut T, T, T),
) {
    for i in 0..rows {
        let out = &mut out[i * width..(i + 1) * width];
        for k in 0..depth {
            let x = a[i * depth + k];
            for (sum, &y) in out.iter_mut().zip(&b[k * width..(k + 1) * width]) {
                add(sum, x, y);
            }
        }
    }
}

/// Products of the last dimension with a matrix, and a bias: data, weights `[in, out]`, bias?.
pub fn linear(given: &Arguments<'_>) -> Result<Tensor> {
    let product = matmul(given.get(0)?, given.get(1)?)?;
    match given.find(2) {
        Some(bias) => combine(Binary::Add, &product, bias),
        None => Ok(product),
    }
}

/// α·A·B + β·C.
pub fn gemm(alpha: f32, beta: f32, transposed: (bool, bool), given: &Arguments<'_>) -> Result<Tensor> {
    let matrix = |i: usize, transposed: bool| {
        let tensor = given.get(i)?;
        match tensor.rank() {
            2 if transposed => Ok(turned(&[1, 0], tensor)),
            2 => Ok(tensor.clone()),
            _ => Err(wrong_shape("2 dimensions", shown(tensor.shape()))),
        }
    };
    let product = matmul(&matrix(0, transposed.0)?, &matrix(1, transposed.1)?)?;
    let (dtype, shape) = (product.dtype(), product.shape().to_vec());
    let added = match given.find(2) {
        None => None,
        Some(added) if added.dtype() != dtype => return Err(wrong_type(dtype.name(), added)),
        Some(added) if broadcast(&[added.shape(), &shape])? == shape => Some(expanded(added, shape.clone())),
        Some(added) => return Err(wrong_shape(format!("what becomes {}", shown(&shape)), shown(added.shape()))),
    };
    let data = match (product.into_data(), added.map(Tensor::into_data)) {
        (Data::F32(mut x), added) => {
            x.iter_mut().for_each(|x| *x *= alpha);
            if let Some(Data::F32(added)) = added {
                x.iter_mut().zip(added).for_each(|(x, y)| *x += beta * y);
            }
            Data::F32(x)
        }
        (Data::F64(mut x), added) => {
            x.iter_mut().for_each(|x| *x *= f64::from(alpha));
            if let Some(Data::F64(added)) = added {
                x.iter_mut().zip(added).for_each(|(x, y)| *x += f64::from(beta) * y);
            }
            Data::F64(x)
        }
        (Data::I64(mut x), added) => {
            // Whole numbers have whole factors, or none that can be right.
            if alpha.fract() != 0.0 || beta.fract() != 0.0 {
                return Err(wrong_shape("whole factors of whole numbers", "fractions"));
            }
            x.iter_mut().for_each(|x| *x = x.wrapping_mul(alpha as i64));
            if let Some(Data::I64(added)) = added {
                x.iter_mut().zip(added).for_each(|(x, y)| *x = x.wrapping_add(y.wrapping_mul(beta as i64)));
            }
            Data::I64(x)
        }
        (data @ Data::Text(_), _) => data,
    };
    Ok(Tensor::rounded(dtype, shape, data))
}

/// Sums of products: letters of the equation name dimensions, those that the result does not name are summed over.
pub fn einsum(equation: &str, given: &Arguments<'_>) -> Result<Tensor> {
    let tensors = given.all()?;
    let equation: String = equation.chars().filter(|letter| !letter.is_whitespace()).collect();
    let refused = || wrong_shape("an equation as \"ij,jk->ik\" with a term for each tensor", equation.clone());
    let (terms, result) = match equation.split_once("->") {
        Some((terms, result)) => (terms, Some(result)),
        None => (equation.as_str(), None),
    };
    let terms: Vec<&str> = terms.split(',').collect();
    if terms.len() != tensors.len() {
        return Err(refused());
    }
    // The dimensions of an ellipsis are named by numbers from the right, so that they are broadcast.
    let letters = |term: &str, rank: Option<usize>, most: usize| -> Result<Vec<Letter>> {
        let (before, after) = match term.split_once("...") {
            Some((before, after)) => (before, Some(after)),
            None => (term, None),
        };
        let named = before.chars().count() + after.map_or(0, |after| after.chars().count());
        let hidden = match (after, rank) {
            (None, _) => 0,
            (Some(_), Some(rank)) => rank.checked_sub(named).ok_or_else(refused)?,
            (Some(_), None) => most,
        };
        let name = |letter: char| if letter.is_ascii_alphabetic() { Ok(Letter::Named(letter)) } else { Err(refused()) };
        let mut letters = before.chars().map(name).collect::<Result<Vec<_>>>()?;
        letters.extend((0..hidden).rev().map(Letter::Hidden));
        for letter in after.unwrap_or_default().chars() {
            letters.push(name(letter)?);
        }
        Ok(letters)
    };
    let named = (terms.iter().zip(&tensors))
        .map(|(term, tensor)| letters(term, Some(tensor.rank()), 0))
        .collect::<Result<Vec<_>>>()?;
    let hidden = named.iter().flatten().filter_map(|letter| match letter {
        Letter::Hidden(i) => Some(i + 1),
        Letter::Named(_) => None,
    });
    let hidden = hidden.max().unwrap_or(0);
    let kept = match result {
        Some(result) => letters(result, None, hidden)?,
        None => {
            // Those that stand once, in the order of the alphabet, after what the ellipses hide.
            let mut once: Vec<Letter> = named.iter().flatten().copied().collect();
            once.sort();
            once.retain(|letter| {
                matches!(letter, Letter::Named(_))
                    && named.iter().flatten().filter(|other| *other == letter).count() == 1
            });
            (0..hidden).rev().map(Letter::Hidden).chain(once).collect()
        }
    };
    // Each letter's length, those of the result first.
    let mut order = kept.clone();
    for letter in named.iter().flatten() {
        if !order.contains(letter) {
            order.push(*letter);
        }
    }
    let mut lengths = vec![1_usize; order.len()];
    let mut moves = vec![vec![0_usize; order.len()]; tensors.len()];
    for ((letters, tensor), moves) in named.iter().zip(&tensors).zip(&mut moves) {
        if letters.len() != tensor.rank() {
            return Err(refused());
        }
        for ((letter, &length), stride) in letters.iter().zip(tensor.shape()).zip(strides(tensor.shape())) {
            let at = order.iter().position(|known| known == letter).ok_or_else(refused)?;
            match (lengths[at], length) {
                (1, length) => lengths[at] = length,
                (_, 1) => {}
                (known, length) if known == length => {}
                _ => return Err(wrong_shape("equal lengths of a letter", shown(tensor.shape()))),
            }
            // A letter that a term has twice goes along the diagonal.
            moves[at] += if length == 1 { 0 } else { stride };
        }
    }
    let is_made = |letter: &Letter| named.iter().flatten().any(|known| known == letter);
    let twice = (1..kept.len()).any(|i| kept[..i].contains(&kept[i]));
    if twice || kept.iter().any(|letter| !is_made(letter) && matches!(letter, Letter::Named(_))) {
        return Err(refused());
    }
    count(&lengths)?;
    sums(&tensors, &lengths, kept.len(), &moves)
}

/// A letter of an equation, or a dimension that its ellipsis hides, counted from the right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Letter {
    Hidden(usize),
    Named(char),
}

/// The sums of products over the lengths from `kept` on.
fn sums(tensors: &[&Tensor], lengths: &[usize], kept: usize, moves: &[Vec<usize>]) -> Result<Tensor> {
    let dtype = tensors.first().map(|tensor| tensor.dtype()).ok_or_else(|| wrong_shape("at least 1 tensor", "none"))?;
    if let Some(other) = tensors.iter().find(|tensor| tensor.dtype() != dtype) {
        return Err(wrong_type(dtype.name(), other));
    }
    let (shape, summed) = lengths.split_at(kept);
    let places = |lengths: &[usize], moves: &[usize]| {
        let (mut lengths, mut moves) = (lengths.to_vec(), moves.to_vec());
        lengths.push(1);
        moves.push(0);
        let mut places = Vec::new();
        walk(&lengths, [&moves], |[place]| places.push(place));
        places
    };
    let outer: Vec<Vec<usize>> = moves.iter().map(|moves| places(shape, &moves[..kept])).collect();
    let inner: Vec<Vec<usize>> = moves.iter().map(|moves| places(summed, &moves[kept..])).collect();
    macro_rules! sum {
        ($kind:ident, $zero:expr, $one:expr, $add:expr, $multiply:expr) => {{
            let mut numbers = Vec::with_capacity(tensors.len());
            for tensor in tensors {
                match tensor.data() {
                    Data::$kind(x) => numbers.push(x),
                    _ => return Err(wrong_type(dtype.name(), tensor)),
                }
            }
            let element = |i: usize| {
                let product = |j: usize| {
                    let factor = |(t, x): (usize, &&Vec<_>)| x[outer[t][i] + inner[t][j]];
                    numbers.iter().enumerate().map(factor).fold($one, $multiply)
                };
                (0..inner[0].len()).map(product).fold($zero, $add)
            };
            Data::$kind((0..outer[0].len()).map(element).collect())
        }};
    }
    let data = match tensors[0].data() {
        Data::F32(_) => sum!(F32, 0.0_f32, 1.0_f32, |x, y| x + y, |x, y| x * y),
        Data::F64(_) => sum!(F64, 0.0_f64, 1.0_f64, |x, y| x + y, |x, y| x * y),
        Data::I64(_) => sum!(I64, 0_i64, 1_i64, i64::wrapping_add, i64::wrapping_mul),
        Data::Text(_) => return Err(wrong_type("numbers", tensors[0])),
    };
    Ok(Tensor::rounded(dtype, shape.to_vec(), data))
}

/// The determinants of the last two dimensions, by elimination with the largest pivot.
pub fn determinant(tensor: &Tensor) -> Result<Tensor> {
    let [outer @ .., rows, columns] = tensor.shape() else {
        return Err(wrong_shape("at least 2 dimensions", shown(tensor.shape())));
    };
    if rows != columns {
        return Err(wrong_shape("square matrices", shown(tensor.shape())));
    }
    let (size, outer) = (*rows, outer.to_vec());
    let matrices: usize = outer.iter().product();
    let matrix = |i: usize, x: &dyn Fn(usize) -> f64| {
        let numbers = (i * size * size..(i + 1) * size * size).map(x).collect();
        eliminated(numbers, size)
    };
    let data = match tensor.data() {
        Data::F32(x) => Data::F32((0..matrices).map(|i| matrix(i, &|at| f64::from(x[at])) as f32).collect()),
        Data::F64(x) => Data::F64((0..matrices).map(|i| matrix(i, &|at| x[at])).collect()),
        _ => return Err(wrong_type("floats", tensor)),
    };
    Ok(Tensor::rounded(tensor.dtype(), outer, data))
}

fn eliminated(mut matrix: Vec<f64>, size: usize) -> f64 {
    let mut determinant = 1.0;
    for i in 0..size {
        let largest = (i..size)
            .fold(i, |best, row| if matrix[row * size + i].abs() > matrix[best * size + i].abs() { row } else { best });
        let pivot = matrix[largest * size + i];
        if pivot == 0.0 {
            return 0.0;
        }
        if largest != i {
            determinant = -determinant;
            for column in 0..size {
                matrix.swap(largest * size + column, i * size + column);
            }
        }
        determinant *= pivot;
        for row in i + 1..size {
            let factor = matrix[row * size + i] / pivot;
            for column in i..size {
                matrix[row * size + column] -= factor * matrix[i * size + column];
            }
        }
    }
    determinant
}
