//! Lines of the IsoTek text protocol, commands and replies: what the wire level of `pdu-proto-isotek` reads, laid out as
//! fields.

use std::net::Ipv4Addr;

use pdu_core::Status;
use pdu_proto_isotek::wire::{
    Address, ChannelStatus, Command, Deviations, Field as WireField, Framing, MAX_LINE, Operator, OutletConfig,
    OutletState, OutletType, Parsed, Record, RecordType, Reply, Setup, Token, WireError,
};
use serde_json::Value;

use super::{DecodeError, Decoded, Field, Item, Kind, Mode};

/// Line by line. One that is refused is named as such and does not end the decoding: the next line end is a new beginning.
pub(super) fn decode(kind: Kind, bytes: &[u8], mode: Mode) -> Decoded {
    let mut decoded = Decoded::of(kind);
    let mut framing = Framing::default();
    let mut offset = 0;
    while let Some(rest) = bytes.get(offset..).filter(|rest| !rest.is_empty()) {
        let Status::Complete((token, len)) = framing.next(rest) else {
            last_line(&mut decoded, offset, rest, mode);
            break;
        };
        match token {
            Token::Line(line) => push(&mut decoded, offset, len, Line::of(line, mode)),
            Token::Prompt => push(&mut decoded, offset, len, Line::prompt()),
            Token::TooLong => push(
                &mut decoded,
                offset,
                len,
                Line::too_long(rest.get(..len).unwrap_or(rest)),
            ),
            // The rest of a line that is too long, or what stands between two lines.
            Token::Nothing => decoded.items.last_mut().into_iter().for_each(|item| item.len += len),
        }
        offset += len;
    }
    if decoded.items.is_empty() && decoded.error.is_none() {
        decoded.rest = bytes.to_vec();
        decoded.error = Some(DecodeError {
            offset: 0,
            message: if bytes.is_empty() { "no bytes" } else { "no line" }.into(),
        });
    }
    decoded
}

fn push(decoded: &mut Decoded, offset: usize, len: usize, line: Line) {
    if let (Some(message), None) = (line.refused, &decoded.error) {
        decoded.error = Some(DecodeError { offset, message });
    }
    let item = Item::of(offset, offset + len, line.fields, line.deviations);
    decoded.items.push(item);
}

/// What stands behind the last line end. A datagram is one line that needs none; anything else was cut.
fn last_line(decoded: &mut Decoded, offset: usize, rest: &[u8], mode: Mode) {
    const NO_END: &str = "no line end";
    let is_datagram = decoded.items.is_empty() && (rest == b"A?" || rest.starts_with(b"A="));
    if mode == Mode::Strict && !is_datagram {
        decoded.rest = rest.to_vec();
        let message = NO_END.into();
        decoded.error.get_or_insert(DecodeError { offset, message });
        return;
    }
    let mut line = Line::of(rest, mode);
    if !is_datagram {
        line.deviations.push(NO_END.into());
    }
    push(decoded, offset, rest.len(), line);
}

/// A line, taken apart.
struct Line {
    fields: Vec<Field>,
    deviations: Vec<String>,
    /// Why it was not taken.
    refused: Option<String>,
}

impl Line {
    fn of(line: &[u8], mode: Mode) -> Self {
        match read(line, mode) {
            Ok(Parsed { value, deviations }) => Self::taken(line, value, deviations),
            Err(error) => Self::refused(line, error.to_string()),
        }
    }

    fn taken(line: &[u8], message: Message, deviations: Deviations) -> Self {
        let mut fields = vec![
            text("line", line),
            Field::new("message", message.name),
            Field::new("direction", message.direction),
        ];
        fields.extend(message.fields);
        Self {
            fields,
            deviations: deviations.iter().map(|deviation| deviation.to_string()).collect(),
            refused: None,
        }
    }

    fn prompt() -> Self {
        Self::taken(b">", Message::reply("prompt", []), Deviations::NONE)
    }

    fn too_long(beginning: &[u8]) -> Self {
        Self::refused(beginning, format!("line of more than {MAX_LINE} bytes"))
    }

    fn refused(line: &[u8], why: String) -> Self {
        Self {
            fields: vec![
                text("line", line),
                Field::new("message", "rejected"),
                Field::new("reason", why.clone()),
            ],
            deviations: Vec::new(),
            refused: Some(why),
        }
    }
}

/// A message by its name in the wire level, and its fields by their names there.
struct Message {
    name: &'static str,
    direction: &'static str,
    fields: Vec<Field>,
}

impl Message {
    fn command(name: &'static str, fields: impl Into<Vec<Field>>) -> Self {
        Self {
            name,
            direction: "command",
            fields: fields.into(),
        }
    }

    fn reply(name: &'static str, fields: impl Into<Vec<Field>>) -> Self {
        Self {
            name,
            direction: "reply",
            fields: fields.into(),
        }
    }
}

/// A command, or else a reply: no line says which it is. Of two reasons to refuse it, the one that knows the line's key.
fn read(line: &[u8], mode: Mode) -> Result<Parsed<Message>, WireError> {
    let command = match Command::parse(line, mode) {
        Ok(command) => return Ok(command.map(of_command)),
        Err(error) => error,
    };
    match Reply::parse(line, mode) {
        Ok(Parsed {
            value: Reply::Unknown(_),
            ..
        })
        | Err(_)
            if knows_key(&command) =>
        {
            Err(command)
        }
        reply => reply.map(|reply| reply.map(of_reply)),
    }
}

fn knows_key(error: &WireError) -> bool {
    !matches!(
        error,
        WireError::Unexpected {
            field: WireField::Key | WireField::Line,
            ..
        }
    )
}

fn of_command(command: Command<'_>) -> Message {
    match command {
        Command::ReadAddress => Message::command("read_address", []),
        Command::ReadStatus => Message::command("read_status", []),
        Command::SwitchOutlet { outlet, state } => Message::command(
            "switch_outlet",
            [
                Field::new("outlet", outlet.number()),
                Field::new("state", state_in_words(state)),
            ],
        ),
        Command::SetClock(clock) => Message::command("set_clock", [Field::new("clock", clock.to_string())]),
        Command::ReadSchedule => Message::command("read_schedule", []),
        Command::SetRecordCount(count) => Message::command("set_record_count", [Field::new("count", count)]),
        Command::WriteRecord(record) => Message::command("write_record", of_record(&record)),
        Command::ReadConfigs => Message::command("read_configs", []),
        // The same line answers `C?`.
        Command::SetConfig { outlet, config } => Message {
            name: "config",
            direction: "either",
            fields: of_config(outlet.number(), &config),
        },
        Command::Restart => Message::command("restart", []),
        Command::AllOff => Message::command("all_off", []),
        Command::AllOn => Message::command("all_on", []),
    }
}

fn of_reply(reply: Reply<'_>) -> Message {
    match reply {
        Reply::Ok => Message::reply("ok", []),
        Reply::Address(address) => Message::reply("address", of_address(&address)),
        Reply::Channel(status) => Message::reply("channel", of_channel(&status)),
        Reply::Clock(clock) => Message::reply("clock", [Field::new("clock", clock.to_string())]),
        Reply::Record { index, record } => {
            let mut fields = vec![Field::new("index", index)];
            fields.extend(of_record(&record));
            Message::reply("record", fields)
        }
        Reply::Config { outlet, config } => Message::reply("config", of_config(outlet.number(), &config)),
        Reply::Unknown(_) => Message::reply("unknown", []),
    }
}

fn of_address(address: &Address<'_>) -> [Field; 4] {
    let server = |(ip, port): (Ipv4Addr, u16)| format!("{ip}:{port}");
    [
        Field::new("serial", address.serial.as_str()),
        Field::new("mac", address.mac.map(|octet| format!("{octet:02x}")).join(":")),
        Field::new("server_1", server(address.server_1)),
        Field::new("server_2", server(address.server_2)),
    ]
}

/// Digits as they came, as in all that pductl prints of what was measured.
fn of_channel(status: &ChannelStatus) -> [Field; 4] {
    let (volts, watts) = (status.voltage.to_string(), status.power.to_string());
    [
        Field::new("channel", status.channel.index()),
        Field::new("state", state_in_words(status.state)),
        Field::new("voltage", volts.clone()).with_words(format!("{volts} V")),
        Field::new("power", watts.clone()).with_words(format!("{watts} W")),
    ]
}

fn of_record(record: &Record<'_>) -> Vec<Field> {
    let record_type = match record.record_type {
        RecordType::TimePlan => "time_plan",
        RecordType::PowerPlan => "power_plan",
    };
    let operator = match record.operator {
        Operator::None => Value::Null,
        Operator::Greater => "greater".into(),
        Operator::Less => "less".into(),
    };
    let setup = match record.setup {
        Setup::On => "on",
        Setup::Off => "off",
        Setup::Restart => "restart",
    };
    vec![
        Field::new("id", record.id),
        Field::new("type", record_type),
        Field::new("name", record.name.as_str()),
        Field::new("time", record.time.to_string()),
        Field::new("day", record.day),
        Field::new("power", record.power).with_words(format!("{} W", record.power)),
        Field::new("operator", operator),
        Field::new("channel", record.channel.number()),
        Field::new("status_value", record.status_value.as_str()),
        Field::new("status_slot", record.status_slot.as_str()),
        Field::new("setup", setup),
    ]
}

fn of_config(outlet: u8, config: &OutletConfig<'_>) -> Vec<Field> {
    let outlet_type = match config.outlet_type {
        OutletType::Normal => "normal",
        OutletType::Router => "router",
        OutletType::Locked => "locked",
    };
    vec![
        Field::new("outlet", outlet),
        Field::new("name", config.name.as_str()),
        Field::new("type", outlet_type),
        Field::new("delay", config.delay).with_words(format!("{} s", config.delay)),
    ]
}

fn state_in_words(state: OutletState) -> &'static str {
    match state {
        OutletState::Off => "off",
        OutletState::On => "on",
    }
}

/// Bytes that should be ASCII, and need not be.
fn text(name: &'static str, bytes: &[u8]) -> Field {
    Field::new(name, String::from_utf8_lossy(bytes))
}
