/// What a decoder of device data does with what the device's documentation does not have, though what is meant is clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: one refuses what the other takes.
pub enum Mode {
    /// Refuse it, and say what and where.
    Strict,
    /// Take it, and list what was taken as a deviation. What may not be taken is refused all the same; each decoder says
    /// what that is.
    #[default]
    Lenient,
}
