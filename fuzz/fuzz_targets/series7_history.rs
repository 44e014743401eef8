#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pdu_fuzz::series7_history::log(data));
