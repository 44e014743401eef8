//! From screen to screen: what is typed next, and which screen must then come. No state and no octets.

use crate::bps2000::{Confirmed, Entry, Line, ScreenKind};

/// Where a request has to stand before it can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// On the main menu.
    Main,
    /// On the screen of an entry, whenever it was shown.
    On(Entry),
    /// On the screen of entry 10, from which `1` restarts.
    RestartMenu(Confirmed),
}

impl Aim {
    /// The screen that it wants; that of entry 11 is none, and nothing wants it.
    pub(super) const fn screen(self) -> Option<ScreenKind> {
        match self {
            Self::Main => Some(ScreenKind::Main),
            Self::On(entry) => entry.screen(),
            Self::RestartMenu(_) => Some(ScreenKind::Restart),
        }
    }

    /// What opens it on the main menu. Entry 10 without a confirmation is a line that no encoder writes.
    const fn opening(self) -> Option<Line<'static>> {
        match self {
            Self::Main => None,
            Self::On(entry) => Some(Line::Entry(entry)),
            Self::RestartMenu(confirmed) => Some(Line::OpenRestart(confirmed)),
        }
    }
}

/// A line, and the screen that must come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stride {
    pub(super) line: Line<'static>,
    pub(super) to: ScreenKind,
}

/// The next line on the way to show the screen of `aim` anew: it is shown when it is entered, and not by standing on it.
pub(super) fn towards(stands: ScreenKind, aim: Aim) -> Option<Stride> {
    if stands != ScreenKind::Main {
        return Some(back(stands));
    }
    Some(Stride {
        line: aim.opening()?,
        to: aim.screen()?,
    })
}

/// The next line on the way to stand where `aim` wants; `None` there.
pub(super) fn to_stand(stands: ScreenKind, aim: Aim) -> Option<Stride> {
    if Some(menu_of(stands)) == aim.screen() {
        return None;
    }
    towards(stands, aim)
}

/// The menu that is in force when this screen was shown: behind `Load` it is still that of entry 1.
pub(super) const fn menu_of(screen: ScreenKind) -> ScreenKind {
    match screen {
        ScreenKind::Load => ScreenKind::Information,
        other => other,
    }
}

/// The entry behind which this screen is.
pub(super) fn entry_of(screen: ScreenKind) -> Option<Entry> {
    let menu = menu_of(screen);
    Entry::ALL.into_iter().find(|entry| entry.screen() == Some(menu))
}

/// Every screen but the main menu has a way back to it, and no other.
pub(super) const fn back(stands: ScreenKind) -> Stride {
    Stride {
        line: Line::Back(stands),
        to: ScreenKind::Main,
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn aims() -> impl Iterator<Item = Aim> {
        let entries = Entry::ALL.into_iter().filter(|entry| entry.screen().is_some());
        entries
            .map(Aim::On)
            .chain([Aim::Main, Aim::RestartMenu(Confirmed::on_purpose())])
    }

    /// The lines of a walk, if each leads where it says.
    fn walk(mut stands: ScreenKind, aim: Aim) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        while let Some(stride) = to_stand(stands, aim) {
            lines.push(stride.line);
            stands = stride.to;
            assert!(lines.len() <= 2, "{aim:?}: {lines:?}");
        }
        assert_eq!(Some(menu_of(stands)), aim.screen());
        lines
    }

    #[test]
    fn every_screen_is_reached_from_every_screen_in_two_lines_at_most() {
        for stands in ScreenKind::ALL {
            for aim in aims() {
                let lines = walk(stands, aim);
                let there = Some(menu_of(stands)) == aim.screen();
                assert_eq!(lines.is_empty(), there, "{stands:?} {aim:?}");
            }
        }
    }

    #[test]
    fn only_one_line_opens_the_restart_menu_and_no_walk_passes_it() {
        let mut out = [0; 64];
        for stands in ScreenKind::ALL {
            for aim in aims() {
                for line in walk(stands, aim) {
                    let wants_it = matches!(aim, Aim::RestartMenu(_));
                    match line {
                        Line::OpenRestart(_) => assert!(wants_it, "{stands:?} {aim:?}"),
                        Line::Entry(Entry::Restart) => assert!(line.encode(&mut out).is_err()),
                        other => assert!(!other.needs_confirmation()),
                    }
                }
            }
        }
    }

    #[test]
    fn a_screen_is_shown_anew_by_leaving_it_and_entering_it() {
        let aim = Aim::On(Entry::Clock);
        let out = towards(ScreenKind::Clock, aim).unwrap();
        assert_eq!(out, back(ScreenKind::Clock));
        let line = Line::Entry(Entry::Clock);
        let to = ScreenKind::Clock;
        assert_eq!(towards(out.to, aim), Some(Stride { line, to }));
    }
}
