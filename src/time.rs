//! Points in time as data: nobody below the edges reads a clock.

use core::fmt;
use core::str::FromStr;

use serde::Serialize;
use serde::Serializer;

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Written and read as RFC 3339 in UTC with whole seconds, for the years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

const SECONDS_A_DAY: i64 = 86_400;
/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what RFC 3339 can write.
const EARLIEST: i64 = -62_167_219_200;
const LATEST: i64 = 253_402_300_799;

impl UnixTime {
    /// `None` outside the years 0000 to 9999.
    pub const fn from_seconds(seconds: i64) -> Option<Self> {
        if seconds < EARLIEST || seconds > LATEST { None } else { Some(Self(seconds)) }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.0.div_euclid(SECONDS_A_DAY));
        let second = self.0.rem_euclid(SECONDS_A_DAY);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
    }
}

impl Serialize for UnixTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From one point in time to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first.
    pub from: UnixTime,
    /// The last; `None` where it has not ended.
    pub to: Option<UnixTime>,
}

impl Validity {
    /// Whether `time` is in it.
    pub fn contains(&self, time: UnixTime) -> bool {
        self.from <= time && self.to.is_none_or(|to| time <= to)
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "{} to {to}", self.from),
            None => write!(f, "{} and later", self.from),
        }
    }
}

/// The text is no RFC 3339 date-time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTime;

impl fmt::Display for InvalidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a date and time as RFC 3339 writes it, such as 2026-11-23T12:00:00Z")
    }
}

impl core::error::Error for InvalidTime {}

impl FromStr for UnixTime {
    type Err = InvalidTime;

    /// RFC 3339 section 5.6. A fraction of a second is dropped; an offset is applied; second 60 is taken as the next second.
    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        parse(text.as_bytes()).and_then(Self::from_seconds).ok_or(InvalidTime)
    }
}

fn parse(text: &[u8]) -> Option<i64> {
    let (date_time, mut rest) = text.split_at_checked("YYYY-MM-DDTHH:MM:SS".len())?;
    for (position, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if !date_time[position].eq_ignore_ascii_case(&mark) {
            return None;
        }
    }
    let number = |from: usize, to: usize| digits(&date_time[from..to]);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if let [b'.', fraction @ ..] = rest {
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return None;
        }
        rest = &fraction[length..];
    }
    let offset = match rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    Some(days_to(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second - offset)
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years are counted from March, so that the leap day is the
/// last of its year (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`).
const fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_to`] (the same paper, `civil_from_days`).
const fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year_of_era + era * 400 + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_as_rfc_3339() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-11-23T00:00:00Z", 1_795_392_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", LATEST),
            ("0000-01-01T00:00:00Z", EARLIEST),
        ] {
            assert_eq!(text.parse(), Ok(UnixTime(seconds)));
            assert_eq!(UnixTime(seconds).to_string(), text);
        }
    }

    #[test]
    fn offsets_fractions_and_the_leap_second_are_understood() {
        for text in ["2017-01-01T01:00:00+01:00", "2016-12-31T19:00:00.999999999-05:00", "2016-12-31t23:59:60z"] {
            assert_eq!(text.parse(), "2017-01-01T00:00:00Z".parse::<UnixTime>(), "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_survives_the_round_trip() {
        for day in -150_000..150_000 {
            let (year, month, date) = date_of(day);
            assert_eq!(days_to(year, month, date), day);
        }
    }

    #[test]
    fn texts_that_are_no_time_are_refused() {
        for text in [
            "",
            "2026-11-23",
            "2026-11-23 00:00:00Z",
            "2026-11-23T00:00:00",
            "2026-13-01T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T00:60:00Z",
            "2026-11-23T00:00:61Z",
            "2026-11-23T00:00:00.Z",
            "2026-11-23T00:00:00+0100",
            "2026-11-23T00:00:00+24:00",
            "2026-11-23T00:00:00Zz",
            "+026-11-23T00:00:00Z",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:60Z",
            "٢٠٢٦-11-23T00:00:00Z",
        ] {
            assert_eq!(text.parse::<UnixTime>(), Err(InvalidTime), "{text:?}");
        }
    }
}
