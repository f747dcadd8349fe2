//! Transformers of numbers: `StandardScaler` and its kin, powers, quantiles, polynomials, splines.

use super::builder::{Builder, Demand, Frame};
use super::object::Object;
use crate::error::Result;
use crate::model::{
    Beyond, Bins, Combine, Function, Map, Norm, Normalize, OneHot, Polynomial, PowerTransform, Quantile, Rescale,
    Scale, Spline, ValueId,
};

/// What a transformer of numbers makes of columns; `None` if the object is none.
pub fn transform(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Frame>> {
    let missing = Demand::MissingAllowed;
    let frame = match object.name() {
        "StandardScaler" => scaled(builder, frame, object, "mean_")?,
        "RobustScaler" => scaled(builder, frame, object, "center_")?,
        "MaxAbsScaler" => {
            let divisors = numbers(object, "scale_", frame.width())?;
            let scaled =
                builder.columnwise(frame, missing, Scale { offsets: vec![0.0; divisors.len()], divisors }, "scale");
            clipped(builder, scaled, object, [-1.0, 1.0])
        }
        "MinMaxScaler" => {
            let (factors, offsets) =
                (numbers(object, "scale_", frame.width())?, numbers(object, "min_", frame.width())?);
            let scaled = builder.columnwise(frame, missing, Rescale { factors, offsets }, "scale");
            let range = object.get("feature_range")?.numbers()?;
            let [low, high] = range[..] else { return Err(object.wrong("a range", format!("{range:?}"))) };
            clipped(builder, scaled, object, [low, high])
        }
        "Normalizer" => {
            let norm = match object.find_text("norm") {
                Some("l1") => Norm::L1,
                Some("max") => Norm::Max,
                _ => Norm::L2,
            };
            builder.columnwise(frame, Demand::Finite, Normalize { norm }, "normalize")
        }
        "Binarizer" => {
            let a = object.find("threshold").map_or(Ok(0.0), |threshold| threshold.number())?;
            builder.columnwise(frame, Demand::Finite, Map { function: Function::Above, a, b: 0.0 }, "binarize")
        }
        "PowerTransformer" => {
            let lambdas = numbers(object, "lambdas_", frame.width())?;
            let is_box_cox = object.find_text("method") == Some("box-cox");
            let powers = builder.columnwise(frame, missing, PowerTransform { lambdas, is_box_cox }, "power");
            match object.find("_scaler") {
                Some(scaler) if object.flag("standardize", true) => scaled(builder, &powers, &scaler, "mean_")?,
                _ => powers,
            }
        }
        "QuantileTransformer" => {
            let quantiles = object.get("quantiles_")?.matrix()?.transposed();
            let quantile = Quantile {
                quantiles: (0..quantiles.rows).map(|i| quantiles.row(i).to_vec()).collect(),
                references: object.get("references_")?.numbers()?,
                is_normal: object.find_text("output_distribution") == Some("normal"),
            };
            builder.columnwise(frame, missing, quantile, "quantile")
        }
        "PolynomialFeatures" => polynomial(builder, frame, object)?,
        "SplineTransformer" => splines(builder, frame, object)?,
        "KBinsDiscretizer" => bins(builder, frame, object)?,
        _ => return Ok(None),
    };
    Ok(Some(frame))
}

/// What takes a target back from the scale that it was fitted on.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) for a transformer whose inverse is not known.
pub fn inverse(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let width = frame.width();
    let (factors, offsets) = match object.name() {
        "StandardScaler" | "RobustScaler" => {
            let center = if object.name() == "StandardScaler" { "mean_" } else { "center_" };
            let factors = if object.has("scale_") { numbers(object, "scale_", width)? } else { vec![1.0; width] };
            let offsets = if object.has(center) { numbers(object, center, width)? } else { vec![0.0; width] };
            (factors, offsets)
        }
        "MaxAbsScaler" => (numbers(object, "scale_", width)?, vec![0.0; width]),
        "MinMaxScaler" => {
            let offsets = numbers(object, "min_", width)?.iter().map(|x| -x).collect();
            let shifted = Rescale { factors: vec![1.0; width], offsets };
            let shifted = builder.columnwise(frame, Demand::Finite, shifted, "shift back");
            let scale = Scale { offsets: vec![0.0; width], divisors: numbers(object, "scale_", width)? };
            return Ok(builder.columnwise(&shifted, Demand::Finite, scale, "scale back"));
        }
        name => return Err(object.refused(format!("the inverse of {name}"))),
    };
    Ok(builder.columnwise(frame, Demand::Finite, Rescale { factors, offsets }, "scale back"))
}

/// An attribute with a number for each of so many columns.
pub(super) fn numbers(object: &Object<'_>, name: &str, width: usize) -> Result<Vec<f64>> {
    let attribute = object.get(name)?;
    let numbers = attribute.numbers()?;
    if numbers.len() == width {
        return Ok(numbers);
    }
    Err(attribute.wrong(format!("{width} numbers"), numbers.len().to_string()))
}

fn scaled(builder: &mut Builder, frame: &Frame, object: &Object<'_>, center: &str) -> Result<Frame> {
    let width = frame.width();
    let has_center = object.has(center) && object.flag("with_mean", true) && object.flag("with_centering", true);
    let has_scale = object.has("scale_") && object.flag("with_std", true) && object.flag("with_scaling", true);
    let offsets = if has_center { numbers(object, center, width)? } else { vec![0.0; width] };
    let divisors = if has_scale { numbers(object, "scale_", width)? } else { vec![1.0; width] };
    Ok(builder.columnwise(frame, Demand::MissingAllowed, Scale { offsets, divisors }, "standardize"))
}

fn clipped(builder: &mut Builder, frame: Frame, object: &Object<'_>, [a, b]: [f64; 2]) -> Frame {
    match object.flag("clip", false) {
        true => builder.columnwise(&frame, Demand::MissingAllowed, Map { function: Function::Clip, a, b }, "clip"),
        false => frame,
    }
}

/// Products of columns in the order of scikit-learn: by degree, and within it by combination.
fn polynomial(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    const MOST: usize = 1 << 20;
    const MOST_FACTORS: usize = 64;
    let degree = object.get("degree")?;
    let (least, most) = match degree.item.items() {
        Some(_) => {
            let bounds = degree.numbers()?;
            let [least, most] = bounds[..] else { return Err(degree.wrong("two degrees", format!("{bounds:?}"))) };
            (least as usize, most as usize)
        }
        None => (0, degree.count()?),
    };
    if most > MOST_FACTORS {
        return Err(degree.refused(format!("products of more than {MOST_FACTORS} columns")));
    }
    let is_interaction = object.flag("interaction_only", false);
    let width = frame.width();
    let mut terms: Vec<Vec<u32>> = vec![Vec::new()];
    // The combinations of one degree, in order: each of those before is continued by its last column and later ones.
    let mut last: Vec<Vec<u32>> = vec![Vec::new()];
    for d in 1..=most {
        let mut next = Vec::new();
        for term in &last {
            let from = term.last().map_or(0, |&column| column as usize + usize::from(is_interaction));
            for column in from..width {
                if terms.len() + next.len() >= MOST {
                    return Err(object.refused(format!("more than {MOST} products of columns")));
                }
                let mut longer = term.clone();
                longer.push(column as u32);
                next.push(longer);
            }
        }
        if d >= least {
            terms.extend(next.iter().cloned());
        }
        last = next;
    }
    if !object.flag("include_bias", true) {
        terms.remove(0);
    }
    // scikit-learn multiplies the later columns first.
    terms.iter_mut().for_each(|term| term.reverse());
    let value = builder.numbers(frame, Demand::Finite);
    let count = terms.len();
    let value = builder.add("polynomial", Polynomial { width, terms }, &[value]);
    Ok(builder.made(value, count))
}

fn splines(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let degree = object.get("degree")?.count()?;
    let beyond = match object.find_text("extrapolation") {
        Some("constant") => Beyond::Constant,
        Some("linear") => Beyond::Linear,
        Some("continue") => Beyond::Continue,
        Some("periodic") => Beyond::Periodic,
        other => return Err(object.refused(format!("extrapolation {other:?}: choose another one"))),
    };
    let splines = object.get("bsplines_")?.list()?;
    let knots = splines.iter().map(|spline| {
        // SciPy has renamed it.
        spline.find("_t").map_or_else(|| spline.get("t"), Ok)?.numbers()
    });
    let knots = knots.collect::<Result<_>>()?;
    let spline = Spline { degree: degree as u32, knots, beyond };
    let per_column = spline.per_column();
    let value = builder.numbers(frame, Demand::Finite);
    let value = builder.add("splines", spline, &[value]);
    let made = builder.made(value, per_column * frame.width());
    if object.flag("include_bias", true) {
        return Ok(made);
    }
    let kept: Vec<usize> = (0..made.width()).filter(|i| i % per_column != per_column - 1).collect();
    Ok(builder.pick("without bias", &made, &kept))
}

/// Numbers a little larger, so that those just below an edge are above it: what was done before 1.1.
fn moved_up(builder: &mut Builder, value: ValueId) -> ValueId {
    let sizes = builder.map("sizes", Function::Absolute, value);
    let margins = builder.add("margins", Rescale { factors: vec![1e-5], offsets: vec![1e-8] }, &[sizes]);
    builder.add("moved up", Combine { multiplies: false }, &[value, margins])
}

fn bins(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let edges = object.get("bin_edges_")?.lists()?;
    let inner = |edges: Vec<f64>| edges[1.min(edges.len())..edges.len().saturating_sub(1)].to_vec();
    let edges: Vec<Vec<f64>> = edges.into_iter().map(inner).collect();
    let counts: Vec<u32> = edges.iter().map(|edges| edges.len() as u32 + 1).collect();
    let value = builder.numbers(frame, Demand::Finite);
    let value = if builder.version < (1, 1, 0) { moved_up(builder, value) } else { value };
    let value = builder.add("bins", Bins { edges }, &[value]);
    let binned = builder.made(value, counts.len());
    if object.find_text("encode") == Some("ordinal") {
        return Ok(binned);
    }
    let width = counts.iter().sum::<u32>() as usize;
    let value = builder.add("one-hot", OneHot { categories: counts }, &[binned.value]);
    Ok(builder.made(value, width))
}
