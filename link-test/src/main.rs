//! A program without std, without an allocator, without the C library: it links only if the wire level needs none of
//! them, and ends with status 0 only if what it reads is right.
//!
//! What proves it: `extern crate std` anywhere below would bring a second panic handler, `extern crate alloc` would ask
//! for a global allocator, and both end the build; a symbol of the C library would not be found. The features `std` and
//! `alloc` of this package turn those on, so that CI can see the build fail.

#![no_std]
#![no_main]

use core::fmt::Write;

use pdu_core::{Counter, Decimal, Instant, Mode as TextMode, Quantity, Status, Value, earliest};
use pdu_proto_isotek::wire::{
    self as isotek, Command, Deviation, Dialect, Outlet, OutletConfig, OutletType, StatusFrame,
};
use pdu_proto_modbus::bps2000::{Mode, REGISTER_COUNT, Readout};
use pdu_proto_modbus::wire::{Registers, Request, Response, rtu, tcp, value};

mod bare;
mod series7;
mod snmp;
mod telnet;

/// The manual's example of function 03 (B:1434) and its answer (B:1438): 231.8 V.
const READ_VOLTAGE: [u8; 8] = [0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A];
const VOLTAGE: [u8; 7] = [0x01, 0x03, 0x02, 0x09, 0x0E, 0x3F, 0xD0];

/// What `bare` calls: the number of the first check that failed, 0 if none did.
fn run() -> u8 {
    let checks: [fn() -> Option<bool>; 17] = [
        request_is_built,
        answer_is_read,
        tcp_frame_is_read,
        snapshot_is_read,
        numbers_are_exact,
        deadlines_are_merged,
        text_command_is_built,
        text_status_is_read,
        series7::key_is_found,
        series7::action_is_found,
        snmp::response_is_read,
        snmp::envelope_is_built_and_read,
        snmp::message_is_sealed_verified_and_deciphered,
        telnet::prompt_is_seen,
        telnet::line_is_built_and_its_echo_known,
        telnet::screen_is_read_and_its_line_built,
        telnet::error_tells_what_it_is,
    ];
    let failed = checks.iter().position(|check| check() != Some(true));
    failed.map_or(0, |index| index as u8 + 1)
}

fn request_is_built() -> Option<bool> {
    let mut frame = [0; rtu::MAX_FRAME];
    let request = Request::ReadHoldingRegisters {
        address: 0,
        quantity: 1,
    };
    let len = rtu::encode(1, &request, &mut frame).ok()?;
    Some(frame.get(..len)? == READ_VOLTAGE)
}

fn answer_is_read() -> Option<bool> {
    let frame = rtu::parse(&VOLTAGE).ok()?;
    let response = Response::parse(frame.pdu).ok()?;
    let Response::ReadHoldingRegisters { values } = response else {
        return None;
    };
    Some(values.get(0)? == 2318)
}

fn tcp_frame_is_read() -> Option<bool> {
    let mut bytes = [0; tcp::MAX_FRAME];
    let request = Request::WriteSingleRegister {
        address: 63,
        value: 2760,
    };
    let len = tcp::encode(7, 1, &request, &mut bytes).ok()?;
    let Ok(Status::Complete((frame, used))) = tcp::parse(bytes.get(..len)?) else {
        return None;
    };
    Some(used == len && frame.transaction == 7 && Request::parse(frame.pdu).ok()? == request)
}

fn snapshot_is_read() -> Option<bool> {
    let mut registers = [0_u16; REGISTER_COUNT as usize];
    registers[0] = 2318; // voltage of L1
    registers[21..25].copy_from_slice(&[0, 27, 119, 184]); // active energy of L1
    registers[90] = 16; // current of L1 at or above its high alarm
    let readout = Readout::decode(Registers::new(&registers), Mode::Lenient).ok()?;

    let voltage = readout.readings().next()?.value;
    let alarms = readout.alarms().count();
    let counts = (readout.contacts().count(), readout.thresholds().count());
    Some(voltage == Some(Value::Gauge(Decimal::new(2318, -1))) && alarms == 1 && counts == (4, 24))
}

fn numbers_are_exact() -> Option<bool> {
    let energy = value::base256::decode([0, 27, 119, 184]).ok()?;
    let counter = Counter::new(energy, 0, 32)?;
    let mut text = Text::default();
    write!(
        text,
        "{} {} {}",
        Decimal::new(2318, -1),
        Quantity::Voltage.unit().symbol,
        counter.value()
    )
    .ok()?;
    Some(text.as_bytes() == b"231.8 V 1800120")
}

fn deadlines_are_merged() -> Option<bool> {
    let at = Instant::from_micros(7);
    Some(earliest(None, Some(at)) == Some(at))
}

fn text_command_is_built() -> Option<bool> {
    let mut line = [0; 32];
    let command = Command::SetConfig {
        outlet: Outlet::new(3)?,
        config: OutletConfig {
            name: isotek::Text::new("Amp left").ok()?,
            outlet_type: OutletType::Router,
            delay: 15,
        },
    };
    let len = command.encode(&Dialect::default(), &mut line).ok()?;
    let read = Command::parse(b"C3=Amp left|2|15|", TextMode::Strict).ok()?;
    Some(line.get(..len)? == b"C3=Amp left|2|15|\n" && read.value == command)
}

/// Of a unit of one outlet, with the manual's misprints of `CH0` and `RTC` (lines 43 and 48), and a prompt in front.
fn text_status_is_read() -> Option<bool> {
    let bytes = b">CHO=1|230|36|\r\nCH1=1|230|36|\r\nRTC=2026/11|21|08|/05|00|\r\nOK\r\n";
    let Ok(Status::Complete((frame, used))) = StatusFrame::parse(bytes, TextMode::Lenient) else {
        return None;
    };
    let watts = frame
        .value
        .channels()
        .map(|status| status.power.mantissa())
        .sum::<i64>();
    let misprints = frame.deviations.has(Deviation::IndexLetter) && frame.deviations.has(Deviation::Separator);
    Some(watts == 72 && misprints && bytes.get(used..)? == b"OK\r\n")
}

/// A line of text on the stack.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    len: usize,
}

impl Text {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.len + text.len();
        let place = self.bytes.get_mut(self.len..end).ok_or(core::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}
