//! Where a layer's weights lie: in `model.weights.h5` by the place of the layer in its model, in older files by name.

use super::hdf5::File;
use crate::error::{Error, Kind, Result};
use crate::network::Tensor;
use std::collections::HashMap;

/// The weights of a file.
pub enum Store {
    /// `layers/dense_1/vars/0`: a layer is called by its class and a number, a weight by its number.
    ByPlace(File),
    /// `model_weights/<layer>/<names of scopes>/<weight>`, all listed in attributes.
    ByName(File),
}

/// The weights of a layer, or of what lies in it.
#[derive(Clone)]
pub enum Weights<'a> {
    /// A group, and the number of the layer's next weight.
    ByPlace {
        /// The file.
        file: &'a File,
        /// The group's path.
        path: String,
        /// How many weights were taken.
        next: usize,
    },
    /// Those that are left of a layer: the names after its own, and the array's path.
    ByName {
        /// The file.
        file: &'a File,
        /// Names and paths.
        all: Vec<(Vec<String>, String)>,
    },
}

impl Store {
    /// The weights of the model.
    pub fn model(&self) -> Weights<'_> {
        match self {
            Store::ByPlace(file) => Weights::ByPlace { file, path: String::new(), next: 0 },
            Store::ByName(file) => Weights::ByName { file, all: Vec::new() },
        }
    }

    /// Those of each layer of the model, which are given by their names and classes.
    pub fn layers(&self, layers: &[(&str, &str)]) -> Result<Vec<Weights<'_>>> {
        match self {
            Store::ByPlace(_) => Ok(self.model().layers(layers)),
            Store::ByName(file) => {
                layers.iter().map(|(name, _)| Ok(Weights::ByName { file, all: listed(file, name)? })).collect()
            }
        }
    }
}

/// The weights that an older file lists for a layer of the model.
fn listed(file: &File, layer: &str) -> Result<Vec<(Vec<String>, String)>> {
    let group = format!("model_weights/{layer}");
    let names = file.texts(&group, "weight_names")?.unwrap_or_default();
    let split = |name: &String| {
        // TensorFlow's names of tensors end with the number of an output.
        let plain = name.strip_suffix(":0").unwrap_or(name);
        (plain.split('/').map(str::to_owned).collect(), format!("{group}/{name}"))
    };
    Ok(names.iter().map(split).collect())
}

impl<'a> Weights<'a> {
    /// Those of each layer of a model that lies in another.
    pub fn layers(&self, layers: &[(&str, &str)]) -> Vec<Weights<'a>> {
        let mut used: HashMap<String, usize> = HashMap::new();
        let part = |(name, class): &(&str, &str)| match self {
            Weights::ByPlace { .. } => {
                let class = snake_case(class);
                let number = used.entry(class.clone()).and_modify(|number| *number += 1).or_insert(0);
                let place = if *number == 0 { class } else { format!("{class}_{number}") };
                self.within(&format!("layers/{place}"), name)
            }
            Weights::ByName { .. } => self.within("", name),
        };
        layers.iter().map(part).collect()
    }

    /// Those of what lies in a layer: in newer files at an attribute of it, in older ones under a name.
    pub fn within(&self, attribute: &str, name: &str) -> Weights<'a> {
        match self {
            Weights::ByPlace { file, path, .. } => {
                let path = if path.is_empty() { attribute.to_owned() } else { format!("{path}/{attribute}") };
                Weights::ByPlace { file, path, next: 0 }
            }
            Weights::ByName { file, all } => {
                let after = |(names, path): &(Vec<String>, String)| {
                    let at = names.iter().position(|own| own == name)?;
                    Some((names[at + 1..].to_vec(), path.clone()))
                };
                Weights::ByName { file, all: all.iter().filter_map(after).collect() }
            }
        }
    }

    /// Those of a recurrent layer's cell, whose name in older files does not matter.
    pub fn cell(&self) -> Weights<'a> {
        match self {
            Weights::ByPlace { .. } => self.within("cell", ""),
            Weights::ByName { .. } => self.clone(),
        }
    }

    /// Whether an older file has none of them.
    pub fn is_empty(&self) -> bool {
        matches!(self, Weights::ByName { all, .. } if all.is_empty())
    }

    /// Refuses weights that another layer than the one of that name has written, where the file tells.
    pub fn check_name(&self, name: &str) -> Result<()> {
        let Weights::ByPlace { file, path, .. } = self else { return Ok(()) };
        match file.text(&format!("{path}/vars"), "name")? {
            Some(found) if found != name => {
                Err(Error::new(Kind::InvalidModel, path.clone(), format!("weights of \"{name}\""), found))
            }
            _ => Ok(()),
        }
    }

    /// The layer's next weight, which has one of these names in older files, and lengths that are known or not.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`] if there is none, or one of another shape.
    pub fn take(&mut self, names: &[&str], shape: &[Option<usize>]) -> Result<Tensor> {
        let missing = |at: String, found: &str| {
            Error::new(Kind::InvalidModel, at, format!("the weight \"{}\"", names[0]), found.to_owned())
                .hint("The file does not hold all of its model: save it again with model.save.")
        };
        let (file, path) = match self {
            Weights::ByPlace { file, path, next } => {
                *next += 1;
                (&**file, format!("{path}/vars/{}", *next - 1))
            }
            Weights::ByName { file, all } => {
                let is_it =
                    |own: &&(Vec<String>, String)| own.0.last().is_some_and(|last| names.contains(&last.as_str()));
                let mut found = all.iter().filter(is_it);
                match (found.next(), found.next()) {
                    (Some((_, path)), None) => (&**file, path.clone()),
                    (None, _) => return Err(missing("weight_names".into(), "none")),
                    _ => return Err(missing("weight_names".into(), "several of that name")),
                }
            }
        };
        let tensor = file.tensor(&path)?.ok_or_else(|| missing(path.clone(), "none"))?;
        let fits = |(known, length): (&Option<usize>, &usize)| known.is_none_or(|known| known == *length);
        if tensor.rank() == shape.len() && shape.iter().zip(tensor.shape()).all(fits) {
            return Ok(tensor);
        }
        let dim = |length: &Option<usize>| length.map_or("?".into(), |length| length.to_string());
        let expected = format!("the shape [{}]", shape.iter().map(dim).collect::<Vec<_>>().join(", "));
        Err(Error::new(Kind::InvalidModel, path, expected, crate::network::shown(tensor.shape())))
    }
}

/// The name that Keras makes of a class: `Conv2DTranspose` becomes `conv2d_transpose`.
fn snake_case(class: &str) -> String {
    // re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class)), then re.sub("([a-z])([A-Z])", r"\1_\2", …).lower()
    let plain: Vec<char> = class.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut words = String::new();
    let mut i = 0;
    while i < plain.len() {
        let begins = |at: usize| {
            plain.get(at).is_some_and(char::is_ascii_uppercase)
                && plain.get(at + 1).is_some_and(char::is_ascii_lowercase)
        };
        words.push(plain[i]);
        if begins(i + 1) {
            words.push('_');
            words.push(plain[i + 1]);
            i += 2;
            while plain.get(i).is_some_and(char::is_ascii_lowercase) {
                words.push(plain[i]);
                i += 1;
            }
        } else {
            i += 1;
        }
    }
    let mut name = String::new();
    let mut before = ' ';
    for c in words.chars() {
        if before.is_ascii_lowercase() && c.is_ascii_uppercase() {
            name.push('_');
        }
        name.extend(c.to_lowercase());
        before = c;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_called_as_keras_calls_them() {
        for (class, name) in [
            ("Dense", "dense"),
            ("Conv2D", "conv2d"),
            ("Conv2DTranspose", "conv2d_transpose"),
            ("SeparableConv1D", "separable_conv1d"),
            ("LSTM", "lstm"),
            ("GRU", "gru"),
            ("SimpleRNN", "simple_rnn"),
            ("PReLU", "p_re_lu"),
            ("ReLU", "re_lu"),
            ("GlobalAveragePooling2D", "global_average_pooling2d"),
            ("MultiHeadAttention", "multi_head_attention"),
            ("InputLayer", "input_layer"),
            ("RMSNormalization", "rms_normalization"),
        ] {
            assert_eq!(snake_case(class), name);
        }
    }
}
