//! Tensors whose numbers are in the file: weights, and whatever else is known before a network runs.

use super::flatbuffer::{File, Table};
use super::schema::{Quantization, Tensor as Told};
use super::step::unsupported;
use crate::error::{Error, Kind, Result};
use crate::import::onnx::tensor::raw;
use crate::infer::turned;
use crate::network::tensor::count;
use crate::network::{Compact, Data, Dtype, Numbers, Tensor, Weight};
use half::f16;

/// Numbers, and what they stand for.
#[derive(Clone, Debug)]
pub struct Constant {
    /// The numbers as the file has them.
    pub tensor: Tensor,
    /// What whole numbers stand for.
    pub quantization: Option<Quantization>,
}

/// The bytes of a buffer, which lie in it or behind the flatbuffer; nothing if there are none.
pub fn bytes<'a>(file: &'a File<'a>, buffer: &Table<'a>) -> Result<Option<&'a [u8]>> {
    match (buffer.long(1)?, buffer.long(2)?) {
        // 1 is what a converter writes before it knows the place.
        (0 | 1, _) => Ok(buffer.bytes(0)?.filter(|bytes| !bytes.is_empty())),
        (at, length) => {
            let [at, length] = [at, length].map(|x| usize::try_from(x).unwrap_or(usize::MAX));
            file.part(at, length).map(Some)
        }
    }
}

impl Constant {
    /// Of a tensor and its bytes.
    pub fn read(told: &Told<'_>, bytes: &[u8]) -> Result<Self> {
        let dtype = told.dtype().ok_or_else(|| unsupported(told.type_name()))?;
        let shape = told.shape.iter().map(|length| length.ok_or_else(|| unsupported("a constant of a free size")));
        let shape = shape.collect::<Result<Vec<_>>>()?;
        let elements = count(&shape)?;
        let tensor = Tensor::new(dtype, shape, raw(dtype, bytes, elements)?)?;
        if let Some(Quantization { scales, axis, .. }) = &told.quantization
            && scales.len() > 1
            && tensor.shape().get(*axis) != Some(&scales.len())
        {
            let expected = format!("one scale, or one for each place of dimension {axis}");
            return Err(Error::new(Kind::InvalidModel, "quantization", expected, format!("{}", scales.len())));
        }
        Ok(Self { tensor, quantization: told.quantization.clone() })
    }

    /// With its dimensions in another order, which names each of them once.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`] if it has another number of dimensions.
    pub fn turned(mut self, order: &[usize]) -> Result<Self> {
        if order.len() != self.tensor.rank() {
            let (expected, found) = (format!("{} dimensions", order.len()), self.tensor.rank().to_string());
            return Err(Error::new(Kind::InvalidModel, "inputs", expected, found));
        }
        self.tensor = turned(order, &self.tensor);
        if let Some(quantization) = &mut self.quantization {
            quantization.axis = order.iter().position(|&axis| axis == quantization.axis).unwrap_or(0);
        }
        Ok(self)
    }

    /// In another shape, in which the scales are those along an axis.
    pub fn reshaped(mut self, shape: Vec<usize>, axis: usize) -> Result<Self> {
        self.tensor = self.tensor.reshaped(shape)?;
        if let Some(quantization) = &mut self.quantization {
            quantization.axis = axis;
        }
        Ok(self)
    }

    /// Its whole numbers.
    pub fn integers(&self) -> Result<Vec<i64>> {
        match self.tensor.data() {
            Data::I64(x) => Ok(x.clone()),
            _ => Err(Error::new(Kind::InvalidModel, "inputs", "whole numbers", self.tensor.dtype().name())),
        }
    }

    /// The floats that it stands for, in no more bytes than the file has for them.
    pub fn weight(self) -> Result<Weight> {
        let shape = self.tensor.shape().to_vec();
        let (dtype, data, quantization) = (self.tensor.dtype(), self.tensor.data(), &self.quantization);
        Ok(match (data, dtype, quantization) {
            (Data::F32(_), Dtype::F32, _) => self.tensor.into(),
            (Data::F32(x), Dtype::F16, _) => {
                let numbers = Numbers::Half(x.iter().map(|&x| f16::from_f32(x)).collect());
                Weight::Compact(Compact::new(shape, numbers)?)
            }
            (Data::I64(x), Dtype::I8, Some(quantization))
                if !x.is_empty() && quantization.zeros.iter().all(|&zero| zero == 0) =>
            {
                let (axis, mut scales) = (quantization.axis, quantization.scales.clone());
                let Some(&length) = shape.get(axis) else { return Ok(self.opened()?.into()) };
                if scales.len() == 1 {
                    scales = vec![scales[0]; length];
                }
                let numbers = Numbers::Byte { numbers: x.iter().map(|&x| x as i8).collect(), axis, scales };
                Weight::Compact(Compact::new(shape, numbers)?)
            }
            (Data::I64(_), _, Some(_)) => self.opened()?.into(),
            _ => self.tensor.into(),
        })
    }

    /// The numbers less their zero points, as whole numbers of float32: a product of them is summed exactly, as long as it is
    /// below 2^24.
    pub fn whole(&self) -> Result<Weight> {
        let numbers = self.shifted()?;
        let shape = self.tensor.shape().to_vec();
        if let Some(&length) = shape.first()
            && !numbers.is_empty()
            && numbers.iter().all(|x| i8::try_from(*x).is_ok())
        {
            // Scales of 1 lie along the first dimension, which is the depth of a matrix: a product opens it then, and does not
            // round what it is multiplied by.
            let numbers = numbers.into_iter().map(|x| x as i8).collect();
            let numbers = Numbers::Byte { numbers, axis: 0, scales: vec![1.0; length] };
            return Ok(Weight::Compact(Compact::new(shape, numbers)?));
        }
        Ok(Tensor::new(Dtype::F32, shape, Data::F32(numbers.into_iter().map(|x| x as f32).collect()))?.into())
    }

    /// The floats that its whole numbers stand for.
    fn opened(&self) -> Result<Tensor> {
        let numbers = self.shifted()?;
        let quantization = self.quantization.as_ref();
        let scales = quantization.map_or(&[1.0][..], |quantization| &quantization.scales);
        let place = self.places();
        let floats = numbers.into_iter().enumerate().map(|(i, x)| x as f32 * scales[place(i) % scales.len()]);
        Tensor::new(Dtype::F32, self.tensor.shape().to_vec(), Data::F32(floats.collect()))
    }

    /// The numbers less their zero points.
    fn shifted(&self) -> Result<Vec<i64>> {
        let mut numbers = self.integers()?;
        if let Some(quantization) = &self.quantization {
            let (zeros, place) = (&quantization.zeros, self.places());
            numbers.iter_mut().enumerate().for_each(|(i, x)| *x = x.wrapping_sub(zeros[place(i) % zeros.len()]));
        }
        Ok(numbers)
    }

    /// Which place along the axis of the scales an element has.
    fn places(&self) -> impl Fn(usize) -> usize + use<> {
        let axis = self.quantization.as_ref().map_or(0, |quantization| quantization.axis);
        let shape = self.tensor.shape();
        let inner: usize = shape.get(axis + 1..).map_or(1, |inner| inner.iter().product::<usize>().max(1));
        let length = shape.get(axis).copied().unwrap_or(1).max(1);
        move |i| i / inner % length
    }
}
