//! The compiled predicate must choose the rows that the evaluator chooses.

mod random;
mod shapes;
mod world;

use super::compile;
use crate::{dialect::Dialect, sql::Sql};
use guanxi_model::{
    Object, Registry, Stored,
    expr::{Expr, ExprError, check, holds},
};
use random::Random;
use world::{World, env, registry};

/// Rows that the evaluator chooses.
fn chosen(expr: &Expr, object: &Object, registry: &Registry, world: &World) -> Vec<i64> {
    let checked = check(expr, &(registry, object)).unwrap_or_else(|e| panic!("{expr}: {e:?}"));
    let rows = world.rows(&object.name).iter();
    rows.filter(|row| {
        holds(&checked.expr, &world.source(row), &env()).unwrap_or_else(|e| panic!("{expr}: {e:?}"))
    })
    .map(|row| row.id)
    .collect()
}

fn select(expr: &Expr, object: &Object, registry: &Registry, dialect: Dialect) -> Result<Sql, ExprError> {
    let mut sql = Sql::new("SELECT t.\"id\" FROM ");
    sql.name(&object.table).push(" t WHERE t.\"id\" > ").bind(0).push(" AND ");
    compile(expr, object, registry, &env(), "t", dialect, &mut sql)?;
    sql.push(" ORDER BY t.\"id\"");
    Ok(sql)
}

enum Database {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgres::Client>),
}

impl Database {
    /// SQLite always, PostgreSQL when a server is named.
    fn all(registry: &Registry) -> Vec<Database> {
        let mut all = vec![Database::Sqlite(rusqlite::Connection::open_in_memory().unwrap())];
        if let Ok(url) = std::env::var("GUANXI_TEST_POSTGRES") {
            let client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            all.push(Database::Postgres(Box::new(client)));
        }
        for database in &mut all {
            // One transaction that is never committed spares PostgreSQL a flush to disk for each row; tables of a
            // dozen rows are not worth compiling queries for, although their unknown size looks as if they were.
            database.script("BEGIN");
            if database.dialect() == Dialect::Postgres {
                database.script("SET LOCAL jit = off");
            }
            for object in registry.objects() {
                let columns: Vec<String> = object
                    .fields
                    .iter()
                    .map(|field| {
                        let dialect = database.dialect();
                        let kind = if field.stores_integer() { dialect.integer() } else { dialect.text() };
                        format!("\"{}\" {kind}", field.column)
                    })
                    .collect();
                let table = &object.table;
                database.script(&format!("CREATE TEMPORARY TABLE \"{table}\" ({})", columns.join(", ")));
            }
        }
        all
    }

    fn dialect(&self) -> Dialect {
        match self {
            Database::Sqlite(_) => Dialect::Sqlite,
            Database::Postgres(_) => Dialect::Postgres,
        }
    }

    fn script(&mut self, script: &str) {
        match self {
            Database::Sqlite(connection) => connection.execute_batch(script).unwrap(),
            Database::Postgres(client) => client.batch_execute(script).unwrap(),
        }
    }

    fn fill(&mut self, registry: &Registry, world: &World) {
        for object in registry.objects() {
            self.script(&format!("DELETE FROM \"{}\"", object.table));
            for row in world.rows(&object.name) {
                let mut sql = Sql::new("INSERT INTO ");
                sql.name(&object.table).push(" VALUES (");
                for (position, field) in object.fields.iter().enumerate() {
                    sql.push(if position == 0 { "" } else { ", " })
                        .bind(field.store(&row.value(&field.name)));
                }
                sql.push(")");
                self.ids(&sql);
            }
        }
    }

    fn ids(&mut self, sql: &Sql) -> Vec<i64> {
        match self {
            Database::Sqlite(connection) => {
                let mut statement =
                    connection.prepare(&sql.text).unwrap_or_else(|e| panic!("{}: {e}", sql.text));
                for index in 1..=statement.parameter_count() {
                    let number: usize = statement.parameter_name(index).unwrap()[1..].parse().unwrap();
                    match &sql.params[number - 1] {
                        Stored::Null => statement.raw_bind_parameter(index, rusqlite::types::Null).unwrap(),
                        Stored::Int(number) => statement.raw_bind_parameter(index, number).unwrap(),
                        Stored::Text(text) => statement.raw_bind_parameter(index, text).unwrap(),
                    }
                }
                let mut rows = statement.raw_query();
                let mut ids = Vec::new();
                while let Some(row) = rows.next().unwrap_or_else(|e| panic!("{}: {e}", sql.text)) {
                    ids.push(row.get(0).unwrap());
                }
                ids
            }
            Database::Postgres(client) => {
                let params: Vec<&(dyn postgres::types::ToSql + Sync)> = sql
                    .params
                    .iter()
                    .map(|param| match param {
                        Stored::Null => &Untyped as &(dyn postgres::types::ToSql + Sync),
                        Stored::Int(number) => number,
                        Stored::Text(text) => text,
                    })
                    .collect();
                let rows = client.query(&sql.text, &params);
                rows.unwrap_or_else(|e| panic!("{}: {e:?}", sql.text)).iter().map(|row| row.get(0)).collect()
            }
        }
    }
}

/// A null of whatever type the server expects.
#[derive(Debug)]
struct Untyped;

impl postgres::types::ToSql for Untyped {
    fn to_sql(
        &self,
        _: &postgres::types::Type,
        _: &mut postgres::types::private::BytesMut,
    ) -> Result<postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(postgres::types::IsNull::Yes)
    }

    fn accepts(_: &postgres::types::Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

#[test]
fn random_conditions_choose_the_same_random_rows() {
    let registry = registry();
    let mut databases = Database::all(&registry);
    let (mut compiled, mut refused) = (0, 0);
    for seed in 0..36 {
        let mut random = Random::new(seed);
        let world = World::random(&registry, &mut random);
        for database in &mut databases {
            database.fill(&registry, &world);
        }
        for _ in 0..60 {
            let name = random.pick(&["customer", "customer", "order", "task"]);
            let object = registry.object(name).unwrap();
            let expr = random.condition(&object.name, seed as u32 % 6);
            let Ok(_) = check(&expr, &(&registry, &**object)) else {
                panic!("{expr} does not pass the checker")
            };
            for database in &mut databases {
                match select(&expr, object, &registry, database.dialect()) {
                    Ok(sql) => {
                        compiled += 1;
                        let ids = database.ids(&sql);
                        let expected = chosen(&expr, object, &registry, &world);
                        assert_eq!(
                            ids,
                            expected,
                            "seed {seed}, {:?}\n{expr}\n{}",
                            database.dialect(),
                            sql.text
                        );
                    }
                    Err(ExprError::NotInFilters { .. }) => refused += 1,
                    Err(error) => panic!("{expr}: {error:?}"),
                }
            }
        }
    }
    assert!(compiled > 10 * refused, "{compiled} compiled, {refused} refused");
}
