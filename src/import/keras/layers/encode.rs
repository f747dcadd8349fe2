//! Categories and bins as numbers.

use super::{Flow, Step};
use crate::error::Result;
use crate::import::keras::graph::floats;
use crate::import::keras::settings::{numbers, unsupported};
use crate::import::value::wrong;
use crate::network::{Binary, Data, Dtype, Operator, Reduce, Reduction, Tensor};

/// CategoryEncoding: whole numbers as ones among zeros.
pub fn categories(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    let depth = step.settings.length("num_tokens")?;
    let mode = step.settings.text("output_mode", "multi_hot")?;
    if step.settings.flag("sparse", false)? {
        return Err(unsupported("sparse tensors"));
    }
    let mut input = step.used.graph.cast(&step.used.at, &input, Dtype::I64);
    let place = step.used.graph.last(&step.used.at, &input);
    input = Flow::new(place, input.shape);
    if input.rank() > 2 || input.rank() == 0 {
        return Err(unsupported("categories of more than 2 dimensions"));
    }
    let by = match mode {
        "one_hot" if input.rank() == 2 && input.channels() == Some(1) => {
            let axes = step.used.graph.integers(vec![1]);
            let place = step.node(Operator::Squeeze, &[input.place, axes]);
            input = Flow::new(place, vec![input.shape[0]]);
            None
        }
        "one_hot" => None,
        _ if input.rank() != 2 => return Err(unsupported(format!("output_mode = {mode:?} of 1 dimension"))),
        "multi_hot" => Some(Reduction::Max),
        "count" => Some(Reduction::Sum),
        mode => return Err(unsupported(format!("output_mode = {mode:?}"))),
    };
    let depth_place = step.used.graph.integers(vec![depth as i64]);
    let ends = floats(vec![2], vec![0.0, 1.0])?;
    let ends = step.used.graph.constant(ends);
    let mut place = step.node(Operator::OneHot { axis: -1 }, &[input.place, depth_place, ends]);
    let mut shape = input.shape.clone();
    if let Some(by) = by {
        let axes = step.used.graph.integers(vec![1]);
        place = step.node(Operator::Reduce(Reduce { by, keep: false, none: false }), &[place, axes]);
        shape.pop();
    }
    shape.push(Some(depth));
    Ok(vec![Flow::new(place, shape)])
}

/// Discretization: how many boundaries a number has reached.
pub fn bins(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(1)?;
    step.settings.ignore(&["num_bins", "epsilon"]);
    if step.settings.flag("sparse", false)? || step.settings.text("output_mode", "int")? != "int" {
        return Err(unsupported("output_mode other than \"int\""));
    }
    let boundaries = step.settings.find("bin_boundaries").ok_or_else(|| wrong("bin_boundaries", "numbers", "none"))?;
    let boundaries: Vec<f32> = numbers("bin_boundaries", boundaries)?.into_iter().map(|x| x as f32).collect();
    let boundaries = Tensor::new(Dtype::F32, vec![boundaries.len()], Data::F32(boundaries))?;
    let boundaries = step.used.graph.constant(boundaries);
    let x = step.used.graph.last(&step.used.at, &input);
    let axes = step.used.graph.integers(vec![-1]);
    let x = step.node(Operator::Unsqueeze, &[x, axes]);
    let reached = step.node(Operator::Binary(Binary::GreaterOrEqual), &[x, boundaries]);
    let reached = step.node(Operator::Cast(Dtype::I64), &[reached]);
    let place = step.node(Operator::Reduce(Reduce { by: Reduction::Sum, keep: false, none: false }), &[reached, axes]);
    Ok(vec![Flow { dtype: Dtype::I64, ..Flow::new(place, input.shape) }])
}
