//! Operators of a window that moves: convolutions and pooling.

use super::super::step::{Step, unsupported};
use crate::error::Result;
use crate::network::{AutoPad, Operator, Pool, PoolKind, Window};

/// Convolutions and pooling.
pub fn add(step: Step<'_, '_>) -> Result<()> {
    let operator = match step.node.op_type {
        "GlobalAveragePool" => pool(PoolKind::Average { with_pads: false }, Window::default(), false),
        "GlobalMaxPool" => pool(PoolKind::Max { by_columns: false }, Window::default(), false),
        "GlobalLpPool" => pool(PoolKind::Lp(step.integer("p", 2)), Window::default(), false),
        "AveragePool" => {
            let by = PoolKind::Average { with_pads: step.flag("count_include_pad", false) };
            pool(by, window(&step, "kernel_shape")?, step.flag("ceil_mode", false))
        }
        "MaxPool" => {
            let by = PoolKind::Max { by_columns: step.flag("storage_order", false) };
            pool(by, window(&step, "kernel_shape")?, step.flag("ceil_mode", false))
        }
        "LpPool" => {
            let by = PoolKind::Lp(step.integer("p", 2));
            pool(by, window(&step, "kernel_shape")?, step.flag("ceil_mode", false))
        }
        "MaxUnpool" => Operator::MaxUnpool(window(&step, "kernel_shape")?),
        "Col2Im" => Operator::Col2Im(window(&step, "kernel_shape")?),
        "Conv" => Operator::Conv(window(&step, "kernel_shape")?),
        "ConvInteger" => Operator::ConvInteger(window(&step, "kernel_shape")?),
        "QLinearConv" => Operator::QLinearConv(window(&step, "kernel_shape")?),
        "ConvTranspose" => Operator::ConvTranspose {
            window: window(&step, "kernel_shape")?,
            output_padding: step.integers("output_padding"),
            output_shape: step.integers("output_shape"),
        },
        operator => return Err(unsupported(format!("the operator {operator}"))),
    };
    step.becomes(operator)
}

fn pool(by: PoolKind, window: Window, ceil: bool) -> Operator {
    Operator::Pool(Pool { by, window, ceil })
}

fn window(step: &Step<'_, '_>, kernel: &str) -> Result<Window> {
    let auto = [
        ("NOTSET", AutoPad::Given),
        ("", AutoPad::Given),
        ("SAME_UPPER", AutoPad::SameUpper),
        ("SAME_LOWER", AutoPad::SameLower),
        ("VALID", AutoPad::Valid),
    ];
    Ok(Window {
        kernel: step.integers(kernel),
        strides: step.integers("strides"),
        dilations: step.integers("dilations"),
        pads: step.integers("pads"),
        auto: step.choice("auto_pad", "NOTSET", &auto)?,
        groups: step.integer("group", 1),
    })
}
