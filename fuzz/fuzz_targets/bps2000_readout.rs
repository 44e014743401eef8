#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pdu_fuzz::bps2000::readout(data));
