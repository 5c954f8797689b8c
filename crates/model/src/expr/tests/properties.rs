use super::world::{customer, env, registry};
use crate::{
    RecordId,
    expr::{Comparison, Expr, Fold, Function, MAX_SOURCE, Operator, Word, check, evaluate, parse},
};
use jiff::{Timestamp, civil::Date};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        Just(Expr::Null),
        any::<bool>().prop_map(Expr::Bool),
        (any::<i64>(), 0..6_u32).prop_map(|(units, scale)| Expr::Decimal(Decimal::new(units, scale))),
        (-1000_i64..1000, 0..3_u32).prop_map(|(units, scale)| Expr::Decimal(Decimal::new(units, scale))),
        ".{0,8}".prop_map(Expr::Text),
        (0_i16..3000, 1_i8..13, 1_i8..29).prop_map(|(y, m, d)| Expr::Date(Date::new(y, m, d).unwrap())),
        (0_i64..2_000_000_000_000).prop_map(|ms| Expr::Instant(Timestamp::from_millisecond(ms).unwrap())),
        any::<i64>().prop_map(|id| Expr::Id(RecordId(id))),
        prop::sample::select(vec![
            "name",
            "grade",
            "tags",
            "credit",
            "revenue",
            "since",
            "vip",
            "place",
            "owner",
            "parent.name",
            "created_at",
            "nope",
            "count",
            "date",
        ])
        .prop_map(Expr::field),
        prop::sample::select(vec![
            Word::Today,
            Word::Now,
            Word::StartOfMonth,
            Word::Me,
            Word::MyTeam,
            Word::MyDepartment,
            Word::MyDepartments
        ])
        .prop_map(Expr::Word),
    ]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    prop::sample::select(vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ])
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(vec![Operator::Add, Operator::Subtract, Operator::Multiply, Operator::Divide])
}

/// Calls with as many arguments as the function takes. `date` and `instant` are left to the grammar table,
/// because with a literal they are not calls.
fn call(args: Vec<Expr>) -> BoxedStrategy<Expr> {
    let functions = [
        "contains",
        "starts_with",
        "is_empty",
        "days_ago",
        "days_from_now",
        "months_ago",
        "year",
        "month",
        "round",
        "min",
        "max",
        "coalesce",
        "concat",
    ];
    prop::sample::select(functions.to_vec())
        .prop_map(move |name| {
            let function = Function::from_name(name).unwrap();
            let (least, most) = function.arity();
            let mut args: Vec<Expr> = args.iter().take(most).cloned().collect();
            while args.len() < least {
                args.push(Expr::field("name"));
            }
            Expr::Call(function, args)
        })
        .boxed()
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(6, 40, 4, |inner| {
        let many = prop::collection::vec(inner.clone(), 2..4);
        let one = || inner.clone().prop_map(Box::new);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Expr::List),
            one().prop_map(Expr::Not),
            one().prop_map(Expr::Negate),
            many.clone().prop_map(Expr::And),
            many.clone().prop_map(Expr::Or),
            (comparison(), one(), one()).prop_map(|(c, a, b)| Expr::Compare(c, a, b)),
            (one(), one()).prop_map(|(a, b)| Expr::In(a, b)),
            (operator(), one(), one()).prop_map(|(o, a, b)| Expr::Arithmetic(o, a, b)),
            (one(), one(), one()).prop_map(|(a, b, c)| Expr::If(a, b, c)),
            many.prop_flat_map(call),
            (prop::sample::select(vec![Fold::Any, Fold::All, Fold::Count, Fold::Sum]), one()).prop_map(
                |(fold, body)| Expr::Over { fold, relation: "order.customer".to_owned(), body: Some(body) }
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn printed_source_parses_back(expr in tree()) {
        let source = expr.to_string();
        prop_assume!(source.len() <= MAX_SOURCE);
        prop_assert_eq!(parse(&source), Ok(expr));
    }

    #[test]
    fn json_reads_back(expr in tree()) {
        let text = serde_json::to_string(&expr).unwrap();
        prop_assert_eq!(serde_json::from_str::<Expr>(&text).unwrap(), expr);
    }

    #[test]
    fn evaluation_never_panics(expr in tree()) {
        let _ = evaluate(&expr, &customer(), &env());
    }

    /// The checker's promise: what it accepts computes.
    #[test]
    fn checked_expressions_evaluate(expr in tree()) {
        let registry = registry();
        let object = registry.object("customer").unwrap();
        if let Ok(checked) = check(&expr, &(&registry, &**object)) {
            prop_assert!(evaluate(&checked.expr, &customer(), &env()).is_ok(), "{}", expr);
            let again = check(&checked.expr, &(&registry, &**object)).unwrap();
            prop_assert_eq!(&again.expr, &checked.expr);
            prop_assert_eq!(again.ty, checked.ty);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(source in ".{0,200}") {
        let _ = parse(&source);
    }

    #[test]
    fn any_mix_of_tokens_is_read_or_refused(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "a", "1", "'x'", "(", ")", "[", "]", "!", "-", "+", "*", "==", "<", "in", "&&", "||", "?", ":", ",",
            "any(", "if(", "date(", "contains(", ".", "today", "null",
        ]), 0..60)
    ) {
        if let Ok(expr) = parse(&tokens.join(" ")) {
            prop_assert_eq!(parse(&expr.to_string()), Ok(expr));
        }
    }
}
