//! One operator on its way into the network: its options, its inputs, and what it makes.

use super::constant::Constant;
use super::flatbuffer::Table;
use super::graph::Graph;
use super::schema::{Operator as Node, Quantization};
use crate::error::{Error, Kind, Result};
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::network::{Binary, Data, Dtype, Operator, Tensor, Unary, Weight};

/// An operator that is being read.
pub struct Step<'a, 'b> {
    /// What the network is made with.
    pub graph: &'b mut Graph<'a>,
    /// What it is.
    pub kind: &'static str,
    node: &'b Node<'a>,
    /// What people see it called: as the first tensor that it makes.
    called: String,
}

/// The options of an operator; those that are left out are 0.
pub struct Options<'a>(Option<Table<'a>>);

impl<'a, 'b> Step<'a, 'b> {
    /// Of a node.
    pub fn new(graph: &'b mut Graph<'a>, node: &'b Node<'a>, kind: &'static str, called: String) -> Self {
        Self { graph, kind, node, called }
    }

    /// The options, which are of that kind of the schema's and have so many fields; more of them are not known here.
    pub fn options(&self, kind: u8, fields: usize) -> Result<Options<'a>> {
        match self.node.options {
            None => Ok(Options(None)),
            Some(_) if self.node.kind != kind => {
                let found = self.node.kind.to_string();
                Err(Error::new(Kind::InvalidModel, "builtin_options", format!("those of kind {kind}"), found))
            }
            Some(table) if table.has_from(fields)? => {
                Err(unsupported(format!("{} with an option that is newer than edgelet", self.kind)))
            }
            Some(table) => Ok(Options(Some(table))),
        }
    }

    /// How many inputs there are.
    pub fn inputs(&self) -> usize {
        self.node.inputs.len()
    }

    /// How many outputs there are.
    pub fn outputs(&self) -> usize {
        self.node.outputs.len()
    }

    /// The number of a tensor that goes in.
    pub fn input(&self, i: usize) -> Result<usize> {
        self.find_input(i).ok_or_else(|| Error::new(Kind::InvalidModel, format!("input {i}"), "a tensor", "none"))
    }

    /// The same where it may be left out.
    pub fn find_input(&self, i: usize) -> Option<usize> {
        self.node.inputs.get(i).and_then(|&tensor| usize::try_from(tensor).ok())
    }

    /// The number of a tensor that comes out.
    pub fn output(&self, i: usize) -> Result<usize> {
        let tensor = self.node.outputs.get(i).and_then(|&tensor| usize::try_from(tensor).ok());
        tensor.ok_or_else(|| Error::new(Kind::InvalidModel, format!("output {i}"), "a tensor", "none"))
    }

    /// The lengths of an input; nothing where they are free.
    pub fn shape(&self, i: usize) -> Result<&'a [Option<usize>]> {
        Ok(&self.graph.told(self.input(i)?)?.shape)
    }

    /// How many dimensions an input has.
    pub fn rank(&self, i: usize) -> Result<usize> {
        self.shape(i).map(<[_]>::len)
    }

    /// Checks that an input has so many dimensions.
    pub fn check_rank(&self, i: usize, rank: usize) -> Result<()> {
        match self.rank(i)? {
            found if found == rank => Ok(()),
            found => Err(unsupported(format!("{} of {found} dimensions", self.kind))),
        }
    }

    /// The type of an input's elements.
    pub fn dtype(&self, i: usize) -> Result<Dtype> {
        self.graph.dtype(self.input(i)?)
    }

    /// The type of an output's elements.
    pub fn output_dtype(&self, i: usize) -> Result<Dtype> {
        self.graph.dtype(self.output(i)?)
    }

    /// Whether a tensor holds whole numbers that stand for floats.
    pub fn is_quantized(&self, tensor: usize) -> Result<bool> {
        Ok(self.graph.told(tensor)?.quantization.is_some() && self.graph.dtype(tensor)?.is_integer())
    }

    /// The dimension that a number means, which counts from the end if it is negative.
    pub fn axis(&self, axis: i64, rank: usize) -> Result<usize> {
        let along = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
        usize::try_from(along).ok().filter(|&along| along < rank).ok_or_else(|| {
            Error::new(Kind::InvalidModel, "axis", format!("one of {rank} dimensions"), axis.to_string())
        })
    }

    /// An input whose numbers are in the file.
    pub fn find_constant(&self, i: usize) -> Result<Option<Constant>> {
        match self.find_input(i) {
            Some(tensor) => self.graph.constant(tensor),
            None => Ok(None),
        }
    }

    /// An input whose numbers must be in the file.
    pub fn constant(&self, i: usize) -> Result<Constant> {
        self.input(i)?;
        self.find_constant(i)?.ok_or_else(|| unsupported(format!("{} whose input {i} is computed", self.kind)))
    }

    /// The whole numbers of an input, which must be in the file.
    pub fn integers(&self, i: usize) -> Result<Vec<i64>> {
        self.constant(i)?.integers()
    }

    /// The one whole number of an input, which must be in the file.
    pub fn integer(&self, i: usize) -> Result<i64> {
        match self.integers(i)?[..] {
            [x] => Ok(x),
            ref found => {
                Err(Error::new(Kind::InvalidModel, format!("input {i}"), "one number", found.len().to_string()))
            }
        }
    }

    /// An input as it is, in TFLite's order of dimensions.
    pub fn place(&mut self, i: usize) -> Result<Place> {
        let tensor = self.input(i)?;
        self.graph.laid(&self.called, tensor, Layout::ChannelsLast, 0, false)
    }

    /// An input as floats, in TFLite's order of dimensions.
    pub fn floats(&mut self, i: usize) -> Result<Place> {
        self.laid_floats(i, Layout::ChannelsLast)
    }

    /// An input as floats that lies in the given way.
    pub fn laid_floats(&mut self, i: usize, layout: Layout) -> Result<Place> {
        let (tensor, rank) = (self.input(i)?, self.rank(i)?);
        self.graph.laid(&self.called, tensor, layout, rank, true)
    }

    /// An input as it is that lies in the given way.
    pub fn laid(&mut self, i: usize, layout: Layout) -> Result<Place> {
        let (tensor, rank) = (self.input(i)?, self.rank(i)?);
        self.graph.laid(&self.called, tensor, layout, rank, false)
    }

    /// How an input lies already.
    pub fn layout(&self, i: usize) -> Result<Layout> {
        Ok(self.graph.layout(self.input(i)?).unwrap_or(Layout::ChannelsLast))
    }

    /// Inputs that are broadcast with one another, in one order of dimensions: that of images, if one of them has it.
    pub fn together(&mut self, inputs: &[usize], as_floats: bool) -> Result<(Vec<Place>, Layout)> {
        let tensors = inputs.iter().map(|&i| self.input(i)).collect::<Result<Vec<_>>>()?;
        let ranks = inputs.iter().map(|&i| self.rank(i)).collect::<Result<Vec<_>>>()?;
        let rank = ranks.iter().copied().max().unwrap_or(0);
        let layouts: Vec<Option<Layout>> = tensors.iter().map(|&tensor| self.graph.layout(tensor)).collect();
        let is_whole = layouts.iter().zip(&ranks).all(|(layout, own)| layout.is_none() || *own == rank);
        let layout = match layouts.contains(&Some(Layout::ChannelsSecond)) && is_whole {
            true => Layout::ChannelsSecond,
            false => Layout::ChannelsLast,
        };
        let laid = |tensor| self.graph.laid(&self.called, tensor, layout, rank, as_floats);
        Ok((tensors.into_iter().map(laid).collect::<Result<_>>()?, layout))
    }

    /// Adds a weight or a constant.
    pub fn weight(&mut self, weight: impl Into<Weight>) -> Place {
        self.graph.network.weight(weight)
    }

    /// Adds whole numbers.
    pub fn whole(&mut self, numbers: Vec<i64>) -> Place {
        self.weight(Tensor::integers(numbers))
    }

    /// Adds one float.
    pub fn scalar(&mut self, x: f32) -> Place {
        self.weight(Tensor::scalar(x))
    }

    /// Adds one number of a type.
    pub fn number(&mut self, x: i64, dtype: Dtype) -> Result<Place> {
        let data = match dtype {
            Dtype::F64 => Data::F64(vec![x as f64]),
            dtype if dtype.is_float() => Data::F32(vec![x as f32]),
            _ => Data::I64(vec![x]),
        };
        Ok(self.weight(Tensor::new(dtype, Vec::new(), data)?))
    }

    /// Adds what stands for 0 in a tensor.
    pub fn zero(&mut self, tensor: usize) -> Result<Place> {
        if self.is_quantized(tensor)? {
            let (_, zero) = self.graph.scale(tensor)?;
            return Ok(self.weight(zero));
        }
        self.number(0, self.graph.dtype(tensor)?)
    }

    /// Adds a node with one output.
    pub fn node(&mut self, operator: Operator, inputs: &[Place]) -> Place {
        self.nodes(operator, inputs.iter().copied().map(Some).collect(), 1)[0]
    }

    /// Adds a node, some of whose inputs may be left out, with several outputs.
    pub fn nodes(&mut self, operator: Operator, inputs: Vec<Option<Place>>, outputs: usize) -> Vec<Place> {
        let first = self.graph.network.node(self.called.clone(), operator, inputs, outputs);
        (first..first + outputs).map(Place::Made).collect()
    }

    /// Adds a function of every element.
    pub fn unary(&mut self, function: Unary, x: Place) -> Place {
        self.node(Operator::Unary(function), &[x])
    }

    /// Adds a function of two elements at a time.
    pub fn binary(&mut self, function: Binary, x: Place, y: Place) -> Place {
        self.node(Operator::Binary(function), &[x, y])
    }

    /// Adds a change of the order of dimensions.
    pub fn transposed(&mut self, x: Place, order: Vec<i64>) -> Place {
        self.node(Operator::Transpose(order), &[x])
    }

    /// Adds another shape, in which −1 follows.
    pub fn reshaped(&mut self, x: Place, shape: Vec<i64>) -> Place {
        let shape = self.whole(shape);
        self.node(Operator::Reshape { zero: true }, &[x, shape])
    }

    /// Says where the operator's first output is.
    pub fn give(&mut self, place: Place, layout: Layout) -> Result<()> {
        self.give_at(0, place, layout)
    }

    /// Says where one of the operator's outputs is.
    pub fn give_at(&mut self, i: usize, place: Place, layout: Layout) -> Result<()> {
        self.graph.give(self.output(i)?, place, layout)
    }

    /// The same of elements of a type that may be another than the output's.
    pub fn give_as(&mut self, i: usize, place: Place, found: Dtype, layout: Layout) -> Result<()> {
        let dtype = self.output_dtype(i)?;
        let place = if dtype == found { place } else { self.node(Operator::Cast(dtype), &[place]) };
        self.give_at(i, place, layout)
    }

    /// The same of floats, which become whole numbers if the output's stand for some.
    pub fn give_floats(&mut self, place: Place, layout: Layout) -> Result<()> {
        let output = self.output(0)?;
        if !self.is_quantized(output)? {
            return self.give(place, layout);
        }
        let (scale, zero) = self.graph.scale(output)?;
        self.graph.kinds.whole = true;
        let place = self.graph.quantized(&self.called, place, scale, zero);
        self.give(place, layout)
    }

    /// The nearest whole numbers of the output's type, from its zero point on.
    pub fn rounded(&mut self, place: Place) -> Result<Place> {
        let (_, zero) = self.graph.scale(self.output(0)?)?;
        Ok(self.graph.quantized(&self.called, place, Tensor::scalar(1.0), zero))
    }

    /// Whole numbers less their zero point, as floats.
    pub fn shifted(&mut self, i: usize, layout: Layout) -> Result<Place> {
        let place = self.laid(i, layout)?;
        let (_, zero) = self.graph.scale(self.input(i)?)?;
        Ok(self.graph.dequantized(&self.called, place, Tensor::scalar(1.0), zero))
    }

    /// Refuses whole numbers that stand for other floats in an input than in the output, where they are only moved.
    pub fn check_moved(&self, inputs: &[usize]) -> Result<()> {
        let told = |tensor: usize| -> Result<Option<&Quantization>> {
            let told = self.graph.told(tensor)?;
            Ok(told.quantization.as_ref().filter(|_| self.graph.dtype(tensor).is_ok_and(Dtype::is_integer)))
        };
        let expected = told(self.output(0)?)?;
        for &i in inputs {
            let found = told(self.input(i)?)?;
            if found.is_some() && expected.is_some() && found != expected {
                return Err(unsupported(format!("{} of whole numbers of another scale than its output's", self.kind)));
            }
        }
        Ok(())
    }

    /// Floats with the activation that an option names.
    pub fn activated(&mut self, x: Place, activation: u8) -> Result<Place> {
        Ok(match activation {
            0 => x,
            1 => self.unary(Unary::Relu, x),
            2 => self.bounded(x, -1.0, 1.0),
            3 => {
                let least = self.unary(Unary::Relu, x);
                let six = self.scalar(6.0);
                self.binary(Binary::Min, least, six)
            }
            4 => self.unary(Unary::Tanh, x),
            activation => return Err(unsupported(format!("{} with the activation {activation}", self.kind))),
        })
    }

    /// Floats within bounds.
    pub fn bounded(&mut self, x: Place, least: f32, largest: f32) -> Place {
        let (least, largest) = (self.scalar(least), self.scalar(largest));
        let x = self.binary(Binary::Max, x, least);
        self.binary(Binary::Min, x, largest)
    }
}

impl Options<'_> {
    /// An enumeration.
    pub fn byte(&self, number: usize) -> Result<u8> {
        self.0.map_or(Ok(0), |table| table.byte(number))
    }

    /// A truth value.
    pub fn flag(&self, number: usize) -> Result<bool> {
        self.0.map_or(Ok(false), |table| table.flag(number))
    }

    /// A whole number.
    pub fn integer(&self, number: usize, absent: i32) -> Result<i64> {
        self.0.map_or(Ok(absent), |table| table.integer(number, absent)).map(i64::from)
    }

    /// A float.
    pub fn float(&self, number: usize) -> Result<f32> {
        self.0.map_or(Ok(0.0), |table| table.float(number))
    }

    /// Whole numbers.
    pub fn integers(&self, number: usize) -> Result<Vec<i64>> {
        let numbers = self.0.map_or(Ok(Vec::new()), |table| table.integers(number))?;
        Ok(numbers.into_iter().map(i64::from).collect())
    }
}

/// The reason to refuse an operator.
pub fn unsupported(what: impl Into<String>) -> Error {
    Error::new(Kind::Unsupported, "", "what edgelet runs", what.into())
}
