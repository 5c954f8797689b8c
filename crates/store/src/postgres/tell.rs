//! Words between the programs that share a set: sent after the commit, heard by all that listen at that moment.
//! They hasten what would be seen later anyway, so a lost one does no harm.

use super::session::{connect, error};
use crate::error::Result;
use ::postgres::{Client, fallible_iterator::FallibleIterator};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// How long the listener waits before it looks whether it is still wanted.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long it waits before it connects again.
const AGAIN: Duration = Duration::from_secs(1);

/// The channel of a set.
pub fn channel(schema: &str) -> String {
    format!("{schema}_live")
}

/// What a listener hears.
#[derive(Debug)]
pub enum Heard<'a> {
    /// A word.
    Word(&'a str),
    /// The connection was lost for a while, so words may have been missed.
    Gap,
}

/// A thread that listens until this is dropped.
pub struct Listener(Arc<AtomicBool>);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Listener {
    /// Listens from now on.
    pub fn start(url: &str, schema: &str, hear: impl Fn(Heard<'_>) + Send + 'static) -> Result<Listener> {
        let stop = Arc::new(AtomicBool::new(false));
        let (url, channel, stopped) = (url.to_owned(), channel(schema), stop.clone());
        let mut client = Some(listening(&url, &channel)?);
        thread::Builder::new().name("live".to_owned()).spawn(move || {
            while !stopped.load(Ordering::Acquire) {
                match &mut client {
                    Some(connected) => {
                        if let Err(failure) = hear_next(connected, &hear) {
                            tracing::warn!(%failure, "changes of other programs are not heard for a while");
                            client = None;
                        }
                    }
                    None => match listening(&url, &channel) {
                        Ok(connected) => {
                            client = Some(connected);
                            hear(Heard::Gap);
                        }
                        Err(_) => thread::sleep(AGAIN),
                    },
                }
            }
        })?;
        Ok(Listener(stop))
    }
}

fn listening(url: &str, channel: &str) -> Result<Client> {
    let mut client = connect(url)?;
    client.batch_execute(&format!("LISTEN \"{channel}\"")).map_err(error)?;
    Ok(client)
}

fn hear_next(client: &mut Client, hear: &impl Fn(Heard<'_>)) -> Result<()> {
    let mut notifications = client.notifications();
    let mut waiting = notifications.timeout_iter(PATIENCE);
    while let Some(notification) = waiting.next().map_err(error)? {
        hear(Heard::Word(notification.payload()));
    }
    drop(waiting);
    drop(notifications);
    // A wait that ended because the server went away looks like one that heard nothing.
    if client.is_closed() { Err(crate::Error::other("the connection was closed")) } else { Ok(()) }
}
