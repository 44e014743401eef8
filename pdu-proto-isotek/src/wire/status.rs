use pdu_core::LocalDateTime;

use super::{Channel, ChannelStatus};

/// A whole status: the lines `CH0` to `CH16`, as many as there are, and `RTC`.
///
/// Source: lines 40 to 50. That each unit sends it unasked every second is lines 10 and 29; that what it then sends is this is
/// inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct StatusFrame {
    channels: [Option<ChannelStatus>; Channel::COUNT],
    /// The unit's clock. Absent if its line is missing, or was refused.
    pub clock: Option<LocalDateTime>,
}

impl StatusFrame {
    /// The status of a channel, if it was in the frame.
    pub fn channel(&self, channel: Channel) -> Option<&ChannelStatus> {
        self.channels.get(usize::from(channel.index()))?.as_ref()
    }

    /// The channels that were in the frame, in ascending order.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelStatus> {
        self.channels.iter().flatten()
    }

    /// Puts a channel in its place.
    pub fn set(&mut self, status: ChannelStatus) {
        if let Some(place) = self.channels.get_mut(usize::from(status.channel.index())) {
            *place = Some(status);
        }
    }
}
