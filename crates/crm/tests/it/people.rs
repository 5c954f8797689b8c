use crate::world::{story, why};
use guanxi_gate::Draft;
use guanxi_model::Value;

fn roles(role: &str) -> Draft {
    Draft::new().set("roles", Value::List(vec![role.to_owned()]))
}

#[test]
fn the_line_of_command_has_no_circle() {
    story(|world| {
        let superior = |of: &str, is: &str| {
            why(world.edit("admin", "user", world.id(of), Draft::new().set("superior", world.id(is))))
        };
        assert_eq!(superior("manager", "li"), "colleague.circle");
        assert_eq!(superior("li", "li"), "colleague.circle");
        assert!(superior("li", "wang").starts_with("done"));
        assert_eq!(superior("manager", "li"), "colleague.circle");
    });
}

#[test]
fn departments_are_a_tree() {
    story(|world| {
        let parent = |of: &str, is: &str| {
            let draft = Draft::new().set("parent", world.departments[is]);
            why(world.edit("admin", "department", world.departments[of], draft))
        };
        assert_eq!(parent("head", "first"), "department.circle");
        assert!(parent("second", "first").starts_with("done"));
        assert_eq!(parent("first", "second"), "department.circle");
        let delete = |id| why(world.gate.delete(&world.ctx("admin"), "department", id, None));
        assert_eq!(delete(world.departments["first"]), "department.not_empty");
        let empty = world.given("department", Draft::new().set("name", "空部门"));
        assert!(delete(empty).starts_with("done"));
    });
}

#[test]
fn there_is_always_an_administrator() {
    story(|world| {
        let admin = world.id("admin");
        assert_eq!(why(world.edit("admin", "user", admin, roles("executive"))), "colleague.last_admin");
        assert_eq!(
            why(world.edit("admin", "user", admin, Draft::new().set("active", false))),
            "colleague.last_admin"
        );
        assert_eq!(why(world.gate.delete(&world.operator(), "user", admin, None)), "colleague.last_admin");
        world.edit("admin", "user", world.id("boss"), roles("admin")).unwrap();
        assert!(why(world.edit("boss", "user", admin, roles("executive"))).starts_with("done"));
    });
}

#[test]
fn roles_are_those_there_are() {
    story(|world| {
        assert_eq!(
            why(world.edit("admin", "user", world.id("li"), roles("emperor"))),
            "colleague.unknown_role"
        );
    });
}

#[test]
fn whoever_owns_records_is_disabled_not_deleted() {
    story(|world| {
        world.customer("wang", "王的客户");
        let delete =
            |person: &str| why(world.gate.delete(&world.ctx("admin"), "user", world.id(person), None));
        assert_eq!(delete("wang"), "colleague.has_records");
        assert!(delete("zhao").starts_with("done"));
        assert!(
            why(world.edit("admin", "user", world.id("wang"), Draft::new().set("active", false)))
                .starts_with("done")
        );
    });
}

#[test]
fn a_task_remembers_when_it_was_done_and_its_owner_hears_of_it() {
    story(|world| {
        let given = Draft::new().set("title", "整理客户名单").set("owner", world.id("li"));
        let id = world.make("manager", "task", given).unwrap().id;
        assert_eq!(world.notices("li"), ["你有新的任务“整理客户名单”"]);
        world.verb("li", "task", id, "finish", Draft::new()).unwrap();
        assert!(world.look("task", id).instant("done_at").is_some());
        world.verb("li", "task", id, "reopen", Draft::new()).unwrap();
        assert!(world.look("task", id).instant("done_at").is_none());
    });
}

#[test]
fn an_appointment_ends_after_it_begins() {
    story(|world| {
        let at = |start: &str, end: &str| {
            let draft = Draft::new()
                .set("title", "例会")
                .set("starts_at", crate::world::instant(start))
                .set("ends_at", crate::world::instant(end));
            why(world.make("li", "appointment", draft))
        };
        assert_eq!(at("2026-06-16T02:00:00Z", "2026-06-16T01:00:00Z"), "gate.rule");
        assert!(at("2026-06-16T02:00:00Z", "2026-06-16T03:00:00Z").starts_with("done"));
    });
}
