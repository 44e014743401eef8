//! The telnet console.

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
