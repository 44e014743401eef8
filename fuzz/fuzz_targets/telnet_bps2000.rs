#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pdu_fuzz::telnet_bps2000::console(data));
