//! Operators that tell categories by a list of them.

use super::super::operators::constant_tensor;
use super::super::step::{Step, unsupported};
use super::make::Value;
use super::unsound;
use crate::error::Result;
use crate::network::{Binary, Data, Dtype, Operator, Reduction, Tensor, Unary};

/// OneHotEncoder: 1 at the place of the category, in a new last dimension.
pub fn one_hot(mut step: Step<'_, '_>) -> Result<()> {
    let (texts, numbers) = (step.texts("cats_strings")?, step.integers("cats_int64s"));
    let (allows_others, given) = (step.flag("zeros", true), step.input(0)?);
    let (keys, given) = match (texts.is_empty(), numbers.is_empty()) {
        (false, true) => (text_tensor(&texts), given),
        (true, false) => (Tensor::integers(numbers), step.cast(Dtype::I64, given)),
        _ => return Err(unsound("cats", "either texts or whole numbers", "both or none")),
    };
    if !duplicates(&keys).is_empty() {
        return Err(unsound("cats", "distinct categories", "one twice"));
    }
    let count = keys.len() as i64;
    let is_it = compared(&mut step, given, keys);
    if allows_others {
        let ones = step.cast(Dtype::F32, is_it);
        return step.is(ones);
    }
    // A category that is none is one place past the end of this list: an error when the network runs, as it has to be.
    let list = step.constant(Tensor::integers((0..count).collect()));
    let back = picked(&mut step, is_it, (0..count).map(|i| count - i).collect());
    let (depth, values) = (step.integer_constant(count), step.floats_as(Dtype::F32, &[2], vec![0.0, 1.0]));
    let place = step.binary(Binary::Sub, depth, back);
    let place = step.make(Operator::Gather { axis: 0 }, &[list, place]);
    let ones = step.make(Operator::OneHot { axis: -1 }, &[place, depth, values]);
    step.is(ones)
}

/// CategoryMapper: texts to whole numbers or back.
pub fn mapper(mut step: Step<'_, '_>) -> Result<()> {
    let (texts, numbers) = (step.texts("cats_strings")?, step.integers("cats_int64s"));
    let pairs = (text_tensor(&texts), Tensor::integers(numbers));
    both_ways(&mut step, pairs).and_then(|values| step.is(values))
}

/// LabelEncoder: values for keys.
pub fn labels(mut step: Step<'_, '_>) -> Result<()> {
    if step.version == 1 {
        let texts = step.texts("classes_strings")?;
        let places = (0..texts.len() as i64).collect();
        return both_ways(&mut step, (text_tensor(&texts), Tensor::integers(places)))
            .and_then(|values| step.is(values));
    }
    let defaults = Defaults::read(&step)?;
    let (keys, values) = (list(&step, "keys")?, list(&step, "values")?);
    let default = match step.find("default_tensor").and_then(|attribute| attribute.tensor.as_ref()) {
        None => defaults.of(values.dtype()),
        Some(proto) => constant_tensor(proto)?,
    };
    let mapped = looked_up(&mut step, keys, values, default)?;
    step.is(mapped)
}

/// What stands for a key that is none.
struct Defaults<'a> {
    text: &'a str,
    integer: i64,
    float: f32,
}

impl<'a> Defaults<'a> {
    fn read(step: &Step<'a, '_>) -> Result<Self> {
        Ok(Self {
            text: step.text("default_string", "_Unused")?,
            integer: step.integer("default_int64", -1),
            float: step.float("default_float", -0.0),
        })
    }

    fn of(&self, dtype: Dtype) -> Tensor {
        let data = match dtype {
            Dtype::Text => Data::Text(vec![self.text.to_owned()]),
            Dtype::F64 => Data::F64(vec![f64::from(self.float)]),
            _ if dtype.is_float() => Data::F32(vec![self.float]),
            _ => Data::I64(vec![self.integer]),
        };
        Tensor::rounded(dtype, vec![1], data)
    }
}

/// The keys or values of a LabelEncoder, in one of the ways that there are.
fn list(step: &Step<'_, '_>, what: &str) -> Result<Tensor> {
    let name = |kind: &str| format!("{what}_{kind}");
    let texts = step.texts(&name("strings"))?;
    let (numbers, floats) = (step.integers(&name("int64s")), step.floats(&name("floats")).unwrap_or_default());
    let tensor = step.find(&name("tensor")).and_then(|attribute| attribute.tensor.as_ref());
    match (texts.is_empty(), numbers.is_empty(), floats.is_empty(), tensor) {
        (false, true, true, None) => Ok(text_tensor(&texts)),
        (true, false, true, None) => Ok(Tensor::integers(numbers)),
        (true, true, false, None) => Ok(Tensor::exact(Dtype::F32, vec![floats.len()], Data::F32(floats))),
        (true, true, true, Some(proto)) => {
            let tensor = constant_tensor(proto)?;
            let length = tensor.len();
            tensor.reshaped(vec![length])
        }
        _ => Err(unsound(what, "one list", "several or none")),
    }
}

/// Texts to whole numbers, or whole numbers to texts: what comes in tells which.
fn both_ways(step: &mut Step<'_, '_>, (texts, numbers): (Tensor, Tensor)) -> Result<Value> {
    let defaults = Defaults::read(step)?;
    let given = step.input(0)?;
    match step.builder.outline(given).dtype {
        Some(Dtype::Text) => looked_up(step, texts, numbers, defaults.of(Dtype::I64)),
        Some(Dtype::I64) => looked_up(step, numbers, texts, defaults.of(Dtype::Text)),
        _ => Err(unsupported(format!("{} of what may be texts or whole numbers", step.node.op_type))),
    }
}

/// The value of each element's key, or the default where it is none. Of a key that is there twice the first counts.
fn looked_up(step: &mut Step<'_, '_>, keys: Tensor, values: Tensor, default: Tensor) -> Result<Value> {
    if keys.len() != values.len() || keys.is_empty() {
        return Err(unsound("values", format!("{}, one for each key", keys.len()), values.len()));
    }
    if default.len() != 1 || default.dtype() != values.dtype() {
        return Err(unsound("default", format!("one of type {}", values.dtype().name()), default.dtype().name()));
    }
    let twice = duplicates(&keys);
    let places = (0..keys.len()).map(|i| if twice.contains(&i) { 0 } else { i as i64 + 1 }).collect();
    // NaN is no number that another equals, but a key since version 4.
    let nan = match keys.data() {
        Data::F32(x) => x.iter().position(|x| x.is_nan()),
        Data::F64(x) => x.iter().position(|x| x.is_nan()),
        _ => None,
    };
    let given = step.input(0)?;
    let is_it = compared(step, given, keys);
    let mut place = picked(step, is_it, places);
    if let Some(nan) = nan.filter(|_| step.version >= 4) {
        let is_nan = step.unary(Unary::IsNan, given);
        let is_nan = step.cast(Dtype::I64, is_nan);
        let factor = step.integer_constant(nan as i64 + 1);
        let more = step.binary(Binary::Mul, is_nan, factor);
        place = step.binary(Binary::Add, place, more);
    }
    let (default, values) = (step.constant(default.reshaped(vec![1])?), step.constant(values));
    let table = step.make(Operator::Concat { axis: 0 }, &[default, values]);
    Ok(step.make(Operator::Gather { axis: 0 }, &[table, place]))
}

/// Whether each element is each of the keys, in a new last dimension.
fn compared(step: &mut Step<'_, '_>, given: Value, keys: Tensor) -> Value {
    let keys = step.constant(keys);
    let given = step.unsqueezed(given, -1);
    step.binary(Binary::Equal, given, keys)
}

/// The whole number of the one that is true in the last dimension, or 0.
fn picked(step: &mut Step<'_, '_>, is_it: Value, numbers: Vec<i64>) -> Value {
    let (ones, numbers) = (step.cast(Dtype::I64, is_it), step.constant(Tensor::integers(numbers)));
    let all = step.binary(Binary::Mul, ones, numbers);
    step.reduce(Reduction::Sum, false, all)
}

fn text_tensor(texts: &[&str]) -> Tensor {
    Tensor::exact(Dtype::Text, vec![texts.len()], Data::Text(texts.iter().map(|text| (*text).to_owned()).collect()))
}

/// The places of keys that are there before.
fn duplicates(keys: &Tensor) -> Vec<usize> {
    fn again<T: Ord>(keys: impl Iterator<Item = T>) -> Vec<usize> {
        let mut seen = std::collections::BTreeSet::new();
        keys.enumerate().filter_map(|(i, key)| (!seen.insert(key)).then_some(i)).collect()
    }
    match keys.data() {
        // Zeros of both signs are one number.
        Data::F32(x) => again(x.iter().map(|x| (x + 0.0).to_bits())),
        Data::F64(x) => again(x.iter().map(|x| (x + 0.0).to_bits())),
        Data::I64(x) => again(x.iter()),
        Data::Text(x) => again(x.iter()),
    }
}
