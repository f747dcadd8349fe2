//! The core of networks with relaxed SIMD: wherever the plain one adds a product of f32 vectors to something, one instruction does
//! both. Nothing else changes, and no instruction behind moves: what is gained is filled with `nop`s, which engines drop.
//!
//! So the two differ in a few hundred places, and a package carries one and the [difference](crate::difference).

use crate::shell::Result;
use std::ops::Range;
use wasmparser::{Operator, Parser, Payload};

/// `f32x4.relaxed_madd`: a, b, c → a · b + c. As long as `f32x4.add` and `f32x4.mul` are.
const MADD: [u8; 3] = [0xfd, 0x85, 0x02];
const NOP: u8 = 0x01;

/// An instruction, and where it lies in the file.
struct Instruction<'a> {
    operator: Operator<'a>,
    at: Range<usize>,
}

/// The same core with relaxed SIMD.
///
/// # Errors
/// If it is no module, or nothing in it adds products.
pub fn relaxed(core: &[u8]) -> Result<Vec<u8>> {
    let mut made = core.to_vec();
    // Of sums within sums those within come first.
    loop {
        let next = fused(&made)?;
        if next == made {
            return if made == core { Err("nothing in the core adds products of vectors".into()) } else { Ok(made) };
        }
        made = next;
    }
}

/// The core with what can be fused at once: of what overlaps, the first.
fn fused(core: &[u8]) -> Result<Vec<u8>> {
    let failed = |error: wasmparser::BinaryReaderError| format!("the core: {error}");
    let mut made = core.to_vec();
    for payload in Parser::new(0).parse_all(core) {
        let Payload::CodeSectionEntry(body) = payload.map_err(failed)? else { continue };
        let mut instructions: Vec<Instruction> = Vec::new();
        let mut reader = body.get_operators_reader().map_err(failed)?;
        while !reader.eof() {
            let start = reader.original_position();
            let operator = reader.read().map_err(failed)?;
            instructions.push(Instruction { operator, at: start..reader.original_position() });
        }
        for end in 0..instructions.len() {
            if matches!(instructions[end].operator, Operator::F32x4Add) {
                fuse(core, &instructions[..=end], &mut made);
            }
        }
    }
    Ok(made)
}

/// Fuses the addition that ends some instructions, if it adds a product.
fn fuse(core: &[u8], instructions: &[Instruction], made: &mut [u8]) {
    let add = instructions.len() - 1;
    let Some(right) = expression(instructions, add) else { return };
    let Some(left) = expression(instructions, right.start) else { return };
    let is_product = |value: &Range<usize>| matches!(instructions[value.end - 1].operator, Operator::F32x4Mul);
    let bytes = |range: Range<usize>| &core[instructions[range.start].at.start..instructions[range.end - 1].at.end];
    let (sum, factors) = if is_product(&left) {
        (right, left.start..left.end - 1)
    } else if is_product(&right) && may_swap(&instructions[left.clone()], &instructions[right.clone()]) {
        (left, right.start..right.end - 1)
    } else {
        return;
    };
    // The factors come first, then the sum.
    let start = instructions[sum.start.min(factors.start)].at.start;
    let end = instructions[add].at.end;
    if made[start..end] != core[start..end] {
        return;
    }
    let fused = [bytes(factors), bytes(sum), &[NOP; 3], &MADD].concat();
    made[start..end].copy_from_slice(&fused);
}

/// The instructions before one that make the value on top of the stack: nothing if they are not all in a row, each of one value.
fn expression(instructions: &[Instruction], end: usize) -> Option<Range<usize>> {
    let top = instructions[..end].iter().rposition(|value| !matches!(value.operator, Operator::Nop))?;
    let mut start = top;
    for _ in 0..arity(&instructions[top].operator)? {
        start = expression(instructions, start)?.start;
    }
    Some(start..end)
}

/// How many values an instruction takes that makes one.
fn arity(operator: &Operator) -> Option<usize> {
    use Operator::*;
    Some(match operator {
        LocalGet { .. } | I32Const { .. } | F32Const { .. } | V128Const { .. } => 0,
        LocalTee { .. } | V128Load { .. } | V128Load32Splat { .. } | F32Load { .. } | I32Load { .. } | F32x4Splat => 1,
        F32x4RelaxedMadd => 3,
        F32x4Add | F32x4Sub | F32x4Mul | F32x4Div | I32Add | I32Sub | I32Shl => 2,
        _ => return None,
    })
}

/// Whether two values in a row may be made in the other order: neither sets what the other takes.
fn may_swap(one: &[Instruction], other: &[Instruction]) -> bool {
    let sets = |values: &[Instruction], local: u32| {
        values.iter().any(|value| matches!(value.operator, Operator::LocalTee { local_index } if local_index == local))
    };
    let touched = |values: &[Instruction], others: &[Instruction]| {
        values.iter().any(|value| match value.operator {
            Operator::LocalGet { local_index } | Operator::LocalTee { local_index } => sets(others, local_index),
            _ => false,
        })
    };
    !touched(one, other) && !touched(other, one)
}
