//! Gaussian processes and mixtures.

use super::bayes::squared_length;
use super::builder::{Builder, Demand, Frame};
use super::object::{Matrix, Object};
use crate::error::Result;
use crate::import::answers::Answers;
use crate::math;
use crate::model::{ArgMax, Combine, Concat, Function, Labels, Measure, Pairwise, Rescale, Scale, Softmax, ValueId};

/// How many kernels may lie within each other.
const MAX_KERNELS: usize = 64;

/// The answers of a Gaussian process or mixture; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    match object.name() {
        "GaussianProcessRegressor" => process(builder, frame, object).map(Some),
        "GaussianMixture" => mixture(builder, frame, object).map(Some),
        _ => Ok(None),
    }
}

fn process(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let points = object.get("X_train_")?.matrix()?;
    if points.columns != frame.width() || points.rows == 0 {
        return Err(object.get("X_train_")?.wrong(format!("rows of {}", frame.width()), points.columns.to_string()));
    }
    let value = builder.numbers(frame, Demand::Finite);
    let kernel = kernel(builder, value, &points, &object.get("kernel_")?, 0)?;
    let weights = object.get("alpha_")?;
    let (values, outputs) = match weights.item.array().map(|array| array.shape()) {
        Some(&[_, outputs]) => (weights.matrix()?.transposed().values, outputs),
        _ => (weights.numbers()?, 1),
    };
    let scaled = builder.linear("weights", kernel, points.rows, values, vec![0.0; outputs]);
    let per_output = |name: &str| -> Result<Vec<f64>> {
        let numbers = object.get(name)?.numbers()?;
        Ok(if numbers.len() == outputs { numbers } else { vec![numbers.first().copied().unwrap_or(0.0); outputs] })
    };
    let rescale = Rescale { factors: per_output("_y_train_std")?, offsets: per_output("_y_train_mean")? };
    Ok(Answers::numbers(builder.add("scale back", rescale, &[scaled]), outputs))
}

/// A kernel of the rows with the training points.
fn kernel(
    builder: &mut Builder,
    value: ValueId,
    points: &Matrix,
    object: &Object<'_>,
    depth: usize,
) -> Result<ValueId> {
    builder.visit(object)?;
    if depth > MAX_KERNELS {
        return Err(object.wrong(format!("at most {MAX_KERNELS} kernels within each other"), "more"));
    }
    let within = |builder: &mut Builder, name: &str| kernel(builder, value, points, &object.get(name)?, depth + 1);
    let rescale = |factor: f64, offset: f64| Rescale { factors: vec![factor], offsets: vec![offset] };
    match object.name() {
        "Sum" | "Product" => {
            let both = [within(builder, "k1")?, within(builder, "k2")?];
            Ok(builder.add("combine", Combine { multiplies: object.name() == "Product" }, &both))
        }
        "ConstantKernel" => {
            let constant = object.get("constant_value")?.number()?;
            let any = distances(builder, value, points, &[1.0], Measure::Dot)?;
            Ok(builder.add("constant", rescale(0.0, constant), &[any]))
        }
        // Noise is of a training row with itself only.
        "WhiteKernel" => {
            let any = distances(builder, value, points, &[1.0], Measure::Dot)?;
            Ok(builder.add("noise", rescale(0.0, 0.0), &[any]))
        }
        "RBF" => {
            let lengths = object.get("length_scale")?.numbers()?;
            let squares = distances(builder, value, points, &lengths, Measure::SquaredEuclidean)?;
            let halved = builder.add("halve", rescale(-0.5, 0.0), &[squares]);
            Ok(builder.map("rbf", Function::Exp, halved))
        }
        "Matern" => {
            let lengths = object.get("length_scale")?.numbers()?;
            let distance = distances(builder, value, points, &lengths, Measure::Euclidean)?;
            let nu = object.get("nu")?.number()?;
            let scaled = match nu {
                0.5 => distance,
                1.5 => builder.add("scale", rescale(3.0_f64.sqrt(), 0.0), &[distance]),
                2.5 => builder.add("scale", rescale(5.0_f64.sqrt(), 0.0), &[distance]),
                f64::INFINITY => {
                    let square = builder.map("square", Function::Square, distance);
                    let halved = builder.add("halve", rescale(-0.5, 0.0), &[square]);
                    return Ok(builder.map("rbf", Function::Exp, halved));
                }
                _ => return Err(object.refused(format!("a Matern kernel of nu {nu}: 0.5, 1.5, 2.5 and inf are known"))),
            };
            let negative = builder.map("negative", Function::Negative, scaled);
            let decay = builder.map("decay", Function::Exp, negative);
            let polynomial = match nu {
                0.5 => return Ok(decay),
                1.5 => builder.add("polynomial", rescale(1.0, 1.0), &[scaled]),
                _ => {
                    let linear = builder.add("linear", rescale(1.0, 1.0), &[scaled]);
                    let square = builder.map("square", Function::Square, scaled);
                    let third = builder.add("third", rescale(1.0 / 3.0, 0.0), &[square]);
                    builder.add("polynomial", Combine { multiplies: false }, &[linear, third])
                }
            };
            Ok(builder.add("matern", Combine { multiplies: true }, &[polynomial, decay]))
        }
        name => Err(object
            .refused(format!("the kernel {name}: RBF, Matern, White, Constant, their sums and products are known"))),
    }
}

/// The measure of rows and points, both divided by length scales: one, or one for each column.
fn distances(
    builder: &mut Builder,
    value: ValueId,
    points: &Matrix,
    lengths: &[f64],
    measure: Measure,
) -> Result<ValueId> {
    let width = points.columns;
    let divisors: Vec<f64> =
        if lengths.len() == width { lengths.to_vec() } else { vec![lengths.first().copied().unwrap_or(1.0); width] };
    let scaled = match divisors.iter().all(|&length| length == 1.0) {
        true => value,
        false => builder.add("length scale", Scale { offsets: vec![0.0; width], divisors: divisors.clone() }, &[value]),
    };
    let points = points.values.iter().enumerate().map(|(i, x)| x / divisors[i % width]).collect();
    Ok(builder.add("training rows", Pairwise { width, points, measure }, &[scaled]))
}

fn mixture(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (means, weights) = (object.get("means_")?.matrix()?, object.get("weights_")?.numbers()?);
    let factors = object.get("precisions_cholesky_")?;
    let (count, width) = (means.rows, means.columns);
    if width != frame.width() || weights.len() != count {
        return Err(object.wrong(format!("means of {} columns", frame.width()), width.to_string()));
    }
    let kind = object.find_text("covariance_type").unwrap_or("full");
    let numbers = factors.numbers()?;
    let wanted = match kind {
        "full" => count * width * width,
        "tied" => width * width,
        "diag" => count * width,
        _ => count,
    };
    if numbers.len() != wanted {
        return Err(factors.wrong(format!("{wanted} numbers"), numbers.len().to_string()));
    }
    let value = builder.numbers(frame, Demand::Finite);
    let (mut squares, mut constants) = (Vec::new(), Vec::new());
    for k in 0..count {
        let offsets = means.row(k).to_vec();
        let matrix = |from: usize| {
            let values = numbers[from..from + width * width].to_vec();
            Matrix { rows: width, columns: width, values }
        };
        let diagonal = |i: usize| match kind {
            "full" => numbers[k * width * width + i * width + i],
            "tied" => numbers[i * width + i],
            "diag" => numbers[k * width + i],
            _ => numbers[k],
        };
        let determinant: f64 = (0..width).map(|i| math::ln(diagonal(i))).sum();
        let shifted = builder.add("shift", Scale { divisors: vec![1.0; width], offsets }, &[value]);
        let turned = match kind {
            "full" | "tied" => {
                let matrix = matrix(if kind == "full" { k * width * width } else { 0 });
                builder.linear("turn", shifted, width, matrix.transposed().values, vec![0.0; width])
            }
            _ => {
                let rescale = Rescale { factors: (0..width).map(diagonal).collect(), offsets: vec![0.0; width] };
                builder.add("turn", rescale, &[shifted])
            }
        };
        squares.push(squared_length(builder, turned, width));
        let norm = width as f64 * math::ln(2.0 * std::f64::consts::PI);
        constants.push(-0.5 * norm + determinant + math::ln(weights[k]));
    }
    let squares = builder.add("squared lengths", Concat, &squares);
    let rescale = Rescale { factors: vec![-0.5; count], offsets: constants };
    let logs = builder.add("log likelihoods", rescale, &[squares]);
    if count < 2 {
        return Err(object.refused("a mixture of one component"));
    }
    let predict = builder.add("decision", ArgMax, &[logs]);
    let probabilities = builder.add("probabilities", Softmax, &[logs]);
    Ok(Answers {
        predict: Some(predict),
        probabilities: Some(probabilities),
        classes: vec![Labels::Integers((0..count as i64).collect())],
        targets: 1,
        ..Answers::default()
    })
}
