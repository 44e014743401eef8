#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pdu_fuzz::snmp_series7::device(data));
