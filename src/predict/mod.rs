//! Runs a plan. Nothing can fail, and once a model has seen its most rows nothing is allocated.

mod explain;

pub use explain::{Explained, Explainer, means};

use crate::kernel::impute::{Donors, impute_nearest};
use crate::kernel::pairwise::{self, Known};
use crate::kernel::text::{Desk, TextList};
use crate::kernel::{column, date, decide, dense, encode, map, spline, transform, vote};
use crate::model::{
    DateParts, ImputeNearest, Interpolate, Map, Method, Model, Neighbours, Operator, Pairwise, Parts, Quantile,
    Rescale, Spline, TestRows, Votes,
};
use crate::plan::{self, Plan, Room, Route, Source, Step, Work};
#[cfg(feature = "packaged")]
use crate::{model::forest::Forest, plan::PackedForest};
#[cfg(feature = "packaged")]
use std::mem;

/// A model ready to predict: its plan and the scratch for one block.
#[derive(Clone, Debug)]
pub struct Predictor {
    plan: Plan,
    scratch: Vec<f64>,
    room: Room,
    texts: TextList,
    desk: Desk,
}

impl Predictor {
    /// Plans the model and takes the scratch it needs.
    pub fn new(model: &Model) -> Self {
        Self::of(model.clone()).0
    }

    /// The same with the operators of a model that nobody else needs: what is left of it has none.
    pub fn of(model: Model) -> (Self, Parts) {
        let (plan, parts) = plan::compile(model);
        let scratch = vec![0.0; plan.scratch];
        let (room, texts, desk) = (Room::default(), TextList::default(), Desk::default());
        (Self { plan, scratch, room, texts, desk }, parts)
    }

    /// Puts a forest in the place of the one that the model was planned with.
    #[cfg(feature = "packaged")]
    pub fn plant(&mut self, node: usize, forest: Forest) {
        let forest = Work::Forest(Box::new(PackedForest::new(forest)));
        // What was there is next to nothing, and giving that back would be code.
        mem::forget(mem::replace(&mut self.plan.steps[node].work, forest));
    }

    /// How many numbers an encoded row has.
    pub fn input_width(&self) -> usize {
        self.plan.input_width
    }

    /// How many numbers a row of a method's answer has; `None` if the model does not answer it.
    pub fn output_width(&self, method: Method) -> Option<usize> {
        self.plan.route(method).map(|route| route.width)
    }

    /// How many rows [`Self::run`] takes at most.
    pub fn block(&self) -> usize {
        self.plan.block
    }

    /// All of the scratch. A block of encoded rows goes to its start; after [`Self::run`] the answer lies at
    /// [`Self::answer_at`]. Whoever has many rows elsewhere takes [`Self::predict`].
    pub fn scratch(&mut self) -> &mut [f64] {
        &mut self.scratch
    }

    /// The texts that stand in encoded rows as their places here: whoever predicts such rows puts them here first.
    pub fn texts(&mut self) -> &mut TextList {
        &mut self.texts
    }

    /// Where in the scratch a method's answer lies; `None` if the model does not answer it.
    pub fn answer_at(&self, method: Method) -> Option<usize> {
        self.plan.route(method).map(|route| route.at)
    }

    /// Predicts the first `rows` rows of the scratch in place.
    ///
    /// # Panics
    /// If there are more rows than [`Self::block`] or the model does not answer `method`.
    pub fn run(&mut self, method: Method, rows: usize) {
        assert!(rows <= self.plan.block, "at most a block of rows");
        let route = self.plan.route(method).expect("a method of the model");
        let Self { scratch, room, texts, desk, .. } = self;
        run(route, &self.plan.steps, rows, scratch, &mut Rooms { room, texts, desk });
    }

    /// Predicts encoded rows (rows × inputs, see [`Signature`](crate::model::Signature)) into `out`
    /// (rows × the output's width). Rows that [`check_rows`](crate::model::Signature::check_rows) refuses give
    /// meaningless numbers, never a failure.
    ///
    /// # Panics
    /// If the lengths do not fit each other or the model does not answer `method`: see [`Self::output_width`].
    pub fn predict(&mut self, method: Method, rows: &[f64], out: &mut [f64]) {
        let Plan { input_width, block, .. } = self.plan;
        let &Route { at, width, .. } = self.plan.route(method).expect("a method of the model");
        assert_eq!(rows.len() * width, out.len() * input_width, "as many answers as rows");
        for (rows, out) in rows.chunks(block * input_width).zip(out.chunks_mut(block * width)) {
            self.scratch[..rows.len()].copy_from_slice(rows);
            self.run(method, rows.len() / input_width);
            out.copy_from_slice(&self.scratch[at..][..out.len()]);
        }
    }

    /// Runs test rows of the model and returns the first difference: the row, the method, what was expected
    /// and what came out.
    pub fn prove(&mut self, tests: &TestRows) -> Result<(), Mismatch> {
        self.texts.clone_from(&tests.texts);
        let proven = self.prove_rows(tests);
        // They are in nobody's way afterwards.
        self.texts.clear();
        proven
    }

    fn prove_rows(&mut self, tests: &TestRows) -> Result<(), Mismatch> {
        for expected in &tests.expected {
            let width = self.output_width(expected.method).expect("a method of the model");
            let mut found = vec![0.0; expected.values.len()];
            self.predict(expected.method, &tests.inputs, &mut found);
            let pairs = &mut expected.values.iter().zip(&found);
            if let Some(i) = pairs.position(|(&expected, &found)| !tests.accepts(expected, found)) {
                let (expected, method) = (expected.values[i], expected.method);
                return Err(Mismatch { row: i / width, column: i % width, method, expected, found: found[i] });
            }
        }
        Ok(())
    }
}

/// Where a prediction differs from what it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mismatch {
    /// The row, from 0.
    pub row: usize,
    /// The column of the output, from 0.
    pub column: usize,
    /// The output.
    pub method: Method,
    /// What it should be.
    pub expected: f64,
    /// What it is.
    pub found: f64,
}

/// What steps use beside the scratch.
struct Rooms<'a> {
    room: &'a mut Room,
    texts: &'a TextList,
    desk: &'a mut Desk,
}

/// Chooses by the plan alone, never by what is in the rows: a packager that sees this run once knows all that it ever
/// calls for a model.
#[cfg_attr(feature = "packaged", inline(never))]
fn run(route: &Route, steps: &[Step], rows: usize, scratch: &mut [f64], rooms: &mut Rooms<'_>) {
    for &step in &route.steps {
        let Step { work, from, at, width } = &steps[step];
        let (before, out) = scratch.split_at_mut(*at);
        let out = &mut out[..rows * width];
        let read = |source: &Source| &before[source.at..][..rows * source.width];
        let first = from[0];
        let x = read(&first);
        match work {
            Work::Forest(forest) => apart!(forest.run(x, first.width, out, rooms.room)),
            Work::Text(vectorizer) => apart!({
                out.fill(0.0);
                for (&place, out) in x.iter().zip(out.chunks_exact_mut(*width)) {
                    // A missing text has no terms; as a whole number it would be the first one.
                    let text = rooms.texts.get(place as usize).filter(|_| place >= 0.0).unwrap_or_default();
                    vectorizer.count(text, rooms.desk, out);
                }
            }),
            Work::Operator(operator) => match &**operator {
                Operator::Concat(_) => apart!({
                    let mut at = 0;
                    for source in from {
                        column::place(read(source), source.width, at, *width, out);
                        at += source.width;
                    }
                }),
                Operator::Combine(combine) => apart!({
                    out.copy_from_slice(x);
                    from[1..].iter().for_each(|source| map::combine(read(source), combine.multiplies, out));
                }),
                operator => apply(operator, x, first.width, *width, out),
            },
        }
    }
}

/// An operator with one input: rows `x` of `from` numbers to rows of `to`.
#[cfg_attr(feature = "packaged", inline(never))]
fn apply(operator: &Operator, x: &[f64], from: usize, to: usize, out: &mut [f64]) {
    match operator {
        // The plan has laid these out, or they have several inputs.
        Operator::Forest(_) | Operator::Vectorize(_) | Operator::Concat(_) | Operator::Combine(_) => {}
        Operator::Select(select) => apart!(column::select(x, from, &select.columns, out)),
        Operator::Impute(impute) => apart!(column::impute(x, &impute.fills, out)),
        Operator::Scale(scale) => apart!(column::scale(x, &scale.offsets, &scale.divisors, out)),
        Operator::OneHot(one_hot) => apart!(column::one_hot(x, &one_hot.categories, to, out)),
        Operator::Linear(linear) => apart!(dense::affine(x, from, &linear.coefficients, &linear.intercepts, out)),
        Operator::Sigmoid(_) => apart!(decide::sigmoid_pair(x, out)),
        Operator::Softmax(_) => apart!(decide::softmax(x, from, out)),
        Operator::ArgMax(_) => apart!(decide::arg_max(x, from, false, out)),
        Operator::LastArgMax(_) => apart!(decide::arg_max(x, from, true, out)),
        Operator::Binarize(binarize) => apart!(decide::binarize(x, binarize.threshold, out)),
        Operator::Map(Map { function, a, b }) => apart!(map::map(x, *function, *a, *b, out)),
        Operator::Rescale(Rescale { factors, offsets }) => apart!(map::rescale(x, from, factors, offsets, out)),
        Operator::Complement(_) => apart!(decide::complement(x, out)),
        Operator::Recode(recode) => apart!(encode::recode(x, &recode.tables, out)),
        Operator::Bins(bins) => apart!(encode::bins(x, &bins.edges, out)),
        Operator::Normalize(normalize) => apart!(transform::normalize(x, from, normalize.norm, out)),
        Operator::PowerTransform(power) => apart!(transform::power(x, &power.lambdas, power.is_box_cox, out)),
        Operator::Interpolate(Interpolate { xs, ys }) => apart!(transform::interpolate(x, xs, ys, out)),
        Operator::Quantile(Quantile { quantiles, references, is_normal }) => {
            apart!(transform::quantile(x, quantiles, references, *is_normal, out));
        }
        Operator::Polynomial(polynomial) => apart!(transform::polynomial(x, from, &polynomial.terms, out)),
        Operator::Spline(spline) => {
            let Spline { degree, knots, beyond } = spline;
            apart!(spline::splines(x, knots, *degree as usize, *beyond, spline.per_column(), out));
        }
        Operator::Pairwise(Pairwise { points, measure, .. }) => {
            apart!(pairwise::pairwise(x, from, points, *measure, out))
        }
        Operator::Neighbours(Neighbours { reach, by_distance, targets, classes, outlier }) => {
            let known = Known { targets, outputs: to, are_classes: *classes > 0, outlier };
            apart!(pairwise::neighbours(x, from, *reach, *by_distance, known, out));
        }
        Operator::Votes(Votes { classes, threshold, with_sums }) => {
            apart!(vote::votes(x, *classes as usize, *threshold, *with_sums, out));
        }
        Operator::Couple(couple) => apart!(vote::couple(x, couple.classes as usize, out)),
        Operator::WeightedMedian(median) => apart!(vote::weighted_median(x, &median.weights, out)),
        Operator::LinearF32(linear) => {
            apart!(dense::affine_f32(x, from, &linear.coefficients, &linear.intercepts, out))
        }
        Operator::ImputeNearest(ImputeNearest { points, nearest, by_distance, .. }) => {
            let donors = Donors { points, nearest: *nearest, by_distance: *by_distance };
            apart!(impute_nearest(x, from, donors, out));
        }
        Operator::DateParts(DateParts { parts }) => apart!(date::parts(x, from, parts, out)),
    }
}
