use crate::{
    Locale,
    expr::{Expr, ExprError, MAX_SOURCE, parse},
    phrases::Phrases,
};

/// Source and its canonical form.
#[test]
fn reads_and_prints() {
    let table = [
        ("a==1", "a == 1"),
        ("a == 'x' && !b", "a == \"x\" && !b"),
        ("a || b && c", "a || b && c"),
        ("(a || b) && c", "(a || b) && c"),
        ("(a && b) && c", "(a && b) && c"),
        ("a && b && c", "a && b && c"),
        ("1 + 2 * 3 - 4", "1 + 2 * 3 - 4"),
        ("1 - (2 - 3)", "1 - (2 - 3)"),
        ("(1 + 2) * 3", "(1 + 2) * 3"),
        ("a / b / c", "a / b / c"),
        ("a / (b / c)", "a / (b / c)"),
        ("-5", "-5"),
        ("- 5", "-5"),
        ("-(5)", "-(5)"),
        ("a -5", "a - 5"),
        ("--a", "--a"),
        ("!!a", "!!a"),
        ("!(a == b)", "!(a == b)"),
        ("a ? b : c ? d : e", "a ? b : c ? d : e"),
        ("a ? b ? c : d : e", "a ? (b ? c : d) : e"),
        ("if(a, b, c)", "a ? b : c"),
        ("a in [1,2]", "a in [1, 2]"),
        ("a in []", "a in []"),
        ("owner in my_team", "owner in my_team"),
        ("today() == date('2026-01-31')", "today == date(\"2026-01-31\")"),
        ("12.500", "12.5"),
        (r#""a\"b\\c\n\u4e2d""#, "\"a\\\"b\\\\c\\n中\""),
        ("'\"'", "\"\\\"\""),
        ("any( order.customer , total>100 )", "any(order.customer, total > 100)"),
        ("count(order) > 2", "count(order) > 2"),
        ("id('42') == owner", "id(\"42\") == owner"),
        ("instant('2026-01-31T09:30:00+08:00')", "instant(\"2026-01-31T01:30:00Z\")"),
        ("instant('2026-01-31')", "instant(date(\"2026-01-31\"))"),
        ("customer.in.today", "customer.in.today"),
        ("max(count, any)", "max(count, any)"),
    ];
    for (source, canonical) in table {
        let expr = parse(source).unwrap_or_else(|e| panic!("{source}: {e:?}"));
        assert_eq!(expr.to_string(), canonical, "{source}");
        assert_eq!(parse(canonical).unwrap(), expr, "{source}");
    }
}

/// Source, the character the error stands at, and the phrase.
#[test]
fn names_the_place_of_errors() {
    let table = [
        ("", 0, "expr.unfinished"),
        ("a ==", 4, "expr.unfinished"),
        ("a = 1", 2, "expr.single_equals"),
        ("a & b", 2, "expr.unexpected"),
        ("名 == 1", 0, "expr.unexpected"),
        ("'名' == $", 7, "expr.unexpected"),
        ("a < b < c", 6, "expr.chained"),
        ("a in [1] in [2]", 9, "expr.chained"),
        ("(a", 2, "expr.expected"),
        ("a b", 2, "expr.unexpected"),
        ("a ? b", 5, "expr.expected"),
        ("[1, 2", 5, "expr.expected"),
        ("'abc", 0, "expr.open_quote"),
        (r"'a\q'", 2, "expr.escape"),
        (r"'\ud800'", 1, "expr.escape"),
        ("nope(1)", 0, "expr.unknown_function"),
        ("1 + is_empty()", 4, "expr.arity"),
        ("if(a, b)", 0, "expr.arity"),
        ("date('2026-02-30')", 0, "expr.syntax"),
        ("id('x')", 0, "expr.id"),
        ("in == 1", 0, "expr.unexpected"),
        ("any(order.customer)", 18, "expr.unexpected"),
        ("any(today, true)", 4, "expr.unexpected"),
        ("99999999999999999999999999999999", 0, "expr.number_too_long"),
        ("a.", 2, "expr.unfinished"),
        ("1 2", 2, "expr.unexpected"),
    ];
    let phrases = Phrases::model();
    for (source, place, key) in table {
        let Err(ExprError::Syntax { at, message }) = parse(source) else { panic!("{source} was read") };
        assert_eq!(at, place, "{source}");
        let key = if key == "expr.syntax" { "expr.date" } else { key };
        assert_eq!(message.key, key, "{source}");
        for locale in Locale::ALL {
            let sentence = phrases.say(locale, &parse(source).unwrap_err().message());
            assert!(!sentence.contains('{') && sentence != key, "{source}: {sentence}");
        }
    }
}

#[test]
fn limits_length_and_depth() {
    assert_eq!(parse(&" ".repeat(MAX_SOURCE + 1)), Err(ExprError::TooLong));
    for open in ["(", "!", "-", "[", "a+(", "a?", "a?b:", "is_empty(", "any(x,", "--", "a==("] {
        let source = open.repeat(MAX_SOURCE / open.len());
        assert_eq!(parse(&source), Err(ExprError::TooDeep), "{open}");
    }
    let long = vec!["a"; 600].join("&&");
    assert!(parse(&long).is_ok(), "a chain is one level");
    assert_eq!(parse(&vec!["a"; 600].join("+")), Err(ExprError::TooDeep));
    let deepest = format!("{}a", "!".repeat(31));
    assert_eq!(parse(&deepest).unwrap().depth(), 32);
    assert_eq!(parse(&format!("!{deepest}")), Err(ExprError::TooDeep));
}

#[test]
fn chains_join_and_constants_vanish() {
    let [a, b, c] = ["a", "b", "c"].map(Expr::field);
    assert_eq!(a.clone().and(b.clone()).and(c.clone()), parse("a && b && c").unwrap());
    assert_eq!(a.clone().or(b.clone()).or(c.clone()), parse("a || b || c").unwrap());
    assert_eq!(Expr::all(vec![]), Expr::Bool(true));
    assert_eq!(Expr::all(vec![Expr::Bool(true), a.clone()]), a);
    assert_eq!(Expr::any_of(vec![]), Expr::Bool(false));
}
