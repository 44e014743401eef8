/// What a manager has seen and done, for whoever looks after it. Counts stop at their largest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Messages that left, those sent again included.
    pub sent: u64,
    /// Messages that left because no answer had come.
    pub repeated: u64,
    /// Answers that were taken.
    pub answered: u64,
    /// Datagrams for no request that is under way: late or duplicate answers, or somebody else's.
    pub late: u64,
    /// Datagrams with the id of a request under way that were not taken for its answer: from elsewhere, of another version,
    /// with a wrong authentication code or a wrong time.
    pub rejected: u64,
    /// Datagrams that are no messages.
    pub malformed: u64,
    /// Times that an engine's clock was taken over from a report.
    pub corrected: u64,
}
