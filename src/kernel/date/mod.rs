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
const ERA: i64 = 146_097;
/// The days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

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
        // Far from where a conversion to whole numbers could change a date.
        let (days, time) = ((date as i64).div_euclid(DAY), (date as i64).rem_euclid(DAY));
        let (year, month, day) = civil(days);
        let part = match self {
            DatePart::Elapsed | DatePart::Year => year,
            DatePart::Month => month,
            DatePart::Day => day,
            // 1970 began on a Thursday.
            DatePart::Weekday => (days + 3).rem_euclid(7),
            DatePart::DayOfYear => days - days_until(year, 1, 1) + 1,
            DatePart::Hour => time / 3_600_000,
            DatePart::Minute => time / 60_000 % 60,
        };
        part as f64
    }
}

/// The parts `parts` of the columns beside them, of rows of `width` numbers.
pub fn parts(rows: &[f64], width: usize, columns: &[u32], parts: &[DatePart], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(parts.len())) {
        for ((out, &column), part) in out.iter_mut().zip(columns).zip(parts) {
            *out = part.of(row[column as usize]);
        }
    }
}

/// The days from 1970 to a day of the calendar; of one that there is not, to the day that comes of counting on.
pub fn days_until(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH
}

/// Year, month and day of a number of days after 1970.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
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
        let mut expected = (1600, 1, 1);
        for days in days_until(1600, 1, 1)..days_until(2400, 1, 1) {
            assert_eq!((civil(days), days_until(expected.0, expected.1, expected.2)), (expected, days));
            let (year, month, day) = expected;
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 => 28 + i64::from(is_leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == last => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(expected, (2400, 1, 1));
    }

    #[test]
    fn parts_are_those_of_their_columns() {
        let mut out = [9.0; 4];
        parts(&[7.0, 86_400_000.0, 7.0, -1.0], 2, &[1, 1], &[DatePart::Day, DatePart::Hour], &mut out);
        assert_eq!(out, [2.0, 0.0, 31.0, 23.0]);
    }
}
