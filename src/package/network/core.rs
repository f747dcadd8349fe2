//! The core of a package of a network.

use crate::error::{Error, Kind, Result};
use crate::infer::{Inference, crossing};
use crate::network::{Data, Dtype, Network, Preprocessing, Tensor, sample};
use crate::package::engine::Engine;
use crate::package::shake::{self, Choosers, Machine, Shaken, Subject, opening, smaller};

/// The functions of the core that choose by the network alone what to call (`src/infer`).
const CHOOSERS: [&str; 2] = ["edgelet::infer::run", "<edgelet::infer::prepared::Prepared>::run"];
/// Up to how many bytes of its file a network may be smaller set up: what decodes it is less than a hundredth of a larger one.
const WORTH_FREEZING: usize = 1 << 20;
/// What scripts call to run any network.
const ASK: [&str; 11] = [
    "memory",
    "malloc",
    "give",
    "run",
    "made_rank",
    "made_length",
    "tell_type",
    "tell_bytes",
    "told_address",
    "told_length",
    "forget",
];

/// The core for a network whose file is fetched.
///
/// # Errors
/// [`Kind::Unsupported`] if the core cannot run it: a 32-bit memory may be too small. [`Kind::Parity`] if it makes other
/// numbers than the host, which would be an error of edgelet's.
pub fn fetching(engine: &dyn Engine, core: &[u8], network: &Network, file: &[u8]) -> Result<Shaken> {
    let wasm = opening(engine, core, network, file)?.emit_wasm();
    network.prove(&mut Machine::new(engine, &wasm, Some(file))?)?;
    Ok(Shaken { wasm, is_set_up: false })
}

/// The core for a network, with the network in it; set up if it has to be `ready`.
///
/// # Errors
/// Those of [`fetching`].
pub fn holding(engine: &dyn Engine, core: &[u8], network: &Network, file: &[u8], ready: bool) -> Result<Shaken> {
    let frozen = || Ok(shake::frozen(engine, core, network, file)?.emit_wasm());
    let opening = || {
        let mut module = opening(engine, core, network, file)?;
        shake::carry(&mut module, file);
        Ok(module.emit_wasm())
    };
    let (wasm, is_set_up) = match (ready, file.len() > WORTH_FREEZING) {
        (true, _) => (frozen()?, true),
        (false, true) => (opening()?, false),
        (false, false) => smaller(frozen()?, opening()?)?,
    };
    network.prove(&mut Machine::new(engine, &wasm, (!is_set_up).then_some(file))?)?;
    Ok(Shaken { wasm, is_set_up })
}

impl Subject for Network {
    fn choosers(&self) -> Choosers {
        // What kernels call from tables depends on tensors.
        Choosers { functions: &CHOOSERS, table: false }
    }

    fn asked(&self) -> Vec<&'static str> {
        let mut asked = ASK.to_vec();
        let mut takes_texts = self.inputs().iter().any(|port| port.dtype == Dtype::Text);
        if takes_texts {
            asked.push("give_texts");
        }
        for preprocessing in self.preprocessing() {
            asked.push(match preprocessing {
                Preprocessing::Image { .. } => "give_image",
                Preprocessing::Audio { .. } => "give_audio",
                Preprocessing::Text { .. } => {
                    takes_texts = true;
                    "give_sentences"
                }
            });
        }
        if takes_texts {
            asked.push("take_text");
        }
        if self.outputs().iter().any(|(port, _)| port.dtype == Dtype::Text) {
            asked.push("tell_text");
        }
        asked
    }

    /// Which functions nodes call follows from the network: they are called with nothing.
    fn choose(&self, machine: &mut Machine) -> Result<()> {
        machine.call("visit", &[]).map(|_| ())
    }

    /// By the network's own examples, or by zeros.
    fn prove(&self, machine: &mut Machine) -> Result<()> {
        let inference = Inference::new(self.clone());
        let mut examples: Vec<Vec<Tensor>> = self.examples().tensors.iter().map(|(given, _)| given.clone()).collect();
        if examples.is_empty() {
            examples.push(sample(self)?);
        }
        for (i, given) in examples.into_iter().enumerate() {
            for (tensor, input) in given.iter().zip(0..) {
                give(machine, input, tensor)?;
            }
            // A network may take no zeros: those are an error in the core, too.
            let expected = inference.run(given).unwrap_or_default();
            let is_done = machine.call("run", &[])? != 0;
            let differs = |at: String| {
                Error::new(Kind::Parity, at, "this program's own numbers", "others")
                    .hint("This is an error of edgelet's: report it with the network.")
            };
            if is_done == expected.is_empty() {
                return Err(differs(format!("example {i}")));
            }
            for ((expected, (port, _)), output) in expected.iter().zip(self.outputs()).zip(0..) {
                if with_one_nan(expected, made(machine, output, expected)?) != with_one_nan(expected, parts(expected)) {
                    return Err(differs(format!("example {i}: {}", port.name)));
                }
            }
            machine.call("forget", &[])?;
        }
        Ok(())
    }
}

/// What a tensor is where it crosses: its shape, and the bytes of its elements or its texts.
type Parts = (Vec<usize>, Vec<Vec<u8>>);

fn parts(tensor: &Tensor) -> Parts {
    let elements = match tensor.data() {
        Data::Text(texts) => texts.iter().map(|text| text.clone().into_bytes()).collect(),
        data => {
            let mut bytes = Vec::new();
            data.write_bytes(crossing(tensor.dtype()), &mut bytes);
            vec![bytes]
        }
    };
    (tensor.shape().to_vec(), elements)
}

fn give(machine: &mut Machine, input: u32, tensor: &Tensor) -> Result<()> {
    let (shape, elements) = parts(tensor);
    let lengths: Vec<u8> = shape.iter().flat_map(|&length| (length as u32).to_le_bytes()).collect();
    let is_text = tensor.dtype() == Dtype::Text;
    if is_text {
        elements.iter().try_for_each(|text| machine.give("take_text", text))?;
    }
    let [at, rank] = machine.put(&lengths, 4)?;
    match is_text {
        true => machine.call("give_texts", &[input, at, rank])?,
        false => {
            let [bytes, length] = machine.put(&elements.concat(), 1)?;
            machine.call("give", &[input, at, rank, bytes, length])?
        }
    };
    Ok(())
}

/// The same with one NaN for all: engines make others, and none of them is a number.
fn with_one_nan(tensor: &Tensor, (shape, mut elements): Parts) -> Parts {
    for bytes in &mut elements {
        match crossing(tensor.dtype()) {
            Dtype::F32 => bytes.as_chunks_mut().0.iter_mut().for_each(|x| {
                *x = if f32::from_le_bytes(*x).is_nan() { f32::NAN.to_le_bytes() } else { *x };
            }),
            Dtype::F64 => bytes.as_chunks_mut().0.iter_mut().for_each(|x| {
                *x = if f64::from_le_bytes(*x).is_nan() { f64::NAN.to_le_bytes() } else { *x };
            }),
            _ => {}
        }
    }
    (shape, elements)
}

/// What the core made of an output, as [`parts`] has it; of texts as many as are expected.
fn made(machine: &mut Machine, output: u32, expected: &Tensor) -> Result<Parts> {
    let rank = machine.call("made_rank", &[output])?;
    let shape = (0..rank).map(|dimension| Ok(machine.call("made_length", &[output, dimension])? as usize));
    let shape = shape.collect::<Result<Vec<usize>>>()?;
    let told = |machine: &mut Machine| {
        let address = machine.call("told_address", &[])?;
        let length = machine.call("told_length", &[])?;
        machine.read(address, length as usize)
    };
    let mut elements = Vec::new();
    if expected.dtype() != Dtype::Text {
        machine.call("tell_bytes", &[output])?;
        elements.push(told(machine)?);
    } else if shape == expected.shape() {
        for place in 0..expected.len() as u32 {
            machine.call("tell_text", &[output, place])?;
            elements.push(told(machine)?);
        }
    }
    Ok((shape, elements))
}
