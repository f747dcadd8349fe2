//! ONNX's messages (onnx.proto), as far as inference needs them. Knows no operator.
//!
//! Unknown fields are passed over, as Protocol Buffers do. Graphs in attributes are not read: control flow is refused.

use super::wire::{Field, Reader};
use crate::error::Result;
use std::collections::HashMap;

/// ModelProto.
#[derive(Default)]
pub struct Model<'a> {
    pub producer: &'a str,
    pub producer_version: &'a str,
    pub graph: Option<Graph<'a>>,
    /// The version of each domain's operators; "" is ONNX's own.
    pub opsets: HashMap<&'a str, i64>,
    /// How many functions the file defines itself.
    pub functions: usize,
}

/// GraphProto.
#[derive(Default)]
pub struct Graph<'a> {
    pub name: &'a str,
    pub nodes: Vec<Node<'a>>,
    pub initializers: Vec<Tensor<'a>>,
    pub inputs: Vec<Value<'a>>,
    pub outputs: Vec<Value<'a>>,
    /// How many sparse initializers there are.
    pub sparse: usize,
}

/// NodeProto.
#[derive(Default)]
pub struct Node<'a> {
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    pub name: &'a str,
    pub op_type: &'a str,
    pub domain: &'a str,
    pub attributes: Vec<Attribute<'a>>,
}

/// AttributeProto: what it holds is told by which field there is.
#[derive(Default)]
pub struct Attribute<'a> {
    pub name: &'a str,
    pub float: Option<f32>,
    pub integer: Option<i64>,
    pub bytes: Option<Reader<'a>>,
    pub tensor: Option<Tensor<'a>>,
    pub floats: Vec<f32>,
    pub integers: Vec<i64>,
    pub strings: Vec<Reader<'a>>,
    /// AttributeProto.AttributeType.
    pub kind: i64,
}

/// TensorProto.
#[derive(Clone, Default)]
pub struct Tensor<'a> {
    pub dims: Vec<i64>,
    /// TensorProto.DataType.
    pub data_type: i64,
    pub floats: Vec<f32>,
    pub int32s: Vec<i64>,
    pub strings: Vec<Reader<'a>>,
    pub int64s: Vec<i64>,
    pub name: &'a str,
    pub raw: Option<Reader<'a>>,
    pub doubles: Vec<f64>,
    pub uint64s: Vec<i64>,
    /// Where the data lies if it is in another file: location, offset, length.
    pub external: Vec<(&'a str, &'a str)>,
    pub is_external: bool,
}

/// ValueInfoProto with the tensor type in it.
#[derive(Default)]
pub struct Value<'a> {
    pub name: &'a str,
    /// TensorProto.DataType; 0 if it is no tensor.
    pub data_type: i64,
    pub shape: Option<Vec<Dimension<'a>>>,
}

/// TensorShapeProto.Dimension.
pub enum Dimension<'a> {
    Length(i64),
    Name(&'a str),
}

impl<'a> Model<'a> {
    pub fn read(mut reader: Reader<'a>) -> Result<Self> {
        let mut model = Self::default();
        while let Some((number, field)) = reader.field()? {
            match number {
                2 => model.producer = field.text()?,
                3 => model.producer_version = field.text()?,
                7 => model.graph = Some(Graph::read(field.message()?)?),
                8 => {
                    let (domain, version) = opset(field.message()?)?;
                    let known = model.opsets.entry(domain).or_insert(version);
                    *known = version.max(*known);
                }
                25 => model.functions += 1,
                _ => {}
            }
        }
        Ok(model)
    }
}

fn opset(mut reader: Reader<'_>) -> Result<(&str, i64)> {
    let (mut domain, mut version) = ("", 1);
    while let Some((number, field)) = reader.field()? {
        match number {
            1 => domain = field.text()?,
            2 => version = field.integer()?,
            _ => {}
        }
    }
    // Two spellings of one domain.
    Ok((if domain == "ai.onnx" { "" } else { domain }, version))
}

impl<'a> Graph<'a> {
    fn read(mut reader: Reader<'a>) -> Result<Self> {
        let mut graph = Self::default();
        while let Some((number, field)) = reader.field()? {
            match number {
                1 => graph.nodes.push(Node::read(field.message()?)?),
                2 => graph.name = field.text()?,
                5 => graph.initializers.push(Tensor::read(field.message()?)?),
                11 => graph.inputs.push(Value::read(field.message()?)?),
                12 => graph.outputs.push(Value::read(field.message()?)?),
                15 => graph.sparse += 1,
                _ => {}
            }
        }
        Ok(graph)
    }
}

impl<'a> Node<'a> {
    fn read(mut reader: Reader<'a>) -> Result<Self> {
        let mut node = Self::default();
        while let Some((number, field)) = reader.field()? {
            match number {
                1 => node.inputs.push(field.text()?),
                2 => node.outputs.push(field.text()?),
                3 => node.name = field.text()?,
                4 => node.op_type = field.text()?,
                5 => node.attributes.push(Attribute::read(field.message()?)?),
                7 => node.domain = field.text()?,
                _ => {}
            }
        }
        if node.domain == "ai.onnx" {
            node.domain = "";
        }
        Ok(node)
    }
}

impl<'a> Attribute<'a> {
    fn read(mut reader: Reader<'a>) -> Result<Self> {
        let mut attribute = Self::default();
        while let Some((number, field)) = reader.field()? {
            match number {
                1 => attribute.name = field.text()?,
                2 => attribute.float = Some(field.float()?),
                3 => attribute.integer = Some(field.integer()?),
                4 => attribute.bytes = Some(field.message()?),
                5 => attribute.tensor = Some(Tensor::read(field.message()?)?),
                7 => field.floats(&mut attribute.floats)?,
                8 => field.integers(&mut attribute.integers)?,
                9 => attribute.strings.push(field.message()?),
                20 => attribute.kind = field.integer()?,
                _ => {}
            }
        }
        Ok(attribute)
    }
}

impl<'a> Tensor<'a> {
    fn read(mut reader: Reader<'a>) -> Result<Self> {
        let mut tensor = Self::default();
        while let Some((number, field)) = reader.field()? {
            match number {
                1 => field.integers(&mut tensor.dims)?,
                2 => tensor.data_type = field.integer()?,
                4 => field.floats(&mut tensor.floats)?,
                5 => field.integers(&mut tensor.int32s)?,
                6 => tensor.strings.push(field.message()?),
                7 => field.integers(&mut tensor.int64s)?,
                8 => tensor.name = field.text()?,
                9 => tensor.raw = Some(field.message()?),
                10 => field.doubles(&mut tensor.doubles)?,
                11 => field.integers(&mut tensor.uint64s)?,
                13 => tensor.external.push(entry(field)?),
                14 => tensor.is_external = field.integer()? == 1,
                _ => {}
            }
        }
        Ok(tensor)
    }
}

fn entry(field: Field<'_>) -> Result<(&str, &str)> {
    let (mut key, mut value) = ("", "");
    let mut reader = field.message()?;
    while let Some((number, field)) = reader.field()? {
        match number {
            1 => key = field.text()?,
            2 => value = field.text()?,
            _ => {}
        }
    }
    Ok((key, value))
}

impl<'a> Value<'a> {
    fn read(mut reader: Reader<'a>) -> Result<Self> {
        let mut value = Self::default();
        while let Some((number, field)) = reader.field()? {
            match number {
                1 => value.name = field.text()?,
                2 => {
                    let mut kind = field.message()?;
                    while let Some((number, field)) = kind.field()? {
                        if number == 1 {
                            value.read_tensor(field.message()?)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(value)
    }

    fn read_tensor(&mut self, mut reader: Reader<'a>) -> Result<()> {
        while let Some((number, field)) = reader.field()? {
            match number {
                1 => self.data_type = field.integer()?,
                2 => {
                    let mut dimensions = Vec::new();
                    let mut shape = field.message()?;
                    while let Some((number, field)) = shape.field()? {
                        if number == 1 {
                            dimensions.push(dimension(field.message()?)?);
                        }
                    }
                    self.shape = Some(dimensions);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn dimension(mut reader: Reader<'_>) -> Result<Dimension<'_>> {
    let mut dimension = Dimension::Name("");
    while let Some((number, field)) = reader.field()? {
        match number {
            1 => dimension = Dimension::Length(field.integer()?),
            2 => dimension = Dimension::Name(field.text()?),
            _ => {}
        }
    }
    Ok(dimension)
}
