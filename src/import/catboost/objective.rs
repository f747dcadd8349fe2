//! What a loss makes of scores, and the classes that a model knows.

use super::super::value::{Value, wrong};
use crate::error::Result;
use crate::math;
use crate::model::Labels;

/// How scores become answers: what CatBoostRegressor and CatBoostClassifier give unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// They are the answers.
    Identity,
    /// e to their power.
    Exp,
    /// The second of two classes above this score; its probability is the logistic function.
    Binary(f64),
    /// The class of the largest one; their softmax are probabilities.
    Softmax,
    /// The class of the largest one; its probability is its logistic function.
    OneAgainstAll,
}

impl Link {
    /// The link of a loss for a model with so many outputs; `None` if it is not known.
    pub fn of(loss: &str, outputs: usize) -> Option<Self> {
        match loss {
            "MultiClass" if outputs > 1 => Some(Link::Softmax),
            "MultiClassOneVsAll" if outputs > 1 => Some(Link::OneAgainstAll),
            "MultiRMSE" | "MultiRMSEWithMissingValues" | "MultiQuantile" => Some(Link::Identity),
            _ if outputs > 1 => None,
            "Logloss" | "CrossEntropy" => Some(Link::Binary(0.0)),
            "Poisson" | "Tweedie" => Some(Link::Exp),
            "RMSE" | "MAE" | "Quantile" | "LogLinQuantile" | "Expectile" | "MAPE" | "Huber" | "LogCosh" | "Lq" => {
                Some(Link::Identity)
            }
            "YetiRank" | "YetiRankPairwise" | "PairLogit" | "PairLogitPairwise" | "QueryRMSE" | "QuerySoftMax"
            | "QueryCrossEntropy" | "LambdaMart" | "StochasticRank" | "StochasticFilter" | "GroupQuantile" | "Cox" => {
                Some(Link::Identity)
            }
            _ => None,
        }
    }

    /// The same, with the model's own threshold if it has one.
    pub fn with_threshold(self, info: &Value) -> Result<Self> {
        let name = "binclass_probability_threshold";
        match self {
            Link::Binary(_) if info.find(name).is_some() => {
                let probability = info.number::<f64>(name)?;
                let score = -math::ln(1.0 / probability - 1.0);
                if score.is_finite() {
                    Ok(Link::Binary(score))
                } else {
                    Err(wrong(name, "between 0 and 1", probability))
                }
            }
            link => Ok(link),
        }
    }
}

/// The names of `count` classes.
///
/// # Errors
/// `InvalidModel` at the part of `class_params` that is damaged.
pub fn classes(info: &Value, count: usize) -> Result<Labels> {
    let numbered = || Ok(Labels::Integers((0..count as i64).collect()));
    let Some(parameters) = info.find("class_params") else { return numbered() };
    let in_parameters = |error: crate::error::Error| error.within("class_params");
    let names = parameters.part("class_names").map_err(in_parameters)?;
    let kind = parameters.text("class_label_type").map_err(in_parameters)?;
    let labels = match (kind, names) {
        (_, Value::Array(names)) if names.is_empty() => return numbered(),
        ("Integer", Value::Numbers(names)) => Labels::Integers(names.iter().map(|&name| name as i64).collect()),
        ("Float", Value::Numbers(names)) => Labels::Floats(names.clone()),
        ("Boolean", Value::Array(names)) => {
            Labels::Booleans(names.iter().map(|x| *x == Value::Boolean(true)).collect())
        }
        ("String", Value::Array(_)) => {
            let names = parameters.texts("class_names").map_err(in_parameters)?;
            Labels::Strings(names.into_iter().map(str::to_owned).collect())
        }
        (kind, _) => return Err(in_parameters(wrong("class_names", format!("names of type {kind}"), names.kind()))),
    };
    if labels.len() != count {
        return Err(in_parameters(wrong("class_names", format!("{count} names"), labels.len())));
    }
    Ok(labels)
}
