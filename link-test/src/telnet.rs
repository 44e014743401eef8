//! The telnet console.

use core::fmt::Write;

use pdu_core::{Effect, ErrorKind, Mode};
use pdu_proto_telnet::bps2000::{self, Entry, PROMPT, Screen, ScreenKind, ScreenParser};
use pdu_proto_telnet::wire::{
    Echo, Echoed, Event, Line, Lines, Negotiation, Nvt, Options, Policy, Prompt, encode_line, recognise,
};

/// A prompt with negotiation in the middle of a word: seen, and the negotiation answered.
pub fn prompt_is_seen() -> Option<bool> {
    const PROMPTS: [Prompt<'static, u8>; 1] = [Prompt::new(b"Telnet Account:", 1)];
    let (mut nvt, mut options) = (Nvt::default(), Options::new(Policy::CLIENT));
    let mut lines: Lines = Lines::new();
    let mut answer = None;

    let mut octets: &[u8] = b"Version : 1.0.0\r\nTelnet Ac\xFF\xFB\x01count: ";
    while let Some((event, used)) = nvt.next(octets) {
        octets = octets.get(used..)?;
        match event {
            Event::Negotiation(said) => answer = options.answer(said),
            Event::Data(data) => take(data, &mut lines)?,
            _ => {}
        }
    }
    let is_prompt = recognise(&PROMPTS, lines.unfinished()) == Some(1);
    Some(is_prompt && answer.map(Negotiation::encode) == Some([255, 253, 1]))
}

fn take(mut data: &[u8], lines: &mut Lines) -> Option<()> {
    while !data.is_empty() {
        let (line, used) = lines.next(data);
        if let Some(Line::TooLong) = line {
            return None;
        }
        data = data.get(used..)?;
    }
    Some(())
}

pub fn line_is_built_and_its_echo_known() -> Option<bool> {
    let mut out = [0; 16];
    let len = encode_line(b"master load", &mut out).ok()?;
    let is_echo = Echo::Shown(b"master load").in_line(b" master load") == Echoed::Whole;
    Some(out.get(..len)? == b"master load\r\n" && is_echo)
}

/// The load of three phases (line 757), and the line that asks for another screen.
pub fn screen_is_read_and_its_line_built() -> Option<bool> {
    let mut parser = ScreenParser::new(ScreenKind::Load, Mode::Strict);
    parser.push(b"Load Phase1:0.25A Phase2:0.00A Phase3:1.50A").ok()?;
    let Screen::Load(load) = parser.finish(PROMPT.as_bytes()).ok()?.value else {
        return None;
    };
    let mut out = [0; 8];
    let len = bps2000::Line::Entry(Entry::Thresholds).encode(&mut out).ok()?;
    let amperes = load.phases.get(2).copied()??;
    Some(amperes.mantissa() == 150 && amperes.exponent() == -2 && out.get(..len)? == b"8")
}

/// An error of the crate needs neither: what it says of a line that is another screen's.
pub fn error_tells_what_it_is() -> Option<bool> {
    let mut parser = ScreenParser::new(ScreenKind::Load, Mode::Strict);
    let refused = parser.push(b"Network").err()?;
    let error = pdu_proto_telnet::TelnetError::screen(ScreenKind::Load, &refused, Effect::NotApplied);
    let mut text = crate::Text::default();
    let _ = write!(text, "{error}");
    let kind = pdu_core::Error::kind(&error);
    Some(kind == ErrorKind::Malformed && pdu_core::Error::effect(&error) == Effect::NotApplied)
}
