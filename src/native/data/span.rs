//! Times as files count them, to dates.

use crate::error::{Error, Kind, Result};
use crate::kernel::date::{DAY, MOST};

/// What a time since 1970 is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// How many milliseconds one is.
    milliseconds: i64,
    /// How many make up a millisecond, if it is shorter than one.
    of_millisecond: i64,
}

impl Span {
    pub const DAY: Self = Self { milliseconds: DAY, of_millisecond: 1 };
    pub const SECOND: Self = Self { milliseconds: 1000, of_millisecond: 1 };
    pub const MILLISECOND: Self = Self { milliseconds: 1, of_millisecond: 1 };
    pub const MICROSECOND: Self = Self { milliseconds: 1, of_millisecond: 1000 };
    pub const NANOSECOND: Self = Self { milliseconds: 1, of_millisecond: 1_000_000 };

    /// The whole milliseconds since 1970 of so many; what is finer goes, towards the past.
    ///
    /// # Errors
    /// [`Kind::BadRows`] for a time out of range.
    pub fn date(self, count: i64) -> Result<f64> {
        let date = count.checked_mul(self.milliseconds).map(|date| date.div_euclid(self.of_millisecond) as f64);
        date.filter(|date| date.abs() <= MOST).ok_or_else(|| {
            let expected = "dates of at most 100 million days before or after 1970";
            Error::new(Kind::BadRows, "", expected, count.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_go_to_the_millisecond_before() {
        assert_eq!(Span::NANOSECOND.date(-1), Ok(-1.0));
        assert_eq!(Span::MICROSECOND.date(1999), Ok(1.0));
        assert_eq!(Span::DAY.date(-1), Ok(-86_400_000.0));
        assert_eq!(Span::DAY.date(100_000_000), Ok(MOST));
        for (span, count) in [(Span::DAY, 100_000_001), (Span::SECOND, i64::MAX), (Span::MILLISECOND, i64::MIN)] {
            assert_eq!(span.date(count).map_err(|error| error.kind()), Err(Kind::BadRows));
        }
    }
}
