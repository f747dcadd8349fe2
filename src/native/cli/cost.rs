//! What loading a model costs whoever pays for the traffic.

use crate::error::{Error, Kind, Result};

/// Checks the value of --price-per-gb.
///
/// # Errors
/// [`Kind::BadOption`] for what is no price.
pub fn check_price(price: Option<f64>) -> Result<()> {
    match price {
        Some(price) if !(price.is_finite() && price >= 0.0) => {
            Err(Error::new(Kind::BadOption, "--price-per-gb", "a price", price.to_string()))
        }
        _ => Ok(()),
    }
}

/// The cost of a million loads of so many bytes, at a price for 10⁹ of them.
pub fn of_a_million_loads(bytes: u64, price_per_gb: f64) -> f64 {
    bytes as f64 / 1e9 * price_per_gb * 1e6
}

/// A number of bytes as people read it.
pub fn bytes(count: u64) -> String {
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let unit = units.iter().find(|(_, size)| count as f64 >= *size);
    unit.map_or_else(|| format!("{count} bytes"), |(name, size)| format!("{:.1} {name}", count as f64 / size))
}
