//! A fitted network → a [`Network`]: batch norms are in the convolutions' weights, and a regression's scale in the last layer's.

use super::super::answer::Answer;
use super::batch::affine;
use super::epochs::Learned;
use super::images::Images;
use super::shape::Block;
use crate::error::Result;
use crate::import::network::{Builder, Place};
use crate::model::Provenance;
use crate::network::{
    AutoPad, Binary, Data, Dim, Dtype, Network, Operator, Pool, PoolKind, Port, Softmax, SoftmaxKind, Tensor, Unary,
    Window,
};
use crate::optimize::optimize;

/// The network. It takes examples as they were given, of any number, and makes `probabilities` or a `prediction` of each.
///
/// # Errors
/// If the graph is not sound: a mistake here.
pub fn lower(images: &Images, learned: &Learned) -> Result<Network> {
    let shape = &learned.shape;
    let mut graph = Graph { builder: Builder::default(), at: Place::Input(0) };
    if images.dtype != Dtype::F32 {
        graph.step("cast", Operator::Cast(Dtype::F32), []);
    }
    match images.shape.len() {
        2 => graph.step("channels", Operator::Unsqueeze, [Tensor::integers(vec![1])]),
        _ => graph.step("channels", Operator::Transpose(vec![0, 3, 1, 2]), []),
    }
    let channels = |numbers: &[f32]| floats(&[numbers.len(), 1, 1], numbers.to_vec());
    graph.step("centre", Operator::Binary(Binary::Sub), [channels(&learned.scaling.means)]);
    graph.step("scale", Operator::Binary(Binary::Mul), [channels(&learned.scaling.factors)]);
    for (i, (block, ranges)) in shape.blocks.iter().zip(shape.of_blocks()).enumerate() {
        let affine = affine(&learned.moments[i], &learned.parameters, &ranges);
        let [weights, _, _] = ranges;
        let weights = learned.parameters[weights].iter().enumerate();
        let folded = weights.map(|(at, &x)| (f64::from(x) * affine[at / block.depth()].factor) as f32).collect();
        let weights = floats(&[block.filters, block.size.channels, block.kernel, block.kernel], folded);
        let bias = floats(&[block.filters], affine.iter().map(|affine| affine.shift as f32).collect());
        graph.step(&format!("convolution {}", i + 1), Operator::Conv(around(block)), [weights, bias]);
        graph.step(&format!("relu {}", i + 1), Operator::Unary(Unary::Relu), []);
        if block.pool != [1, 1] {
            let lengths: Vec<i64> = block.pool.iter().map(|&length| length as i64).collect();
            let window =
                Window { kernel: lengths.clone(), strides: lengths, auto: AutoPad::Valid, ..Window::default() };
            let by = PoolKind::Max { by_columns: false };
            graph.step(&format!("pool {}", i + 1), Operator::Pool(Pool { by, window, ceil: false }), []);
        }
    }
    if shape.averages {
        let (by, window) = (PoolKind::Average { with_pads: false }, Window::default());
        graph.step("average", Operator::Pool(Pool { by, window, ceil: false }), []);
    }
    graph.step("flatten", Operator::Flatten { axis: 1 }, []);
    for (i, (dense, [weights, intercepts])) in shape.dense.iter().zip(shape.of_dense()).enumerate() {
        let is_last = i + 1 == shape.dense.len();
        let [mean, deviation] = if is_last { learned.scaling.target } else { [0.0, 1.0] };
        let scaled = |x: &f32| f64::from(*x) * deviation;
        let weights = learned.parameters[weights].iter().map(|x| scaled(x) as f32).collect();
        let intercepts = learned.parameters[intercepts].iter().map(|x| (scaled(x) + mean) as f32).collect();
        let constants = [floats(&[dense.inputs, dense.outputs], weights), floats(&[dense.outputs], intercepts)];
        let gemm = Operator::Gemm { alpha: 1.0, beta: 1.0, transposed: (false, false) };
        graph.step(&format!("dense {}", i + 1), gemm, constants);
        if !is_last {
            graph.step("relu", Operator::Unary(Unary::Relu), []);
        }
    }
    let batch = || Dim::Any("n".to_owned());
    let (name, shape) = if shape.answer == Answer::Number {
        graph.step("prediction", Operator::Squeeze, [Tensor::integers(vec![1])]);
        ("prediction", vec![batch()])
    } else {
        let softmax = Softmax { axis: -1, flat: false, kind: SoftmaxKind::Softmax };
        graph.step("probabilities", Operator::Softmax(softmax), []);
        ("probabilities", vec![batch(), Dim::Fixed(shape.outputs() as u32)])
    };
    let lengths = images.shape.iter().map(|&length| Dim::Fixed(length as u32));
    let given = [batch()].into_iter().chain(lengths).collect();
    let input = Port { name: images.name.clone(), dtype: images.dtype, shape: Some(given) };
    let output = Port { name: name.to_owned(), dtype: Dtype::F32, shape: Some(shape) };
    let Graph { builder, at } = graph;
    optimize(builder.finish(vec![input], vec![(output, Some(at))], Provenance::default())?)
}

/// A graph that is a chain, and where its end is.
struct Graph {
    builder: Builder,
    at: Place,
}

impl Graph {
    /// Adds what takes the end of the chain and some constants.
    fn step<const N: usize>(&mut self, name: &str, operator: Operator, constants: [Tensor; N]) {
        let constants = constants.map(|tensor| Some(self.builder.weight(tensor)));
        let inputs = [Some(self.at)].into_iter().chain(constants).collect();
        self.at = Place::Made(self.builder.node(name.to_owned(), operator, inputs, 1));
    }
}

/// How a block's window moves: as many zeros around as its output needs to be as large as its input.
fn around(block: &Block) -> Window {
    let pad = block.pad() as i64;
    Window { kernel: vec![block.kernel as i64; 2], pads: vec![pad; 4], groups: 1, ..Window::default() }
}

fn floats(shape: &[usize], numbers: Vec<f32>) -> Tensor {
    Tensor::exact(Dtype::F32, shape.to_vec(), Data::F32(numbers))
}

#[cfg(test)]
mod tests {
    use super::super::batch::Batch;
    use super::super::epochs;
    use super::*;
    use crate::infer::Inference;
    use crate::native::train::options::{Options, Task};
    use crate::native::train::parameters::{Given, tables};

    /// Images of every kind of array, with a target that follows from them.
    fn images(shape: &[usize], dtype: Dtype, task: Task) -> Images {
        let count = 40;
        let length: usize = shape.iter().product();
        let number = |i: usize| (i * 7919 % 101) as f32 + (i / length * 31 % 47) as f32;
        let all = 0..count * length;
        let data = match dtype {
            Dtype::F32 => Data::F32(all.map(number).collect()),
            _ => Data::I64(all.map(|i| number(i) as i64).collect()),
        };
        let examples = Tensor::exact(dtype, [&[count], shape].concat(), data);
        let target = (0..count).map(|i| (i * 31 % 47) as f64 * 100.0);
        let target = match task {
            Task::Regression => Tensor::exact(Dtype::F64, vec![count], Data::F64(target.collect())),
            Task::Classification => {
                Tensor::exact(Dtype::I64, vec![count], Data::I64(target.map(|y| (y / 1600.0) as i64).collect()))
            }
        };
        let arrays = vec![("x".to_owned(), examples), ("y".to_owned(), target)];
        Images::read(arrays, &Options::new("y")).expect("images")
    }

    #[test]
    fn networks_answer_as_what_they_are_made_of() {
        let (classes, numbers) = (Task::Classification, Task::Regression);
        for (shape, dtype, task, set) in [
            (&[8, 8][..], Dtype::U8, classes, &[("filters", "4x6")][..]),
            (&[9, 5, 3], Dtype::F32, classes, &[("filters", "3x4x5"), ("head", "average"), ("dense_units", "7")]),
            (&[1, 12], Dtype::I16, numbers, &[("filters", "4"), ("kernel_size", "5"), ("dropout", "0.3")]),
            (&[3, 3, 1], Dtype::F32, numbers, &[("filters", "2x2x2x2"), ("shift", "1"), ("kernel_size", "1")]),
        ] {
            let images = images(shape, dtype, task);
            let mut given = Given::default();
            for (name, text) in [("epochs", "3"), ("learning_rate", "0.01")].iter().chain(set) {
                given.set("--set", "cnn", tables::convolutional(task), (name, text)).expect("a value");
            }
            let values = given.of(tables::convolutional(task));
            let rows: Vec<usize> = (0..40).collect();
            let learned = epochs::fit(&images, &rows, values, 1, &(), &|| true).expect("a fit");
            let network = lower(&images, &learned).expect("a network");
            let made = Inference::new(network).run(vec![images.tensor(&rows)]).expect("answers");
            let Data::F32(made) = made[0].data() else { panic!("floats") };
            let [mean, deviation] = learned.scaling.target;
            let own = learned.answers(&mut Batch::default(), &images, &rows);
            assert_eq!(made.len(), own.len());
            for (made, own) in made.iter().zip(own) {
                let own = f64::from(own) * deviation + mean;
                let off = (f64::from(*made) - own).abs();
                assert!(off <= 1e-5 * deviation.max(mean.abs()), "{shape:?}: {made} is not {own}");
            }
        }
    }
}
