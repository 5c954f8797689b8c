use super::world::{customer, decimal, env, run, run_unchecked};
use crate::{
    Value,
    expr::{Expr, ExprError, MAX_STEPS, evaluate, holds, parse},
};
use jiff::civil::date;

/// Conditions on the customer of `world.rs`.
#[test]
fn conditions() {
    let table = [
        ("grade == 'key'", true),
        ("grade != 'key'", false),
        ("grade in ['a', 'key']", true),
        ("grade in []", false),
        ("revenue > 1234", true),
        ("revenue == 1234.5", true),
        ("name < 'B'", true),
        ("contains(name, 'acME')", true),
        ("contains(name, '上海')", true),
        ("contains(name, name)", true),
        ("starts_with(name, 'ACM')", true),
        ("starts_with(name, '上')", false),
        ("contains(tags, '重点')", true),
        ("contains(tags, 'A')", false),
        ("'a' in tags", true),
        ("owner == me", false),
        ("owner in my_team", true),
        ("department in my_departments", true),
        ("department == my_department", false),
        ("parent.name == 'Group'", true),
        ("created_at >= '2026-01-01'", true),
        ("created_at < '2026-01-01'", false),
        ("year(created_at) == 2026 && month(created_at) == 1", true),
        ("date(created_at) == '2026-01-01'", true),
        ("created_at <= now", true),
        ("since == date('2020-02-29')", true),
        ("month(since) == 2", true),
        ("vip", true),
        ("!vip", false),
        ("vip ? true : false", true),
        ("any(order, total > 200)", true),
        ("any(order, total > 300)", false),
        ("all(order, total > 50)", false),
        ("all(order, is_empty(total) || total > 50)", true),
        ("any(order, day >= start_of_month && is_empty(total))", true),
        ("count(order) == 3", true),
        ("count(order, total > 1) == 2", true),
        ("sum(order, total) == 350.25", true),
        ("count(task.first) == 0 && sum(order, 0 * total) == 0", true),
        ("all(task.first, false)", true),
        ("today == date('2026-03-31')", true),
        ("days_ago(31) == '2026-02-28'", true),
        ("days_from_now(1) == '2026-04-01'", true),
        ("months_ago(1) == '2026-02-28'", true),
        ("months_ago(-1) == '2026-04-30'", true),
        ("start_of_month == '2026-03-01'", true),
    ];
    for (source, expected) in table {
        assert_eq!(run(source), Value::Bool(expected), "{source}");
    }
}

#[test]
fn results() {
    let table: Vec<(&str, Value)> = vec![
        ("revenue * score", decimal("154.3125").into()),
        ("-revenue + 1", decimal("-1233.5").into()),
        ("1 / 4", decimal("0.25").into()),
        ("round(2.345, 2)", decimal("2.35").into()),
        ("round(-2.5)", decimal("-3").into()),
        ("round(1234.5, -2)", decimal("1235").into()),
        ("min(1, 2) + max(3, 4)", decimal("5").into()),
        ("min(since, today)", date(2020, 2, 29).into()),
        ("concat(name, '/', grade, '/', revenue, '/', since)", "Acme 上海/key/1234.5/2020-02-29".into()),
        ("coalesce(place, place)", Value::Null),
        ("coalesce(credit, 3)", decimal("3").into()),
        ("vip ? 'a' : 'b'", "a".into()),
        ("if(is_empty(credit), 0, credit)", decimal("0").into()),
        ("0.1 + 0.2", decimal("0.3").into()),
        ("days_ago(99999999999)", Value::Null),
        ("months_ago(9999999)", Value::Null),
        ("79228162514264337593543950335 + 1", Value::Null),
        ("79228162514264337593543950335 * 10", Value::Null),
        ("1 / 0", Value::Null),
        ("round(credit, 1)", Value::Null),
        ("min(credit, 1)", Value::Null),
    ];
    for (source, expected) in table {
        assert_eq!(run(source), expected, "{source}");
    }
}

/// `credit`, `parent` and the rest are empty on the customer.
#[test]
fn null_table() {
    let table = [
        ("credit == 1", false),
        ("credit != 1", false),
        ("credit < 1", false),
        ("credit >= 1", false),
        ("credit == credit", false),
        ("credit in [1, 2]", false),
        ("!(credit == 1)", true),
        ("credit + 1 == 1", false),
        ("is_empty(credit)", true),
        ("is_empty(credit + 1)", true),
        ("is_empty(name)", false),
        ("is_empty(parent.since)", true),
        ("is_empty(1 / 0)", true),
        ("1 / 0 == 1 / 0", false),
        ("parent.vip && true", false),
        ("!parent.vip", true),
        ("parent.vip || true", true),
        ("parent.vip == false", false),
        ("contains(parent.grade, 'x')", false),
        ("contains(name, parent.grade)", false),
        ("contains(parent.tags, 'x')", false),
        ("starts_with(parent.grade, '')", false),
        ("parent == me", false),
        ("parent in my_team", false),
        ("is_empty(year(parent.since))", true),
        ("is_empty(concat(parent.grade))", true),
        ("concat(parent.grade, 'x') == 'x'", true),
        ("parent.vip ? false : true", true),
        ("is_empty(-credit)", true),
        ("is_empty('')", true),
    ];
    for (source, expected) in table {
        assert_eq!(run(source), Value::Bool(expected), "{source}");
    }
}

#[test]
fn trees_made_in_rust_run_without_a_check() {
    let since = Expr::eq("since", "2020-02-29").and(Expr::eq("owner", "8")).and(Expr::eq("grade", "key"));
    assert_eq!(run_unchecked(&since), Value::Bool(true));
    let early = Expr::compare("created_at", crate::expr::Comparison::GreaterOrEqual, date(2026, 1, 1));
    assert_eq!(run_unchecked(&early), Value::Bool(true));
    let error = evaluate(&Expr::eq("name", true), &customer(), &env()).unwrap_err();
    assert!(matches!(error, ExprError::Type { .. }));
    assert!(holds(&Expr::field("name"), &customer(), &env()).is_err());
    assert_eq!(holds(&Expr::field("credit"), &customer(), &env()), Ok(false));
}

#[test]
fn work_is_bounded() {
    let mut record = customer();
    let orders = record.related.remove("order.customer").unwrap();
    record.related.insert("order.customer".to_owned(), orders.into_iter().cycle().take(4_000).collect());
    let heavy = parse("all(order.customer, is_empty(total) || total > 0)").unwrap();
    assert_eq!(evaluate(&heavy, &record, &env()), Err(ExprError::TooManySteps));
    const { assert!(MAX_STEPS < 4_000 * 3) };
    let mut deep = Expr::Bool(true);
    for _ in 0..1_000 {
        deep = deep.not();
    }
    assert_eq!(evaluate(&deep, &record, &env()), Err(ExprError::TooDeep));
}
