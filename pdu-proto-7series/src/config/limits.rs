use super::ConfigError;

/// What a document may have; more is refused while it is read, before memory is taken for it.
///
/// ```
/// use pdu_proto_7series::config::Limits;
///
/// let limits = Limits { size: 64 * 1024, ..Limits::default() };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the file; never more than 4 GiB, whatever is given.
    pub size: usize,
    /// Elements in each other; never more than 256, whatever is given.
    pub depth: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Elements of the file. The index takes 12 octets for each.
    pub elements: usize,
}

impl Default for Limits {
    /// 4 MiB, 64 levels, 64 attributes, 200,000 elements: far more than a rack unit has to say of itself.
    fn default() -> Self {
        Self {
            size: 4 << 20,
            depth: 64,
            attributes: 64,
            elements: 200_000,
        }
    }
}

impl Limits {
    /// Walks through a document go down as deep as it does.
    pub(super) fn depth(&self) -> usize {
        self.depth.min(256)
    }

    pub(super) fn check_size(&self, size: usize) -> Result<(), ConfigError> {
        // Offsets are kept in 32 bits.
        let limit = self.size.min(u32::MAX as usize);
        if size > limit {
            return Err(ConfigError::TooLarge { size, limit });
        }
        Ok(())
    }
}
