//! Support vector machines. What support vectors give is large and cancels, so it is computed in float64 and rounded once.

use super::super::step::{Step, unsupported};
use super::make::Value;
use super::rows::squared_distances;
use super::scores::{Labels, Transform, check_classes, complement, opposite};
use super::unsound;
use crate::error::Result;
use crate::network::{Binary, Data, Dtype, Operator, Tensor, Unary};

/// The most numbers of the matrices that a classifier becomes, which are mostly zeros.
const MAX_ELEMENTS: usize = 1 << 24;

/// How alike two rows are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kernel {
    Linear,
    Poly,
    Rbf,
    Sigmoid,
}

/// The kernel of rows `[n, columns]` with support vectors: `[n, vectors]`.
fn kernel(step: &mut Step<'_, '_>, rows: Value, vectors: Vec<f32>, count: usize) -> Result<Value> {
    let kernels =
        [("LINEAR", Kernel::Linear), ("POLY", Kernel::Poly), ("RBF", Kernel::Rbf), ("SIGMOID", Kernel::Sigmoid)];
    let kernel = step.choice("kernel_type", "LINEAR", &kernels)?;
    let [gamma, coef0, degree] = match step.floats("kernel_params").unwrap_or_default()[..] {
        [] => [0.0; 3],
        [gamma, coef0, degree] => [gamma, coef0, degree],
        ref others => return Err(unsound("kernel_params", "gamma, coef0 and degree", others.len())),
    };
    let columns = vectors.len() / count;
    if columns * count != vectors.len() || columns == 0 {
        return Err(unsound("support_vectors", format!("as many numbers for each of {count}"), vectors.len()));
    }
    let rows = step.cast(Dtype::F64, rows);
    if kernel == Kernel::Rbf {
        let vectors = step.floats_as(Dtype::F64, &[count, columns], vectors);
        let apart = squared_distances(step, rows, vectors);
        let factor = step.floats_as(Dtype::F64, &[], vec![-gamma]);
        let scaled = step.binary(Binary::Mul, apart, factor);
        return Ok(step.unary(Unary::Exp, scaled));
    }
    let vectors = matrix(step, [columns, count], |column, vector| vectors[vector * columns + column]);
    let product = step.make(Operator::MatMul, &[rows, vectors]);
    if kernel == Kernel::Linear {
        return Ok(product);
    }
    let (gamma, coef0) = (step.floats_as(Dtype::F64, &[], vec![gamma]), step.floats_as(Dtype::F64, &[], vec![coef0]));
    let product = step.binary(Binary::Mul, product, gamma);
    let moved = step.binary(Binary::Add, product, coef0);
    if kernel == Kernel::Sigmoid {
        return Ok(step.unary(Unary::Tanh, moved));
    }
    let degree = step.floats_as(Dtype::F64, &[], vec![degree]);
    Ok(step.binary(Binary::Pow, moved, degree))
}

/// A matrix of float64.
fn matrix(step: &mut Step<'_, '_>, [rows, columns]: [usize; 2], at: impl Fn(usize, usize) -> f32) -> Value {
    let at = &at;
    let numbers = (0..rows).flat_map(|row| (0..columns).map(move |column| f64::from(at(row, column)))).collect();
    step.constant(Tensor::exact(Dtype::F64, vec![rows, columns], Data::F64(numbers)))
}

/// SVMRegressor.
pub fn regressor(mut step: Step<'_, '_>) -> Result<()> {
    if Transform::read(&step)? != Transform::None {
        return Err(unsupported("SVMRegressor with a post_transform"));
    }
    let coefficients = step.floats("coefficients").unwrap_or_default();
    let (rho, vectors) = (step.floats("rho").unwrap_or_default(), step.floats("support_vectors").unwrap_or_default());
    let (count, is_one_class) = (step.integer("n_supports", 0), step.flag("one_class", false));
    let &[rho] = &rho[..] else { return Err(unsound("rho", "one number", rho.len())) };
    let rows = step.input_as_floats(0)?;
    if step.builder.outline(rows).rank != Some(2) {
        return Err(unsupported("SVMRegressor of others than rows"));
    }
    let alike = if count > 0 {
        if coefficients.len() as i64 != count {
            return Err(unsound("coefficients", format!("{count}, one for each vector"), coefficients.len()));
        }
        kernel(&mut step, rows, vectors, coefficients.len())?
    } else {
        step.ignore(&["kernel_type", "kernel_params"]);
        step.cast(Dtype::F64, rows)
    };
    let coefficients = matrix(&mut step, [coefficients.len(), 1], |row, _| coefficients[row]);
    let sums = step.make(Operator::MatMul, &[alike, coefficients]);
    let rho = step.floats_as(Dtype::F64, &[], vec![rho]);
    let sums = step.binary(Binary::Add, sums, rho);
    let made = step.cast(Dtype::F32, sums);
    if !is_one_class {
        return step.is(made);
    }
    let (nothing, inside, outside) = (step.number(0.0), step.number(1.0), step.number(-1.0));
    let is_inside = step.binary(Binary::Greater, made, nothing);
    let told = step.make(Operator::Where, &[is_inside, inside, outside]);
    step.is(told)
}

/// SVMClassifier: labels, scores. Each two classes have a function, and the one that it tells a vote.
pub fn classifier(mut step: Step<'_, '_>) -> Result<()> {
    let (transform, labels) = (Transform::read(&step)?, Labels::read(&step, "classlabels_ints")?);
    check_classes(&labels)?;
    if step.has("prob_a") || step.has("prob_b") {
        return Err(unsupported(
            "SVMClassifier with probabilities (prob_a, prob_b), which are iterated until they are near",
        ));
    }
    let vectors_of = step.integers("vectors_per_class");
    let (coefficients, rho) = (step.floats("coefficients").unwrap_or_default(), step.floats("rho").unwrap_or_default());
    let vectors = step.floats("support_vectors").unwrap_or_default();
    if vectors_of.iter().all(|&count| count == 0) {
        return Err(unsupported("SVMClassifier without support vectors"));
    }
    let classes = labels.len();
    let starts = starts(&vectors_of, vectors.len())?;
    let count = starts[starts.len() - 1];
    let functions = classes.saturating_mul(classes - 1) / 2;
    let lengths = (vectors_of.len(), rho.len(), coefficients.len());
    if lengths != (classes, functions, count.saturating_mul(classes - 1)) {
        let expected = format!("those of {classes} classes and {count} vectors");
        return Err(unsound("coefficients", expected, coefficients.len()));
    }
    if functions.saturating_mul(classes.max(count)) > MAX_ELEMENTS {
        return Err(unsupported(format!("SVMClassifier of {classes} classes and {count} vectors, which is too large")));
    }
    let pairs: Vec<(usize, usize)> = (0..classes).flat_map(|i| (i + 1..classes).map(move |j| (i, j))).collect();
    let rows = step.input_as_floats(0)?;
    if step.builder.outline(rows).rank != Some(2) {
        return Err(unsupported("SVMClassifier of others than rows"));
    }
    let alike = kernel(&mut step, rows, vectors, count)?;
    // A column for each two classes, in which the vectors of both have coefficients.
    let mut columns = vec![0.0; count * pairs.len()];
    for (column, &(i, j)) in pairs.iter().enumerate() {
        for (class, row) in [(i, j - 1), (j, i)] {
            for vector in starts[class]..starts[class + 1] {
                columns[vector * pairs.len() + column] = coefficients[row * count + vector];
            }
        }
    }
    let columns = step.floats_as(Dtype::F64, &[count, pairs.len()], columns);
    let sums = step.make(Operator::MatMul, &[alike, columns]);
    let rho = step.floats_as(Dtype::F64, &[pairs.len()], rho);
    let sums = step.binary(Binary::Add, sums, rho);
    let label = voted(&mut step, labels, sums, &pairs);
    let scores = step.cast(Dtype::F32, sums);
    let scores = match (classes, transform) {
        (2, Transform::None) => opposite(&mut step, scores, transform),
        (2, _) => complement(&mut step, scores, Dtype::F32, transform),
        _ => transform.of_rows(&mut step, scores),
    };
    step.are(&[label, scores])
}

/// Where the vectors of each class begin, and where the last ones end.
fn starts(vectors_of: &[i64], most: usize) -> Result<Vec<usize>> {
    let mut starts = vec![0_usize];
    for &count in vectors_of {
        let start = usize::try_from(count).ok().and_then(|count| starts[starts.len() - 1].checked_add(count));
        starts.push(start.filter(|&start| start <= most).ok_or_else(|| unsound("vectors_per_class", "counts", count))?);
    }
    Ok(starts)
}

/// The label of the class with the most votes, the first of several.
fn voted(step: &mut Step<'_, '_>, labels: Labels, sums: Value, pairs: &[(usize, usize)]) -> Value {
    let classes = labels.len();
    let nothing = step.floats_as(Dtype::F64, &[], vec![0.0]);
    let is_first = step.binary(Binary::Greater, sums, nothing);
    let is_first = step.cast(Dtype::F32, is_first);
    // Of a pair the second class has the vote until the first one takes it.
    let (mut moves, mut before) = (vec![0.0; pairs.len() * classes], vec![0.0; classes]);
    for (pair, &(i, j)) in pairs.iter().enumerate() {
        moves[pair * classes + i] = 1.0;
        moves[pair * classes + j] = -1.0;
        before[j] += 1.0;
    }
    let moves = step.floats_as(Dtype::F32, &[pairs.len(), classes], moves);
    let before = step.floats_as(Dtype::F32, &[classes], before);
    let votes = step.make(Operator::MatMul, &[is_first, moves]);
    let votes = step.binary(Binary::Add, votes, before);
    labels.of_largest(step, votes)
}
