//! Attention as exporters write it: queries times turned keys, scaled, a mask added, a softmax, times values; and around it heads
//! that are parted and turned outwards, and back.

use super::draft::{Draft, Step, Value};
use super::transpose::turn;
use crate::network::{Attention, Binary, Data, Dtype, Operator, Softmax, SoftmaxKind, Tensor};

/// How many steps are followed to learn a value's rank or type.
const FAR: usize = 8;

/// Makes each one step.
pub fn recognize(draft: &mut Draft) {
    for i in draft.indices() {
        products(draft, i);
    }
    for i in draft.indices() {
        heads(draft, i);
    }
    for i in draft.indices() {
        shapes(draft, i);
    }
}

/// The step that makes a value for one taker alone, and keeps no bounds.
fn maker(draft: &Draft, value: Option<Value>) -> Option<(usize, &Step)> {
    draft.only_maker(value).filter(|(_, step)| step.node.within.is_none())
}

/// Makes the two products around a softmax one step, if a step is the second of them. All are float32, and of four dimensions.
fn products(draft: &mut Draft, i: usize) -> Option<()> {
    let step = draft.find(i, |operator| *operator == Operator::MatMul)?;
    let (_, softmax) = maker(draft, step.input(0))?;
    let Operator::Softmax(Softmax { axis: -1 | 3, kind: SoftmaxKind::Softmax, .. }) = softmax.node.operator else {
        return None;
    };
    let sum = softmax.input(0);
    let summands = maker(draft, sum).filter(|(_, sum)| sum.node.operator == Operator::Binary(Binary::Add));
    let summands = summands.map(|(_, sum)| (sum.input(0), sum.input(1)));
    let parts = [Some((sum, None)), summands, summands.map(|(a, b)| (b, a))];
    let (scores, added) =
        parts.into_iter().flatten().find_map(|(scores, added)| Some((Scores::of(draft, scores)?, added)))?;
    let values = step.input(1);
    let is_known = rank(draft, scores.queries) == Some(4) && rank(draft, values) == Some(4);
    if !is_known || !(scores.is_scaled || is_float(draft, scores.queries) || is_float(draft, scores.keys)) {
        return None;
    }
    let (mut order, before) = turn(draft, scores.keys).filter(|(order, _)| order.len() == 4)?;
    order.swap(2, 3);
    let keys = match order[..] {
        [0, 1, 2, 3] => before,
        _ => {
            let (turned, _) = maker(draft, scores.keys)?;
            draft.change(turned, Operator::Transpose(order), vec![Some(before)]);
            Value::Made(turned, 0)
        }
    };
    let how = Attention {
        causal: false,
        query_heads: 0,
        key_heads: 0,
        scale: Some(scores.scale),
        cap: 0.0,
        shows: 0,
        left: -1,
        right: -1,
    };
    let mut inputs = vec![scores.queries, Some(keys), values];
    if added.is_some() {
        inputs.resize(Attention::ADDED, None);
        inputs.push(added);
    }
    draft.change(i, Operator::Attention(how), inputs);
    Some(())
}

/// Products of queries and keys.
struct Scores {
    queries: Option<Value>,
    /// The keys, with the last two dimensions turned over.
    keys: Option<Value>,
    scale: f32,
    /// By float32, so that all of it is that.
    is_scaled: bool,
}

impl Scores {
    /// Those that a value is, scaled after the product or before.
    fn of(draft: &Draft, value: Option<Value>) -> Option<Self> {
        let mut factors = Vec::new();
        let (_, product) = maker(draft, unscaled(draft, value, &mut factors))?;
        if product.node.operator != Operator::MatMul {
            return None;
        }
        let [queries, keys] = [0, 1].map(|i| unscaled(draft, product.input(i), &mut factors));
        let scale: f32 = factors.iter().product();
        scale.is_finite().then_some(Self { queries, keys, scale, is_scaled: !factors.is_empty() })
    }
}

/// What a value is multiples of, by numbers.
fn unscaled(draft: &Draft, mut value: Option<Value>, factors: &mut Vec<f32>) -> Option<Value> {
    // A number of more dimensions than there are would add some.
    let number = |value| draft.constant(value).filter(|tensor| tensor.rank() <= 4).and(draft.number(value));
    while let Some((_, step)) = maker(draft, value) {
        let (inner, factor) = match step.node.operator {
            Operator::Binary(Binary::Mul) => match (number(step.input(0)), number(step.input(1))) {
                (None, Some(factor)) => (0, factor),
                (Some(factor), None) => (1, factor),
                _ => break,
            },
            Operator::Binary(Binary::Div) => match number(step.input(1)) {
                Some(divisor) => (0, 1.0 / divisor),
                None => break,
            },
            _ => break,
        };
        factors.push(factor);
        value = step.input(inner);
    }
    value
}

/// How many dimensions a value has, if that is certain.
fn rank(draft: &Draft, mut value: Option<Value>) -> Option<usize> {
    let mut gone = 0;
    for _ in 0..FAR {
        if let Some(tensor) = draft.constant(value) {
            return tensor.rank().checked_sub(gone);
        }
        let Some(Value::Made(i, _)) = value else { return None };
        let step = draft.step(i)?;
        let of = |i: usize| draft.constant(step.input(i));
        match &step.node.operator {
            Operator::Transpose(order) if !order.is_empty() => return order.len().checked_sub(gone),
            Operator::Reshape { .. } => return of(1)?.len().checked_sub(gone),
            Operator::Gather { .. } if of(1)?.rank() == 0 => gone += 1,
            Operator::Squeeze => gone += of(1)?.len(),
            Operator::Split { .. } | Operator::Unary(_) => {}
            _ => return None,
        }
        value = step.input(0);
    }
    None
}

/// Whether a value is certainly of float32.
fn is_float(draft: &Draft, mut value: Option<Value>) -> bool {
    for _ in 0..FAR {
        let Some(Value::Made(i, _)) = value else { break };
        let Some(step) = draft.step(i) else { break };
        let is_weight = |i: usize| draft.constant(step.input(i)).is_some_and(|tensor| tensor.dtype() == Dtype::F32);
        match step.node.operator {
            Operator::MatMul | Operator::Linear | Operator::Binary(_) if is_weight(0) || is_weight(1) => return true,
            Operator::Transpose(_) | Operator::Reshape { .. } | Operator::Gather { .. } => {}
            Operator::Squeeze | Operator::Split { .. } | Operator::Unary(_) => {}
            _ => break,
        }
        value = step.input(0);
    }
    false
}

/// Heads that were parted from a dimension that they make together, and turned outwards.
struct Parted {
    /// The step that turns them.
    turned: usize,
    /// The step that parts them, and what it parts.
    parted: usize,
    whole: Option<Value>,
    operator: Operator,
    /// The shape without them: what is put together, and its last numbers.
    parts: Vec<Option<Value>>,
    last: Vec<i64>,
    /// How many there are.
    heads: i64,
    /// How large each is.
    size: i64,
}

impl Parted {
    /// What a value for one taker alone is.
    fn of(draft: &Draft, value: Option<Value>) -> Option<Self> {
        let (turned, _) = maker(draft, value)?;
        let (order, before) = turn(draft, value)?;
        let (parted, step) = maker(draft, Some(before)).filter(|_| order == [0, 2, 1, 3])?;
        let Operator::Reshape { .. } = step.node.operator else { return None };
        let mut parts = match step.input(1)? {
            Value::Made(i, 0) => {
                draft.find(i, |operator| matches!(operator, Operator::Concat { axis: -1 | 0 }))?.inputs.clone()
            }
            shape => vec![Some(shape)],
        };
        let mut last = Vec::new();
        while last.len() < 2 {
            let numbers = draft.constant(parts.pop()?).filter(|numbers| numbers.dtype() == Dtype::I64)?;
            let Data::I64(numbers) = numbers.data() else { return None };
            last.splice(0..0, numbers.iter().copied());
        }
        let (size, heads) = (last.pop()?, last.pop()?);
        let is_sound = heads > 0 && size > 0 && (!parts.is_empty() || last.len() == 2);
        last.push(heads.checked_mul(size).filter(|_| is_sound)?);
        let (operator, whole) = (step.node.operator.clone(), step.input(0));
        Some(Self { turned, parted, whole, operator, parts, last, heads, size })
    }

    /// Keeps them together, and says where they are.
    fn join(mut self, draft: &mut Draft) -> Value {
        let last = draft.add(Tensor::integers(self.last));
        let shape = if self.parts.is_empty() { last } else { Value::Made(self.parted, 0) };
        draft.change(self.turned, self.operator, vec![self.whole, Some(shape)]);
        if !self.parts.is_empty() {
            self.parts.push(Some(last));
            draft.change(self.parted, Operator::Concat { axis: 0 }, self.parts);
        }
        Value::Made(self.turned, 0)
    }
}

/// Leaves heads where they are, if a step turns those back inwards that attention makes of heads that were turned outwards.
fn heads(draft: &mut Draft, i: usize) -> Option<()> {
    let (order, made) = turn(draft, Some(Value::Made(i, 0)))?;
    let (at, step) = maker(draft, Some(made)).filter(|_| order == [0, 2, 1, 3])?;
    let Operator::Attention(how) = step.node.operator else { return None };
    let [past_keys, past_values] = [4, 5].map(|i| step.input(i));
    let parted = |i: usize| Parted::of(draft, step.input(i));
    let (q, k, v) = (parted(0)?, parted(1)?, parted(2)?);
    let (heads, fewer, size) = (q.heads, k.heads, v.size);
    // One head could be several in what is added.
    if heads == 1 || fewer != v.heads || heads % fewer != 0 || past_keys.or(past_values).is_some() {
        return None;
    }
    let mut inputs = step.inputs.clone();
    for (input, parted) in inputs.iter_mut().zip([q, k, v]) {
        *input = Some(parted.join(draft));
    }
    let how = Attention { query_heads: heads, key_heads: fewer, ..how };
    draft.change(at, Operator::Attention(how), inputs);
    let shape = draft.add(Tensor::integers(vec![0, 0, heads, size]));
    draft.change(i, Operator::Reshape { zero: false }, vec![Some(made), Some(shape)]);
    Some(())
}

/// Takes out a shape in which nothing is done, if the next one follows from what was there before as well.
fn shapes(draft: &mut Draft, i: usize) -> Option<()> {
    let step = draft.find(i, |operator| matches!(operator, Operator::Reshape { zero: false }))?;
    let (_, before) = maker(draft, step.input(0))?;
    let Operator::Reshape { zero: false } = before.node.operator else { return None };
    let shape = |step: &Step| match draft.constant(step.input(1))?.data() {
        Data::I64(shape) => Some(shape.clone()),
        _ => None,
    };
    let (first, second) = (shape(before)?, shape(step)?);
    // A length that is the same as before has to be what it was before that, too.
    let is_same = |(place, length): (usize, &i64)| *length != 0 || first.get(place) == Some(&0);
    if !second.iter().enumerate().all(is_same) {
        return None;
    }
    let inputs = vec![before.input(0), step.input(1)];
    draft.change(i, Operator::Reshape { zero: false }, inputs);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::sketch::{Sketch, names, numbers};
    use super::*;
    use crate::network::TensorId;

    const WIDTH: usize = 12;

    fn integers(numbers: &[i64]) -> Tensor {
        Tensor::integers(numbers.to_vec())
    }

    /// What varies between exporters.
    struct Way {
        /// The shape with heads; empty: put together when it runs.
        parted: &'static [i64],
        /// The shape without.
        whole: &'static [i64],
        /// Turns keys twice.
        twice: bool,
        /// The numbers by which are multiplied: queries, keys, their products.
        factors: [Option<f32>; 3],
        /// Divides by the last one.
        divides: bool,
        /// The shape of what is added.
        added: Option<&'static [usize]>,
        /// Also shows the scores.
        shows: bool,
    }

    const WAY: Way = Way {
        parted: &[0, 0, 3, 4],
        whole: &[0, 0, 12],
        twice: false,
        factors: [None, None, Some(0.5)],
        divides: false,
        added: None,
        shows: false,
    };

    /// An attention of an input `[2, 5, 12]`, and what it becomes.
    fn written(way: &Way) -> Vec<&'static str> {
        let mut weights: Vec<Tensor> = (0..3).map(|seed| numbers(&[WIDTH, WIDTH], seed + 10)).collect();
        weights.extend([integers(way.parted), integers(way.whole), integers(&[3, 4])]);
        weights.extend(way.factors.map(|factor| Tensor::scalar(factor.unwrap_or(0.0))));
        let mut sketch = Sketch::new(2, weights);
        let (x, added, matrices, parted, whole, last, factors) = (0, 1, 2, 5, 6, 7, 8);
        let mul = Operator::Binary(Binary::Mul);
        let shape = match way.parted {
            [] => {
                let given = sketch.node(Operator::Shape { start: 0, end: Some(2) }, &[x]);
                sketch.node(Operator::Concat { axis: 0 }, &[given, last])
            }
            _ => parted,
        };
        let scaled = |sketch: &mut Sketch, value: TensorId, i: u32| match way.factors[i as usize] {
            Some(_) if i == 2 && way.divides => sketch.node(Operator::Binary(Binary::Div), &[value, factors + i]),
            Some(_) => sketch.node(mul.clone(), &[factors + i, value]),
            None => value,
        };
        let mut found = [0; 3];
        for i in 0..3 {
            let product = sketch.node(Operator::MatMul, &[x, matrices + i]);
            let product = sketch.node(Operator::Reshape { zero: false }, &[product, shape]);
            let order = if i == 1 && !way.twice { [0, 2, 3, 1] } else { [0, 2, 1, 3] };
            let mut turned = sketch.node(Operator::Transpose(order.to_vec()), &[product]);
            if i == 1 && way.twice {
                turned = sketch.node(Operator::Transpose(vec![0, 1, 3, 2]), &[turned]);
            }
            found[i as usize] = if i < 2 { scaled(&mut sketch, turned, i) } else { turned };
        }
        let scores = sketch.node(Operator::MatMul, &found[..2]);
        let mut sum = scaled(&mut sketch, scores, 2);
        if way.added.is_some() {
            sum = sketch.node(Operator::Binary(Binary::Add), &[sum, added]);
        }
        let how = Softmax { axis: -1, flat: false, kind: SoftmaxKind::Softmax };
        let softmax = sketch.node(Operator::Softmax(how), &[sum]);
        let result = sketch.node(Operator::MatMul, &[softmax, found[2]]);
        let result = sketch.node(Operator::Transpose(vec![0, 2, 1, 3]), &[result]);
        let result = sketch.node(Operator::Reshape { zero: false }, &[result, whole]);
        let outputs = if way.shows { vec![result, scores] } else { vec![result] };
        names(&sketch.optimized(&outputs, &[&[2, 5, WIDTH], way.added.unwrap_or(&[1])]))
    }

    /// What an attention becomes whose shapes are constant.
    const FUSED: [&str; 8] = ["MatMul", "Reshape", "MatMul", "Reshape", "MatMul", "Reshape", "Attention", "Reshape"];

    #[test]
    fn what_exporters_write_is_one_step() {
        assert_eq!(written(&WAY), FUSED);
        for way in [
            Way { parted: &[2, 5, 3, 4], whole: &[2, 5, 12], ..WAY },
            Way { parted: &[0, -1, 3, 4], whole: &[-1, 5, 12], twice: true, ..WAY },
            Way { factors: [Some(0.7), Some(0.7), None], ..WAY },
            Way { factors: [None, None, None], ..WAY },
            Way { factors: [None, None, Some(2.0)], divides: true, added: Some(&[2, 1, 1, 5]), ..WAY },
            Way { added: Some(&[5, 5]), ..WAY },
            Way { added: Some(&[2, 3, 5, 5]), ..WAY },
            Way { added: Some(&[3, 5, 1]), ..WAY },
            Way { added: Some(&[1]), ..WAY },
        ] {
            assert_eq!(written(&way), FUSED, "{:?} {:?}", way.parted, way.factors);
        }
    }

    #[test]
    fn shapes_of_what_is_given_stay_computed() {
        let names = written(&Way { parted: &[], ..WAY });
        let turned = names.iter().filter(|name| **name == "Transpose").count();
        assert!(names.contains(&"Attention") && turned == 0, "{names:?}");
    }

    #[test]
    fn what_somebody_else_takes_stays_as_it_was() {
        let names = written(&Way { shows: true, ..WAY });
        assert!(names.contains(&"Softmax") && !names.contains(&"Attention"), "{names:?}");
    }

    #[test]
    fn heads_that_come_out_of_one_matrix_are_read_where_they_lie() {
        let weights = vec![
            numbers(&[WIDTH, 3 * WIDTH], 7),
            integers(&[0, 0, 3, 3, 4]),
            Tensor::new(Dtype::I64, vec![], Data::I64(vec![0])).expect("a tensor"),
            Tensor::new(Dtype::I64, vec![], Data::I64(vec![1])).expect("a tensor"),
            Tensor::new(Dtype::I64, vec![], Data::I64(vec![2])).expect("a tensor"),
        ];
        let mut sketch = Sketch::new(1, weights);
        let product = sketch.node(Operator::MatMul, &[0, 1]);
        let parted = sketch.node(Operator::Reshape { zero: false }, &[product, 2]);
        let turned = sketch.node(Operator::Transpose(vec![2, 0, 3, 1, 4]), &[parted]);
        let [q, k, v] = [3, 4, 5].map(|i| sketch.node(Operator::Gather { axis: 0 }, &[turned, i]));
        let k = sketch.node(Operator::Transpose(vec![0, 1, 3, 2]), &[k]);
        let scores = sketch.node(Operator::MatMul, &[q, k]);
        let how = Softmax { axis: 3, flat: false, kind: SoftmaxKind::Softmax };
        let softmax = sketch.node(Operator::Softmax(how), &[scores]);
        let result = sketch.node(Operator::MatMul, &[softmax, v]);
        let left = sketch.optimized(&[result], &[&[2, 5, WIDTH]]);
        assert_eq!(names(&left), ["MatMul", "Reshape", "Transpose", "Gather", "Gather", "Gather", "Attention"]);
    }

    #[test]
    fn what_is_not_certain_stays() {
        let run = |order: Vec<i64>, axis: i64| {
            let mut sketch = Sketch::new(3, vec![Tensor::scalar(0.5)]);
            let [q, v] = [0, 2].map(|i| sketch.node(Operator::Transpose(vec![0, 2, 1, 3]), &[i]));
            let k = sketch.node(Operator::Transpose(order), &[1]);
            let scores = sketch.node(Operator::MatMul, &[q, k]);
            let scores = sketch.node(Operator::Binary(Binary::Mul), &[scores, 3]);
            let how = Softmax { axis, flat: false, kind: SoftmaxKind::Softmax };
            let softmax = sketch.node(Operator::Softmax(how), &[scores]);
            let result = sketch.node(Operator::MatMul, &[softmax, v]);
            names(&sketch.optimized(&[result], &[&[2, 4, 4, 4], &[1, 4, 4, 4], &[2, 4, 4, 4]]))
        };
        // Also where samples share keys.
        assert_eq!(run(vec![0, 2, 3, 1], -1).last(), Some(&"Attention"));
        assert_eq!(run(vec![0, 1, 3, 2], -1).last(), Some(&"Attention"));
        assert_eq!(run(vec![0, 2, 3, 1], 2).last(), Some(&"MatMul"));
    }
}
