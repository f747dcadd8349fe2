//! Transformers that keep some columns, and functions of columns.

use super::builder::{Builder, Demand, Frame};
use super::object::Object;
use super::tree::Tree;
use crate::error::Result;
use crate::import::pickle::Item;
use crate::model::Function;

/// What a selection or a function makes of columns; `None` if the object is none.
pub fn transform(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Frame>> {
    if object.name() == "FunctionTransformer" {
        return function(builder, frame, object, "func").map(Some);
    }
    let mask = match object.name() {
        "SelectKBest" => k_best(object)?,
        "SelectPercentile" => percentile(object)?,
        "SelectFpr" => below(object, |p, alpha, _| p < alpha)?,
        "SelectFwe" => below(object, |p, alpha, count| p < alpha / count)?,
        "VarianceThreshold" => {
            let threshold = object.get("threshold")?.number()?;
            object.get("variances_")?.numbers()?.iter().map(|&variance| variance > threshold).collect()
        }
        "RFE" | "RFECV" | "SequentialFeatureSelector" => {
            object.get("support_")?.numbers()?.iter().map(|&flag| flag != 0.0).collect()
        }
        "SelectFromModel" => from_model(object)?,
        _ => return Ok(None),
    };
    if mask.len() != frame.width() {
        return Err(object.wrong(format!("a choice for {} columns", frame.width()), mask.len().to_string()));
    }
    let kept: Vec<usize> = (0..mask.len()).filter(|&i| mask[i]).collect();
    if kept.is_empty() {
        return Err(object.refused("a selection that keeps no column"));
    }
    // Selectors pass missing values on only if their score function did, which their file does not say.
    let demand = if object.name() == "VarianceThreshold" { Demand::MissingAllowed } else { Demand::Finite };
    builder.numbers(frame, demand);
    let picked = builder.pick("selected", frame, &kept);
    Ok(Some(picked))
}

/// NaN scores count as the least: `_clean_nans`.
fn scores(object: &Object<'_>) -> Result<Vec<f64>> {
    let scores = object.get("scores_")?.numbers()?;
    Ok(scores.into_iter().map(|score| if score.is_nan() { f64::MIN } else { score }).collect())
}

fn k_best(object: &Object<'_>) -> Result<Vec<bool>> {
    let scores = scores(object)?;
    let k = object.get("k")?;
    if k.item.as_str() == Some("all") {
        return Ok(vec![true; scores.len()]);
    }
    let k = k.count()?.min(scores.len());
    let mut order: Vec<usize> = (0..scores.len()).collect();
    // A stable sort: of equal scores the later columns are kept.
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut mask = vec![false; scores.len()];
    order[scores.len() - k..].iter().for_each(|&i| mask[i] = true);
    Ok(mask)
}

fn percentile(object: &Object<'_>) -> Result<Vec<bool>> {
    let scores = scores(object)?;
    let percentile = object.get("percentile")?.number()?;
    if percentile == 100.0 || percentile == 0.0 || scores.is_empty() {
        return Ok(vec![percentile == 100.0; scores.len()]);
    }
    let mut sorted = scores.clone();
    sorted.sort_by(f64::total_cmp);
    // numpy.percentile: the line between the two numbers nearest to the place, from the nearer one.
    let place = (100.0 - percentile) / 100.0 * (sorted.len() - 1) as f64;
    let (low, share) = (place.floor() as usize, place - place.floor());
    let (a, b) = (sorted[low.min(sorted.len() - 1)], sorted[(low + 1).min(sorted.len() - 1)]);
    let threshold = if share >= 0.5 { b - (b - a) * (1.0 - share) } else { a + (b - a) * share };
    let mut mask: Vec<bool> = scores.iter().map(|&score| score > threshold).collect();
    let most = (scores.len() as f64 * percentile / 100.0) as usize;
    let room = most.saturating_sub(mask.iter().filter(|&&kept| kept).count());
    let ties: Vec<usize> = (0..scores.len()).filter(|&i| scores[i] == threshold).take(room).collect();
    ties.into_iter().for_each(|i| mask[i] = true);
    Ok(mask)
}

fn below(object: &Object<'_>, keeps: fn(f64, f64, f64) -> bool) -> Result<Vec<bool>> {
    let alpha = object.get("alpha")?.number()?;
    let p = object.get("pvalues_")?.numbers()?;
    let count = p.len() as f64;
    Ok(p.into_iter().map(|p| keeps(p, alpha, count)).collect())
}

fn from_model(object: &Object<'_>) -> Result<Vec<bool>> {
    let estimator = object.find("estimator_").map_or_else(|| object.get("estimator"), Ok)?;
    let importances = importances(object, &estimator)?;
    let threshold = match object.find("threshold") {
        Some(threshold) => match threshold.item.as_str() {
            Some(rule) => threshold_of(object, rule, &importances)?,
            None => threshold.number()?,
        },
        // With an L1 penalty the coefficients that are 0 go.
        None => match (estimator.find_text("penalty"), estimator.name()) {
            (Some("l1"), _) | (_, "Lasso" | "LassoCV") => 1e-5,
            _ => threshold_of(object, "mean", &importances)?,
        },
    };
    let mut mask: Vec<bool> = importances.iter().map(|&importance| importance >= threshold).collect();
    if let Some(most) = object.find("max_features_").or_else(|| object.find("max_features")) {
        let mut order: Vec<usize> = (0..importances.len()).collect();
        order.sort_by(|&a, &b| importances[b].total_cmp(&importances[a]));
        let kept = &order[..most.count()?.min(order.len())];
        (0..mask.len()).for_each(|i| mask[i] &= kept.contains(&i));
    }
    Ok(mask)
}

/// A threshold as text: `mean`, `median`, or a multiple of one, `1.25*mean`.
fn threshold_of(object: &Object<'_>, rule: &str, importances: &[f64]) -> Result<f64> {
    let (factor, name) = rule.split_once('*').unwrap_or(("1", rule));
    let factor: f64 = factor.trim().parse().map_err(|_| object.wrong("a factor", factor))?;
    let count = importances.len() as f64;
    let reference = match name.trim() {
        "mean" => importances.iter().sum::<f64>() / count,
        "median" => {
            let mut sorted = importances.to_vec();
            sorted.sort_by(f64::total_cmp);
            let middle = sorted.len() / 2;
            if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
        }
        other => return Err(object.refused(format!("threshold {other:?}"))),
    };
    Ok(factor * reference)
}

/// How much each column counts for an estimator: the size of its coefficients, or what trees gained by it.
fn importances(object: &Object<'_>, estimator: &Object<'_>) -> Result<Vec<f64>> {
    if object.find_text("importance_getter").is_some_and(|getter| getter != "auto") || object.flag("prefit", false) {
        return Err(object.refused("an importance_getter of its own, or a prefit estimator"));
    }
    if estimator.has("coef_") {
        let coefficients = estimator.get("coef_")?.matrix()?;
        let column = |j: usize| (0..coefficients.rows).map(|i| coefficients.row(i)[j].abs()).sum();
        return Ok((0..coefficients.columns).map(column).collect());
    }
    if estimator.has("tree_") {
        return gains(estimator);
    }
    if !matches!(
        estimator.name(),
        "RandomForestClassifier" | "RandomForestRegressor" | "ExtraTreesClassifier" | "ExtraTreesRegressor"
    ) {
        return Err(estimator.refused(format!("the importances of {}", estimator.name())));
    }
    let mut sum: Vec<f64> = Vec::new();
    let mut count = 0.0;
    for tree in estimator.get("estimators_")?.list()? {
        if Tree::of(&tree)?.len() > 1 {
            let gains = gains(&tree)?;
            sum.resize(gains.len(), 0.0);
            sum.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += gain);
            count += 1.0;
        }
    }
    let mean: Vec<f64> = sum.into_iter().map(|sum| sum / f64::max(count, 1.0)).collect();
    let total: f64 = mean.iter().sum();
    Ok(mean.into_iter().map(|gain| if total > 0.0 { gain / total } else { gain }).collect())
}

/// What a tree gained by each feature, as shares: `compute_feature_importances`.
fn gains(estimator: &Object<'_>) -> Result<Vec<f64>> {
    let tree = Tree::of(estimator)?;
    let mut gains = vec![0.0; estimator.get("n_features_in_")?.count()?.min(1 << 16)];
    let weighted = |i: usize| tree.weights[i] * tree.impurities[i];
    for i in (0..tree.len()).filter(|&i| !tree.is_leaf(i)) {
        let (left, right, feature) = tree.split(i);
        if left >= tree.len() || right >= tree.len() || feature >= gains.len() {
            return Err(estimator.wrong(format!("one of {} nodes", tree.len()), "no such node"));
        }
        gains[feature] += weighted(i) - weighted(left) - weighted(right);
    }
    let root = tree.weights.first().copied().unwrap_or(1.0);
    gains.iter_mut().for_each(|gain| *gain /= root);
    let total: f64 = gains.iter().sum();
    if total > 0.0 {
        gains.iter_mut().for_each(|gain| *gain /= total);
    }
    Ok(gains)
}

/// A function of NumPy's or SciPy's of every number, named by an attribute; none changes nothing.
pub fn function(builder: &mut Builder, frame: &Frame, object: &Object<'_>, attribute: &str) -> Result<Frame> {
    let Some(function) = object.find(attribute) else { return Ok(frame.clone()) };
    let arguments = if attribute == "func" { "kw_args" } else { "inv_kw_args" };
    if object
        .find(arguments)
        .is_some_and(|arguments| arguments.item.entries().is_none_or(|entries| !entries.is_empty()))
    {
        return Err(object.refused(format!("{arguments}: arguments of a function")));
    }
    let (module, name) = function.class();
    // What gradient boosting checks its numbers with changes none.
    let is_check = |item: &Item<'_>| {
        item.class().is_some_and(|(module, name)| module.starts_with("sklearn.") && name == "check_array")
    };
    if name == "partial" && function.item.arguments().first().is_some_and(is_check) {
        return Ok(frame.clone());
    }
    let is_of_numpy = function.item.is_global() && (module.starts_with("numpy") || module.starts_with("scipy.special"));
    let known = match name {
        "abs" | "absolute" | "fabs" => Function::Absolute,
        "negative" => Function::Negative,
        "reciprocal" => Function::Reciprocal,
        "sqrt" => Function::Sqrt,
        "cbrt" => Function::Cbrt,
        "square" => Function::Square,
        "exp" => Function::Exp,
        "exp2" => Function::Exp2,
        "expm1" => Function::Expm1,
        "log" => Function::Log,
        "log2" => Function::Log2,
        "log10" => Function::Log10,
        "log1p" => Function::Log1p,
        "sin" => Function::Sin,
        "cos" => Function::Cos,
        "tan" => Function::Tan,
        "arctan" => Function::Arctan,
        "tanh" => Function::Tanh,
        "sign" => Function::Sign,
        "floor" => Function::Floor,
        "ceil" => Function::Ceil,
        "rint" => Function::Rint,
        "trunc" => Function::Trunc,
        "expit" => Function::Sigmoid,
        "isnan" => Function::IsMissing,
        _ => {
            return Err(
                function.refused(format!("the function {module}.{name}: NumPy's functions of one number are known"))
            );
        }
    };
    if !is_of_numpy {
        return Err(function.refused(format!("the function {module}.{name}")));
    }
    // Without validation, missing and infinite numbers go through the function.
    let demand = if object.flag("validate", false) { Demand::Finite } else { Demand::MissingAllowed };
    Ok(builder.columnwise(frame, demand, crate::model::Map::of(known), name))
}
