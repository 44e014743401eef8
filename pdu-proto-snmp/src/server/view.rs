use alloc::vec::Vec;

use crate::wire::v3::SecurityLevel;
use crate::wire::{Oid, OidBuf};

/// What a community or a user may do: which objects it sees, which it may set, and how well its messages must be protected.
///
/// ```
/// use pdu_proto_snmp::oid;
/// use pdu_proto_snmp::server::{Access, View};
/// use pdu_proto_snmp::wire::v3::SecurityLevel;
///
/// let outlets = oid!(1, 3, 6, 1, 4, 1, 99999, 3);
/// let operator = Access::read_only()
///     .with_write(View::none().including(outlets))
///     .with_level(SecurityLevel::AuthPriv);
/// assert!(operator.write().contains(oid!(1, 3, 6, 1, 4, 1, 99999, 3, 1)));
/// ```
///
/// Source: RFC 3415, 2.4, for one context, without masks.
#[derive(Clone, Debug)]
pub struct Access {
    read: View,
    write: View,
    level: Option<SecurityLevel>,
}

impl Access {
    /// Everything may be read, nothing set.
    pub const fn read_only() -> Self {
        Self {
            read: View::all(),
            write: View::none(),
            level: None,
        }
    }

    /// Everything may be read, and what the tree lets be set may be set.
    pub const fn read_write() -> Self {
        Self {
            read: View::all(),
            write: View::all(),
            level: None,
        }
    }

    /// The same, but only this is seen. What is to be set need not be seen.
    #[must_use]
    pub fn with_read(self, read: View) -> Self {
        Self { read, ..self }
    }

    /// The same, but only this may be set.
    #[must_use]
    pub fn with_write(self, write: View) -> Self {
        Self { write, ..self }
    }

    /// The same, but for messages that are protected this far or further. Without this a user's messages must be as well
    /// protected as the user has keys for.
    ///
    /// Messages with a community are not protected at all: one that is to have more may do nothing.
    #[must_use]
    pub fn with_level(self, level: SecurityLevel) -> Self {
        let level = Some(level);
        Self { level, ..self }
    }

    /// What is seen.
    pub const fn read(&self) -> &View {
        &self.read
    }

    /// What may be set.
    pub const fn write(&self) -> &View {
        &self.write
    }

    /// How far messages must be protected at least; `None`: as far as the user has keys for.
    pub const fn level(&self) -> Option<SecurityLevel> {
        self.level
    }
}

/// A part of the tree: subtrees that belong to it, and subtrees of those that do not. Where subtrees lie in each other, the
/// innermost decides.
///
/// ```
/// use pdu_proto_snmp::{oid, server::View};
///
/// let view = View::all().excluding(oid!(1, 3, 6, 1, 6)).including(oid!(1, 3, 6, 1, 6, 3, 10));
/// assert!(view.contains(oid!(1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0)));
/// assert!(!view.contains(oid!(1, 3, 6, 1, 6, 3, 15)));
/// ```
///
/// Source: RFC 3415, 4 (`vacmViewTreeFamilyTable`), without masks.
#[derive(Clone, Debug)]
pub struct View {
    /// What holds outside of all subtrees.
    elsewhere: Part,
    /// In the order of their roots, each root once.
    subtrees: Vec<Subtree>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Included,
    Excluded,
}

#[derive(Clone, Debug)]
struct Subtree {
    root: OidBuf,
    /// The first name behind it; `None` if there is none.
    behind: Option<OidBuf>,
    part: Part,
}

impl View {
    /// The whole tree.
    pub const fn all() -> Self {
        Self {
            elsewhere: Part::Included,
            subtrees: Vec::new(),
        }
    }

    /// Nothing.
    pub const fn none() -> Self {
        Self {
            elsewhere: Part::Excluded,
            subtrees: Vec::new(),
        }
    }

    /// The same, and this name and all below it.
    #[must_use]
    pub fn including(self, root: Oid<'_>) -> Self {
        self.with(root, Part::Included)
    }

    /// The same, but not this name and those below it.
    #[must_use]
    pub fn excluding(self, root: Oid<'_>) -> Self {
        self.with(root, Part::Excluded)
    }

    fn with(mut self, root: Oid<'_>, part: Part) -> Self {
        let subtree = Subtree {
            root: root.into(),
            behind: behind(root),
            part,
        };
        let place = self.subtrees.binary_search_by(|known| known.root.as_oid().cmp(&root));
        match place {
            Ok(at) => self
                .subtrees
                .get_mut(at)
                .into_iter()
                .for_each(|known| known.part = part),
            Err(at) => self.subtrees.insert(at, subtree),
        }
        self
    }

    /// Whether the name is in it.
    pub fn contains(&self, name: Oid<'_>) -> bool {
        let part = self.innermost(name).map_or(self.elsewhere, |subtree| subtree.part);
        part == Part::Included
    }

    /// Whether it has nothing at all.
    pub fn is_empty(&self) -> bool {
        self.elsewhere == Part::Excluded && self.subtrees.iter().all(|subtree| subtree.part == Part::Excluded)
    }

    /// Where behind `hidden`, which is not in the view, the next name of the view can be: at the name given or behind it.
    /// `None` if nowhere.
    pub(super) fn resume(&self, hidden: Oid<'_>) -> Option<Oid<'_>> {
        let around = self.innermost(hidden).map(|subtree| subtree.behind.as_ref());
        let end = around.flatten().map(OidBuf::as_oid);
        let inside = self
            .subtrees
            .iter()
            .filter(|subtree| subtree.part == Part::Included)
            .map(|subtree| subtree.root.as_oid())
            .find(|root| *root > hidden);
        match (inside, end) {
            (Some(root), Some(end)) => Some(root.min(end)),
            (root, end) => root.or(end),
        }
    }

    /// The smallest subtree around a name.
    fn innermost(&self, name: Oid<'_>) -> Option<&Subtree> {
        // Subtrees around a name are in each other, and their roots in order: the last is the innermost.
        let before = self.subtrees.partition_point(|subtree| subtree.root.as_oid() <= name);
        let candidates = self.subtrees.get(..before)?;
        candidates
            .iter()
            .rev()
            .find(|subtree| name.starts_with(subtree.root.as_oid()))
    }
}

/// The first name behind all those below `root`: its last arc one higher, or if that cannot be, the one before it.
fn behind(root: Oid<'_>) -> Option<OidBuf> {
    let mut arcs: Vec<u32> = root.arcs().collect::<Result<_, _>>().ok()?;
    let mut buffer = [0; Oid::MAX_OCTETS];
    while let Some(last) = arcs.pop() {
        let higher = last.checked_add(1).into_iter();
        // No name has one arc only.
        let second = arcs.is_empty().then_some(0);
        let next = arcs.iter().copied().chain(higher).chain(second);
        if last < u32::MAX
            && let Ok(name) = Oid::from_arcs(next, &mut buffer)
        {
            return Some(name.into());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid;

    #[test]
    fn the_name_behind_a_subtree_is_not_in_it_and_nothing_is_between() {
        let cases = [
            (oid!(1, 3, 6), Some("1.3.7")),
            (oid!(1, 3, 127), Some("1.3.128")),
            (oid!(1, 3, 4_294_967_295), Some("1.4")),
            (oid!(0, 39), Some("1.0")),
            (oid!(1, 39), Some("2.0")),
            (oid!(2, 4_294_967_295), None),
            (oid!(2, 999), Some("2.1000")),
        ];
        for (root, expected) in cases {
            assert_eq!(behind(root).map(|name| name.to_string()).as_deref(), expected, "{root}");
        }
    }

    #[test]
    fn a_hidden_name_leads_to_the_next_subtree_that_is_seen() {
        let view = View::none()
            .including(oid!(1, 3, 6))
            .excluding(oid!(1, 3, 6, 2))
            .including(oid!(1, 3, 6, 2, 5))
            .including(oid!(1, 3, 9));
        let cases = [
            (oid!(1, 3, 5, 1), Some(oid!(1, 3, 6))),
            (oid!(1, 3, 6, 2, 1), Some(oid!(1, 3, 6, 2, 5))),
            (oid!(1, 3, 6, 2, 6), Some(oid!(1, 3, 6, 3))),
            (oid!(1, 3, 7), Some(oid!(1, 3, 9))),
            (oid!(1, 3, 10), None),
        ];
        for (hidden, expected) in cases {
            assert!(!view.contains(hidden));
            assert_eq!(view.resume(hidden), expected, "{hidden}");
        }
    }
}
