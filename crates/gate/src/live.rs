//! Changes as they are committed, by this program and, where a set is shared, by others.

use crate::{Gate, gate::Live};
use guanxi_model::RecordId;
use guanxi_store::tell::Heard;
use serde::{Deserialize, Serialize};
use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::broadcast;

/// The most that a word between programs may hold, in bytes; PostgreSQL takes 7,999.
const LONGEST: usize = 7_900;

/// Changes that one door tells others.
#[derive(Serialize, Deserialize)]
struct Word {
    /// The door that tells, so that it does not hear itself.
    from: String,
    /// Object, record, what happened, who did it, version.
    changes: Vec<(String, RecordId, String, RecordId, i64)>,
}

/// A name for a door that no other has, in this process or another. The seed comes from the operating system.
pub(crate) fn name() -> String {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", SEED.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// Tells whoever looks; someone who is slow misses the oldest.
pub(crate) fn channel() -> broadcast::Sender<Live> {
    broadcast::channel(1024).0
}

impl Gate {
    /// Changes as they are committed.
    pub fn live(&self) -> broadcast::Receiver<Live> {
        match &*self.0.live.lock() {
            Some(live) => live.subscribe(),
            // A door that closes has nothing more to tell, and its listeners hear that.
            None => broadcast::channel(1).1,
        }
    }

    /// From now on changes by other programs on the same set are told too, and what they change about people is
    /// known at once. Where a set belongs to one program there is nothing to do.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn follow_others(&self) -> crate::Result<()> {
        let door = std::sync::Arc::downgrade(&self.0);
        let listener = self.0.store.listen(move |heard| {
            let Some(inner) = door.upgrade() else { return };
            match heard {
                // People may have changed unheard; pages look again when they are next loaded.
                Heard::Gap => inner.people_changed.store(true, Ordering::Release),
                Heard::Word(text) => {
                    let Ok(word) = serde_json::from_str::<Word>(text) else { return };
                    if word.from == inner.name {
                        return;
                    }
                    for (object, record, name, actor, version) in word.changes {
                        if matches!(object.as_str(), "user" | "department") {
                            inner.people_changed.store(true, Ordering::Release);
                        }
                        // Nobody may be looking; that is no failure.
                        if let Some(live) = &*inner.live.lock() {
                            let _ = live.send(Live { object, record, name, actor, version });
                        }
                    }
                }
            }
        })?;
        *self.0.listener.lock() = listener;
        Ok(())
    }

    /// Tells what was committed to whoever looks, here and elsewhere.
    pub(crate) fn announce(&self, changes: Vec<Live>) {
        if changes.is_empty() {
            return;
        }
        if self.0.store.dialect() == guanxi_store::Dialect::Postgres
            && let Err(failure) = self.0.store.tell(&self.words(&changes))
        {
            tracing::warn!(%failure, "other programs were not told of changes");
        }
        let live = self.0.live.lock();
        for change in changes {
            let _ = live.as_ref().map(|live| live.send(change));
        }
    }

    /// Tells of changes again, because the door stays open after all.
    pub(crate) fn tell_again(&self) {
        *self.0.live.lock() = Some(channel());
    }

    /// Ends all streams of changes, because the door closes.
    pub(crate) fn hush(&self) {
        *self.0.live.lock() = None;
    }

    fn words(&self, changes: &[Live]) -> Vec<String> {
        let mut words = Vec::new();
        let mut rest = changes;
        while !rest.is_empty() {
            // A change has two short names and three numbers: forty of the longest fit.
            let (now, later) = rest.split_at(rest.len().min(40));
            rest = later;
            let word = Word {
                from: self.0.name.clone(),
                changes: now
                    .iter()
                    .map(|c| (c.object.clone(), c.record, c.name.clone(), c.actor, c.version))
                    .collect(),
            };
            let text = serde_json::to_string(&word).unwrap_or_default();
            debug_assert!(text.len() <= LONGEST, "a word is too long to be sent");
            words.push(text);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_changes_with_the_longest_names_fit_into_a_word() {
        let change = ("o".repeat(48), RecordId(i64::MAX), "v".repeat(48), RecordId(i64::MIN), i64::MAX);
        let word = Word { from: name(), changes: vec![change; 40] };
        assert!(serde_json::to_string(&word).unwrap().len() <= LONGEST);
    }
}
