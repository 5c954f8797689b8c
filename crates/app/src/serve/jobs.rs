//! The job loop: looks at the clock once a minute and runs what is due.

use crate::settings::Jobs;
use guanxi_gate::Gate;
use std::{
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::Duration,
};

/// The running loop.
pub struct Running {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

/// Starts the loop, unless the settings keep this process out of it.
pub fn start(gate: Gate, jobs: Jobs) -> Running {
    let (stop, stopped) = channel();
    let wait = Duration::from_secs(jobs.every_seconds.max(1));
    let look = move || {
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) {
            match gate.run_due_jobs() {
                Ok(ran) if ran.is_empty() => {}
                Ok(ran) => tracing::info!(jobs = ran.join(" "), "jobs ran"),
                // The night is not lost: a job that failed is due again.
                Err(failure) => tracing::error!(%failure, "jobs failed"),
            }
        }
    };
    let thread = jobs.run.then(|| std::thread::Builder::new().name("jobs".to_owned()).spawn(look)).and_then(
        |started| started.inspect_err(|failure| tracing::error!(%failure, "jobs will not run")).ok(),
    );
    Running { stop, thread }
}

impl Running {
    /// Ends the loop. A job that is running is waited for a little; what it has committed stays.
    pub fn stop(mut self) {
        let _ = self.stop.send(());
        for _ in 0..20 {
            match &self.thread {
                Some(thread) if !thread.is_finished() => std::thread::sleep(Duration::from_millis(50)),
                _ => break,
            }
        }
        if let Some(thread) = self.thread.take().filter(JoinHandle::is_finished) {
            let _ = thread.join();
        }
    }
}
