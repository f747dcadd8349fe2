//! Forests of every shape against their definition, to the bit: each row alone, and side by side with others.

use edgelet::format;
use edgelet::model::forest::{LinearLeaves, NodeKind, Precision, Sets, Thresholds};
use edgelet::model::*;
use edgelet::predict::Predictor;

/// Numbers without a pattern (SplitMix64), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % limit as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn number(&mut self) -> f64 {
        (self.below(2001) as f64 - 1000.0) / 128.0 + self.below(3) as f64 * 1e-9
    }

    /// A number to compare: rarely an extreme one.
    fn threshold(&mut self, distinct: usize) -> f64 {
        match self.below(40) {
            0 => [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 5e-324, 1e300][self.below(6)],
            _ => self.below(distinct) as f64 * 0.1 - distinct as f64 * 0.05,
        }
    }
}

/// What the forests of a case have.
struct Case {
    trees: usize,
    depth: usize,
    /// How likely a node above that depth is a leaf, in percent.
    leaf: usize,
    outputs: usize,
    width: usize,
    /// How many thresholds a feature has, about.
    distinct: usize,
    /// How many categories.
    categories: usize,
}

fn forest(case: &Case, random: &mut Random) -> Forest {
    let precision = |is_narrow| if is_narrow { Precision::F32 } else { Precision::F64 };
    let mut forest = Forest {
        width: case.width,
        rows: precision(random.chance(50)),
        sums: precision(random.chance(50)),
        base: (0..case.outputs).map(|_| if random.chance(50) { -0.0 } else { random.number() }).collect(),
        divisor: if random.chance(50) { 1.0 } else { case.trees as f64 },
        targets: Vec::new(),
        kinds: Vec::new(),
        features: Vec::new(),
        thresholds: Thresholds::default(),
        sets: Sets::default(),
        leaves: Vec::new(),
        linear: None,
    };
    if random.chance(70) {
        forest.base.fill(0.0);
    }
    let (one_hot, few) = (random.chance(50), random.chance(30));
    let mut thresholds = Vec::new();
    for _ in 0..case.trees {
        let target = (case.outputs == 1 || random.chance(30)).then(|| random.below(case.outputs) as u32);
        forest.targets.push(target);
        let mut open = vec![0];
        while let Some(depth) = open.pop() {
            if depth == case.depth || random.chance(case.leaf) {
                forest.kinds.push(NodeKind::Leaf);
                let numbers = if target.is_some() { 1 } else { case.outputs };
                let only = random.below(numbers);
                let number = |i| match (one_hot && i != only, few) {
                    (true, _) => 0.0,
                    (_, true) => random.below(3) as f64,
                    _ => random.number(),
                };
                forest.leaves.extend((0..numbers).map(number));
                continue;
            }
            let missing_left = random.chance(50);
            let feature = random.below(case.width);
            forest.features.push(feature as u32);
            // Odd features are categories.
            if case.categories > 0 && feature % 2 == 1 {
                let words = random.below(case.categories.div_ceil(32) + 1);
                forest.kinds.push(NodeKind::In { missing_left });
                let words: Vec<u32> = (0..words).map(|_| random.below(1 << 16) as u32 * 0x1_0001).collect();
                forest.sets.push(&words);
            } else {
                forest.kinds.push(NodeKind::AtMost { missing_left });
                thresholds.push(random.threshold(case.distinct));
            }
            open.extend([depth + 1, depth + 1]);
        }
    }
    forest.thresholds = Thresholds::new(forest.width, forest.features_of_thresholds(), &thresholds);
    if case.outputs == 1 && random.chance(30) {
        let counts: Vec<u32> = forest.leaves.iter().map(|_| random.below(4) as u32).collect();
        let terms = counts.iter().sum::<u32>() as usize;
        forest.linear = Some(Box::new(LinearLeaves {
            constants: forest.leaves.iter().map(|_| random.number()).collect(),
            counts,
            features: (0..terms).map(|_| random.below(case.width) as u32).collect(),
            coefficients: (0..terms).map(|_| random.number()).collect(),
        }));
    }
    forest
}

/// A row on its way through all nodes: most of them are stepped over.
#[derive(Default)]
struct Visit {
    sums: Vec<f64>,
    node: usize,
    split: usize,
    threshold: usize,
    set: usize,
    leaf: usize,
    number: usize,
}

impl Visit {
    /// The definition: the next node and all below it, where `is_here` says whether the row comes to it.
    fn subtree(&mut self, forest: &Forest, row: &[f64], target: Option<u32>, is_here: bool) {
        let kind = forest.kinds[self.node];
        self.node += 1;
        if kind == NodeKind::Leaf {
            let width = if target.is_some() { 1 } else { self.sums.len() };
            for i in (0..width).filter(|_| is_here) {
                let x = leaf(forest, self.leaf, forest.leaves[self.number + i], row);
                let sum = &mut self.sums[target.map_or(i, |k| k as usize)];
                *sum = round(*sum + x, forest.sums);
            }
            (self.leaf, self.number) = (self.leaf + 1, self.number + width);
            return;
        }
        let x = round(row[forest.features[self.split] as usize], forest.rows);
        self.split += 1;
        let (goes_left, missing_left) = match kind {
            NodeKind::AtMost { missing_left } => {
                self.threshold += 1;
                let Thresholds { tables, places, .. } = &forest.thresholds;
                (x <= tables[places[self.threshold - 1] as usize], missing_left)
            }
            _ => {
                self.set += 1;
                let ends = &forest.sets.ends;
                let start = if self.set == 1 { 0 } else { ends[self.set - 2] };
                let set = &forest.sets.words[start as usize..ends[self.set - 1] as usize];
                (has(set, x), kind == NodeKind::In { missing_left: true })
            }
        };
        let goes_left = if x.is_nan() { missing_left } else { goes_left };
        self.subtree(forest, row, target, is_here && goes_left);
        self.subtree(forest, row, target, is_here && !goes_left);
    }
}

fn has(set: &[u32], x: f64) -> bool {
    let bits = (0..set.len() * 32).filter(|c| set[c / 32] >> (c % 32) & 1 == 1);
    x > -1.0 && bits.into_iter().any(|c| x.trunc() == c as f64)
}

fn round(x: f64, to: Precision) -> f64 {
    if to == Precision::F32 { f64::from(x as f32) } else { x }
}

fn leaf(forest: &Forest, leaf: usize, plain: f64, row: &[f64]) -> f64 {
    let Some(linear) = &forest.linear else { return plain };
    let start = linear.counts[..leaf].iter().sum::<u32>() as usize;
    let mut sum = linear.constants[leaf];
    for term in start..start + linear.counts[leaf] as usize {
        let x = row[linear.features[term] as usize];
        if x.is_nan() {
            return plain;
        }
        sum += linear.coefficients[term] * x;
    }
    sum
}

fn definition(forest: &Forest, row: &[f64]) -> Vec<f64> {
    let mut visit = Visit { sums: forest.base.clone(), ..Visit::default() };
    for &target in &forest.targets {
        visit.subtree(forest, row, target, true);
    }
    visit.sums.iter().map(|sum| sum / forest.divisor).collect()
}

fn model(forest: Forest) -> Model {
    let names = |count: usize, name: &str| (0..count).map(|i| format!("{name}{i}")).collect::<Vec<_>>();
    let input = |name| Input { missing: Missing::Accepted, ..Input::numeric(name) };
    let signature = Signature {
        inputs: names(forest.width, "x").into_iter().map(input).collect(),
        targets: names(forest.base.len(), "y"),
        classes: vec![],
        outputs: vec![Output { method: Method::Predict, value: 1 }],
    };
    let graph = Graph { nodes: vec![crate::models::node("trees", forest, &[0])] };
    let parts = Parts { signature, graph, provenance: Provenance::default(), tests: TestRows::default() };
    Model::new(parts).expect("a sound model")
}

/// Rows whose numbers sit on thresholds, beside them, on categories and on extremes.
fn rows(case: &Case, count: usize, random: &mut Random) -> Vec<f64> {
    let mut number = |column: usize| match random.below(12) {
        0 => f64::NAN,
        1 => [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, -5e-324, -0.5, 1e300, 16_777_217.0][random.below(8)],
        _ if case.categories > 0 && column % 2 == 1 => random.below(case.categories + 3) as f64 + 0.5,
        2..6 => random.threshold(case.distinct),
        6 => random.threshold(case.distinct).next_up(),
        _ => random.number(),
    };
    (0..count * case.width).map(|i| number(i % case.width)).collect()
}

fn holds(case: &Case, seed: u64) {
    let mut random = Random(seed);
    let written = model(forest(case, &mut random));
    let model = format::decode(&format::encode(&written).expect("bytes")).expect("a model");
    assert!(model == written, "seed {seed}: another model after decoding");
    let Operator::Forest(forest) = &*model.graph().nodes[0].operator else { panic!("a forest") };
    let mut predictor = Predictor::new(&model);
    // Those before go down, those after the 300 go up if there are at least 24.
    for count in [1, 2, 3, 4, 7, 9, 23, 24, 33, 127, 128, 300, 23, 24, 33, 127, 128, 150] {
        let rows = rows(case, count, &mut random);
        let mut found = vec![0.0; count * case.outputs];
        predictor.predict(Method::Predict, &rows, &mut found);
        for (i, row) in rows.chunks(case.width).enumerate() {
            let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let expected = definition(forest, row);
            // No number is NaN but by a linear leaf that has infinite terms; NaN has many bits.
            let found: Vec<_> = found[i * case.outputs..][..case.outputs].to_vec();
            let is_same = bits(&found) == bits(&expected) || found[0].is_nan() && expected[0].is_nan();
            assert!(is_same, "seed {seed}, row {i} of {count}: {found:?} for {expected:?}");
        }
    }
}

#[test]
fn shallow_forests() {
    for seed in 0..30 {
        let (trees, depth) = (1 + seed as usize * 7 % 50, seed as usize % 9);
        let case = Case { trees, depth, leaf: 10, outputs: 1, width: 6, distinct: 40, categories: 0 };
        holds(&case, seed);
        holds(&Case { outputs: 3, leaf: 0, ..case }, seed);
    }
}

#[test]
fn deep_and_large_trees() {
    for seed in 0..5 {
        let case = Case { trees: 5, depth: 100, leaf: 48, outputs: 1, width: 9, distinct: 3000, categories: 0 };
        holds(&case, seed);
        holds(&Case { outputs: 4, ..case }, seed);
        // Too many splits to go up.
        holds(&Case { trees: 3, depth: 10, leaf: 1, ..case }, seed);
        holds(&Case { trees: 2, depth: 10, leaf: 1, outputs: 2, distinct: 20, ..case }, seed);
    }
}

#[test]
fn categories() {
    for seed in 0..4 {
        for categories in [1, 32, 40, 200, 254, 300, 3000] {
            let case = Case { trees: 9, depth: 6, leaf: 10, outputs: 1, width: 4, distinct: 9, categories };
            holds(&case, seed);
            holds(&Case { trees: 3, depth: 9, leaf: 3, outputs: 2, ..case }, seed);
        }
    }
}

#[test]
fn many_trees_of_few_leaves() {
    for (seed, trees) in [1, 4, 5, 600].into_iter().enumerate() {
        for depth in [0, 1, 3] {
            let case = Case { trees, depth, leaf: 0, outputs: 1, width: 3, distinct: 600, categories: 0 };
            holds(&case, seed as u64);
            holds(&Case { outputs: 5, width: 700, ..case }, seed as u64);
        }
    }
}
