use crate::bps2000::ScreenKind;

/// What was done to a simulated unit since it was built, so that a test can tell what a client did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Connections that were taken.
    pub sessions: u64,
    /// Logins that were right.
    pub logins: u64,
    /// Logins that were not.
    pub refused_logins: u64,
    /// Sessions that were ended by entry 11.
    pub logouts: u64,
    /// Restarts by entry 10, without factory defaults.
    pub restarts: u64,
    /// Factory defaults by entry 10.
    pub factory_defaults: u64,
    /// Clearings of the energy of L1, L2, L3.
    pub clearings: [u64; 3],
    /// Settings that were taken: the clock, passwords, addresses, ports, accounts, thresholds.
    pub settings: u64,
    /// Lines that their screen does not have, or that are too long: a client that knows where it stands types none.
    pub refused_lines: u64,
    lines: [u64; ScreenKind::ALL.len()],
}

impl Counts {
    /// Lines that were typed on this screen, whether they were taken or not. The answer to `master load` counts as
    /// [`Information`](ScreenKind::Information), whose menu is in force.
    pub fn lines_on(&self, kind: ScreenKind) -> u64 {
        self.lines.get(kind as usize).copied().unwrap_or_default()
    }

    pub(super) fn count_line(&mut self, kind: ScreenKind) {
        if let Some(lines) = self.lines.get_mut(kind as usize) {
            *lines += 1;
        }
    }
}
