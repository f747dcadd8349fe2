//! The order in which Keras runs the layers of a model. It tells where masks are: attention takes those of its tensors away from who
//! comes later.
//!
//! Source: `map_graph` of Keras' `ops/function.py`.

use super::config::{Argument, Call, Layer, Model};
use crate::error::Result;
use crate::import::value::wrong;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// A use of a layer: the layer, which use of it, and how it is called.
type Used<'a, 'b> = (&'b Layer<'a>, usize, &'b Call<'a>);

/// All uses of a model's layers, each behind those that it takes something of.
///
/// # Errors
/// For uses that go in a circle, and layers that are not there.
pub fn in_order<'a, 'b>(model: &'b Model<'a>) -> Result<Vec<Used<'a, 'b>>> {
    let uses: Vec<Used<'_, '_>> = (model.layers.iter())
        .flat_map(|layer| layer.calls.iter().enumerate().map(move |(number, call)| (layer, number, call)))
        .collect();
    let mut numbers: HashMap<(&str, usize), usize> = HashMap::new();
    for (i, (layer, number, _)) in uses.iter().enumerate() {
        if numbers.insert((layer.name, *number), i).is_some() {
            return Err(wrong("layers", "distinct names", format!("\"{}\" twice", layer.name)));
        }
    }
    let mut givers: Vec<Vec<usize>> = Vec::with_capacity(uses.len());
    for (layer, _, call) in &uses {
        let mut sources = Vec::new();
        let mut named: Vec<&(&str, Argument<'_>)> = call.named.iter().collect();
        named.sort_by_key(|(name, _)| *name);
        let named = named.into_iter().map(|(_, argument)| argument);
        call.arguments.iter().chain(named).for_each(|argument| argument.sources(&mut sources));
        let found = |layer_of: &str, call: usize| numbers.get(&(layer_of, call)).copied();
        let missing = |from: &str| {
            wrong("inbound_nodes", "a layer of the model", format!("\"{from}\", which \"{}\" takes", layer.name))
        };
        let own = sources.iter().map(|source| found(source.layer, source.call).ok_or_else(|| missing(source.layer)));
        givers.push(own.collect::<Result<_>>()?);
    }
    let possible = possible(&givers)?;
    let ends = model.outputs.iter().filter_map(|(_, source)| numbers.get(&(source.layer, source.call)).copied());
    let names: Vec<&str> = uses.iter().map(|(layer, _, _)| layer.name).collect();
    let mut order = by_depth(&givers, ends, &names);
    // What no output follows from is not Keras' to run, but is looked at.
    let mut is_there = vec![false; uses.len()];
    order.iter().for_each(|&i| is_there[i] = true);
    order.extend(possible.into_iter().filter(|&i| !is_there[i]));
    Ok(order.into_iter().map(|i| uses[i]).collect())
}

/// A possible order, as there is one.
fn possible(givers: &[Vec<usize>]) -> Result<Vec<usize>> {
    let mut missing: Vec<usize> = givers.iter().map(Vec::len).collect();
    let mut takers: Vec<Vec<usize>> = vec![Vec::new(); givers.len()];
    for (i, givers) in givers.iter().enumerate() {
        givers.iter().for_each(|&from| takers[from].push(i));
    }
    let mut ready: BTreeSet<usize> = (0..givers.len()).filter(|&i| missing[i] == 0).collect();
    let mut order = Vec::with_capacity(givers.len());
    while let Some(i) = ready.pop_first() {
        order.push(i);
        for &taker in &takers[i] {
            missing[taker] -= 1;
            if missing[taker] == 0 {
                ready.insert(taker);
            }
        }
    }
    match order.len() == givers.len() {
        true => Ok(order),
        false => Err(wrong("inbound_nodes", "layers that follow from inputs", "a circle")),
    }
}

/// What the ends follow from, the furthest away from them first. A layer that is used several times is as far away as its
/// furthest use that Keras has come across.
fn by_depth(givers: &[Vec<usize>], ends: impl Iterator<Item = usize>, names: &[&str]) -> Vec<usize> {
    let mut finished = Vec::new();
    let mut is_begun = vec![false; givers.len()];
    for end in ends {
        // Each with how many of its givers have been looked at.
        let mut path = vec![(end, 0)];
        if std::mem::replace(&mut is_begun[end], true) {
            continue;
        }
        while let Some((i, looked_at)) = path.last_mut() {
            let next = givers[*i].get(*looked_at).copied();
            *looked_at += 1;
            match next {
                Some(giver) if !is_begun[giver] => {
                    is_begun[giver] = true;
                    path.push((giver, 0));
                }
                Some(_) => {}
                None => {
                    finished.push(*i);
                    path.pop();
                }
            }
        }
    }
    let mut depths: Vec<Option<usize>> = vec![None; givers.len()];
    let mut of_layers: HashMap<&str, usize> = HashMap::new();
    let mut order = Vec::new();
    for &i in finished.iter().rev() {
        if depths[i].is_none() {
            order.push(i);
        }
        let of_layer = of_layers.entry(names[i]).or_default();
        let depth = depths[i].unwrap_or(0).max(*of_layer);
        (*of_layer, depths[i]) = (depth, Some(depth));
        for &giver in &givers[i] {
            if depths[giver].is_none() {
                order.push(giver);
            }
            depths[giver] = depths[giver].max(Some(depth + 1));
        }
    }
    order.sort_by_key(|&i| Reverse(depths[i]));
    order
}
