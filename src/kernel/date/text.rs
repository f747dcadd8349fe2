//! Dates as texts, by one grammar, which `pkg-template/dates.js` has as well and `tests/fixtures/dates/texts.json` holds both to:
//! `YYYY-MM-DD`, or that, `T` or a space, and `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff…`, in UTC, or with `Z` or `±HH:MM` behind
//! it. What is finer than a millisecond is cut off.

use super::{DAY, Day, EPOCH, ERA, ERAS, days_and_time};

/// The grammar, as errors tell it.
pub const EXPECTED: &str = "a date: 2026-11-27, 2026-11-27T18:30 or 2026-11-27T18:30:59.5+01:00";

/// The milliseconds since 1970 of a date; `None` of any other text, and of a day or time that there is not.
pub fn read(text: &str) -> Option<f64> {
    let mut rest = Rest(text.as_bytes());
    let (year, month, day) = (rest.number(4)?, rest.after(b"-")?, rest.after(b"-")?);
    let days = days_until(year as u64, month as u64, day as u64);
    let there = Day::of(days);
    if (there.year, there.month as i64, there.day as i64) != (year, month, day) {
        return None;
    }
    let days = days as i64 - EPOCH as i64;
    if rest.0.is_empty() {
        return Some((days * DAY) as f64);
    }
    let mut time = below(24, rest.after(b"T ")?)? * 3_600_000 + below(60, rest.after(b":")?)? * 60_000;
    if rest.taken(b":").is_some() {
        time += below(60, rest.number(2)?)? * 1000;
        if rest.taken(b".").is_some() {
            time += rest.thousandths()?;
        }
    }
    if let Some(sign) = rest.taken(b"Z+-").filter(|&sign| sign != b'Z') {
        let hours = below(24, rest.number(2)?)?;
        rest.taken(b":");
        let offset = hours * 3_600_000 + below(60, rest.number(2)?)? * 60_000;
        time -= if sign == b'+' { offset } else { -offset };
    }
    rest.0.is_empty().then_some((days * DAY + time) as f64)
}

/// A date as its shortest text; `None` of one whose year has not four digits.
pub fn written(date: f64) -> Option<String> {
    let (days, time) = days_and_time(date);
    let Day { year, month, day, .. } = Day::of(days);
    if !(0..10_000).contains(&year) {
        return None;
    }
    let (hour, minute, second, thousandths) = (time / 3_600_000, time / 60_000 % 60, time / 1000 % 60, time % 1000);
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if time > 0 {
        text += &format!("T{hour:02}:{minute:02}");
        if time % 60_000 > 0 {
            text += &format!(":{second:02}");
        }
        if thousandths > 0 {
            text += &format!(".{thousandths:03}");
        }
        text.push('Z');
    }
    Some(text)
}

/// The days from the first that is counted to a day of the calendar; of one that there is not, to the day that comes of
/// counting on.
fn days_until(year: u64, month: u64, day: u64) -> u64 {
    let year = year + 400 * ERAS - u64::from(month <= 2);
    let of_era = year % 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - u64::from(day > 0);
    year / 400 * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year
}

fn below(end: i64, number: i64) -> Option<i64> {
    (number < end).then_some(number)
}

/// What of a text is not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// The next byte, if it is one of these.
    fn taken(&mut self, any: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first().filter(|(first, _)| any.contains(first))?;
        self.0 = rest;
        Some(first)
    }

    /// A number of so many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        (0..digits).try_fold(0, |number, _| Some(number * 10 + i64::from(self.taken(b"0123456789")? - b'0')))
    }

    /// A number of two digits after one of these.
    fn after(&mut self, any: &[u8]) -> Option<i64> {
        self.taken(any)?;
        self.number(2)
    }

    /// The thousandths of a fraction of one or more digits.
    fn thousandths(&mut self) -> Option<i64> {
        let mut thousandths = self.number(1)? * 100;
        for unit in [10, 1] {
            thousandths += self.number(1).unwrap_or(0) * unit;
        }
        while self.number(1).is_some() {}
        Some(thousandths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let dates = [
            (0.0, "1970-01-01"),
            (-62_167_219_200_000.0, "0000-01-01"),
            (1_700_000_000_000.0, "2023-11-14T22:13:20Z"),
            (1_700_000_000_007.0, "2023-11-14T22:13:20.007Z"),
            (60_000.0, "1970-01-01T00:01Z"),
            (5.0, "1970-01-01T00:00:00.005Z"),
        ];
        for (date, text) in dates {
            assert_eq!((written(date).as_deref(), read(text)), (Some(text), Some(date)));
        }
        assert_eq!(written(-62_167_219_200_001.0), None);
        assert_eq!(written(253_402_300_800_000.0), None);
    }
}
