use std::hint::black_box;
use std::time::Instant as Std;
use pdu_core::{Endpoint, Instant, LinkEvent, Session};
use pdu_proto_modbus::client::{Request, TcpClient, TcpOptions};
use pdu_proto_modbus::server::{RegisterBank, TcpServer};
fn run<const D: usize>(n: usize) {
    let mut c: TcpClient<D> = TcpClient::new(TcpOptions { depth: D, ..TcpOptions::default() });
    let bank = RegisterBank::new().with_holding_registers(0, vec![0x1234; 99]);
    let mut s = TcpServer::new(bank);
    let now = Instant::EPOCH;
    c.handle_link(now, LinkEvent::Up); s.handle_link(now, LinkEvent::Up);
    let mut buf = vec![0u8; 8192];
    let mut t = [0u128; 5];
    for _ in 0..n / D {
        let a = Std::now();
        for _ in 0..D { c.submit(now, Request::read_holding_registers(1, 0, 99).unwrap()).map_err(drop).unwrap(); }
        let b = Std::now();
        let tx = c.transmit(); let l = tx.len(); buf[..l].copy_from_slice(tx); c.handle_transmitted(now, l);
        let b2 = Std::now();
        s.handle_input(now, &buf[..l]);
        let b3 = Std::now();
        let tx = s.transmit(); let l = tx.len(); buf[..l].copy_from_slice(tx); s.handle_transmitted(now, l);
        let d = Std::now();
        c.handle_input(now, &buf[..l]);
        let e = Std::now();
        for _ in 0..D { black_box(c.poll_event()); black_box(c.poll_timeout()); }
        let f = Std::now();
        for (x, y) in t.iter_mut().zip([b - a, b2 - b, b3 - b2, e - d, f - e]) { *x += y.as_nanos(); }
    }
    println!("depth {D}: submit {} transmitted {} server {} client input {} events {} ns each", t[0]/n as u128, t[1]/n as u128, t[2]/n as u128, t[3]/n as u128, t[4]/n as u128);
}
fn main() { let n: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(1_600_000); run::<1>(n); run::<16>(n); }
