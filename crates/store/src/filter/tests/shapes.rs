//! What the SQL looks like, where its shape decides whether an index answers.

use super::{
    compile,
    world::{env, registry},
};
use crate::{dialect::Dialect, sql::Sql};
use guanxi_model::{
    Stored,
    expr::{ExprError, parse},
};

fn shape(source: &str) -> Result<(String, Vec<Stored>), ExprError> {
    let registry = registry();
    let mut sql = Sql::default();
    let expr = parse(source).unwrap_or_else(|e| panic!("{source}: {e:?}"));
    compile(&expr, registry.object("customer").unwrap(), &registry, &env(), "t", Dialect::Sqlite, &mut sql)?;
    Ok((sql.text, sql.params))
}

#[test]
fn simple_conditions_stay_bare() {
    let table = [
        ("grade == 'a'", "t.\"grade\" = $1"),
        ("'a' == grade", "t.\"grade\" = $1"),
        ("owner == me", "t.\"owner\" = $1"),
        ("owner in my_team", "t.\"owner\" IN ($1, $2)"),
        ("owner in ['7']", "t.\"owner\" = $1"),
        ("grade in []", "FALSE"),
        ("revenue >= 100 && revenue < 200.5", "(t.\"revenue\" >= $1 AND t.\"revenue\" < $2)"),
        ("revenue > 100.005", "t.\"revenue\" > $1"),
        ("revenue == 100.005", "FALSE"),
        ("large < 99999999999999999999", "t.\"large\" IS NOT NULL"),
        ("vip", "t.\"vip\" = 1"),
        ("!vip", "NOT COALESCE(t.\"vip\" = 1, FALSE)"),
        ("is_empty(owner)", "t.\"owner\" IS NULL"),
        ("!is_empty(owner)", "t.\"owner\" IS NOT NULL"),
        ("created_at >= days_ago(7)", "t.\"created_at\" >= $1"),
        ("date(created_at) == today", "(t.\"created_at\" >= $1 AND t.\"created_at\" < $2)"),
        ("year(since) == 2026", "(t.\"since\" >= $1 AND t.\"since\" < $2)"),
        ("since <= now", "t.\"since\" <= $1"),
        (
            "parent.grade == 'a'",
            "t.\"parent\" IN (SELECT t_1.\"id\" FROM \"customer\" t_1 WHERE t_1.\"grade\" = $1)",
        ),
        (
            "any(order, total > 1)",
            "EXISTS (SELECT 1 FROM \"order\" t_1 WHERE t_1.\"f_12\" = t.\"id\" AND t_1.\"deleted_at\" IS NULL AND \
          t_1.\"total\" > $1)",
        ),
        ("today > '2026-01-01'", "TRUE"),
        ("contains(name, 'ÀB')", "instr(lower(t.\"name\"), CAST($1 AS TEXT)) > 0"),
    ];
    for (source, expected) in table {
        let (text, _) = shape(source).unwrap_or_else(|e| panic!("{source}: {e:?}"));
        assert_eq!(text, expected, "{source}");
    }
    let ints = |source| shape(source).unwrap().1.iter().filter_map(Stored::int).collect::<Vec<_>>();
    assert_eq!(ints("revenue >= 100 && score < 0.5"), [10_000, 500]);
    assert_eq!(shape("contains(tags, 'a\"b')").unwrap().1, [Stored::from(r#""a\"b""#), Stored::from("a\"b")]);
}

#[test]
fn inexact_conditions_are_refused_and_leave_the_statement_alone() {
    let registry = registry();
    let object = registry.object("customer").unwrap();
    for source in [
        "revenue / 3 > 1",
        "round(score, 1) == 0.5",
        "min(revenue, score) > 1",
        "created_at > since",
        "date(created_at) == since",
        "concat(revenue, 'x') == 'x'",
        "contains(tags, name)",
        "score * score * score * score * score > 1",
        "revenue > 1 && days_ago(credit) < today",
    ] {
        let mut sql = Sql::new("before ");
        sql.bind(1);
        let before = sql.clone();
        let expr = parse(source).unwrap();
        let error = compile(&expr, object, &registry, &env(), "t", Dialect::Sqlite, &mut sql).unwrap_err();
        assert!(matches!(error, ExprError::NotInFilters { .. }), "{source}: {error:?}");
        assert_eq!(sql, before, "{source}");
    }
    assert!(matches!(shape("nope == 1"), Err(ExprError::UnknownField { .. })));
    assert!(matches!(shape("revenue + 1"), Err(ExprError::Type { .. } | ExprError::NotInFilters { .. })));
}
