//! Zstandard, pushed: [RFC 8878](https://www.rfc-editor.org/rfc/rfc8878). Frames one behind the other are one stream (section 3.1);
//! skippable ones, in which zstd:chunked keeps its table of contents, are skipped.

use std::io::Read as _;

use ruzstd::decoding::BlockDecodingStrategy;
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::errors::ReadFrameHeaderError;

use crate::budget;
use crate::scan::layer::invalid::InvalidLayer;
use crate::scan::layer::invalid::Limit;
use crate::scan::layer::unpack::OUTPUT_BYTES;
use crate::scan::layer::unpack::Output;

/// Decompresses what is pushed.
pub(super) struct Zstd {
    decoder: FrameDecoder,
    /// Whether four bytes follow the last block. They are not looked at: the diff ID says more.
    has_checksum: bool,
    state: State,
    /// What of the next header or block is here already.
    pending: Vec<u8>,
    output: Box<[u8]>,
}

/// What comes next.
#[derive(Clone, Copy)]
enum State {
    /// A frame, or the end.
    Frame,
    /// A block.
    Block,
    /// This much of a skippable frame.
    Skip(u64),
}

/// Section 3.1.1.
const MAGIC: usize = 4;
/// Section 3.1.1.1.1, of the descriptor.
const HAS_CHECKSUM: u8 = 1 << 2;
/// Section 3.1.1.2.
const BLOCK_HEADER: usize = 3;
/// Section 3.1.1.
const CHECKSUM: usize = 4;

impl Zstd {
    pub(super) fn new() -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(budget::ZSTD_WINDOW_BYTES);
        Self { decoder, has_checksum: false, state: State::Frame, pending: Vec::new(), output: vec![0; OUTPUT_BYTES].into_boxed_slice() }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8], to: &mut Output<'_, '_>) -> Result<(), InvalidLayer> {
        while !bytes.is_empty() {
            if let State::Skip(left) = self.state {
                let skipped = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                bytes = &bytes[skipped..];
                let left = left - skipped as u64;
                self.state = if left == 0 { State::Frame } else { State::Skip(left) };
                continue;
            }
            let wanted = self.wanted()?;
            let taken = (wanted - self.pending.len()).min(bytes.len());
            self.pending.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.pending.len() == self.wanted()? {
                self.step(to)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(&self) -> Result<(), InvalidLayer> {
        match self.state {
            State::Frame if self.pending.is_empty() => Ok(()),
            _ => Err(InvalidLayer::Truncated { what: "a zstd frame" }),
        }
    }

    /// How many bytes have to be here before anything can be done with them, as far as they tell already.
    fn wanted(&self) -> Result<usize, InvalidLayer> {
        match (self.state, self.pending.as_slice()) {
            (State::Frame, [a, b, c, d, rest @ ..]) => match (u32::from_le_bytes([*a, *b, *c, *d]), rest) {
                (0x184D_2A50..=0x184D_2A5F, _) => Ok(8),
                (0xFD2F_B528, []) => Ok(5),
                (0xFD2F_B528, [descriptor, ..]) => Ok(frame_header(*descriptor)),
                _ => Err(invalid("bytes that are no frame")),
            },
            (State::Frame, _) => Ok(4),
            (State::Block, [a, b, c, ..]) => Ok(BLOCK_HEADER + self.block(u32::from_le_bytes([*a, *b, *c, 0]))?),
            (State::Block, _) => Ok(BLOCK_HEADER),
            (State::Skip(_), _) => Ok(0),
        }
    }

    /// How many bytes follow this header of a block (section 3.1.1.2), and behind the last one.
    fn block(&self, header: u32) -> Result<usize, InvalidLayer> {
        const RUN: u32 = 1;
        const MOST: u32 = 128 << 10;
        let (is_last, kind, size) = (header & 1 == 1, (header >> 1) & 0b11, header >> 3);
        if size > MOST {
            return Err(invalid("a block that is too large"));
        }
        let size = if kind == RUN { 1 } else { size as usize };
        Ok(size + if is_last && self.has_checksum { CHECKSUM } else { 0 })
    }

    fn step(&mut self, to: &mut Output<'_, '_>) -> Result<(), InvalidLayer> {
        // The buffer is kept for the next block.
        let mut pending = core::mem::take(&mut self.pending);
        match self.state {
            State::Frame => self.begin(&pending)?,
            State::Block => self.decode(&pending, to)?,
            State::Skip(_) => {}
        }
        pending.clear();
        self.pending = pending;
        Ok(())
    }

    fn begin(&mut self, header: &[u8]) -> Result<(), InvalidLayer> {
        match self.decoder.reset(header) {
            Ok(()) => {
                self.has_checksum = header[4] & HAS_CHECKSUM != 0;
                self.state = State::Block;
            }
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                self.state = if length == 0 { State::Frame } else { State::Skip(length.into()) };
            }
            Err(FrameDecoderError::WindowSizeTooBig { .. }) => return Err(Limit::Window.into()),
            Err(FrameDecoderError::DictNotProvided { .. }) => return Err(invalid("a frame that needs a dictionary")),
            Err(_) => return Err(invalid("a frame header that cannot be read")),
        }
        Ok(())
    }

    fn decode(&mut self, block: &[u8], to: &mut Output<'_, '_>) -> Result<(), InvalidLayer> {
        let decoded = self.decoder.decode_blocks(block, BlockDecodingStrategy::UptoBlocks(1));
        let is_last = decoded.map_err(|_| invalid("a block that cannot be decompressed"))?;
        loop {
            let written = self.decoder.read(&mut self.output).map_err(|_| invalid("a block that cannot be decompressed"))?;
            if written == 0 {
                break;
            }
            to.push(&self.output[..written])?;
        }
        if is_last {
            self.state = State::Frame;
        }
        Ok(())
    }
}

/// How long the header with this descriptor is (section 3.1.1.1.1).
const fn frame_header(descriptor: u8) -> usize {
    let is_single_segment = descriptor & 1 << 5 != 0;
    let window = if is_single_segment { 0 } else { 1 };
    let dictionary = [0, 1, 2, 4][(descriptor & 0b11) as usize];
    let content_size = match descriptor >> 6 {
        0 if is_single_segment => 1,
        0 => 0,
        1 => 2,
        2 => 4,
        _ => 8,
    };
    MAGIC + 1 + window + dictionary + content_size
}

fn invalid(reason: &'static str) -> InvalidLayer {
    InvalidLayer::Compressed { format: "zstd", reason }
}
