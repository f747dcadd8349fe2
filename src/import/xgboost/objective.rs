//! What an objective makes of margins, and of the base score that margins begin with.

use crate::math;

/// How margins become answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// They are the answers.
    Identity,
    /// e to their power.
    Exp,
    /// Their logistic function, a number.
    Logistic,
    /// Their logistic function, the probability of the second of two classes.
    Binary,
    /// The second of two classes if they are above 0.
    Hinge,
    /// The class of the largest one; its softmax are probabilities. True if the classes are chosen among the
    /// probabilities in f32, as scikit-learn's wrapper does, and not among the margins.
    Softmax {
        /// See above.
        by_probability: bool,
    },
}

impl Link {
    /// The link of an objective; `None` if it is not known.
    pub fn of(objective: &str) -> Option<Self> {
        Some(match objective {
            "reg:squarederror" | "reg:linear" | "reg:squaredlogerror" | "reg:pseudohubererror" => Link::Identity,
            "reg:absoluteerror" | "reg:quantileerror" | "reg:expectileerror" => Link::Identity,
            "rank:pairwise" | "rank:ndcg" | "rank:map" => Link::Identity,
            // The raw margin is what it predicts, and its base score is one.
            "binary:logitraw" => Link::Identity,
            "reg:logistic" => Link::Logistic,
            "binary:logistic" => Link::Binary,
            "binary:hinge" => Link::Hinge,
            "count:poisson" | "reg:gamma" | "reg:tweedie" | "survival:cox" | "survival:aft" => Link::Exp,
            "multi:softprob" => Link::Softmax { by_probability: true },
            "multi:softmax" => Link::Softmax { by_probability: false },
            _ => return None,
        })
    }

    /// The margin of a base score, in f32 as XGBoost computes it.
    pub fn margin(self, base_score: f32) -> f32 {
        match self {
            Link::Identity | Link::Hinge | Link::Softmax { .. } => base_score,
            // The C library's logf agrees with the rounded f64.
            Link::Exp => math::ln(f64::from(base_score)) as f32,
            Link::Logistic | Link::Binary => -(math::ln(f64::from(1.0 / base_score - 1.0)) as f32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_scores_become_margins_as_xgboost_has_them() {
        assert_eq!(Link::Binary.margin(0.5), 0.0);
        assert_eq!(Link::Logistic.margin(0.3), -0.847_297_85);
        assert_eq!(Link::Exp.margin(0.5), -std::f32::consts::LN_2);
        assert_eq!(Link::of("binary:logitraw").map(|link| link.margin(0.3)), Some(0.3));
        assert_eq!(Link::of("rank:unheard"), None);
    }
}
