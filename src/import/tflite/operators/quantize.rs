//! Whole numbers that stand for floats, and products of them.
//!
//! A product of whole numbers is summed as float32, which is exact below 2^24, and rounded once to whole numbers of the output's
//! scale. TFLite's reference kernels bring the sum there in fixed point, in two steps: what is nearly half a step may become the
//! other of its neighbours.

use crate::error::Result;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::tflite::constant::Constant;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Binary, Data, Dtype, Operator, Tensor, Unary};

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
    /// Adds it to the network: in floats, or in whole numbers if the data are some. `axis` is where the output has a place for
    /// each filter, `arranged` makes of the filters what the operator takes.
    pub fn add(
        &self,
        step: &mut Step<'_, '_>,
        layout: Layout,
        axis: i64,
        arranged: impl FnOnce(Constant) -> Result<Constant>,
        operator: Operator,
    ) -> Result<()> {
        let made = self.made(step, layout, axis, arranged, operator, |_, x| Ok(x))?;
        step.give(made, layout)
    }

    /// The same, with something done to the data first; says where the result is.
    pub fn made(
        &self,
        step: &mut Step<'_, '_>,
        layout: Layout,
        axis: i64,
        arranged: impl FnOnce(Constant) -> Result<Constant>,
        operator: Operator,
        prepare: impl FnOnce(&mut Step<'_, '_>, Place) -> Result<Place>,
    ) -> Result<Place> {
        let filters = arranged(step.constant(self.filters)?)?;
        if step.is_quantized(step.input(self.data)?)? {
            return self.made_whole(step, layout, axis, filters, operator, prepare);
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
        axis: i64,
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
        inputs.push(step.weight(filters.whole()?));
        if let Some(bias) = step.find_constant(self.bias)? {
            let numbers = bias.integers()?.into_iter().map(|x| x as f32).collect();
            let bias = Tensor::new(Dtype::F32, bias.tensor.shape().to_vec(), Data::F32(numbers))?;
            inputs.push(step.weight(bias));
        } else if step.find_input(self.bias).is_some() {
            return Err(unsupported(format!("{} whose bias is computed", step.kind)));
        }
        let mut made = step.node(operator, &inputs);
        if self.activation == 1 {
            made = step.unary(Unary::Relu, made);
        }
        let (from, to) = (one(step, data)?, one(step, output)?);
        let steps =
            quantization.scales.iter().map(|&scale| (f64::from(to.0) / (f64::from(from.0) * f64::from(scale))) as f32);
        let steps: Vec<f32> = steps.collect();
        let shape = if steps.len() == 1 { Vec::new() } else { vec![steps.len()] };
        let zeros = Data::I64(vec![to.1; steps.len()]);
        let zeros = Tensor::new(step.output_dtype(0)?, shape.clone(), zeros)?;
        let made = step.quantized(made, axis, Tensor::new(Dtype::F32, shape, Data::F32(steps))?, zeros);
        self.bounded(step, made, to)
    }

    /// Whole numbers within the bounds of the activation, where those are narrower than the type's.
    fn bounded(&self, step: &mut Step<'_, '_>, made: Place, (scale, zero): (f32, i64)) -> Result<Place> {
        let (least, largest) = match self.activation {
            0 | 1 => return Ok(made),
            2 => (-1.0, 1.0),
            3 => (0.0, 6.0),
            activation => return Err(unsupported(format!("{} with the activation {activation}", step.kind))),
        };
        let dtype = step.output_dtype(0)?;
        let (bottom, top) = dtype.bounds();
        let whole = |x: f32| zero.saturating_add((x / scale).round() as i64);
        let (least, largest) = (whole(least), whole(largest));
        let mut made = made;
        if least > bottom {
            let least = step.number(least.min(top), dtype)?;
            made = step.binary(Binary::Max, made, least);
        }
        if largest < top {
            let largest = step.number(largest.max(bottom), dtype)?;
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
