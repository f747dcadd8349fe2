//! How much memory a network takes: its weights once, and while it runs hardly more than the tensors that have to be there at once. A test
//! by itself, since an allocator counts for a whole program.

use edgelet::infer::Inference;
use edgelet::network::{
    Binary, Data, Dim, Dtype, Network, Node, Operator, Parts, Pool, PoolKind, Port, Softmax, SoftmaxKind, Tensor,
    TensorId, Unary, Window,
};
use peak_alloc::PeakAlloc;
use std::cell::RefCell;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// How much more than the best possible arena a run may take.
const ROOM: f64 = 1.2;

#[test]
fn a_run_takes_little_more_than_the_tensors_that_are_there_at_once() {
    // Strides, pads, tiles of 3 × 3, one channel at a time, places that nobody asks for, and a whole image at once.
    let mut image = Graph::new(vec![1, 3, 160, 160]);
    let x = image.convolved(Made::Input, [3, 64, 3], 2, 1);
    let x = image.add(
        Operator::Pool(Pool { by: PoolKind::Max { by_columns: false }, window: window(3, 2, 1), ceil: false }),
        vec![x],
    );
    let y = image.convolved(x, [64, 64, 3], 1, 1);
    let x = image.add(Operator::Binary(Binary::Add), vec![x, y]);
    let x = image.convolved(x, [64, 256, 1], 1, 1);
    let x = image.convolved(x, [256, 256, 3], 2, 256);
    let x = image.convolved(x, [256, 64, 1], 1, 1);
    let average = PoolKind::Average { with_pads: false };
    let x = image.add(
        Operator::Pool(Pool { by: average, window: Window { groups: 1, ..Window::default() }, ceil: false }),
        vec![x],
    );
    image.check(x);

    // Rows that are packed, an attention over them, and functions in place.
    let mut encoder = Graph::new(vec![1, 128, 384]);
    let scores = encoder.linear(Made::Input, 384, 384);
    let turned = encoder.add(Operator::Transpose(vec![0, 2, 1]), vec![Made::Input]);
    let scores = encoder.add(Operator::MatMul, vec![scores, turned]);
    let softmax = Softmax { kind: SoftmaxKind::Softmax, axis: -1, flat: false };
    let scores = encoder.add(Operator::Softmax(softmax), vec![scores]);
    let x = encoder.add(Operator::MatMul, vec![scores, Made::Input]);
    let x = encoder.linear(x, 384, 1536);
    let x = encoder.add(Operator::Unary(Unary::Gelu(false)), vec![x]);
    let x = encoder.linear(x, 1536, 384);
    encoder.check(x);
}

/// Whose tensor it is.
#[derive(Clone, Copy)]
enum Made {
    Input,
    Weight(usize),
    Node(usize),
}

/// A network that is being put together.
struct Graph {
    shape: Vec<usize>,
    weights: Vec<Tensor>,
    nodes: Vec<(Operator, Vec<Made>)>,
}

impl Graph {
    fn new(shape: Vec<usize>) -> Self {
        Self { shape, weights: Vec::new(), nodes: Vec::new() }
    }

    fn add(&mut self, operator: Operator, inputs: Vec<Made>) -> Made {
        self.nodes.push((operator, inputs));
        Made::Node(self.nodes.len() - 1)
    }

    fn weight(&mut self, shape: Vec<usize>) -> Made {
        let numbers = (0..shape.iter().product()).map(|i: usize| (i * 7919 % 101) as f32 / 1e4).collect();
        self.weights.push(Tensor::new(Dtype::F32, shape, Data::F32(numbers)).unwrap());
        Made::Weight(self.weights.len() - 1)
    }

    fn convolved(&mut self, x: Made, [channels, filters, size]: [usize; 3], stride: i64, groups: usize) -> Made {
        let (weights, bias) = (self.weight(vec![filters, channels / groups, size, size]), self.weight(vec![filters]));
        let window = Window { groups: groups as i64, ..window(size as i64, stride, size as i64 / 2) };
        self.add(Operator::Conv(window), vec![x, weights, bias])
    }

    fn linear(&mut self, x: Made, depth: usize, width: usize) -> Made {
        let (weights, bias) = (self.weight(vec![depth, width]), self.weight(vec![width]));
        self.add(Operator::Linear, vec![x, weights, bias])
    }

    /// Runs the network that makes `output`, and compares what that took with what has to be there.
    fn check(self, output: Made) {
        let begun = MEMORY.current_usage();
        let weights: usize = self.weights.iter().map(|tensor| tensor.len() * size_of::<f32>()).sum();
        let count = self.weights.len();
        let id = |made: Made| -> TensorId {
            (match made {
                Made::Input => 0,
                Made::Weight(i) => 1 + i,
                Made::Node(i) => 1 + count + i,
            }) as TensorId
        };
        let nodes: Vec<Node> = (self.nodes.iter().enumerate())
            .map(|(i, (operator, inputs))| Node {
                name: format!("node {i}"),
                operator: operator.clone(),
                inputs: inputs.iter().map(|made| Some(id(*made))).collect(),
                outputs: 1,
                within: None,
            })
            .collect();
        let port = |name: &str, shape: Option<&[usize]>| Port {
            name: name.into(),
            dtype: Dtype::F32,
            shape: shape.map(|shape| shape.iter().map(|length| Dim::Fixed(*length as u32)).collect()),
        };
        let network = Network::new(Parts {
            inputs: vec![port("given", Some(&self.shape))],
            outputs: vec![(port("made", None), id(output))],
            weights: self.weights.into_iter().map(Into::into).collect(),
            nodes: nodes.clone(),
            ..Parts::default()
        });
        let inference = Inference::new(network.unwrap());
        let grown = MEMORY.current_usage().saturating_sub(begun);
        assert!(grown <= weights / 10, "{grown} bytes more than {weights} of weights as they were");
        let given = || {
            vec![Tensor::exact(Dtype::F32, self.shape.clone(), Data::zeros(Dtype::F32, self.shape.iter().product()))]
        };
        let bytes = |tensor: &Tensor| tensor.len() * size_of::<f32>();

        let sizes = RefCell::new(vec![bytes(&given()[0])]);
        inference.run_seen(given(), |made| sizes.borrow_mut().extend(made.iter().map(bytes))).unwrap();
        let sizes = sizes.into_inner();
        // Of each tensor that is made, the last node that takes it.
        let taken = |made: usize| {
            let made = if made == 0 { 0 } else { made + count };
            nodes.iter().rposition(|node| node.inputs.contains(&Some(made as TensorId))).unwrap_or(nodes.len())
        };
        let there = |i: usize| (0..=i + 1).filter(|made| taken(*made) >= i).map(|made| sizes[made]).sum::<usize>();
        let arena = (0..nodes.len()).map(there).max().unwrap();

        let before = MEMORY.current_usage();
        let given = given();
        MEMORY.reset_peak_usage();
        inference.run(given).unwrap();
        let took = MEMORY.peak_usage() - before;
        assert!(took as f64 <= ROOM * arena as f64, "{took} bytes where {arena} have to be there at once");
        assert!(took >= arena / 2, "{took} bytes cannot be all where {arena} have to be there at once");
    }
}

fn window(size: i64, stride: i64, pad: i64) -> Window {
    Window { kernel: vec![size; 2], strides: vec![stride; 2], pads: vec![pad; 4], groups: 1, ..Window::default() }
}
