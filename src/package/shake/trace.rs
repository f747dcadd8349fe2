//! A core that tells what of it ran: each straight piece of code sets a global of its own.

use walrus::ir::{Const, GlobalSet, Instr, InstrSeqId, Value};
use walrus::{ConstExpr, FunctionId, LocalFunction, Module, ValType};

/// Where a straight piece of code begins: an instruction of a sequence.
pub struct Piece {
    pub function: FunctionId,
    pub sequence: InstrSeqId,
    pub at: usize,
}

/// All pieces of a module, each function's first one first. The order is that of the module's bytes, so the pieces of two
/// modules of the same bytes correspond.
pub fn pieces(module: &Module) -> Vec<Piece> {
    let of_function = |(function, local): (FunctionId, &LocalFunction)| {
        let mut pieces = Vec::new();
        for sequence in sequences(local) {
            let instructions = &local.block(sequence).instrs;
            let after = instructions.iter().zip(1..).filter(|((instruction, _), _)| may_leave(instruction));
            let starts = [0].into_iter().chain(after.map(|(_, next)| next));
            pieces.extend(starts.filter(|at| *at == 0 || *at < instructions.len()).map(|at| Piece {
                function,
                sequence,
                at,
            }));
        }
        pieces
    };
    module.funcs.iter_local().flat_map(of_function).collect()
}

/// Lets every piece set a global when it runs; returns the names by which the globals are exported, in the pieces' order.
pub fn instrument(module: &mut Module) -> Vec<String> {
    let pieces = pieces(module);
    let mut names = vec![String::new(); pieces.len()];
    // From the last on, so that the places of those before stay right.
    for (i, Piece { function, sequence, at }) in pieces.into_iter().enumerate().rev() {
        let zero = ConstExpr::Value(Value::I32(0));
        let global = module.globals.add_local(ValType::I32, true, false, zero);
        names[i] = format!("ran {i}");
        module.exports.add(&names[i], global);
        let instructions = &mut module.funcs.get_mut(function).kind.unwrap_local_mut().block_mut(sequence).instrs;
        let set = [Instr::Const(Const { value: Value::I32(1) }), Instr::GlobalSet(GlobalSet { global })];
        instructions.splice(at..at, set.map(|instruction| (instruction, Default::default())));
    }
    names
}

/// The sequences of a function, those inside after the ones around them.
fn sequences(local: &LocalFunction) -> Vec<InstrSeqId> {
    let mut found = vec![local.entry_block()];
    let mut next = 0;
    while let Some(&sequence) = found.get(next) {
        next += 1;
        for (instruction, _) in &local.block(sequence).instrs {
            match instruction {
                Instr::Block(block) => found.push(block.seq),
                Instr::Loop(block) => found.push(block.seq),
                Instr::IfElse(branches) => found.extend([branches.consequent, branches.alternative]),
                _ => {}
            }
        }
    }
    found
}

/// Whether what follows may not be what runs next.
fn may_leave(instruction: &Instr) -> bool {
    matches!(
        instruction,
        Instr::Block(_)
            | Instr::Loop(_)
            | Instr::IfElse(_)
            | Instr::Br(_)
            | Instr::BrIf(_)
            | Instr::BrTable(_)
            | Instr::Return(_)
            | Instr::Unreachable(_)
    )
}
