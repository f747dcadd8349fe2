//! Arrays of an .npz → images, or what lies like images: spectrograms, mel frames; with a target, and what else is known of each.

use super::super::options::{Options, Task};
use super::super::roles::Roles;
use super::super::target::{Target, find, refuse_gaps};
use crate::error::{Error, Kind, Result};
use crate::native::data::{Column, Table, Values};
use crate::network::tensor::count;
use crate::network::{Data, Dtype, Tensor, shown};

/// The fewest examples that anything is learned from.
const MIN_EXAMPLES: usize = 10;
/// The longest side of an image.
const MAX_SIDE: usize = 1024;
/// The most channels of an image.
const MAX_CHANNELS: usize = 256;
/// The largest whole number that an f32 holds as exactly as all below it.
const MAX_WHOLE: i64 = 1 << 24;

/// How large an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// How many numbers each place has.
    pub channels: usize,
    /// How many rows of places.
    pub height: usize,
    /// How many places a row has.
    pub width: usize,
}

impl Size {
    /// How many numbers an image has.
    pub fn numbers(self) -> usize {
        self.channels * self.height * self.width
    }
}

/// Examples with their targets.
pub struct Images {
    /// The array's name.
    pub name: String,
    /// What a network takes: the array's own type, but float32 for all floats.
    pub dtype: Dtype,
    /// How long each dimension of an example is, as it was given.
    pub shape: Vec<usize>,
    /// The same by what they mean.
    pub size: Size,
    /// Examples × channels × height × width.
    pub numbers: Vec<f32>,
    /// What is to be predicted.
    pub target: Target,
    /// The target array's name.
    pub target_name: String,
    /// What else is known of the examples.
    pub roles: Roles,
}

impl Images {
    /// Tells apart which array is what: the options name the target and those with a role, the one that is left are the
    /// examples.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for names that no array has; [`Kind::BadRows`], [`Kind::BadTarget`], [`Kind::NotFinite`] or
    /// [`Kind::LimitExceeded`] for arrays that cannot be learned from.
    pub fn read(mut arrays: Vec<(String, Tensor)>, options: &Options) -> Result<Self> {
        let all = listed(&arrays);
        let target_name = options.target()?.to_owned();
        let named = [("--target", &target_name)];
        let roles =
            [("--weight", &options.roles.weight), ("--group", &options.roles.group), ("--time", &options.roles.time)];
        let roles = roles.into_iter().filter_map(|(option, name)| Some((option, name.as_ref()?)));
        let named: Vec<(&str, &String)> = named.into_iter().chain(roles).collect();
        let dropped = options.drop.iter().map(|name| ("--drop", name));
        for (option, name) in named.iter().copied().chain(dropped) {
            if !arrays.iter().any(|(known, _)| known == name) {
                let expected = format!("the name of an array: {all}");
                return Err(Error::new(Kind::BadOption, option.to_owned(), expected, format!("{name:?}")));
            }
        }
        arrays.retain(|(name, _)| !options.drop.contains(name));
        let (known, mut others): (Vec<_>, Vec<_>) =
            arrays.into_iter().partition(|(name, _)| named.iter().any(|(_, known)| *known == name));
        let (Some((name, tensor)), true) = (others.pop(), others.is_empty()) else {
            let expected =
                "beside the target one array, of examples: [n, height, width] or [n, height, width, channels]";
            return Err(Error::new(Kind::BadRows, "arrays", expected, all)
                .hint("Leave others out with --drop NAME; --weight, --group and --time name those that tell something of each example."));
        };
        let size = size(&tensor).map_err(|error| error.within(&name))?;
        let examples = tensor.shape()[0];
        let columns = known.into_iter().map(|(name, tensor)| column(name, tensor, examples)).collect::<Result<_>>()?;
        let table = Table { columns, rows: examples };
        let target = target(&table, &target_name, options)?;
        let roles = Roles::read(&table, options)?;
        let dtype = if tensor.dtype().is_float() { Dtype::F32 } else { tensor.dtype() };
        let shape = tensor.shape()[1..].to_vec();
        let numbers = numbers(tensor, size).map_err(|error| error.within(&name))?;
        Ok(Self { name, dtype, shape, size, numbers, target, target_name, roles })
    }

    /// The numbers of an example, channel after channel.
    pub fn example(&self, row: usize) -> &[f32] {
        let length = self.size.numbers();
        &self.numbers[row * length..][..length]
    }

    /// Some examples as they were given, in a shape of their own: examples × that of each.
    pub fn tensor(&self, rows: &[usize]) -> Tensor {
        let Size { channels, height, width } = self.size;
        let (places, length) = (height * width, self.size.numbers());
        // Back to channels last.
        let at = |i: usize| self.example(rows[i / length])[i % channels * places + i % length / channels];
        let all = 0..rows.len() * length;
        let data = match self.dtype {
            Dtype::F32 => Data::F32(all.map(at).collect()),
            _ => Data::I64(all.map(|i| at(i) as i64).collect()),
        };
        let shape = [&[rows.len()][..], &self.shape].concat();
        Tensor::exact(self.dtype, shape, data)
    }
}

/// The arrays' names with their shapes.
fn listed(arrays: &[(String, Tensor)]) -> String {
    let all: Vec<String> = arrays.iter().map(|(name, tensor)| format!("{name} {}", shown(tensor.shape()))).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

/// What the dimensions of an array of examples mean.
fn size(tensor: &Tensor) -> Result<Size> {
    let found = || shown(tensor.shape());
    let (examples, size) = match *tensor.shape() {
        [examples, height, width] => (examples, Size { channels: 1, height, width }),
        [examples, height, width, channels] => (examples, Size { channels, height, width }),
        _ => {
            let expected = "examples of images: [n, height, width] or [n, height, width, channels]";
            return Err(Error::new(Kind::BadRows, "shape", expected, found()));
        }
    };
    if examples < MIN_EXAMPLES {
        return Err(Error::new(Kind::BadRows, "shape", format!("at least {MIN_EXAMPLES} examples"), found()));
    }
    let (sides, channels) = (1..=MAX_SIDE, 1..=MAX_CHANNELS);
    if !sides.contains(&size.height) || !sides.contains(&size.width) || !channels.contains(&size.channels) {
        let expected = format!("sides from 1 to {MAX_SIDE} and at most {MAX_CHANNELS} channels, which are last");
        return Err(Error::new(Kind::LimitExceeded, "shape", expected, found())
            .hint("Make images smaller first: what is learned from seldom needs more than 256 × 256."));
    }
    if tensor.dtype() == Dtype::Text {
        return Err(Error::new(Kind::BadRows, "array", "numbers", "texts"));
    }
    Ok(size)
}

/// The numbers of an array, with the channels before the places.
fn numbers(tensor: Tensor, size: Size) -> Result<Vec<f32>> {
    let length = size.numbers();
    let refuse = |i: usize, kind, expected: &str, found: String| {
        Err(Error::new(kind, format!("example {}", i / length), expected.to_owned(), found))
    };
    let is_unsigned = tensor.dtype() == Dtype::U64;
    let as_given: Vec<f32> = match tensor.into_data() {
        Data::F32(x) => x,
        Data::F64(x) => x.into_iter().map(|x| x as f32).collect(),
        Data::I64(x) => {
            // A uint64 above all int64 is one below 0 here.
            let least = if is_unsigned { 0 } else { -MAX_WHOLE };
            if let Some(i) = x.iter().position(|x| !(least..=MAX_WHOLE).contains(x)) {
                return refuse(
                    i,
                    Kind::BadRows,
                    "whole numbers up to 2^24, which float32 holds exactly",
                    x[i].to_string(),
                );
            }
            x.into_iter().map(|x| x as f32).collect()
        }
        Data::Text(_) => Vec::new(),
    };
    if let Some(i) = as_given.iter().position(|x| !x.is_finite()) {
        return refuse(i, Kind::NotFinite, "finite numbers of float32", as_given[i].to_string());
    }
    if size.channels == 1 {
        return Ok(as_given);
    }
    let mut numbers = vec![0.0; count(&[as_given.len()])?];
    for (to, from) in numbers.chunks_exact_mut(length).zip(as_given.chunks_exact(length)) {
        for (channel, to) in to.chunks_exact_mut(size.height * size.width).enumerate() {
            to.iter_mut().zip(from[channel..].iter().step_by(size.channels)).for_each(|(to, x)| *to = *x);
        }
    }
    Ok(numbers)
}

/// An array of one value for each example; Keras' own data sets have labels of [n, 1].
fn column(name: String, tensor: Tensor, examples: usize) -> Result<Column> {
    if tensor.shape() != [examples] && tensor.shape() != [examples, 1] {
        let expected = format!("[{examples}]: one value for each example");
        return Err(Error::new(Kind::BadRows, name, expected, shown(tensor.shape())));
    }
    let dtype = tensor.dtype();
    let values = match tensor.into_data() {
        Data::F32(x) => Values::Numbers(x.into_iter().map(f64::from).collect()),
        Data::F64(x) => Values::Numbers(x),
        Data::I64(x) if dtype == Dtype::Bool => Values::Booleans(x.into_iter().map(|x| Some(x != 0)).collect()),
        Data::I64(x) if dtype == Dtype::U64 && x.iter().any(|&x| x < 0) => {
            return Err(Error::new(Kind::BadRows, name, "whole numbers up to 2^63", "larger ones"));
        }
        Data::I64(x) => Values::Integers(x.into_iter().map(Some).collect()),
        Data::Text(x) => Values::Texts(x.into_iter().map(|text| Some(text).filter(|text| !text.is_empty())).collect()),
    };
    Ok(Column { name, values })
}

/// The target: floats are numbers to regress on, all else classes, unless the options say otherwise.
fn target(table: &Table, name: &str, options: &Options) -> Result<Target> {
    let column = find(table, name)?;
    refuse_gaps(column)?;
    let (task, why) = match (options.task, &column.values) {
        (Some(task), _) => (task, "as asked"),
        (None, Values::Numbers(_) | Values::Dates(_)) => (Task::Regression, "the target holds floats"),
        (None, Values::Integers(_)) => (Task::Classification, "the target holds whole numbers"),
        (None, Values::Booleans(_)) => (Task::Classification, "the target holds truth values"),
        (None, Values::Texts(_)) => (Task::Classification, "the target holds texts"),
    };
    Target::decided(column, task, why.to_owned())
}
