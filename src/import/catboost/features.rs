//! The features of a model.

use super::super::value::{Value, index, wrong};
use super::Blockers;
use crate::error::Result;

/// The most features of a file: what a row of a model may have.
const MAX_COUNT: usize = 1 << 16;

/// The features.
pub struct Features {
    /// Their names, in the order of a row; CatBoost's own, their numbers, for those that have none.
    pub names: Vec<String>,
    /// Those of numbers, as splits count them.
    pub floats: Vec<Float>,
}

/// A feature of numbers.
#[derive(Clone, Copy)]
pub struct Float {
    /// Its place in a row.
    pub place: usize,
    /// Whether a missing number is above all borders, and not below.
    pub missing_is_large: bool,
}

impl Features {
    /// Reads `features_info`.
    ///
    /// # Errors
    /// `InvalidModel` at the part that is damaged.
    pub fn read(info: &Value, blockers: &mut Blockers) -> Result<Self> {
        for kind in ["categorical_features", "text_features", "embedding_features"] {
            for feature in list(info, kind)? {
                let name = feature.text("feature_id").unwrap_or_default();
                let name = if name.is_empty() {
                    feature.number::<f64>("flat_feature_index")?.to_string()
                } else {
                    name.to_owned()
                };
                let why = format!("\"{name}\" is not numeric; encode it as numbers before training");
                blockers.add(format_args!("features_info.{kind}"), why);
            }
        }
        let listed = list(info, "float_features")?;
        let mut features = Self { names: Vec::new(), floats: Vec::with_capacity(listed.len()) };
        for (i, feature) in listed.iter().enumerate() {
            let float = features.float(i, feature);
            let float = float.map_err(|error| error.within(&format!("float_features[{i}]")))?;
            features.floats.push(float);
        }
        if features.names.is_empty() && blockers.is_empty() {
            return Err(wrong("float_features", "at least 1", 0));
        }
        Ok(features)
    }

    fn float(&mut self, i: usize, feature: &Value) -> Result<Float> {
        if feature.number::<usize>("feature_index")? != i {
            return Err(wrong("feature_index", i.to_string(), feature.number::<f64>("feature_index")?));
        }
        let number = feature.number::<f64>("flat_feature_index")?;
        let place = index(number, MAX_COUNT);
        let place = place.ok_or_else(|| wrong("flat_feature_index", format!("below {MAX_COUNT}"), number))?;
        for other in self.names.len()..=place {
            self.names.push(other.to_string());
        }
        let name = feature.text("feature_id")?;
        if !name.is_empty() {
            self.names[place] = name.to_owned();
        }
        let missing_is_large = match feature.text("nan_value_treatment")? {
            "AsTrue" => true,
            "AsFalse" | "AsIs" => false,
            other => return Err(wrong("nan_value_treatment", "AsIs, AsFalse or AsTrue", other)),
        };
        Ok(Float { place, missing_is_large })
    }
}

/// An array that may be missing.
fn list<'a>(info: &'a Value, name: &str) -> Result<&'a [Value]> {
    if info.find(name).is_some() { info.list(name) } else { Ok(&[]) }
}
