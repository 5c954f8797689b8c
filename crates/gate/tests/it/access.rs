//! Who sees and does what: scope, masks, hidden fields, sharing, transfer.

use crate::world::{decimal, on_every_engine};
use guanxi_gate::{
    Cell, Draft, Error,
    admin::Share,
    model::{
        Aggregate, Query, expr,
        query::{Group, Measure, MeasureFn},
    },
};

#[test]
fn lists_counts_and_sums_end_at_the_scope() {
    on_every_engine(|w| {
        for (who, name, phone) in
            [(&w.an, "甲", "13800000001"), (&w.bo, "乙", "13800000002"), (&w.wei, "丙", "13800000003")]
        {
            let id = w.customer(who, name, phone);
            w.order(who, id, "2026-01-01", "10");
        }
        let sees = |ctx| {
            let page = w.gate.list(ctx, &Query::of("customer").sort(["name"])).unwrap();
            page.rows.iter().map(|row| row.title()).collect::<Vec<_>>().join("")
        };
        assert_eq!(sees(&w.an), "甲乙");
        assert_eq!(sees(&w.wei), "丙");
        assert_eq!(sees(&w.manager), "甲乙");
        assert!(matches!(w.gate.list(&w.guest, &Query::of("customer")), Err(Error::Forbidden(_))));
        assert!(matches!(w.gate.list(&w.admin, &Query::of("customer")), Err(Error::Forbidden(_))));
        let sum = Aggregate {
            object: "order".into(),
            measures: vec![Measure { function: MeasureFn::Sum, field: Some("total".into()) }],
            limit: 10,
            ..Aggregate::default()
        };
        let total = |ctx| w.gate.aggregate(ctx, &sum).unwrap().rows[0].measures[0].clone();
        assert_eq!(total(&w.an), decimal("20.00"));
        assert_eq!(total(&w.wei), decimal("10.00"));
        assert_eq!(w.gate.search(&w.wei, "甲", None, 10).unwrap().len(), 0);
        assert_eq!(w.gate.search(&w.bo, "甲", None, 10).unwrap().len(), 1);
    });
}

#[test]
fn what_one_may_not_see_is_not_found_and_what_one_may_not_do_is_forbidden() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "甲", "13800000001");
        let rename = || Draft::new().set("name", "改");
        assert!(matches!(w.gate.get(&w.wei, "customer", id), Err(Error::NotFound)));
        assert!(matches!(w.gate.update(&w.wei, "customer", id, None, rename()), Err(Error::NotFound)));
        assert!(matches!(w.gate.get(&w.guest, "customer", id), Err(Error::NotFound)));
        assert!(matches!(w.gate.update(&w.bo, "customer", id, None, rename()), Err(Error::Forbidden(_))));
        assert!(matches!(w.gate.delete(&w.bo, "customer", id, None), Err(Error::Forbidden(_))));
        assert!(matches!(w.gate.verb(&w.bo, "customer", id, "lose", Draft::new()), Err(Error::Forbidden(_))));
        assert!(matches!(w.gate.verb(&w.wei, "customer", id, "lose", Draft::new()), Err(Error::NotFound)));
        let denied = w
            .gate
            .audit(
                &w.admin,
                &guanxi_gate::admin::AuditFilter {
                    name: Some("denied".into()),
                    limit: 50,
                    ..Default::default()
                },
            )
            .unwrap();
        assert_eq!(denied.len(), 4, "each refusal leaves one line, the guest's at the object too");
    });
}

#[test]
fn a_masked_field_shows_its_mask_and_gives_nothing_away() {
    on_every_engine(|w| {
        let mine = w.customer(&w.an, "甲", "13800000001");
        let theirs = w.customer(&w.bo, "乙", "13900000002");
        let phone = |id| w.gate.get(&w.an, "customer", id).unwrap().cell("phone").cloned();
        assert_eq!(phone(mine), Some(Cell::Value("13800000001".into())));
        assert_eq!(phone(theirs), Some(Cell::Masked("139****0002".into())));
        let refused = |query: Query| matches!(w.gate.list(&w.an, &query), Err(Error::Forbidden(_)));
        assert!(refused(Query::of("customer").sort(["phone"])));
        assert!(refused(Query::of("customer").filter(expr::parse("starts_with(phone, \"139\")").unwrap())));
        assert!(refused(Query::of("customer").filter(expr::parse("phone > \"139\"").unwrap())));
        assert!(refused(Query::of("order").filter(expr::parse("customer.phone != \"1\"").unwrap())));
        let exact = Query::of("customer").filter(expr::parse("phone == \"13900000002\"").unwrap());
        assert_eq!(w.gate.list(&w.an, &exact).unwrap().rows.len(), 1);
        let group = Aggregate {
            object: "customer".into(),
            group_by: vec![Group { field: "phone".into(), part: Default::default() }],
            limit: 10,
            ..Aggregate::default()
        };
        assert!(matches!(w.gate.aggregate(&w.an, &group), Err(Error::Forbidden(_))));
        assert_eq!(w.gate.search(&w.an, "0002", None, 10).unwrap().len(), 0, "part of a masked phone");
        assert_eq!(w.gate.search(&w.an, "0001", None, 10).unwrap().len(), 1, "part of one's own");
        assert_eq!(w.gate.search(&w.an, "13900000002", None, 10).unwrap().len(), 1, "the whole number");
        assert_eq!(w.gate.search(&w.manager, "0002", None, 10).unwrap().len(), 1);
    });
}

#[test]
fn a_hidden_field_does_not_exist_for_those_who_may_not_see_it() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "甲", "13800000001");
        w.gate.update(&w.manager, "customer", id, None, Draft::new().set("secret", decimal("88"))).unwrap();
        assert_eq!(w.gate.get(&w.an, "customer", id).unwrap().cell("secret"), None);
        let refused = |query: Query| matches!(w.gate.list(&w.an, &query), Err(Error::Forbidden(_)));
        assert!(refused(Query::of("customer").fields(["secret"])));
        assert!(refused(Query::of("customer").sort(["secret"])));
        assert!(refused(Query::of("customer").filter(expr::parse("secret == 88").unwrap())));
        assert!(refused(Query::of("order").fields(["customer.secret"])));
        let entries = w.gate.timeline(&w.an, "customer", id, None, 10).unwrap();
        assert!(entries.iter().all(|e| e.changes.is_empty()), "nor in the timeline");
        let Err(Error::Invalid(issues)) =
            w.gate.update(&w.an, "customer", id, None, Draft::new().set("secret", decimal("1")))
        else {
            panic!()
        };
        assert_eq!(issues[0].code, "forbidden");
        let wanted = Draft::new().set("secret", decimal("1")).set("name", "乙");
        let Err(Error::Stale(stale)) = w.gate.update(&w.an, "customer", id, Some(1), wanted) else {
            panic!()
        };
        let told = format!("{:?} {:?}", stale.fields, stale.meanwhile);
        assert!(told.contains("name") && !told.contains("secret"), "nor in a conflict: {told}");
    });
}

#[test]
fn owners_change_by_transfer_only_and_the_new_owner_is_told() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "甲", "13800000001");
        let give = Draft::new().set("owner", w.bo.subject.user);
        assert!(matches!(w.gate.update(&w.an, "customer", id, None, give), Err(Error::Invalid(_))));
        assert!(matches!(
            w.gate.transfer(&w.an, "customer", id, w.bo.subject.user),
            Err(Error::Forbidden(_))
        ));
        w.gate.transfer(&w.manager, "customer", id, w.wei.subject.user).unwrap();
        assert!(w.gate.get(&w.wei, "customer", id).is_ok(), "the department went with the owner");
        assert!(matches!(w.gate.get(&w.an, "customer", id), Err(Error::NotFound)));
        let told = w.gate.notices(&w.wei, 10).unwrap();
        assert_eq!(told[0].text, "王主管 把“甲”转移给了您");
        assert_eq!(w.gate.unread_notices(&w.wei).unwrap(), 1);
    });
}

#[test]
fn sharing_reaches_the_record_and_what_belongs_to_it_until_it_ends() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "甲", "13800000001");
        let order = w.order(&w.an, id, "2026-01-01", "1");
        let share = |edit, until: Option<&str>| Share {
            user: Some(w.wei.subject.user),
            department: None,
            edit,
            until: until.map(|d| d.parse().unwrap()),
        };
        let rename = || Draft::new().set("name", "甲甲");
        w.gate.share(&w.an, "customer", id, share(false, Some("2026-03-11"))).unwrap();
        assert!(w.gate.get(&w.wei, "customer", id).is_ok());
        assert!(w.gate.get(&w.wei, "order", order).is_ok());
        assert!(matches!(w.gate.update(&w.wei, "customer", id, None, rename()), Err(Error::Forbidden(_))));
        w.gate.share(&w.an, "customer", id, share(true, None)).unwrap();
        assert!(w.gate.update(&w.wei, "customer", id, None, rename()).is_ok());
        w.gate.unshare(&w.an, "customer", id, share(true, None)).unwrap();
        assert!(matches!(w.gate.get(&w.wei, "customer", id), Err(Error::NotFound)));
        w.gate.share(&w.an, "customer", id, share(false, Some("2026-03-11"))).unwrap();
        w.clock.set("2026-03-11T16:00:00Z".parse().unwrap());
        let later = w.gate.ctx_of(w.wei.subject.user, guanxi_gate::Channel::Web).unwrap();
        assert!(
            matches!(w.gate.get(&later, "customer", id), Err(Error::NotFound)),
            "over at midnight in Shanghai"
        );
    });
}

#[test]
fn nobody_makes_records_outside_their_reach() {
    on_every_engine(|w| {
        let for_bo = Draft::new().set("name", "甲").set("owner", w.bo.subject.user);
        assert!(matches!(w.gate.create(&w.an, "customer", for_bo, true), Err(Error::Forbidden(_))));
        let for_an = Draft::new().set("name", "甲").set("owner", w.an.subject.user);
        assert!(w.gate.create(&w.manager, "customer", for_an, true).is_ok());
        let for_west = Draft::new().set("name", "乙").set("owner", w.wei.subject.user);
        assert!(matches!(w.gate.create(&w.manager, "customer", for_west, true), Err(Error::Forbidden(_))));
    });
}
