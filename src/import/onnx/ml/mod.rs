//! What the operators of `ai.onnx.ml` mean: the models that scikit-learn's converters and those of the boosters write.
//!
//! They become steps that networks have anyway; only trees are an operator of their own. The measure is onnxruntime, where the
//! standard leaves something open. One file for each family.

mod categories;
mod ensemble;
mod linear;
mod make;
mod rows;
mod scores;
mod support_vectors;
mod tree_attributes;
mod trees;

use super::step::{Step, unsupported};
use crate::error::{Error, Kind, Result};

/// The domain.
pub const DOMAIN: &str = "ai.onnx.ml";

/// Adds what a node of the domain means.
pub fn add(step: Step<'_, '_>) -> Result<()> {
    match step.node.op_type {
        "ArrayFeatureExtractor" => rows::extractor(step),
        "Binarizer" => rows::binarizer(step),
        "CategoryMapper" => categories::mapper(step),
        "CDist" => rows::distances(step),
        "FeatureVectorizer" => rows::vectorizer(step),
        "Imputer" => rows::imputer(step),
        "LabelEncoder" => categories::labels(step),
        "LinearClassifier" => linear::classifier(step),
        "LinearRegressor" => linear::regressor(step),
        "Normalizer" => rows::normalizer(step),
        "OneHotEncoder" => categories::one_hot(step),
        "Scaler" => rows::scaler(step),
        "SVMClassifier" => support_vectors::classifier(step),
        "SVMRegressor" => support_vectors::regressor(step),
        "TreeEnsemble" => trees::ensemble(step),
        "TreeEnsembleClassifier" => trees::classifier(step),
        "TreeEnsembleRegressor" => trees::regressor(step),
        "ZipMap" => zip_map(step),
        "CastMap" | "DictVectorizer" => Err(unsupported(format!("{}, which takes maps", step.node.op_type))),
        operator => Err(unsupported(format!("the operator {operator} of {DOMAIN}"))),
    }
}

/// A map for each row: it stays the tensor that it is made of, which has a column for each class in their order.
fn zip_map(step: Step<'_, '_>) -> Result<()> {
    let texts = step.texts("classlabels_strings")?.into_iter().map(str::to_owned);
    let labels = texts.chain(step.integers("classlabels_int64s").iter().map(i64::to_string)).collect();
    let (scores, name) = (step.input(0)?, step.node.outputs.first().copied().unwrap_or_default());
    step.builder.maps.insert(name, labels);
    step.is(scores)
}

/// The error of attributes that do not fit together.
fn unsound(at: &str, expected: impl Into<String>, found: impl ToString) -> Error {
    Error::new(Kind::InvalidModel, at.to_owned(), expected.into(), found.to_string())
        .hint("The ONNX file is damaged: check it with onnx.checker, or export it again.")
}
