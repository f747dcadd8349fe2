//! The tables of TFLite's schema, by the numbers of their fields.
//!
//! Source: tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3.

use super::flatbuffer::{File, Table};
use crate::error::{Error, Kind, Result};
use crate::network::Dtype;
use crate::network::tensor::MAX_RANK;
use std::collections::HashMap;

/// A model: the one graph that is run.
pub struct Model<'a> {
    /// The least version of TFLite that runs it, as the converter wrote it; empty if it did not.
    pub runtime: String,
    /// What operators there are.
    pub codes: Vec<Code<'a>>,
    /// The graph.
    pub graph: Graph<'a>,
    /// What the graph's inputs and outputs are called, by the tensors that they are.
    pub signature: Option<[HashMap<u32, &'a str>; 2]>,
    /// The signatures of other graphs.
    pub others: Vec<&'a str>,
    /// The bytes of tensors.
    pub buffers: Vec<Table<'a>>,
}

/// What an operator is.
pub struct Code<'a> {
    /// Its number among those that TFLite has.
    pub number: i32,
    /// What one is called that TFLite has not.
    pub custom: &'a str,
}

/// Tensors, and operators in their order.
pub struct Graph<'a> {
    /// All tensors.
    pub tensors: Vec<Tensor<'a>>,
    /// Those that go in.
    pub inputs: Vec<i32>,
    /// Those that come out.
    pub outputs: Vec<i32>,
    /// The operators.
    pub operators: Vec<Operator<'a>>,
    /// What people call it.
    pub name: &'a str,
}

/// A tensor, before anything is known of who makes it.
pub struct Tensor<'a> {
    /// Its lengths; nothing where they are free.
    pub shape: Vec<Option<usize>>,
    /// The number of its type.
    pub kind: u8,
    /// Which buffer has its bytes.
    pub buffer: u32,
    /// Its name.
    pub name: &'a str,
    /// What its whole numbers stand for; nothing if they are what they are.
    pub quantization: Option<Quantization>,
    /// It keeps what it holds from run to run.
    pub is_variable: bool,
    /// What a file says of it that is not read here.
    pub oddity: Option<&'static str>,
}

/// What whole numbers stand for: (number − zero point) · scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantization {
    /// One scale, or one for each place along an axis.
    pub scales: Vec<f32>,
    /// As many zero points.
    pub zeros: Vec<i64>,
    /// The axis.
    pub axis: usize,
}

/// A node.
pub struct Operator<'a> {
    /// Which of the codes it has.
    pub code: u32,
    /// The tensors that it takes; −1 where one is left out.
    pub inputs: Vec<i32>,
    /// The tensors that it makes.
    pub outputs: Vec<i32>,
    /// Which kind of options it has; 0 for none.
    pub kind: u8,
    /// The options.
    pub options: Option<Table<'a>>,
}

impl<'a> Model<'a> {
    /// The model that a file holds.
    pub fn read(file: &'a File<'a>) -> Result<Self> {
        let root = file.root()?;
        let version = root.unsigned(0)?;
        if version != 3 {
            return Err(Error::new(Kind::Unsupported, "version", "3", version.to_string()));
        }
        let buffers = root.tables(4)?;
        let graphs = root.tables(2)?;
        let graph = graphs.first().ok_or_else(|| Error::new(Kind::InvalidModel, "subgraphs", "at least 1", "none"))?;
        let (mut signature, mut others) = (None, Vec::new());
        for table in root.tables(7)? {
            match table.unsigned(4)? {
                0 if signature.is_none() => signature = Some([named(&table, 0)?, named(&table, 1)?]),
                _ => others.push(table.text(2)?),
            }
        }
        let mut runtime = String::new();
        for metadata in root.tables(6)? {
            let buffer = buffers.get(metadata.unsigned(1)? as usize);
            if let ("min_runtime_version", Some(buffer)) = (metadata.text(0)?, buffer) {
                let bytes = buffer.bytes(0)?.unwrap_or_default();
                let text = bytes.iter().take(16).take_while(|byte| byte.is_ascii_graphic());
                runtime = text.map(|&byte| char::from(byte)).collect();
            }
        }
        Ok(Self {
            runtime,
            codes: root.tables(1)?.iter().map(Code::read).collect::<Result<_>>()?,
            graph: Graph::read(graph)?,
            signature,
            others,
            buffers,
        })
    }
}

fn named<'a>(table: &Table<'a>, number: usize) -> Result<HashMap<u32, &'a str>> {
    table.tables(number)?.iter().map(|map| Ok((map.unsigned(1)?, map.text(0)?))).collect()
}

impl<'a> Code<'a> {
    /// A number above 126 is in a field of its own, since the older one has 8 bits.
    fn read(table: &Table<'a>) -> Result<Self> {
        let number = i32::from(table.byte(0)?).max(table.integer(3, 0)?);
        Ok(Self { number, custom: table.text(1)? })
    }
}

impl<'a> Graph<'a> {
    fn read(table: &Table<'a>) -> Result<Self> {
        Ok(Self {
            tensors: table.tables(0)?.iter().map(Tensor::read).collect::<Result<_>>()?,
            inputs: table.integers(1)?,
            outputs: table.integers(2)?,
            operators: table.tables(3)?.iter().map(Operator::read).collect::<Result<_>>()?,
            name: table.text(4)?,
        })
    }
}

impl<'a> Tensor<'a> {
    fn read(table: &Table<'a>) -> Result<Self> {
        let signature = table.integers(7)?;
        let mut lengths = if signature.is_empty() { table.integers(0)? } else { signature };
        let mut oddity = None;
        if lengths.len() > MAX_RANK {
            (lengths, oddity) = (Vec::new(), Some("a tensor of too many dimensions"));
        }
        let quantization = match table.table(4)? {
            None => None,
            Some(table) => {
                if table.byte(4)? != 0 {
                    oddity = Some("quantization in blocks");
                }
                Quantization::read(&table)?
            }
        };
        for (is_there, what) in [
            (table.table(6)?.is_some(), "a sparse tensor"),
            (table.table(9)?.is_some(), "a variant"),
            (table.unsigned(10)? != 0, "a buffer in another file"),
        ] {
            oddity = oddity.or(is_there.then_some(what));
        }
        Ok(Self {
            shape: lengths.into_iter().map(|length| usize::try_from(length).ok()).collect(),
            kind: table.byte(1)?,
            buffer: table.unsigned(2)?,
            name: table.text(3)?,
            quantization,
            is_variable: table.flag(5)?,
            oddity,
        })
    }

    /// The type of its elements, if tensors of it are run.
    pub fn dtype(&self) -> Option<Dtype> {
        Some(match self.kind {
            0 => Dtype::F32,
            1 => Dtype::F16,
            2 => Dtype::I32,
            3 => Dtype::U8,
            4 => Dtype::I64,
            6 => Dtype::Bool,
            7 => Dtype::I16,
            9 => Dtype::I8,
            10 => Dtype::F64,
            12 => Dtype::U64,
            15 => Dtype::U32,
            16 => Dtype::U16,
            _ => return None,
        })
    }

    /// What its type is called, if tensors of it are not run.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            5 => "texts",
            8 | 11 => "complex numbers",
            13 => "a resource",
            14 => "a variant",
            17 | 20 => "4-bit integers",
            18 => "bfloat16",
            19 => "2-bit integers",
            _ => "an unknown type",
        }
    }
}

impl Quantization {
    fn read(table: &Table<'_>) -> Result<Option<Self>> {
        let (scales, mut zeros) = (table.floats(2)?, table.longs(3)?);
        zeros.resize(scales.len(), 0);
        let axis = usize::try_from(table.integer(6, 0)?).unwrap_or(usize::MAX);
        Ok(Some(Self { scales, zeros, axis }).filter(|found| !found.scales.is_empty()))
    }

    /// The one scale and its zero point, if there is one for all.
    pub fn one(&self) -> Option<(f32, i64)> {
        match (&self.scales[..], &self.zeros[..]) {
            (&[scale], &[zero]) => Some((scale, zero)),
            _ => None,
        }
    }
}

impl<'a> Operator<'a> {
    fn read(table: &Table<'a>) -> Result<Self> {
        let options = if table.byte(3)? == 0 { None } else { table.table(4)? };
        Ok(Self {
            code: table.unsigned(0)?,
            inputs: table.integers(1)?,
            outputs: table.integers(2)?,
            kind: table.byte(3)?,
            options,
        })
    }
}
