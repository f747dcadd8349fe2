//! What each layer means, one file for each family.

mod activation;
mod attention;
mod convolution;
mod dense;
mod encode;
mod image;
mod mask;
mod merge;
mod normalize;
mod operation;
mod pool;
mod recurrent;
mod shape;
mod truth;
mod wrapper;

use super::config::{Argument, Call, Layer};
use super::flow::{Flow, Shape};
use super::graph::Graph;
use super::settings::{Settings, unsupported};
use super::weights::Weights;
use crate::error::{Error, Kind, Result};
use crate::import::network::Place;
use crate::import::value::{Value, wrong};
use crate::network::{Dtype, Tensor};

/// One use of a layer, on its way into the network.
pub struct Use<'a, 'b> {
    /// The layer.
    pub layer: &'b Layer<'a>,
    /// How it is called.
    pub call: &'b Call<'a>,
    /// The tensors that it takes, in order.
    pub inputs: Vec<Flow>,
    /// What it takes by name, with the tensors in it.
    pub named: Vec<(&'b str, &'b Argument<'a>, Vec<Flow>)>,
    /// Its weights; nothing of an operation.
    pub weights: Option<Weights<'b>>,
    /// Where it is: the layers around it, and itself.
    pub at: String,
    /// What the network is made with.
    pub graph: &'b mut Graph,
}

/// A layer in the making: a use of it with its settings.
pub struct Step<'a, 'b> {
    /// The use.
    pub used: Use<'a, 'b>,
    /// The settings.
    pub settings: Settings<'a>,
}

type Add = fn(&mut Step<'_, '_>) -> Result<Vec<Flow>>;

/// What a layer makes.
///
/// # Errors
/// [`Kind::Unsupported`] for what cannot be run, [`Kind::InvalidModel`] for a damaged file.
pub fn add(used: Use<'_, '_>) -> Result<Vec<Flow>> {
    let add = known(used.layer)?;
    if let Some(weights) = &used.weights {
        weights.check_name(used.layer.name)?;
    }
    check_policy(used.layer)?;
    let mut step = Step { settings: Settings::new(used.layer.config), used };
    // Before the layer runs: attention takes masks away.
    let masks = step.masks()?;
    let mut made = add(&mut step)?;
    step.settings.check_read()?;
    step.check_named()?;
    step.pass_masks(&masks, &mut made)?;
    Ok(made)
}

/// Refuses a layer that is not known.
pub fn check_known(layer: &Layer<'_>) -> Result<()> {
    known(layer).map(|_| ())
}

/// Whether a class is Keras' own, as far as the file tells.
pub fn is_own(layer: &Layer<'_>) -> bool {
    let of_keras = |module: &str| module == "keras" || module.starts_with("keras.") || module.starts_with("tf_keras.");
    layer.module.is_none_or(of_keras) && layer.registered.is_none_or(|name| name == layer.class)
}

/// Whether it is an operation of `keras.ops`, which has no weights.
pub fn is_operation(layer: &Layer<'_>) -> bool {
    layer.module.is_some_and(|module| module.starts_with("keras.src.ops") || module.starts_with("keras.ops"))
}

fn known(layer: &Layer<'_>) -> Result<Add> {
    if !is_own(layer) {
        let module = layer.module.or(layer.registered).unwrap_or_default();
        return Err(unsupported(format!("the class {} of {module}, which is not Keras' own", layer.class)));
    }
    if is_operation(layer) {
        return operation::known(layer.class).ok_or_else(|| unsupported(format!("the operation {}", layer.class)));
    }
    Ok(match layer.class {
        "Activation" | "ELU" | "LeakyReLU" | "PReLU" | "ReLU" | "Softmax" => activation::add,
        "ActivityRegularization"
        | "AlphaDropout"
        | "Dropout"
        | "GaussianDropout"
        | "GaussianNoise"
        | "Identity"
        | "SpatialDropout1D"
        | "SpatialDropout2D"
        | "SpatialDropout3D" => identity,
        "AugMix"
        | "CutMix"
        | "MixUp"
        | "RandAugment"
        | "RandomBrightness"
        | "RandomColorDegeneration"
        | "RandomColorJitter"
        | "RandomContrast"
        | "RandomElasticTransform"
        | "RandomErasing"
        | "RandomFlip"
        | "RandomGaussianBlur"
        | "RandomGrayscale"
        | "RandomHeight"
        | "RandomHue"
        | "RandomInvert"
        | "RandomPerspective"
        | "RandomPosterization"
        | "RandomRotation"
        | "RandomSaturation"
        | "RandomSharpness"
        | "RandomShear"
        | "RandomTranslation"
        | "RandomWidth"
        | "RandomZoom"
        | "Solarization" => augmentation,
        "Masking" => mask::masking,
        "Dense" => dense::dense,
        "EinsumDense" => dense::einsum,
        "Embedding" => dense::embedding,
        "Conv1D" | "Conv2D" | "Conv3D" | "Convolution1D" | "Convolution2D" | "Convolution3D" => convolution::plain,
        "DepthwiseConv1D" | "DepthwiseConv2D" => convolution::depthwise,
        "SeparableConv1D" | "SeparableConv2D" => convolution::separable,
        "Conv1DTranspose" | "Conv2DTranspose" | "Conv3DTranspose" => convolution::transposed,
        "AveragePooling1D" | "AveragePooling2D" | "AveragePooling3D" | "MaxPooling1D" | "MaxPooling2D"
        | "MaxPooling3D" => pool::moving,
        "GlobalAveragePooling1D"
        | "GlobalAveragePooling2D"
        | "GlobalAveragePooling3D"
        | "GlobalMaxPooling1D"
        | "GlobalMaxPooling2D"
        | "GlobalMaxPooling3D" => pool::whole,
        "BatchNormalization" => normalize::batch,
        "GroupNormalization" => normalize::group,
        "LayerNormalization" | "RMSNormalization" => normalize::layer,
        "Normalization" => normalize::given,
        "Flatten" => shape::flatten,
        "Reshape" => shape::reshape,
        "Permute" => shape::permute,
        "RepeatVector" => shape::repeat,
        "Cropping1D" | "Cropping2D" | "Cropping3D" => shape::crop,
        "CenterCrop" => shape::center,
        "ZeroPadding1D" | "ZeroPadding2D" | "ZeroPadding3D" => shape::pad,
        "Rescaling" => image::rescale,
        "Resizing" => image::resize,
        "UpSampling1D" | "UpSampling2D" | "UpSampling3D" => image::enlarge,
        "Add" | "Average" | "Maximum" | "Minimum" | "Multiply" | "Subtract" => merge::elements,
        "Concatenate" => merge::concatenate,
        "Dot" => merge::dot,
        "GRU" | "LSTM" | "SimpleRNN" => recurrent::layer,
        "Bidirectional" => recurrent::both_ways,
        "TimeDistributed" => wrapper::each_step,
        "AdditiveAttention" | "Attention" => attention::plain,
        "MultiHeadAttention" => attention::heads,
        "CategoryEncoding" => encode::categories,
        "Discretization" => encode::bins,
        "Lambda" => {
            return Err(unsupported("a Lambda layer: code of the file's own, which is never executed"));
        }
        class => return Err(unsupported(format!("the layer {class}"))),
    })
}

/// Only float32 is computed as Keras computes it.
fn check_policy(layer: &Layer<'_>) -> Result<()> {
    let name = match layer.config.find("dtype") {
        Some(Value::Text(name)) => name.as_str(),
        Some(policy @ Value::Object(_)) => match policy.find("config").and_then(|config| config.find("name")) {
            Some(Value::Text(name)) => name.as_str(),
            _ => "of an unknown kind",
        },
        _ => return Ok(()),
    };
    let is_quantized = layer.config.find("quantization_config").is_some_and(|found| *found != Value::Null);
    match name {
        _ if is_quantized => Err(unsupported("quantized weights")),
        "float32" => Ok(()),
        "bool" if matches!(layer.class, "OnesLike" | "ZerosLike") => Ok(()),
        // What these make are whole numbers.
        "int32" | "int64" if matches!(layer.class, "Discretization" | "CategoryEncoding") => Ok(()),
        name => Err(unsupported(format!("the dtype policy {name}, which rounds differently; float32 is read"))),
    }
}

fn identity(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    step.settings.ignore(&["rate", "stddev", "l1", "l2", "data_format"]);
    Ok(vec![step.input()?])
}

/// What changes pictures while a network is trained, and only then.
fn augmentation(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    step.settings.ignore_all();
    Ok(vec![step.floats(0)?])
}

impl Step<'_, '_> {
    /// The class.
    pub fn class(&self) -> &str {
        self.used.layer.class
    }

    /// The one tensor that the layer takes.
    pub fn input(&self) -> Result<Flow> {
        match &self.used.inputs[..] {
            [input] => Ok(input.clone()),
            inputs => Err(wrong("inbound_nodes", "one tensor", inputs.len())),
        }
    }

    /// One of the tensors, as float32: that is what layers compute in.
    pub fn floats(&mut self, i: usize) -> Result<Flow> {
        let found = self.used.inputs.len();
        let input = self.used.inputs.get(i).cloned();
        let input = input.ok_or_else(|| wrong("inbound_nodes", format!("at least {} tensors", i + 1), found))?;
        Ok(self.used.graph.cast(&self.used.at, &input, Dtype::F32))
    }

    /// The one tensor, as float32, of at least so many dimensions.
    pub fn float_input(&mut self, rank: usize) -> Result<Flow> {
        self.input()?;
        let input = self.floats(0)?;
        if input.rank() < rank {
            return Err(wrong("inputs", format!("at least {rank} dimensions"), input.rank()));
        }
        Ok(input)
    }

    /// How many dimensions the class' name says that images have: 2 of `Conv2D`.
    pub fn spatial(&self) -> usize {
        let digit = self.used.layer.class.chars().find_map(|c| c.to_digit(10));
        digit.map_or(0, |digit| digit as usize)
    }

    /// The one tensor, as float32: images of as many dimensions as the class' name says.
    pub fn image(&mut self) -> Result<Flow> {
        let rank = self.spatial() + 2;
        self.check_format()?;
        match self.float_input(rank)? {
            input if input.rank() == rank => Ok(input),
            input => Err(wrong("inputs", format!("{rank} dimensions"), input.rank())),
        }
    }

    /// Refuses channels that are not last.
    pub fn check_format(&self) -> Result<()> {
        match self.settings.text("data_format", "channels_last")? {
            "channels_last" => Ok(()),
            other => Err(unsupported(format!("data_format = {other:?}"))),
        }
    }

    /// Adds a node with one output.
    pub fn node(&mut self, operator: crate::network::Operator, inputs: &[Place]) -> Place {
        self.used.graph.node(&self.used.at, operator, inputs)
    }

    /// The layer's next weight, which has one of these names in older files, as the network takes it.
    pub fn weight(
        &mut self,
        names: &[&str],
        shape: &[Option<usize>],
        make: impl FnOnce(Tensor) -> Result<Tensor>,
    ) -> Result<Place> {
        let tensor = self.tensor(names, shape)?;
        self.used.graph.weight(format!("{}/{}", self.used.at, names[0]), || make(tensor))
    }

    /// The layer's next weight alone.
    pub fn tensor(&mut self, names: &[&str], shape: &[Option<usize>]) -> Result<Tensor> {
        let weights = self.used.weights.as_mut();
        let weights = weights.ok_or_else(|| wrong("weights", "those of a layer", "none"))?;
        let tensor = weights.take(names, shape)?;
        match tensor.dtype() {
            Dtype::F32 => Ok(tensor),
            other => {
                Err(Error::new(Kind::Unsupported, "", "weights of float32", format!("weights of {}", other.name())))
            }
        }
    }

    /// What the layer takes under a name, if it is no null.
    pub fn named(&self, name: &str) -> Option<(&Argument<'_>, &[Flow])> {
        let found = self.used.named.iter().find(|(own, _, _)| *own == name);
        let found = found.filter(|(_, argument, _)| !matches!(argument, Argument::Value(Value::Null)));
        found.map(|(_, argument, values)| (*argument, &values[..]))
    }

    /// A truth value under a name.
    pub fn named_flag(&self, name: &str) -> Result<bool> {
        match self.named(name) {
            None => Ok(false),
            Some((Argument::Value(Value::Boolean(truth)), _)) => Ok(*truth),
            Some(_) => Err(unsupported(format!("the argument {name}"))),
        }
    }

    /// Refuses arguments by name that the layer's family does not read.
    fn check_named(&self) -> Result<()> {
        let known: &[&str] = match self.class() {
            "GRU" | "LSTM" | "SimpleRNN" | "Bidirectional" => &["initial_state", "mask"],
            "BatchNormalization" | "GlobalAveragePooling1D" | "Softmax" | "TimeDistributed" => &["mask"],
            "MultiHeadAttention" => &["query", "value", "key", "return_attention_scores", "use_causal_mask"],
            "Attention" | "AdditiveAttention" => &["return_attention_scores", "use_causal_mask"],
            _ if is_operation(self.used.layer) => &["x", "x1", "x2"],
            _ => &[],
        };
        // What is off, or is for training, may be there.
        let off = ["training", "mask", "attention_mask", "query_mask", "value_mask", "key_mask"];
        for (name, argument, _) in &self.used.named {
            let is_off = matches!(argument, Argument::Value(Value::Null | Value::Boolean(false)));
            let is_known = known.contains(name) || is_off && off.contains(name);
            if !is_known {
                return Err(unsupported(format!("the argument {name}")));
            }
        }
        Ok(())
    }
}

/// The lengths of a result: those of one tensor, with the last of them another.
pub fn with_channels(shape: &[Option<usize>], channels: Option<usize>) -> Shape {
    let mut shape = shape.to_vec();
    if let Some(last) = shape.last_mut() {
        *last = channels;
    }
    shape
}
