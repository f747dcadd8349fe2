//! Neighbours and centres: `KNeighbors…`, `RadiusNeighbors…`, `NearestCentroid`, `KMeans`; each by distance to every
//! point, whatever index was fitted.

use super::bayes::by_scores;
use super::builder::{Builder, Demand, Frame};
use super::object::{Matrix, Object};
use super::targets::{by_probabilities, classes_of_targets};
use crate::error::Result;
use crate::import::answers::Answers;
use crate::math;
use crate::model::{ArgMax, Function, Labels, Measure, Neighbours, Pairwise, Reach, Rescale, Scale, ValueId};

/// The answers of neighbours or centres; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let answers = match object.name() {
        "KNeighborsClassifier" | "RadiusNeighborsClassifier" => classifier(builder, frame, object)?,
        "KNeighborsRegressor" | "RadiusNeighborsRegressor" => regressor(builder, frame, object)?,
        "NearestCentroid" => nearest_centre(builder, frame, object)?,
        "KMeans" | "MiniBatchKMeans" => clusters(builder, frame, object)?,
        _ => return Ok(None),
    };
    Ok(Some(answers))
}

/// The measure of a metric's name.
fn measure(object: &Object<'_>) -> Result<Measure> {
    let parameter = |name: &str| {
        let parameters = object.find("effective_metric_params_").or_else(|| object.find("metric_params"));
        parameters.and_then(|parameters| parameters.item.get(name)).and_then(|p| p.as_f64())
    };
    let metric = object.find("effective_metric_").map_or_else(|| object.get("metric"), Ok)?;
    let Some(name) = metric.item.as_str() else {
        return Err(metric.refused("a metric of your own: choose one by name"));
    };
    if let Some(parameters) = object.find("effective_metric_params_")
        && parameters
            .item
            .entries()
            .is_some_and(|entries| entries.iter().any(|(key, value)| key.as_str() != Some("p") && !value.is_none()))
    {
        return Err(parameters.refused("parameters of a metric other than p"));
    }
    Ok(match name {
        "euclidean" | "l2" => Measure::Euclidean,
        "sqeuclidean" => Measure::SquaredEuclidean,
        "manhattan" | "cityblock" | "l1" | "taxicab" => Measure::Manhattan,
        "chebyshev" | "infinity" => Measure::Chebyshev,
        "cosine" => Measure::Cosine,
        "hamming" => Measure::Hamming,
        "canberra" => Measure::Canberra,
        "braycurtis" => Measure::BrayCurtis,
        "minkowski" | "p" => match parameter("p").map_or_else(|| object.get("p")?.number(), Ok)? {
            1.0 => Measure::Manhattan,
            2.0 => Measure::Euclidean,
            f64::INFINITY => Measure::Chebyshev,
            p => Measure::Minkowski(p),
        },
        other => return Err(metric.refused(format!("the metric {other:?}"))),
    })
}

fn points(object: &Object<'_>, name: &str, frame: &Frame) -> Result<Matrix> {
    let attribute = object.get(name)?;
    let points = attribute.matrix()?;
    if points.columns == frame.width() && points.rows > 0 {
        return Ok(points);
    }
    Err(attribute.wrong(format!("rows of {} numbers", frame.width()), points.columns.to_string()))
}

/// The distances to all points.
fn distances(builder: &mut Builder, frame: &Frame, points: Matrix, measure: Measure) -> ValueId {
    let value = builder.numbers(frame, Demand::Finite);
    builder.add("distances", Pairwise { width: points.columns, points: points.values, measure }, &[value])
}

fn reach(object: &Object<'_>) -> Result<Reach> {
    if object.name().starts_with("Radius") {
        return Ok(Reach::Within(object.get("radius")?.number()?));
    }
    Ok(Reach::Nearest(object.get("n_neighbors")?.count()? as u32))
}

/// Whether neighbours count by 1 over their distance.
pub fn by_distance(object: &Object<'_>) -> Result<bool> {
    match object.find("weights") {
        None => Ok(false),
        Some(weights) => match weights.item.as_str() {
            Some("uniform") => Ok(false),
            Some("distance") => Ok(true),
            _ => Err(weights.refused("weights of your own: choose \"uniform\" or \"distance\"")),
        },
    }
}

fn classifier(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let targets = classes_of_targets(object)?;
    let (reach, by_distance) = (reach(object)?, by_distance(object)?);
    let outliers = match reach {
        Reach::Nearest(_) => Vec::new(),
        Reach::Within(_) => outliers(object, &targets)?,
    };
    let distances = distances(builder, frame, points(object, "_fit_X", frame)?, measure(object)?);
    let known = object.get("_y")?.numbers()?;
    let width = targets.len();
    by_probabilities(builder, targets, object, |builder, i, classes| {
        let of_target = |&outlier: &usize| (0..classes).map(|class| f64::from(u8::from(class == outlier))).collect();
        let outlier = outliers.get(i).map_or_else(|| vec![0.0; classes], of_target);
        let targets = known.iter().skip(i).step_by(width).copied().collect();
        let neighbours = Neighbours { reach, by_distance, targets, classes: classes as u32, outlier };
        builder.add("neighbours", neighbours, &[distances])
    })
}

/// For each target the class of a row without neighbours.
fn outliers(object: &Object<'_>, targets: &[Labels]) -> Result<Vec<usize>> {
    let refused = "no outlier_label among the classes: a row without neighbours is an error there";
    let known = object.find("outlier_label_").ok_or_else(|| object.refused(refused))?;
    let place = |(i, classes)| known.class_at(i, classes).ok_or_else(|| known.refused(refused));
    targets.iter().enumerate().map(place).collect()
}

fn regressor(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let known = points(object, "_fit_X", frame)?;
    let targets = object.get("_y")?.numbers()?;
    let outputs = targets.len() / known.rows;
    let distances = distances(builder, frame, known, measure(object)?);
    let neighbours = Neighbours {
        reach: reach(object)?,
        by_distance: by_distance(object)?,
        targets,
        classes: 0,
        outlier: vec![f64::NAN; outputs],
    };
    Ok(Answers::numbers(builder.add("neighbours", neighbours, &[distances]), outputs))
}

/// The index of the nearest of some points.
fn nearest(builder: &mut Builder, distances: ValueId) -> ValueId {
    let nearness = builder.map("nearness", Function::Negative, distances);
    builder.add("nearest", ArgMax, &[nearness])
}

fn nearest_centre(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (classes, _) = object.get("classes_")?.labels()?;
    let (centres, measure) = (points(object, "centroids_", frame)?, measure(object)?);
    let scored = discriminant(builder, frame, object, &centres, &classes, measure)?;
    let share = 1.0 / classes.len() as f64;
    let is_uniform = match object.find("class_prior_") {
        Some(priors) => priors.numbers()?.iter().all(|prior| (prior - share).abs() <= 1e-8 + 1e-5 * share),
        None => true,
    };
    if !is_uniform && measure == Measure::Euclidean {
        return Ok(scored);
    }
    let distances = distances(builder, frame, centres, measure);
    let predict = nearest(builder, distances);
    Ok(Answers { predict: Some(predict), classes: vec![classes], targets: 1, ..scored })
}

/// The discriminant scores that a nearest centroid has since 1.6, where it measures as they do.
fn discriminant(
    builder: &mut Builder,
    frame: &Frame,
    object: &Object<'_>,
    centres: &Matrix,
    classes: &Labels,
    measure: Measure,
) -> Result<Answers> {
    let (Some(priors), Measure::Euclidean) = (object.find("class_prior_"), measure) else {
        return Ok(Answers::default());
    };
    let deviations = object.get("within_class_std_dev_")?.numbers()?;
    if deviations.len() != centres.columns || centres.rows != classes.len() {
        return Err(object.wrong(format!("{} deviations", centres.columns), deviations.len().to_string()));
    }
    let divisors: Vec<f64> = deviations.into_iter().map(|x| if x == 0.0 { 1.0 } else { x }).collect();
    let scaled = centres.values.iter().enumerate().map(|(i, x)| x / divisors[i % divisors.len()]).collect();
    let value = builder.numbers(frame, Demand::Finite);
    let value = builder.add("scale", Scale { offsets: vec![0.0; divisors.len()], divisors }, &[value]);
    let points = Pairwise { width: centres.columns, points: scaled, measure: Measure::SquaredEuclidean };
    let squares = builder.add("squared distances", points, &[value]);
    let offsets = priors.numbers()?.into_iter().map(|prior| 2.0 * math::ln(prior)).collect();
    let rescale = Rescale { factors: vec![-1.0; classes.len()], offsets };
    let scores = builder.add("scores", rescale, &[squares]);
    Ok(by_scores(builder, scores, classes.clone()))
}

fn clusters(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let centres = points(object, "cluster_centers_", frame)?;
    let count = centres.rows;
    let distances = distances(builder, frame, centres, Measure::Euclidean);
    let answers = Answers { transform: Some(distances), transform_width: count, targets: 1, ..Answers::default() };
    if count < 2 {
        return Ok(answers);
    }
    let predict = nearest(builder, distances);
    let classes = vec![Labels::Integers((0..count as i64).collect())];
    Ok(Answers { predict: Some(predict), classes, ..answers })
}
