//! Dates: whole milliseconds since 1970-01-01T00:00:00Z as f64, and what they are in the Gregorian calendar, in UTC.
//!
//! Days and years are turned into each other as Howard Hinnant does it (<https://howardhinnant.github.io/date_algorithms.html>):
//! in years that begin in March, so that the day that comes and goes is the last one.

pub mod text;

/// The milliseconds of a day.
pub const DAY: i64 = 86_400_000;
/// The most milliseconds before and after 1970: JavaScript's own bound, 100 million days.
pub const MOST: f64 = 8.64e15;

/// The days of 400 years, after which the calendar repeats itself.
const ERA: u64 = 146_097;
/// How many such there are before 0000-03-01: days are counted from then on, so that none is negative.
const ERAS: u64 = 700;
/// The days from then to 1970-01-01.
const EPOCH: u64 = ERAS * ERA + 719_468;

/// What of a date is a number to learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// The days since 1970, with their fraction: the trend.
    Elapsed,
    /// The year.
    Year,
    /// The month, from 1 to 12.
    Month,
    /// The day of the month, from 1 to 31.
    Day,
    /// The day of the week, from 0 for Monday to 6 for Sunday.
    Weekday,
    /// The day of the year, from 1 to 366.
    DayOfYear,
    /// The hour, from 0 to 23.
    Hour,
    /// The minute, from 0 to 59.
    Minute,
}

impl DatePart {
    /// Every part. Its place here is its number in the file: new ones go to the end.
    pub const ALL: [DatePart; 8] = [
        DatePart::Elapsed,
        DatePart::Year,
        DatePart::Month,
        DatePart::Day,
        DatePart::Weekday,
        DatePart::DayOfYear,
        DatePart::Hour,
        DatePart::Minute,
    ];

    /// Its name in reports: pandas', where it has one.
    pub const fn name(self) -> &'static str {
        match self {
            DatePart::Elapsed => "elapsed",
            DatePart::Year => "year",
            DatePart::Month => "month",
            DatePart::Day => "day",
            DatePart::Weekday => "day_of_week",
            DatePart::DayOfYear => "day_of_year",
            DatePart::Hour => "hour",
            DatePart::Minute => "minute",
        }
    }

    /// The part of a date; NaN of NaN.
    pub fn of(self, date: f64) -> f64 {
        if date.is_nan() || self == DatePart::Elapsed {
            return date / DAY as f64;
        }
        let (days, time) = days_and_time(date);
        let Day { year, month, day, of_year } = Day::of(days);
        let part = match self {
            DatePart::Elapsed | DatePart::Year => return year as f64,
            DatePart::Month => month,
            DatePart::Day => day,
            // The first day that is counted was a Wednesday.
            DatePart::Weekday => (days + 2) % 7,
            DatePart::DayOfYear => of_year,
            DatePart::Hour => time / 3_600_000,
            DatePart::Minute => time / 60_000 % 60,
        };
        part as f64
    }
}

/// The parts of columns, each beside its column, of rows of `width` numbers.
pub fn parts(rows: &[f64], width: usize, parts: &[(u32, DatePart)], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(parts.len())) {
        for (out, &(column, part)) in out.iter_mut().zip(parts) {
            *out = part.of(row[column as usize]);
        }
    }
}

/// The days from the first that is counted to a date, and the milliseconds of its day. Of a number that is no date they are
/// any.
fn days_and_time(date: f64) -> (u64, u64) {
    let since = (date as i64).wrapping_add(EPOCH as i64 * DAY) as u64;
    (since / DAY as u64, since % DAY as u64)
}

/// A day of the calendar.
struct Day {
    year: i64,
    month: u64,
    day: u64,
    /// Which day of the year it is, from 1.
    of_year: u64,
}

impl Day {
    /// The day so many days after the first that is counted.
    fn of(days: u64) -> Self {
        let (era, of_era) = (days / ERA, days % ERA);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
        let from_march = of_era - (365 * year + year / 4 - year / 100);
        let months = (5 * from_march + 2) / 153;
        let day = from_march - (153 * months + 2) / 5 + 1;
        let is_next = months >= 10;
        let month = if is_next { months - 9 } else { months + 3 };
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year == 0);
        let of_year = if is_next { from_march - 305 } else { from_march + 60 + u64::from(is_leap) };
        let year = (year + era * 400 + u64::from(is_next)) as i64 - 400 * ERAS as i64;
        Self { year, month, day, of_year }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(date: f64) -> [f64; 8] {
        DatePart::ALL.map(|part| part.of(date))
    }

    #[test]
    fn dates_have_their_parts_before_1970_too() {
        assert_eq!(of(0.0), [0.0, 1970.0, 1.0, 1.0, 3.0, 1.0, 0.0, 0.0]);
        assert_eq!(of(-1.0), [-1.0 / 86_400_000.0, 1969.0, 12.0, 31.0, 2.0, 365.0, 23.0, 59.0]);
        // 2000-02-29T12:34:56.789Z, a Tuesday.
        assert_eq!(of(951_827_696_789.0)[1..], [2000.0, 2.0, 29.0, 1.0, 60.0, 12.0, 34.0]);
        // The ends of JavaScript's dates: -271821-04-20, a Tuesday, and 275760-09-13, a Saturday.
        assert_eq!(of(-MOST), [-1e8, -271_821.0, 4.0, 20.0, 1.0, 110.0, 0.0, 0.0]);
        assert_eq!(of(MOST), [1e8, 275_760.0, 9.0, 13.0, 5.0, 257.0, 0.0, 0.0]);
        assert!(of(f64::NAN).iter().all(|part| part.is_nan()));
        // Nothing fails, whatever the number.
        for date in [f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            of(date);
        }
    }

    #[test]
    fn days_follow_each_other_through_two_eras() {
        let mut expected = [1600.0, 1.0, 1.0, 5.0, 1.0];
        let parts = [DatePart::Year, DatePart::Month, DatePart::Day, DatePart::Weekday, DatePart::DayOfYear];
        for days in 0..2 * ERA {
            let date = -11_676_096e6 + days as f64 * DAY as f64;
            assert_eq!(parts.map(|part| part.of(date)), expected);
            let [year, month, day, weekday, of_year] = expected;
            let is_leap = year % 4.0 == 0.0 && (year % 100.0 != 0.0 || year % 400.0 == 0.0);
            let last = match month {
                2.0 => 28.0 + f64::from(is_leap),
                4.0 | 6.0 | 9.0 | 11.0 => 30.0,
                _ => 31.0,
            };
            let weekday = (weekday + 1.0) % 7.0;
            expected = match (month, day) {
                (12.0, 31.0) => [year + 1.0, 1.0, 1.0, weekday, 1.0],
                _ if day == last => [year, month + 1.0, 1.0, weekday, of_year + 1.0],
                _ => [year, month, day + 1.0, weekday, of_year + 1.0],
            };
        }
        assert_eq!(expected[0], 2400.0);
    }

    #[test]
    fn parts_are_those_of_their_columns() {
        let mut out = [9.0; 4];
        parts(&[7.0, 86_400_000.0, 7.0, -1.0], 2, &[(1, DatePart::Day), (1, DatePart::Hour)], &mut out);
        assert_eq!(out, [2.0, 0.0, 31.0, 23.0]);
    }
}
