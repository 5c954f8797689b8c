//! Backups that are kept beside a set, and when they are made by themselves.

use crate::world::{World, on_every_engine};
use guanxi_gate::{
    Ctx, Error, Result,
    admin::AuditFilter,
    backups::{Every, Plan, Reason},
};
use std::{
    fs::OpenOptions,
    io::{Seek, SeekFrom, Write},
};

fn noted(w: &World) -> Vec<String> {
    let filter = AuditFilter { object: Some("account_set".to_owned()), limit: 50, ..AuditFilter::default() };
    w.gate.audit(&w.admin, &filter).unwrap().into_iter().map(|line| line.name).collect()
}

/// The administrator at another time.
fn at(w: &World, time: &str) -> Ctx {
    w.clock.set(time.parse().unwrap());
    w.gate.ctx_of(w.admin.subject.user, guanxi_gate::Channel::Web).unwrap()
}

#[test]
fn a_backup_is_proved_or_found_damaged_and_both_are_remembered() {
    on_every_engine(|w| {
        let kept = w.gate.keep_backup(&w.admin, Reason::ByHand).unwrap();
        assert!(kept.name.ends_with("-20260310-100000.gx"), "named by the hour on the wall: {}", kept.name);
        assert_eq!((kept.note.by.as_str(), kept.note.proved_at), ("管理员", None));
        let proved = w.gate.prove_backup(&w.admin, &kept.name).unwrap();
        assert_eq!(proved.note.problem, None);
        assert!(proved.note.tables > 10);
        assert_eq!(w.gate.backups(&w.admin).unwrap(), [proved]);

        let path = w.gate.fetch_backup(&w.admin, &kept.name).unwrap();
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.seek(SeekFrom::Start(3_000)).unwrap();
        file.write_all(b"#").unwrap();
        let damaged = w.gate.prove_backup(&w.admin, &kept.name).unwrap();
        assert!(damaged.note.problem.is_some());
        assert_eq!(w.gate.backups(&w.admin).unwrap(), [damaged]);
        w.gate.forget_backup(&w.admin, &kept.name).unwrap();
        assert!(w.gate.backups(&w.admin).unwrap().is_empty());
        assert!(matches!(w.gate.prove_backup(&w.admin, &kept.name), Err(Error::NotFound)));
        let words = ["backup_removed", "backup_unsound", "backup_fetched", "backup_verified", "backed_up"];
        assert_eq!(noted(w), words);
    });
}

#[test]
fn only_who_may_set_account_sets_reaches_backups_and_sets() {
    on_every_engine(|w| {
        let gate = &w.gate;
        let kept = gate.keep_backup(&w.admin, Reason::ByHand).unwrap().name;
        fn refused<T>(done: Result<T>) -> bool {
            matches!(done, Err(Error::Forbidden(_)))
        }
        for ctx in [&w.manager, &w.an, &w.guest] {
            assert!(refused(gate.backups(ctx)));
            assert!(refused(gate.keep_backup(ctx, Reason::ByHand)));
            assert!(refused(gate.prove_backup(ctx, &kept)));
            assert!(refused(gate.fetch_backup(ctx, &kept)));
            assert!(refused(gate.forget_backup(ctx, &kept)));
            assert!(refused(gate.order_restore(ctx, &kept)));
            assert!(refused(gate.set_backup_plan(ctx, Plan::default())));
            assert!(refused(gate.signed_in(ctx)));
            assert!(refused(gate.release_held(ctx)));
            assert!(refused(gate.sets(ctx)));
            assert!(refused(gate.place_for(ctx, "other")));
            assert!(refused(gate.rename_set(ctx, "other", "another")));
            assert!(refused(gate.put_set_away(ctx, "other")));
            assert!(refused(gate.take_set_out(ctx, "other")));
        }
    });
}

#[test]
fn a_plan_keeps_its_newest_and_leaves_what_was_made_by_hand() {
    on_every_engine(|w| {
        let plan = Plan { every: Every::Day, keep: 2, ..Plan::default() };
        w.gate.set_backup_plan(&w.admin, plan).unwrap();
        assert_eq!(w.gate.backup_plan().unwrap(), plan);
        w.gate.keep_backup(&w.admin, Reason::ByHand).unwrap();
        let run = |day: i8| {
            at(w, &format!("2026-03-{day}T20:00:00Z"));
            w.gate.run_job("backup.make", jiff::civil::date(2026, 3, day + 1)).unwrap()
        };
        assert_eq!(run(11), [("made", 1), ("removed", 0)]);
        assert_eq!(run(12), [("made", 1), ("removed", 0)]);
        assert_eq!(run(13), [("made", 1), ("removed", 1)]);
        let left: Vec<_> = w.gate.backups(&w.admin).unwrap();
        let days: Vec<&str> = left.iter().map(|kept| kept.name.split('-').nth(1).unwrap()).collect();
        assert_eq!(days, ["20260314", "20260313", "20260310"]);
        assert!(left[..2].iter().all(|kept| kept.note.proved_at.is_some()), "each was proved");
        assert_eq!(left[2].note.reason, Reason::ByHand);

        let bad = Plan { keep: 0, hour: 24, weekday: 8, ..plan };
        let Err(Error::Invalid(issues)) = w.gate.set_backup_plan(&w.admin, bad) else { panic!() };
        assert_eq!(issues.len(), 3, "all problems at once");
    });
}

#[test]
fn a_weekly_plan_is_due_at_its_hour_on_its_day_and_none_never() {
    on_every_engine(|w| {
        let made = |time: &str| {
            at(w, time);
            w.gate.run_due_jobs().unwrap();
            w.gate.backups(&w.admin).unwrap().len()
        };
        // 2026-03-15 is a Sunday; in Shanghai it is eight hours later than written here.
        assert_eq!(made("2026-03-14T20:00:00Z"), 0, "no plan");
        let plan = Plan { every: Every::Week, weekday: 7, hour: 5, prove: false, ..Plan::default() };
        w.gate.set_backup_plan(&w.admin, plan).unwrap();
        assert_eq!(made("2026-03-20T22:00:00Z"), 0, "a Saturday");
        assert_eq!(made("2026-03-21T20:59:00Z"), 0, "before its hour");
        assert_eq!(made("2026-03-21T21:00:00Z"), 1);
        assert_eq!(made("2026-03-21T22:00:00Z"), 1, "once");
        assert_eq!(made("2026-03-28T21:00:00Z"), 2);
    });
}

#[test]
fn a_restore_needs_a_server_and_a_sound_backup() {
    on_every_engine(|w| {
        let kept = w.gate.keep_backup(&w.admin, Reason::ByHand).unwrap();
        let refused = |done: Result<_>| match done {
            Err(Error::Refused(message)) => message.key.to_string(),
            other => panic!("{:?}", other.map(|_: guanxi_gate::backups::Kept| ())),
        };
        assert_eq!(refused(w.gate.order_restore(&w.admin, &kept.name)), "gate.not_served");
        let (tell, told) = std::sync::mpsc::channel();
        w.gate.serve_with(move |order| tell.send(order).unwrap());
        assert!(matches!(w.gate.order_restore(&w.admin, "nothing.gx"), Err(Error::NotFound)));
        let path = w.gate.fetch_backup(&w.admin, &kept.name).unwrap();
        std::fs::write(path.with_file_name("bad.gx"), "no archive").unwrap();
        assert_eq!(refused(w.gate.order_restore(&w.admin, "bad.gx")), "gate.backup_unsound");
        assert!(told.try_recv().is_err(), "nothing was ordered so far");
        let before = w.gate.order_restore(&w.admin, &kept.name).unwrap();
        let order = told.try_recv().unwrap();
        assert_eq!((order.name, order.by.as_str()), (kept.name, "管理员"));
        assert_eq!(before.note.reason, Reason::BeforeRestore);
    });
}
