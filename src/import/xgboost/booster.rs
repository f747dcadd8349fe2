//! A booster: its ensemble, its objective, its features.

use super::super::answers::{Answers, Steps};
use super::super::value::{Value, wrong};
use super::Blockers;
use super::ensemble::Ensemble;
use super::objective::Link;
use super::shape::{self, Shape};
use crate::error::{Error, Result};
use crate::model::{ArgMax, Binarize, Complement, Function, Labels, Map, Softmax, ValueId};

/// A booster, as yet of no graph.
pub struct Booster {
    /// The names of the features.
    pub names: Vec<String>,
    /// The name of the objective.
    pub objective: String,
    /// The version that wrote the file.
    pub version: String,
    link: Link,
    ensemble: Ensemble,
    outputs: usize,
}

impl Booster {
    /// Reads a file's value, or the one of a pickled booster's bytes. `only_best` leaves out the trees after the best
    /// iteration, as scikit-learn's wrapper does. `None` if something stands in the way, which `blockers` then names.
    ///
    /// # Errors
    /// `InvalidModel` at the place that is damaged.
    pub fn read(file: &Value, only_best: bool, blockers: &mut Blockers) -> Result<Option<Self>> {
        // A pickle holds the configuration beside the model.
        let file = file.find("Model").unwrap_or(file);
        let learner = file.part("learner")?;
        let in_learner = |error: Error| error.within("learner");
        let mut shape = Shape::read(learner).map_err(|error| error.within("learner.learner_model_param"))?;
        let names = shape::names(learner, shape.width).map_err(in_learner)?;
        let objective = learner.part("objective").and_then(|objective| objective.text("name")).map_err(in_learner)?;
        let link = Link::of(objective);
        match link {
            None => blockers.add("learner.objective.name", format!("\"{objective}\" is not known")),
            Some(Link::Softmax { .. }) if shape.outputs() < 2 => {
                return Err(wrong("learner.learner_model_param: num_class", "at least 2", shape.outputs()));
            }
            Some(link) => shape.base.iter_mut().for_each(|score| *score = link.margin(*score)),
        }
        let best = learner.find("attributes").filter(|_| only_best);
        let best = best.and_then(|attributes| attributes.number("best_iteration").ok());
        let ensemble = learner.part("gradient_booster").map_err(in_learner)?;
        let ensemble = Ensemble::read(ensemble, &shape, best, blockers)?;
        Ok(link.zip(ensemble).map(|(link, ensemble)| Self {
            names,
            objective: objective.to_owned(),
            version: shape::version(file),
            link,
            ensemble,
            outputs: shape.outputs(),
        }))
    }

    /// The categories of those features that have some by name.
    pub fn categories(&self) -> &[Option<Labels>] {
        &self.ensemble.categories
    }

    /// Adds the booster to a graph; `input` is the value that holds its features, `missing` a number that counts as
    /// missing.
    pub fn graph(self, steps: &mut Steps<'_>, input: ValueId, missing: Option<f32>) -> Answers {
        let mut rows = input;
        if let Some(missing) = missing {
            let (a, b) = (f64::from(missing), f64::from(missing));
            rows = steps.map("single precision", Function::ToF32, rows);
            rows = steps.add("missing", Map { function: Function::Blank, a, b }, &[rows]);
        }
        rows = steps.map_columns("categories", Map::of(Function::Floor), rows, &self.ensemble.asks_for_first);
        let margins = steps.add("margins", self.ensemble.margins, &[rows]);
        // XGBoost's exponentials are in f32; these are in f64, and rounded.
        let round = |steps: &mut Steps<'_>, name: &str, value| steps.map(name, Function::ToF32, value);
        let numbers = |predict, scores| Answers { scores, ..Answers::numbers(predict, self.outputs) };
        let classes = |predict, probabilities, count| Answers {
            probabilities: Some(probabilities),
            scores: Some(margins),
            classes: vec![Labels::Integers((0..count).collect())],
            ..Answers::numbers(predict, 1)
        };
        let function = match self.link {
            Link::Identity => return numbers(margins, None),
            Link::Softmax { by_probability } => {
                let exact = steps.add("softmax", Softmax, &[margins]);
                let probabilities = round(steps, "probabilities", exact);
                let predict = steps.add("decision", ArgMax, &[if by_probability { probabilities } else { margins }]);
                return classes(predict, probabilities, self.outputs as i64);
            }
            Link::Exp => Function::Exp,
            Link::Logistic | Link::Binary => Function::SigmoidF32,
            Link::Hinge => Function::Above,
        };
        let mut answers = steps.map("answers", function, margins);
        if function == Function::Exp {
            answers = round(steps, "answers: f32", answers);
        }
        // With several outputs there are as many labels, each with a probability.
        if !matches!(self.link, Link::Binary | Link::Hinge) || self.outputs > 1 {
            return numbers(answers, Some(margins));
        }
        let both = steps.add("both", Complement, &[answers]);
        let probabilities = round(steps, "probabilities", both);
        let predict = steps.add("decision", Binarize { threshold: 0.5 }, &[answers]);
        classes(predict, probabilities, 2)
    }
}
