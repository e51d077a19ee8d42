//! Extended headers, POSIX.1-2017 pax "pax Extended Header": `length key=value\n`, one behind the other.

/// What an extended header changes for the entry behind it. Only what decides which bytes are whose is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pax {
    pub(super) path: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) size: Option<u64>,
    pub(super) sparse: Sparse,
}

/// GNU's maps of sparse files, versions 0.0, 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sparse {
    pub(super) major: Vec<u8>,
    pub(super) minor: Vec<u8>,
    pub(super) name: Vec<u8>,
    pub(super) size: Vec<u8>,
    pub(super) real_size: Vec<u8>,
    pub(super) entries: Vec<u8>,
    pub(super) map: Vec<u8>,
}

impl Pax {
    pub(super) fn parse(mut records: &[u8]) -> Result<Self, &'static str> {
        let mut pax = Self::default();
        // Version 0.0 writes a map as records of one name, one after the other, which pax does not allow.
        let mut map: Vec<u8> = Vec::new();
        let mut numbers = 0_usize;
        while !records.is_empty() {
            let (key, value, rest) = record(records).ok_or("an extended header that cannot be read")?;
            records = rest;
            if matches!(key, b"path" | b"linkpath" | b"uname" | b"gname") && value.contains(&0) {
                return Err("a zero in a name");
            }
            match key {
                b"path" => pax.path = value.to_vec(),
                b"linkpath" => pax.link = value.to_vec(),
                b"size" if value.is_empty() => pax.size = None,
                b"size" => pax.size = Some(decimal(value).ok_or("a size that is no number")?),
                b"GNU.sparse.major" => pax.sparse.major = value.to_vec(),
                b"GNU.sparse.minor" => pax.sparse.minor = value.to_vec(),
                b"GNU.sparse.name" => pax.sparse.name = value.to_vec(),
                b"GNU.sparse.size" => pax.sparse.size = value.to_vec(),
                b"GNU.sparse.realsize" => pax.sparse.real_size = value.to_vec(),
                b"GNU.sparse.numblocks" => pax.sparse.entries = value.to_vec(),
                b"GNU.sparse.map" => pax.sparse.map = value.to_vec(),
                b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
                    if numbers.is_multiple_of(2) != (key == b"GNU.sparse.offset") || value.contains(&b',') {
                        return Err("a map of a sparse file that cannot be read");
                    }
                    if numbers > 0 {
                        map.push(b',');
                    }
                    map.extend_from_slice(value);
                    numbers += 1;
                }
                _ => {}
            }
        }
        if numbers > 0 {
            pax.sparse.map = map;
        }
        Ok(pax)
    }
}

/// The first record: its key, its value, and what is behind it.
fn record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = records.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(&records[..space])?).ok()?;
    let record = records.get(space + 1..length)?;
    let (newline, record) = record.split_last()?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (&record[..equals], &record[equals + 1..]);
    (*newline == b'\n' && !key.is_empty() && !key.contains(&0)).then_some((key, value, &records[length..]))
}

pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let value = digits.iter().try_fold(0_u64, |value, digit| match digit {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    });
    value.filter(|value| i64::try_from(*value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_two_equal_keys_counts_and_an_empty_value_takes_back() {
        let pax = Pax::parse(b"9 path=a\n9 path=b\n11 size=12\n8 size=\n30 mtime=1350244992.023960108\n").unwrap();
        assert_eq!(pax, Pax { path: b"b".to_vec(), ..Pax::default() });
    }

    #[test]
    fn a_record_that_is_none_is_refused() {
        for records in [
            &b"9 path=a"[..],
            b"11 path=a\n",
            b"8 path=a\n",
            b"99999999999999999999 path=a\n",
            b"8path=a\n",
            b"-9 path=a\n",
            b"7 path\n",
            b"5 =a\n",
            b"0 \n",
            b" path=a\n",
            b"9 path=\0\n",
            b"13 linkpath=\n9 pa\0h=a\n",
            b"11 size=-1\n",
            b"11 size=0x\n",
            b"28 size=9223372036854775808\n",
            b"23 GNU.sparse.offset=1\n23 GNU.sparse.offset=1\n",
        ] {
            assert!(Pax::parse(records).is_err(), "{}", String::from_utf8_lossy(records));
        }
    }
}
