//! Asks an agent over SNMP v3, authenticated and encrypted; then with a wrong password, to see how that is told.
//!
//! ```sh
//! cargo run --example snmp_v3                                          # a simulated BPS2000 inside this program
//! export PDU_AUTH_PASSWORD=... PDU_PRIV_PASSWORD=...
//! cargo run --example snmp_v3 -- 192.0.2.7:161 operator                # a real agent: SHA-256 and AES-128
//! ```

use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use pdu_core::tokio::{Driver, UdpDriver, udp};
use pdu_core::{Answer, Command, Instant, Line, Point, Quantity};
use pdu_proto_snmp::bps2000::{Device, Profile, simulator::Bps2000};
use pdu_proto_snmp::client::{Client, Target};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions};
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, LocalEngine, PrivProtocol, User};
use pdu_proto_snmp::wire::v3::SecurityLevel;
use tokio::net::UdpSocket;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let password = |name: &str| std::env::var(name).unwrap_or_else(|_| "correct horse".into());
    let (auth, privacy) = (password("PDU_AUTH_PASSWORD"), password("PDU_PRIV_PASSWORD"));
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().map(|address| address.parse()).transpose()?;
    let name = arguments.next().unwrap_or_else(|| "operator".into());
    // Keys are made of passwords once, which takes milliseconds; the user has no password in it.
    let user = user(&name, &auth, &privacy)?;
    let address = match address {
        Some(address) => address,
        None => simulated_agent(user.clone()).await?,
    };
    // The agent's engine is looked for first, without being asked to.
    ask(address, user).await?;
    let wrong = self::user(&name, "battery staple", &privacy)?;
    let refused = ask(address, wrong).await;
    Ok(writeln!(
        io::stdout(),
        "with a wrong password: {}",
        refused.err().ok_or("it was taken")?
    )?)
}

fn user(name: &str, auth: &str, privacy: &str) -> Result<User, Box<dyn Error>> {
    let auth = (AuthProtocol::Sha256, auth.as_bytes());
    let privacy = (PrivProtocol::Aes128, privacy.as_bytes());
    Ok(User::with_passwords(name, Some(auth), Some(privacy))?)
}

/// What the agent measures now.
async fn ask(address: SocketAddr, user: User) -> Result<(), Box<dyn Error>> {
    let target = Target::v3(address, user)
        .with_timeout(Duration::from_secs(1))
        .with_retries(1);
    let client = Client::new(target, RandomState::new().hash_one(""))?;
    let (unit, runner) = Driver::connecting(Device::new(client, Profile::default()), udp(address)).into_handle();
    tokio::spawn(runner);
    let Answer::Snapshot(snapshot) = unit.call(Command::Snapshot).await? else {
        return Err("a snapshot is answered with one".into());
    };
    let voltage = snapshot.reading(Point::inlet(1).on(Line::L1), Quantity::Voltage);
    let voltage = voltage.and_then(|reading| reading.value).ok_or("no voltage is known")?;
    Ok(writeln!(io::stdout(), "L1: {voltage} V")?)
}

/// An agent on a port that the system chooses, for as long as the program runs. It answers this user, and no other.
async fn simulated_agent(user: User) -> Result<SocketAddr, Box<dyn Error>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    // A real agent keeps how often it has started, and counts on.
    let boots = 1;
    let engine = LocalEngine::new(EngineId::from_text(32473, "example")?, boots, Instant::EPOCH);
    let access = Access::read_only().with_level(SecurityLevel::AuthPriv);
    let agent = Agent::new(engine, Bps2000::new(7), AgentOptions::default()).with_user(&user, access)?;
    tokio::spawn(async move { UdpDriver::new(socket, agent).run().await });
    Ok(address)
}
