//! Images that change their size, and blocks of them.

use crate::error::{Error, Kind, Result};
use crate::import::layout::Layout;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Aspect, Binary, Coordinates, Data, Dtype, Operator, PadMode, Resize, ResizeMode, Tensor, Unary};

/// The longest side that an image is brought to.
const MOST_SIDE: usize = 1 << 16;

/// RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR: images, height and width.
pub fn resize(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_rank(0, 4)?;
    if step.kind == "RESIZE_NEAREST_NEIGHBOR" {
        return nearest(step);
    }
    let options = step.options(15, 4)?;
    let coordinates = match (options.flag(2)?, options.flag(3)?) {
        (true, true) => return Err(unsupported("RESIZE_BILINEAR with both aligned corners and half pixels")),
        (true, false) => Coordinates::AlignCorners,
        (false, true) => Coordinates::HalfPixel,
        (false, false) => Coordinates::Asymmetric,
    };
    let layout = step.layout(0)?;
    let how = Resize {
        mode: ResizeMode::Linear,
        coordinates,
        axes: [1, 2].map(|axis| layout.axis(axis, 4) as i64).to_vec(),
        cubic: 0.0,
        exclude_outside: false,
        extrapolation: 0.0,
        antialias: false,
        aspect: Aspect::Stretch,
    };
    if step.is_quantized(step.input(0)?)? {
        return whole(step, coordinates, layout);
    }
    let (x, sizes) = (step.laid(0, layout)?, step.place(1)?);
    let made = step.nodes(Operator::Resize(how), vec![Some(x), None, None, Some(sizes)], 1)[0];
    step.give(made, layout)
}

/// RESIZE_BILINEAR of whole numbers, as XNNPACK has it: between two places by fractions of 11 bits, and rounded once, halves up.
fn whole(step: &mut Step<'_, '_>, coordinates: Coordinates, layout: Layout) -> Result<()> {
    step.check_moved(&[0])?;
    let (sizes, dtype) = (step.integers(1)?, step.dtype(0)?);
    let x = step.laid(0, layout)?;
    let mut made = step.node(Operator::Cast(Dtype::F32), &[x]);
    // Along the rows first: their sums are exact in float32.
    for (axis, size) in [1, 2].into_iter().zip(sizes).rev() {
        let length =
            step.shape(0)?[axis].ok_or_else(|| unsupported("RESIZE_BILINEAR of whole numbers of a free size"))?;
        let (below, fractions) = between(length, side(length, size)?, coordinates);
        let above = below.iter().map(|&place| (place + 1).min(length as i64 - 1)).collect();
        let axis = layout.axis(axis, 4);
        let [below, above] = [below, above].map(|places| {
            let places = step.whole(places);
            step.node(Operator::Gather { axis: axis as i64 }, &[made, places])
        });
        let mut shape = vec![1; 4];
        shape[axis] = fractions.len();
        let fractions = step.weight(Tensor::new(Dtype::F32, shape, Data::F32(fractions))?);
        let apart = step.binary(Binary::Sub, above, below);
        let part = step.binary(Binary::Mul, apart, fractions);
        made = step.binary(Binary::Add, below, part);
    }
    let half = step.scalar(0.5);
    let more = step.binary(Binary::Add, made, half);
    let floor = step.unary(Unary::Floor, more);
    let made = step.node(Operator::Cast(dtype), &[floor]);
    step.graph.kinds.whole = true;
    step.give(made, layout)
}

/// The places before those of the output, and how far from them to the next ones, in f32 as XNNPACK computes it.
fn between(length: usize, size: usize, coordinates: Coordinates) -> (Vec<i64>, Vec<f32>) {
    let less = usize::from(coordinates == Coordinates::AlignCorners && size != 1);
    let scale = (length - less) as f32 / (size.max(1 + less) - less) as f32;
    let offset = if coordinates == Coordinates::HalfPixel { 0.5 * scale - 0.5 } else { 0.0 };
    let place = |i: usize| {
        let place = (i as f32 * scale + offset).clamp(0.0, (length - 1) as f32);
        let below = place.floor();
        (below as i64, ((place - below) * 2048.0).round_ties_even() / 2048.0)
    };
    (0..size).map(place).unzip()
}

/// A side that an image is brought to, of one that is not empty.
fn side(length: usize, size: i64) -> Result<usize> {
    let size = usize::try_from(size).ok().filter(|&size| size <= MOST_SIDE && length > 0);
    size.ok_or_else(|| Error::new(Kind::InvalidModel, "input 1", format!("sides of 0 to {MOST_SIDE}"), "others"))
}

fn nearest(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let options = step.options(74, 2)?;
    let (aligned, half) = (options.flag(0)?, options.flag(1)?);
    let (sizes, layout) = (step.integers(1)?, step.layout(0)?);
    let mut made = step.laid(0, layout)?;
    for (axis, size) in [1, 2].into_iter().zip(sizes) {
        let length = step.shape(0)?[axis].ok_or_else(|| unsupported("nearest places of images of a free size"))?;
        let size = side(length, size)?;
        let places = step.whole(places(length, size, aligned, half));
        made = step.node(Operator::Gather { axis: layout.axis(axis, 4) as i64 }, &[made, places]);
    }
    step.give(made, layout)
}

/// The nearest place of each, in f32 as TFLite computes it.
fn places(length: usize, size: usize, aligned: bool, half: bool) -> Vec<i64> {
    let scale = match aligned && size > 1 {
        true => (length - 1) as f32 / (size - 1) as f32,
        false => length as f32 / size as f32,
    };
    let near = |i: usize| {
        let place = (i as f32 + if half { 0.5 } else { 0.0 }) * scale;
        let place = if aligned { place.round() } else { place.floor() };
        (place as i64).clamp(0, length as i64 - 1)
    };
    (0..size).map(near).collect()
}

/// SPACE_TO_DEPTH, DEPTH_TO_SPACE: places of a block to channels, and back.
pub fn blocks(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_rank(0, 4)?;
    step.check_moved(&[0])?;
    let (kind, operator): (u8, fn(i64) -> Operator) = match step.kind {
        "SPACE_TO_DEPTH" => (19, |block| Operator::SpaceToDepth { block }),
        _ => (94, |block| Operator::DepthToSpace { block, column_row: false }),
    };
    let block = step.options(kind, 1)?.integer(0, 0)?;
    let x = step.laid(0, Layout::ChannelsSecond)?;
    let made = step.node(operator(block), &[x]);
    step.give(made, Layout::ChannelsSecond)
}

/// The lengths of a tensor's dimensions after the batch, which must be known.
fn lengths(step: &Step<'_, '_>) -> Result<Vec<i64>> {
    let known = step.shape(0)?.iter().skip(1).map(|length| length.and_then(|length| i64::try_from(length).ok()));
    known.collect::<Option<_>>().ok_or_else(|| unsupported(format!("{} of images of a free size", step.kind)))
}

/// The sides of the blocks, and for each of them the numbers before and after.
fn sides(step: &Step<'_, '_>) -> Result<(Vec<i64>, Vec<i64>, Vec<i64>)> {
    let (blocks, around) = (step.integers(1)?, step.integers(2)?);
    let fits = around.len() == 2 * blocks.len() && blocks.len() < step.rank(0)?;
    match fits
        && blocks.iter().all(|&x| (1..=1 << 20).contains(&x))
        && around.iter().all(|&x| (0..=1 << 20).contains(&x))
    {
        true => {
            let (before, after) = around.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
            Ok((blocks, before, after))
        }
        false => Err(Error::new(Kind::InvalidModel, "inputs", "blocks, and two numbers for each of them", "others")),
    }
}

/// SPACE_TO_BATCH_ND: data, the sides of a block, pads: each place of a block becomes a batch of its own.
pub fn to_batch(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let ((blocks, before, after), lengths) = (sides(step)?, lengths(step)?);
    let (count, zero) = (blocks.len(), step.zero(step.input(0)?)?);
    let x = step.place(0)?;
    let (pads, axes) = (step.whole([before.clone(), after.clone()].concat()), step.whole((1..=count as i64).collect()));
    let x = step.node(Operator::Pad(PadMode::Constant), &[x, pads, zero, axes]);
    let mut outer = Vec::new();
    for i in 0..count {
        let whole = lengths[i].saturating_add(before[i] + after[i]);
        if whole % blocks[i] != 0 {
            return Err(Error::new(Kind::InvalidModel, "input 1", "blocks that fit", blocks[i].to_string()));
        }
        outer.push(whole / blocks[i]);
    }
    let rest = &lengths[count..];
    let pairs = outer.iter().zip(&blocks).flat_map(|(&outer, &block)| [outer, block]);
    let x = step.reshaped(x, [vec![-1], pairs.collect(), rest.to_vec()].concat());
    let (count, rank) = (count as i64, (1 + 2 * count + rest.len()) as i64);
    let order = (0..count).map(|i| 2 + 2 * i).chain([0]).chain((0..count).map(|i| 1 + 2 * i));
    let order = order.chain(1 + 2 * count..rank).collect();
    let x = step.transposed(x, order);
    let made = step.reshaped(x, [vec![-1], outer, rest.to_vec()].concat());
    step.give(made, Layout::ChannelsLast)
}

/// BATCH_TO_SPACE_ND: data, the sides of a block, what is cut off: the way back.
pub fn from_batch(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let ((blocks, before, after), lengths) = (sides(step)?, lengths(step)?);
    let (count, rest) = (blocks.len(), &lengths[blocks.len()..]);
    let x = step.place(0)?;
    let x = step.reshaped(x, [blocks.clone(), vec![-1], lengths.clone()].concat());
    let places = (0..count).flat_map(|i| [count + 1 + i, i]);
    let order = std::iter::once(count).chain(places).chain(2 * count + 1..2 * count + 1 + rest.len());
    let x = step.transposed(x, order.map(|axis| axis as i64).collect());
    let whole = lengths.iter().zip(&blocks).map(|(length, block)| length.saturating_mul(*block));
    let x = step.reshaped(x, [vec![-1], whole.collect(), rest.to_vec()].concat());
    let ends = after.into_iter().map(|after| if after == 0 { i64::MAX } else { -after }).collect();
    let lists = [before, ends, (1..=count as i64).collect()].map(|list| step.whole(list));
    let made = step.node(Operator::Slice, &[x, lists[0], lists[1], lists[2]]);
    step.give(made, Layout::ChannelsLast)
}
