//! Layers that move elements: other shapes, edges that are cut or added.

use super::{Flow, Step};
use crate::error::Result;
use crate::import::keras::flow::Shape;
use crate::import::keras::settings::{unsupported, whole};
use crate::import::layout::Layout;
use crate::import::value::{Value, wrong};
use crate::network::tensor::MAX_ELEMENTS;
use crate::network::{Operator, PadMode};

/// Flatten: all but the batch in one dimension, in Keras' order.
pub fn flatten(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    step.check_format()?;
    let input = step.input()?;
    if input.rank() == 0 {
        return Err(wrong("inputs", "at least 1 dimension", 0));
    }
    let x = step.used.graph.last(&step.used.at, &input);
    let place = step.node(Operator::Flatten { axis: 1 }, &[x]);
    let shape = vec![input.shape[0], product(&input.shape[1..])];
    Ok(vec![Flow { layout: Layout::ChannelsLast, shape, ..input.at(place) }])
}

/// Reshape: another shape behind the batch, one length of which may follow from the rest.
pub fn reshape(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    let target = step.settings.find_integers("target_shape")?.unwrap_or_default();
    if input.rank() == 0 || target.iter().any(|&x| x < -1 || x == 0) || target.iter().filter(|&&x| x == -1).count() > 1
    {
        return Err(wrong("target_shape", "lengths from 1 on, and -1 at most once", format!("{target:?}")));
    }
    let known: Shape = target.iter().filter(|&&x| x > 0).map(|&x| Some(x as usize)).collect();
    let (known, all) = (product(&known), product(&input.shape[1..]));
    let rest = match (all, known) {
        (Some(all), Some(known)) if all % known != 0 || !target.contains(&-1) && all != known => {
            return Err(wrong("target_shape", format!("{all} elements"), known));
        }
        (Some(all), Some(known)) => Some(all / known),
        _ => None,
    };
    let shape = target.iter().map(|&x| usize::try_from(x).ok().or(rest));
    let shape = std::iter::once(input.shape[0]).chain(shape).collect();
    let x = step.used.graph.last(&step.used.at, &input);
    // A zero is the same length as before: the batch.
    let target = step.used.graph.integers([vec![0], target].concat());
    let place = step.node(Operator::Reshape { zero: false }, &[x, target]);
    Ok(vec![Flow { layout: Layout::ChannelsLast, shape, ..input.at(place) }])
}

/// Permute: dimensions behind the batch in another order, counted from 1.
pub fn permute(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    let dims = step.settings.find_integers("dims")?.unwrap_or_default();
    let mut sorted = dims.clone();
    sorted.sort_unstable();
    if input.rank() == 0 || !sorted.iter().copied().eq(1..input.rank() as i64) {
        return Err(wrong(
            "dims",
            format!("all dimensions from 1 to {}", input.rank().max(1) - 1),
            format!("{dims:?}"),
        ));
    }
    let order = [vec![0], dims].concat();
    let shape = order.iter().map(|&axis| input.shape[axis as usize]).collect();
    let x = step.used.graph.last(&step.used.at, &input);
    let place = step.used.graph.turn(&step.used.at, x, order);
    Ok(vec![Flow { layout: Layout::ChannelsLast, shape, ..input.at(place) }])
}

/// RepeatVector: a row as each of several steps.
pub fn repeat(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    let count = step.settings.length("n")?;
    let [batch, width] = input.shape[..] else { return Err(wrong("inputs", "2 dimensions", input.rank())) };
    let axes = step.used.graph.integers(vec![1]);
    let row = step.node(Operator::Unsqueeze, &[input.place, axes]);
    let counts = step.used.graph.integers(vec![1, count as i64, 1]);
    let place = step.node(Operator::Tile, &[row, counts]);
    Ok(vec![Flow { shape: vec![batch, Some(count), width], ..input.at(place) }])
}

/// Cropping1D, Cropping2D, Cropping3D.
pub fn crop(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let edges = edges(step, "cropping")?;
    let mut shape = input.shape.clone();
    for (length, (before, after)) in shape[1..].iter_mut().zip(&edges) {
        if let Some(length) = length {
            let left = length.checked_sub(before + after).filter(|&left| left > 0);
            *length = left.ok_or_else(|| wrong("cropping", format!("less than {length}"), before + after))?;
        }
    }
    Ok(vec![cut(step, &input, &edges, shape)])
}

/// CenterCrop: what is there too much of height and width, half of it before.
pub fn center(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    step.check_format()?;
    let input = step.float_input(4)?;
    step.settings.ignore(&["bounding_box_format"]);
    let mut shape = input.shape.clone();
    let mut edges = Vec::new();
    for (name, length) in ["height", "width"].into_iter().zip(&mut shape[1..]) {
        let kept = step.settings.length(name)?;
        let whole = length.ok_or_else(|| unsupported("the center of images of a free size"))?;
        let more = whole.checked_sub(kept).filter(|_| kept > 0);
        let more =
            more.ok_or_else(|| unsupported(format!("a {name} of {kept} of images with {whole}: those are resized")))?;
        edges.push((more / 2, more - more / 2));
        *length = Some(kept);
    }
    Ok(vec![cut(step, &input, &edges, shape)])
}

/// Images less their edges, of that shape then.
fn cut(step: &mut Step<'_, '_>, input: &Flow, edges: &[(usize, usize)], shape: Shape) -> Flow {
    let starts = edges.iter().map(|(before, _)| *before as i64).collect();
    // Counted from the end; without anything to cut there, past it.
    let ends = edges.iter().map(|&(_, after)| if after == 0 { i64::MAX } else { -(after as i64) }).collect();
    let axes = (1..input.rank() - 1).map(|axis| input.axis(axis) as i64).collect();
    let [starts, ends, axes] = [starts, ends, axes].map(|numbers| step.used.graph.integers(numbers));
    let place = step.node(Operator::Slice, &[input.place, starts, ends, axes]);
    Flow { shape, ..input.at(place) }
}

/// ZeroPadding1D, ZeroPadding2D, ZeroPadding3D.
pub fn pad(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let edges = edges(step, "padding")?;
    let mut shape = input.shape.clone();
    let mut pads = vec![0; 2 * input.rank()];
    for (i, &(before, after)) in edges.iter().enumerate() {
        let axis = input.axis(i + 1);
        (pads[axis], pads[input.rank() + axis]) = (before as i64, after as i64);
        shape[i + 1] = shape[i + 1].map(|length| length + before + after);
    }
    let pads = step.used.graph.integers(pads);
    let place = step.node(Operator::Pad(PadMode::Constant), &[input.place, pads]);
    Ok(vec![Flow { shape, ..input.at(place) }])
}

/// How much is cut or added before and after each dimension of an image: one number, one for each, or two for each.
fn edges(step: &Step<'_, '_>, name: &str) -> Result<Vec<(usize, usize)>> {
    let count = step.spatial();
    let value = step.settings.find(name).ok_or_else(|| wrong(name, "numbers", "none"))?;
    let numbers = whole(name, value)?;
    if let Some(x) = numbers.iter().find(|x| !(0..=1 << 20).contains(*x)) {
        return Err(wrong(name, "numbers from 0 on", x));
    }
    let is_flat = matches!(value, Value::Numbers(_));
    let all: Vec<usize> = numbers.iter().map(|&x| x as usize).collect();
    match all.len() {
        1 => Ok(vec![(all[0], all[0]); count]),
        // Of one dimension two numbers are before and after.
        found if found == 2 * count => Ok(all.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()),
        found if found == count && is_flat => Ok(all.iter().map(|&x| (x, x)).collect()),
        found => Err(wrong(name, format!("{} numbers", 2 * count), found)),
    }
}

/// How many elements there are, if all lengths are known.
pub fn product(shape: &[Option<usize>]) -> Option<usize> {
    let all = shape.iter().try_fold(1_usize, |all, length| length.and_then(|length| all.checked_mul(length)));
    all.filter(|&all| all <= MAX_ELEMENTS)
}
