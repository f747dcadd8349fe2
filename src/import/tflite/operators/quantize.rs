//! Whole numbers that stand for floats, and products of them.
//!
//! A product of whole numbers is summed as float32, which is exact below 2^24, and brought to the output's scale with one factor
//! and one rounding, as XNNPACK does it. TFLite's reference kernels do that in fixed point and round twice: what is nearly half a
//! step may become the other of its neighbours there.

use crate::error::Result;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::tflite::constant::Constant;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Binary, Data, Dtype, Operator, Tensor};

/// QUANTIZE: whole numbers for floats, or for whole numbers of another scale.
pub fn quantize(step: &mut Step<'_, '_>) -> Result<()> {
    let layout = step.layout(0)?;
    let x = step.laid_floats(0, layout)?;
    step.give_floats(x, layout)
}

/// DEQUANTIZE: floats for whole numbers, or for float16. A weight stays as small as it is.
pub fn dequantize(step: &mut Step<'_, '_>) -> Result<()> {
    let input = step.input(0)?;
    if step.graph.is_constant(input)? {
        let output = step.output(0)?;
        return step.graph.is_floats_of(output, input);
    }
    let layout = step.layout(0)?;
    let x = step.laid_floats(0, layout)?;
    let found = if step.dtype(0)?.is_integer() { Dtype::F32 } else { step.dtype(0)? };
    step.give_as(0, x, found, layout)
}

/// An operator that sums products of data with filters.
pub struct Products {
    /// Which input the data are.
    pub data: usize,
    /// Which the filters.
    pub filters: usize,
    /// Which what is added, if it is there.
    pub bias: usize,
    /// The activation.
    pub activation: u8,
}

impl Products {
    /// Adds it to the network: in floats, or in whole numbers if the data are some. `arranged` makes of the filters what the
    /// operator takes.
    pub fn add(
        &self,
        step: &mut Step<'_, '_>,
        layout: Layout,
        arranged: impl FnOnce(Constant) -> Result<Constant>,
        operator: Operator,
    ) -> Result<()> {
        let made = self.made(step, layout, arranged, operator, |_, x| Ok(x))?;
        step.give(made, layout)
    }

    /// The same, with something done to the data first; says where the result is.
    pub fn made(
        &self,
        step: &mut Step<'_, '_>,
        layout: Layout,
        arranged: impl FnOnce(Constant) -> Result<Constant>,
        operator: Operator,
        prepare: impl FnOnce(&mut Step<'_, '_>, Place) -> Result<Place>,
    ) -> Result<Place> {
        let filters = arranged(step.constant(self.filters)?)?;
        if step.is_quantized(step.input(self.data)?)? {
            return self.made_whole(step, layout, filters, operator, prepare);
        }
        step.graph.kinds.mixed |= filters.tensor.dtype().is_integer();
        step.graph.kinds.half |= filters.tensor.dtype() == Dtype::F16;
        let x = step.laid_floats(self.data, layout)?;
        let mut inputs = vec![prepare(step, x)?];
        inputs.push(step.weight(filters.weight()?));
        if step.find_input(self.bias).is_some() {
            inputs.push(step.floats(self.bias)?);
        }
        let made = step.node(operator, &inputs);
        step.activated(made, self.activation)
    }

    fn made_whole(
        &self,
        step: &mut Step<'_, '_>,
        layout: Layout,
        filters: Constant,
        operator: Operator,
        prepare: impl FnOnce(&mut Step<'_, '_>, Place) -> Result<Place>,
    ) -> Result<Place> {
        let (data, output) = (step.input(self.data)?, step.output(0)?);
        let Some(quantization) = filters.quantization.clone().filter(|_| step.is_quantized(output).unwrap_or(false))
        else {
            return Err(unsupported(format!("{} of whole numbers and floats", step.kind)));
        };
        step.graph.kinds.whole = true;
        let x = step.shifted(self.data, layout)?;
        let mut inputs = vec![prepare(step, x)?];
        let rank = filters.tensor.rank();
        inputs.push(step.weight(filters.whole()?));
        if let Some(bias) = step.find_constant(self.bias)? {
            let numbers = bias.integers()?.into_iter().map(|x| x as f32).collect();
            let bias = Tensor::new(Dtype::F32, bias.tensor.shape().to_vec(), Data::F32(numbers))?;
            inputs.push(step.weight(bias));
        } else if step.find_input(self.bias).is_some() {
            return Err(unsupported(format!("{} whose bias is computed", step.kind)));
        }
        let made = step.node(operator, &inputs);
        // What XNNPACK multiplies with, in f32 as it computes that.
        let (from, to) = (one(step, data)?, one(step, output)?);
        let factors: Vec<f32> = quantization.scales.iter().map(|&scale| from.0 * scale / to.0).collect();
        let mut shape = if factors.len() == 1 { Vec::new() } else { vec![factors.len()] };
        if layout == Layout::ChannelsSecond && factors.len() > 1 {
            shape.resize(rank - 1, 1);
        }
        let factors = step.weight(Tensor::new(Dtype::F32, shape, Data::F32(factors))?);
        let made = step.binary(Binary::Mul, made, factors);
        let made = self.bounded(step, made, to)?;
        step.rounded(made)
    }

    /// What becomes whole numbers, within the bounds of the activation, which are whole numbers themselves.
    fn bounded(&self, step: &mut Step<'_, '_>, made: Place, (scale, zero): (f32, i64)) -> Result<Place> {
        let (least, largest) = match self.activation {
            0 => return Ok(made),
            1 => (0.0, f32::INFINITY),
            2 => (-1.0, 1.0),
            3 => (0.0, 6.0),
            activation => return Err(unsupported(format!("{} with the activation {activation}", step.kind))),
        };
        let (bottom, top) = step.output_dtype(0)?.bounds();
        let [least, largest] = [least, largest].map(|x: f32| (x / scale).round());
        let mut made = made;
        // Where the type's own bounds are no wider, they are kept anyway.
        if least > bottom.saturating_sub(zero) as f32 {
            let least = step.scalar(least);
            made = step.binary(Binary::Max, made, least);
        }
        if largest < top.saturating_sub(zero) as f32 {
            let largest = step.scalar(largest);
            made = step.binary(Binary::Min, made, largest);
        }
        Ok(made)
    }
}

/// The scale and the zero point of a tensor.
fn one(step: &Step<'_, '_>, tensor: usize) -> Result<(f32, i64)> {
    step.graph.scale(tensor)?;
    let quantization = step.graph.told(tensor)?.quantization.as_ref();
    quantization.and_then(|quantization| quantization.one()).ok_or_else(|| unsupported("several scales"))
}
