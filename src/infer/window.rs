//! How a window moves over an image: what convolutions and pooling have in common.
//!
//! Source of the lengths and of the pads that follow: ONNX's specification of Conv, MaxPool and ConvTranspose.

use super::arguments::wrong_shape;
use crate::error::Result;
use crate::network::tensor::MAX_ELEMENTS;
use crate::network::{AutoPad, Window};
use std::ops::Range;

/// How a window moves along one dimension.
#[derive(Clone, Copy)]
pub struct Along {
    /// How long the image is.
    pub input: usize,
    /// How many elements the window holds.
    pub kernel: usize,
    /// How far it moves.
    pub stride: usize,
    /// How far apart its elements are.
    pub dilation: usize,
    /// How many pads come before the image.
    pub before: usize,
    /// How many come after it.
    pub after: usize,
    /// At how many places it stands.
    pub output: usize,
}

impl Along {
    /// A window that holds all of a dimension.
    pub fn all(length: usize) -> Self {
        Self { input: length, kernel: length, stride: 1, dilation: 1, before: 0, after: 0, output: 1 }
    }

    /// Whether it holds all of the dimension, and nothing else.
    pub fn is_all(&self) -> bool {
        (self.output, self.kernel, self.dilation, self.before) == (1, self.input, 1, 0)
    }

    /// The image's place under an element of the window.
    fn place(&self, output: usize, tap: usize) -> usize {
        output * self.stride + tap * self.dilation - self.before
    }

    /// The places of the window where one of its elements is inside the image.
    fn outputs(&self, tap: usize) -> Range<usize> {
        let shift = tap * self.dilation;
        let first = |from: usize| from.saturating_sub(shift).div_ceil(self.stride);
        let end = first(self.before + self.input).min(self.output);
        first(self.before).min(end)..end
    }

    /// The elements of the window that are inside the image at some place.
    fn taps(&self) -> Range<usize> {
        let last = self.output.saturating_sub(1) * self.stride;
        let end = (self.before + self.input).div_ceil(self.dilation).min(self.kernel);
        self.before.saturating_sub(last).div_ceil(self.dilation).min(end)..end
    }

    /// How many elements of the window at a place are inside the image, or inside the image with its pads.
    pub fn held(&self, output: usize, with_pads: bool) -> usize {
        let start = output * self.stride;
        let first = |from: usize| from.saturating_sub(start).div_ceil(self.dilation).min(self.kernel);
        match with_pads {
            true => first(self.before + self.input + self.after),
            false => first(self.before + self.input) - first(self.before),
        }
    }
}

/// A window's numbers, checked: one for each dimension of the image.
pub struct Numbers {
    /// How many elements the window holds.
    pub kernel: Vec<usize>,
    /// How far it moves.
    pub strides: Vec<usize>,
    /// How far apart its elements are.
    pub dilations: Vec<usize>,
    /// Before and after.
    pub pads: Vec<(usize, usize)>,
}

impl Numbers {
    /// Of a window over that many dimensions; `kernel` is how large the weights are, if there are any.
    pub fn new(window: &Window, rank: usize, kernel: Option<&[usize]>) -> Result<Self> {
        let all = |name: &str, numbers: &[i64], least: i64, absent: usize, rank: usize| {
            if numbers.is_empty() {
                return Ok(vec![absent; rank]);
            }
            if numbers.len() != rank || numbers.iter().any(|x| !(least..=MAX_ELEMENTS as i64).contains(x)) {
                return Err(wrong_shape(format!("{name}: {rank} numbers of at least {least}"), format!("{numbers:?}")));
            }
            Ok(numbers.iter().map(|&x| x as usize).collect::<Vec<_>>())
        };
        let named = all("kernel_shape", &window.kernel, 1, 1, rank)?;
        let kernel = match kernel {
            Some(own) if window.kernel.is_empty() || own == named => own.to_vec(),
            Some(own) => return Err(wrong_shape(format!("weights of {named:?}"), format!("{own:?}"))),
            None => named,
        };
        let dilations = all("dilations", &window.dilations, 1, 1, rank)?;
        let pads = match window.auto {
            AutoPad::Given => all("pads", &window.pads, 0, 0, 2 * rank)?,
            _ => vec![0; 2 * rank],
        };
        let pads = pads[..rank].iter().copied().zip(pads[rank..].iter().copied()).collect();
        let numbers = Self { kernel, strides: all("strides", &window.strides, 1, 1, rank)?, dilations, pads };
        match (0..rank).all(|i| numbers.reach(i) <= 2 * MAX_ELEMENTS as i64 && numbers.kernel[i] > 0) {
            true => Ok(numbers),
            false => Err(wrong_shape("a window of fewer elements", format!("{:?}", numbers.kernel))),
        }
    }

    /// From the first element of the window to past its last one.
    pub fn reach(&self, i: usize) -> i64 {
        (self.kernel[i] as i64 - 1) * self.dilations[i] as i64 + 1
    }

    /// How the window moves along a dimension, from what it makes of it.
    pub fn along(&self, i: usize, input: usize, (before, after): (usize, usize), output: usize) -> Along {
        let (kernel, stride, dilation) = (self.kernel[i], self.strides[i], self.dilations[i]);
        Along { input, kernel, stride, dilation, before, after, output }
    }
}

/// Shares pads between both sides; the odd one goes after for [`AutoPad::SameUpper`], else before.
pub fn shared(pads: usize, auto: AutoPad) -> (usize, usize) {
    let half = pads / 2;
    if auto == AutoPad::SameUpper { (half, pads - half) } else { (pads - half, half) }
}

/// How a window moves over an image of those lengths; `kernel` is how large the weights are, if there are any. With `ceil` a
/// last window may begin inside and end outside.
pub fn moves(window: &Window, lengths: &[usize], kernel: Option<&[usize]>, ceil: bool) -> Result<Vec<Along>> {
    let numbers = Numbers::new(window, lengths.len(), kernel)?;
    let along = |(i, &length): (usize, &usize)| {
        let (stride, reach) = (numbers.strides[i] as i64, numbers.reach(i));
        if matches!(window.auto, AutoPad::SameUpper | AutoPad::SameLower) {
            let output = length.div_ceil(stride as usize);
            let pads = (output as i64 - 1) * stride + reach - length as i64;
            return Ok(numbers.along(i, length, shared(pads.max(0) as usize, window.auto), output));
        }
        let (before, after) = numbers.pads[i];
        let room = (length + before + after) as i64 - reach;
        if room < 0 {
            return Err(wrong_shape(format!("an image of at least {reach} with its pads"), length.to_string()));
        }
        let mut output = room / stride + 1;
        if ceil && window.auto != AutoPad::Valid && room % stride != 0 && output * stride < (length + before) as i64 {
            output += 1;
        }
        Ok(numbers.along(i, length, (before, after), output as usize))
    };
    lengths.iter().enumerate().map(along).collect()
}

/// Neighbouring places of a window at which one of its elements is inside the image. Offsets are those of tensors that lie
/// row after row.
#[derive(Clone, Copy)]
pub struct Row {
    /// The first place of the window.
    pub output: usize,
    /// The first place in the image.
    pub input: usize,
    /// Which of the window's elements.
    pub tap: usize,
    /// How many.
    pub count: usize,
    /// How far apart in the image; in the output they are neighbours.
    pub step: usize,
}

/// Visits all pairs of an element of the window and a place inside the image, row by row. At each place of the window its
/// elements come in their order.
pub fn rows(moves: &[Along], visit: &mut dyn FnMut(Row)) {
    descend(moves, Row { output: 0, input: 0, tap: 0, count: 1, step: 1 }, visit);
}

fn descend(moves: &[Along], at: Row, visit: &mut dyn FnMut(Row)) {
    let Some((along, rest)) = moves.split_first() else { return visit(at) };
    for tap in along.taps() {
        let outputs = along.outputs(tap);
        if outputs.is_empty() {
            continue;
        }
        let row = |output: usize| Row {
            output: at.output * along.output + output,
            input: at.input * along.input + along.place(output, tap),
            // Of a pooling window's elements, which nothing holds, there may be more than can be counted.
            tap: at.tap.wrapping_mul(along.kernel).wrapping_add(tap),
            ..at
        };
        if rest.is_empty() {
            visit(Row { count: outputs.len(), step: along.stride, ..row(outputs.start) });
        } else {
            outputs.for_each(|output| descend(rest, row(output), visit));
        }
    }
}
