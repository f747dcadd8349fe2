//! Operators of images, and windows of signals.

use super::super::step::Step;
use super::shape::named_type;
use crate::error::Result;
use crate::network::{
    Aspect, Coordinates, Data, Dtype, GridBeyond, GridMode, Nearest, Operator, Resize, ResizeMode, Tensor,
};

/// Operators of images, and windows of signals.
pub fn add(mut step: Step<'_, '_>) -> Result<()> {
    let operator = match step.node.op_type {
        "Resize" | "Upsample" => Operator::Resize(resize(&mut step)?),
        "AffineGrid" => Operator::AffineGrid { align_corners: step.flag("align_corners", false) },
        "GridSample" => {
            let modes = [
                ("linear", GridMode::Linear),
                ("bilinear", GridMode::Linear),
                ("nearest", GridMode::Nearest),
                ("cubic", GridMode::Cubic),
                ("bicubic", GridMode::Cubic),
            ];
            let beyond =
                [("zeros", GridBeyond::Zeros), ("border", GridBeyond::Border), ("reflection", GridBeyond::Reflection)];
            Operator::GridSample {
                mode: step.choice("mode", "linear", &modes)?,
                beyond: step.choice("padding_mode", "zeros", &beyond)?,
                align_corners: step.flag("align_corners", false),
            }
        }
        "NonMaxSuppression" => Operator::NonMaxSuppression { centre: step.flag("center_point_box", false) },
        "RoiAlign" => {
            let absent = if step.version < 16 { "output_half_pixel" } else { "half_pixel" };
            Operator::RoiAlign {
                largest: step.choice("mode", "avg", &[("avg", false), ("max", true)])?,
                size: (step.integer("output_height", 1), step.integer("output_width", 1)),
                sampling: step.integer("sampling_ratio", 0),
                scale: step.float("spatial_scale", 1.0),
                half_pixel: step.choice(
                    "coordinate_transformation_mode",
                    absent,
                    &[("half_pixel", true), ("output_half_pixel", false)],
                )?,
            }
        }
        operator => {
            let terms = match operator {
                "BlackmanWindow" => [0.42, 0.5, 0.08],
                "HammingWindow" => [25.0 / 46.0, 21.0 / 46.0, 0.0],
                _ => [0.5, 0.5, 0.0],
            };
            let dtype = named_type(&step, "output_datatype")?.unwrap_or(Dtype::F32);
            Operator::CosineWindow { terms, periodic: step.flag("periodic", true), dtype }
        }
    };
    step.becomes(operator)
}

fn resize(step: &mut Step<'_, '_>) -> Result<Resize> {
    let old = step.version < 11;
    if old {
        // data, scales: there is no region yet.
        if step.version < 9 {
            let scales = step.floats("scales").unwrap_or_default();
            let scales = Tensor::exact(Dtype::F32, vec![scales.len()], Data::F32(scales));
            step.push_constant(1, Some(scales));
        }
        step.inputs.insert(1, None);
    }
    let rounding = [
        ("round_prefer_floor", Nearest::RoundPreferFloor),
        ("round_prefer_ceil", Nearest::RoundPreferCeil),
        ("floor", Nearest::Floor),
        ("ceil", Nearest::Ceil),
    ];
    let nearest = step.choice("nearest_mode", if old { "floor" } else { "round_prefer_floor" }, &rounding)?;
    let modes = [
        ("nearest", ResizeMode::Nearest(nearest)),
        ("linear", ResizeMode::Linear),
        ("bilinear", ResizeMode::Linear),
        ("cubic", ResizeMode::Cubic),
    ];
    let coordinates = [
        ("half_pixel", Coordinates::HalfPixel),
        ("half_pixel_symmetric", Coordinates::HalfPixelSymmetric),
        ("pytorch_half_pixel", Coordinates::PytorchHalfPixel),
        ("align_corners", Coordinates::AlignCorners),
        ("asymmetric", Coordinates::Asymmetric),
        ("tf_crop_and_resize", Coordinates::TfCropAndResize),
    ];
    let aspects =
        [("stretch", Aspect::Stretch), ("not_larger", Aspect::NotLarger), ("not_smaller", Aspect::NotSmaller)];
    let absent = if old { "asymmetric" } else { "half_pixel" };
    Ok(Resize {
        mode: step.choice("mode", "nearest", &modes)?,
        coordinates: step.choice("coordinate_transformation_mode", absent, &coordinates)?,
        axes: step.integers("axes"),
        cubic: step.float("cubic_coeff_a", -0.75),
        exclude_outside: step.flag("exclude_outside", false),
        extrapolation: step.float("extrapolation_value", 0.0),
        antialias: step.flag("antialias", false),
        aspect: step.choice("keep_aspect_ratio_policy", "stretch", &aspects)?,
    })
}
