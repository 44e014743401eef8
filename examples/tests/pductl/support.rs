use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// No command here takes as long: the longest waits for half a minute.
const LIMIT: Duration = Duration::from_secs(60);

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Ended {
    /// Its standard output, after exit status 0 and with nothing on standard error.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    /// Its standard error, after this exit status and with nothing on standard output.
    #[track_caller]
    pub(crate) fn failed(self, status: i32) -> String {
        assert_eq!(
            (self.status, self.stdout.as_str()),
            (Some(status), ""),
            "{}",
            self.stderr
        );
        self.stderr
    }
}

pub(crate) fn pductl(arguments: &[&str]) -> Ended {
    pductl_with_input(arguments, b"")
}

/// With these variables beside those of the test.
pub(crate) fn pductl_in(environment: &[(&str, &str)], arguments: &[&str]) -> Ended {
    ended(spawn(environment, arguments), b"")
}

pub(crate) fn pductl_with_input(arguments: &[&str], input: &[u8]) -> Ended {
    ended(spawn(&[], arguments), input)
}

fn ended(mut child: Child, input: &[u8]) -> Ended {
    let began = Instant::now();
    // Whoever reads it says nothing before all of it was read.
    child.stdin.take().unwrap().write_all(input).unwrap();
    let stdout = read_aside(child.stdout.take().unwrap());
    let stderr = read_aside(child.stderr.take().unwrap());
    let status = wait(&mut child, began + LIMIT);
    Ended {
        status: status.code(),
        stdout: stdout.recv_timeout(LIMIT).unwrap(),
        stderr: stderr.recv_timeout(LIMIT).unwrap(),
        took: began.elapsed(),
    }
}

/// What a command printed as JSON on one line.
#[track_caller]
pub(crate) fn json(text: &str) -> Value {
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    serde_json::from_str(text).unwrap()
}

fn spawn(environment: &[(&str, &str)], arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pductl"))
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn read_aside(mut from: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, text) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        sender.send(String::from_utf8(bytes).unwrap())
    });
    text
}

fn wait(child: &mut Child, deadline: Instant) -> ExitStatus {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("still running after {LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// `traps` on a port that the system chooses, while the test goes on; gone with this.
pub(crate) struct Listener {
    /// Until somebody waits for its end.
    child: Option<Child>,
    pub(crate) address: String,
}

impl Listener {
    pub(crate) fn start_in(environment: &[(&str, &str)], options: &[&str]) -> Self {
        let arguments = [&["traps", "--listen", "127.0.0.1:0"], options].concat();
        let mut child = spawn(environment, &arguments);
        let mut stderr = child.stderr.take().unwrap();
        let mut line = Vec::new();
        // Octet by octet: what follows is for whoever waits for the end.
        while line.last() != Some(&b'\n') {
            let mut octet = [0];
            stderr.read_exact(&mut octet).unwrap();
            line.extend(octet);
        }
        child.stderr = Some(stderr);
        let line = String::from_utf8(line).unwrap();
        let address = line.trim_end().strip_prefix("pductl: listening on ").unwrap();
        Self {
            child: Some(child),
            address: address.to_owned(),
        }
    }

    /// What it heard, once it has heard enough.
    pub(crate) fn end(mut self) -> Ended {
        ended(self.child.take().unwrap(), b"")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A simulated device in a process of its own, gone with this.
pub(crate) struct Simulator {
    child: Child,
    pub(crate) first_line: String,
}

impl Simulator {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_in(&[], arguments)
    }

    /// With these variables beside those of the test.
    pub(crate) fn start_in(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut all = vec!["simulate"];
        all.extend(arguments);
        let mut child = spawn(environment, &all);
        let stdout = child.stdout.take().unwrap();
        let (sender, first_line) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).unwrap();
            sender.send(line)
        });
        let first_line = first_line.recv_timeout(LIMIT).unwrap().trim_end().to_owned();
        Self { child, first_line }
    }

    /// Its exit status after this signal.
    pub(crate) fn end(mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status().unwrap();
        assert!(sent.success());
        wait(&mut self.child, Instant::now() + LIMIT).code()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file with this in it, gone with this.
pub(crate) struct File {
    pub(crate) path: String,
}

impl File {
    pub(crate) fn with(contents: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pductl-{}-{number}.json", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, contents).unwrap();
        Self {
            path: path.to_str().unwrap().to_owned(),
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
