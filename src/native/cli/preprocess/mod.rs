//! `--labels`, `--image`, `--audio` and `--tokenizer` of `edgelet import`: what a network's numbers stand for, and how pixels, sounds
//! or texts become its inputs.

pub mod audio;
pub mod image;
mod text;

use super::Globals;
use crate::error::{Error, Kind, Result};
use crate::model::Labels;
use crate::native::store;
use crate::network::{Network, Port, Preprocessing};
use clap::Args;
use serde_json::Value;

/// The most bytes of a file of labels or settings.
const MAX_BYTES: u64 = 1 << 24;

/// What a network's file does not say.
#[derive(Args)]
#[command(next_help_heading = "Networks")]
pub struct Preprocess {
    /// What the places of the first output stand for: a file with a label a line, a JSON array of them, or the config.json of a
    /// Hugging Face model.
    #[arg(long, value_name = "FILE")]
    labels: Option<String>,
    #[command(flatten)]
    image: image::Options,
    #[command(flatten)]
    audio: audio::Options,
    /// How texts become the inputs: the tokenizer.json of a Hugging Face model (WordPiece and byte pair encoding).
    #[arg(long, value_name = "FILE")]
    tokenizer: Option<String>,
    /// What of --tokenizer is otherwise: input=NAME, mask=NAME, types=NAME, positions=NAME (which input takes what; else they are
    /// called input_ids, attention_mask, token_type_ids, position_ids), max-length=N (tokens), pad=TOKEN; may be given again.
    #[arg(long, value_name = "NAME=VALUE", requires = "tokenizer")]
    tokenizer_set: Vec<String>,
}

impl Preprocess {
    /// The first option that is there, if one is.
    pub fn given(&self) -> Option<&'static str> {
        let options = [
            ("--labels", self.labels.is_some()),
            ("--image", self.image.is_given()),
            ("--audio", self.audio.is_given()),
            ("--tokenizer", self.tokenizer.is_some()),
        ];
        options.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name)
    }

    /// The network with what was asked for.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for what is no file of labels, no setting, or does not fit the network.
    pub fn added(&self, network: Network, globals: Globals) -> Result<Network> {
        let mut parts = network.into_parts();
        if let Some(file) = &self.labels {
            let labels = labels(&store::read_within(file, MAX_BYTES, globals)?)
                .map_err(|error| error.within(&store::shown(file)))?;
            parts.classes = Some(Labels::Strings(labels));
        }
        if let Some(settings) = self.image.settings(globals)? {
            let (input, image) = settings.fitted(&parts.inputs)?;
            parts.preprocessing.retain(|preprocessing| preprocessing.input() != input);
            parts.preprocessing.push(Preprocessing::Image { input: input as u32, image });
        }
        if let Some(settings) = self.audio.settings(globals)? {
            let made = settings.fitted(&parts.inputs)?;
            parts.preprocessing.retain(|other| other.made().iter().all(|input| *input != made.input()));
            parts.preprocessing.push(made);
        }
        if let Some(file) = &self.tokenizer {
            let bytes = store::read_within(file, text::MAX_BYTES, globals)?;
            let made = text::preprocessing(&bytes, &self.tokenizer_set, &parts.inputs)
                .map_err(|error| error.within(&store::shown(file)))?;
            let inputs = made.made();
            parts.preprocessing.retain(|other| other.made().iter().all(|input| !inputs.contains(input)));
            parts.preprocessing.push(made);
        }
        Network::new(parts).map_err(|error| {
            Error::new(Kind::BadOption, error.at().to_owned(), error.expected().to_owned(), error.found().to_owned())
                .hint("`edgelet inspect` tells the shapes of a network; --image-set, --audio-set and --tokenizer-set change one setting.")
        })
    }
}

/// The input of that name, or the only one.
fn input(option: &'static str, name: Option<&str>, inputs: &[Port]) -> Result<usize> {
    let found = match name {
        Some(name) => inputs.iter().position(|port| port.name == name),
        None => Some(0).filter(|_| inputs.len() == 1),
    };
    found.ok_or_else(|| {
        let names: Vec<&str> = inputs.iter().map(|port| port.name.as_str()).collect();
        let expected = format!("one of {}", names.join(", "));
        Error::new(Kind::BadOption, option, expected, name.unwrap_or("none").to_owned())
    })
}

/// The labels in a file: `["cat", "dog"]`, `{"id2label": {"0": "cat", "1": "dog"}}`, `{"0": ["n02123045", "cat"]}`, or a line each.
fn labels(bytes: &[u8]) -> Result<Vec<String>> {
    let wrong = |at: String, expected: &str, found: String| Error::new(Kind::BadOption, at, expected.to_owned(), found);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| wrong(format!("byte {}", error.valid_up_to()), "text in UTF-8", "other bytes".into()))?;
    let text = text.trim_start_matches('\u{feff}');
    let labels: Vec<String> = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(labels)) => (labels.iter().enumerate())
            .map(|(i, label)| word(label).ok_or_else(|| wrong(format!("[{i}]"), "a label", label.to_string())))
            .collect::<Result<_>>()?,
        Ok(Value::Object(object)) => {
            let numbered = object.get("id2label").and_then(Value::as_object).unwrap_or(&object);
            let label = |i: usize| {
                let label = numbered.get(&i.to_string());
                let label = label.and_then(|label| word(label.as_array().and_then(|all| all.last()).unwrap_or(label)));
                label.ok_or_else(|| wrong(format!("\"{i}\""), "a label for each number from 0", "none".into()))
            };
            (0..numbered.len()).map(label).collect::<Result<_>>()?
        }
        _ => text.trim_end().lines().map(|line| line.trim().to_owned()).collect(),
    };
    if let Some(i) = labels.iter().position(String::is_empty) {
        return Err(wrong(format!("label {i}"), "a label", "an empty one".into()));
    }
    Ok(labels)
}

/// A label in JSON.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(label) => Some(label.clone()),
        Value::Number(label) => Some(label.to_string()),
        Value::Bool(label) => Some(label.to_string()),
        _ => None,
    }
}
