//! How much one scan may take, where somebody pays by the byte, the request or the second.

use crate::budget;
use crate::report::Remark;
use crate::scanner::Stack;

/// What a scan may take. Without others it is what [`budget`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Layers of an image.
    pub layers: usize,
    /// Bytes of all of its layers, as they are stored.
    pub layer_bytes: u64,
    /// Layers that may be on their way: each takes memory.
    pub layers_at_once: usize,
    /// Requests to OSV's server: one for a thousand packages and for every page more, one for each advisory.
    pub osv_requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            layers: budget::LAYERS,
            layer_bytes: budget::LAYERS as u64 * budget::LAYER_BYTES,
            layers_at_once: budget::LAYERS_AT_ONCE,
            osv_requests: budget::OSV_REQUESTS + budget::OSV_RECORDS,
        }
    }
}

impl Limits {
    /// The stable code of an image that is not read because it is more than is allowed here.
    pub const IMAGE: &'static str = "image-over-limit";

    /// The stable code of advisories that were not asked for any more.
    pub const REQUESTS: &'static str = "osv-requests-exhausted";

    /// Why the layers of an image are not to be fetched.
    pub(super) fn refuse(&self, Stack { layers, layers_size, .. }: &Stack) -> Option<Remark> {
        let (layers, layers_size) = (*layers, *layers_size);
        let message = if layers > self.layers {
            format!("expected at most {} layers, found {layers}: none of them was fetched", self.layers)
        } else if layers_size > self.layer_bytes {
            let Self { layer_bytes, .. } = self;
            format!("expected at most {layer_bytes} bytes of layers, found {layers_size}: none of them was fetched")
        } else {
            return None;
        };
        Some(Remark { code: Self::IMAGE, message })
    }
}
