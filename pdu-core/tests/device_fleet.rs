//! One program, units of two protocols: what `DeviceSession` is for.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use pdu_core::{
    Answer, Command, Decimal, DeviceError, DeviceSession, Effect, Endpoint, Error as _, ErrorKind, Event, EventOf,
    Instant, Line, LinkDemand, LinkEvent, Point, Quality, Quantity, Reading, Refused, Session, Snapshot, Statistic,
    Ticket, Transport, Update, Value,
};

/// Two protocols that both tell one voltage: one in a line of text over a stream, one in two octets of a datagram.
#[derive(Clone, Copy, PartialEq)]
enum Protocol {
    Text,
    Octets,
}

struct Unit {
    protocol: Protocol,
    output: Vec<u8>,
    asked: Option<Ticket>,
    tickets: u64,
    events: Vec<EventOf<Self>>,
}

impl Unit {
    fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            output: Vec::new(),
            asked: None,
            tickets: 0,
            events: Vec::new(),
        }
    }

    fn voltage(&self, bytes: &[u8]) -> Decimal {
        match self.protocol {
            Protocol::Text => std::str::from_utf8(bytes).unwrap().trim_end().parse().unwrap(),
            Protocol::Octets => Decimal::new(u16::from_be_bytes(bytes.try_into().unwrap()).into(), -1),
        }
    }
}

fn snapshot(voltage: Decimal) -> Snapshot {
    let reading = Reading {
        point: Point::inlet(1).on(Line::L1),
        quantity: Quantity::Voltage,
        statistic: Statistic::Now,
        value: Some(Value::Gauge(voltage)),
        quality: Quality::Good,
    };
    Snapshot {
        readings: vec![reading],
        ..Snapshot::default()
    }
}

impl Endpoint for Unit {
    fn transport(&self) -> Transport {
        match self.protocol {
            Protocol::Text => Transport::Stream,
            Protocol::Octets => Transport::Datagram { max_len: 2 },
        }
    }
    fn handle_link(&mut self, _: Instant, _: LinkEvent) {}
    fn handle_input(&mut self, _: Instant, bytes: &[u8]) -> usize {
        if let Some(ticket) = self.asked.take() {
            let result = Ok(Answer::Snapshot(Box::new(snapshot(self.voltage(bytes)))));
            self.events.push(Event::Done { ticket, result });
        }
        bytes.len()
    }
    fn handle_transmitted(&mut self, _: Instant, len: usize) {
        self.output.drain(..len);
    }
    fn handle_timeout(&mut self, _: Instant) {}
    fn transmit(&self) -> &[u8] {
        &self.output
    }
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Open
    }
}

impl Session for Unit {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, _: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        if request == Command::Snapshot {
            self.output = if self.protocol == Protocol::Text {
                b"?\n".to_vec()
            } else {
                vec![0x3F]
            };
            self.asked = Some(ticket);
        } else {
            let result = Err(DeviceError::unsupported("this unit only measures"));
            self.events.push(Event::Done { ticket, result });
        }
        Ok(ticket)
    }
    fn cancel(&mut self, _: Instant, _: Ticket) {}
    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        (!self.events.is_empty()).then(|| self.events.remove(0))
    }
}

fn fleet() -> Vec<Box<dyn DeviceSession>> {
    vec![
        Box::new(Unit::new(Protocol::Text)),
        Box::new(Unit::new(Protocol::Octets)),
    ]
}

fn result_of(unit: &mut dyn DeviceSession, ticket: Ticket) -> Result<Answer, DeviceError> {
    match unit.poll_event() {
        Some(Event::Done { ticket: done, result }) => {
            assert_eq!(done, ticket);
            result
        }
        _ => panic!("a Done was expected"),
    }
}

#[test]
fn a_mixed_fleet_answers_in_one_vocabulary() {
    let mut fleet = fleet();
    let wire: [(&[u8], &[u8]); 2] = [(b"?\n", b"231.8\n"), (&[0x3F], &[0x09, 0x0E])];
    for (unit, (question, answer)) in fleet.iter_mut().zip(wire) {
        let ticket = unit.submit(Instant::EPOCH, Command::Snapshot).unwrap();
        assert_eq!(unit.transmit(), question);
        unit.handle_transmitted(Instant::EPOCH, question.len());
        assert_eq!(unit.handle_input(Instant::EPOCH, answer), answer.len());
        let Ok(Answer::Snapshot(snapshot)) = result_of(unit, ticket) else {
            panic!("a snapshot was expected")
        };
        let voltage = snapshot
            .reading(Point::inlet(1).on(Line::L1), Quantity::Voltage)
            .unwrap();
        assert_eq!(voltage.value, Some(Value::Gauge(Decimal::new(2318, -1))));
    }
}

#[test]
fn what_a_unit_cannot_do_is_said_by_its_kind_and_effect() {
    for unit in &mut fleet() {
        let ticket = unit.submit(Instant::EPOCH, Command::Clock).unwrap();
        let error = result_of(unit, ticket).unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Unsupported, Effect::NotApplied)
        );
    }
}
