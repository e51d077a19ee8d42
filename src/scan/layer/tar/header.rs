//! One header block: POSIX ustar, GNU, star, or the seventh edition's.

/// What a block of 512 bytes says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) size: u64,
    pub(super) mode: i64,
    pub(super) kind: u8,
    /// Whether it is GNU's format: the only one with maps of sparse files.
    pub(super) is_gnu: bool,
}

impl Header {
    pub(super) fn parse(block: &[u8; 512]) -> Result<Self, &'static str> {
        let stated = signed(&block[148..156])?;
        if stated != unsigned_sum(block) && stated != signed_sum(block) {
            return Err("a header that does not match its checksum");
        }
        let is_ustar = &block[257..263] == b"ustar\0";
        let is_gnu = &block[257..265] == b"ustar  \0";
        let mut name = text(&block[..100]).to_vec();
        let prefix = match () {
            () if is_ustar && &block[508..512] == b"tar\0" => text(&block[345..476]),
            () if is_ustar => text(&block[345..500]),
            // Programs built with Go before 1.8 wrote a prefix where GNU has two times; Go reads it to this day (golang.org/issue/12594).
            () if is_gnu && !(is_time(&block[345..357]) && is_time(&block[357..369])) && text(&block[345..500]).is_ascii() => {
                text(&block[345..500])
            }
            () => &[],
        };
        if !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Ok(Self {
            name,
            link: text(&block[157..257]).to_vec(),
            size: number(&block[124..136])?,
            mode: signed(&block[100..108])?,
            kind: block[156],
            is_gnu,
        })
    }
}

/// The sum of all bytes, with spaces for the checksum itself.
fn unsigned_sum(block: &[u8; 512]) -> i64 {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| i64::from(*byte)).sum::<i64>();
    sum(&block[..148]) + 8 * i64::from(b' ') + sum(&block[156..])
}

/// The same as Sun's tar reckoned it.
fn signed_sum(block: &[u8; 512]) -> i64 {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| i64::from(byte.cast_signed())).sum::<i64>();
    sum(&block[..148]) + 8 * i64::from(b' ') + sum(&block[156..])
}

/// Up to the first zero.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn is_time(field: &[u8]) -> bool {
    field[0] == 0 || signed(field).is_ok()
}

/// A number that is not negative.
pub(super) fn number(field: &[u8]) -> Result<u64, &'static str> {
    u64::try_from(signed(field)?).map_err(|_| "a number below zero")
}

/// Octal digits between spaces and zeros; or, where the first bit is set, GNU's base 256, the second bit being the sign.
fn signed(field: &[u8]) -> Result<i64, &'static str> {
    let Some((&first, rest)) = field.split_first() else { return Ok(0) };
    if first & 0x80 != 0 {
        let is_negative = first & 0x40 != 0;
        let mut value = if is_negative { i128::from(first & 0x3f) - 0x40 } else { i128::from(first & 0x3f) };
        for byte in rest {
            value = value << 8 | i128::from(*byte);
        }
        return i64::try_from(value).map_err(|_| "a number that is too large");
    }
    let is_padding = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_padding(byte)).unwrap_or(field.len());
    let end = field.iter().rposition(|byte| !is_padding(byte)).map_or(start, |end| end + 1);
    let digits = text(&field[start..end]);
    digits.iter().try_fold(0_i64, |value, digit| match digit {
        b'0'..=b'7' => value.checked_mul(8).map(|value| value + i64::from(digit - b'0')).ok_or("a number that is too large"),
        _ => Err("a number with other characters than octal digits"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_base_256() {
        for (field, value) in [
            (&b"00000000644\0"[..], 0o644),
            (b"     644 \0  ", 0o644),
            (b"            ", 0),
            (b"\0\0\0\0\0\0\0\0", 0),
            (b"77777777777\0", 0o77_777_777_777),
            (b"777777777777", 0o777_777_777_777),
            (b"12\x003\0\0\0\0", 0o12),
            (b"\x80\0\0\0\0\0\0\x02\x54\x0b\xe4\0", 10_000_000_000),
        ] {
            assert_eq!(number(field), Ok(value), "{field:?}");
        }
    }

    #[test]
    fn a_number_that_is_none_is_refused() {
        for field in [
            &b"0000000064x\0"[..],
            b"-0000000644\0",
            b"0000 000644\0",
            b"89\0\0\0\0\0\0",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x80\0\0\0\x80\0\0\0\0\0\0\0",
            b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert!(number(field).is_err(), "{field:?}");
        }
    }
}
