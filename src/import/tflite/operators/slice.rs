//! Parts of tensors, and tensors with something around them.

use crate::error::{Error, Kind, Result};
use crate::import::layout::Layout;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Binary, Dtype, Operator, PadMode};

const LAST: Layout = Layout::ChannelsLast;

/// PAD, PADV2, MIRROR_PAD: data, what is added before and after each dimension, the number of PADV2.
pub fn pad(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let mode = match step.kind {
        "MIRROR_PAD" if step.options(77, 1)?.byte(0)? != 0 => {
            return Err(unsupported("MIRROR_PAD with the edge twice (SYMMETRIC)"));
        }
        "MIRROR_PAD" => PadMode::Reflect,
        _ => PadMode::Constant,
    };
    let (rank, output) = (step.rank(0)?, step.output(0)?);
    let known = step.find_constant(1)?;
    let layout = if known.is_some() { step.layout(0)? } else { LAST };
    let mut inputs = vec![Some(step.laid(0, layout)?)];
    inputs.push(Some(match &known {
        Some(pads) => {
            let pads = pads.integers()?;
            if pads.len() != 2 * rank {
                let expected = format!("2 numbers for each of {rank} dimensions");
                return Err(Error::new(Kind::InvalidModel, "input 1", expected, pads.len().to_string()));
            }
            let (before, after): (Vec<i64>, Vec<i64>) = pads.chunks_exact(2).map(|pad| (pad[0], pad[1])).unzip();
            step.whole([before, after].concat())
        }
        None => {
            let pads = step.place(1)?;
            let pads = step.transposed(pads, vec![1, 0]);
            step.reshaped(pads, vec![-1])
        }
    }));
    inputs.push(match step.kind {
        "PADV2" => Some(step.place(2)?),
        "PAD" => Some(step.zero(output)?),
        _ => None,
    });
    inputs.push(Some(step.whole((0..rank).map(|axis| layout.axis(axis, rank) as i64).collect())));
    let made = step.nodes(Operator::Pad(mode), inputs, 1)[0];
    step.give(made, layout)
}

/// SLICE: data, starts, lengths, of which −1 is all that is left.
pub fn slice(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let (x, starts) = (step.place(0)?, step.place(1)?);
    let ends = match (step.find_constant(1)?, step.find_constant(2)?) {
        (Some(starts), Some(lengths)) => {
            let end = |(start, length): (&i64, i64)| if length < 0 { i64::MAX } else { start.saturating_add(length) };
            let ends = starts.integers()?.iter().zip(lengths.integers()?).map(end).collect();
            step.whole(ends)
        }
        _ => {
            let (starts, lengths) = (step.place(1)?, step.place(2)?);
            let [starts, lengths] = [starts, lengths].map(|x| step.node(Operator::Cast(Dtype::I64), &[x]));
            let ends = step.binary(Binary::Add, starts, lengths);
            let (zero, most) = (step.whole(vec![0]), step.whole(vec![i64::MAX]));
            let is_open = step.binary(Binary::Less, lengths, zero);
            step.node(Operator::Where, &[is_open, most, ends])
        }
    };
    let made = step.node(Operator::Slice, &[x, starts, ends]);
    step.give(made, LAST)
}

/// What a STRIDED_SLICE takes, dimension by dimension.
#[derive(Default)]
struct Parts {
    starts: Vec<i64>,
    ends: Vec<i64>,
    axes: Vec<i64>,
    steps: Vec<i64>,
    /// The dimensions of which one element is taken, and which are no more then.
    gone: Vec<i64>,
    /// The dimensions that are new in the result.
    new: Vec<i64>,
}

/// STRIDED_SLICE: data, starts, ends, steps; bits of the options say which of them mean something else.
pub fn strided(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let options = step.options(32, 6)?;
    let mask = |number: usize| options.integer(number, 0);
    let masks = [mask(0)?, mask(1)?, mask(2)?, mask(3)?, mask(4)?];
    let from_start = options.flag(5)?;
    if !step.graph.is_constant(step.input(1)?)? || !step.graph.is_constant(step.input(2)?)? {
        return computed(step, masks, from_start);
    }
    let (starts, mut ends, steps) = (step.integers(1)?, step.integers(2)?, step.integers(3)?);
    if starts.len() != ends.len() || starts.len() != steps.len() || starts.len() > 32 {
        return Err(Error::new(Kind::InvalidModel, "inputs", "as many starts, ends and steps", "others"));
    }
    if from_start {
        ends.iter_mut().zip(&starts).for_each(|(end, start)| *end = end.saturating_add(*start));
    }
    let parts = parts(step.shape(0)?, [&starts, &ends, &steps], masks)?;
    let x = step.place(0)?;
    let lists = [parts.starts, parts.ends, parts.axes, parts.steps].map(|list| step.whole(list));
    let mut made = step.node(Operator::Slice, &[x, lists[0], lists[1], lists[2], lists[3]]);
    for (axes, operator) in [(parts.gone, Operator::Squeeze), (parts.new, Operator::Unsqueeze)] {
        if !axes.is_empty() {
            let axes = step.whole(axes);
            made = step.node(operator, &[made, axes]);
        }
    }
    step.give(made, LAST)
}

fn parts(shape: &[Option<usize>], [starts, ends, steps]: [&[i64]; 3], masks: [i64; 5]) -> Result<Parts> {
    let has = |mask: usize, i: usize| masks[mask] >> i & 1 == 1;
    let [begin, end, ellipsis, new_axis, shrink] = [0, 1, 2, 3, 4];
    let named = (0..starts.len()).filter(|&i| !has(ellipsis, i) && !has(new_axis, i)).count();
    let hidden = shape.len().checked_sub(named);
    let hidden = hidden.ok_or_else(|| unsupported("STRIDED_SLICE of more dimensions than there are"))?;
    let (mut parts, mut axis, mut to) = (Parts::default(), 0, 0);
    for i in 0..starts.len() {
        if has(ellipsis, i) {
            (axis, to) = (axis + hidden, to + hidden as i64);
            continue;
        }
        if has(new_axis, i) {
            parts.new.push(to);
            to += 1;
            continue;
        }
        let Some(&length) = shape.get(axis) else { return Err(unsupported("STRIDED_SLICE with several ellipses")) };
        let (mut from, mut until, mut by) = (starts[i], ends[i], steps[i]);
        let is_before = from < 0 && length.is_none_or(|length| from.saturating_add(length as i64) < 0);
        if has(shrink, i) {
            (until, by) = (if from == -1 { i64::MAX } else { from.saturating_add(1) }, 1);
            parts.gone.push(axis as i64);
        } else {
            to += 1;
            if by < 0 && is_before && from != -1 && !has(begin, i) {
                return Err(unsupported("STRIDED_SLICE backwards from before the first element"));
            }
            if has(begin, i) {
                from = if by < 0 { i64::MAX } else { 0 };
            }
            if has(end, i) {
                until = if by < 0 { i64::MIN } else { i64::MAX };
            }
        }
        parts.starts.push(from);
        parts.ends.push(until);
        parts.steps.push(by);
        parts.axes.push(axis as i64);
        axis += 1;
    }
    Ok(parts)
}

/// The same with starts or ends that are computed: forwards, and without bits.
fn computed(step: &mut Step<'_, '_>, masks: [i64; 5], from_start: bool) -> Result<()> {
    let steps = step.integers(3)?;
    if masks != [0; 5] || from_start || steps.iter().any(|&step| step < 1) {
        return Err(unsupported("STRIDED_SLICE with masks or backwards, and with starts or ends that are computed"));
    }
    let (x, starts, ends) = (step.place(0)?, step.place(1)?, step.place(2)?);
    let (axes, steps) = (step.whole((0..steps.len() as i64).collect()), step.whole(steps));
    let made = step.node(Operator::Slice, &[x, starts, ends, axes, steps]);
    step.give(made, LAST)
}

/// REVERSE_V2: data, axes.
pub fn reverse(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let (x, axes) = (step.place(0)?, step.integers(1)?);
    let all = |x: i64| vec![x; axes.len()];
    let lists = [all(-1), all(i64::MIN), axes.clone(), all(-1)].map(|list| step.whole(list));
    let made = step.node(Operator::Slice, &[x, lists[0], lists[1], lists[2], lists[3]]);
    step.give(made, LAST)
}

/// REVERSE_SEQUENCE: data, lengths.
pub fn reverse_sequence(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let options = step.options(87, 2)?;
    let (time, batch) = (options.integer(0, 0)?, options.integer(1, 0)?);
    let (x, lengths) = (step.place(0)?, step.place(1)?);
    let made = step.node(Operator::ReverseSequence { time, batch }, &[x, lengths]);
    step.give(made, LAST)
}
