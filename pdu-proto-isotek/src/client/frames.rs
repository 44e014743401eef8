//! Status frames out of lines, and the question whose an `OK` is.
//!
//! `OK` acknowledges a command, and may also end a status frame; nothing in it tells which. The rules, of which each takes an
//! `OK` for a command's only if it cannot be a frame's:
//!
//! 1. An `OK` that does not stand directly behind a frame is a command's. ("Behind a frame": the last line was `RTC`, another
//!    line of a frame, or one that was refused and may have been one. Any other line ends that; a prompt only on a unit whose
//!    frames are known to have no `OK`.)
//! 2. Directly behind a frame it is the frame's, on a unit whose frames end with `OK`; and a command's on one whose do not.
//!    Which of them it is, is learnt on each connection. An `OK` behind a frame while nothing is asked proves the one, for
//!    good; two frames in a row that are followed by something else prove the other.
//! 3. As long as that is not known, an `OK` behind a frame while a command waits is held: another one before the next frame
//!    proves that the first was the frame's, and so does one behind the next frame. If frames turn out to be bare, it was the
//!    command's.
//! 4. Directly behind a line of an answer to `P?` or `C?` that is not waited for, it is the end of that answer.
//! 5. Over a serial line, where a frame may be lost and its `OK` arrive, an `OK` that stands alone while a frame is due is held
//!    too: if no frame turns out to be missing when the next begins, it was the command's; so it is if another `OK` follows.
//! 6. Over a serial line, the end of a list of which no line came is not taken from behind a frame: where the front of `P?` is
//!    lost, the unit hears `?`, and its answer would say that there are no records. The list is asked for again; and so it is
//!    once when it came without a line, since all its lines may be lost and its `OK` arrive.
//!
//! The price is that a command may end as "no reply" though it was acknowledged: where the `OK` of a frame was lost on a
//! serial line, and the command's own came directly behind that frame.
//!
//! What it rests on: a unit ends all unasked frames in the same way, answers in the order of the commands, and writes a frame
//! and its `OK` in one go. And over a serial line: that frames come about as often as [`Options::status_interval`] says.
//!
//! [`Options::status_interval`]: super::Options::status_interval

use core::time::Duration;

use pdu_core::{Instant, LocalDateTime, Mode};

use super::FrameEnd;
use crate::Rejected;
use crate::wire::{Channel, ChannelStatus, Deviations, StatusFrame, WireError};

/// How the unit ends something, as far as is known.
#[derive(Clone, Copy, Debug)]
struct Habit {
    known: FrameEnd,
    /// The caller has said so.
    is_fixed: bool,
    /// How many ended without `OK`, in a row.
    bare: u8,
    /// How many of them prove it.
    proof: u8,
}

/// How many bare frames in a row prove that there is no `OK`: one may be an exception, or its `OK` lost on the line.
const BARE_FRAMES: u8 = 2;

impl Habit {
    const fn new(known: FrameEnd, proof: u8) -> Self {
        Self {
            known,
            is_fixed: !matches!(known, FrameEnd::Learnt),
            bare: 0,
            proof,
        }
    }

    const fn ends_with_ok(&mut self) {
        self.bare = 0;
        if !self.is_fixed {
            self.known = FrameEnd::Ok;
        }
    }

    fn ends_bare(&mut self) {
        self.bare = self.bare.saturating_add(1);
        if self.bare >= self.proof && self.known == FrameEnd::Learnt {
            self.known = FrameEnd::Bare;
        }
    }
}

/// What an `OK` would stand directly behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    /// Nothing that may have one of its own.
    None,
    /// A status frame.
    Frame,
    /// A line that was refused, or is unknown, and may have been one of a frame.
    Damaged,
    /// The answer to `A?`.
    Address,
    /// A line of an answer that nobody waits for any more, or not yet.
    Stray,
}

/// Whose an `OK` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OkOf {
    /// The end of a frame, or of the answer to `A?`.
    Tail,
    /// A command's.
    Command,
    /// The one or the other: it stood directly behind a frame.
    Unclear,
    /// The one or the other: it stood alone while a frame was due.
    Alone,
}

/// What the session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// Nothing was sent that may still be answered.
    Nothing,
    /// An answer.
    Answer,
    /// An answer of lines, of which none has come: an `OK` would say that there are none.
    Lines,
    /// An answer, of which an `OK` behind a frame may have been the end.
    AnswerPerhapsHad,
    /// An answer, of which an `OK` that stood alone may have been the end.
    AnswerPerhapsHadAlone,
}

/// When unasked frames come, over a serial line, where one may be lost.
#[derive(Clone, Copy, Debug)]
struct Rhythm {
    interval: Duration,
    /// When the last one began, or would have if the line had not been late.
    beat: Option<Instant>,
}

impl Rhythm {
    /// How many intervals after the last frame this is. Frames come late, and hardly early.
    fn beats_since(self, beat: Instant, now: Instant) -> u32 {
        let interval = self.interval.as_micros().max(1);
        let beats = (now.saturating_since(beat).as_micros() + interval / 10) / interval;
        u32::try_from(beats).unwrap_or(u32::MAX)
    }

    /// A frame begins. One between two beats is an answer to `?`. One that is late does not put off the next, or hardly: the
    /// unit's clock is not ours.
    fn hear(&mut self, now: Instant) {
        let Some(beat) = self.beat else {
            self.beat = Some(now);
            return;
        };
        let beats = self.beats_since(beat, now);
        if beats > 0 {
            let expected = beat + self.interval.saturating_mul(beats);
            let late = now.saturating_since(expected);
            self.beat = Some(if late.is_zero() { now } else { expected + late / 8 });
        }
    }

    /// Whether a frame may have come of which nothing but its end arrived. Where none has come for three intervals they have
    /// stopped.
    fn is_due(self, now: Instant) -> bool {
        let since = self.beat.map(|beat| now.saturating_since(beat));
        since.is_some_and(|since| since >= self.interval * 9 / 10 && since <= self.interval * 3)
    }

    /// Whether, now that one begins, none is missing since the last.
    fn is_unbroken(self, now: Instant) -> bool {
        self.beat.is_some_and(|beat| self.beats_since(beat, now) <= 1)
    }
}

/// A status frame that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    /// Which one it is of those that began.
    pub(super) number: u64,
    pub(super) frame: StatusFrame,
    pub(super) deviations: Deviations,
    /// Whether it has all channels that any frame on this connection had.
    pub(super) is_complete: bool,
}

/// The end of a status frame: the frame, or why it is none.
pub(super) type Ended = Result<Whole, Rejected>;

#[derive(Debug)]
pub(super) struct Frames {
    mode: Mode,
    frame: StatusFrame,
    deviations: Deviations,
    /// The first and the last channel of the frame that is being read.
    open: Option<(u8, u8)>,
    /// Its lines are out of order: the rest of it is dropped.
    is_spoilt: bool,
    /// How many frames have begun.
    begun: u64,
    /// The channels that frames have had, one bit each.
    seen: u32,
    tail: Tail,
    frame_end: Habit,
    address_end: Habit,
    now: Instant,
    /// `?` is with the unit: the next frame may be its answer.
    is_asked: bool,
    rhythm: Option<Rhythm>,
    /// `?` was sent to a unit that may end its own answer otherwise than unasked frames, and it has not come.
    answer_owed: bool,
}

impl Frames {
    /// On a fresh connection; on one that loses nothing, or on one where frames come in an interval.
    pub(super) fn new(mode: Mode, frame_end: FrameEnd, lossy: Option<Duration>) -> Self {
        Self {
            mode,
            frame: StatusFrame::default(),
            deviations: Deviations::NONE,
            open: None,
            is_spoilt: false,
            begun: 0,
            seen: 0,
            tail: Tail::None,
            frame_end: Habit::new(frame_end, BARE_FRAMES),
            address_end: Habit::new(FrameEnd::Learnt, if lossy.is_some() { 2 } else { 1 }),
            now: Instant::EPOCH,
            is_asked: false,
            rhythm: lossy.map(|interval| Rhythm { interval, beat: None }),
            answer_owed: false,
        }
    }

    /// Something comes, while `?` is with the unit or not.
    pub(super) fn hear(&mut self, now: Instant, is_asked: bool) {
        self.now = now;
        self.is_asked = is_asked;
    }

    fn hear_begin(&mut self) {
        if let Some(rhythm) = self.rhythm.as_mut().filter(|_| !self.is_asked) {
            rhythm.hear(self.now);
        }
    }

    /// Whether, now that a frame begins, none was lost since the last.
    pub(super) fn is_unbroken(&self) -> bool {
        self.rhythm.is_none_or(|rhythm| rhythm.is_unbroken(self.now))
    }

    /// How many frames have begun; the one that is being read is the last of them.
    pub(super) const fn begun(&self) -> u64 {
        self.begun
    }

    pub(super) const fn frame_end(&self) -> FrameEnd {
        self.frame_end.known
    }

    pub(super) const fn address_end(&self) -> FrameEnd {
        self.address_end.known
    }

    /// Whether an `OK` would be that of the answer to `A?`.
    pub(super) fn is_behind_address(&self) -> bool {
        self.tail == Tail::Address
    }

    /// Whether a frame has begun on this connection.
    pub(super) const fn has_heard_any(&self) -> bool {
        self.begun > 0
    }

    /// An `OK` that was held has turned out to be the frame's.
    pub(super) const fn frames_end_with_ok(&mut self) {
        self.frame_end.ends_with_ok();
    }

    /// `?` leaves.
    pub(super) fn asked(&mut self) {
        self.answer_owed = self.frame_end.known != FrameEnd::Ok;
    }

    /// A line `CHx`. May end the frame before it.
    pub(super) fn channel(&mut self, status: ChannelStatus, deviations: Deviations) -> Option<Ended> {
        self.leave_tail();
        let index = status.channel.index();
        let ended = match self.open {
            None => None,
            Some((first, _)) if index == first => self.end_without_clock(),
            Some(_) if self.is_spoilt => return None,
            Some((first, last)) if index > last => {
                self.open = Some((first, index));
                self.frame.set(status);
                self.deviations = self.deviations.union(deviations);
                return None;
            }
            Some((_, last)) => {
                self.is_spoilt = true;
                return Some(Err(order(last, status.channel)));
            }
        };
        self.begun += 1;
        self.hear_begin();
        self.open = Some((index, index));
        self.frame = StatusFrame::default();
        self.frame.set(status);
        self.deviations = deviations;
        ended
    }

    /// The line `RTC`, or (`None`) one that was refused: a frame ends.
    pub(super) fn clock(&mut self, clock: Option<LocalDateTime>, deviations: Deviations) -> Option<Ended> {
        self.leave_tail();
        self.tail = Tail::Frame;
        if self.open.is_none() {
            return clock.map(|_| Err(Rejected::ClockOnly));
        }
        self.open = None;
        if core::mem::take(&mut self.is_spoilt) {
            return None;
        }
        self.frame.clock = clock;
        self.deviations = self.deviations.union(deviations);
        Some(self.whole())
    }

    /// A frame ends, or a new one begins, and there was no `RTC`. If nothing else is missing it is taken, leniently.
    fn end_without_clock(&mut self) -> Option<Ended> {
        let (_, last) = self.open.take()?;
        if core::mem::take(&mut self.is_spoilt) {
            return None;
        }
        if self.mode == Mode::Strict || !self.has_all_seen() {
            return Some(Err(Rejected::FrameCut { last }));
        }
        Some(self.whole())
    }

    fn channels(&self) -> u32 {
        self.frame
            .channels()
            .fold(0, |bits, status| bits | 1 << status.channel.index())
    }

    fn has_all_seen(&self) -> bool {
        self.seen & !self.channels() == 0
    }

    fn whole(&mut self) -> Ended {
        let is_complete = self.has_all_seen();
        self.seen |= self.channels();
        let missing = (0..)
            .map_while(Channel::new)
            .find(|&at| self.frame.channel(at).is_none());
        if let (Mode::Strict, Some(channel)) = (self.mode, missing) {
            return Err(WireError::MissingChannel { channel }.into());
        }
        Ok(Whole {
            number: self.begun,
            frame: self.frame,
            deviations: self.deviations.union(self.frame.deviations()),
            is_complete,
        })
    }

    /// Any other good line but `OK`.
    pub(super) fn other_line(&mut self) {
        self.leave_tail();
    }

    /// A line of an answer to `P?` or `C?` that is not what is waited for.
    pub(super) fn stray_answer(&mut self) {
        self.tail = Tail::Stray;
    }

    /// The answer to `A?`.
    pub(super) fn address(&mut self) {
        self.leave_tail();
        self.tail = Tail::Address;
    }

    /// A prompt: a frame without `RTC` has ended. What stands behind a whole frame may still get its `OK`, unless frames are
    /// known to have none.
    pub(super) fn prompt(&mut self) -> Option<Ended> {
        let ended = self.end_without_clock();
        if self.tail != Tail::Frame || self.frame_end.known == FrameEnd::Bare {
            self.leave_tail();
        }
        ended
    }

    /// A line that was refused or is unknown.
    pub(super) fn damaged(&mut self) {
        self.tail = Tail::Damaged;
    }

    /// Something else than `OK` comes: what is before it had none.
    fn leave_tail(&mut self) {
        match core::mem::replace(&mut self.tail, Tail::None) {
            Tail::Frame => self.frame_end.ends_bare(),
            Tail::Address => self.address_end.ends_bare(),
            Tail::None | Tail::Damaged | Tail::Stray => {}
        }
    }

    /// `OK`: whose it is, and the frame that it ends in place of `RTC`.
    pub(super) fn ok(&mut self, expect: Expect) -> (OkOf, Option<Ended>) {
        if self.open.is_some() {
            self.tail = Tail::Frame;
        }
        let ended = self.end_without_clock();
        let of = match core::mem::replace(&mut self.tail, Tail::None) {
            Tail::None => self.ok_alone(expect),
            Tail::Address => self.ok_behind_address(),
            Tail::Stray if expect == Expect::Nothing => OkOf::Command,
            Tail::Stray => OkOf::Tail,
            tail @ (Tail::Frame | Tail::Damaged) => self.ok_behind_frame(tail, expect),
        };
        (of, ended)
    }

    fn ok_alone(&self, expect: Expect) -> OkOf {
        let may_be_of_a_lost_frame =
            self.frame_end.known != FrameEnd::Bare && self.rhythm.is_some_and(|rhythm| rhythm.is_due(self.now));
        if may_be_of_a_lost_frame && matches!(expect, Expect::Answer | Expect::Lines | Expect::AnswerPerhapsHad) {
            OkOf::Alone
        } else {
            OkOf::Command
        }
    }

    fn ok_behind_address(&mut self) -> OkOf {
        if self.address_end.known == FrameEnd::Bare {
            return OkOf::Command;
        }
        self.address_end.ends_with_ok();
        OkOf::Tail
    }

    fn ok_behind_frame(&mut self, tail: Tail, expect: Expect) -> OkOf {
        let may_be_the_answer_to_status = core::mem::take(&mut self.answer_owed);
        self.frame_end.bare = 0;
        match (self.frame_end.known, expect) {
            (FrameEnd::Ok, _) => OkOf::Tail,
            _ if may_be_the_answer_to_status => OkOf::Tail,
            // Of `P?` the unit may have heard `?`. Nothing is lost by asking again.
            (_, Expect::Lines) if self.rhythm.is_some() => OkOf::Tail,
            // Nothing is asked, or what was asked has perhaps had its own: this one is the frame's.
            (FrameEnd::Bare, Expect::Nothing) | (FrameEnd::Learnt, Expect::Nothing | Expect::AnswerPerhapsHad) => {
                if tail == Tail::Frame {
                    self.frame_end.ends_with_ok();
                }
                OkOf::Tail
            }
            (FrameEnd::Bare, _) => OkOf::Command,
            (FrameEnd::Learnt, _) => OkOf::Unclear,
        }
    }
}

fn order(last: u8, found: Channel) -> Rejected {
    let last = Channel::new(last).unwrap_or(Channel::UNIT);
    Rejected::Line(WireError::Order { last, found })
}
