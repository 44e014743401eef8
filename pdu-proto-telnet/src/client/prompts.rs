//! What an unfinished line is.

use alloc::vec::Vec;

use super::{ConsoleOptions, Login};

/// What the device waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Account,
    Password,
    Prompt,
}

/// Which questions are answered by something else than a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Questions {
    /// The prompt wins over a question for account or password that ends alike: the session is logged in.
    PromptFirst,
    /// The questions win.
    LoginFirst,
}

/// What `unfinished` ends with. Of several the longest, as `config> ` of a line that also ends with `> `; of two as long, as `questions`
/// says.
pub(super) fn seen(options: &ConsoleOptions, questions: Questions, unfinished: &[u8]) -> Option<Seen> {
    let longest = |patterns: &mut dyn Iterator<Item = &[u8]>| {
        patterns
            .filter(|pattern| ends_with(unfinished, pattern))
            .map(|pattern| pattern.trim_ascii_end().len())
            .max()
    };
    let of_login = |pattern: fn(&Login) -> &[u8]| longest(&mut options.login.iter().map(pattern));
    let found = [
        (of_login(|login| &login.account_prompt), Seen::Account),
        (of_login(|login| &login.password_prompt), Seen::Password),
        (longest(&mut options.prompts.iter().map(Vec::as_slice)), Seen::Prompt),
    ];
    // The last of the longest, so put what wins last.
    let rank = |what: Seen| (what == Seen::Prompt) == (questions == Questions::PromptFirst);
    let found = found
        .into_iter()
        .filter_map(|(len, what)| Some((len?, rank(what), what)));
    found.max_by_key(|&(len, rank, _)| (len, rank)).map(|(_, _, what)| what)
}

/// Does `line` end with `pattern`, and behind it with any number of blanks? Those of the pattern itself must have come, or they would be
/// taken for the beginning of the reply.
fn ends_with(line: &[u8], pattern: &[u8]) -> bool {
    let (text, pattern_text) = (line.trim_ascii_end(), pattern.trim_ascii_end());
    let blanks = |whole: &[u8], text: &[u8]| whole.len() - text.len();
    !pattern_text.is_empty() && text.ends_with(pattern_text) && blanks(line, text) >= blanks(pattern, pattern_text)
}

/// Does a line refuse the login?
pub(super) fn is_refusal(login: &Login, line: &[u8]) -> bool {
    login.refusals.iter().any(|pattern| contains(line, pattern))
}

/// Does a line show the password? A device may echo it in a way that is not known to be an echo.
pub(super) fn shows_password(login: &Login, line: &[u8]) -> bool {
    contains(line, login.password.reveal().as_bytes())
}

fn contains(line: &[u8], pattern: &[u8]) -> bool {
    !pattern.is_empty() && line.windows(pattern.len()).any(|part| part == pattern)
}
