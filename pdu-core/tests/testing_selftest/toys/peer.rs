//! The device of both toys.

use std::collections::{BTreeMap, VecDeque};

use pdu_core::{Endpoint, Instant, LinkDemand, LinkEvent, Transport};

use super::{LineBuffer, seal, unseal};

/// Octets of unread answers at which the device reads no further.
const MAX_OWED: usize = 256;

/// What is wrong with the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeerBug {
    None,
    LosesPartialLines,
    OwesWithoutBound,
    PanicsOnStrangeInput,
    AnswersTwiceIfAskedAgain,
}

pub(crate) struct ToyPeer {
    bug: PeerBug,
    transport: Transport,
    /// Whether lines carry ids (`Tagged`) or checksums (`Plain`).
    ids: bool,
    applied: BTreeMap<u32, usize>,
    line: LineBuffer,
    answers: VecDeque<Vec<u8>>,
    sent: usize,
    owed: usize,
    last: Vec<u8>,
}

impl ToyPeer {
    pub(crate) fn tagged(transport: Transport, bug: PeerBug) -> Self {
        Self {
            bug,
            transport,
            ids: true,
            applied: BTreeMap::new(),
            line: LineBuffer::default(),
            answers: VecDeque::new(),
            sent: 0,
            owed: 0,
            last: Vec::new(),
        }
    }

    pub(crate) fn plain(bug: PeerBug) -> Self {
        Self {
            ids: false,
            ..Self::tagged(Transport::Stream, bug)
        }
    }

    pub(crate) fn times_set(&self, register: u32) -> usize {
        self.applied.get(&register).copied().unwrap_or(0)
    }

    fn owe(&mut self, answer: Vec<u8>) {
        self.owed += answer.len();
        self.answers.push_back(answer);
    }

    fn serve(&mut self, line: &[u8]) {
        if self.bug == PeerBug::PanicsOnStrangeInput {
            assert!(line.is_ascii(), "strange");
        }
        if let Some(mut answer) = self.answer(line) {
            answer.push('\n');
            self.last = answer.clone().into_bytes();
            self.owe(answer.into_bytes());
        }
    }

    fn answer(&mut self, line: &[u8]) -> Option<String> {
        let (id, text) = if self.ids {
            std::str::from_utf8(line).ok()?.split_once(' ')?
        } else {
            ("", unseal(line)?)
        };
        let (verb, register) = text.split_once(' ')?;
        let register: u32 = register.parse().ok()?;
        match verb {
            "get" => {}
            "set" => *self.applied.entry(register).or_default() += 1,
            _ => return None,
        }
        let value = u64::from(register) + 1000;
        Some(if self.ids {
            format!("{id} ok {value}")
        } else {
            seal(&format!("ok {value}"))
        })
    }
}

impl Endpoint for ToyPeer {
    fn transport(&self) -> Transport {
        self.transport
    }

    fn handle_link(&mut self, _now: Instant, event: LinkEvent) {
        self.line.clear();
        if event != LinkEvent::Eof {
            self.answers.clear();
            self.sent = 0;
            self.owed = 0;
        }
    }

    fn handle_input(&mut self, _now: Instant, bytes: &[u8]) -> usize {
        if self.transport != Transport::Stream {
            self.serve(bytes.strip_suffix(b"\n").unwrap_or_default());
            return bytes.len();
        }
        for (place, byte) in bytes.iter().enumerate() {
            if self.owed >= MAX_OWED && self.bug != PeerBug::OwesWithoutBound {
                return place;
            }
            if let Some(line) = self.line.push(*byte) {
                self.serve(&line);
            }
        }
        if self.bug == PeerBug::LosesPartialLines {
            self.line.clear();
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, len: usize) {
        self.sent += len;
        self.owed -= len;
        while self.answers.front().is_some_and(|answer| answer.len() <= self.sent) {
            self.sent -= self.answers.pop_front().map_or(0, |answer| answer.len());
        }
    }

    fn handle_timeout(&mut self, _now: Instant) {
        if self.bug == PeerBug::AnswersTwiceIfAskedAgain && !self.last.is_empty() {
            let last = std::mem::take(&mut self.last);
            self.owe(last);
        }
    }

    fn transmit(&self) -> &[u8] {
        self.answers.front().map_or(&[], |answer| &answer[self.sent..])
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}
