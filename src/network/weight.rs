//! A weight: a tensor, or float32 in fewer bytes.
//!
//! In fewer bytes a weight is still a float32 tensor to the graph, whose numbers are those that the bytes stand for. What is
//! rounded was asked for, when the network was quantized; nothing is rounded again when it is opened.

use super::tensor::count;
use super::{Data, Dtype, Tensor};
use crate::error::{Error, Kind, Result};
use half::f16;
use std::borrow::Cow;

/// What was learned, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Weight {
    /// As it is.
    Tensor(Tensor),
    /// float32 in fewer bytes.
    Compact(Compact),
}

/// A float32 tensor in fewer bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Compact {
    shape: Vec<usize>,
    numbers: Numbers,
}

/// What stands for the numbers, row after row.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// float16.
    Half(Vec<f16>),
    /// Whole numbers of 8 bits.
    Byte {
        /// The whole numbers.
        numbers: Vec<i8>,
        /// Along which dimension each place has its own scale.
        axis: usize,
        /// What a whole number there is a multiple of.
        scales: Vec<f32>,
    },
}

impl From<Tensor> for Weight {
    fn from(tensor: Tensor) -> Self {
        Self::Tensor(tensor)
    }
}

impl Weight {
    /// How many elements along each dimension.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Tensor(tensor) => tensor.shape(),
            Self::Compact(compact) => &compact.shape,
        }
    }

    /// The tensor that it is to the graph.
    pub fn tensor(&self) -> Cow<'_, Tensor> {
        match self {
            Self::Tensor(tensor) => Cow::Borrowed(tensor),
            Self::Compact(compact) => Cow::Owned(compact.tensor()),
        }
    }

    /// The same, and no more than that.
    pub fn into_tensor(self) -> Tensor {
        match self {
            Self::Tensor(tensor) => tensor,
            Self::Compact(compact) => compact.tensor(),
        }
    }

    /// How many bytes it is stored in.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Tensor(tensor) => tensor.len() * tensor.dtype().bytes(),
            Self::Compact(Compact { numbers: Numbers::Half(numbers), .. }) => numbers.len() * 2,
            Self::Compact(Compact { numbers: Numbers::Byte { numbers, scales, .. }, .. }) => {
                numbers.len() + scales.len() * 4
            }
        }
    }

    /// How many numbers it has.
    pub fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Compact {
    /// Of checked parts.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] if there are not as many numbers or scales as the shape says.
    pub fn new(shape: Vec<usize>, numbers: Numbers) -> Result<Self> {
        let (found, scales) = match &numbers {
            Numbers::Half(numbers) => (numbers.len(), true),
            Numbers::Byte { numbers, axis, scales } => (numbers.len(), shape.get(*axis) == Some(&scales.len())),
        };
        if found != count(&shape)? || !scales {
            let expected = "as many numbers and scales as its shape says";
            return Err(Error::new(Kind::WrongShape, "weight", expected, format!("{found} numbers")));
        }
        Ok(Self { shape, numbers })
    }

    /// How many elements along each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What stands for the numbers.
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// The tensor that it stands for.
    pub fn tensor(&self) -> Tensor {
        let mut all = Vec::with_capacity(self.shape.iter().product());
        self.read(0, self.shape.iter().product(), &mut all);
        Tensor::exact(Dtype::F32, self.shape.clone(), Data::F32(all))
    }

    /// Appends so many of the numbers that it stands for, from a multiple of what lies at one place of the first dimension on.
    pub fn read(&self, from: usize, length: usize, to: &mut Vec<f32>) {
        match &self.numbers {
            Numbers::Half(numbers) => to.extend(numbers[from..from + length].iter().map(|x| x.to_f32())),
            Numbers::Byte { numbers, axis, scales } => {
                let inner = self.shape[axis + 1..].iter().product::<usize>().max(1);
                let scales = scales.iter().cycle().skip(from / inner % scales.len().max(1));
                for (numbers, scale) in numbers[from..from + length].chunks(inner).zip(scales) {
                    to.extend(numbers.iter().map(|&x| f32::from(x) * scale));
                }
            }
        }
    }
}
