//! A core with a model that is set up already: what the core's memory holds after decoding becomes the memory it starts
//! with, and decoding is no part of it any more.

use super::{failed, prune};
use crate::error::Result;
use walrus::ir::{Const, Instr, LocalGet, MemoryFill, Value};
use walrus::{ConstExpr, DataKind, MemoryId, Module};

/// The functions by which memory is given back: its address, its size. The first is that of the core of models of rows, the second
/// that of networks.
const FREE: [&str; 2] = [
    "<lol_alloc::free_list_allocator::FreeListAllocator as core::alloc::global::GlobalAlloc>::dealloc",
    "__rustc::__rust_dealloc",
];
/// So many zeros may stand between two pieces of memory; they are packed better than the piece's head.
const GAP: usize = 32;
const PAGE: usize = 1 << 16;

/// Lets memory that is given back be zeros, so that nothing of what was only needed to decode stays in it.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) for a module that is no core.
pub fn clean(module: &mut Module) -> Result<()> {
    let memory = memory(module)?;
    let free = prune::named(module, &FREE).next().ok_or_else(|| failed(&"no function that frees"))?;
    let local = module.funcs.get_mut(free).kind.unwrap_local_mut();
    let (address, size, entry) = (local.args[0], local.args[1], local.entry_block());
    let fill = [
        Instr::LocalGet(LocalGet { local: address }),
        Instr::Const(Const { value: Value::I32(0) }),
        Instr::LocalGet(LocalGet { local: size }),
        Instr::MemoryFill(MemoryFill { memory }),
    ];
    local.block_mut(entry).instrs.splice(0..0, fill.map(|instruction| (instruction, Default::default())));
    Ok(())
}

/// Lets a module start with these bytes as its memory, but for the stack, which lies before all data.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) for a module that is no core.
pub fn freeze(module: &mut Module, bytes: &[u8]) -> Result<()> {
    let memory = memory(module)?;
    let mut start = bytes.len();
    for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
        if let DataKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } = module.data.get(id).kind {
            start = start.min(offset as usize);
        }
        module.data.delete(id);
    }
    module.memories.get_mut(memory).data_segments.clear();
    module.memories.get_mut(memory).initial = (bytes.len() / PAGE) as u64;
    let is_zero = |piece: &[u8]| piece.iter().all(|byte| *byte == 0);
    while let Some(first) = bytes[start..].iter().position(|byte| *byte != 0).map(|found| start + found) {
        let mut end = first;
        while end < bytes.len() && !is_zero(&bytes[end..bytes.len().min(end + GAP)]) {
            end = bytes.len().min(end + GAP);
        }
        let offset = ConstExpr::Value(Value::I32(first as i32));
        let data = module.data.add(DataKind::Active { memory, offset }, bytes[first..end].to_vec());
        module.memories.get_mut(memory).data_segments.insert(data);
        start = end;
    }
    Ok(())
}

fn memory(module: &Module) -> Result<MemoryId> {
    module.memories.iter().next().map(|memory| memory.id()).ok_or_else(|| failed(&"no memory"))
}
