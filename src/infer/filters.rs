//! Convolutions of f32, whose weights are laid out once.

use super::arguments::{floats, wrong_shape, wrong_type};
use super::conv::Layout;
use super::strides::{offsets, strides};
use super::window::Along;
use crate::error::Result;
use crate::kernel::convolve::{SLACK, View, convolve, convolve_one};
use crate::kernel::gemm::{Bounds, Four, Rows};
use crate::kernel::winograd::{self, Tiling};
use crate::network::tensor::count;
use crate::network::{Data, Tensor, Window, shown};

/// The filters of a convolution.
pub struct Filters {
    window: Window,
    /// The weights' shape, `[M, C / groups, …]`.
    shape: Vec<usize>,
    weights: Weights,
    /// A number for each filter, or none at all.
    bias: Vec<f32>,
    bounds: Option<Bounds>,
}

enum Weights {
    /// A matrix for each group of channels.
    Groups(Vec<Vec<Four>>),
    /// Filters of one channel each, one after another.
    Single(Vec<f32>),
    /// Filters of 3 × 3 that move by one, for each group of channels.
    Tiles(Vec<winograd::Filters>),
}

/// From how many channels and filters on tiles are worth it, and up to how many: filters are brought into their form at each run, and
/// the more there are, the smaller the image usually is that pays for it.
const TILED: (usize, usize) = (16, 256);

impl Filters {
    /// Of weights `[M, C / groups, …]` and a bias `[M]`. What is summed is kept within bounds.
    pub fn new(window: &Window, weights: &Tensor, bias: Option<&Tensor>, bounds: Option<Bounds>) -> Result<Self> {
        let (shape, numbers) = (weights.shape().to_vec(), floats(weights)?);
        let groups = usize::try_from(window.groups).unwrap_or(0);
        if shape.len() < 3 || groups == 0 || !shape[0].is_multiple_of(groups) {
            return Err(wrong_shape(format!("weights in {} groups", window.groups), shown(&shape)));
        }
        let bias = bias.map(|bias| bias.shape().eq(&shape[..1]).then(|| floats(bias)).ok_or(bias)).transpose();
        let bias = bias.map_err(|bias| wrong_shape(format!("a bias of {}", shape[0]), shown(bias.shape())))?;
        let depth: usize = shape[1..].iter().product();
        let filters = shape[0] / groups;
        let by_groups = numbers.chunks((filters * depth).max(1));
        let is_tiled = shape[2..] == [3, 3]
            && window.strides.iter().chain(&window.dilations).all(|step| *step == 1)
            && [shape[1], filters].iter().all(|count| (TILED.0..=TILED.1).contains(count));
        let weights = match groups > 1 && shape[1] == 1 {
            true => Weights::Single(numbers.to_vec()),
            false if is_tiled => {
                Weights::Tiles(by_groups.map(|group| winograd::Filters::new(group, shape[1])).collect())
            }
            false => Weights::Groups(by_groups.map(|group| Rows::packed(group, depth)).collect()),
        };
        Ok(Self {
            window: window.clone(),
            shape,
            weights,
            bias: bias.transpose()?.unwrap_or_default().to_vec(),
            bounds,
        })
    }

    /// The sums of products of data `[N, C, …]`.
    pub fn run(&self, data: &Tensor) -> Result<Tensor> {
        let Data::F32(x) = data.data() else { return Err(wrong_type("float32, as the weights", data)) };
        let layout = Layout::new(&self.window, data, &self.shape)?;
        let shape = layout.shape();
        let elements = count(&shape)?;
        if elements == 0 {
            return Ok(Tensor::exact(data.dtype(), shape, Data::F32(Vec::new())));
        }
        let is_tiled = matches!(self.weights, Weights::Tiles(_));
        let padded = Padded::new(&layout, is_tiled)?;
        let (places, channels) = (padded.view.places(), self.shape[1]);
        let mut all = vec![0.0; elements];
        if x.is_empty() {
            // Nothing but pads, or no channels at all.
            all.chunks_mut(places).zip(self.bias.iter().cycle()).for_each(|(out, bias)| out.fill(*bias));
        }
        let each = layout.filters / layout.groups;
        let outs = all.chunks_mut(each * places);
        // Samples and groups lie one after another, in what is given and in what is made.
        let bias_of = |i: usize| self.bias.get(i % layout.groups * each..).unwrap_or_default();
        let mut room = Vec::new();
        let given = x.chunks((channels * padded.image).max(1));
        match &self.weights {
            Weights::Groups(groups) => {
                for (i, ((x, out), filters)) in given.zip(outs).zip(groups.iter().cycle()).enumerate() {
                    let seen = padded.of(x, channels, &mut room);
                    convolve(filters, bias_of(i), seen, &padded.view, channels, out, self.bounds);
                }
            }
            Weights::Tiles(groups) => {
                for (i, ((x, out), filters)) in given.zip(outs).zip(groups.iter().cycle()).enumerate() {
                    let seen = padded.of(x, channels, &mut room);
                    winograd::convolve(filters, bias_of(i), seen, &tiling(&layout), out, self.bounds);
                }
            }
            Weights::Single(weights) => {
                let taps = padded.view.taps.len();
                let filters = weights.chunks(taps * each);
                for (i, ((x, outs), filters)) in given.zip(outs).zip(filters.cycle()).enumerate() {
                    let seen = padded.with_slack(x, &mut room);
                    for (j, (out, filter)) in outs.chunks_mut(places).zip(filters.chunks(taps)).enumerate() {
                        let bias = bias_of(i).get(j).copied().unwrap_or(0.0);
                        convolve_one(filter, bias, seen, &padded.view, out, self.bounds);
                    }
                }
            }
        }
        Ok(Tensor::rounded(data.dtype(), shape, Data::F32(all)))
    }
}

/// The tiles of filters that move over two dimensions.
fn tiling(layout: &Layout) -> Tiling {
    Tiling { places: [layout.moves[0].output, layout.moves[1].output] }
}

/// How channels lie with their pads, and how the window moves over them.
struct Padded {
    view: View,
    /// How many elements a channel has without its pads.
    image: usize,
    /// How many of them a row has.
    width: usize,
    /// Where each row is among the pads; nothing if there are none.
    rows: Option<Vec<usize>>,
}

impl Padded {
    fn new(layout: &Layout, is_tiled: bool) -> Result<Self> {
        let moves = &layout.moves;
        let lengths: Vec<usize> = moves.iter().map(|along| along.input).collect();
        let seen = |along: &Along| (along.output - 1) * along.stride + (along.kernel - 1) * along.dilation;
        let mut padded: Vec<usize> =
            moves.iter().map(|along| (along.before + along.input).max(seen(along) + 1)).collect();
        if is_tiled {
            padded = tiling(layout).lengths().to_vec();
        }
        let channel = count(&padded)?;
        count(&[layout.channels / layout.groups, channel])?;
        let strides = strides(&padded);
        let (outer, last) = moves.split_at(moves.len() - 1);
        let along = |lengths: Vec<usize>, steps: Vec<usize>| {
            let steps: Vec<usize> = steps.iter().zip(&strides).map(|(step, stride)| step * stride).collect();
            offsets(&lengths, &steps)
        };
        let view = View {
            channel,
            taps: along(
                moves.iter().map(|along| along.kernel).collect(),
                moves.iter().map(|along| along.dilation).collect(),
            ),
            rows: along(
                outer.iter().map(|along| along.output).collect(),
                outer.iter().map(|along| along.stride).collect(),
            ),
            width: last[0].output,
            step: last[0].stride,
        };
        let first: usize = moves.iter().zip(&strides).map(|(along, stride)| along.before * stride).sum();
        let rows = (padded != lengths).then(|| {
            let (outer, steps) = (&lengths[..lengths.len() - 1], &strides[..lengths.len() - 1]);
            offsets(outer, steps).into_iter().map(|row| first + row).collect()
        });
        Ok(Self { view, image: lengths.iter().product(), width: last[0].input, rows })
    }

    /// Channels with their pads.
    fn of<'a>(&self, x: &'a [f32], channels: usize, room: &'a mut Vec<f32>) -> &'a [f32] {
        if self.rows.is_none() {
            return x;
        }
        room.resize(channels * self.view.channel, 0.0);
        x.chunks(self.image.max(1)).zip(room.chunks_mut(self.view.channel)).for_each(|(x, to)| self.fill(x, to));
        room
    }

    /// One channel with its pads, and what may be read past its end.
    fn with_slack<'a>(&self, x: &[f32], room: &'a mut Vec<f32>) -> &'a [f32] {
        room.resize(self.view.channel + SLACK, 0.0);
        self.fill(x, room);
        room
    }

    /// Puts a channel among pads.
    fn fill(&self, x: &[f32], to: &mut [f32]) {
        match &self.rows {
            None => to[..x.len()].copy_from_slice(x),
            Some(rows) => {
                for (x, &row) in x.chunks(self.width.max(1)).zip(rows) {
                    to[row..row + x.len()].copy_from_slice(x);
                }
            }
        }
    }
}
