//! TFLite's graph → a [`Network`]'s: tensors by number become places, and what stands in the way is collected.

use super::constant::{Constant, bytes};
use super::flatbuffer::File;
use super::names;
use super::operators;
use super::schema::{Model, Operator as Node, Tensor as Told};
use super::step::{Step, unsupported};
use crate::error::{Error, Kind, Result};
use crate::import::blockers::Blockers;
use crate::import::layout::{Layout, Turned};
use crate::import::network::{Builder, Place};
use crate::model::Provenance;
use crate::network::{Data, Dim, Dtype, Network, Operator, Port, Quantization, Tensor};
use std::collections::HashMap;

/// A network in the making.
pub struct Graph<'a> {
    /// What it is made with.
    pub network: Builder,
    file: &'a File<'a>,
    model: &'a Model<'a>,
    /// Where each tensor is, once it is made, and how it lies.
    made: Vec<Option<(Place, Layout)>>,
    /// Of tensors that are only others as floats, which that is.
    floats_of: HashMap<usize, usize>,
    /// Constants that were asked for.
    weights: HashMap<Form, Place>,
    /// Tensors in another order of dimensions.
    turned: Turned,
    /// Whole numbers as floats.
    opened: HashMap<Place, Place>,
    /// What of the numbers is not float32.
    pub kinds: Kinds,
}

/// Which tensor, its shape, and whether it is as floats.
type Form = (usize, Vec<usize>, Layout, bool);

/// What is computed with besides float32.
#[derive(Default)]
pub struct Kinds {
    /// Tensors between operators are whole numbers that stand for floats.
    pub whole: bool,
    /// Products of floats with whole numbers.
    pub mixed: bool,
    /// Weights of float16.
    pub half: bool,
}

impl<'a> Graph<'a> {
    /// What the file tells of a tensor.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`] if it is not there, [`Kind::Unsupported`] for what is not read.
    pub fn told(&self, tensor: usize) -> Result<&'a Told<'a>> {
        let tensors = &self.model.graph.tensors;
        let told = tensors.get(tensor).ok_or_else(|| {
            Error::new(Kind::InvalidModel, "tensors", format!("{} tensors", tensors.len()), format!("number {tensor}"))
        })?;
        match told.oddity {
            Some(oddity) => Err(unsupported(format!("{oddity} (\"{}\")", told.name))),
            None => Ok(told),
        }
    }

    /// The type of a tensor's elements.
    pub fn dtype(&self, tensor: usize) -> Result<Dtype> {
        let told = self.told(tensor)?;
        told.dtype().ok_or_else(|| unsupported(format!("{} (\"{}\")", told.type_name(), told.name)))
    }

    /// The numbers of a tensor, if they are in the file.
    pub fn constant(&self, tensor: usize) -> Result<Option<Constant>> {
        let source = self.floats_of.get(&tensor).copied().unwrap_or(tensor);
        let told = self.told(source)?;
        let Some(buffer) = self.model.buffers.get(told.buffer as usize).filter(|_| self.made[source].is_none()) else {
            return Ok(None);
        };
        let Some(bytes) = bytes(self.file, buffer)? else { return Ok(None) };
        self.file.count(bytes.len())?;
        Constant::read(told, bytes).map(Some).map_err(|error| error.within(&format!("tensor \"{}\"", told.name)))
    }

    /// Lets a tensor be the floats that another one, which is in the file, stands for.
    pub fn is_floats_of(&mut self, tensor: usize, source: usize) -> Result<()> {
        self.check_new(tensor)?;
        let source = self.floats_of.get(&source).copied().unwrap_or(source);
        self.floats_of.insert(tensor, source);
        Ok(())
    }

    /// Says where a tensor is.
    pub fn give(&mut self, tensor: usize, place: Place, layout: Layout) -> Result<()> {
        self.check_new(tensor)?;
        self.made[tensor] = Some((place, layout));
        Ok(())
    }

    fn check_new(&self, tensor: usize) -> Result<()> {
        match self.made.get(tensor).is_some_and(Option::is_none) && !self.floats_of.contains_key(&tensor) {
            true => Ok(()),
            false => {
                Err(Error::new(Kind::InvalidModel, "outputs", "tensors that nobody made before", format!("{tensor}")))
            }
        }
    }

    /// How a tensor lies; as TFLite has it if it is a constant.
    pub fn layout(&self, tensor: usize) -> Option<Layout> {
        self.made.get(tensor).copied().flatten().map(|(_, layout)| layout)
    }

    /// A tensor that lies in the given way, with dimensions of length 1 before its own until it has so many; as floats if its
    /// whole numbers stand for some and that is asked for.
    pub fn laid(&mut self, name: &str, tensor: usize, layout: Layout, rank: usize, as_floats: bool) -> Result<Place> {
        let as_floats = as_floats || self.floats_of.contains_key(&tensor);
        if let Some((place, own)) = self.made.get(tensor).copied().flatten() {
            if place == Place::Refused {
                return Ok(place);
            }
            let own_rank = self.told(tensor)?.shape.len();
            let order = match (own, layout) {
                (Layout::ChannelsLast, Layout::ChannelsSecond) => layout.order(own_rank),
                (Layout::ChannelsSecond, Layout::ChannelsLast) => own.back(own_rank),
                _ => (0..own_rank as i64).collect(),
            };
            let turned = self.turned.turn(&mut self.network, name, place, order);
            return if as_floats { self.floats(name, tensor, turned) } else { Ok(turned) };
        }
        let told = self.told(tensor)?;
        if told.is_variable {
            return Err(unsupported(format!(
                "a variable (\"{}\"), which keeps what it holds from run to run",
                told.name
            )));
        }
        let constant = self.constant(tensor)?;
        let constant = constant.ok_or_else(|| {
            let expected = "a tensor that is made before or is in the file";
            Error::new(Kind::InvalidModel, "inputs", expected, format!("\"{}\"", told.name))
        })?;
        self.kinds.half |= constant.tensor.dtype() == Dtype::F16;
        self.place(tensor, constant, layout, rank, as_floats)
    }

    /// A constant as a weight, once for each form of it.
    fn place(
        &mut self,
        tensor: usize,
        constant: Constant,
        layout: Layout,
        rank: usize,
        as_floats: bool,
    ) -> Result<Place> {
        let own = constant.tensor.shape().to_vec();
        // One alone is for all, whatever the shape.
        let is_one = constant.tensor.len() == 1 && own.len() <= rank && layout == Layout::ChannelsSecond;
        let before = rank.saturating_sub(own.len());
        let shape = match layout {
            _ if is_one => Vec::new(),
            Layout::ChannelsLast => own.clone(),
            Layout::ChannelsSecond => [vec![1; before], own.clone()].concat(),
        };
        let form = (tensor, shape.clone(), layout, as_floats);
        if let Some(place) = self.weights.get(&form) {
            return Ok(*place);
        }
        let axis = constant.quantization.as_ref().map_or(0, |quantization| quantization.axis);
        let axis = if shape.len() > own.len() { axis + before } else { axis };
        let mut constant = constant.reshaped(shape, axis)?;
        if layout == Layout::ChannelsSecond && !is_one {
            let order = layout.order(constant.tensor.rank());
            constant = constant.turned(&order.into_iter().map(|axis| axis as usize).collect::<Vec<_>>());
        }
        let weight = if as_floats { constant.weight()? } else { constant.tensor.into() };
        let place = self.network.weight(weight);
        self.weights.insert(form, place);
        Ok(place)
    }

    /// What whole numbers stand for; floats are what they are.
    fn floats(&mut self, name: &str, tensor: usize, place: Place) -> Result<Place> {
        let told = self.told(tensor)?;
        let Some(quantization) = &told.quantization else { return Ok(place) };
        if self.dtype(tensor)?.is_float() {
            return Ok(place);
        }
        if let Some(opened) = self.opened.get(&place) {
            return Ok(*opened);
        }
        let (scale, zero) = self.one(tensor, quantization.one())?;
        let opened = self.dequantized(name, place, scale, zero);
        self.opened.insert(place, opened);
        Ok(opened)
    }

    /// The scale and the zero point of all numbers of a tensor, of bytes only.
    pub fn scale(&self, tensor: usize) -> Result<(Tensor, Tensor)> {
        let told = self.told(tensor)?;
        self.one(tensor, told.quantization.as_ref().and_then(|quantization| quantization.one()))
    }

    fn one(&self, tensor: usize, one: Option<(f32, i64)>) -> Result<(Tensor, Tensor)> {
        let (dtype, name) = (self.dtype(tensor)?, self.told(tensor)?.name);
        let (scale, zero) = one.ok_or_else(|| unsupported(format!("several scales, or none, of \"{name}\"")))?;
        if !matches!(dtype, Dtype::I8 | Dtype::U8) {
            return Err(unsupported(format!(
                "{} that stands for floats (\"{name}\"); int8 and uint8 are read",
                dtype.name()
            )));
        }
        let zero = Tensor::new(dtype, Vec::new(), Data::I64(vec![zero]))?;
        Ok((Tensor::scalar(scale), zero))
    }

    /// Floats for whole numbers.
    pub fn dequantized(&mut self, name: &str, place: Place, scale: Tensor, zero: Tensor) -> Place {
        let operator = Operator::DequantizeLinear(Quantization { axis: 0, block: 0, dtype: None });
        let inputs = vec![place, self.network.weight(scale), self.network.weight(zero)];
        Place::Made(self.network.node(name.to_owned(), operator, inputs.into_iter().map(Some).collect(), 1))
    }

    /// Whole numbers for floats, with one scale or one for each place along an axis.
    pub fn quantized(&mut self, name: &str, place: Place, axis: i64, scale: Tensor, zero: Tensor) -> Place {
        let operator = Operator::QuantizeLinear(Quantization { axis, block: 0, dtype: None });
        let inputs = vec![place, self.network.weight(scale), self.network.weight(zero)];
        Place::Made(self.network.node(name.to_owned(), operator, inputs.into_iter().map(Some).collect(), 1))
    }
}

/// The network that a model is.
pub fn read<'a>(file: &'a File<'a>, model: &'a Model<'a>) -> Result<Network> {
    let mut blockers = Blockers::default();
    if !model.others.is_empty() {
        blockers.add("signature_defs", format!("several signatures, or of other graphs: {}", model.others.join(", ")));
    }
    let mut graph = Graph {
        network: Builder::default(),
        file,
        model,
        made: vec![None; model.graph.tensors.len()],
        floats_of: HashMap::new(),
        weights: HashMap::new(),
        turned: Turned::default(),
        opened: HashMap::new(),
        kinds: Kinds::default(),
    };
    let mut inputs = Vec::new();
    for &input in &model.graph.inputs {
        let tensor = number(input)?;
        inputs.push(port(&graph, tensor, 0, &mut blockers)?);
        graph.give(tensor, Place::Input(inputs.len() - 1), Layout::ChannelsLast)?;
    }
    for (i, node) in model.graph.operators.iter().enumerate() {
        add(&mut graph, node, i, &mut blockers)?;
    }
    let mut outputs = Vec::new();
    for &output in &model.graph.outputs {
        let tensor = number(output)?;
        let mut port = port(&graph, tensor, 1, &mut blockers)?;
        // A tensor may come out twice.
        while outputs.iter().any(|(other, _): &(Port, _)| other.name == port.name) {
            port.name += "_1";
        }
        let rank = graph.told(tensor)?.shape.len();
        match graph.laid(&port.name.clone(), tensor, Layout::ChannelsLast, rank, false) {
            Ok(place) => outputs.push((port, Some(place))),
            Err(error) if error.kind() == Kind::Unsupported => blockers.add(port.name, error.found()),
            Err(error) => return Err(error.within("outputs")),
        }
    }
    if !blockers.is_empty() {
        return Err(blockers.error());
    }
    let kinds = graph.kinds.shown();
    let estimator =
        [model.graph.name, kinds].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
    let version = if model.runtime.is_empty() { "3".to_owned() } else { model.runtime.clone() };
    let provenance = Provenance { framework: "tflite".into(), version, estimator, ..Provenance::default() };
    graph.network.finish(inputs, outputs, provenance)
}

impl Kinds {
    /// What people should know of the numbers.
    fn shown(&self) -> &'static str {
        match (self.whole, self.mixed, self.half) {
            (true, ..) => "in whole numbers of 8 bits",
            (false, true, _) => "with weights of 8 bits",
            (false, false, true) => "with weights of 16 bits",
            (false, false, false) => "",
        }
    }
}

/// One operator; what stands in its way is collected.
fn add<'a>(graph: &mut Graph<'a>, node: &'a Node<'a>, i: usize, blockers: &mut Blockers) -> Result<()> {
    let codes = &graph.model.codes;
    let code = codes.get(node.code as usize).ok_or_else(|| {
        let at = format!("operators[{i}]");
        Error::new(Kind::InvalidModel, at, format!("one of {} codes", codes.len()), node.code.to_string())
    })?;
    let kind = names::name(code.number);
    let first = node.outputs.first().and_then(|&output| graph.model.graph.tensors.get(usize::try_from(output).ok()?));
    let called = first.map_or("", |tensor| tensor.name).to_owned();
    let at = format!("operators[{i}] {called}");
    let made = match kind {
        Some("CUSTOM") => Err(unsupported(format!("the custom operator {}", code.custom))),
        Some(kind) => operators::add(Step::new(graph, node, kind, called)),
        None => Err(unsupported(format!("the operator of number {}, which is newer than edgelet", code.number))),
    };
    match made {
        Ok(()) => {}
        Err(error) if error.kind() == Kind::Unsupported => {
            blockers.add(at, error.found());
            // Some of them may be made already.
            for output in node.outputs.iter().filter_map(|&output| usize::try_from(output).ok()) {
                if graph.layout(output).is_none() {
                    graph.give(output, Place::Refused, Layout::ChannelsLast)?;
                }
            }
        }
        Err(error) => return Err(error.within(&at)),
    }
    Ok(())
}

fn number(tensor: i32) -> Result<usize> {
    usize::try_from(tensor).map_err(|_| Error::new(Kind::InvalidModel, "inputs", "a tensor", tensor.to_string()))
}

/// What goes in or out: called as the signature says, or as the tensor is.
fn port(graph: &Graph<'_>, tensor: usize, side: usize, blockers: &mut Blockers) -> Result<Port> {
    let told = match graph.told(tensor) {
        Err(error) if error.kind() == Kind::Unsupported => {
            blockers.add("inputs", error.found());
            return Ok(Port { name: tensor.to_string(), dtype: Dtype::F32, shape: None });
        }
        told => told?,
    };
    let named = graph
        .model
        .signature
        .as_ref()
        .and_then(|sides| sides[side].iter().find(|(_, number)| *number as usize == tensor).map(|(name, _)| *name));
    let dtype = told.dtype().unwrap_or_else(|| {
        blockers.add(told.name, told.type_name());
        Dtype::F32
    });
    let dim = |(i, length): (usize, &Option<usize>)| match length.and_then(|length| u32::try_from(length).ok()) {
        Some(length) => Dim::Fixed(length),
        None => Dim::Any(if i == 0 { "batch" } else { "" }.to_owned()),
    };
    let shape = told.shape.iter().enumerate().map(dim).collect();
    Ok(Port { name: named.unwrap_or(told.name).to_owned(), dtype, shape: Some(shape) })
}
