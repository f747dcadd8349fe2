//! Discriminant analysis: the quadratic one, and the projection of the linear one.

use super::bayes::{by_scores, squared_length};
use super::builder::{Builder, Demand, Frame};
use super::object::Object;
use crate::error::Result;
use crate::import::answers::Answers;
use crate::math;
use crate::model::{Concat, Rescale, Scale};

/// The answers of quadratic discriminant analysis; `None` if the object is not that.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    if object.name() != "QuadraticDiscriminantAnalysis" {
        return Ok(None);
    }
    let (classes, _) = object.get("classes_")?.labels()?;
    let (means, priors) = (object.get("means_")?.matrix()?, object.get("priors_")?.numbers()?);
    let (rotations, scalings) = (object.get("rotations_")?.list()?, object.get("scalings_")?.lists()?);
    let count = classes.len();
    if [means.rows, priors.len(), rotations.len(), scalings.len()] != [count; 4] || means.columns != frame.width() {
        return Err(object.wrong(format!("parameters of {count} classes"), "others"));
    }
    let value = builder.numbers(frame, Demand::Finite);
    let (mut squares, mut constants) = (Vec::new(), Vec::new());
    for k in 0..count {
        let mut axes = rotations[k].matrix()?;
        let scaling = &scalings[k];
        if axes.rows != frame.width() || axes.columns != scaling.len() || scaling.is_empty() {
            return Err(rotations[k].wrong(format!("{} rows", frame.width()), axes.rows.to_string()));
        }
        let columns = axes.columns;
        axes.values.iter_mut().enumerate().for_each(|(i, x)| *x *= math::pow(scaling[i % columns], -0.5));
        let offsets = means.row(k).to_vec();
        let shifted = builder.add("shift", Scale { divisors: vec![1.0; offsets.len()], offsets }, &[value]);
        let turned = builder.linear("turn", shifted, axes.rows, axes.transposed().values, vec![0.0; columns]);
        squares.push(squared_length(builder, turned, columns));
        let logs: f64 = scaling.iter().map(|&x| math::ln(x)).sum();
        constants.push(-0.5 * logs + math::ln(priors[k]));
    }
    let squares = builder.add("squared lengths", Concat, &squares);
    let rescale = Rescale { factors: vec![-0.5; count], offsets: constants };
    let scores = builder.add("log likelihoods", rescale, &[squares]);
    Ok(Some(by_scores(builder, scores, classes)))
}

/// The answers of linear discriminant analysis with its projection, where it was fitted by a solver that has one.
pub fn projection(builder: &mut Builder, frame: &Frame, object: &Object<'_>, answers: Answers) -> Result<Answers> {
    let Some(scalings) = object.find("scalings_") else { return Ok(answers) };
    let solver = object.find_text("solver").unwrap_or("svd");
    let axes = scalings.matrix()?;
    let most = object.find("_max_components").map_or(Ok(axes.columns), |most| most.count())?.min(axes.columns);
    if solver == "lsqr" || most == 0 || axes.rows != frame.width() {
        return Ok(answers);
    }
    let mut value = builder.numbers(frame, Demand::Finite);
    if solver == "svd" {
        let offsets = object.get("xbar_")?.numbers()?;
        value = builder.add("shift", Scale { divisors: vec![1.0; offsets.len()], offsets }, &[value]);
    }
    let kept = axes.transposed().values[..most * axes.rows].to_vec();
    let transform = builder.linear("project", value, axes.rows, kept, vec![0.0; most]);
    Ok(Answers { transform: Some(transform), transform_width: most, ..answers })
}
