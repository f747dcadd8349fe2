//! A network that can be rewritten: values keep their names while nodes come and go.

use crate::network::{Data, Dtype, Node, Operator, Parts, Tensor, TensorId, Weight};
use std::collections::HashMap;

/// A value of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// An input.
    Input(usize),
    /// A weight.
    Weight(usize),
    /// What a node makes, and which of it.
    Made(usize, usize),
}

/// A node, and the values that it takes.
pub struct Step {
    /// The node; its own list of inputs is not kept.
    pub node: Node,
    /// What it takes.
    pub inputs: Vec<Option<Value>>,
}

impl Step {
    /// The input at a place, if there is one.
    pub fn input(&self, i: usize) -> Option<Value> {
        self.inputs.get(i).copied().flatten()
    }
}

/// The network: see the module's documentation.
pub struct Draft {
    parts: Parts,
    /// The steps; nothing where one was taken out.
    steps: Vec<Option<Step>>,
    outputs: Vec<Value>,
    /// For each value the steps that take it, each as often as it does.
    takers: HashMap<Value, Vec<usize>>,
}

impl Draft {
    /// Of a network's parts.
    pub fn new(mut parts: Parts) -> Self {
        let first = parts.inputs.len();
        let mut values: Vec<Value> = (0..first).map(Value::Input).collect();
        values.extend((0..parts.weights.len()).map(Value::Weight));
        let mut steps = Vec::with_capacity(parts.nodes.len());
        for (i, mut node) in std::mem::take(&mut parts.nodes).into_iter().enumerate() {
            let inputs = std::mem::take(&mut node.inputs);
            let inputs = inputs.into_iter().map(|id| id.map(|id| values[id as usize])).collect();
            values.extend((0..node.outputs as usize).map(|output| Value::Made(i, output)));
            steps.push(Some(Step { node, inputs }));
        }
        let outputs = parts.outputs.iter().map(|(_, id)| values[*id as usize]).collect();
        let mut draft = Self { parts, steps, outputs, takers: HashMap::new() };
        draft.indices().for_each(|i| draft.join(i));
        draft
    }

    /// The numbers of a step, in order.
    pub fn indices(&self) -> impl Iterator<Item = usize> + use<> {
        0..self.steps.len()
    }

    /// The step of a number, if it is there.
    pub fn step(&self, i: usize) -> Option<&Step> {
        self.steps[i].as_ref()
    }

    /// The step of a number if it has that operator.
    pub fn find(&self, i: usize, is: impl Fn(&Operator) -> bool) -> Option<&Step> {
        self.step(i).filter(|step| is(&step.node.operator) && step.node.within.is_none())
    }

    /// The step that makes a value, with its number, if it makes one thing and nobody else takes that.
    pub fn only_maker(&self, value: Option<Value>) -> Option<(usize, &Step)> {
        let Some(value @ Value::Made(i, 0)) = value else { return None };
        let step = self.step(i).filter(|step| step.node.outputs == 1)?;
        (self.uses(value) == 1).then_some((i, step))
    }

    /// How often a value is taken, as an output too.
    fn uses(&self, value: Value) -> usize {
        let as_output = self.outputs.iter().filter(|output| **output == value).count();
        self.takers.get(&value).map_or(0, Vec::len) + as_output
    }

    /// The tensor that a value is, if it is a weight as it was.
    pub fn constant(&self, value: Option<Value>) -> Option<&Tensor> {
        match value? {
            Value::Weight(i) => match &self.parts.weights[i] {
                Weight::Tensor(tensor) => Some(tensor),
                Weight::Compact(_) => None,
            },
            _ => None,
        }
    }

    /// The one f32 that a value is, if it is a constant.
    pub fn number(&self, value: Option<Value>) -> Option<f32> {
        let tensor = self.constant(value)?;
        match tensor.data() {
            Data::F32(x) if x.len() == 1 && tensor.dtype() == Dtype::F32 => Some(x[0]),
            _ => None,
        }
    }

    /// Who takes what a step makes first: the operators, and as which input.
    pub fn takers(&self, i: usize) -> Vec<(usize, &Operator)> {
        let made = Value::Made(i, 0);
        let steps = self.takers.get(&made).into_iter().flatten().filter_map(|&taker| self.step(taker));
        let places = |step: &'_ Step| {
            (0..step.inputs.len()).filter(|&place| step.input(place) == Some(made)).collect::<Vec<_>>()
        };
        steps.flat_map(|step| places(step).into_iter().map(|place| (place, &step.node.operator))).collect()
    }

    /// Adds a constant.
    pub fn add(&mut self, tensor: Tensor) -> Value {
        self.add_weight(tensor.into())
    }

    /// Adds a constant that may be kept in fewer bytes.
    pub fn add_weight(&mut self, weight: Weight) -> Value {
        self.parts.weights.push(weight);
        Value::Weight(self.parts.weights.len() - 1)
    }

    /// Puts another operator with other inputs in the place of a step.
    pub fn change(&mut self, i: usize, operator: Operator, inputs: Vec<Option<Value>>) {
        let Some(step) = &mut self.steps[i] else { return };
        step.node.operator = operator;
        let before = std::mem::replace(&mut step.inputs, inputs);
        self.join(i);
        self.leave(i, before);
    }

    /// Lets a step keep what it makes within bounds.
    pub fn bound(&mut self, i: usize, bounds: (f32, f32)) {
        if let Some(step) = &mut self.steps[i] {
            step.node.within = Some(bounds);
        }
    }

    /// Takes a step out that makes one value; whoever takes that takes another one instead.
    pub fn replace(&mut self, i: usize, by: Value) {
        let made = Value::Made(i, 0);
        let takers = self.takers.remove(&made).unwrap_or_default();
        for &taker in &takers {
            let inputs = self.steps[taker].iter_mut().flat_map(|step| &mut step.inputs).flatten();
            inputs.filter(|input| **input == made).for_each(|input| *input = by);
        }
        self.takers.entry(by).or_default().extend(takers);
        self.outputs.iter_mut().filter(|output| **output == made).for_each(|output| *output = by);
        if let Some(step) = self.steps[i].take() {
            self.leave(i, step.inputs);
        }
    }

    /// Counts a step among those that take its inputs.
    fn join(&mut self, i: usize) {
        for value in self.steps[i].iter().flat_map(|step| &step.inputs).flatten() {
            self.takers.entry(*value).or_default().push(i);
        }
    }

    /// Counts a step no more among those that took values, and takes out what was made for it alone.
    fn leave(&mut self, i: usize, inputs: Vec<Option<Value>>) {
        let mut left: Vec<(usize, Value)> = inputs.into_iter().flatten().map(|value| (i, value)).collect();
        while let Some((taker, value)) = left.pop() {
            if let Some(takers) = self.takers.get_mut(&value)
                && let Some(at) = takers.iter().position(|known| *known == taker)
            {
                takers.swap_remove(at);
            }
            let Value::Made(maker, _) = value else { continue };
            let outputs = self.steps[maker].as_ref().map_or(0, |step| step.node.outputs as usize);
            if (0..outputs).all(|output| self.uses(Value::Made(maker, output)) == 0)
                && let Some(step) = self.steps[maker].take()
            {
                left.extend(step.inputs.into_iter().flatten().map(|value| (maker, value)));
            }
        }
    }

    /// The parts again, without what no output follows from.
    pub fn finish(mut self) -> Parts {
        let mut needed: Vec<bool> = vec![false; self.steps.len()];
        let mut weights = vec![false; self.parts.weights.len()];
        let mut need = |value: Value, needed: &mut [bool]| match value {
            Value::Made(i, _) => needed[i] = true,
            Value::Weight(i) => weights[i] = true,
            Value::Input(_) => {}
        };
        self.outputs.iter().for_each(|value| need(*value, &mut needed));
        for i in (0..self.steps.len()).rev() {
            match &self.steps[i] {
                Some(step) if needed[i] => step.inputs.iter().flatten().for_each(|value| need(*value, &mut needed)),
                _ => self.steps[i] = None,
            }
        }
        let mut ids: HashMap<Value, TensorId> = HashMap::new();
        let mut name = |value: Value| ids.insert(value, ids.len() as TensorId);
        (0..self.parts.inputs.len()).for_each(|i| _ = name(Value::Input(i)));
        (0..weights.len()).filter(|i| weights[*i]).for_each(|i| _ = name(Value::Weight(i)));
        for (i, step) in self.steps.iter().enumerate() {
            let outputs = step.as_ref().map_or(0, |step| step.node.outputs as usize);
            (0..outputs).for_each(|output| _ = name(Value::Made(i, output)));
        }
        let mut kept = weights.iter();
        self.parts.weights.retain(|_| kept.next().copied().unwrap_or(false));
        let node = |step: Step| Node {
            inputs: step.inputs.iter().map(|value| value.map(|value| ids[&value])).collect(),
            ..step.node
        };
        self.parts.nodes = self.steps.into_iter().flatten().map(node).collect();
        for ((_, id), value) in self.parts.outputs.iter_mut().zip(&self.outputs) {
            *id = ids[value];
        }
        self.parts
    }
}
