//! The shape of a network: which layers it has, and where the parameters of each are.

use super::super::answer::Answer;
use super::super::options::Task;
use super::super::parameters::Values;
use super::super::random::Random;
use super::batch::at_once;
use super::images::Size;
use crate::error::{Error, Kind, Result};
use std::ops::Range;

/// The most parameters.
const MAX_PARAMETERS: usize = 1 << 24;
/// The most blocks.
const MAX_BLOCKS: usize = 16;
/// The most numbers that a batch takes while it is learned from: 4 GiB of them.
const MAX_NUMBERS: usize = 1 << 30;
/// How many filters the blocks have where nobody says: as many blocks as bring the longer side to 4 places or fewer.
const FILTERS: [usize; 4] = [16, 32, 64, 64];
/// How many places the last maps may have to be flattened where nobody says: of more, each filter's mean tells.
const MAX_FLAT: usize = 64;

/// A convolution, a batch norm, a ReLU, and the largest of each two by two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// How many channels it sees, and how large they are.
    pub size: Size,
    /// How many it makes.
    pub filters: usize,
    /// How many places its filters see in each direction.
    pub kernel: usize,
    /// Of how many places, down and across, the largest is kept.
    pub pool: [usize; 2],
}

/// A layer of linear functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dense {
    /// How many numbers go in.
    pub inputs: usize,
    /// How many come out.
    pub outputs: usize,
}

/// Blocks, what becomes of the last maps, and one or two layers of linear functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Each filter's mean goes on, in place of all its places.
    pub averages: bool,
    /// The layers behind the blocks; between two of them there is a ReLU.
    pub dense: Vec<Dense>,
    /// What comes out.
    pub answer: Answer,
}

impl Block {
    /// How many zeros lie around what is seen.
    pub fn pad(&self) -> usize {
        self.kernel / 2
    }

    /// How many weights a filter has.
    pub fn depth(&self) -> usize {
        self.size.channels * self.kernel * self.kernel
    }

    /// How many places the filters look from.
    pub fn places(&self) -> usize {
        self.size.height * self.size.width
    }

    /// What comes out.
    pub fn out(&self) -> Size {
        let [down, across] = self.pool;
        Size { channels: self.filters, height: self.size.height / down, width: self.size.width / across }
    }

    fn parameters(&self) -> usize {
        self.filters * (self.depth() + 2)
    }
}

impl Dense {
    fn parameters(self) -> usize {
        self.inputs.saturating_add(1).saturating_mul(self.outputs)
    }
}

impl Shape {
    /// The shape that hyper-parameters ask for.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] for more parameters or more memory than are sensible.
    pub fn new(mut size: Size, values: Values<'_>, task: Task, classes: usize) -> Result<Self> {
        let filters = match values.word("filters") {
            "auto" => FILTERS[..sensible_blocks(size)].to_vec(),
            _ => values.wholes("filters"),
        };
        if filters.len() > MAX_BLOCKS {
            let (expected, found) = (format!("at most {MAX_BLOCKS} blocks"), filters.len().to_string());
            return Err(Error::new(Kind::LimitExceeded, "--set filters", expected, found));
        }
        let kernel = values.whole("kernel_size");
        let mut blocks = Vec::new();
        for filters in filters {
            let pool = [size.height, size.width].map(|length| if length < 2 { 1 } else { 2 });
            let block = Block { size, filters, kernel, pool };
            size = block.out();
            blocks.push(block);
        }
        let averages = match values.word("head") {
            "auto" => size.height * size.width > MAX_FLAT,
            head => head == "average",
        };
        let (answer, outputs) = match task {
            Task::Regression => (Answer::Number, 1),
            Task::Classification => (Answer::Shares, classes),
        };
        let features = if averages { size.channels } else { size.numbers() };
        let mut dense = Vec::new();
        let hidden = values.whole_or_none("dense_units");
        dense.extend(hidden.map(|outputs| Dense { inputs: features, outputs }));
        dense.push(Dense { inputs: hidden.unwrap_or(features), outputs });
        let shape = Self { blocks, averages, dense, answer };
        if shape.parameters() > MAX_PARAMETERS {
            let (expected, found) = (format!("at most {MAX_PARAMETERS} weights"), shape.parameters().to_string());
            return Err(Error::new(Kind::LimitExceeded, "--set filters, dense_units", expected, found)
                .hint("A visitor downloads all of them: choose fewer, or --set head=average."));
        }
        let numbers =
            shape.blocks.iter().map(|block| block.places().saturating_mul(4 * (block.filters + block.size.channels)));
        let numbers =
            numbers.fold(0, usize::saturating_add).saturating_mul(values.whole("batch_size").max(at_once(&shape)));
        if numbers > MAX_NUMBERS {
            let (expected, found) = (format!("at most {MAX_NUMBERS} numbers in a batch"), numbers.to_string());
            return Err(Error::new(Kind::LimitExceeded, "--set batch_size, filters", expected, found)
                .hint("Choose smaller batches, fewer filters, or smaller images."));
        }
        Ok(shape)
    }

    /// How many numbers of an example come out of the blocks.
    pub fn features(&self) -> usize {
        self.dense[0].inputs
    }

    /// How many numbers come out at the end.
    pub fn outputs(&self) -> usize {
        self.dense[self.dense.len() - 1].outputs
    }

    /// How many parameters there are.
    pub fn parameters(&self) -> usize {
        let blocks = self.blocks.iter().map(Block::parameters);
        blocks.chain(self.dense.iter().map(|dense| dense.parameters())).fold(0, usize::saturating_add)
    }

    /// Where the parameters of each block are: weights, filter after filter; the batch norm's factors; what it adds.
    pub fn of_blocks(&self) -> Vec<[Range<usize>; 3]> {
        let mut next = 0;
        let mut take = |length: usize| {
            next += length;
            next - length..next
        };
        let of_block = |block: &Block| [block.filters * block.depth(), block.filters, block.filters].map(&mut take);
        self.blocks.iter().map(of_block).collect()
    }

    /// Where those of each layer behind the blocks are: weights, input after input; what is added.
    pub fn of_dense(&self) -> Vec<[Range<usize>; 2]> {
        let mut next = self.blocks.iter().map(Block::parameters).sum();
        let mut take = |length: usize| {
            next += length;
            next - length..next
        };
        self.dense.iter().map(|dense| [dense.inputs * dense.outputs, dense.outputs].map(&mut take)).collect()
    }

    /// Where all weights are: neither norms, nor what is added.
    pub fn weights(&self) -> impl Iterator<Item = Range<usize>> {
        let blocks = self.of_blocks().into_iter().map(|[weights, _, _]| weights);
        blocks.chain(self.of_dense().into_iter().map(|[weights, _]| weights))
    }

    /// Random parameters: He et al., Delving Deep into Rectifiers, ICCV 2015, before a ReLU, and Glorot and Bengio's, AISTATS
    /// 2010, at the end. Batch norms begin as nothing.
    pub fn draw(&self, random: &mut Random) -> Vec<f32> {
        let mut parameters = vec![0.0; self.parameters()];
        let mut fill = |range: Range<usize>, bound: f64| {
            parameters[range].iter_mut().for_each(|x| *x = (bound * (2.0 * random.unit() - 1.0)) as f32);
        };
        for (block, [weights, _, _]) in self.blocks.iter().zip(self.of_blocks()) {
            fill(weights, (6.0 / block.depth() as f64).sqrt());
        }
        for (i, (dense, [weights, _])) in self.dense.iter().zip(self.of_dense()).enumerate() {
            let is_last = i + 1 == self.dense.len();
            let fan = if is_last { dense.inputs + dense.outputs } else { dense.inputs };
            fill(weights, (6.0 / fan as f64).sqrt());
        }
        for [_, factors, _] in self.of_blocks() {
            parameters[factors].fill(1.0);
        }
        parameters
    }
}

/// How many blocks there are where nobody says.
fn sensible_blocks(size: Size) -> usize {
    let longer = size.height.max(size.width);
    (2..FILTERS.len()).find(|&blocks| longer >> blocks <= 4).unwrap_or(FILTERS.len())
}
