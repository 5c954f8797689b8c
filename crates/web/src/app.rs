//! What every handler has at hand: the door, and what pages remember between requests.

use crate::error::Problem;
use guanxi_gate::{Ctx, Gate, Result, admin::View};
use guanxi_model::{Locale, Object, RecordId};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The state of the web room. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The door.
    pub gate: Gate,
    /// Whether the site is served over https even when the request does not say so.
    pub https: bool,
    /// Whether a proxy in front is trusted to name the peer's address and scheme.
    pub behind_proxy: bool,
    /// Log-ins shown on the log-in page of a demonstration set.
    pub demo: Arc<Vec<DemoUser>>,
    remembered: Arc<Remembered>,
}

/// A log-in that the demonstration set shows to everyone.
#[derive(Debug, Clone)]
pub struct DemoUser {
    /// API name of the role.
    pub role: String,
    /// Log-in name.
    pub login: String,
    /// Password.
    pub password: String,
}

/// When something was read, in milliseconds, and what it was.
type Kept = (i64, Arc<Vec<Favourite>>);

/// The object that was drawn, and the script.
type Fields = (Arc<Object>, Arc<str>);

#[derive(Default)]
struct Remembered {
    /// Own saved views by user, for the sidebar, which would otherwise ask once for each object.
    favourites: Mutex<HashMap<RecordId, Kept>>,
    /// The figures of tabs as a user saw them last, so that tabs do not change their width while the present
    /// ones are on their way. By user and object, then by view.
    counts: Mutex<HashMap<(RecordId, String), HashMap<String, String>>>,
    /// What editors know of an object's fields, drawn once for each language until the object changes.
    fields: Mutex<HashMap<(String, Locale), Fields>>,
    requests: AtomicU64,
}

/// A saved view of one's own, shown in the sidebar.
#[derive(Debug, Clone, PartialEq)]
pub struct Favourite {
    /// API name of the object.
    pub object: String,
    /// The view.
    pub view: View,
}

/// Milliseconds after which another process's change to a saved view shows in the sidebar.
const FAVOURITES_LAST: i64 = 60_000;

impl App {
    /// The web room over a door.
    pub fn new(gate: Gate) -> Self {
        App { gate, https: false, behind_proxy: false, demo: Arc::default(), remembered: Arc::default() }
    }

    /// The same, showing log-ins of a demonstration set on the log-in page.
    #[must_use]
    pub fn with_demo(mut self, demo: Vec<DemoUser>) -> Self {
        self.demo = Arc::new(demo);
        self
    }

    /// Runs something that goes through the door, on a thread that may wait.
    pub async fn run<T, E>(
        &self,
        f: impl FnOnce(&Gate) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, Problem>
    where
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        let gate = self.gate.clone();
        match tokio::task::spawn_blocking(move || f(&gate)).await {
            Ok(result) => result.map_err(Into::into),
            Err(panic) => Err(Problem::from(guanxi_gate::Error::internal(panic))),
        }
    }

    /// A name for this request in logs and on error pages.
    pub fn trace_id(&self) -> String {
        let number = self.remembered.requests.fetch_add(1, Ordering::Relaxed);
        format!("{:x}-{number:x}", self.gate.clock().now().as_millisecond())
    }

    /// The caller's own saved views of all objects.
    pub fn favourites(&self, ctx: &Ctx) -> Result<Arc<Vec<Favourite>>> {
        let now = ctx.now.as_millisecond();
        if let Some((at, views)) = self.remembered.favourites.lock().get(&ctx.subject.user)
            && (now - at).abs() < FAVOURITES_LAST
        {
            return Ok(views.clone());
        }
        let mut found = Vec::new();
        for object in self.gate.registry().objects() {
            if object.menu.is_some() && ctx.rights.may(&object.name, guanxi_model::access::action::READ) {
                let views = self.gate.views(ctx, &object.name)?;
                let own = views.into_iter().filter(|view| view.mine && view.id.is_some());
                found.extend(own.map(|view| Favourite { object: object.name.clone(), view }));
            }
        }
        let found = Arc::new(found);
        self.remembered.favourites.lock().insert(ctx.subject.user, (now, found.clone()));
        Ok(found)
    }

    /// The script that tells editors of an object's fields, drawn by `draw` when the object has changed.
    pub fn fields_script(
        &self,
        object: &Arc<Object>,
        locale: Locale,
        draw: impl FnOnce() -> String,
    ) -> Arc<str> {
        let key = (object.name.clone(), locale);
        if let Some((drawn, script)) = self.remembered.fields.lock().get(&key)
            && Arc::ptr_eq(drawn, object)
        {
            return script.clone();
        }
        let script: Arc<str> = draw().into();
        self.remembered.fields.lock().insert(key, (object.clone(), script.clone()));
        script
    }

    /// The figures of an object's tabs as the user saw them last.
    pub fn last_counts(&self, user: RecordId, object: &str) -> HashMap<String, String> {
        self.remembered.counts.lock().get(&(user, object.to_owned())).cloned().unwrap_or_default()
    }

    /// Keeps the figures of an object's tabs for the next page.
    pub fn keep_counts(&self, user: RecordId, object: &str, counts: HashMap<String, String>) {
        self.remembered.counts.lock().entry((user, object.to_owned())).or_default().extend(counts);
    }

    /// Forgets what was remembered of saved views, after one was changed here.
    pub fn forget_favourites(&self) {
        self.remembered.favourites.lock().clear();
    }
}
