//! Code that never runs, taken out.

use super::failed;
use super::trace::{Piece, pieces};
use crate::error::Result;
use std::collections::HashSet;
use walrus::ir::{Instr, Unreachable, Visitor, dfs_in_order};
use walrus::{ElementItems, ExportItem, FunctionId, FunctionKind, Module, TypeId};

/// What of a core chooses by the model alone, and was seen to choose.
pub struct Choosers {
    /// The functions.
    pub functions: &'static [&'static str],
    /// Whether what is called from tables is chosen so.
    pub table: bool,
}

/// Ends each piece that was not seen to run with a trap, in all functions that cannot do anything else than they were seen
/// to do: those that no predicting reaches from `asked` exports, and the `choosers`; of a table that functions are called from,
/// those that were never called, if the model chooses there, and those that nothing calls any more, not even to `set_up`.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) for a module without them.
pub fn prune(module: &mut Module, seen: &[bool], choosers: &Choosers, [asked, set_up]: [&[&str]; 2]) -> Result<()> {
    let all = pieces(module);
    let unseen: Vec<&Piece> = all.iter().zip(seen).filter(|(_, seen)| !**seen).map(|(piece, _)| piece).collect();
    let choosing: HashSet<FunctionId> = named(module, choosers.functions).collect();
    if choosing.len() != choosers.functions.len() {
        return Err(failed(&"no functions that choose"));
    }
    let tabled = tabled(module);
    cut(module, &unseen, |piece, is_first| {
        choosing.contains(&piece.function) || choosers.table && is_first && tabled.contains(&piece.function)
    });
    let predicting = reached(module, asked, &tabled);
    cut(module, &unseen, |piece, _| !predicting.contains(&piece.function));
    // A table keeps its functions, called or not.
    let called = reached(module, &[asked, set_up].concat(), &tabled);
    cut(module, &all.iter().collect::<Vec<_>>(), |piece, is_first| {
        is_first && tabled.contains(&piece.function) && !called.contains(&piece.function)
    });
    Ok(())
}

/// The functions that have one of the names, which are without hashes.
pub fn named(module: &Module, names: &[&str]) -> impl Iterator<Item = FunctionId> {
    let is_named = |name: &str| names.contains(&format!("{:#}", rustc_demangle::demangle(name)).as_str());
    module
        .funcs
        .iter()
        .filter(move |function| function.name.as_deref().is_some_and(is_named))
        .map(|function| function.id())
}

/// The functions in tables.
fn tabled(module: &Module) -> HashSet<FunctionId> {
    let mut found = HashSet::new();
    for element in module.elements.iter() {
        if let ElementItems::Functions(functions) = &element.items {
            found.extend(functions);
        }
    }
    found
}

/// Puts a trap in place of the pieces that are chosen; `choose` is told whether a piece is its function's first.
fn cut(module: &mut Module, pieces: &[&Piece], choose: impl Fn(&Piece, bool) -> bool) {
    for piece in pieces {
        let FunctionKind::Local(local) = &mut module.funcs.get_mut(piece.function).kind else { continue };
        let is_first = piece.at == 0 && piece.sequence == local.entry_block();
        if choose(piece, is_first) {
            let instructions = &mut local.block_mut(piece.sequence).instrs;
            // What was cut before may have been longer.
            if piece.at <= instructions.len() {
                instructions.truncate(piece.at);
                instructions.push((Instr::Unreachable(Unreachable {}), Default::default()));
            }
        }
    }
}

/// The functions that may run when exports are called. From a table only functions of the called type can run.
fn reached(module: &Module, exports: &[&str], tabled: &HashSet<FunctionId>) -> HashSet<FunctionId> {
    let exported = module.exports.iter().filter(|export| exports.contains(&export.name.as_str()));
    let mut open: Vec<FunctionId> = exported
        .filter_map(|export| match export.item {
            ExportItem::Function(function) => Some(function),
            _ => None,
        })
        .collect();
    let mut found: HashSet<FunctionId> = open.iter().copied().collect();
    while let Some(function) = open.pop() {
        let mut calls = Calls::default();
        if let FunctionKind::Local(local) = &module.funcs.get(function).kind {
            dfs_in_order(&mut calls, local, local.entry_block());
        }
        let through_table = tabled.iter().filter(|function| calls.types.contains(&module.funcs.get(**function).ty()));
        open.extend(calls.functions.iter().chain(through_table).filter(|function| found.insert(**function)));
    }
    found
}

/// What a function calls: functions, and from a table those of some types.
#[derive(Default)]
struct Calls {
    functions: Vec<FunctionId>,
    types: HashSet<TypeId>,
}

impl<'a> Visitor<'a> for Calls {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.functions.push(*function);
    }

    fn visit_call_indirect(&mut self, call: &walrus::ir::CallIndirect) {
        self.types.insert(call.ty);
    }
}
