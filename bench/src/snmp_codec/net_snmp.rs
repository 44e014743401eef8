//! net-snmp's C library, through `net-snmp/codec.c`. What it allocates is not counted: only Rust's allocator is.

use std::{
    ffi::{c_long, c_ulong, c_void},
    hint::black_box,
};

use super::{COMMUNITY, REQUEST_ID, Row, Table, touch};
use crate::Contender;

const NAME: &str = "net-snmp (C; its allocations not counted)";

unsafe extern "C" {
    fn codec_init();
    fn codec_decode(
        message: *const u8,
        len: usize,
        community: *const u8,
        community_len: usize,
        request_id: c_long,
        names: *const c_ulong,
        name_lens: *const usize,
    ) -> u64;
    fn codec_response(community: *const u8, community_len: usize, request_id: c_long) -> *mut c_void;
    fn codec_add(
        pdu: *mut c_void,
        name: *const c_ulong,
        name_len: usize,
        kind: u8,
        number: c_long,
        text: *const u8,
        text_len: usize,
    );
    fn codec_encode(pdu: *mut c_void, buffer: *mut u8, buffer_len: usize) -> usize;
}

pub(super) fn decode(table: &Table, octets: Vec<u8>) -> Contender {
    let names: Vec<c_ulong> = table.rows.iter().flat_map(|(name, _)| arcs(name)).collect();
    let lens: Vec<usize> = table.rows.iter().map(|(name, _)| name.len()).collect();
    // SAFETY: fills a static of the C side, which one thread uses.
    unsafe { codec_init() };
    Contender::new(NAME, move || {
        let octets = black_box(&octets);
        // SAFETY: the pointers are of slices that outlive the call, with their lengths; the message has as many varbinds as
        // there are names, since both are made of one table.
        unsafe {
            codec_decode(
                octets.as_ptr(),
                octets.len(),
                COMMUNITY.as_ptr(),
                COMMUNITY.len(),
                REQUEST_ID.into(),
                names.as_ptr(),
                lens.as_ptr(),
            )
        }
    })
}

pub(super) fn encode(table: &Table) -> Contender {
    // SAFETY: as above; what it gives is kept as long as the program.
    let pdu = unsafe {
        codec_init();
        codec_response(COMMUNITY.as_ptr(), COMMUNITY.len(), REQUEST_ID.into())
    };
    for (name, row) in &table.rows {
        let name: Vec<c_ulong> = arcs(name).collect();
        let (kind, number, text): (u8, c_long, &[u8]) = match *row {
            Row::Integer(value) => (0x02, value.into(), &[]),
            Row::Gauge32(value) => (0x42, value.into(), &[]),
            Row::Counter32(value) => (0x41, value.into(), &[]),
            Row::TimeTicks(value) => (0x43, value.into(), &[]),
            Row::Text(text) => (0x04, 0, text),
        };
        let start = if text.is_empty() {
            std::ptr::null()
        } else {
            text.as_ptr()
        };
        // SAFETY: name and text are copied by the call.
        unsafe { codec_add(pdu, name.as_ptr(), name.len(), kind, number, start, text.len()) };
    }
    let mut buffer = vec![0; 2048];
    Contender::new(NAME, move || {
        // SAFETY: the buffer is this long, and the response was made above.
        let len = unsafe { codec_encode(black_box(pdu), buffer.as_mut_ptr(), buffer.len()) };
        touch(&buffer[buffer.len() - len..])
    })
}

fn arcs(name: &[u32]) -> impl Iterator<Item = c_ulong> {
    name.iter().map(|&arc| arc.into())
}
