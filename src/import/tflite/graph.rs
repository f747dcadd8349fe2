//! A network in the making: where each of TFLite's tensors is, and how it lies.

use super::constant::{Constant, bytes};
use super::flatbuffer::File;
use super::schema::{Model, Tensor as Told};
use super::step::unsupported;
use crate::error::{Error, Kind, Result};
use crate::import::layout::{Layout, Turned};
use crate::import::network::{Builder, Place};
use crate::network::{Data, Dtype, Operator, Quantization, Tensor};
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
    /// Of a model whose operators are not read yet.
    pub fn new(file: &'a File<'a>, model: &'a Model<'a>) -> Self {
        Self {
            network: Builder::default(),
            file,
            model,
            made: vec![None; model.graph.tensors.len()],
            floats_of: HashMap::new(),
            weights: HashMap::new(),
            turned: Turned::default(),
            opened: HashMap::new(),
            kinds: Kinds::default(),
        }
    }

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

    /// The bytes of a tensor that is in the file, and what that tells of it.
    fn stored(&self, tensor: usize) -> Result<Option<(&'a Told<'a>, &'a [u8])>> {
        let source = self.floats_of.get(&tensor).copied().unwrap_or(tensor);
        let told = self.told(source)?;
        match self.model.buffers.get(told.buffer as usize).filter(|_| self.made[source].is_none()) {
            Some(buffer) => Ok(bytes(self.file, buffer)?.map(|bytes| (told, bytes))),
            None => Ok(None),
        }
    }

    /// Whether the numbers of a tensor are in the file.
    pub fn is_constant(&self, tensor: usize) -> Result<bool> {
        self.stored(tensor).map(|stored| stored.is_some())
    }

    /// The numbers of a tensor, if they are in the file.
    pub fn constant(&self, tensor: usize) -> Result<Option<Constant>> {
        let Some((told, bytes)) = self.stored(tensor)? else { return Ok(None) };
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

    /// Refuses a tensor that is made already.
    pub fn check_new(&self, tensor: usize) -> Result<()> {
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
        let is_one = constant.tensor.len() == 1 && own.len() < rank && layout == Layout::ChannelsSecond;
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
            constant = constant.turned(&order.into_iter().map(|axis| axis as usize).collect::<Vec<_>>())?;
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
        self.scaled(name, Operator::DequantizeLinear, place, scale, zero)
    }

    /// Whole numbers for floats.
    pub fn quantized(&mut self, name: &str, place: Place, scale: Tensor, zero: Tensor) -> Place {
        self.scaled(name, Operator::QuantizeLinear, place, scale, zero)
    }

    fn scaled(
        &mut self,
        name: &str,
        operator: fn(Quantization) -> Operator,
        place: Place,
        scale: Tensor,
        zero: Tensor,
    ) -> Place {
        let operator = operator(Quantization { axis: 0, block: 0, dtype: None });
        let inputs = vec![place, self.network.weight(scale), self.network.weight(zero)];
        Place::Made(self.network.node(name.to_owned(), operator, inputs.into_iter().map(Some).collect(), 1))
    }
}

impl Kinds {
    /// What people should know of the numbers.
    pub fn shown(&self) -> &'static str {
        match (self.whole, self.mixed, self.half) {
            (true, ..) => "in whole numbers of 8 bits",
            (false, true, _) => "with weights of 8 bits (TFLite rounds what they are multiplied by, edgelet does not)",
            (false, false, true) => "with weights of 16 bits",
            (false, false, false) => "",
        }
    }
}
