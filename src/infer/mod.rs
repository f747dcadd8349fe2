//! Runs a [`Network`]: node after node, each tensor kept until the last node that takes it.
//!
//! One file for each family of operators. They take tensors of any shape and type and either make what ONNX says or tell what
//! they expected instead.

mod arguments;
mod attention;
mod audio;
mod cast;
mod conv;
mod elementwise;
mod filters;
mod gather;
mod heads;
mod image;
mod normalize;
mod opened;
mod pool;
mod prepared;
mod product;
mod quantize;
mod recurrent;
mod reduce;
mod resize;
mod scatter;
mod select;
mod session;
mod shape;
mod slice;
mod strides;
mod text;
mod trees;
mod window;

pub use arguments::Arguments;
pub use session::{Session, crossing};
pub use shape::turned;

use crate::error::{Error, Kind, Result};
use crate::network::{Examples, Network, Node, Operator, Parts, Port, Preprocessing, Tensor, TensorId};
pub use audio::{FrontEnd, Sound};
pub use image::pixels::{self, Pixels};
use prepared::{Input, Prepared};
use std::borrow::Cow;
use text::Encoder;
pub use text::{Normalizer, Text};

/// A network ready to run: weights that a kernel takes lie as it wants them.
pub struct Inference {
    /// Without the weights.
    parts: Parts,
    /// What makes tensors of texts.
    encoders: Vec<Encoder>,
    /// What makes tensors of sounds.
    front_ends: Vec<FrontEnd>,
    /// The weights that an operator looks at itself; nothing in the place of the others.
    weights: Vec<Tensor>,
    /// For each node what was made of its weights, if anything was.
    prepared: Vec<Option<Prepared>>,
    /// For each tensor the last node that takes it; outputs are never let go.
    last: Vec<usize>,
}

impl Inference {
    /// Prepares to run a network.
    pub fn new(network: Network) -> Self {
        let mut parts = network.into_parts();
        let (first, count) = (parts.inputs.len(), parts.weights.len());
        let mut last = vec![0; first + count];
        let mut prepared = Vec::with_capacity(parts.nodes.len());
        let weight = |id: TensorId| (id as usize).checked_sub(first).filter(|&id| id < count);
        // How many still take each tensor, and which weights are needed as they are: the others go once they lie as their kernels
        // want them, one after another.
        let made: usize = parts.nodes.iter().map(|node| node.outputs as usize).sum();
        let mut takers = vec![0_usize; last.len() + made];
        let taken = parts.nodes.iter().flat_map(|node| node.inputs.iter().flatten());
        taken.chain(parts.outputs.iter().map(|(_, id)| id)).for_each(|&id| takers[id as usize] += 1);
        let mut needed = vec![false; count];
        // What each tensor is: itself, or the weight that was opened to it.
        let mut names: Vec<TensorId> = (0..takers.len() as TensorId).collect();
        for (i, node) in parts.nodes.iter_mut().enumerate() {
            let output = last.len();
            // What nobody takes goes with its maker.
            last.extend(std::iter::repeat_n(i, node.outputs as usize));
            for id in node.inputs.iter_mut().flatten() {
                *id = names[*id as usize];
                last[*id as usize] = i;
            }
            let is_own = |id: TensorId| takers[id as usize] == 1 && weight(id).is_some_and(|id: usize| !needed[id]);
            let node_prepared = match opened::opened(node, &parts.weights, first, is_own) {
                Some((id, tensor)) => {
                    parts.weights[id as usize - first] = tensor.into();
                    names[output] = id;
                    // Beside this node, who takes it are those that take what it makes.
                    takers[id as usize] += takers[output];
                    Some(Prepared::Opened)
                }
                None => {
                    let inputs: Vec<Input<'_>> = (node.inputs.iter())
                        .map(|id| match id.map(weight) {
                            None => Input::Absent,
                            Some(None) => Input::Given,
                            Some(Some(id)) => Input::Constant(&parts.weights[id]),
                        })
                        .collect();
                    Prepared::new(node, &inputs).filter(|_| node.outputs == 1)
                }
            };
            let looked_at = match &node_prepared {
                Some(Prepared::Opened) => &[],
                Some(prepared) => &node.inputs[prepared.takes()..][..1],
                None => &node.inputs[..],
            };
            looked_at.iter().flatten().filter_map(|&id| weight(id)).for_each(|id| needed[id] = true);
            prepared.push(node_prepared);
            for &id in node.inputs.iter().flatten() {
                takers[id as usize] -= 1;
                if let (0, Some(id)) = (takers[id as usize], weight(id).filter(|&id| !needed[id])) {
                    parts.weights[id] = Tensor::integers(Vec::new()).into();
                }
            }
        }
        for (_, id) in &mut parts.outputs {
            *id = names[*id as usize];
            last[*id as usize] = usize::MAX;
            weight(*id).into_iter().for_each(|id| needed[id] = true);
        }
        let weights = std::mem::take(&mut parts.weights).into_iter().zip(needed);
        let weights = weights.map(|(weight, is_needed)| match weight {
            _ if !is_needed => Tensor::integers(Vec::new()),
            weight => weight.into_tensor(),
        });
        let (mut encoders, mut front_ends) = (Vec::new(), Vec::new());
        for preprocessing in std::mem::take(&mut parts.preprocessing) {
            match preprocessing {
                Preprocessing::Text { input, beside, tokenizer } => {
                    encoders.push(Encoder::new(input, beside, *tokenizer));
                }
                Preprocessing::Audio { input, audio } => front_ends.push(FrontEnd::new(input, audio)),
                image => parts.preprocessing.push(image),
            }
        }
        Self { weights: weights.collect(), parts, encoders, front_ends, prepared, last }
    }

    /// What goes in.
    pub fn inputs(&self) -> &[Port] {
        &self.parts.inputs
    }

    /// What comes out, and which tensor it is.
    pub fn outputs(&self) -> &[(Port, TensorId)] {
        &self.parts.outputs
    }

    /// Inputs with the source framework's own outputs.
    pub fn examples(&self) -> &Examples {
        &self.parts.examples
    }

    /// The tensor that goes into an input for one image: an example, or a batch of one where the input takes batches.
    ///
    /// # Errors
    /// [`Kind::WrongType`] for an input that takes none, [`Kind::WrongShape`] or [`Kind::LimitExceeded`] for pixels that it does not take.
    pub fn image(&self, input: usize, pixels: Pixels<'_>) -> Result<Tensor> {
        let port = &self.parts.inputs[input];
        let found = self.parts.preprocessing.iter().find(|preprocessing| preprocessing.input() == input);
        let Some(Preprocessing::Image { image, .. }) = found else {
            return Err(Error::new(Kind::WrongType, port.name.clone(), "a tensor", "an image"));
        };
        image::pixels::tensor(image, pixels, port).map_err(|error| error.within(&port.name))
    }

    /// The tensors that go in for texts, each with its input: the ids of tokens, and what is made with them.
    ///
    /// # Errors
    /// [`Kind::WrongType`] for an input that takes none, [`Kind::WrongShape`] or [`Kind::LimitExceeded`] for texts that it does not take.
    pub fn texts(&self, input: usize, texts: &[Text<'_>]) -> Result<Vec<(usize, Tensor)>> {
        let (ports, name) = (&self.parts.inputs, &self.parts.inputs[input].name);
        let Some(encoder) = self.encoders.iter().find(|encoder| encoder.input() == input) else {
            return Err(Error::new(Kind::WrongType, name.clone(), "a tensor", "a text"));
        };
        encoder.tensors(texts, ports).map_err(|error| error.within(name))
    }

    /// The tensor that goes into an input for one sound: an example, or a batch of one where the input takes batches.
    ///
    /// # Errors
    /// [`Kind::WrongType`] for an input that takes none; [`Kind::WrongShape`], [`Kind::NotFinite`] or [`Kind::LimitExceeded`] for sounds that it does not take.
    pub fn audio(&self, input: usize, sound: Sound<'_>) -> Result<Tensor> {
        let port = &self.parts.inputs[input];
        let Some(front_end) = self.front_ends.iter().find(|front_end| front_end.input() == input) else {
            return Err(Error::new(Kind::WrongType, port.name.clone(), "a tensor", "a sound"));
        };
        front_end.tensor(sound, port).map_err(|error| error.within(&port.name))
    }

    /// What the network makes of one tensor for each input, in their order.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] or [`Kind::WrongType`] at an input that does not fit, or at the node that cannot take what came to
    /// it; [`Kind::LimitExceeded`] for a tensor that would be too large.
    pub fn run(&self, inputs: Vec<Tensor>) -> Result<Vec<Tensor>> {
        self.run_seen(inputs, |_| {})
    }

    /// The same, and shows what each node makes, one after another: nothing of a node that only opened a weight.
    ///
    /// # Errors
    /// Those of [`Self::run`].
    pub fn run_seen(&self, inputs: Vec<Tensor>, mut see: impl FnMut(&[Tensor])) -> Result<Vec<Tensor>> {
        let Parts { inputs: ports, nodes, outputs, .. } = &self.parts;
        let weights = &self.weights;
        if inputs.len() != ports.len() {
            let found = inputs.len().to_string();
            return Err(Error::new(Kind::WrongShape, "inputs", format!("{} tensors", ports.len()), found));
        }
        for (port, tensor) in ports.iter().zip(&inputs) {
            port.check(tensor)?;
        }
        let first = inputs.len() + weights.len();
        let mut made: Vec<Option<Tensor>> = inputs.into_iter().map(Some).collect();
        made.resize(self.last.len() - weights.len(), None);
        // Weights are borrowed; whatever else there is lies in `made`, with the weights' places left out.
        let weight = |id: usize| if id < first { id.checked_sub(ports.len()) } else { None };
        let place = |id: usize| if id < first { id } else { id - weights.len() };
        let mut next = first;
        for (i, (node, prepared)) in nodes.iter().zip(&self.prepared).enumerate() {
            if let Some(Prepared::Opened) = prepared {
                see(&[]);
                next += 1;
                continue;
            }
            let ids = || node.inputs.iter().map(|id| id.map(|id| id as usize));
            // What nobody takes after this node is its own, unless it takes it twice.
            let is_own = |id: usize| self.last[id] == i && ids().flatten().filter(|other| *other == id).count() == 1;
            let mut own: Vec<Option<Tensor>> = ids()
                .map(|id| id.filter(|&id| weight(id).is_none() && is_own(id)).and_then(|id| made[place(id)].take()))
                .collect();
            let given = ids().zip(&mut own).map(|(id, own)| match (id, own.take()) {
                (_, Some(own)) => Some(Cow::Owned(own)),
                (Some(id), None) => match weight(id) {
                    Some(weight) => weights.get(weight),
                    None => made[place(id)].as_ref(),
                }
                .map(Cow::Borrowed),
                (None, None) => None,
            });
            let outputs = run_node(node, prepared.as_ref(), Arguments::new(given.collect()))
                .map_err(|error| error.within(&format!("node {i} ({}, {})", node.name, node.operator.name())))?;
            see(&outputs);
            for tensor in outputs {
                made[place(next)] = Some(tensor).filter(|_| self.last[next] > i);
                next += 1;
            }
            for id in ids().flatten().filter(|&id| self.last[id] == i && weight(id).is_none()) {
                made[place(id)] = None;
            }
        }
        let output = |id: usize| match weight(id) {
            Some(weight) => Ok(weights[weight].clone()),
            None => {
                made[place(id)].clone().ok_or_else(|| Error::new(Kind::InvalidModel, "outputs", "a tensor", "none"))
            }
        };
        outputs.iter().map(|(_, id)| output(*id as usize)).collect()
    }
}

#[cfg(feature = "packaged")]
impl Inference {
    /// Lets each node choose what it calls, with nothing to work on: which that is follows from the network alone.
    pub fn visit(&self) {
        for (node, prepared) in self.parts.nodes.iter().zip(&self.prepared) {
            // What came of nothing is an error, and does not matter.
            let _ = run_node(node, prepared.as_ref(), Arguments::new(Vec::new()));
        }
    }
}

/// What a node makes: as many tensors as it says.
fn run_node(node: &Node, prepared: Option<&Prepared>, mut given: Arguments<'_>) -> Result<Vec<Tensor>> {
    if let Some(prepared) = prepared {
        return Ok(vec![prepared.run(&given)?]);
    }
    let mut outputs = run(&node.operator, &mut given, node.outputs as usize)?;
    if let Some(bounds) = node.within {
        outputs = outputs.into_iter().map(|tensor| elementwise::within(tensor, bounds)).collect::<Result<_>>()?;
    }
    if outputs.len() < node.outputs as usize {
        let found = node.outputs.to_string();
        return Err(Error::new(Kind::InvalidModel, "outputs", format!("at most {}", outputs.len()), found));
    }
    outputs.truncate(node.outputs as usize);
    Ok(outputs)
}

/// What an operator makes. `outputs` is how many are asked for, for those that make as many as that.
///
/// Chooses by the operator alone, never by what is in the tensors: a packager that sees a network run once knows all operators that
/// it ever calls.
#[cfg_attr(feature = "packaged", inline(never))]
pub fn run(operator: &Operator, given: &mut Arguments<'_>, outputs: usize) -> Result<Vec<Tensor>> {
    use Operator::*;
    match operator {
        Unary(function) => apart!(one(elementwise::unary(*function, given))),
        Linear => apart!(one(product::linear(given))),
        TreeEnsemble { .. } => apart!(one(trees::ensemble(operator, given))),
        Binary(function) => apart!(one(elementwise::binary(*function, given))),
        Where => apart!(one(elementwise::choose(given))),
        Cast(dtype) => apart!(one(cast::cast(given.get(0)?, *dtype))),
        CastLike => apart!(one(cast::cast(given.get(0)?, given.get(1)?.dtype()))),
        BitCast(dtype) => apart!(one(cast::bit_cast(given.get(0)?, *dtype))),
        Reduce(how) => apart!(one(reduce::reduce(*how, given))),
        ArgReduce { largest, axis, keep, last } => apart!(one(reduce::place(*largest, *axis, *keep, *last, given))),
        Cumulate { product, exclusive, reverse } => {
            apart!(one(reduce::cumulate(*product, *exclusive, *reverse, given)))
        }
        MatMul => apart!(one(product::matmul(given.get(0)?, given.get(1)?))),
        Gemm { alpha, beta, transposed } => apart!(one(product::gemm(*alpha, *beta, *transposed, given))),
        Einsum(equation) => apart!(one(product::einsum(equation, given))),
        Det => apart!(one(product::determinant(given.get(0)?))),
        Conv(window) => apart!(one(conv::conv(window, given))),
        ConvTranspose { window, output_padding, output_shape } => {
            apart!(one(conv::transposed(window, output_padding, output_shape, given)))
        }
        Pool(how) => apart!(pool::pool(how, outputs, given.get(0)?)),
        MaxUnpool(window) => apart!(one(pool::unpool(window, given))),
        BatchNormalization { epsilon } => apart!(one(normalize::batch(*epsilon, given))),
        InstanceNormalization { epsilon } => apart!(one(normalize::groups(None, *epsilon, given))),
        GroupNormalization { groups, epsilon } => apart!(one(normalize::groups(Some(*groups), *epsilon, given))),
        LayerNormalization { axis, epsilon, centred } => {
            apart!(normalize::layer(*axis, *epsilon, *centred, given, outputs))
        }
        LpNormalization { axis, p } => apart!(one(normalize::lp(*axis, *p, given.get(0)?))),
        Lrn { size, alpha, beta, bias } => apart!(one(normalize::local(*size, *alpha, *beta, *bias, given.get(0)?))),
        Softmax(how) => apart!(one(normalize::softmax(*how, given))),
        Shape { start, end } => apart!(one(shape::shape(*start, *end, given.get(0)?))),
        Size => apart!(one(shape::size(given.get(0)?))),
        Reshape { zero } => apart!(one(shape::reshape(*zero, given))),
        Flatten { axis } => apart!(one(shape::flatten(*axis, given))),
        Squeeze => apart!(one(shape::squeeze(given))),
        Unsqueeze => apart!(one(shape::unsqueeze(given))),
        Transpose(order) => apart!(one(shape::transpose(order, given.get(0)?))),
        Expand => apart!(one(shape::expand(given))),
        Tile => apart!(one(shape::tile(given))),
        Concat { axis } => apart!(one(shape::concat(*axis, given))),
        Split { axis } => apart!(shape::split(*axis, outputs, given)),
        Slice => apart!(one(slice::slice(given))),
        Pad(mode) => apart!(one(slice::pad(*mode, given))),
        CenterCropPad { axes } => apart!(one(slice::centre(axes, given))),
        Gather { axis } => apart!(one(gather::gather(*axis, given))),
        GatherElements { axis } => apart!(one(gather::elements(*axis, given))),
        GatherNd { batch } => apart!(one(gather::nd(*batch, given))),
        ReverseSequence { time, batch } => apart!(one(gather::reverse(*time, *batch, given))),
        ScatterElements { axis, reduction } => apart!(one(scatter::elements(*axis, *reduction, given))),
        ScatterNd { reduction } => apart!(one(scatter::nd(*reduction, given))),
        Range => apart!(one(shape::range(given))),
        ConstantOfShape(element) => apart!(one(shape::constant(element, given.get(0)?))),
        OneHot { axis } => apart!(one(select::one_hot(*axis, given))),
        EyeLike { dtype, k } => apart!(one(select::eye(*dtype, *k, given.get(0)?))),
        Trilu { upper } => apart!(one(select::triangle(*upper, given))),
        NonZero => apart!(one(select::non_zero(given.get(0)?))),
        Compress { axis } => apart!(one(select::compress(*axis, given))),
        Unique { axis, sorted } => apart!(select::unique(*axis, *sorted, given.get(0)?)),
        TopK { axis, largest } => apart!(select::top(*axis, *largest, given)),
        DepthToSpace { block, column_row } => apart!(one(shape::depth_to_space(*block, *column_row, given.get(0)?))),
        SpaceToDepth { block } => apart!(one(shape::space_to_depth(*block, given.get(0)?))),
        Resize(how) => apart!(one(resize::resize(how, given))),
        GridSample { mode, beyond, align_corners } => {
            apart!(one(image::grid_sample(*mode, *beyond, *align_corners, given)))
        }
        AffineGrid { align_corners } => apart!(one(image::affine_grid(*align_corners, given))),
        NonMaxSuppression { centre } => apart!(one(image::non_max_suppression(*centre, given))),
        RoiAlign { largest, size, sampling, scale, half_pixel } => {
            apart!(one(image::roi_align(*largest, *size, *sampling, *scale, *half_pixel, given)))
        }
        Col2Im(window) => apart!(one(conv::col2im(window, given))),
        QuantizeLinear(how) => apart!(one(quantize::quantize(*how, given))),
        DequantizeLinear(how) => apart!(one(quantize::dequantize(*how, given))),
        DynamicQuantizeLinear => apart!(quantize::dynamic(given.get(0)?)),
        MatMulInteger => apart!(one(quantize::matmul_integer(given))),
        QLinearMatMul => apart!(one(quantize::matmul(given))),
        ConvInteger(window) => apart!(one(quantize::conv_integer(window, given))),
        QLinearConv(window) => apart!(one(quantize::conv(window, given))),
        Recurrent(layer) => apart!(recurrent::run(layer, given)),
        Dropout => apart!(shape::dropout(given.get(0)?)),
        CosineWindow { terms, periodic, dtype } => {
            apart!(one(select::window(*terms, *periodic, *dtype, given.get(0)?)))
        }
        Attention(how) => apart!(attention::attention(how, given, outputs)),
        RotaryEmbedding { interleaved, dimensions, heads } => {
            apart!(one(attention::rotary(*interleaved, *dimensions, *heads, given)))
        }
    }
}

fn one(tensor: Result<Tensor>) -> Result<Vec<Tensor>> {
    Ok(vec![tensor?])
}
