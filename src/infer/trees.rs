//! Ensembles of trees: what the leaves that a row arrives at give to each target.
//!
//! A split's false side is the node behind it and its true side a later one, so every way down ends, whatever a file holds.
//! Numbers are compared as float64, which changes none of float32, and summed in the thresholds' type, tree after tree.

use super::arguments::{Arguments, integers, wrong_shape, wrong_type};
use crate::error::{Error, Kind, Result};
use crate::network::tensor::count;
use crate::network::{Data, Dtype, Operator, Reduction, Tensor, shown};

/// What a node of a tree asks, as it is stored; with [`MISSING`] a missing number goes to the true side.
const AT_MOST: i64 = 0;
const BELOW: i64 = 1;
const LEAF: i64 = 3;
const MISSING: i64 = 4;

/// Trees whose nodes are checked.
pub struct Trees {
    nodes: Vec<Node>,
    roots: Vec<usize>,
    /// What leaves give: to which target, and how much.
    given: Vec<(usize, f64)>,
    by: Reduction,
    targets: usize,
    /// How many numbers a row has at least.
    columns: usize,
    dtype: Dtype,
}

struct Node {
    kind: i64,
    threshold: f64,
    /// Which number is asked; of a leaf how many weights it has.
    feature: usize,
    /// The node of the true side; of a leaf its first weight.
    child: usize,
}

impl Trees {
    /// Of an operator and its inputs but the first.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`] for trees of which a way would lead out of them, [`Kind::WrongType`] and [`Kind::WrongShape`]
    /// for tensors that are none.
    pub fn new(operator: &Operator, constants: &[&Tensor]) -> Result<Self> {
        let (Operator::TreeEnsemble { by, targets }, [kinds, features, children, thresholds, roots, to, weights]) =
            (operator, constants)
        else {
            return Err(wrong_shape("seven tensors that describe trees", constants.len().to_string()));
        };
        let (numbers, targets) = (wide(thresholds)?, *targets as usize);
        let [kinds, features, children] = [integers(kinds)?, integers(features)?, integers(children)?];
        let (to, weights) = (integers(to)?, wide(weights)?);
        let lengths = [features.len(), children.len(), numbers.len()];
        if lengths != [kinds.len(); 3] || to.len() != weights.len() {
            return Err(unsound("as many of each", "others"));
        }
        let place = |x: i64, below: usize| {
            usize::try_from(x).ok().filter(|&x| x < below).ok_or_else(|| unsound(format!("less than {below}"), x))
        };
        let mut columns = 0;
        let mut nodes = Vec::with_capacity(kinds.len());
        for (i, &kind) in kinds.iter().enumerate() {
            let is_leaf = kind & LEAF == LEAF;
            let (feature, child) = if is_leaf {
                let child = place(children[i], to.len() + 1)?;
                (place(features[i], to.len() + 1 - child)?, child)
            } else {
                let (feature, child) = (place(features[i], u32::MAX as usize)?, place(children[i], kinds.len())?);
                if child <= i || i + 1 >= kinds.len() {
                    return Err(unsound("a node behind its parent", child as i64));
                }
                columns = columns.max(feature + 1);
                (feature, child)
            };
            nodes.push(Node { kind, threshold: numbers[i], feature, child });
        }
        let roots = integers(roots)?.iter().map(|&root| place(root, nodes.len())).collect::<Result<_>>()?;
        let given =
            to.iter().zip(weights).map(|(&to, weight)| Ok((place(to, targets)?, weight))).collect::<Result<_>>()?;
        Ok(Self { nodes, roots, given, by: *by, targets, columns, dtype: thresholds.dtype() })
    }

    /// What rows `[n, columns]` get: `[n, targets]`.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] for rows of too few numbers, [`Kind::WrongType`] for others than the thresholds'.
    pub fn run(&self, rows: &Tensor) -> Result<Tensor> {
        let &[length, columns] = rows.shape() else {
            return Err(wrong_shape("2 dimensions", shown(rows.shape())));
        };
        if columns < self.columns {
            return Err(wrong_shape(format!("rows of at least {} numbers", self.columns), shown(rows.shape())));
        }
        if rows.dtype() != self.dtype {
            return Err(wrong_type(self.dtype.name(), rows));
        }
        let shape = vec![length, self.targets];
        let mut all = Vec::with_capacity(count(&shape)?);
        let mut sums = vec![0.0; self.targets];
        let mut row = vec![0.0; columns];
        for i in 0..length {
            match rows.data() {
                Data::F64(x) => row.copy_from_slice(&x[i * columns..][..columns]),
                Data::F32(x) => row.iter_mut().zip(&x[i * columns..]).for_each(|(wide, &x)| *wide = f64::from(x)),
                _ => {}
            }
            self.add_up(&row, &mut sums);
            all.extend_from_slice(&sums);
        }
        let data = match self.dtype {
            Dtype::F64 => Data::F64(all),
            _ => Data::F32(all.into_iter().map(|x| x as f32).collect()),
        };
        Ok(Tensor::exact(self.dtype, shape, data))
    }

    /// What a row gets. A target that no leaf gives anything has 0.
    fn add_up(&self, row: &[f64], sums: &mut [f64]) {
        let is_sum = self.by == Reduction::Sum;
        sums.fill(if is_sum { 0.0 } else { f64::NAN });
        for &root in &self.roots {
            let leaf = self.leaf(root, row);
            for &(target, weight) in &self.given[leaf.child..][..leaf.feature] {
                let sum = &mut sums[target];
                match self.by {
                    // Two numbers of float32 are added in float64 and rounded, which is the same as adding them in float32.
                    Reduction::Sum if self.dtype == Dtype::F32 => *sum = f64::from((*sum + weight) as f32),
                    Reduction::Sum => *sum += weight,
                    Reduction::Min => *sum = sum.min(weight),
                    _ => *sum = sum.max(weight),
                }
            }
        }
        sums.iter_mut().filter(|sum| !is_sum && sum.is_nan()).for_each(|sum| *sum = 0.0);
    }

    fn leaf(&self, root: usize, row: &[f64]) -> &Node {
        let mut i = root;
        loop {
            let node = &self.nodes[i];
            if node.kind & LEAF == LEAF {
                return node;
            }
            let x = row[node.feature];
            let is_true = match node.kind & LEAF {
                _ if x.is_nan() => node.kind & MISSING != 0,
                AT_MOST => x <= node.threshold,
                BELOW => x < node.threshold,
                _ => x == node.threshold,
            };
            i = if is_true { node.child } else { i + 1 };
        }
    }
}

/// data, then the trees: what rows get of trees that are known only now.
pub fn ensemble(operator: &Operator, given: &Arguments<'_>) -> Result<Tensor> {
    Trees::new(operator, given.all()?.get(1..).unwrap_or_default())?.run(given.get(0)?)
}

fn wide(tensor: &Tensor) -> Result<Vec<f64>> {
    match tensor.data() {
        Data::F32(x) => Ok(x.iter().map(|&x| f64::from(x)).collect()),
        Data::F64(x) => Ok(x.clone()),
        _ => Err(wrong_type("floats", tensor)),
    }
}

fn unsound(expected: impl Into<String>, found: impl ToString) -> Error {
    Error::new(Kind::InvalidModel, "trees", expected.into(), found.to_string())
}
