//! Lists: pages, order, cursors, dotted paths, search, groups.

use crate::world::{decimal, on_every_engine};
use guanxi_gate::{
    Draft,
    model::{
        Aggregate, Query, Value,
        query::{Count, DatePart, Group, Measure, MeasureFn},
    },
    read_cursor,
};

#[test]
fn pages_meet_without_gap_or_overlap_whatever_the_order() {
    on_every_engine(|w| {
        for i in 0..23 {
            let mut draft = Draft::new().set("name", format!("客户{i:02}"));
            if i % 3 != 0 {
                draft = draft.set("length", Value::from(i64::from(i % 5)));
            }
            w.gate.create(&w.an, "customer", draft, true).unwrap();
        }
        for sort in
            [vec![], vec!["length"], vec!["-length"], vec!["name"], vec!["-name"], vec!["-created_at"]]
        {
            let mut seen = Vec::new();
            let mut query = Query::of("customer").sort(&sort).limit(5);
            query.count = Count::Capped;
            loop {
                let page = w.gate.list(&w.an, &query).unwrap();
                assert_eq!(page.total, Some(23));
                seen.extend(page.rows.iter().map(|row| (row.get("length").as_decimal(), row.id)));
                let Some(next) = page.next else { break };
                query.after = Some(read_cursor(&next).unwrap());
            }
            let mut ids: Vec<_> = seen.iter().map(|(_, id)| *id).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), 23, "{sort:?}");
            if sort == ["length"] {
                assert!(seen.windows(2).all(|w| w[0] <= w[1]), "empty values are smallest");
            }
            if sort == ["-length"] {
                assert!(seen.windows(2).all(|w| w[0] >= w[1]));
            }
        }
    });
}

#[test]
fn names_sort_by_pinyin() {
    on_every_engine(|w| {
        for name in ["王芳", "安庆", "曾国", "李雷"] {
            w.gate.create(&w.an, "customer", Draft::new().set("name", name), true).unwrap();
        }
        let page = w.gate.list(&w.an, &Query::of("customer").sort(["name"])).unwrap();
        let names: Vec<String> = page.rows.iter().map(|row| row.title()).collect();
        assert_eq!(names, ["安庆", "李雷", "王芳", "曾国"]);
    });
}

#[test]
fn search_finds_words_initials_and_parts_of_phones() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "上海启明星教育科技有限公司", "13812345678");
        w.customer(&w.an, "南京锦绣纺织", "13900000000");
        for text in ["启明星", "明星", "星", "qmx", "教育 科技", "5678", "138", "13812345678", "QMX"]
        {
            let found = w.gate.search(&w.an, text, None, 10).unwrap();
            assert_eq!(found.iter().map(|hit| hit.id).collect::<Vec<_>>(), [id], "{text}");
        }
        assert!(w.gate.search(&w.an, "启星", None, 10).unwrap().is_empty());
        let mut query = Query::of("customer").sort(["-name"]);
        query.search = Some("纺织".into());
        assert_eq!(w.gate.list(&w.an, &query).unwrap().rows.len(), 1);
    });
}

#[test]
fn dotted_paths_show_fields_of_records_one_may_see() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "启明星", "13812345678");
        w.order(&w.an, id, "2026-01-05", "10");
        let query = Query::of("order").fields(["number", "customer.name", "customer.owner", "customer"]);
        let page = w.gate.list(&w.an, &query).unwrap();
        assert_eq!(page.rows[0].get("customer.name"), &Value::from("启明星"));
        assert_eq!(page.titles.get(id), Some("启明星"));
        assert_eq!(page.titles.get(w.an.subject.user), Some("安心"));
    });
}

#[test]
fn groups_by_month_and_through_references_add_up() {
    on_every_engine(|w| {
        let a = w.customer(&w.an, "甲", "13812345678");
        let b = w.customer(&w.bo, "乙", "13812345679");
        for (customer, ctx, on, yuan) in [
            (a, &w.an, "2026-01-31", "1.10"),
            (a, &w.an, "2026-02-01", "2.20"),
            (b, &w.bo, "2026-02-28", "3.30"),
        ] {
            w.order(ctx, customer, on, yuan);
        }
        let by = |field: &str, part| Aggregate {
            object: "order".into(),
            group_by: vec![Group { field: field.into(), part }],
            measures: vec![
                Measure { function: MeasureFn::Count, field: None },
                Measure { function: MeasureFn::Sum, field: Some("total".into()) },
                Measure { function: MeasureFn::Avg, field: Some("total".into()) },
            ],
            limit: 100,
            ..Aggregate::default()
        };
        let months = w.gate.aggregate(&w.manager, &by("ordered_on", DatePart::Month)).unwrap().rows;
        assert_eq!(months[0].keys, [Value::from("2026-01")]);
        assert_eq!(months[1].keys, [Value::from("2026-02")]);
        assert_eq!(months[1].measures, [decimal("2"), decimal("5.50"), decimal("2.75")]);
        let years = w.gate.aggregate(&w.manager, &by("created_at", DatePart::Year)).unwrap().rows;
        assert_eq!(years[0].keys, [Value::from("2026")]);
        let owners = w.gate.aggregate(&w.manager, &by("customer.owner", DatePart::Whole)).unwrap();
        assert_eq!(owners.rows.len(), 2);
        assert_eq!(owners.titles.get(w.bo.subject.user), Some("柏林"));
    });
}
