//! What holds for any tree.
#![cfg(feature = "proptest")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod server_support;

use std::collections::BTreeMap;

use pdu_core::Instant;
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Absent, Access, Agent, AgentOptions, MapTree, SetError, Tree, UndoFailed, View};
use pdu_proto_snmp::strategies;
use pdu_proto_snmp::wire::{Body, ErrorStatus, Oid, OidBuf, Value, VarBind};
use proptest::prelude::*;
use server_support::*;

/// Instances by name, few enough arcs that many names have the same beginning.
fn rows() -> impl Strategy<Value = BTreeMap<OidBuf, i32>> {
    let arcs = prop::collection::vec(prop_oneof![0..4_u32, 126..130_u32, Just(u32::MAX)], 0..5);
    let name = arcs.prop_map(|arcs| {
        let mut name = OidBuf::from(oid!(1, 3));
        for arc in arcs {
            name.push(arc).unwrap();
        }
        name
    });
    prop::collection::btree_map(name, any::<i32>(), 0..40)
}

fn tree_of(rows: &BTreeMap<OidBuf, i32>) -> MapTree {
    let mut tree = MapTree::new();
    for (name, value) in rows {
        tree.insert_writable(name.as_oid(), Value::Integer(*value));
    }
    tree
}

fn view() -> impl Strategy<Value = View> {
    let subtree = (rows(), any::<bool>());
    (any::<bool>(), prop::collection::vec(subtree, 0..3)).prop_map(|(is_all, subtrees)| {
        let start = if is_all { View::all() } else { View::none() };
        subtrees.into_iter().fold(start, |view, (roots, includes)| {
            roots.keys().take(2).fold(view, |view, root| {
                if includes {
                    view.including(root.as_oid())
                } else {
                    view.excluding(root.as_oid())
                }
            })
        })
    })
}

/// All that a walk shows, at most `most` names.
fn walk(agent: &mut Agent<MapTree>, most: usize) -> Vec<(OidBuf, i32)> {
    let mut name = OidBuf::from(Oid::ZERO);
    let mut seen = Vec::new();
    while seen.len() <= most {
        let answered = ask_v2c(agent, Body::get_next(7, &[VarBind::ask(name.as_oid())]));
        let varbind = answered.varbinds.iter().next().unwrap().unwrap();
        let Value::Integer(value) = varbind.value else {
            assert_eq!(varbind.value, Value::EndOfMibView);
            return seen;
        };
        name.set(varbind.name);
        seen.push((name.clone(), value));
    }
    panic!("a walk without end");
}

proptest! {
    #[test]
    fn a_walk_visits_each_instance_once_and_in_order(rows in rows()) {
        let expected: Vec<_> = rows.clone().into_iter().collect();
        prop_assert_eq!(walk(&mut agent(tree_of(&rows)), rows.len()), expected);
    }

    #[test]
    fn a_walk_visits_what_the_view_contains(rows in rows(), view in view()) {
        let expected: Vec<_> = rows.clone().into_iter().filter(|(name, _)| view.contains(name.as_oid())).collect();
        let access = Access::read_only().with_read(view);
        let mut agent = Agent::new(engine(), tree_of(&rows), AgentOptions::default()).with_community(b"private", access);
        prop_assert_eq!(walk(&mut agent, rows.len()), expected);
    }

    #[test]
    fn get_bulk_is_get_next_repeated(
        rows in rows(),
        names in prop::collection::vec(strategies::oid(), 0..5),
        non_repeaters in 0..4_usize,
        repetitions in 0..8_usize,
    ) {
        let mut agent = agent_with(tree_of(&rows), AgentOptions { max_message_size: 65_507, ..AgentOptions::default() });
        let asked: Vec<_> = names.iter().map(|name| VarBind::ask(Oid::from_octets(name))).collect();
        let bulk = Body::get_bulk(
            7,
            i32::try_from(non_repeaters).unwrap(),
            i32::try_from(repetitions).unwrap(),
            asked.as_slice(),
        );
        let found = ask_v2c(&mut agent, bulk);

        let mut expected: Vec<VarBindText> = Vec::new();
        let (once, repeated) = asked.split_at(non_repeaters.min(asked.len()));
        expected.extend(next_of(&mut agent, once));
        let mut row: Vec<OidBuf> = repeated.iter().map(|varbind| varbind.name.into()).collect();
        for _ in 0..repetitions {
            let ask: Vec<_> = row.iter().map(|name| VarBind::ask(name.as_oid())).collect();
            let next = next_of(&mut agent, &ask);
            row = next.iter().map(|(name, _)| name.clone()).collect();
            let has_ended = next.iter().all(|(_, value)| value == "EndOfMibView");
            expected.extend(next);
            if has_ended {
                break;
            }
        }
        let found: Vec<VarBindText> = found.varbinds.iter().map(|varbind| text(varbind.unwrap())).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_was_set_is_read(rows in rows(), values in prop::collection::vec(any::<i32>(), 40)) {
        let mut agent = agent(tree_of(&rows));
        let changes: Vec<_> = rows.keys().zip(values).map(|(name, value)| VarBind::new(name.as_oid(), Value::Integer(value))).collect();
        let names: Vec<_> = rows.keys().map(|name| VarBind::ask(name.as_oid())).collect();
        prop_assert_eq!(ask_v2c(&mut agent, Body::set(7, changes.as_slice())), well(&changes));
        prop_assert_eq!(ask_v2c(&mut agent, Body::get(7, names.as_slice())), well(&changes));
    }

    #[test]
    fn a_set_that_fails_leaves_everything_as_it_was(
        rows in rows(),
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<i32>()), 1..10),
        fails_at in 0..10_usize,
    ) {
        prop_assume!(!rows.is_empty());
        let before = tree_of(&rows);
        let names: Vec<_> = rows.keys().collect();
        // The same name may be set twice.
        let changes: Vec<_> = picks.iter().map(|(pick, value)| VarBind::new(names[pick.index(names.len())].as_oid(), Value::Integer(*value))).collect();
        let mut agent = agent(Failing { tree: before.clone(), fails_at });
        let answered = ask_v2c(&mut agent, Body::set(7, changes.as_slice()));
        if fails_at < changes.len() {
            prop_assert_eq!(answered.status, ErrorStatus::COMMIT_FAILED);
            prop_assert!(agent.tree().tree.iter().eq(before.iter()));
        } else {
            prop_assert_eq!(answered.status, ErrorStatus::NO_ERROR);
        }
    }

    #[test]
    fn octets_of_any_kind_are_taken(octets in prop_oneof![strategies::message(), strategies::v3_message(), prop::collection::vec(any::<u8>(), 0..100)]) {
        let mut agent = agent(tree());
        exchange(&mut agent, START, &octets);
    }
}

type VarBindText = (OidBuf, String);

fn text(varbind: VarBind<'_>) -> VarBindText {
    (varbind.name.into(), format!("{:?}", varbind.value))
}

fn next_of(agent: &mut Agent<MapTree>, asked: &[VarBind<'_>]) -> Vec<VarBindText> {
    let answered = ask_v2c(agent, Body::get_next(7, asked));
    answered.varbinds.iter().map(|varbind| text(varbind.unwrap())).collect()
}

/// A tree that fails to set one of the changes, after those before.
struct Failing {
    tree: MapTree,
    fails_at: usize,
}

impl Tree for Failing {
    fn get(&mut self, now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent> {
        self.tree.get(now, name)
    }

    fn next(&mut self, now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
        self.tree.next(now, after, name)
    }

    fn reserve(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        self.tree.reserve(now, changes)
    }

    fn commit(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        let before = changes.get(..self.fails_at).unwrap_or(changes);
        self.tree.commit(now, before)?;
        if before.len() < changes.len() {
            return Err(SetError::new(self.fails_at, ErrorStatus::GEN_ERR));
        }
        Ok(())
    }

    fn undo(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), UndoFailed> {
        self.tree.undo(now, changes)
    }
}
