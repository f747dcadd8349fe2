//! Recurrent layers. Keras' kernels have a column for each gate's numbers, ONNX's a row, and an LSTM's gates come in another
//! order there.

use super::{Argument, Flow, Settings, Step};
use crate::error::Result;
use crate::import::keras::config::Layer;
use crate::import::keras::graph::floats;
use crate::import::keras::settings::unsupported;
use crate::import::network::Place;
use crate::import::value::{Value, wrong};
use crate::infer::turned;
use crate::network::{Binary, Cell, Data, Direction, Operator, Recurrent, Tensor, Unary};

/// What one way through time makes.
struct Way {
    /// All states in the order of the input's steps, `[batch, time, units]`, or the last one, `[batch, units]`.
    output: Place,
    /// The last states.
    states: Vec<Place>,
    units: usize,
    sequences: bool,
    backwards: bool,
}

/// LSTM, GRU, SimpleRNN.
pub fn layer(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let (input, initial) = states(step)?;
    let class = step.class().to_owned();
    let mask = counted(step, &initial)?;
    let way = one_way(step, &class, "", &input, &initial, mask)?;
    let mut output = way.output;
    if way.sequences && way.backwards {
        // Keras leaves the steps in the order in which it went through them.
        let numbers = [vec![-1], vec![i64::MIN], vec![1], vec![-1]].map(|numbers| step.used.graph.integers(numbers));
        output = step.node(Operator::Slice, &[output, numbers[0], numbers[1], numbers[2], numbers[3]]);
    }
    let mut made = vec![shaped(&input, output, way.units, way.sequences)];
    if step.settings.flag("return_state", false)? {
        made.extend(way.states.iter().map(|&place| shaped(&input, place, way.units, false)));
    }
    Ok(made)
}

/// Bidirectional: a layer and its like the other way, and what becomes of both.
pub fn both_ways(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let (input, initial) = states(step)?;
    let mask = counted(step, &initial)?;
    let inner = |name: &str| step.settings.find(name).map(Layer::read).transpose();
    let forward = inner("layer")?.ok_or_else(|| wrong("layer", "a layer", "none"))?;
    let backward = inner("backward_layer")?;
    let weights = step.used.weights.clone().ok_or_else(|| wrong("weights", "those of a layer", "none"))?;
    // Keras calls its own two by the name of the one that was given.
    let plain = |prefix: &str| {
        let name = forward.name.strip_prefix(prefix).unwrap_or(forward.name);
        format!("{prefix}{name}")
    };
    let names =
        [plain("forward_"), backward.as_ref().map_or_else(|| plain("backward_"), |layer| layer.name.to_owned())];
    let (first, second) = initial.split_at(initial.len() / 2);
    let mut ways = Vec::new();
    for (i, layer) in [&forward, backward.as_ref().unwrap_or(&forward)].into_iter().enumerate() {
        let part = ["forward_layer", "backward_layer"][i];
        let own = Settings::new(layer.config);
        let outer = std::mem::replace(&mut step.settings, own);
        let all = step.used.weights.replace(weights.within(part, &names[i]));
        let way = one_way(step, layer.class, part, &input, if i == 0 { first } else { second }, mask);
        let returns_state = step.settings.flag("return_state", false);
        let read = step.settings.check_read();
        step.used.weights = all;
        step.settings = outer;
        read?;
        ways.push((way?, returns_state?));
    }
    // Without a layer of its own the way back is the other of the one that was given.
    let ((ahead, returns_state), (back, _)) = (&ways[0], &ways[1]);
    if backward.is_none() && ahead.backwards || backward.is_some() && ahead.backwards == back.backwards {
        return Err(unsupported("a layer that goes backwards already"));
    }
    if (ahead.units, ahead.sequences) != (back.units, back.sequences) {
        return Err(unsupported("ways of different kinds"));
    }
    let units = ahead.units;
    let both = [ahead.output, back.output];
    let merged = |step: &mut Step<'_, '_>, function| step.node(Operator::Binary(function), &both);
    let outputs = match step.settings.find("merge_mode") {
        None => both.iter().map(|&place| shaped(&input, place, units, ahead.sequences)).collect(),
        Some(Value::Text(mode)) => {
            let (place, width) = match mode.as_str() {
                "concat" => (step.node(Operator::Concat { axis: -1 }, &both), 2 * units),
                "sum" => (merged(step, Binary::Add), units),
                "mul" => (merged(step, Binary::Mul), units),
                "ave" => {
                    let sum = merged(step, Binary::Add);
                    let two = step.used.graph.scalar(2.0);
                    (step.node(Operator::Binary(Binary::Div), &[sum, two]), units)
                }
                mode => return Err(unsupported(format!("merge_mode = {mode:?}"))),
            };
            vec![shaped(&input, place, width, ahead.sequences)]
        }
        Some(other) => return Err(wrong("merge_mode", "a text", other.kind())),
    };
    let states = ahead.states.iter().chain(&back.states).filter(|_| *returns_state);
    Ok(outputs.into_iter().chain(states.map(|&place| shaped(&input, place, units, false))).collect())
}

/// The sequences, and the states to begin with: by name, or behind the sequences as Keras 2 writes them.
fn states(step: &mut Step<'_, '_>) -> Result<(Flow, Vec<Flow>)> {
    let mut initial: Vec<Flow> = step.used.inputs[1..].to_vec();
    if let Some((argument, values)) = step.named("initial_state") {
        let expected = match argument {
            Argument::Tensor(_) => 1,
            Argument::List(list) => list.len(),
            Argument::Value(_) => 0,
        };
        if values.len() != expected || expected == 0 {
            return Err(unsupported("an initial_state that is no tensor"));
        }
        initial = values.to_vec();
    }
    let input = step.floats(0)?;
    match input.rank() {
        3 => Ok((input, initial)),
        rank => Err(wrong("inputs", "3 dimensions", rank)),
    }
}

/// Which steps count. To Keras 3 all do where the layer is given states as well and no mask by name.
fn counted(step: &mut Step<'_, '_>, initial: &[Flow]) -> Result<Option<Place>> {
    let is_named = step.named("mask").is_some();
    match step.mask()? {
        Some(_) if !initial.is_empty() && (is_named || step.used.graph.is_older) => {
            Err(unsupported("both a mask and an initial_state: what comes before the first step that counts differs"))
        }
        mask => Ok(mask.filter(|_| initial.is_empty())),
    }
}

fn shaped(input: &Flow, place: Place, width: usize, sequences: bool) -> Flow {
    let (batch, time) = (input.shape[0], input.shape[1]);
    let shape = if sequences { vec![batch, time, Some(width)] } else { vec![batch, Some(width)] };
    Flow::new(place, shape)
}

/// One way through time. In a layer with two ways the second goes the other way than its settings say, unless it is a layer of
/// its own.
fn one_way(
    step: &mut Step<'_, '_>,
    class: &str,
    part: &str,
    input: &Flow,
    initial: &[Flow],
    mask: Option<Place>,
) -> Result<Way> {
    step.settings.ignore(&["dropout", "recurrent_dropout", "implementation", "use_cudnn", "unit_forget_bias"]);
    for name in ["stateful", "time_major"] {
        if step.settings.flag(name, false)? {
            return Err(unsupported(name));
        }
    }
    let units = step.settings.length("units")?;
    let activation = step.function("activation", Unary::Tanh)?;
    let (cell, gates, activations) = match class {
        "SimpleRNN" => (Cell::Rnn, 1, vec![activation]),
        "GRU" => {
            let reset_after = step.settings.flag("reset_after", true)?;
            let gate = step.function("recurrent_activation", Unary::Sigmoid)?;
            (Cell::Gru { reset_after }, 3, vec![gate, activation])
        }
        "LSTM" => {
            let gate = step.function("recurrent_activation", Unary::Sigmoid)?;
            (Cell::Lstm { coupled: false }, 4, vec![gate, activation, activation])
        }
        class => return Err(unsupported(format!("the layer {class} inside of it"))),
    };
    let backwards = step.settings.flag("go_backwards", false)? || part == "backward_layer";
    let (sequences, _) = (step.settings.flag("return_sequences", false)?, step.settings.flag("return_state", false)?);
    let given_zeros = step.settings.flag("zero_output_for_mask", false)?;
    let unrolled = step.settings.flag("unroll", false)?;
    // In a layer with two ways it is not the settings that say so.
    let zeros = mask.filter(|_| if part.is_empty() { given_zeros } else { sequences });
    if zeros.is_some() && (unrolled || !sequences) {
        return Err(unsupported("zero_output_for_mask of an unrolled layer, or of one that returns no sequences"));
    }
    // Gates of an LSTM: Keras has i, f, c, o, ONNX i, o, f, c.
    let order: &[usize] = if gates == 4 { &[0, 3, 1, 2] } else { &[0, 1, 2][..gates] };
    let weights = step.used.weights.as_ref().ok_or_else(|| wrong("weights", "those of a layer", "none"))?;
    let mut own = weights.cell();
    let rows = units.checked_mul(gates).ok_or_else(|| wrong("units", "fewer", units))?;
    let kernel = own.take(&["kernel"], &[input.channels(), Some(rows)])?;
    let recurrent = own.take(&["recurrent_kernel"], &[Some(units), Some(rows)])?;
    let twice = matches!(cell, Cell::Gru { reset_after: true });
    let bias = match step.settings.flag("use_bias", true)? {
        false => None,
        true if twice => Some(own.take(&["bias"], &[Some(2), Some(rows)])?),
        true => Some(own.take(&["bias"], &[Some(rows)])?),
    };
    let called = |name: &str| format!("{}/{part}/{name}", step.used.at);
    let (of_kernel, of_recurrent, of_bias) = (called("kernel"), called("recurrent_kernel"), called("bias"));
    let graph = &mut step.used.graph;
    let mut inputs = vec![Some(graph.last(&step.used.at, input))];
    inputs.push(Some(graph.weight(of_kernel, || by_rows(&kernel, units, order))?));
    inputs.push(Some(graph.weight(of_recurrent, || by_rows(&recurrent, units, order))?));
    inputs.push(match bias {
        Some(bias) => Some(graph.weight(of_bias, || biases(bias, units, order))?),
        None => None,
    });
    let is_lstm = gates == 4;
    let expected = if is_lstm { 2 } else { 1 };
    if !initial.is_empty() {
        if initial.len() != expected || initial.iter().any(|state| state.rank() != 2) {
            return Err(wrong("initial_state", format!("{expected} states"), initial.len()));
        }
        let axis = step.used.graph.integers(vec![1]);
        inputs.push(None);
        for state in initial {
            let state = step.used.graph.cast(&step.used.at, state, input.dtype);
            inputs.push(Some(step.node(Operator::Unsqueeze, &[state.place, axis])));
        }
    }
    if let Some(mask) = mask {
        inputs.resize(Recurrent::COUNTS, None);
        inputs.push(Some(mask));
    }
    let direction = if backwards { Direction::Reverse } else { Direction::Forward };
    let hidden = units as i64;
    let layer = Recurrent { cell, hidden, direction, activations, clip: 0.0, batch_first: true };
    let at = step.used.at.clone();
    let first = step.used.graph.nodes(&at, Operator::Recurrent(layer), inputs, if is_lstm { 3 } else { 2 });
    let made: Vec<Place> = (first..first + if is_lstm { 3 } else { 2 }).map(Place::Made).collect();
    // All states are [batch, time, ways, units], the last ones [batch, ways, units].
    let mut squeezed = |place: Place, axis: i64| {
        let axis = step.used.graph.integers(vec![axis]);
        step.node(Operator::Squeeze, &[place, axis])
    };
    let states: Vec<Place> = made[1..].iter().map(|&place| squeezed(place, 1)).collect();
    let mut output = if sequences { squeezed(made[0], 2) } else { states[0] };
    if let Some(mask) = zeros {
        output = step.zeroed(output, mask);
    }
    Ok(Way { output, states, units, sequences, backwards })
}

/// `[in, gates · units]` as `[1, gates · units, in]`, gates in another order.
fn by_rows(kernel: &Tensor, units: usize, order: &[usize]) -> Result<Tensor> {
    let inputs = kernel.shape()[0];
    let Data::F32(x) = turned(&[1, 0], kernel).into_data() else {
        return Err(unsupported("weights other than float32"));
    };
    let run = units * inputs;
    let rows = order.iter().flat_map(|&gate| x[gate * run..(gate + 1) * run].iter().copied()).collect();
    floats(vec![1, order.len() * units, inputs], rows)
}

/// `[gates · units]`, or two of them, as `[1, 2 · gates · units]`: those of the input, then those of the state.
fn biases(bias: Tensor, units: usize, order: &[usize]) -> Result<Tensor> {
    let rows = order.len() * units;
    let Data::F32(x) = bias.into_data() else { return Err(unsupported("weights other than float32")) };
    let arranged = |x: &[f32]| -> Vec<f32> {
        order.iter().flat_map(|&gate| x[gate * units..(gate + 1) * units].iter().copied()).collect()
    };
    let of_state = if x.len() == 2 * rows { arranged(&x[rows..]) } else { vec![0.0; rows] };
    floats(vec![1, 2 * rows], [arranged(&x[..rows]), of_state].concat())
}
