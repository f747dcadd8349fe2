//! The rows themselves as a model: `KNeighborsClassifier` and `KNeighborsRegressor`.

use super::candidate::{Candidate, Sample};
use crate::error::{Error, Kind, Result};
use crate::model::{MAX_WIDTH, Measure, Neighbours, Pairwise, Reach};

/// Keeps the rows, and how they are asked.
///
/// # Errors
/// [`Kind::BadOption`] for fewer rows than neighbours, and for weights; [`Kind::LimitExceeded`] for more rows than a model
/// holds.
pub fn keep(candidate: &Candidate, sample: &Sample<'_>) -> Result<(Pairwise, Neighbours)> {
    let values = candidate.values();
    let Sample { rows, targets, classes, .. } = *sample;
    let (count, nearest) = (rows.len(), values.whole("n_neighbors"));
    if sample.weights.is_some() {
        return Err(Error::new(Kind::BadOption, "--weight", "a model that weighs rows", "knn"));
    }
    if nearest > count {
        let expected = format!("at most as many neighbours as rows are fitted: {count}");
        return Err(Error::new(Kind::BadOption, "--set n_neighbors", expected, nearest.to_string()));
    }
    if count > MAX_WIDTH {
        return Err(Error::new(Kind::LimitExceeded, "rows", format!("at most {MAX_WIDTH} of knn"), count.to_string())
            .hint("A model of every row is large: --model boosting learns from them instead."));
    }
    let measure = match values.word("metric") {
        "manhattan" => Measure::Manhattan,
        "chebyshev" => Measure::Chebyshev,
        "cosine" => Measure::Cosine,
        _ => Measure::Euclidean,
    };
    let neighbours = Neighbours {
        reach: Reach::Nearest(nearest as u32),
        by_distance: values.word("weights") == "distance",
        targets: targets.to_vec(),
        classes: classes as u32,
        outlier: if classes == 0 { vec![f64::NAN] } else { vec![0.0; classes] },
    };
    Ok((Pairwise { width: rows.width, points: rows.values.clone(), measure }, neighbours))
}
