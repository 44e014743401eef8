use core::time::Duration;
use std::boxed::Box;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;

/// Opens links without keeping the driver's thread from its work. A trait only to keep `L: Send` away from drivers that
/// never dial.
pub(super) trait Dial<L> {
    /// Begins an attempt.
    fn start(&mut self) -> io::Result<()>;
    /// How the attempt went; `None` if it still goes on after `wait`.
    fn wait(&mut self, wait: Duration) -> Option<io::Result<L>>;
}

type Connect<L> = Box<dyn FnMut() -> io::Result<L> + Send>;

/// One thread for each attempt: the function goes there, and comes back with the link.
pub(super) struct Dialer<L> {
    connect: Option<Connect<L>>,
    attempt: Option<Receiver<(Connect<L>, io::Result<L>)>>,
}

impl<L> Dialer<L> {
    pub(super) fn new(connect: impl FnMut() -> io::Result<L> + Send + 'static) -> Self {
        Self {
            connect: Some(Box::new(connect)),
            attempt: None,
        }
    }
}

impl<L: Send + 'static> Dial<L> for Dialer<L> {
    fn start(&mut self) -> io::Result<()> {
        let mut connect = self.connect.take().ok_or_else(panicked)?;
        let (sender, receiver) = sync_channel(1);
        thread::Builder::new().name("pdu-connect".into()).spawn(move || {
            let result = connect();
            // Nobody waits any more if the driver was dropped.
            let _ = sender.send((connect, result));
        })?;
        self.attempt = Some(receiver);
        Ok(())
    }

    fn wait(&mut self, wait: Duration) -> Option<io::Result<L>> {
        let outcome = self.attempt.as_ref()?.recv_timeout(wait);
        if matches!(outcome, Err(RecvTimeoutError::Timeout)) {
            return None;
        }
        self.attempt = None;
        let Ok((connect, result)) = outcome else {
            return Some(Err(panicked()));
        };
        self.connect = Some(connect);
        Some(result)
    }
}

fn panicked() -> io::Error {
    io::Error::other("connect function panicked")
}
