//! `--image`: how an image becomes an input of a network: presets, settings by name, and Hugging Face's image processors.

use super::{MAX_BYTES, input};
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use crate::native::store;
use crate::network::{Colors, Crop, Dim, Dtype, Filter, Image, Port, Sides};
use clap::Args;
use serde_json::Value;

/// The options.
#[derive(Args)]
#[group(skip)]
pub struct Options {
    /// How an image becomes the input: imagenet (torchvision's classifiers), torch, tf or caffe (modes of Keras'
    /// preprocess_input), unit (0 to 1), raw (0 to 255), or the preprocessor_config.json of a Hugging Face model.
    #[arg(long, value_name = "NAME|FILE")]
    image: Option<String>,
    /// What of --image is otherwise: input=NAME, resize=256 (the shorter side) or 224x224 (height x width), crop=224 or 224x224,
    /// resample=bilinear (nearest, box, hamming, bicubic, lanczos), scale=1/255, mean=0.5,0.5,0.5, std=0.2, colors=rgb (bgr,
    /// gray), layout=channels_first (channels_last); may be given again.
    #[arg(long, value_name = "NAME=VALUE", requires = "image")]
    image_set: Vec<String>,
}

impl Options {
    /// Whether `--image` is given.
    pub fn is_given(&self) -> bool {
        self.image.is_some()
    }

    /// What was asked for, if it was.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for what is no setting.
    pub fn settings(&self, globals: Globals) -> Result<Option<Settings>> {
        let Some(how) = &self.image else { return Ok(None) };
        let mut settings = Settings::new();
        if let Some((_, preset)) = PRESETS.iter().find(|(name, _)| name == how) {
            preset.iter().try_for_each(|setting| settings.set(setting))?;
        } else if how.ends_with(".json") {
            settings
                .read(&store::read_within(how, MAX_BYTES, globals)?)
                .map_err(|error| error.within(&store::shown(how)))?;
        } else {
            let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            let expected = format!("{}, or a .json file", names.join(", "));
            return Err(Error::new(Kind::BadOption, "--image", expected, how.to_owned()));
        }
        self.image_set.iter().try_for_each(|setting| settings.set(setting))?;
        Ok(Some(settings))
    }
}

/// Settings in the making: what is nothing follows from the input.
pub struct Settings {
    input: Option<String>,
    colors: Option<Colors>,
    resize: Option<Sides>,
    filter: Filter,
    crop: Option<(u32, u32)>,
    rounding: Crop,
    scale: f64,
    mean: Vec<f64>,
    deviation: Vec<f64>,
    channels_last: Option<bool>,
}

/// How torchvision and Keras' mode "torch" normalize.
const TORCH: [&str; 2] = ["mean=0.485,0.456,0.406", "std=0.229,0.224,0.225"];
/// The names of `--image`, with the settings that they stand for.
const PRESETS: [(&str, &[&str]); 6] = [
    ("imagenet", &["resize=256", "crop=224", TORCH[0], TORCH[1]]),
    ("torch", &TORCH),
    ("tf", &["mean=0.5", "std=0.5"]),
    ("caffe", &["colors=bgr", "scale=1", "mean=103.939,116.779,123.68"]),
    ("unit", &[]),
    ("raw", &["scale=1"]),
];

impl Settings {
    /// Those of an image whose numbers go from 0 to 1.
    fn new() -> Self {
        Self {
            input: None,
            colors: None,
            resize: None,
            filter: Filter::Bilinear,
            crop: None,
            rounding: Crop::Even,
            scale: 1.0 / 255.0,
            mean: vec![0.0],
            deviation: vec![1.0],
            channels_last: None,
        }
    }

    /// Sets one by its name.
    fn set(&mut self, setting: &str) -> Result<()> {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        let wrong = |expected: &str| {
            Error::new(Kind::BadOption, format!("--image-set {name}"), expected.to_owned(), format!("{value:?}"))
        };
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let numbers = || value.split(',').map(number).collect::<Option<Vec<f64>>>().ok_or_else(|| wrong("numbers"));
        let sides = || {
            let sides: Option<Vec<u32>> = value.split('x').map(|side| side.trim().parse().ok()).collect();
            sides.ok_or_else(|| wrong("224 or 224x224"))
        };
        match name {
            "input" => self.input = Some(value.to_owned()),
            "resize" => match sides()?[..] {
                [side] => self.resize = Some(Sides::Shorter(side)),
                [height, width] => self.resize = Some(Sides::Both(height, width)),
                _ => return Err(wrong("256 or 224x224")),
            },
            "crop" => match sides()?[..] {
                [side] => self.crop = Some((side, side)),
                [height, width] => self.crop = Some((height, width)),
                _ => return Err(wrong("224 or 224x224")),
            },
            "resample" => self.filter = filter(value).ok_or_else(|| wrong("one of Pillow's filters"))?,
            "scale" => {
                let (over, under) = value.split_once('/').unwrap_or((value, "1"));
                let scale = number(over).zip(number(under)).map(|(over, under)| over / under);
                self.scale = scale.ok_or_else(|| wrong("a number, or one divided by another as 1/255"))?;
            }
            "mean" => self.mean = numbers()?,
            "std" => self.deviation = numbers()?,
            "colors" => {
                self.colors = Some(match value {
                    "rgb" => Colors::Rgb,
                    "bgr" => Colors::Bgr,
                    "gray" => Colors::Gray,
                    _ => return Err(wrong("rgb, bgr or gray")),
                });
            }
            "layout" => {
                self.channels_last = Some(match value {
                    "channels_last" => true,
                    "channels_first" => false,
                    _ => return Err(wrong("channels_first or channels_last")),
                });
            }
            _ => {
                let known = "input, resize, crop, resample, scale, mean, std, colors or layout";
                return Err(Error::new(Kind::BadOption, "--image-set", known, setting.to_owned()));
            }
        }
        Ok(())
    }

    /// Reads the settings of an image processor of Hugging Face. What it would do and edgelet does not is refused.
    fn read(&mut self, bytes: &[u8]) -> Result<()> {
        let wrong = |at: &str, expected: &str, found: String| {
            Error::new(Kind::BadOption, at.to_owned(), expected.to_owned(), found)
        };
        let config: Value =
            serde_json::from_slice(bytes).map_err(|error| wrong("JSON", "an object", error.to_string()))?;
        let get = |name: &str| config.get(name).filter(|value| !value.is_null());
        let does = |name: &str, or: bool| get(name).map_or(or, |value| value.as_bool().unwrap_or(or));
        for name in ["do_pad", "do_thumbnail", "do_align_long_axis", "do_resize_longest", "crop_pct"] {
            if get(name).is_some_and(|value| value.as_bool() != Some(false)) {
                return Err(wrong(name, "an image processor without it", "one with it".into())
                    .hint("Give the settings that come to the same with --image unit and --image-set."));
            }
        }
        let side = |name: &str, value: &Value| {
            let side = value.as_u64().and_then(|side| u32::try_from(side).ok());
            side.ok_or_else(|| wrong(name, "a whole number of pixels", value.to_string()))
        };
        let both = |name: &str, value: &Value| match (value.get("height"), value.get("width")) {
            (Some(height), Some(width)) => Ok(Some((side(name, height)?, side(name, width)?))),
            _ => Ok(None),
        };
        if does("do_resize", get("size").is_some()) {
            let size = get("size").ok_or_else(|| wrong("size", "a size", "none".into()))?;
            self.resize = Some(match (both("size", size)?, size.get("shortest_edge")) {
                (Some((height, width)), _) => Sides::Both(height, width),
                (None, Some(shorter)) => Sides::Shorter(side("size", shorter)?),
                (None, None) => {
                    return Err(wrong("size", "shortest_edge, or height and width", size.to_string()).hint(
                        "One number is a square to some processors and the shorter side to others: write \
                         {\"height\": 224, \"width\": 224} or {\"shortest_edge\": 224} in its place.",
                    ));
                }
            });
            let code = get("resample").map_or(Some(2), Value::as_u64);
            let names = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];
            let name = code.and_then(|code| names.get(code as usize).copied()).and_then(filter);
            self.filter = name
                .ok_or_else(|| wrong("resample", "0 to 5", get("resample").map_or("none".into(), Value::to_string)))?;
        }
        if does("do_center_crop", false) {
            let size = get("crop_size").or(get("size")).ok_or_else(|| wrong("crop_size", "a size", "none".into()))?;
            self.crop = Some(match both("crop_size", size)? {
                Some(sides) => sides,
                None => side("crop_size", size).map(|side| (side, side))?,
            });
            self.rounding = Crop::Floor;
        }
        let numbers = |name: &str| {
            let numbers = get(name).and_then(Value::as_array);
            let numbers = numbers.and_then(|all| all.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>());
            numbers.ok_or_else(|| wrong(name, "numbers", get(name).map_or("none".into(), Value::to_string)))
        };
        let scale = get("rescale_factor").map_or(Some(1.0 / 255.0), Value::as_f64);
        let scale = scale.ok_or_else(|| wrong("rescale_factor", "a number", "another value".into()))?;
        self.scale = if does("do_rescale", true) { scale } else { 1.0 };
        if does("do_normalize", get("image_mean").is_some()) {
            (self.mean, self.deviation) = (numbers("image_mean")?, numbers("image_std")?);
        }
        if does("do_flip_channel_order", false) {
            self.colors = Some(Colors::Bgr);
        }
        Ok(())
    }

    /// How images become what a network of edgelet's own is trained on: `[height, width]` of gray ones, else with colours last.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a setting that follows from the training.
    pub fn trained(mut self) -> Result<Image> {
        if let Some((name, _)) =
            [("input", self.input.is_some()), ("layout", self.channels_last.is_some())].iter().find(|(_, is)| *is)
        {
            let expected = "a setting that does not follow from the training";
            return Err(Error::new(Kind::BadOption, "--image-set", expected, *name));
        }
        let mut rank = 3;
        if self.colors != Some(Colors::Gray) {
            (rank, self.channels_last) = (4, Some(true));
        }
        let shape = vec![Dim::Any(String::new()); rank];
        let (_, image) = self.fitted(&[Port { name: String::new(), dtype: Dtype::F32, shape: Some(shape) }])?;
        Ok(image)
    }

    /// The input that images go into, and how: what was not said follows from its shape.
    pub fn fitted(self, inputs: &[Port]) -> Result<(usize, Image)> {
        let wrong = |name: &str, expected: String, found: String| {
            Err(Error::new(Kind::BadOption, format!("--image-set {name}"), expected, found))
        };
        let input = input("--image-set input", self.input.as_deref(), inputs)?;
        let port = &inputs[input];
        let lengths: Vec<Option<u32>> = (port.shape.iter().flatten())
            .map(|dim| match dim {
                Dim::Fixed(length) => Some(*length),
                Dim::Any(_) => None,
            })
            .collect();
        let is_colors = |length: Option<&Option<u32>>| matches!(length, Some(Some(1 | 3)));
        // Colours come before height and width, or after.
        let (first, last) = match lengths.len() {
            3 => (is_colors(lengths.first()), is_colors(lengths.last())),
            4 => (is_colors(lengths.get(1)), is_colors(lengths.last())),
            _ => (false, false),
        };
        let is_gray = self.colors == Some(Colors::Gray);
        // Of an image without colours there is nothing to order.
        let has_order = !matches!((lengths.len(), first || last), (2, _) | (3, false));
        let channels_last = match (self.channels_last, first, last) {
            (Some(is_last), ..) => is_last,
            (None, true, false) => false,
            (None, false, true) => true,
            _ if has_order => {
                let found = format!("an input of {}", port.shown_shape());
                return wrong("layout", "channels_first or channels_last".into(), found);
            }
            _ => false,
        };
        let channels = if channels_last { lengths.last() } else { lengths.get(lengths.len().saturating_sub(3)) };
        let is_gray = is_gray || !has_order || channels == Some(&Some(1));
        let colors = self.colors.unwrap_or(if is_gray { Colors::Gray } else { Colors::Rgb });
        // Height and width are beside the colours.
        let end = lengths.len() - usize::from(channels_last && has_order).min(lengths.len());
        let fixed = match lengths[..end] {
            [.., Some(height), Some(width)] => Some(Sides::Both(height, width)),
            _ => None,
        };
        let resize = self.resize.or(fixed.filter(|_| self.crop.is_none()));
        let mut image = Image {
            colors,
            resize: resize.map(|sides| (sides, self.filter)),
            crop: self.crop.map(|(height, width)| (self.rounding, height, width)),
            scale: self.scale,
            mean: self.mean,
            deviation: self.deviation,
            channels_last,
        };
        let channels = image.channels();
        for numbers in [&mut image.mean, &mut image.deviation] {
            if let [number] = numbers[..] {
                *numbers = vec![number; channels];
            }
        }
        Ok((input, image))
    }
}

/// A filter by Pillow's name, in small letters.
fn filter(name: &str) -> Option<Filter> {
    Some(match name {
        "nearest" => Filter::Nearest,
        "box" => Filter::Box,
        "bilinear" => Filter::Bilinear,
        "hamming" => Filter::Hamming,
        "bicubic" => Filter::Bicubic,
        "lanczos" => Filter::Lanczos,
        _ => return None,
    })
}
