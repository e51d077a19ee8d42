//! When things happen in the virtual Sigstore. No clock is read: signing happens at noon of one day, and everything else around it.

/// When publishers sign: 2026-01-15T12:00:00Z. Certificates begin here and last ten minutes.
pub const SIGNED_AT: i64 = 1_768_478_400;
/// How long a certificate of a publisher is valid, in seconds.
pub const TEN_MINUTES: i64 = 600;
/// When authorities and logs began: 2025-01-01T00:00:00Z.
pub const BEGINNING: i64 = 1_735_689_600;
/// When certificates of authorities end: 2035-01-01T00:00:00Z.
pub const END: i64 = 2_051_222_400;
/// A day, in seconds.
pub const DAY: i64 = 86_400;

/// `2026-01-15T12:00:00Z`
pub fn rfc3339(seconds: i64) -> String {
    let digits = digits(seconds);
    let part = |from: usize| &digits[from..from + 2];
    format!("{}-{}-{}T{}:{}:{}Z", &digits[..4], part(4), part(6), part(8), part(10), part(12))
}

/// `20260115120000`
pub(super) fn digits(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The date of a day since 1970-01-01, counted year by year and month by month: slow, and easy to believe.
fn date(mut day: i64) -> (i64, i64, i64) {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of = |year| if is_leap(year) { 366 } else { 365 };
    let mut year = 1970;
    while day < 0 {
        year -= 1;
        day += days_of(year);
    }
    while day >= days_of(year) {
        day -= days_of(year);
        year += 1;
    }
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_the_ones_they_say() {
        let written = [SIGNED_AT, BEGINNING, END, 951_782_400, -1].map(rfc3339);
        let expected =
            ["2026-01-15T12:00:00Z", "2025-01-01T00:00:00Z", "2035-01-01T00:00:00Z", "2000-02-29T00:00:00Z", "1969-12-31T23:59:59Z"];
        assert_eq!(written, expected);
    }
}
