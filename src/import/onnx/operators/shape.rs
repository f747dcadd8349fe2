//! Operators of shapes, and constants.

use super::super::external::External;
use super::super::step::{Step, unsupported};
use super::super::tensor::{dtype, tensor, type_name};
use super::elementwise::constant_truth;
use crate::error::{Error, Kind, Result};
use crate::network::{Data, Dtype, Element, Operator, Tensor};

/// Operators of shapes, and constants.
pub fn add(mut step: Step<'_, '_>) -> Result<()> {
    let operator = match step.node.op_type {
        "Concat" => Operator::Concat { axis: step.integer("axis", 0) },
        "Constant" => {
            let constant = constant(&step)?;
            let place = step.builder.weight(constant);
            return step.is(Some(place));
        }
        "ConstantOfShape" => {
            let element = match step.find("value").and_then(|attribute| attribute.tensor.as_ref()) {
                None => Element::zero(Dtype::F32),
                Some(proto) => Element::of(&constant_tensor(proto)?).ok_or_else(|| unsupported("a text as value"))?,
            };
            Operator::ConstantOfShape(element)
        }
        "DepthToSpace" => Operator::DepthToSpace {
            block: step.integer("blocksize", 0),
            column_row: step.choice("mode", "DCR", &[("DCR", false), ("CRD", true)])?,
        },
        "Dropout" => {
            step.ignore(&["seed", "ratio"]);
            let training = step.inputs.get(2).copied().flatten();
            let trains = training.map(|_| step.builder.constant(training).and_then(constant_truth));
            if !matches!(trains, None | Some(Some(false))) {
                return Err(unsupported("dropping at random, as in training"));
            }
            step.inputs.truncate(1);
            Operator::Dropout
        }
        "Expand" => Operator::Expand,
        "Flatten" => Operator::Flatten { axis: step.integer("axis", 1) },
        "Identity" => {
            let same = step.input(0)?;
            return step.is(same);
        }
        "Range" => Operator::Range,
        "Reshape" => Operator::Reshape { zero: step.flag("allowzero", false) },
        "Shape" => Operator::Shape { start: step.integer("start", 0), end: step.find_integer("end") },
        "Size" => Operator::Size,
        "SpaceToDepth" => Operator::SpaceToDepth { block: step.integer("blocksize", 0) },
        "Split" => {
            if step.version < 13 {
                step.push_integers(1, "split");
            }
            let stated = step.integer("num_outputs", step.node.outputs.len() as i64);
            if stated != step.node.outputs.len() as i64 {
                return Err(unsupported(format!("num_outputs = {stated} with {} outputs", step.node.outputs.len())));
            }
            Operator::Split { axis: step.integer("axis", 0) }
        }
        "Tile" => Operator::Tile,
        "Transpose" => Operator::Transpose(step.integers("perm")),
        operator => {
            if step.version < 13 {
                step.push_integers(1, "axes");
            }
            if operator == "Squeeze" { Operator::Squeeze } else { Operator::Unsqueeze }
        }
    };
    step.becomes(operator)
}

/// The tensor that a Constant holds, in one of the ways that there are.
fn constant(step: &Step<'_, '_>) -> Result<Tensor> {
    let [attribute] = &step.node.attributes[..] else {
        return Err(Error::new(Kind::InvalidModel, "Constant", "one attribute", "another number of them"));
    };
    step.ignore(&[attribute.name]);
    let text = |text: &super::super::wire::Reader<'_>| text.text().map(str::to_owned);
    Ok(match (attribute.name, &attribute.tensor, attribute.bytes) {
        ("value", Some(proto), _) => constant_tensor(proto)?,
        ("value_float", ..) => Tensor::scalar(attribute.float.unwrap_or(0.0)),
        ("value_floats", ..) => {
            let numbers = attribute.floats.clone();
            Tensor::exact(Dtype::F32, vec![numbers.len()], Data::F32(numbers))
        }
        ("value_int", ..) => Tensor::exact(Dtype::I64, vec![], Data::I64(vec![attribute.integer.unwrap_or(0)])),
        ("value_ints", ..) => Tensor::integers(attribute.integers.clone()),
        ("value_string", _, Some(bytes)) => Tensor::exact(Dtype::Text, vec![], Data::Text(vec![text(&bytes)?])),
        ("value_strings", ..) => {
            let texts: Vec<String> = attribute.strings.iter().map(text).collect::<Result<_>>()?;
            Tensor::exact(Dtype::Text, vec![texts.len()], Data::Text(texts))
        }
        (name, ..) => return Err(unsupported(format!("a constant as {name}"))),
    })
}

/// The tensor that an attribute holds.
pub fn constant_tensor(proto: &super::super::proto::Tensor<'_>) -> Result<Tensor> {
    tensor(proto, &nowhere())
}

/// Attributes hold their data themselves.
fn nowhere() -> External<'static> {
    External::new(&|_, _, _| {
        Err(Error::new(Kind::Unsupported, "data", "data in the attribute", "data in another file"))
    })
}

/// The type that an attribute names.
pub fn named_type(step: &Step<'_, '_>, name: &str) -> Result<Option<Dtype>> {
    match step.find_integer(name) {
        None | Some(0) => Ok(None),
        Some(number) => {
            let found = dtype(number).ok_or_else(|| unsupported(format!("{name} = {}", type_name(number))))?;
            Ok(Some(found))
        }
    }
}
