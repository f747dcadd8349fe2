//! Products with a matrix, and rows of one.

use super::{Flow, Step, with_channels};
use crate::error::Result;
use crate::import::keras::masks::Mask;
use crate::import::keras::settings::unsupported;
use crate::import::value::{Value, wrong};
use crate::network::{Binary, Dtype, Element, Operator, Unary};

/// Dense: the last dimension times a matrix.
pub fn dense(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(2)?;
    let units = step.settings.length("units")?;
    let kernel = step.weight(&["kernel"], &[input.channels(), Some(units)], Ok)?;
    let bias = match step.settings.flag("use_bias", true)? {
        true => Some(step.weight(&["bias"], &[Some(units)], Ok)?),
        false => None,
    };
    let x = step.used.graph.last(&step.used.at, &input);
    let place = match (input.rank(), bias) {
        (2, Some(bias)) => {
            let gemm = Operator::Gemm { alpha: 1.0, beta: 1.0, transposed: (false, false) };
            step.node(gemm, &[x, kernel, bias])
        }
        (_, bias) => {
            let product = step.node(Operator::MatMul, &[x, kernel]);
            bias.map_or(product, |bias| step.node(Operator::Binary(Binary::Add), &[product, bias]))
        }
    };
    let made = Flow::new(place, with_channels(&input.shape, Some(units)));
    Ok(vec![step.activated(&made, "activation")?])
}

/// EinsumDense: sums of products along letters, of which the first stand for what the tensor has more of.
pub fn einsum(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(1)?;
    let equation = step.settings.text("equation", "")?.replace(' ', "");
    if equation.contains("...") {
        return Err(unsupported("EinsumDense with \"...\""));
    }
    step.settings.find("output_shape");
    let damaged = || wrong("equation", "letters of two tensors and a result", &equation);
    let (given, made) = equation.split_once("->").ok_or_else(damaged)?;
    let (of_input, of_kernel) = given.split_once(',').ok_or_else(damaged)?;
    if of_input.len() != input.rank() {
        return Err(damaged());
    }
    let kernel = step.tensor(&["kernel"], &vec![None; of_kernel.len()])?;
    let kernel_shape: Vec<Option<usize>> = kernel.shape().iter().copied().map(Some).collect();
    let length = |letter: char| {
        let known = of_kernel.find(letter).map(|at| kernel_shape[at]);
        known.or_else(|| of_input.find(letter).map(|at| input.shape[at])).ok_or_else(damaged)
    };
    let shape = made.chars().map(length).collect::<Result<Vec<_>>>()?;
    let place = step.used.graph.weight(format!("{}/kernel", step.used.at), || Ok(kernel))?;
    let x = step.used.graph.last(&step.used.at, &input);
    let mut place = step.node(Operator::Einsum(equation.clone()), &[x, place]);
    if let Some(value) = step.settings.find("bias_axes") {
        let Value::Text(axes) = value else { return Err(wrong("bias_axes", "letters", value.kind())) };
        // From the first of its dimensions on, with 1 for those between that it has not.
        let first = made.find(|letter| axes.contains(letter)).unwrap_or(made.len());
        let of_bias: Vec<(char, Option<usize>)> = made.chars().zip(shape.iter().copied()).skip(first).collect();
        let lengths: Vec<Option<usize>> =
            of_bias.iter().map(|(letter, length)| if axes.contains(*letter) { *length } else { Some(1) }).collect();
        let bias = step.weight(&["bias"], &lengths, Ok)?;
        place = step.node(Operator::Binary(Binary::Add), &[place, bias]);
    }
    let made = Flow::new(place, shape);
    Ok(vec![step.activated(&made, "activation")?])
}

/// Embedding: a row of a matrix for each whole number.
pub fn embedding(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    let (rows, width) = (step.settings.length("input_dim")?, step.settings.length("output_dim")?);
    let masks_zero = step.settings.flag("mask_zero", false)?;
    step.settings.ignore(&["input_length"]);
    let matrix = step.weight(&["embeddings"], &[Some(rows), Some(width)], Ok)?;
    let indices = match input.dtype {
        Dtype::I32 | Dtype::I64 => input.clone(),
        _ => step.used.graph.cast(&step.used.at, &input, Dtype::I32),
    };
    let indices = step.used.graph.last(&step.used.at, &indices);
    let mask = match masks_zero {
        true => Some(not_zero(step, &input)?),
        false => None,
    };
    let place = step.node(Operator::Gather { axis: 0 }, &[matrix, indices]);
    let mut shape = input.shape.clone();
    shape.push(Some(width));
    Ok(vec![Flow { mask, ..Flow::new(place, shape) }])
}

/// The mask of what is not 0, before it became whole numbers.
fn not_zero(step: &mut Step<'_, '_>, input: &Flow) -> Result<Mask> {
    let zero = Element::zero(input.dtype);
    let shape = step.used.graph.integers(vec![]);
    let x = step.used.graph.last(&step.used.at, input);
    let zero = step.node(Operator::ConstantOfShape(zero), &[shape]);
    let is_zero = step.node(Operator::Binary(Binary::Equal), &[x, zero]);
    let mask = step.node(Operator::Unary(Unary::Not), &[is_zero]);
    Ok(step.used.graph.masks.add(mask))
}
