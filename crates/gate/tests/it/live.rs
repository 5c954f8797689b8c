//! Changes told between programs that share a set.

use crate::world::domain;
use guanxi_gate::{Channel, Clock, Config, Draft, Gate, Live, auth::NewUser};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;

/// What is heard within a moment, until `enough` holds.
fn heard(from: &mut Receiver<Live>, enough: usize) -> Vec<Live> {
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut all = Vec::new();
    // A moment longer than needed, so that a double would be heard too.
    let mut last = Instant::now();
    while Instant::now() < deadline && (all.len() < enough || last.elapsed() < Duration::from_millis(700)) {
        match from.try_recv() {
            Ok(change) => {
                all.push(change);
                last = Instant::now();
            }
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    all
}

#[test]
fn two_programs_on_one_set_hear_each_other_once() {
    let Ok(url) = std::env::var("GUANXI_TEST_POSTGRES") else {
        eprintln!("GUANXI_TEST_POSTGRES is not set: only PostgreSQL serves several programs");
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let set = format!("live_{}", std::process::id());
    let config = Config { data: data.path().to_owned(), database: Some(url), set };
    let clock = || Clock::fixed("2026-03-10T02:00:00Z".parse().unwrap());
    let one = Gate::create_set(&config, domain(), clock()).unwrap();
    let two = Gate::open(&config, domain(), clock()).unwrap();
    one.follow_others().unwrap();
    two.follow_others().unwrap();
    let (mut at_one, mut at_two) = (one.live(), two.live());

    let operator = one.operator();
    let named = |name: &str| Draft::new().set("name", name).set("phone", "13800000000");
    let made = one.create(&operator, "customer", named("甲"), true).unwrap().id;
    let here = heard(&mut at_one, 1);
    assert_eq!(here.iter().map(|c| (c.record, c.name.as_str())).collect::<Vec<_>>(), [(made, "created")]);
    assert_eq!(heard(&mut at_two, 1), here, "the other program tells the same, once");

    two.update(&operator, "customer", made, None, Draft::new().set("name", "乙")).unwrap();
    let there = heard(&mut at_two, 1);
    assert_eq!(there.iter().map(|c| (c.name.as_str(), c.version)).collect::<Vec<_>>(), [("updated", 2)]);
    assert_eq!(heard(&mut at_one, 1), there);

    // Many changes need several words, and all of them arrive.
    let drafts: Vec<Draft> = (0..150).map(|n| named(&format!("丙{n}"))).collect();
    one.write(&operator, move |tx| tx.create_many("customer", drafts.clone()).map(drop)).unwrap();
    assert_eq!(heard(&mut at_two, 150).len(), 150);

    // A write that is undone tells nothing.
    let undone = one.write(&operator, move |tx| {
        tx.create("customer", Draft::new().set("name", "丁"))?;
        Err::<(), _>(guanxi_gate::Error::refused("no"))
    });
    assert!(undone.is_err());
    let _ = heard(&mut at_one, 150);
    assert!(heard(&mut at_two, 0).is_empty());

    // People are known at once too: whoever is disabled here may do nothing there.
    let user = NewUser {
        login: "an".into(),
        name: "安心".into(),
        roles: vec!["account_manager".into()],
        department: Some("总部".into()),
        password: Some("guan-xi-2026".into()),
        ..NewUser::default()
    };
    let user = one.add_user(&operator, user).unwrap().0;
    let known = |there: bool| {
        (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            two.ctx_of(user, Channel::Web).is_ok() == there
        })
    };
    assert!(known(true));
    one.update(&operator, "user", user, None, Draft::new().set("active", false)).unwrap();
    assert!(known(false));
    drop((one, two));
    guanxi_gate::sets::drop(&config).unwrap();
}
