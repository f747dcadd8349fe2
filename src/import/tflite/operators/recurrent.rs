//! The recurrent layer that TFLite has as one operator.
//!
//! Its state is a variable, which an interpreter keeps from run to run until it is reset. Here each run begins with zeros, as
//! the first one of an interpreter does.

use crate::error::{Error, Kind, Result};
use crate::import::layout::Layout;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Cell, Data, Direction, Dtype, Operator, Recurrent, Tensor, Unary};

/// The inputs of each gate, in the order of ONNX: what comes in, what goes out, what is forgotten, what is new.
const GATES: [[usize; 3]; 4] = [[1, 5, 12], [4, 8, 15], [2, 6, 13], [3, 7, 14]];

/// UNIDIRECTIONAL_SEQUENCE_LSTM: data, weights of each gate, states that are variables.
pub fn lstm(step: &mut Step<'_, '_>) -> Result<()> {
    let options = step.options(71, 6)?;
    let function = match options.byte(0)? {
        4 => Unary::Tanh,
        1 => Unary::Relu,
        activation => return Err(unsupported(format!("{} with the activation {activation}", step.kind))),
    };
    if options.float(2)? != 0.0 || options.flag(5)? {
        return Err(unsupported("an LSTM whose projections are clipped, or with diagonal weights"));
    }
    // Peepholes, a projection, norms.
    if (9..12).chain(16..18).chain(20..24).any(|i| step.find_input(i).is_some()) || step.find_input(1).is_none() {
        return Err(unsupported("an LSTM with peepholes, a projection, norms or coupled gates"));
    }
    for state in [18, 19] {
        if !step.graph.told(step.input(state)?)?.is_variable {
            return Err(unsupported("an LSTM with states to begin with"));
        }
    }
    step.check_rank(0, 3)?;
    let batch_first = !options.flag(3)?;
    // A step adds at most 1 to a cell, so that as many as the bound of a cell never reach it.
    let (clip, steps) = (options.float(1)?, step.shape(0)?[usize::from(batch_first)]);
    let is_free = clip == 0.0 || function == Unary::Tanh && steps.is_some_and(|steps| steps as f32 <= clip);
    if !is_free {
        return Err(unsupported(format!("an LSTM of more than {clip} steps, whose cells are clipped then; unroll it")));
    }
    let (mut weights, mut of_states, mut biases) = (Vec::new(), Vec::new(), Vec::new());
    let (mut hidden, mut depth) = (0, 0);
    for [of_input, of_state, bias] in GATES {
        let [own, state, bias] = [matrix(step, of_input)?, matrix(step, of_state)?, matrix(step, bias)?];
        let ([rows, columns], [same, square], [biased]) = (own.shape(), state.shape(), bias.shape()) else {
            return Err(wrong("matrices of gates, and a number for each row"));
        };
        let is_first = weights.is_empty();
        if rows != same || rows != square || rows != biased || !is_first && (*rows, *columns) != (hidden, depth) {
            return Err(wrong("gates of the same size"));
        }
        (hidden, depth) = (*rows, *columns);
        for (tensor, all) in [(own, &mut weights), (state, &mut of_states), (bias, &mut biases)] {
            let Data::F32(x) = tensor.into_data() else { return Err(unsupported("an LSTM in other than float32")) };
            all.extend(x);
        }
    }
    biases.extend(vec![0.0; 4 * hidden]);
    let mut given = vec![Some(step.place(0)?)];
    for (shape, numbers) in
        [(vec![1, 4 * hidden, depth], weights), (vec![1, 4 * hidden, hidden], of_states), (vec![1, 8 * hidden], biases)]
    {
        let tensor = Tensor::new(Dtype::F32, shape, Data::F32(numbers))?;
        given.push(Some(step.weight(tensor)));
    }
    let layer = Recurrent {
        cell: Cell::Lstm { coupled: false },
        hidden: hidden as i64,
        direction: Direction::Forward,
        activations: vec![Unary::Sigmoid, function, function],
        clip: 0.0,
        batch_first,
    };
    let made = step.nodes(Operator::Recurrent(layer), given, 3)[0];
    // All states are [batch, time, ways, units], or [time, ways, batch, units].
    let axis = step.whole(vec![if batch_first { 2 } else { 1 }]);
    let made = step.node(Operator::Squeeze, &[made, axis]);
    step.give(made, Layout::ChannelsLast)
}

/// The numbers of an input, which must be float32.
fn matrix(step: &Step<'_, '_>, i: usize) -> Result<Tensor> {
    let constant = step.constant(i)?;
    match constant.tensor.dtype() {
        Dtype::F32 => Ok(constant.tensor),
        dtype => Err(unsupported(format!("an LSTM with weights of {}", dtype.name()))),
    }
}

fn wrong(expected: &'static str) -> Error {
    Error::new(Kind::InvalidModel, "inputs", expected, "others")
}
