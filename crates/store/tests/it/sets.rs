//! Backups and restores of whole sets.

use crate::{set_setting, sql};
use guanxi_model::{Field, FieldKind, Label, Object, RecordId, Registry, Stored, registry::Shipped};
use guanxi_store::{
    Config, Error, Store,
    auth::sessions::{self, Session},
    events, files, jobs,
    sets::{self, Reason, Shelf},
};
use serde_json::json;
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

/// A new set's configuration on every engine at hand; dropped by [`Sets`].
struct Sets {
    configs: Vec<Config>,
    _data: tempfile::TempDir,
}

impl Sets {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let data = tempfile::tempdir().unwrap();
        let set = format!("b{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut configs = vec![Config { data: data.path().join("s"), database: None, set: set.clone() }];
        if let Ok(url) = std::env::var("GUANXI_TEST_POSTGRES") {
            configs.push(Config { data: data.path().join("p"), database: Some(url), set });
        }
        Sets { configs, _data: data }
    }
}

impl Drop for Sets {
    fn drop(&mut self) {
        for config in &self.configs {
            let _ = sets::drop(config);
        }
    }
}

/// A set with records, events, jobs, a session and an attachment.
fn filled(config: &Config) -> Store {
    let store = Store::create(config).unwrap();
    let mut object: Object = serde_json::from_value(json!({
        "name": "customer", "label": { "zh": "客户", "en": "Customer" }, "title": "name",
    }))
    .unwrap();
    object.fields = vec![Field::new("name", Label::new("名称", "Name"), FieldKind::LongText)];
    let shipped = Shipped { objects: vec![object], ..Shipped::default() };
    store.sync_schema(&Registry::build(shipped, &[], 1).0).unwrap();
    let (hash, size) = store.files().put(&mut "合同".as_bytes()).unwrap();
    store
        .write(move |conn| {
            for name in ["华为技术", "a\tb\nc\\d\r", "\\N", ""] {
                let id = guanxi_store::ids::next_id(conn)?;
                let name: Stored = if name.is_empty() { Stored::Null } else { name.into() };
                conn.execute(&sql(r#"INSERT INTO customer (id, name) VALUES ($1, $2)"#, &[id.into(), name]))?;
            }
            jobs::enqueue(conn, &jobs::NewJob { queue: "mail".into(), ..jobs::NewJob::default() })?;
            let session = Session {
                hash: "h".into(),
                user: RecordId(1),
                created_at: 1,
                seen_at: 1,
                expires_at: i64::MAX,
                agent: String::new(),
                ip: String::new(),
                csrf: String::new(),
            };
            sessions::create(conn, &session)?;
            files::add(
                conn,
                &files::FileRow {
                    id: "f".into(),
                    hash: hash.clone(),
                    name: "合同.txt".into(),
                    mime: "text/plain".into(),
                    size: size as i64,
                    object: None,
                    record: None,
                    created_at: 1,
                    created_by: None,
                },
            )
        })
        .unwrap();
    store
}

#[test]
fn a_set_is_listed_until_it_is_dropped() {
    for config in &Sets::new().configs {
        assert!(!sets::list(config).unwrap().contains(&config.set));
        sets::create(config).unwrap();
        assert!(sets::list(config).unwrap().contains(&config.set));
        let store = Store::open(config).unwrap();
        assert!(matches!(sets::drop(config), Err(Error::Busy)));
        drop(store);
        sets::drop(config).unwrap();
        assert!(!sets::list(config).unwrap().contains(&config.set));
    }
    let strange = Config { data: "/tmp".into(), database: None, set: "../x".into() };
    assert!(Store::create(&strange).is_err());
}

#[test]
fn a_restored_set_is_what_was_backed_up_and_sends_nothing() {
    for config in &Sets::new().configs {
        let out = config.data.with_extension("backup");
        let store = filled(config);
        let manifest = sets::backup(&store, &out).unwrap();
        assert_eq!(manifest.tables, store.read(sets::digest).unwrap());
        assert_eq!(sets::verify(&out).unwrap(), manifest);
        set_setting(&store, "later", "x").unwrap();
        assert!(matches!(sets::restore(config, &out, 5), Err(Error::Busy)));
        drop(store);

        sets::restore(config, &out, 5).unwrap();
        let store = Store::open(config).unwrap();
        let digest = store.read(sets::digest).unwrap();
        let untouched = |table: &String| !["gx_session", "gx_setting"].contains(&table.as_str());
        for table in manifest.tables.keys().filter(|table| untouched(table)) {
            assert_eq!(digest[table], manifest.tables[table], "{table}");
        }
        let found = store.read(|conn| guanxi_store::settings::get(conn, "later")).unwrap();
        assert_eq!(found, None);
        assert_eq!(store.read(|conn| sessions::find(conn, "h", 5)).unwrap(), None);
        assert_eq!(store.write(|conn| jobs::claim(conn, &["mail"], 9, 99)).unwrap(), None);
        let file = store.read(|conn| files::find(conn, "f")).unwrap().unwrap();
        assert_eq!(fs::metadata(&out).unwrap().len() % 512, 72);
        assert!(store.files().read(&file.hash).is_ok());
        assert_eq!(store.write(guanxi_store::ids::next_id).unwrap(), RecordId(5));
        drop(store);

        assert_eq!(sets::forget_old(config, 7).unwrap(), 0, "what was replaced stays for a while");
        assert_eq!(sets::forget_old(config, 0).unwrap(), 1);
        let store = Store::open(config).unwrap();
        assert!(store.files().read(&file.hash).is_ok());
    }
}

#[test]
fn a_backup_makes_a_set_that_does_not_exist() {
    for config in &Sets::new().configs {
        let out = config.data.with_extension("backup");
        let store = filled(config);
        sets::backup(&store, &out).unwrap();
        drop(store);
        sets::drop(config).unwrap();
        sets::restore(config, &out, 5).unwrap();
        assert!(sets::list(config).unwrap().contains(&config.set));
        let store = Store::open(config).unwrap();
        assert_eq!(store.read(|conn| files::find(conn, "f")).unwrap().unwrap().name, "合同.txt");
    }
}

/// Writers that each change two tables in one transaction run all the time; every backup must hold
/// both or neither.
#[test]
fn a_backup_under_load_is_one_snapshot() {
    for config in &Sets::new().configs {
        let store = filled(config);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for writer in 0..3 {
                let (store, stop) = (&store, &stop);
                scope.spawn(move || {
                    let mut number = 0;
                    while !stop.load(Ordering::Relaxed) {
                        number += 1;
                        let written = store.write(move |conn| {
                            let key = format!("{writer}-{number}");
                            conn.execute(&sql("INSERT INTO gx_setting VALUES ($1, 'x')", &[key.into()]))?;
                            events::append(conn, vec![event(number)])
                        });
                        assert!(matches!(written, Ok(_) | Err(Error::Busy)), "{written:?}");
                    }
                });
            }
            for round in 0..5 {
                let out = config.data.with_extension(format!("{round}"));
                let manifest = sets::backup(&store, &out).unwrap();
                assert_eq!(sets::verify(&out).unwrap(), manifest);
                let rows = |table: &str| manifest.tables[table].split(':').next().unwrap().to_owned();
                assert_eq!(rows("gx_setting"), rows("gx_event"));
            }
            stop.store(true, Ordering::Relaxed);
        });
    }
}

fn event(at: i64) -> events::NewEvent {
    events::NewEvent {
        at,
        actor: None,
        channel: "job".into(),
        object: "customer".into(),
        record: None,
        name: "x".into(),
        data: json!({}),
        root: None,
    }
}

#[test]
fn one_changed_bit_is_refused() {
    for config in &Sets::new().configs {
        let out = config.data.with_extension("backup");
        let store = filled(config);
        sets::backup(&store, &out).unwrap();
        let before = store.read(sets::digest).unwrap();
        drop(store);
        let bytes = fs::read(&out).unwrap();
        let step = bytes.len() / 40;
        for position in (0..bytes.len()).step_by(step).chain([bytes.len() - 2]) {
            let mut changed = bytes.clone();
            changed[position] ^= 1;
            fs::write(&out, changed).unwrap();
            assert!(sets::verify(&out).is_err(), "a change at {position}");
            assert!(sets::restore(config, &out, 5).is_err(), "a change at {position}");
        }
        fs::write(&out, &bytes[..bytes.len() / 2]).unwrap();
        assert!(sets::verify(&out).is_err());
        let store = Store::open(config).unwrap();
        assert_eq!(store.read(sets::digest).unwrap(), before);
    }
}

#[test]
fn an_entry_that_leads_elsewhere_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let config = Config { data: data.path().join("s"), database: None, set: "slip".into() };
    let out = data.path().join("backup");
    let store = filled(&config);
    let manifest = sets::backup(&store, &out).unwrap();
    for name in ["../evil", "/tmp/evil", "files/../../evil", ".hidden"] {
        let mut manifest = manifest.clone();
        let evil = "0".repeat(64);
        manifest.parts.insert(name.into(), evil);
        write_archive(&out, &manifest, name);
        assert!(matches!(sets::verify(&out), Err(Error::Corrupt(_))), "{name}");
    }
    assert!(!data.path().join("evil").exists());
}

/// An archive with a right digest, as an attacker could make one.
fn write_archive(out: &Path, manifest: &sets::Manifest, name: &str) {
    use sha2::{Digest, Sha256};
    let mut tar = tar::Builder::new(Vec::new());
    let text = serde_json::to_vec(manifest).unwrap();
    for (name, contents) in [("manifest.json", text.as_slice()), (name, b"evil")] {
        let mut header = tar::Header::new_ustar();
        header.set_size(contents.len() as u64);
        header.as_ustar_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, contents).unwrap();
    }
    let mut bytes = tar.into_inner().unwrap();
    let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    bytes.extend(format!("sha256 {digest}\n").bytes());
    fs::write(out, bytes).unwrap();
}

#[test]
fn a_shelf_knows_what_it_keeps_and_no_name_leads_out_of_it() {
    for config in &Sets::new().configs {
        let store = filled(config);
        let shelf = Shelf::of(config).unwrap();
        assert!(shelf.list().unwrap().is_empty());
        let first = shelf.keep(&store, "day", Reason::ByHand, "周敏", 10).unwrap();
        let second = shelf.keep(&store, "day", Reason::Schedule, "", 20).unwrap();
        assert_eq!((first.name.as_str(), second.name.as_str()), ("day.gx", "day-2.gx"));
        assert_eq!(shelf.list().unwrap(), [second, first.clone()], "the newest first");
        // The digest that is shown is that of the bytes before it, as anyone can compute it.
        let bytes = fs::read(shelf.path("day.gx").unwrap()).unwrap();
        let body = &bytes[..bytes.len() - 72];
        use sha2::Digest as _;
        let digest: String = sha2::Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(first.digest.as_deref(), Some(digest.as_str()));
        fs::write(shelf.folder().join("brought.gx"), "no archive").unwrap();
        let brought = shelf.find("brought.gx").unwrap().unwrap();
        assert_eq!((brought.note.reason, brought.digest), (Reason::Brought, None));
        fs::write(config.data.join("secret.gx"), "x").unwrap();
        for name in ["../../secret.gx", "..", ".gx", "/etc/passwd", "a/b.gx", "day.gx.json", "day"] {
            assert_eq!(shelf.find(name).unwrap(), None, "{name}");
            assert!(!shelf.remove(name).unwrap(), "{name}");
        }
        assert!(shelf.remove("day.gx").unwrap() && !shelf.remove("day.gx").unwrap());
        drop(store);
        sets::restore(config, &shelf.path("day-2.gx").unwrap(), 5).unwrap();
        assert_eq!(shelf.list().unwrap().len(), 2, "a restore leaves the shelf alone");
    }
}

#[test]
fn a_set_takes_its_rows_attachments_and_backups_along_to_another_name() {
    for config in &Sets::new().configs {
        let store = filled(config);
        let digest = store.read(sets::digest).unwrap();
        Shelf::of(config).unwrap().keep(&store, "day", Reason::ByHand, "", 10).unwrap();
        let to = Config { set: format!("{}_new", config.set), ..config.clone() };
        assert!(matches!(sets::rename(config, &to.set), Err(Error::Busy)));
        drop(store);
        sets::rename(config, &to.set).unwrap();
        assert!(!sets::list(config).unwrap().contains(&config.set));
        let store = Store::open(&to).unwrap();
        assert_eq!(store.read(sets::digest).unwrap(), digest);
        let file = store.read(|conn| files::find(conn, "f")).unwrap().unwrap();
        assert!(store.files().read(&file.hash).is_ok());
        assert_eq!(Shelf::of(&to).unwrap().list().unwrap().len(), 1);
        assert!(sets::size(&to).unwrap() > 10_000);
        drop(store);
        sets::create(config).unwrap();
        assert!(sets::rename(config, &to.set).is_err(), "the name is taken");
        assert!(sets::list(config).unwrap().contains(&config.set), "and nothing has happened");
        sets::drop(&to).unwrap();
    }
}
