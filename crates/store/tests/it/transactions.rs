//! What a transaction promises.

use crate::{set_setting, settings, sql, stores};
use guanxi_model::Stored;
use guanxi_store::{Error, ids};
use std::{collections::HashSet, thread};

#[test]
fn parameters_are_bound_by_their_number() {
    for store in stores() {
        set_setting(&store, "key", "value").unwrap();
        let row = store
            .read(|conn| conn.query_one(&sql("SELECT key, value FROM gx_setting", &[])))
            .unwrap()
            .unwrap();
        assert_eq!(row, [Stored::from("key"), Stored::from("value")]);
    }
}

#[test]
fn a_failed_request_is_undone_alone() {
    for store in stores() {
        let threads: Vec<_> = (0..40)
            .map(|i| {
                let store = store.clone();
                thread::spawn(move || {
                    store.write(move |conn| {
                        let key = format!("k{i}");
                        conn.execute(&sql("INSERT INTO gx_setting VALUES ($1, 'x')", &[key.into()]))?;
                        if i % 2 == 0 { Ok(()) } else { Err(Error::other("refused")) }
                    })
                })
            })
            .collect();
        let kept = threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).count();
        assert_eq!(kept, 20);
        assert_eq!(settings(&store), 20);
    }
}

#[test]
fn an_answered_write_is_seen_by_the_next_read() {
    for store in stores() {
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let store = store.clone();
                thread::spawn(move || {
                    for j in 0..20 {
                        let key = format!("{i}-{j}");
                        set_setting(&store, &key, "x").unwrap();
                        let found = sql("SELECT 1 FROM gx_setting WHERE key = $1", &[key.into()]);
                        assert!(store.read(|conn| conn.query_one(&found)).unwrap().is_some());
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}

#[test]
fn a_read_sees_one_snapshot() {
    for store in stores() {
        store
            .read(|conn| {
                let count = sql("SELECT count(*) FROM gx_setting", &[]);
                let before = conn.query_one(&count)?;
                set_setting(&store, "later", "x")?;
                assert_eq!(conn.query_one(&count)?, before);
                Ok::<_, Error>(())
            })
            .unwrap();
        assert_eq!(settings(&store), 1);
    }
}

#[test]
fn a_read_cannot_write() {
    for store in stores() {
        let write = sql("INSERT INTO gx_setting VALUES ('a', 'b')", &[]);
        assert!(store.read(|conn| conn.execute(&write)).is_err());
        assert_eq!(settings(&store), 0);
    }
}

#[test]
fn a_taken_value_is_a_conflict_that_names_the_column() {
    for store in stores() {
        set_setting(&store, "a", "1").unwrap();
        match set_setting(&store, "a", "2") {
            Err(Error::Conflict { constraint }) => assert_eq!(constraint, "gx_setting.key"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_failed_statement_cannot_be_ignored() {
    for store in stores() {
        set_setting(&store, "a", "1").unwrap();
        let again = sql("INSERT INTO gx_setting VALUES ('a', '2')", &[]);
        let other = sql("INSERT INTO gx_setting VALUES ('b', '2')", &[]);
        let ignoring = {
            let (again, other) = (again.clone(), other.clone());
            store.write(move |conn| {
                let _ = conn.execute(&again);
                let _ = conn.execute(&other);
                Ok::<_, Error>(())
            })
        };
        assert!(ignoring.is_err());
        assert_eq!(settings(&store), 1);
        store
            .write(move |conn| {
                assert!(conn.savepoint(|conn| conn.execute(&again)).is_err());
                conn.execute(&other)
            })
            .unwrap();
        assert_eq!(settings(&store), 2);
    }
}

#[test]
fn a_panic_undoes_its_write_and_nothing_else() {
    for store in stores() {
        let panicking = store.write(|conn| -> Result<(), Error> {
            conn.execute(&sql("INSERT INTO gx_setting VALUES ('a', '1')", &[]))?;
            panic!("as planned")
        });
        assert!(panicking.unwrap_err().to_string().contains("as planned"));
        set_setting(&store, "b", "1").unwrap();
        assert_eq!(settings(&store), 1);
    }
}

#[test]
fn ids_are_unique_under_many_threads() {
    for store in stores() {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                thread::spawn(move || {
                    let mut ids = Vec::new();
                    for _ in 0..25 {
                        ids.extend(store.write(|conn| ids::next_ids(conn, 4)).unwrap());
                    }
                    ids
                })
            })
            .collect();
        let ids: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(ids.len(), 800);
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 800);
    }
}

#[test]
fn numbers_have_no_gaps() {
    for store in stores() {
        let threads: Vec<_> = (0..4)
            .map(|i| {
                let store = store.clone();
                thread::spawn(move || {
                    for j in 0..10 {
                        let fails = (i + j) % 3 == 0;
                        let _ = store.write(move |conn| {
                            ids::next_numbers(conn, "KH-2026", 1)?;
                            if fails { Err(Error::other("given back")) } else { Ok(()) }
                        });
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let kept = (0..4).flat_map(|i| (0..10).map(move |j| i + j)).filter(|n| n % 3 != 0).count() as i64;
        assert_eq!(store.write(|conn| ids::next_numbers(conn, "KH-2026", 3)).unwrap(), kept + 1);
        assert_eq!(store.write(|conn| ids::next_numbers(conn, "KH-2026", 1)).unwrap(), kept + 4);
    }
}

/// Two transactions that each read what the other writes cannot both stand.
#[test]
fn no_write_skew() {
    for store in stores() {
        for round in 0..10 {
            let threads: Vec<_> = (0..2)
                .map(|i| {
                    let store = store.clone();
                    thread::spawn(move || {
                        store.write(move |conn| {
                            let count = sql(
                                "SELECT count(*) FROM gx_setting WHERE value = $1",
                                &[format!("r{round}").into()],
                            );
                            let taken = conn.query_one(&count)?.unwrap()[0].int() != Some(0);
                            if taken {
                                return Err(Error::other("taken"));
                            }
                            let insert = sql(
                                "INSERT INTO gx_setting VALUES ($1, $2)",
                                &[format!("{round}-{i}").into(), format!("r{round}").into()],
                            );
                            conn.execute(&insert)
                        })
                    })
                })
                .collect();
            let won = threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).count();
            assert_eq!(won, 1);
        }
    }
}
