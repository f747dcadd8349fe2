//! Activations: by name in other layers, and as layers of their own.

use super::{Flow, Step};
use crate::error::Result;
use crate::import::keras::settings::{Settings, unsupported};
use crate::import::layout::Layout;
use crate::import::value::{Value, wrong};
use crate::network::{Binary, Operator, Softmax, SoftmaxKind, Unary};

/// Keras' constants, as f32.
const SELU: Unary = Unary::Selu(1.673_263_2, 1.050_701);

/// An activation as a layer.
pub fn add(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(1)?;
    let made = match step.class() {
        "Activation" => step.activated(&input, "activation")?,
        "PReLU" => parametric(step, &input)?,
        "Softmax" => {
            if step.mask()?.is_some() {
                return Err(unsupported("a mask of steps, where it takes one of numbers"));
            }
            let axes = step.settings.find_integers("axis")?.unwrap_or_else(|| vec![-1]);
            match axes[..] {
                [axis] => step.softmax(&input, axis, SoftmaxKind::Softmax)?,
                _ => return Err(unsupported("Softmax along several axes")),
            }
        }
        class => {
            let class = class.to_owned();
            let settings = std::mem::replace(&mut step.settings, Settings::new(&Value::Null));
            let made = step.by_layer(&input, &class, &settings);
            step.settings = settings;
            made?
        }
    };
    Ok(vec![made])
}

fn parametric(step: &mut Step<'_, '_>, input: &Flow) -> Result<Flow> {
    let shared = step.settings.find_integers("shared_axes")?.unwrap_or_default();
    let mut shape = input.shape[1..].to_vec();
    for axis in shared {
        let axis = input.dimension(axis).filter(|&axis| axis > 0);
        shape[axis.ok_or_else(|| wrong("shared_axes", "dimensions", "another"))? - 1] = Some(1);
    }
    let slope = step.weight(&["alpha"], &shape, Ok)?;
    let last = step.used.graph.last(&step.used.at, input);
    let place = step.node(Operator::Binary(Binary::PRelu), &[last, slope]);
    Ok(Flow { layout: Layout::ChannelsLast, ..input.at(place) })
}

impl Step<'_, '_> {
    /// A tensor with the activation that a setting names.
    pub fn activated(&mut self, input: &Flow, setting: &str) -> Result<Flow> {
        match self.settings.find(setting) {
            None => Ok(input.clone()),
            Some(Value::Text(name)) => self.by_name(input, name),
            Some(object) => {
                let class = object.text("class_name")?;
                let config = object.part("config")?;
                if let (false, Value::Text(name)) = (is_foreign(object), config) {
                    return self.by_name(input, name);
                }
                if is_foreign(object) {
                    return Err(unsupported(format!("the function {class} of the user's own")));
                }
                let settings = Settings::new(config);
                let made = self.by_layer(input, class, &settings)?;
                settings.check_read().map(|()| made)
            }
        }
    }

    /// A function of one element that a setting names, for layers that have it inside.
    pub fn function(&self, setting: &str, absent: Unary) -> Result<Unary> {
        match self.settings.find(setting) {
            None => Ok(absent),
            Some(Value::Text(name)) => simple(name, self.used.graph.is_older)
                .ok_or_else(|| unsupported(format!("the activation {name} inside of the layer"))),
            Some(object) => match (is_foreign(object), object.part("config")?) {
                (false, Value::Text(name)) => simple(name, self.used.graph.is_older)
                    .ok_or_else(|| unsupported(format!("the activation {name} inside of the layer"))),
                _ => Err(unsupported("an activation with settings inside of the layer")),
            },
        }
    }

    /// A tensor with an activation by its name.
    pub fn by_name(&mut self, input: &Flow, name: &str) -> Result<Flow> {
        let at = self.used.at.clone();
        if let Some(function) = simple(name, self.used.graph.is_older) {
            return Ok(self.used.graph.unary(&at, function, input));
        }
        let graph = &mut self.used.graph;
        Ok(match name {
            "linear" => input.clone(),
            "relu6" => {
                let least = graph.unary(&at, Unary::Relu, input);
                graph.with_number(&at, Binary::Min, &least, 6.0)
            }
            "hard_tanh" => {
                let least = graph.with_number(&at, Binary::Max, input, -1.0);
                graph.with_number(&at, Binary::Min, &least, 1.0)
            }
            "log_sigmoid" => {
                let turned = graph.unary(&at, Unary::Neg, input);
                let soft = graph.unary(&at, Unary::Softplus, &turned);
                graph.unary(&at, Unary::Neg, &soft)
            }
            "tanh_shrink" => {
                let tanh = graph.unary(&at, Unary::Tanh, input);
                input.at(graph.node(&at, Operator::Binary(Binary::Sub), &[input.place, tanh.place]))
            }
            "softmax" => return self.softmax(input, -1, SoftmaxKind::Softmax),
            "log_softmax" => return self.softmax(input, -1, SoftmaxKind::LogSoftmax),
            name => return Err(unsupported(format!("the activation {name}"))),
        })
    }

    /// Softmax along one of Keras' axes.
    pub fn softmax(&mut self, input: &Flow, axis: i64, kind: SoftmaxKind) -> Result<Flow> {
        let axis = input.dimension(axis).ok_or_else(|| wrong("axis", "a dimension", axis))?;
        let axis = input.axis(axis) as i64;
        Ok(input.at(self.node(Operator::Softmax(Softmax { axis, flat: false, kind }), &[input.place])))
    }

    /// A tensor with an activation that is a layer with settings.
    fn by_layer(&mut self, input: &Flow, class: &str, settings: &Settings<'_>) -> Result<Flow> {
        let at = self.used.at.clone();
        // Keras 2 has other names for some settings.
        let slope = |absent: f64| match settings.find_number("negative_slope")? {
            Some(slope) => Ok(slope),
            None => settings.number("alpha", absent),
        };
        match class {
            "ELU" => Ok(self.used.graph.unary(&at, Unary::Elu(slope(1.0)? as f32), input)),
            "LeakyReLU" => Ok(self.used.graph.unary(&at, Unary::LeakyRelu(slope(0.3)? as f32), input)),
            "ReLU" => {
                let (slope, threshold) = (slope(0.0)?, settings.number("threshold", 0.0)?);
                let function = match (slope == 0.0, threshold == 0.0) {
                    (true, true) => Unary::Relu,
                    (false, true) => Unary::LeakyRelu(slope as f32),
                    (true, false) => Unary::ThresholdedRelu(threshold as f32),
                    (false, false) => return Err(unsupported("ReLU with both a threshold and a slope")),
                };
                let made = self.used.graph.unary(&at, function, input);
                Ok(match settings.find_number("max_value")? {
                    Some(most) => self.used.graph.with_number(&at, Binary::Min, &made, most),
                    None => made,
                })
            }
            class => Err(unsupported(format!("the activation {class} with settings"))),
        }
    }
}

/// Whether an object that stands for a function or a layer is not Keras' own.
fn is_foreign(object: &Value) -> bool {
    let text = |name: &str| match object.find(name) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let of_keras = |module: &str| module == "keras" || module.starts_with("keras.");
    let is_function = text("class_name") == Some("function");
    let known_by = if is_function { object.find("config") } else { object.find("class_name") };
    let own_name = match known_by {
        Some(Value::Text(name)) => name.as_str(),
        _ => "",
    };
    let module = text("module").is_some_and(|module| !of_keras(module) && module != "builtins");
    module || text("registered_name").is_some_and(|name| name != own_name)
}

/// Activations that are one function of one element.
fn simple(name: &str, is_older: bool) -> Option<Unary> {
    Some(match name {
        "celu" => Unary::Celu(1.0),
        "elu" => Unary::Elu(1.0),
        "exponential" => Unary::Exp,
        "gelu" => Unary::Gelu(false),
        // Keras 3 has relu6(x + 3) / 6, Keras 2 has 0.2 x + 0.5 between 0 and 1.
        "hard_sigmoid" if is_older => Unary::HardSigmoid(0.2, 0.5),
        "hard_sigmoid" => Unary::HardSigmoid(1.0 / 6.0, 0.5),
        "hard_silu" | "hard_swish" => Unary::HardSwish,
        "hard_shrink" => Unary::Shrink(0.0, 0.5),
        "leaky_relu" => Unary::LeakyRelu(0.2),
        "mish" => Unary::Mish,
        "relu" => Unary::Relu,
        "selu" => SELU,
        "sigmoid" => Unary::Sigmoid,
        "silu" | "swish" => Unary::Swish(1.0),
        "soft_shrink" => Unary::Shrink(0.5, 0.5),
        "softplus" => Unary::Softplus,
        "softsign" => Unary::Softsign,
        "tanh" => Unary::Tanh,
        _ => return None,
    })
}
