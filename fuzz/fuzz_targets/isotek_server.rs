#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pdu_fuzz::isotek_server::server(data));
