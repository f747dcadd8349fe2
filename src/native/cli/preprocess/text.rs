//! Which inputs of a network texts become, and by which tokenizer.

use crate::error::{Error, Kind, Result};
use crate::import::tokenizer::{self, Settings};
use crate::network::{Beside, Dim, Port, Preprocessing};

/// The most bytes of a tokenizer.json.
pub const MAX_BYTES: u64 = 1 << 27;

/// What Hugging Face calls the inputs of ids, masks, types and positions.
const NAMES: [(&str, &[&str]); 4] = [
    ("input", &["input_ids", "ids", "tokens"]),
    ("mask", &["attention_mask", "mask"]),
    ("types", &["token_type_ids", "segment_ids"]),
    ("positions", &["position_ids"]),
];

/// How texts become the inputs that the settings name, or those that are called as Hugging Face calls them.
pub fn preprocessing(bytes: &[u8], set: &[String], inputs: &[Port]) -> Result<Preprocessing> {
    let wrong = |name: &str, expected: String, found: &str| {
        Error::new(Kind::BadOption, format!("--tokenizer-set {name}"), expected, format!("{found:?}"))
    };
    let named = |name: &str| inputs.iter().position(|port| port.name == name);
    let mut places = NAMES.map(|(_, names)| names.iter().find_map(|name| named(name)));
    let mut settings = Settings::default();
    for setting in set {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        let number = || value.parse().map_err(|_| wrong(name, "a number of tokens".into(), value));
        match (name, NAMES.iter().position(|(known, _)| *known == name)) {
            (_, Some(which)) => {
                let names = || inputs.iter().map(|port| port.name.as_str()).collect::<Vec<_>>().join(", ");
                let place = named(value).ok_or_else(|| wrong(name, format!("one of {}", names()), value))?;
                // An input is one thing only.
                places.iter_mut().filter(|other| **other == Some(place)).for_each(|other| *other = None);
                places[which] = Some(place);
            }
            ("max-length", _) => settings.most = Some(number()?),
            ("pad", _) => settings.pad = Some(value.to_owned()),
            _ => return Err(wrong(name, "input, mask, types, positions, max-length or pad".into(), setting)),
        }
    }
    let [ids, mask, types, positions] = places.map(|place| place.map(|place| place as u32));
    let ids = ids.or(Some(0).filter(|_| inputs.len() == 1));
    let Some(input) = ids else {
        return Err(wrong("input", "the input of a network that takes ids".into(), "none"));
    };
    settings.length = match inputs[input as usize].shape.as_deref() {
        Some([_, Dim::Fixed(length)]) => Some(*length),
        _ => None,
    };
    let tokenizer = Box::new(tokenizer::import(bytes, &settings)?);
    Ok(Preprocessing::Text { input, beside: Beside { mask, types, positions }, tokenizer })
}
