//! Functions of one element, and of two at a time.
//!
//! Floats are computed in f64 and rounded once, but for what networks are full of: sums, products and quotients of f32 are the
//! same in f32, and exponentials and their kin are [`kernel::functions`]. For the rest f64 is at least as near.

use super::arguments::{Arguments, wrong_type};
use super::strides::{broadcast, broadcast_strides, copy, last, merged, walk};
use crate::error::Result;
use crate::kernel::{functions, gemm};
use crate::math;
use crate::network::tensor::map_pair;
use crate::network::{Binary, Data, Dtype, Tensor, Unary};

/// A function of every element of the first input.
pub fn unary(function: Unary, given: &mut Arguments<'_>) -> Result<Tensor> {
    let tensor = given.take(0)?;
    let (dtype, shape) = (tensor.dtype(), tensor.shape().to_vec());
    let truth = |truths: Vec<i64>| Ok(Tensor::exact(Dtype::Bool, shape.clone(), Data::I64(truths)));
    let tells = |x: f64| match function {
        Unary::IsNan => x.is_nan(),
        Unary::IsInf(negative, positive) => x == f64::INFINITY && positive || x == f64::NEG_INFINITY && negative,
        _ => false,
    };
    match (tensor.data(), function) {
        (Data::F32(x), Unary::IsNan | Unary::IsInf(..)) => {
            return truth(x.iter().map(|&x| i64::from(tells(f64::from(x)))).collect());
        }
        (Data::F64(x), Unary::IsNan | Unary::IsInf(..)) => {
            return truth(x.iter().map(|&x| i64::from(tells(x))).collect());
        }
        (_, Unary::Not | Unary::BitwiseNot) if dtype.is_float() => {
            return Err(wrong_type("whole numbers or truth values", &tensor));
        }
        (Data::Text(_), _) => return Err(wrong_type("numbers", &tensor)),
        _ => {}
    }
    let of_whole = match tensor.data() {
        Data::I64(_) => Some(of_integer(function, &tensor)?),
        _ => None,
    };
    let mut data = tensor.into_data();
    match &mut data {
        Data::F32(x) => of_floats_in_place(function, x),
        Data::F64(x) => x.iter_mut().for_each(|x| *x = of_float(function, *x)),
        Data::I64(x) => of_whole.into_iter().for_each(|function| x.iter_mut().for_each(|x| *x = function(*x))),
        Data::Text(_) => {}
    }
    Ok(Tensor::rounded(dtype, shape, data))
}

/// The function of every f32.
fn of_floats_in_place(function: Unary, x: &mut [f32]) {
    match function {
        Unary::Relu => functions::within_all(x, 0.0, f32::INFINITY),
        Unary::Exp => functions::exp_all(x),
        Unary::Sigmoid => functions::sigmoid_all(x),
        Unary::Tanh => functions::tanh_all(x),
        Unary::Erf => functions::erf_all(x),
        Unary::Gelu(false) => functions::gelu_all(x),
        Unary::Gelu(true) => functions::gelu_by_tanh_all(x),
        Unary::Swish(alpha) => functions::swish_all(x, alpha),
        Unary::HardSwish => functions::hard_swish_all(x),
        function => x.iter_mut().for_each(|x| *x = of_float(function, f64::from(*x)) as f32),
    }
}

/// Floats raised to the least and lowered to the largest.
pub fn within(tensor: Tensor, (least, largest): gemm::Bounds) -> Result<Tensor> {
    let (dtype, shape) = (tensor.dtype(), tensor.shape().to_vec());
    if !dtype.is_float() {
        return Err(wrong_type("floats", &tensor));
    }
    let mut data = tensor.into_data();
    match &mut data {
        Data::F32(x) => functions::within_all(x, least, largest),
        Data::F64(x) => {
            let (least, largest) = (f64::from(least), f64::from(largest));
            let raised = |x: f64| if x < least { least } else { x };
            x.iter_mut().for_each(|x| *x = if raised(*x) > largest { largest } else { raised(*x) });
        }
        _ => {}
    }
    Ok(Tensor::rounded(dtype, shape, data))
}

/// The functions that whole numbers and truth values have.
fn of_integer(function: Unary, tensor: &Tensor) -> Result<fn(i64) -> i64> {
    let is_truth = tensor.dtype() == Dtype::Bool;
    Ok(match function {
        Unary::Not if is_truth => |x| i64::from(x == 0),
        _ if is_truth => return Err(wrong_type("numbers", tensor)),
        Unary::Abs | Unary::Relu | Unary::Sign if tensor.dtype() == Dtype::U64 => match function {
            Unary::Sign => |x| i64::from(x != 0),
            _ => |x| x,
        },
        Unary::Abs => i64::wrapping_abs,
        Unary::Neg => i64::wrapping_neg,
        Unary::Sign => i64::signum,
        Unary::Relu => |x| x.max(0),
        Unary::BitwiseNot => |x| !x,
        _ => return Err(wrong_type("floats", tensor)),
    })
}

/// The function of a float.
pub fn of_float(function: Unary, x: f64) -> f64 {
    let exp = math::exp;
    let softplus = |x: f64| x.max(0.0) + libm::log1p(exp(-x.abs()));
    let sigmoid = |x: f64| 1.0 / (1.0 + exp(-x));
    let wide = f64::from;
    match function {
        Unary::Abs => x.abs(),
        Unary::Neg => -x,
        // NaN stays, and so do zeros.
        Unary::Sign if x > 0.0 => 1.0,
        Unary::Sign if x < 0.0 => -1.0,
        Unary::Sign => x,
        Unary::Reciprocal => 1.0 / x,
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => exp(x),
        Unary::Log => math::ln(x),
        Unary::Ceil => x.ceil(),
        Unary::Floor => x.floor(),
        Unary::Round => x.round_ties_even(),
        Unary::Sin => libm::sin(x),
        Unary::Cos => libm::cos(x),
        Unary::Tan => libm::tan(x),
        Unary::Asin => libm::asin(x),
        Unary::Acos => libm::acos(x),
        Unary::Atan => libm::atan(x),
        Unary::Sinh => libm::sinh(x),
        Unary::Cosh => libm::cosh(x),
        Unary::Tanh => libm::tanh(x),
        Unary::Asinh => libm::asinh(x),
        Unary::Acosh => libm::acosh(x),
        Unary::Atanh => libm::atanh(x),
        Unary::Erf => libm::erf(x),
        Unary::Relu if x < 0.0 => 0.0,
        Unary::Relu => x,
        Unary::Sigmoid => sigmoid(x),
        Unary::Softplus => softplus(x),
        Unary::Softsign => x / (1.0 + x.abs()),
        Unary::Mish => x * libm::tanh(softplus(x)),
        Unary::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
        Unary::Elu(alpha) if x < 0.0 => wide(alpha) * libm::expm1(x),
        Unary::Elu(_) => x,
        Unary::Celu(alpha) if x < 0.0 => wide(alpha) * libm::expm1(x / wide(alpha)),
        Unary::Celu(_) => x,
        Unary::Selu(alpha, gamma) if x <= 0.0 => wide(gamma) * (wide(alpha) * libm::expm1(x)),
        Unary::Selu(_, gamma) => wide(gamma) * x,
        Unary::LeakyRelu(alpha) if x < 0.0 => wide(alpha) * x,
        Unary::LeakyRelu(_) => x,
        Unary::ThresholdedRelu(alpha) if x <= wide(alpha) => 0.0,
        Unary::ThresholdedRelu(_) => x,
        Unary::HardSigmoid(alpha, beta) => (wide(alpha) * x + wide(beta)).clamp(0.0, 1.0),
        Unary::Shrink(bias, lambda) if x < -wide(lambda) => x + wide(bias),
        Unary::Shrink(bias, lambda) if x > wide(lambda) => x - wide(bias),
        Unary::Shrink(..) => 0.0,
        Unary::Gelu(false) => 0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2)),
        Unary::Gelu(true) => {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
            0.5 * x * (1.0 + libm::tanh(inner))
        }
        Unary::Swish(alpha) => x * sigmoid(wide(alpha) * x),
        Unary::Not | Unary::BitwiseNot | Unary::IsNan | Unary::IsInf(..) => f64::NAN,
    }
}

/// A function of two elements at a time; shapes are broadcast, and types must be the same, of exponents and of slopes' sources
/// excepted.
pub fn binary(function: Binary, given: &mut Arguments<'_>) -> Result<Tensor> {
    let (a, b) = (given.get(0)?, given.get(1)?);
    if a.dtype() != b.dtype() && function != Binary::Pow {
        return Err(wrong_type(format!("the other's type, {}", a.dtype().name()), b));
    }
    let shape = broadcast(&[a.shape(), b.shape()])?;
    // One of them becomes the result, if it has its shape: rather one that nobody else takes.
    let is_whole = [a.shape() == shape, b.shape() == shape];
    let whole = usize::from(!is_whole[0] || is_whole[1] && given.owns(1) && !given.owns(0));
    let in_f32: fn(&mut [f32], &[f32]) = match (function, whole, a.data(), b.data()) {
        (Binary::Add, _, Data::F32(_), Data::F32(_)) if is_whole[whole] => functions::add,
        (Binary::Mul, _, Data::F32(_), Data::F32(_)) if is_whole[whole] => functions::multiply,
        (Binary::Sub, 0, Data::F32(_), Data::F32(_)) if is_whole[whole] => functions::subtract,
        (Binary::Sub, _, Data::F32(_), Data::F32(_)) if is_whole[whole] => functions::subtract_from,
        (Binary::Div, 0, Data::F32(_), Data::F32(_)) if is_whole[whole] => functions::divide,
        (Binary::Div, _, Data::F32(_), Data::F32(_)) if is_whole[whole] => functions::divide_into,
        _ => return combine(function, a, b),
    };
    let result = given.take(whole)?;
    let (dtype, mut data) = (result.dtype(), result.into_data());
    if let (Data::F32(x), Data::F32(y)) = (&mut data, given.get(1 - whole)?.data()) {
        in_place(x, y, &shape, &broadcast_strides(given.get(1 - whole)?.shape(), &shape), in_f32);
    }
    Ok(Tensor::rounded(dtype, shape, data))
}

/// The same of two tensors whose types fit.
pub fn combine(function: Binary, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let shape = broadcast(&[a.shape(), b.shape()])?;
    let strides = (broadcast_strides(a.shape(), &shape), broadcast_strides(b.shape(), &shape));
    if function.compares() {
        let truths = compare(function, a, b, &shape, &strides)?;
        return Ok(Tensor::exact(Dtype::Bool, shape, Data::I64(truths)));
    }
    let data = match (a.data(), b.data()) {
        (Data::F32(x), Data::F32(y)) => {
            let function = of_floats(function, a)?;
            Data::F32(zip(x, y, &shape, &strides, |x, y| function(f64::from(x), f64::from(y)) as f32))
        }
        (Data::F64(x), Data::F64(y)) => Data::F64(zip(x, y, &shape, &strides, of_floats(function, a)?)),
        (Data::I64(x), Data::I64(y)) => {
            let dtype = a.dtype();
            Data::I64(zip(x, y, &shape, &strides, |x, y| of_integers(function, dtype, x, y)))
        }
        _ if function == Binary::Pow => return power(a, b, shape, &strides),
        _ => return Err(wrong_type("numbers", a)),
    };
    let allowed = match function {
        Binary::And | Binary::Or | Binary::Xor => a.dtype() == Dtype::Bool,
        Binary::BitwiseAnd | Binary::BitwiseOr | Binary::BitwiseXor => !a.dtype().is_float(),
        Binary::ShiftLeft | Binary::ShiftRight => a.dtype().is_integer(),
        Binary::Min | Binary::Max | Binary::Filled => true,
        _ => a.dtype() != Dtype::Bool,
    };
    if !allowed {
        return Err(wrong_type("another type of elements", a));
    }
    Ok(Tensor::rounded(a.dtype(), shape, data))
}

/// An exponent of another type than its base, which is the result's.
fn power(a: &Tensor, b: &Tensor, shape: Vec<usize>, strides: &(Vec<usize>, Vec<usize>)) -> Result<Tensor> {
    let as_f64 = |tensor: &Tensor| match tensor.data() {
        Data::F32(x) => Ok(x.iter().map(|&x| f64::from(x)).collect()),
        Data::F64(x) => Ok(x.clone()),
        Data::I64(x) => Ok(x.iter().map(|&x| x as f64).collect::<Vec<_>>()),
        Data::Text(_) => Err(wrong_type("numbers", tensor)),
    };
    let powers = zip(&as_f64(a)?, &as_f64(b)?, &shape, strides, libm::pow);
    let data = match a.data() {
        Data::F32(_) => Data::F32(powers.into_iter().map(|x| x as f32).collect()),
        Data::F64(_) => Data::F64(powers),
        _ => Data::I64(powers.into_iter().map(|x| x as i64).collect()),
    };
    Ok(Tensor::rounded(a.dtype(), shape, data))
}

/// A function of all pairs of elements, in the order of the result.
fn zip<T: Copy, U>(
    x: &[T],
    y: &[T],
    shape: &[usize],
    strides: &(Vec<usize>, Vec<usize>),
    function: impl Fn(T, T) -> U,
) -> Vec<U> {
    let mut all = Vec::with_capacity(shape.iter().product());
    let (length, step_x) = last(shape, &strides.0);
    let (_, step_y) = last(shape, &strides.1);
    walk(shape, [&strides.0, &strides.1], |[at_x, at_y]| {
        all.extend((0..length).map(|i| function(x[at_x + i * step_x], y[at_y + i * step_y])));
    });
    all
}

/// A function of every element and its partner, in the order of the elements; partners are strides apart.
fn in_place(x: &mut [f32], y: &[f32], shape: &[usize], strides: &[usize], function: fn(&mut [f32], &[f32])) {
    let (shape, strides) = merged(shape, strides);
    let (length, step) = last(&shape, &strides);
    let mut runs = x.chunks_exact_mut(length.max(1));
    walk(&shape, [&strides], |[at]| {
        if let Some(run) = runs.next() {
            function(run, &y[at..at + if step == 0 { 1 } else { length }]);
        }
    });
}

/// The function of two floats.
pub(super) fn of_floats(function: Binary, tensor: &Tensor) -> Result<fn(f64, f64) -> f64> {
    Ok(match function {
        Binary::Add => |x, y| x + y,
        Binary::Sub => |x, y| x - y,
        Binary::Mul => |x, y| x * y,
        Binary::Div => |x, y| x / y,
        Binary::Mod => |x, y| {
            let rest = x % y;
            if rest != 0.0 && (rest < 0.0) != (y < 0.0) { rest + y } else { rest }
        },
        Binary::Fmod => |x, y| x % y,
        Binary::Pow => libm::pow,
        // NaN wins, as in NumPy.
        Binary::Min => |x, y| if x < y || x.is_nan() { x } else { y },
        Binary::Max => |x, y| if x > y || x.is_nan() { x } else { y },
        Binary::PRelu => |x, slope| if x < 0.0 { slope * x } else { x },
        Binary::Filled => |x, y| if x.is_nan() { y } else { x },
        _ => return Err(wrong_type("whole numbers or truth values", tensor)),
    })
}

/// The function of two whole numbers; what the type has no room for is wrapped later. Division by zero, which the
/// framework leaves open, gives 0.
pub(super) fn of_integers(function: Binary, dtype: Dtype, x: i64, y: i64) -> i64 {
    let unsigned = dtype == Dtype::U64;
    let is_less = |x: i64, y: i64| if unsigned { (x as u64) < (y as u64) } else { x < y };
    match function {
        Binary::Add => x.wrapping_add(y),
        Binary::Sub => x.wrapping_sub(y),
        Binary::Mul => x.wrapping_mul(y),
        Binary::Div | Binary::Mod | Binary::Fmod if y == 0 => 0,
        Binary::Div if unsigned => (x as u64 / y as u64) as i64,
        Binary::Div => x.wrapping_div(y),
        Binary::Mod | Binary::Fmod if unsigned => (x as u64 % y as u64) as i64,
        Binary::Mod => {
            let rest = x.wrapping_rem(y);
            if rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest }
        }
        Binary::Fmod => x.wrapping_rem(y),
        Binary::Pow => match u32::try_from(y) {
            Ok(exponent) => x.wrapping_pow(exponent),
            Err(_) => libm::pow(x as f64, y as f64) as i64,
        },
        Binary::Min => {
            if is_less(y, x) {
                y
            } else {
                x
            }
        }
        Binary::Max => {
            if is_less(x, y) {
                y
            } else {
                x
            }
        }
        Binary::PRelu => {
            if x < 0 {
                x.wrapping_mul(y)
            } else {
                x
            }
        }
        Binary::And | Binary::BitwiseAnd => x & y,
        Binary::Or | Binary::BitwiseOr => x | y,
        Binary::Xor | Binary::BitwiseXor => x ^ y,
        // All bits are shifted out by as many, and the sign comes in.
        Binary::ShiftLeft => {
            if (0..64).contains(&y) {
                x << y
            } else {
                0
            }
        }
        Binary::ShiftRight if unsigned => {
            if (0..64).contains(&y) {
                (x as u64 >> y) as i64
            } else {
                0
            }
        }
        Binary::ShiftRight => x >> if (0..64).contains(&y) { y } else { 63 },
        Binary::Filled => x,
        Binary::Equal | Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => 0,
    }
}

fn compare(
    function: Binary,
    a: &Tensor,
    b: &Tensor,
    shape: &[usize],
    strides: &(Vec<usize>, Vec<usize>),
) -> Result<Vec<i64>> {
    use std::cmp::Ordering::{self, Equal, Greater, Less};
    let holds = |ordering: Option<Ordering>| {
        i64::from(match function {
            Binary::Equal => ordering == Some(Equal),
            Binary::Less => ordering == Some(Less),
            Binary::LessOrEqual => matches!(ordering, Some(Less | Equal)),
            Binary::Greater => ordering == Some(Greater),
            _ => matches!(ordering, Some(Greater | Equal)),
        })
    };
    // The bits of 64-bit numbers without a sign are in order once the first is turned over.
    let turn = if a.dtype() == Dtype::U64 { i64::MIN } else { 0 };
    Ok(match (a.data(), b.data()) {
        (Data::F32(x), Data::F32(y)) => zip(x, y, shape, strides, |x, y| holds(x.partial_cmp(&y))),
        (Data::F64(x), Data::F64(y)) => zip(x, y, shape, strides, |x, y| holds(x.partial_cmp(&y))),
        (Data::I64(x), Data::I64(y)) => zip(x, y, shape, strides, |x, y| holds(Some((x ^ turn).cmp(&(y ^ turn))))),
        (Data::Text(x), Data::Text(y)) => {
            let places: Vec<Vec<usize>> = [(x.len(), &strides.0), (y.len(), &strides.1)]
                .map(|(count, strides)| copy(&(0..count).collect::<Vec<_>>(), 0, shape, strides))
                .into();
            places[0].iter().zip(&places[1]).map(|(&i, &j)| holds(Some(x[i].cmp(&y[j])))).collect()
        }
        _ => return Err(wrong_type("the other's type", b)),
    })
}

/// The second input's elements where the first is true, else the third's.
pub fn choose(given: &Arguments<'_>) -> Result<Tensor> {
    let (condition, a, b) = (given.get(0)?, given.get(1)?, given.get(2)?);
    let shape = broadcast(&[condition.shape(), a.shape(), b.shape()])?;
    let expand = |tensor: &Tensor| broadcast_strides(tensor.shape(), &shape);
    let truths = match condition.data() {
        Data::I64(truths) if condition.dtype() == Dtype::Bool => copy(truths, 0, &shape, &expand(condition)),
        _ => return Err(wrong_type("truth values", condition)),
    };
    if a.dtype() != b.dtype() {
        return Err(wrong_type(a.dtype().name(), b));
    }
    let data = map_pair!(a.data(), b.data(), (x, y) => {
        let (x, y) = (copy(x, 0, &shape, &expand(a)), copy(y, 0, &shape, &expand(b)));
        truths.iter().zip(x).zip(y).map(|((&truth, x), y)| if truth != 0 { x } else { y }).collect()
    }, return Err(wrong_type(a.dtype().name(), b)));
    Ok(Tensor::exact(a.dtype(), shape, data))
}
