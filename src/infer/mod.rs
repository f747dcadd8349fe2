//! Runs a [`Network`]: node after node, each tensor kept until the last node that takes it.
//!
//! One file for each family of operators. They take tensors of any shape and type and either make what ONNX says or tell what
//! they expected instead.

mod arguments;
mod attention;
mod cast;
mod conv;
mod elementwise;
mod gather;
mod image;
mod normalize;
mod pool;
mod product;
mod quantize;
mod recurrent;
mod reduce;
mod resize;
mod scatter;
mod select;
mod shape;
mod slice;
mod strides;
mod window;

pub use arguments::Arguments;
pub use shape::turned;

use crate::error::{Error, Kind, Result};
use crate::network::{Network, Node, Operator, Tensor};

/// Runs a network.
pub struct Inference<'a> {
    network: &'a Network,
    /// For each tensor the last node that takes it; outputs are never let go.
    last: Vec<usize>,
}

impl<'a> Inference<'a> {
    /// Prepares to run a network.
    pub fn new(network: &'a Network) -> Self {
        let mut last = vec![0; network.inputs().len() + network.weights().len()];
        for (i, node) in network.nodes().iter().enumerate() {
            // What nobody takes goes with its maker.
            last.extend(std::iter::repeat_n(i, node.outputs as usize));
            for &id in node.inputs.iter().flatten() {
                last[id as usize] = i;
            }
        }
        for (_, id) in network.outputs() {
            last[*id as usize] = usize::MAX;
        }
        Self { network, last }
    }

    /// What the network makes of one tensor for each input, in their order.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] or [`Kind::WrongType`] at an input that does not fit, or at the node that cannot take what came to
    /// it; [`Kind::LimitExceeded`] for a tensor that would be too large.
    pub fn run(&self, inputs: Vec<Tensor>) -> Result<Vec<Tensor>> {
        let ports = self.network.inputs();
        if inputs.len() != ports.len() {
            let found = inputs.len().to_string();
            return Err(Error::new(Kind::WrongShape, "inputs", format!("{} tensors", ports.len()), found));
        }
        for (port, tensor) in ports.iter().zip(&inputs) {
            port.check(tensor)?;
        }
        let weights = self.network.weights();
        let first = inputs.len() + weights.len();
        let mut made: Vec<Option<Tensor>> = inputs.into_iter().map(Some).collect();
        made.resize(self.last.len() - weights.len(), None);
        // Weights are borrowed; whatever else there is lies in `made`, with the weights' places left out.
        let place = |id: usize| if id < first { id } else { id - weights.len() };
        let count = ports.len();
        let mut next = first;
        for (i, node) in self.network.nodes().iter().enumerate() {
            let given: Vec<Option<&Tensor>> = (node.inputs.iter())
                .map(|id| {
                    id.and_then(|id| match id as usize {
                        id if (count..first).contains(&id) => weights.get(id - count),
                        id => made[place(id)].as_ref(),
                    })
                })
                .collect();
            let outputs = run_node(node, &given)
                .map_err(|error| error.within(&format!("node {i} ({}, {})", node.name, node.operator.name())))?;
            for tensor in outputs {
                made[place(next)] = Some(tensor).filter(|_| self.last[next] > i);
                next += 1;
            }
            for &id in node.inputs.iter().flatten() {
                let id = id as usize;
                if self.last[id] == i && !(count..first).contains(&id) {
                    made[place(id)] = None;
                }
            }
        }
        let output = |id: usize| match id {
            id if (count..first).contains(&id) => Ok(weights[id - count].clone()),
            id => made[place(id)].clone().ok_or_else(|| Error::new(Kind::InvalidModel, "outputs", "a tensor", "none")),
        };
        self.network.outputs().iter().map(|(_, id)| output(*id as usize)).collect()
    }
}

/// What a node makes: as many tensors as it says.
fn run_node(node: &Node, given: &[Option<&Tensor>]) -> Result<Vec<Tensor>> {
    let mut outputs = run(&node.operator, &Arguments::new(given), node.outputs as usize)?;
    if outputs.len() < node.outputs as usize {
        let found = node.outputs.to_string();
        return Err(Error::new(Kind::InvalidModel, "outputs", format!("at most {}", outputs.len()), found));
    }
    outputs.truncate(node.outputs as usize);
    Ok(outputs)
}

/// What an operator makes. `outputs` is how many are asked for, for those that make as many as that.
pub fn run(operator: &Operator, given: &Arguments<'_>, outputs: usize) -> Result<Vec<Tensor>> {
    use Operator::*;
    let one = |tensor: Result<Tensor>| Ok(vec![tensor?]);
    match operator {
        Unary(function) => one(elementwise::unary(*function, given)),
        Binary(function) => one(elementwise::binary(*function, given)),
        Where => one(elementwise::choose(given)),
        Cast(dtype) => one(cast::cast(given.get(0)?, *dtype)),
        CastLike => one(cast::cast(given.get(0)?, given.get(1)?.dtype())),
        BitCast(dtype) => one(cast::bit_cast(given.get(0)?, *dtype)),
        Reduce(how) => one(reduce::reduce(*how, given)),
        ArgReduce { largest, axis, keep, last } => one(reduce::place(*largest, *axis, *keep, *last, given)),
        Cumulate { product, exclusive, reverse } => one(reduce::cumulate(*product, *exclusive, *reverse, given)),
        MatMul => one(product::matmul(given.get(0)?, given.get(1)?)),
        Gemm { alpha, beta, transposed } => one(product::gemm(*alpha, *beta, *transposed, given)),
        Einsum(equation) => one(product::einsum(equation, given)),
        Det => one(product::determinant(given.get(0)?)),
        Conv(window) => one(conv::conv(window, given)),
        ConvTranspose { window, output_padding, output_shape } => {
            one(conv::transposed(window, output_padding, output_shape, given))
        }
        Pool(how) => pool::pool(how, given.get(0)?),
        MaxUnpool(window) => one(pool::unpool(window, given)),
        BatchNormalization { epsilon } => one(normalize::batch(*epsilon, given)),
        InstanceNormalization { epsilon } => one(normalize::groups(None, *epsilon, given)),
        GroupNormalization { groups, epsilon } => one(normalize::groups(Some(*groups), *epsilon, given)),
        LayerNormalization { axis, epsilon, centred } => normalize::layer(*axis, *epsilon, *centred, given),
        LpNormalization { axis, p } => one(normalize::lp(*axis, *p, given.get(0)?)),
        Lrn { size, alpha, beta, bias } => one(normalize::local(*size, *alpha, *beta, *bias, given.get(0)?)),
        Softmax(how) => one(normalize::softmax(*how, given.get(0)?)),
        Shape { start, end } => one(shape::shape(*start, *end, given.get(0)?)),
        Size => one(shape::size(given.get(0)?)),
        Reshape { zero } => one(shape::reshape(*zero, given)),
        Flatten { axis } => one(shape::flatten(*axis, given.get(0)?)),
        Squeeze => one(shape::squeeze(given)),
        Unsqueeze => one(shape::unsqueeze(given)),
        Transpose(order) => one(shape::transpose(order, given.get(0)?)),
        Expand => one(shape::expand(given)),
        Tile => one(shape::tile(given)),
        Concat { axis } => one(shape::concat(*axis, given)),
        Split { axis } => shape::split(*axis, outputs, given),
        Slice => one(slice::slice(given)),
        Pad(mode) => one(slice::pad(*mode, given)),
        CenterCropPad { axes } => one(slice::centre(axes, given)),
        Gather { axis } => one(gather::gather(*axis, given)),
        GatherElements { axis } => one(gather::elements(*axis, given)),
        GatherNd { batch } => one(gather::nd(*batch, given)),
        ReverseSequence { time, batch } => one(gather::reverse(*time, *batch, given)),
        ScatterElements { axis, reduction } => one(scatter::elements(*axis, *reduction, given)),
        ScatterNd { reduction } => one(scatter::nd(*reduction, given)),
        Range => one(shape::range(given)),
        ConstantOfShape(element) => one(shape::constant(element, given.get(0)?)),
        OneHot { axis } => one(select::one_hot(*axis, given)),
        EyeLike { dtype, k } => one(select::eye(*dtype, *k, given.get(0)?)),
        Trilu { upper } => one(select::triangle(*upper, given)),
        NonZero => one(select::non_zero(given.get(0)?)),
        Compress { axis } => one(select::compress(*axis, given)),
        Unique { axis, sorted } => select::unique(*axis, *sorted, given.get(0)?),
        TopK { axis, largest } => select::top(*axis, *largest, given),
        DepthToSpace { block, column_row } => one(shape::depth_to_space(*block, *column_row, given.get(0)?)),
        SpaceToDepth { block } => one(shape::space_to_depth(*block, given.get(0)?)),
        Resize(how) => one(resize::resize(how, given)),
        GridSample { mode, beyond, align_corners } => one(image::grid_sample(*mode, *beyond, *align_corners, given)),
        AffineGrid { align_corners } => one(image::affine_grid(*align_corners, given)),
        NonMaxSuppression { centre } => one(image::non_max_suppression(*centre, given)),
        RoiAlign { largest, size, sampling, scale, half_pixel } => {
            one(image::roi_align(*largest, *size, *sampling, *scale, *half_pixel, given))
        }
        Col2Im(window) => one(conv::col2im(window, given)),
        QuantizeLinear(how) => one(quantize::quantize(*how, given)),
        DequantizeLinear(how) => one(quantize::dequantize(*how, given)),
        DynamicQuantizeLinear => quantize::dynamic(given.get(0)?),
        MatMulInteger => one(quantize::matmul_integer(given)),
        QLinearMatMul => one(quantize::matmul(given)),
        ConvInteger(window) => one(quantize::conv_integer(window, given)),
        QLinearConv(window) => one(quantize::conv(window, given)),
        Recurrent(layer) => recurrent::run(layer, given),
        Dropout => shape::dropout(given.get(0)?),
        CosineWindow { terms, periodic, dtype } => one(select::window(*terms, *periodic, *dtype, given.get(0)?)),
        Attention(how) => attention::attention(how, given),
        RotaryEmbedding { interleaved, dimensions, heads } => {
            one(attention::rotary(*interleaved, *dimensions, *heads, given))
        }
    }
}
