//! Boosters of XGBoost and LightGBM in scikit-learn's clothes: their own model lies within as bytes or text.

use super::builder::{Builder, Demand, Frame};
use super::object::Object;
use crate::error::Result;
use crate::import::answers::Answers;
use crate::import::{lightgbm, ubjson, xgboost};

/// The answers of a booster's wrapper; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let answers = match object.class() {
        (module, name) if module.starts_with("xgboost") && name.starts_with("XGB") => {
            of_xgboost(builder, frame, object)?
        }
        (module, name) if module.starts_with("lightgbm") && name.starts_with("LGBM") => {
            of_lightgbm(builder, frame, object)?
        }
        _ => return Ok(None),
    };
    let Some(answers) = answers else { return Ok(Some(Answers::default())) };
    if object.name().ends_with("Classifier") && answers.classes.is_empty() {
        return Err(object.refused("a classifier whose objective gives no classes"));
    }
    // XGBoost's wrapper has no decision function, so whoever stands on it takes probabilities.
    let is_xgboost = object.class().0.starts_with("xgboost");
    let answers = Answers { scores: answers.scores.filter(|_| !is_xgboost), ..answers };
    let labels = object.find("classes_").or_else(|| object.find("_classes"));
    let classes = match (&answers.classes[..], labels) {
        ([known], Some(labels)) if labels.item.array().is_some() => {
            let (classes, _) = labels.labels()?;
            if classes.len() != known.len() {
                return Err(labels.wrong(format!("{} classes", known.len()), classes.len().to_string()));
            }
            vec![classes]
        }
        (known, _) => known.to_vec(),
    };
    Ok(Some(Answers { classes, ..answers }))
}

/// The names of the features of a wrapper, which it has from its booster.
pub fn names(object: &Object<'_>) -> Result<Option<Vec<String>>> {
    let mut builder = Builder::new(Vec::new(), (0, 0, 0));
    match object.class().0.split('.').next() {
        Some("xgboost") => Ok(xgboost_booster(&mut builder, object)?.map(|booster| booster.names)),
        Some("lightgbm") => Ok(lightgbm_booster(&mut builder, object)?.map(|booster| booster.names)),
        _ => Ok(None),
    }
}

/// Refuses a classifier whose scores are another thing in different versions of its wrapper, which its file does not
/// say: LightGBM's has got a decision function in 4.7.
pub fn refuse_ambiguous(object: &Object<'_>) -> Result<()> {
    match object.class().0.starts_with("lightgbm") {
        true => Err(object.refused("scores of LightGBM's wrapper, which are probabilities or margins by its version")),
        false => Ok(()),
    }
}

fn xgboost_booster(builder: &mut Builder, object: &Object<'_>) -> Result<Option<xgboost::Booster>> {
    let handle = object.get("_Booster")?.get("handle")?;
    let Some(bytes) = handle.item.as_bytes() else { return Err(handle.wrong("bytes", handle.item.kind())) };
    if !ubjson::is_ubjson(bytes) {
        return Err(handle.refused("a booster of a version before 1.6: save it with a newer one"));
    }
    let value = ubjson::read(bytes).map_err(|error| error.within(&handle.path))?;
    let booster = xgboost::Booster::read(&value, true, &mut builder.blockers);
    booster.map_err(|error| error.within(&handle.path))
}

fn of_xgboost(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let Some(booster) = xgboost_booster(builder, object)? else { return Ok(None) };
    if booster.categories().iter().any(Option::is_some) {
        return Err(object.refused("categories by name: save the booster itself, with save_model(\"model.ubj\")"));
    }
    check_width(frame, object, booster.names.len())?;
    let missing = object.find("missing").map(|missing| missing.number()).transpose()?.filter(|x| !x.is_nan());
    let value = builder.numbers(frame, Demand::MissingAllowed);
    Ok(Some(booster.graph(&mut builder.steps(), value, missing.map(|missing| missing as f32))))
}

fn lightgbm_booster(builder: &mut Builder, object: &Object<'_>) -> Result<Option<lightgbm::Booster>> {
    let inner = object.get("_Booster")?;
    let handle = inner.find("handle").or_else(|| inner.find("_handle")).map_or_else(|| inner.get("handle"), Ok)?;
    let text = handle.text()?;
    let best = inner.find("best_iteration").and_then(|best| best.count().ok()).filter(|&best| best > 0);
    let booster = lightgbm::Booster::read(text, best, &mut builder.blockers);
    booster.map_err(|error| error.within(&handle.path))
}

fn of_lightgbm(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let Some(booster) = lightgbm_booster(builder, object)? else { return Ok(None) };
    if booster.categories.iter().any(Option::is_some) {
        return Err(
            object.refused("categories by name: save the booster itself, with booster_.save_model(\"model.txt\")")
        );
    }
    check_width(frame, object, booster.names.len())?;
    let value = builder.numbers(frame, Demand::Anything);
    Ok(Some(booster.graph(&mut builder.steps(), value)))
}

fn check_width(frame: &Frame, object: &Object<'_>, width: usize) -> Result<()> {
    if frame.width() == width {
        Ok(())
    } else {
        Err(object.wrong(format!("{} features", frame.width()), width.to_string()))
    }
}
