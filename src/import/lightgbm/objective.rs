//! What an objective makes of scores.

/// How scores become answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// They are the answers.
    Identity,
    /// Their squares, with their signs.
    SignedSquare,
    /// e to their power.
    Exp,
    /// Their logistic function, a number.
    Logistic,
    /// ln(1 + e^score).
    Softplus,
    /// The logistic function of this many times the score: the probability of the second of two classes.
    Binary(f64),
    /// The softmax of the classes' scores.
    Softmax,
    /// The logistic function of this many times the score, for each class by itself.
    OneAgainstAll(f64),
}

impl Link {
    /// What an objective's line says of a model with so many outputs; `None` if it is not known.
    pub fn of(objective: &str, outputs: usize) -> Option<Self> {
        let mut words = objective.split_ascii_whitespace();
        // Without a line it is a function of Python's, and the scores are all that is known.
        let Some(name) = words.next() else { return Some(Link::Identity) };
        let options: Vec<&str> = words.collect();
        let factor = || -> Option<f64> {
            let factor = options.iter().find_map(|option| option.strip_prefix("sigmoid:"))?.parse().ok()?;
            Some(factor).filter(|factor: &f64| factor.is_finite() && *factor > 0.0)
        };
        match name {
            "multiclass" if outputs > 1 => Some(Link::Softmax),
            "multiclassova" if outputs > 1 => factor().map(Link::OneAgainstAll),
            _ if outputs > 1 => None,
            "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" => {
                Some(if options.contains(&"sqrt") { Link::SignedSquare } else { Link::Identity })
            }
            "lambdarank" | "rank_xendcg" => Some(Link::Identity),
            "poisson" | "gamma" | "tweedie" => Some(Link::Exp),
            "cross_entropy" => Some(Link::Logistic),
            "cross_entropy_lambda" => Some(Link::Softplus),
            "binary" => factor().map(Link::Binary),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_carry_their_parameters() {
        assert_eq!(Link::of("", 3), Some(Link::Identity));
        assert_eq!(Link::of("mape sqrt", 1), Some(Link::SignedSquare));
        assert_eq!(Link::of("binary sigmoid:2.5", 1), Some(Link::Binary(2.5)));
        assert_eq!(Link::of("multiclassova num_class:3 sigmoid:1", 3), Some(Link::OneAgainstAll(1.0)));
        for unknown in ["binary", "binary sigmoid:NaN", "binary sigmoid:-1", "multiclass num_class:1", "unheard"] {
            assert_eq!(Link::of(unknown, 1), None, "{unknown}");
        }
    }
}
