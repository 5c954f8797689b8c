//! The world of these tests.

use guanxi_gate::{
    Clock, Ctx, Domain, Draft, Gate,
    auth::NewUser,
    model::{RecordId, Role, Value, object::Object, registry::Shipped},
};

pub struct World {
    pub gate: Gate,
    pub clock: Clock,
    /// Sales manager of the east department.
    pub manager: Ctx,
    /// Account managers of the east department.
    pub an: Ctx,
    pub bo: Ctx,
    /// Account manager of the west department.
    pub wei: Ctx,
    /// Holds no role.
    pub guest: Ctx,
    pub admin: Ctx,
}

/// Runs a story on every engine there is.
pub fn on_every_engine(story: impl Fn(&World)) {
    story(&World::new(false));
    if std::env::var("GUANXI_TEST_POSTGRES").is_ok() {
        story(&World::new(true));
    } else {
        eprintln!("GUANXI_TEST_POSTGRES is not set: tried on the embedded engine only");
    }
}

impl World {
    pub fn new(postgres: bool) -> World {
        let clock = Clock::fixed("2026-03-10T02:00:00Z".parse().unwrap());
        let gate = Gate::for_test(domain(), clock.clone(), postgres).unwrap();
        let operator = gate.operator();
        let add = |login: &str, name: &str, role: Option<&str>, department: &str| -> RecordId {
            let user = NewUser {
                login: login.into(),
                name: name.into(),
                roles: role.map(|r| vec![r.to_owned()]).unwrap_or_default(),
                department: Some(department.into()),
                password: Some("guan-xi-2026".into()),
                ..NewUser::default()
            };
            gate.add_user(&operator, user).unwrap().0
        };
        let manager = add("manager", "王主管", Some("sales_manager"), "总部/华东");
        let an = add("an", "安心", Some("account_manager"), "总部/华东");
        let bo = add("bo", "柏林", Some("account_manager"), "总部/华东");
        let wei = add("wei", "魏西", Some("account_manager"), "总部/华西");
        let guest = add("guest", "访客", None, "总部");
        let admin = add("root", "管理员", Some("admin"), "总部");
        let ctx = |user| gate.ctx_of(user, guanxi_gate::Channel::Web).unwrap();
        World {
            manager: ctx(manager),
            an: ctx(an),
            bo: ctx(bo),
            wei: ctx(wei),
            guest: ctx(guest),
            admin: ctx(admin),
            clock,
            gate,
        }
    }

    /// A customer of someone's.
    pub fn customer(&self, of: &Ctx, name: &str, phone: &str) -> RecordId {
        let draft = Draft::new().set("name", name).set("phone", phone);
        self.gate.create(of, "customer", draft, true).unwrap().id
    }

    pub fn order(&self, of: &Ctx, customer: RecordId, on: &str, yuan: &str) -> RecordId {
        let draft = Draft::new()
            .set("customer", customer)
            .set("ordered_on", on.parse::<jiff::civil::Date>().unwrap())
            .set("total", yuan.parse::<rust_decimal::Decimal>().unwrap());
        self.gate.create(of, "order", draft, true).unwrap().id
    }

    pub fn value(&self, of: &Ctx, object: &str, id: RecordId, field: &str) -> Value {
        self.gate.get(of, object, id).unwrap().get(field).clone()
    }
}

pub fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

pub fn domain() -> Domain {
    let object = |text: &str| -> Object { toml::from_str(text).unwrap() };
    let role = |text: &str| -> Role { toml::from_str(text).unwrap() };
    Domain {
        shipped: Shipped {
            objects: vec![
                object(include_str!("documents/user.toml")),
                object(include_str!("documents/department.toml")),
                object(include_str!("documents/customer.toml")),
                object(include_str!("documents/order.toml")),
            ],
            dictionaries: Vec::new(),
            roles: vec![
                role(include_str!("documents/account_manager.toml")),
                role(include_str!("documents/sales_manager.toml")),
                role(include_str!("documents/admin.toml")),
            ],
        },
        ..Domain::default()
    }
}
