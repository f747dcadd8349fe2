//! Fitted scikit-learn estimators → [`Model`](crate::model::Model), from the objects of a file that nothing was executed of.
//!
//! [`object`] reads attributes, [`builder`] puts the graph together, and a file for each family of estimators knows what
//! they compute. A step takes a [`Frame`] of columns and gives another, or [`Answers`].

mod bayes;
mod boosters;
mod boosting;
mod builder;
mod compose;
mod discriminant;
mod encoders;
mod forests;
mod gaussian;
mod imputers;
mod linear;
mod meta;
mod neighbours;
mod networks;
mod object;
mod projections;
mod scalers;
mod selection;
mod sparse;
mod stacking;
mod svm;
mod targets;
pub(crate) mod text;
mod tree;

use super::Imported;
use super::answers::Answers;
use super::pickle::Document;
use crate::error::{Error, Kind, Result};
use crate::model::{Function, Provenance};
use builder::{Builder, Frame};
use object::Object;
use std::cell::Cell;
use std::collections::HashSet;

/// The most estimators within each other.
const MAX_DEPTH: usize = 32;

/// What a file may name: everything else is no part of a fitted model.
const KNOWN_MODULES: [&str; 8] =
    ["sklearn", "numpy", "scipy", "xgboost", "lightgbm", "joblib", "collections", "copyreg"];
const KNOWN_BUILTINS: [&str; 10] =
    ["bytes", "bytearray", "set", "frozenset", "slice", "complex", "range", "object", "float", "int"];

/// The model in a document.
///
/// # Errors
/// [`Kind::Unsupported`] with everything that stands in the way; [`Kind::InvalidModel`] where the file is damaged.
pub(super) fn read(document: &Document) -> Result<Imported> {
    let strangers: Vec<String> = (document.globals().filter(|(module, name)| !is_known(module, name)))
        .map(|(module, name)| format!("{module}.{name}"))
        .collect();
    if !strangers.is_empty() {
        let found = strangers.join(", ");
        return Err(Error::new(Kind::Unsupported, "file", "classes of scikit-learn and NumPy", found)
            .hint("Replace your own classes and functions by scikit-learn's before you save the model."));
    }
    let item = document.root();
    let Some((module, name)) = item.class().filter(|_| !item.is_global()) else {
        return Err(Error::new(Kind::Unsupported, "file", "a fitted estimator", item.kind())
            .hint("Save the estimator itself: joblib.dump(model, \"model.joblib\")."));
    };
    let dense_left = Cell::new(sparse::MAX_NUMBERS);
    let root = Object { item, path: root_path(name), dense_left: &dense_left };
    let written = root.find_text("_sklearn_version").unwrap_or_default();
    let names = input_names(&root)?;
    let mut builder = Builder::new(names, version(written));
    let frame = builder.rows();
    let answers = estimate(&mut builder, &frame, &root);
    let answers = builder.tolerate(answers)?;
    let inputs = builder.settle();
    if !builder.blockers.is_empty() {
        return Err(builder.blockers.error());
    }
    let framework =
        if module.starts_with("sklearn") { "scikit-learn" } else { module.split('.').next().unwrap_or_default() };
    let provenance = Provenance {
        framework: framework.to_owned(),
        version: written.to_owned(),
        estimator: name.to_owned(),
        ..Provenance::default()
    };
    answers.unwrap_or_default().model(inputs, builder.draft, provenance)
}

fn is_known(module: &str, name: &str) -> bool {
    match module {
        "builtins" | "__builtin__" => KNOWN_BUILTINS.contains(&name),
        "_codecs" => name == "encode",
        "functools" => name == "partial",
        "_loss" => true,
        _ => module.split('.').next().is_some_and(|package| KNOWN_MODULES.contains(&package)),
    }
}

/// `Pipeline` → `pipeline`: how paths begin.
fn root_path(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

/// A version as it is written, as numbers: major, minor, patch.
fn version(text: &str) -> (u32, u32, u32) {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next(), next())
}

/// The names of the rows' columns: those that were fitted, or x0, x1 …; `text` where rows are texts.
fn input_names(root: &Object<'_>) -> Result<Vec<String>> {
    let takes_texts = |object: &Object<'_>| {
        let says = object.has("feature_names_in_") || object.has("n_features_in_");
        Ok((says || text::takes_texts(object)).then_some(!says))
    };
    if first_within(root, takes_texts)? == Some(true) {
        return Ok(vec!["text".to_owned()]);
    }
    if let Some(names) = first_within(root, |object| Ok(object.find("feature_names_in_")))? {
        let texts = names.item.array().and_then(|array| array.texts());
        return texts.ok_or_else(|| names.wrong("texts", names.item.kind()));
    }
    let Some(count) = first_within(root, |object| Ok(object.find("n_features_in_")))? else {
        if let Some(names) = first_within(root, boosters::names)? {
            return Ok(names);
        }
        let name = compose::only_column(root);
        let name = name.ok_or_else(|| root.refused("an estimator that does not say how many features it takes"));
        return name.map(|name| vec![name.to_owned()]);
    };
    let count = count.count()?;
    if count > 1 << 16 {
        return Err(root.wrong("at most 65536 features", count.to_string()));
    }
    Ok((0..count).map(|i| format!("x{i}")).collect())
}

/// What `wanted` finds in an estimator, or in the first one within that takes the same rows and has it. Whatever was looked
/// at before is passed by, since a file can hold one object in many places.
fn first_within<'a, T>(
    root: &Object<'a>,
    mut wanted: impl FnMut(&Object<'a>) -> Result<Option<T>>,
) -> Result<Option<T>> {
    let (mut todo, mut seen) = (vec![root.clone()], HashSet::new());
    while let Some(object) = todo.pop() {
        if !seen.insert(object.item.id()) {
            continue;
        }
        if let Some(found) = wanted(&object)? {
            return Ok(Some(found));
        }
        todo.extend(compose::that_take_the_same_rows(&object).into_iter().rev());
    }
    Ok(None)
}

/// What an estimator answers.
///
/// # Errors
/// [`Kind::Unsupported`] if it is of no class that is known here, or does what cannot be reproduced.
fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    if object.path.matches(['.', '[']).count() > 4 * MAX_DEPTH {
        return Err(object.wrong(format!("at most {MAX_DEPTH} estimators within each other"), "more"));
    }
    builder.visit(object)?;
    check_width(frame, object)?;
    let families = [
        compose::estimate,
        linear::estimate,
        forests::estimate,
        boosting::estimate,
        boosters::estimate,
        svm::estimate,
        neighbours::estimate,
        bayes::estimate,
        discriminant::estimate,
        gaussian::estimate,
        networks::estimate,
        projections::estimate,
        meta::estimate,
        targets::estimate,
        stacking::estimate,
    ];
    for family in families {
        if let Some(answers) = family(builder, frame, object)? {
            return Ok(answers);
        }
    }
    match transformed(builder, frame, object)? {
        Some(frame) => {
            Ok(Answers { transform: Some(frame.value), transform_width: frame.width(), ..Answers::default() })
        }
        None => Err(unknown(object)),
    }
}

/// What a transformer makes of rows.
fn transform(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    builder.visit(object)?;
    check_width(frame, object)?;
    if let Some(frame) = transformed(builder, frame, object)? {
        return Ok(frame);
    }
    let answers = estimate(builder, frame, object)?;
    match answers.transform {
        Some(value) => Ok(builder.made(value, answers.transform_width)),
        None => Err(object.refused(format!("{}, which does not transform rows", object.name()))),
    }
}

fn transformed(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Frame>> {
    let families = [
        compose::transform,
        scalers::transform,
        imputers::transform,
        encoders::transform,
        selection::transform,
        text::transform,
    ];
    for family in families {
        if let Some(frame) = family(builder, frame, object)? {
            return Ok(Some(frame));
        }
    }
    Ok(None)
}

fn unknown(object: &Object<'_>) -> Error {
    let (module, name) = object.class();
    let found = if name.is_empty() { object.item.kind().to_owned() } else { format!("{module}.{name}") };
    object.refused(format!("{found}, which is not known here"))
}

/// Checks that a fitted object takes as many columns as there are.
fn check_width(frame: &Frame, object: &Object<'_>) -> Result<()> {
    match object.find("n_features_in_") {
        Some(count) if count.count()? != frame.width() => {
            Err(object.wrong(format!("{} features", frame.width()), count.count()?.to_string()))
        }
        _ => Ok(()),
    }
}

/// Probabilities `[1 - p, p]` of a score by the logistic function, whose argument is first multiplied.
fn logistic(builder: &mut Builder, score: u32, factor: f64) -> u32 {
    let score = match factor {
        1.0 => score,
        _ => builder.add("scale", crate::model::Rescale { factors: vec![factor], offsets: vec![0.0] }, &[score]),
    };
    let positive = builder.map("logistic", Function::Sigmoid, score);
    builder.add("probabilities", crate::model::Complement, &[positive])
}
