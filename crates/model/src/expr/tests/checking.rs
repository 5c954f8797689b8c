use super::world::registry;
use crate::{
    Locale,
    expr::{Checked, ExprError, Type, check, parse},
    phrases::Phrases,
};

fn checked(object: &str, source: &str) -> Result<Checked, ExprError> {
    let registry = registry();
    let object = registry.object(object).unwrap();
    check(&parse(source).unwrap(), &(&registry, &**object))
}

#[test]
fn resolves_names_and_coerces_literals() {
    let table = [
        ("since > '2026-01-31'", "since > date(\"2026-01-31\")"),
        ("'2026-01-31' < since", "date(\"2026-01-31\") < since"),
        ("created_at >= '2026-01-31'", "created_at >= instant(date(\"2026-01-31\"))"),
        ("created_at >= today", "created_at >= instant(today)"),
        ("created_at > '2026-01-31T00:00:00Z'", "created_at > instant(\"2026-01-31T00:00:00Z\")"),
        ("owner == '42'", "owner == id(\"42\")"),
        ("owner in ['42', me]", "owner in [id(\"42\"), me]"),
        ("owner == 42", "owner == id(\"42\")"),
        ("since in ['2026-01-31', today]", "since in [date(\"2026-01-31\"), today]"),
        ("'a' in tags", "contains(tags, \"a\")"),
        ("year(created_at) == 2026", "year(date(created_at)) == 2026"),
        ("any(order, total > 1)", "any(order.customer, total > 1)"),
        ("date(since) == today", "since == today"),
        ("max(since, '2026-01-31')", "max(since, date(\"2026-01-31\"))"),
        (
            "coalesce('2026-01-31', since, created_at)",
            "coalesce(instant(date(\"2026-01-31\")), instant(since), created_at)",
        ),
        ("vip ? since : '2026-01-31'", "vip ? since : date(\"2026-01-31\")"),
    ];
    for (source, canonical) in table {
        let checked = checked("customer", source).unwrap_or_else(|e| panic!("{source}: {e:?}"));
        assert_eq!(checked.expr.to_string(), canonical, "{source}");
    }
    let about = checked("task", "about == 'customer:42' || about == first").unwrap();
    assert_eq!(about.expr.to_string(), "about == id(\"42\") || about == first");
}

#[test]
fn types_and_reads() {
    let reads = |source| {
        let checked = checked("customer", source).unwrap();
        (checked.ty, checked.reads.into_iter().collect::<Vec<_>>().join(" "), checked.mentions_today)
    };
    assert_eq!(reads("revenue * 2"), (Type::Decimal, "revenue".into(), false));
    assert_eq!(reads("parent.grade == 'a'"), (Type::Bool, "parent parent.grade".into(), false));
    assert_eq!(
        reads("sum(order, total) > 1 && since < days_ago(30)"),
        (Type::Bool, "order.customer order.total since".into(), true)
    );
    assert_eq!(reads("count(order, customer.name == 'x')").1, "order.customer order.customer.name",);
    assert_eq!(reads("concat(name, ' ', grade)").0, Type::Text);
    assert_eq!(reads("start_of_month").0, Type::Date);
    assert!(checked("customer", "owner == me").unwrap().mentions_me);
}

#[test]
fn refuses_what_does_not_fit() {
    let table = [
        ("nope == 1", "unknown field nope"),
        ("parent.nope == 1", "unknown field parent.nope"),
        ("name.length == 1", "unknown field name.length"),
        ("any(task, true)", "unknown relation task"),
        ("any(customer.name, true)", "unknown relation customer.name"),
        ("name == null", "expr.compared_with_null"),
        ("name == ''", "expr.compared_with_null"),
        ("name in ['a', null]", "expr.compared_with_null"),
        ("name == 1", "expr.two_types"),
        ("since == 'tomorrow'", "expr.date"),
        ("owner == 'Li Lei'", "expr.id"),
        ("vip < true", "expr.two_types"),
        ("grade < 'key'", "expr.two_types"),
        ("tags == 'a'", "expr.two_types"),
        ("revenue && vip", "expr.wrong_type"),
        ("name + 1", "expr.wrong_type"),
        ("owner == my_team", "expr.only_after_in"),
        ("[1]", "expr.only_after_in"),
        ("name in my_team", "expr.wrong_type"),
        ("revenue in tags", "expr.wrong_type"),
        ("name in name", "expr.in_list"),
        ("since in [created_at]", "expr.wrong_type"),
        ("contains(revenue, 'x')", "expr.wrong_type"),
        ("vip ? 1 : 'a'", "expr.two_types"),
        ("min(name, name)", "expr.wrong_type"),
        ("concat(created_at)", "expr.wrong_type"),
        ("sum(order, number)", "expr.wrong_type"),
    ];
    let phrases = Phrases::model();
    for (source, expected) in table {
        let error = checked("customer", source).expect_err(source);
        assert!(error.to_string().contains(expected), "{source}: {error}");
        assert!(error.position(source).is_some(), "{source}: {error}");
        for locale in Locale::ALL {
            let sentence = phrases.say(locale, &error.message());
            assert!(!sentence.contains('{') && !sentence.contains("expr."), "{source}: {sentence}");
        }
    }
}

#[test]
fn a_child_with_two_references_needs_the_full_name() {
    assert!(checked("customer", "any(task.first, subject == 'x')").is_ok());
    assert!(checked("customer", "any(task, subject == 'x')").is_err());
    assert!(checked("user", "count(customer.owner) > 3").is_ok());
}
