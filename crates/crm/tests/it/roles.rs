//! The ready roles, as the decisions list them: who may do what with whose records.

use crate::world::{World, story, why};
use guanxi_gate::{Cell, Draft};
use guanxi_model::RecordId;

fn customers(world: &World) -> [RecordId; 3] {
    ["li", "wang", "zhao"].map(|owner| {
        let draft =
            Draft::new().set("name", owner).set("phone", "13800001024").set("email", "sun@example.com");
        world.given("customer", draft.set("owner", world.id(owner)))
    })
}

/// How a person sees a field: `clear`, `masked`, `hidden`, or not even the record.
fn sees(world: &World, person: &str, object: &str, id: RecordId, field: &str) -> &'static str {
    match world.gate.get(&world.ctx(person), object, id) {
        Err(_) => "not found",
        Ok(seen) => match seen.cell(field) {
            None => "hidden",
            Some(Cell::Masked(_)) => "masked",
            Some(Cell::Value(_)) => "clear",
        },
    }
}

#[test]
fn phones_are_masked_on_colleagues_customers() {
    story(|world| {
        let [li, wang, zhao] = customers(world);
        for (person, id, phone) in [
            ("li", li, "clear"),
            ("li", wang, "masked"),
            ("li", zhao, "not found"),
            ("manager", li, "clear"),
            ("manager", zhao, "clear"),
            ("agent", zhao, "clear"),
            ("boss", li, "masked"),
            ("admin", li, "not found"),
        ] {
            assert_eq!(sees(world, person, "customer", id, "phone"), phone, "{person}");
            assert_eq!(sees(world, person, "customer", id, "email"), phone, "{person}");
        }
    });
}

#[test]
fn account_managers_change_their_own_and_managers_all_below_them() {
    story(|world| {
        let [li, wang, zhao] = customers(world);
        let edit =
            |person: &str, id| why(world.edit(person, "customer", id, Draft::new().set("note", person)));
        assert!(edit("li", li).starts_with("done"));
        assert_eq!(edit("li", wang), "forbidden");
        assert_eq!(edit("li", zhao), "not found");
        assert!(edit("manager", zhao).starts_with("done"));
        for person in ["agent", "boss"] {
            assert_eq!(edit(person, li), "forbidden", "{person}");
        }
        assert_eq!(edit("admin", li), "not found");
        let transfer =
            |person: &str| why(world.gate.transfer(&world.ctx(person), "customer", li, world.id("wang")));
        assert_eq!(transfer("li"), "forbidden");
        assert!(transfer("manager").starts_with("done"));
    });
}

#[test]
fn each_role_holds_the_rights_of_its_row_and_no_others() {
    story(|world| {
        let may = |person: &str, object: &str, action: &str| world.ctx(person).rights.may(object, action);
        // role, object, what it may, what it may not
        let rows: &[(&str, &str, &[&str], &[&str])] = &[
            (
                "li",
                "customer",
                &["create", "read", "edit"],
                &["transfer", "merge", "import", "export", "bulk", "delete"],
            ),
            (
                "manager",
                "customer",
                &["create", "read", "edit", "transfer", "merge", "import", "export"],
                &["reveal", "purge"],
            ),
            ("agent", "customer", &["read"], &["create", "edit", "export"]),
            ("agent", "activity", &["read", "create"], &["edit", "delete"]),
            ("boss", "customer", &["read", "report"], &["create", "edit", "export"]),
            ("admin", "customer", &[], &["read", "create", "edit", "export", "report"]),
            (
                "li",
                "opportunity",
                &["create", "read", "edit", "start", "win", "lose"],
                &["assign", "transfer"],
            ),
            ("manager", "opportunity", &["create", "read", "edit", "assign"], &[]),
            ("agent", "opportunity", &[], &["read"]),
            ("boss", "opportunity", &["read"], &["create", "edit", "assign"]),
            ("li", "churn_warning", &["read", "defer", "confirm"], &[]),
            ("agent", "churn_warning", &["read"], &["defer", "confirm"]),
            ("li", "service_request", &["create", "handle"], &["assign", "feedback"]),
            ("manager", "service_request", &["assign", "read"], &["handle", "feedback", "create"]),
            ("agent", "service_request", &["create", "handle", "feedback", "read"], &["assign"]),
            ("boss", "service_request", &["read"], &["create", "handle"]),
            ("li", "product", &["read"], &["create", "edit"]),
            ("manager", "product", &["create", "edit"], &[]),
            ("admin", "product", &["create", "edit"], &[]),
            ("admin", "user", &["create", "edit", "delete"], &[]),
            ("manager", "user", &["read"], &["create", "edit"]),
        ];
        for (person, object, allowed, refused) in rows {
            for action in *allowed {
                assert!(may(person, object, action), "{person} may {action} {object}");
            }
            for action in *refused {
                assert!(!may(person, object, action), "{person} may not {action} {object}");
            }
        }
        let admin = world.ctx("admin").rights.clone();
        for setting in ["users", "roles", "objects", "dictionaries", "audit", "sets"] {
            assert!(admin.may_set(setting), "{setting}");
            let others = ["li", "agent", "boss"].map(|person| world.ctx(person).rights.may_set(setting));
            assert_eq!(others, [false; 3], "{setting}");
        }
        assert!(world.ctx("manager").rights.may_set("dictionaries"));
    });
}
