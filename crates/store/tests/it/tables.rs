//! The program's own tables.

use crate::{sql, stores};
use guanxi_model::{RecordId, registry::LayerDoc};
use guanxi_store::{
    Error, Store,
    auth::{
        credentials::{self, Credential},
        keys::{self, Key},
        links,
        sessions::{self, Session},
    },
    events::{self, EventFilter, NewEvent},
    idempotency::{self, Answer},
    imports::{self, Import},
    jobs::{self, Failed, NewJob},
    meta,
    notices::{self, Notice},
    settings,
    shares::{self, NewShare, With},
    views::{self, View},
};
use serde_json::json;
use std::{collections::HashSet, thread};

const DAY: i64 = 24 * 3_600_000;

fn event(at: i64, record: i64, name: &str) -> NewEvent {
    NewEvent {
        at,
        actor: Some(RecordId(1)),
        channel: "page".into(),
        object: "customer".into(),
        record: Some(RecordId(record)),
        name: name.into(),
        data: json!({ "name": ["旧", "新"] }),
        root: Some(RecordId(record + 100)),
    }
}

fn job(queue: &str, key: Option<&str>) -> NewJob {
    NewJob { queue: queue.into(), unique_key: key.map(Into::into), ..NewJob::default() }
}

/// On PostgreSQL events are sealed by the second call after they were written.
fn seal(store: &Store) -> i64 {
    let first = store.write(|conn| events::seal(conn, i64::MAX)).unwrap();
    first + store.write(|conn| events::seal(conn, i64::MAX)).unwrap()
}

#[test]
fn events_are_listed_newest_first() {
    for store in stores() {
        let many: Vec<NewEvent> = (0..5).map(|i| event(i, i % 2, "updated")).collect();
        store.write(move |conn| events::append(conn, many.clone())).unwrap();
        let ids: Vec<i64> =
            store.read(|conn| events::after(conn, 0, 10)).unwrap().iter().map(|e| e.id).collect();
        let found = store.read(|conn| events::of_record(conn, "customer", RecordId(0), None, 2)).unwrap();
        assert_eq!(found.iter().map(|e| e.id).collect::<Vec<_>>(), [ids[4], ids[2]]);
        assert_eq!(found[0].event, event(4, 0, "updated"));
        let next =
            store.read(|conn| events::of_record(conn, "customer", RecordId(0), Some(ids[2]), 2)).unwrap();
        assert_eq!(next.iter().map(|e| e.id).collect::<Vec<_>>(), [ids[0]]);
        let list = |filter: EventFilter| store.read(|conn| events::list(conn, &filter, 10)).unwrap().len();
        assert_eq!(list(EventFilter { timeline: Some(RecordId(101)), ..EventFilter::default() }), 2);
        assert_eq!(list(EventFilter { actor: Some(RecordId(2)), ..EventFilter::default() }), 0);
        assert_eq!(list(EventFilter { from: Some(1), to: Some(3), ..EventFilter::default() }), 2);
        assert_eq!(store.read(|conn| events::after(conn, ids[3], 10)).unwrap().len(), 1);
        assert_eq!(store.read(events::last_id).unwrap(), ids[4]);
    }
}

#[test]
fn tampering_with_sealed_events_is_found() {
    for store in stores() {
        let many: Vec<NewEvent> = (0..1500).map(|i| event(i, i, "updated")).collect();
        store.write(move |conn| events::append(conn, many.clone())).unwrap();
        assert_eq!(seal(&store), 1500);
        assert_eq!(seal(&store), 0);
        let late = event(9, 9, "late");
        store.write(move |conn| events::append(conn, vec![late.clone()])).unwrap();
        assert_eq!(store.read(events::verify_chain).unwrap(), None);
        for tampering in [
            "UPDATE gx_event SET name = 'x' WHERE id = 1200",
            "DELETE FROM gx_event WHERE id = 1200",
            "UPDATE gx_event SET actor = NULL WHERE id = 1200",
            "UPDATE gx_seal SET last = 1400 WHERE first = 1001",
            "DELETE FROM gx_seal WHERE first = 1",
        ] {
            let undone = store.write(move |conn| {
                assert_eq!(conn.execute(&sql(tampering, &[]))?, 1);
                let bad = events::verify_chain(conn)?;
                assert_eq!(bad, Some(if tampering.starts_with("DELETE FROM gx_seal") { 1 } else { 1001 }));
                Err::<(), _>(Error::other("undone"))
            });
            assert_eq!(undone.unwrap_err().to_string(), "undone");
        }
        assert_eq!(store.read(events::verify_chain).unwrap(), None);
    }
}

#[test]
fn the_log_is_kept_for_184_days_and_its_chain_for_ever() {
    for store in stores() {
        for (at, name) in [(0, "old"), (10 * DAY, "young")] {
            let many: Vec<NewEvent> = (0..1000).map(|_| event(at, 1, name)).collect();
            store.write(move |conn| events::append(conn, many.clone())).unwrap();
            seal(&store);
        }
        let prune = |now| store.write(move |conn| events::prune(conn, now, now)).unwrap();
        assert_eq!(prune(184 * DAY), 0);
        assert_eq!(prune(185 * DAY), 1000);
        assert_eq!(store.read(events::verify_chain).unwrap(), None);
        let one = event(1, 1, "next");
        store.write(move |conn| events::append(conn, vec![one.clone()])).unwrap();
        assert_eq!(seal(&store), 1);
        assert_eq!(store.read(events::verify_chain).unwrap(), None);
    }
}

#[test]
fn events_written_by_many_are_all_sealed() {
    for store in stores() {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                let store = store.clone();
                thread::spawn(move || {
                    for i in 0..20 {
                        store.write(move |conn| events::append(conn, vec![event(i, i, "updated")])).unwrap();
                        if i % 5 == 0 {
                            store.write(|conn| events::seal(conn, i64::MAX)).unwrap();
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        seal(&store);
        let count = sql("SELECT sum(count) FROM gx_seal", &[]);
        assert_eq!(store.read(|conn| conn.query_one(&count)).unwrap().unwrap()[0].int(), Some(120));
        assert_eq!(store.read(events::verify_chain).unwrap(), None);
    }
}

#[test]
fn a_job_is_claimed_once_by_racing_workers() {
    for store in stores() {
        store
            .write(|conn| {
                for _ in 0..40 {
                    jobs::enqueue(conn, &job("mail", None))?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let store = store.clone();
                thread::spawn(move || {
                    let mut claimed = Vec::new();
                    while let Some(job) = store.write(|conn| jobs::claim(conn, &["mail"], 10, 20)).unwrap() {
                        claimed.push(job.id);
                    }
                    claimed
                })
            })
            .collect();
        let claimed: Vec<i64> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
        assert_eq!(claimed.len(), 40);
        assert_eq!(claimed.iter().collect::<HashSet<_>>().len(), 40);
    }
}

#[test]
fn a_job_lives_until_it_is_done_or_given_up() {
    for store in stores() {
        store
            .write(|conn| {
                let id = jobs::enqueue(conn, &job("mail", Some("k")))?.unwrap();
                assert_eq!(jobs::enqueue(conn, &job("mail", Some("k")))?, None);
                assert_eq!(jobs::claim(conn, &["sms"], 10, 20)?, None);
                assert_eq!(jobs::claim(conn, &["sms", "mail"], 10, 20)?.unwrap().id, id);
                assert_eq!(jobs::claim(conn, &["mail"], 19, 30)?, None);
                let again = jobs::claim(conn, &["mail"], 20, 30)?.unwrap();
                assert_eq!((again.id, again.attempts), (id, 2));
                jobs::fail(conn, id, "timeout", Failed::Retry(50))?;
                assert_eq!(jobs::claim(conn, &["mail"], 49, 60)?, None);
                assert!(jobs::claim(conn, &["mail"], 50, 60)?.is_some());
                jobs::fail(conn, id, "refused", Failed::GiveUp(51))?;
                assert_eq!((jobs::pending_count(conn)?, jobs::list(conn, true, None, 9)?.len()), (0, 1));
                assert!(jobs::revive(conn, id, 60)?);
                jobs::hold(conn, true)?;
                assert_eq!(jobs::claim(conn, &["mail"], 99, 199)?, None);
                jobs::hold(conn, false)?;
                assert!(jobs::claim(conn, &["mail"], 99, 199)?.is_some());
                jobs::finish(conn, id)?;
                assert_eq!(jobs::pending_count(conn)?, 0);
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}

#[test]
fn a_dated_job_is_due_once_a_date() {
    for store in stores() {
        let date = |text: &str| text.parse().unwrap();
        store
            .write(move |conn| {
                assert!(jobs::due(conn, "churn", date("2026-03-01"))?);
                assert!(!jobs::due(conn, "churn", date("2026-03-01"))?);
                assert!(!jobs::due(conn, "churn", date("2026-02-28"))?);
                assert!(jobs::due(conn, "churn", date("2026-03-04"))?);
                assert_eq!(jobs::schedules(conn)?, [("churn".to_owned(), "2026-03-04".to_owned())]);
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}

#[test]
fn layers_are_kept_in_order_and_grow_the_version() {
    for store in stores() {
        let doc = |kind: &str, name: &str, patch| LayerDoc { kind: kind.into(), name: name.into(), patch };
        let object = doc("object", "visit", json!({ "title": "name" }));
        let field = doc("field", "visit.name", json!({ "kind": "text" }));
        let changed = doc("object", "visit", json!({ "title": "other" }));
        let expected = vec![changed.clone(), field.clone()];
        store
            .write(move |conn| {
                assert_eq!(meta::version(conn)?, 0);
                assert_eq!(meta::save(conn, &object)?, 1);
                assert_eq!(meta::save(conn, &field)?, 2);
                assert_eq!(meta::save(conn, &changed)?, 3);
                Ok::<_, Error>(())
            })
            .unwrap();
        assert_eq!(store.read(meta::layers).unwrap(), (expected, 3));
        assert_eq!(store.write(|conn| meta::remove(conn, "field", "visit.name")).unwrap(), 4);
        assert_eq!(store.read(meta::layers).unwrap().0.len(), 1);
    }
}

#[test]
fn credentials_lock_after_wrong_passwords() {
    for store in stores() {
        let user = RecordId(5);
        let credential = Credential {
            user,
            login: "zhang".into(),
            hash: None,
            failures: 0,
            locked_until: None,
            must_change: true,
            changed_at: None,
        };
        let other = Credential { user: RecordId(6), ..credential.clone() };
        store
            .write(move |conn| {
                assert!(!credentials::any(conn)?);
                credentials::save(conn, &credential)?;
                credentials::save(conn, &credential)?;
                assert_eq!(credentials::by_login(conn, "zhang")?, Some(credential.clone()));
                assert!(credentials::set_password(conn, user, "$argon2id$", false, 7)?);
                assert_eq!(credentials::note_failure(conn, user, 2, 99)?, 1);
                assert_eq!(credentials::of_user(conn, user)?.unwrap().locked_until, None);
                assert_eq!(credentials::note_failure(conn, user, 2, 99)?, 2);
                assert_eq!(credentials::of_user(conn, user)?.unwrap().locked_until, Some(99));
                credentials::note_success(conn, user)?;
                assert_eq!(credentials::of_user(conn, user)?.unwrap().failures, 0);
                Ok::<_, Error>(())
            })
            .unwrap();
        let taken = store.write(move |conn| credentials::save(conn, &other));
        assert!(matches!(taken, Err(Error::Conflict { constraint }) if constraint == "gx_credential.login"));
    }
}

#[test]
fn sessions_keys_and_links_end() {
    for store in stores() {
        let user = RecordId(5);
        let session = move |hash: &str| Session {
            hash: hash.into(),
            user,
            created_at: 1,
            seen_at: 1,
            expires_at: 100,
            agent: "Firefox".into(),
            ip: "::1".into(),
            csrf: "c".into(),
        };
        let key = Key {
            id: RecordId(0),
            hash: "h".into(),
            prefix: "gx_ab".into(),
            user,
            name: "erp".into(),
            created_at: 1,
            expires_at: Some(50),
            used_at: None,
            revoked_at: None,
        };
        store
            .write(move |conn| {
                sessions::create(conn, &session("a"))?;
                sessions::create(conn, &session("b"))?;
                assert!(sessions::touch(conn, "a", 10, 200)?);
                assert!(!sessions::touch(conn, "a", 9, 900)?);
                assert_eq!(sessions::find(conn, "b", 100)?, None);
                assert_eq!(sessions::find(conn, "a", 199)?.unwrap().expires_at, 200);
                assert_eq!(sessions::of_user(conn, user, 5)?.len(), 2);
                assert_eq!(sessions::remove_of_user(conn, user, Some("a"))?, 1);
                assert_eq!(sessions::prune(conn, 200)?, 1);

                let id = keys::create(conn, &key)?;
                keys::touch(conn, id, 20)?;
                assert_eq!(keys::find(conn, "h", 49)?.unwrap().used_at, Some(20));
                assert_eq!(keys::find(conn, "h", 50)?, None);
                assert!(keys::revoke(conn, id, 30)?);
                assert!(!keys::revoke(conn, id, 31)?);
                assert_eq!(keys::find(conn, "h", 40)?, None);
                assert_eq!(keys::of_user(conn, user)?.len(), 1);

                links::create(conn, "x", "reset", user, 100)?;
                links::create(conn, "y", "reset", user, 100)?;
                assert_eq!(links::find(conn, "x", "reset", 5)?, None);
                assert_eq!(links::take(conn, "y", "invite", 5)?, None);
                assert_eq!(links::find(conn, "y", "reset", 5)?, Some(user));
                assert_eq!(links::take(conn, "y", "reset", 5)?, Some(user));
                assert_eq!(links::take(conn, "y", "reset", 5)?, None);
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}

#[test]
fn answers_are_kept_for_72_hours() {
    for store in stores() {
        let answer = Answer { body_hash: "b".into(), status: 201, response: "{}".into() };
        store
            .write(move |conn| {
                let user = RecordId(1);
                idempotency::save(conn, user, "k", &answer, 1000)?;
                assert_eq!(idempotency::find(conn, user, "k")?, Some(answer.clone()));
                assert_eq!(idempotency::find(conn, RecordId(2), "k")?, None);
                assert_eq!(idempotency::prune(conn, 3 * DAY + 1000)?, 0);
                assert_eq!(idempotency::prune(conn, 3 * DAY + 1001)?, 1);
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}

#[test]
fn shares_views_notices_and_settings() {
    for store in stores() {
        store
            .write(|conn| {
                let (user, department) = (RecordId(1), RecordId(2));
                let share = NewShare {
                    object: "customer".into(),
                    record: RecordId(9),
                    with: With::User(user),
                    level: "read".into(),
                    until: Some(100),
                    created_at: 1,
                    created_by: None,
                };
                shares::add(conn, &share)?;
                let id = shares::add(conn, &NewShare { level: "edit".into(), ..share.clone() })?;
                shares::add(
                    conn,
                    &NewShare { with: With::Department(department), until: None, ..share.clone() },
                )?;
                assert_eq!(shares::of_record(conn, RecordId(9), 5)?.len(), 2);
                assert_eq!(shares::with(conn, user, &[], 5)?[0].share.level, "edit");
                assert_eq!(shares::with(conn, user, &[department], 100)?.len(), 1);
                assert_eq!(shares::move_record(conn, RecordId(9), Some(RecordId(8)))?, 2);
                assert!(shares::remove(conn, id)?);
                assert!(shares::find(conn, id)?.is_none());

                let mut view = View {
                    id: RecordId(0),
                    object: "customer".into(),
                    owner: Some(user),
                    label: "重点".into(),
                    definition: json!({ "filter": "grade == \"key\"" }),
                    position: 1,
                };
                view.id = views::create(conn, &view, 1)?;
                view.label = "重点客户".into();
                assert!(views::update(conn, &view, 2)?);
                assert_eq!(views::of_object(conn, "customer", user)?, [view.clone()]);
                assert!(views::of_object(conn, "customer", department)?.is_empty());
                assert!(views::remove(conn, view.id)?);

                let notice = Notice {
                    id: RecordId(0),
                    user,
                    at: 1,
                    kind: "assigned".into(),
                    object: Some("customer".into()),
                    record: Some(RecordId(9)),
                    data: json!({}),
                    read_at: None,
                };
                let first = notices::send(conn, &notice)?;
                let second = notices::send(conn, &notice)?;
                assert_eq!(notices::of_user(conn, user, false, Some(second), 9)?[0].id, first);
                assert_eq!(notices::mark_read(conn, user, &[first], 5)?, 1);
                assert_eq!((notices::unread(conn, user)?, notices::unread(conn, department)?), (1, 0));
                assert_eq!(notices::mark_read(conn, user, &[], 5)?, 1);
                assert!(notices::of_user(conn, user, true, None, 9)?.is_empty());

                settings::set(conn, "mail.host", "a")?;
                settings::set(conn, "mail.host", "b")?;
                settings::set(conn, "main", "c")?;
                assert_eq!(settings::get(conn, "mail.host")?, Some("b".into()));
                assert_eq!(settings::starting_with(conn, "mail.")?.len(), 1);
                assert!(settings::remove(conn, "mail.host")?);
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}

#[test]
fn journals_of_imports_are_played_from_the_end_and_pruned() {
    for store in stores() {
        store
            .write(|conn| {
                let import = Import {
                    id: RecordId(0),
                    object: "customer".into(),
                    file_name: "客户.xlsx".into(),
                    state: "applying".into(),
                    options: json!({ "match": "code" }),
                    report: json!({}),
                    done: 0,
                    total: None,
                    cancelled: false,
                    rejects: None,
                    created_at: 1,
                    created_by: None,
                    finished_at: None,
                    undone_at: None,
                    undone_by: None,
                    journal: false,
                };
                let id = imports::create(conn, &import)?;
                assert_eq!(imports::unfinished(conn)?.len(), 1);
                imports::add_part(conn, id, "first")?;
                imports::add_part(conn, id, "second")?;
                assert!(imports::progress(conn, id, "applying", 2000, Some(3000))?);
                assert!(!imports::progress(conn, id, "judging", 1, None)?, "it is past that");
                assert_eq!(imports::last_part(conn, id)?, Some((2, "second".to_owned())));
                imports::part_undone(conn, id, 2, "kept")?;
                assert_eq!(imports::last_part(conn, id)?, Some((1, "first".to_owned())));
                assert_eq!(imports::undone_parts(conn, id)?, ["kept"]);
                assert_eq!(imports::count_parts(conn, id)?, (1, 1));
                imports::finish(conn, id, "done", &json!({ "updated": 1 }), 50)?;
                assert!(imports::unfinished(conn)?.is_empty());
                let found = &imports::list(conn, &["customer"], None, None, 9)?[0];
                assert_eq!((found.state.as_str(), found.done, found.journal), ("done", 2000, true));
                assert!(imports::list(conn, &["order"], None, None, 9)?.is_empty());
                assert!(imports::list(conn, &["customer"], Some(RecordId(7)), None, 9)?.is_empty());
                assert_eq!(imports::prune(conn, 50)?, 0, "not yet");
                assert_eq!(imports::prune(conn, 51)?, 2);
                assert!(!imports::get(conn, id)?.unwrap().journal);
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}

#[test]
fn a_claim_stands_until_it_is_dropped() {
    for store in stores() {
        let first = store.claim(7).unwrap();
        assert!(first.is_some());
        assert!(store.claim(7).unwrap().is_none());
        assert!(store.claim(8).unwrap().is_some(), "another piece of work");
        drop(first);
        // The server notices the end of a connection a moment later.
        let free = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            store.claim(7).unwrap().is_some()
        });
        assert!(free);
    }
}
