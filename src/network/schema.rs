//! What there is to know of a network for those who give it something and take what it makes: what JavaScript has as `schema`.

use super::{Dim, Network, Port, Preprocessing};
use crate::model::Labels;
use serde::Serialize;

/// Inputs, outputs, labels and provenance; `Classes` are labels as whoever writes it has them.
#[derive(Serialize)]
pub struct Schema<'a, Classes> {
    inputs: Vec<SchemaPort<'a>>,
    outputs: Vec<SchemaPort<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Classes>,
    provenance: SchemaProvenance<'a>,
}

#[derive(Serialize)]
struct SchemaPort<'a> {
    name: &'a str,
    dtype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<Vec<SchemaDim<'a>>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    images: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    texts: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<SchemaAudio>,
    /// The input whose texts it is made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemaAudio {
    sample_rate: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<u32>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SchemaDim<'a> {
    Fixed(u32),
    Any(&'a str),
}

#[derive(Serialize)]
struct SchemaProvenance<'a> {
    framework: &'a str,
    version: &'a str,
    estimator: &'a str,
}

impl<'a, Classes> Schema<'a, Classes> {
    /// That of a network.
    pub fn of(network: &'a Network, classes: impl FnOnce(&'a Labels) -> Classes) -> Self {
        let provenance = network.provenance();
        Self {
            inputs: (network.inputs().iter().enumerate())
                .map(|(i, port)| {
                    let made_by = network.preprocessing().iter().find(|found| found.made().contains(&i));
                    let own = made_by.filter(|found| found.input() == i);
                    SchemaPort {
                        images: matches!(own, Some(Preprocessing::Image { .. })),
                        texts: matches!(own, Some(Preprocessing::Text { .. })),
                        audio: match own {
                            Some(Preprocessing::Audio { audio, .. }) => {
                                Some(SchemaAudio { sample_rate: audio.rate, samples: audio.samples })
                            }
                            _ => None,
                        },
                        with: made_by.filter(|_| own.is_none()).map(|found| &network.inputs()[found.input()].name[..]),
                        ..described(port)
                    }
                })
                .collect(),
            outputs: network.outputs().iter().map(|(port, _)| described(port)).collect(),
            classes: network.classes().map(classes),
            provenance: SchemaProvenance {
                framework: &provenance.framework,
                version: &provenance.version,
                estimator: &provenance.estimator,
            },
        }
    }
}

fn described(port: &Port) -> SchemaPort<'_> {
    fn dim(dim: &Dim) -> SchemaDim<'_> {
        match dim {
            Dim::Fixed(length) => SchemaDim::Fixed(*length),
            Dim::Any(name) => SchemaDim::Any(name),
        }
    }
    let shape = port.shape.as_ref().map(|shape| shape.iter().map(dim).collect());
    SchemaPort {
        name: &port.name,
        dtype: port.dtype.name(),
        shape,
        images: false,
        texts: false,
        audio: None,
        with: None,
    }
}
