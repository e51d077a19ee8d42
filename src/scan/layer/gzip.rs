//! gzip, pushed: [RFC 1952](https://www.rfc-editor.org/rfc/rfc1952). Members one behind the other are one stream (section 2.2), which
//! eStargz and `pigz` make use of; zeros behind the last are padding, as gzip(1) has it. Anything else behind it is refused.

use flate2::Crc;
use flate2::Decompress;
use flate2::FlushDecompress;
use flate2::Status;

use crate::scan::layer::invalid::InvalidLayer;
use crate::scan::layer::unpack::OUTPUT_BYTES;
use crate::scan::layer::unpack::Output;

/// Inflates what is pushed.
pub(super) struct Gzip {
    state: State,
    inflate: Decompress,
    /// Of the header while it is read, then of the content.
    crc: Crc,
    output: Box<[u8]>,
}

/// What comes next.
enum State {
    /// The ten bytes that every member begins with.
    Fixed { read: usize, flags: u8 },
    /// The length of the extra field, and how much of it was read.
    ExtraLength { flags: u8, low: Option<u8> },
    /// This much of the extra field.
    Extra { flags: u8, left: u16 },
    /// A name or a comment, which ends with a zero.
    Text { flags: u8 },
    /// The checksum of the header.
    HeaderChecksum { expected: u16, low: Option<u8> },
    /// Compressed blocks.
    Content,
    /// Checksum and length of what was compressed.
    Trailer { bytes: [u8; 8], read: usize },
    /// Another member, padding, or the end.
    Between,
    /// Zeros to the end.
    Padding,
}

const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const HEADER_CHECKSUM: u8 = 1 << 1;
const RESERVED: u8 = 0b1110_0000;

impl Gzip {
    pub(super) fn new() -> Self {
        Self {
            state: State::Fixed { read: 0, flags: 0 },
            inflate: Decompress::new(false),
            crc: Crc::new(),
            output: vec![0; OUTPUT_BYTES].into_boxed_slice(),
        }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8], to: &mut Output<'_, '_>) -> Result<(), InvalidLayer> {
        while let Some((&byte, rest)) = bytes.split_first() {
            if matches!(self.state, State::Content) {
                bytes = self.inflate(bytes, to)?;
            } else {
                self.frame(byte)?;
                bytes = rest;
            }
        }
        Ok(())
    }

    pub(super) fn finish(&self) -> Result<(), InvalidLayer> {
        match self.state {
            State::Between | State::Padding => Ok(()),
            _ => Err(InvalidLayer::Truncated { what: "a gzip member" }),
        }
    }

    /// One byte of what stands around the content.
    fn frame(&mut self, byte: u8) -> Result<(), InvalidLayer> {
        if matches!(self.state, State::Between) {
            if byte == 0 {
                self.state = State::Padding;
                return Ok(());
            }
            self.crc.reset();
            self.state = State::Fixed { read: 0, flags: 0 };
        }
        if !matches!(self.state, State::HeaderChecksum { .. } | State::Trailer { .. } | State::Padding) {
            self.crc.update(&[byte]);
        }
        self.state = match self.state {
            State::Fixed { read, flags } => match (read, byte) {
                (0, 0x1f) | (1, 0x8b) | (2, 8) | (4..=8, _) => State::Fixed { read: read + 1, flags },
                (0, _) => return Err(invalid("bytes behind its last member")),
                (1, _) => return Err(invalid("a member without its magic number")),
                (2, _) => return Err(invalid("another method than deflate")),
                (3, flags) if flags & RESERVED == 0 => State::Fixed { read: 4, flags },
                (3, _) => return Err(invalid("flags that are reserved")),
                _ => self.optional(flags),
            },
            State::ExtraLength { flags, low: None } => State::ExtraLength { flags, low: Some(byte) },
            State::ExtraLength { flags, low: Some(low) } => match u16::from_le_bytes([low, byte]) {
                0 => self.optional(flags & !EXTRA),
                left => State::Extra { flags, left },
            },
            State::Extra { flags, left: 1 } => self.optional(flags & !EXTRA),
            State::Extra { flags, left } => State::Extra { flags, left: left - 1 },
            State::Text { flags } if byte == 0 => self.optional(flags & !(if flags & NAME == 0 { COMMENT } else { NAME })),
            State::Text { flags } => State::Text { flags },
            State::HeaderChecksum { expected, low: None } => State::HeaderChecksum { expected, low: Some(byte) },
            State::HeaderChecksum { expected, low: Some(low) } => {
                if u16::from_le_bytes([low, byte]) != expected {
                    return Err(invalid("a header that does not match its checksum"));
                }
                self.content()
            }
            State::Trailer { mut bytes, read } => {
                bytes[read] = byte;
                if read < 7 { State::Trailer { bytes, read: read + 1 } } else { self.check(bytes)? }
            }
            State::Padding if byte == 0 => State::Padding,
            State::Padding => return Err(invalid("bytes behind its padding")),
            State::Between | State::Content => unreachable!("neither is read a byte at a time"),
        };
        Ok(())
    }

    /// The next optional part of the header; they come in this order.
    fn optional(&mut self, flags: u8) -> State {
        if flags & EXTRA != 0 {
            State::ExtraLength { flags, low: None }
        } else if flags & (NAME | COMMENT) != 0 {
            State::Text { flags }
        } else if flags & HEADER_CHECKSUM != 0 {
            // Section 2.3.1: the two least significant bytes of the CRC32 for all bytes of the header up to here.
            let [low, high, ..] = self.crc.sum().to_le_bytes();
            State::HeaderChecksum { expected: u16::from_le_bytes([low, high]), low: None }
        } else {
            self.content()
        }
    }

    fn content(&mut self) -> State {
        self.crc.reset();
        self.inflate.reset(false);
        State::Content
    }

    fn check(&self, trailer: [u8; 8]) -> Result<State, InvalidLayer> {
        let number = |at: usize| u32::from_le_bytes([trailer[at], trailer[at + 1], trailer[at + 2], trailer[at + 3]]);
        if number(0) != self.crc.sum() {
            return Err(invalid("content that does not match its checksum"));
        }
        if number(4) != self.crc.amount() {
            return Err(invalid("content of another length than it states"));
        }
        Ok(State::Between)
    }

    /// What is left of `bytes` behind the compressed content.
    fn inflate<'b>(&mut self, mut bytes: &'b [u8], to: &mut Output<'_, '_>) -> Result<&'b [u8], InvalidLayer> {
        loop {
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(bytes, &mut self.output, FlushDecompress::None);
            let status = status.map_err(|_| invalid("blocks that cannot be inflated"))?;
            let read = usize::try_from(self.inflate.total_in() - read).expect("no more than was there");
            let written = usize::try_from(self.inflate.total_out() - written).expect("no more than there is room for");
            bytes = &bytes[read..];
            self.crc.update(&self.output[..written]);
            to.push(&self.output[..written])?;
            if status == Status::StreamEnd {
                self.state = State::Trailer { bytes: [0; 8], read: 0 };
                return Ok(bytes);
            }
            // A full buffer may mean that there is more to come out, whether or not there is more to go in.
            if bytes.is_empty() && written < self.output.len() {
                return Ok(bytes);
            }
            if read == 0 && written == 0 {
                return Err(invalid("blocks that lead nowhere"));
            }
        }
    }
}

fn invalid(reason: &'static str) -> InvalidLayer {
    InvalidLayer::Compressed { format: "gzip", reason }
}
