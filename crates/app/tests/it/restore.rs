//! A set is restored while the program serves it: nothing has to be stopped by hand, and whatever happens on the way,
//! the set is the old one or the new one and never anything between.

use crate::{
    http::{Client, free_port},
    program::Place,
};
use serde_json::{Value as Json, json};
use std::{
    net::SocketAddr,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

const PASSWORD: &str = "correct horse 42";

struct Served<'p> {
    child: Child,
    address: SocketAddr,
    place: &'p Place,
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Someone at the screen.
struct Browser {
    client: Client,
    address: SocketAddr,
    cookie: String,
    csrf: String,
}

impl<'p> Served<'p> {
    fn on(place: &'p Place) -> Served<'p> {
        let address = free_port();
        let mut command = place.command(&["serve", "--listen", &address.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let served = Served { child, address, place };
        served.becomes_ready();
        served
    }

    fn becomes_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            let ready = Client::connect(self.address, "")
                .and_then(|mut client| client.call("GET", "/readyz", "", ""));
            if ready.is_ok_and(|(status, _)| status == 200) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the program is not ready");
    }

    fn browser(&self) -> Browser {
        let client = Client::connect(self.address, "").unwrap();
        let mut browser =
            Browser { client, address: self.address, cookie: String::new(), csrf: String::new() };
        let (status, text) =
            browser.posts("/login", &format!("login=root&password={}", PASSWORD.replace(' ', "+")));
        assert_eq!(status, 303, "{text}");
        browser.cookie = browser.client.cookie.clone().unwrap();
        let (_, home) = browser.gets("/settings/sets");
        browser.csrf = between(&home, "name=\"csrf\" content=\"", "\"").to_owned();
        browser
    }

    /// The first visitor makes the administrator.
    fn is_set_up(&self) {
        let client = Client::connect(self.address, "").unwrap();
        let mut browser =
            Browser { client, address: self.address, cookie: String::new(), csrf: String::new() };
        let password = PASSWORD.replace(' ', "+");
        let form = format!("company=Co&name=Root&login=root&password={password}&again={password}");
        let (status, text) = browser.posts("/setup", &form);
        assert_eq!(status, 303, "{text}");
    }

    /// A client of a sales manager, by a key that is made for it.
    fn manager(&self) -> Client {
        let key = self.place.ok(&["key", "create", "--user", "boss", "--name", "restore"]);
        Client::connect(self.address, &format!("Authorization: Bearer {}\r\n", key.trim())).unwrap()
    }
}

impl Browser {
    fn gets(&mut self, path: &str) -> (u16, String) {
        let more = format!("Cookie: {}\r\n", self.cookie);
        self.client.call("GET", path, &more, "").unwrap()
    }

    fn posts(&mut self, path: &str, form: &str) -> (u16, String) {
        let more = format!(
            "Cookie: {}\r\nOrigin: http://{}\r\nX-CSRF-Token: {}\r\n",
            self.cookie, self.address, self.csrf
        );
        self.client.call("POST", path, &more, form).unwrap()
    }

    /// Backs the set up; the name of the backup.
    fn backs_up(&mut self) -> String {
        let (status, text) = self.posts("/settings/sets/backups", "");
        assert_eq!(status, 303, "{text}");
        let (_, page) = self.gets("/settings/sets");
        between(&page, "/settings/sets/backups/", "/verify").to_owned()
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let start = text.find(before).unwrap_or_else(|| panic!("{before} is missing in {text}")) + before.len();
    &text[start..start + text[start..].find(after).unwrap()]
}

fn enters(client: &mut Client, name: &str) -> (String, i64) {
    let body = json!({ "name": name, "kind": "company" }).to_string();
    let (status, body) = client.call("POST", "/api/v1/customer", "", &body).unwrap();
    assert_eq!(status, 201, "{body}");
    let made: Json = serde_json::from_str(&body).unwrap();
    (made["id"].as_str().unwrap().to_owned(), made["version"].as_i64().unwrap())
}

fn names(place: &Place) -> Vec<String> {
    let rows = place.export("customer", "name");
    let mut names: Vec<String> = rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_set_is_restored_while_the_program_serves_it() {
    let places = [Some(Place::sqlite()), Place::postgres("restore")];
    for place in places.iter().flatten() {
        place.ok(&["set", "create", place.set()]);
        let served = Served::on(place);
        served.is_set_up();
        place.ok(&[
            "user",
            "add",
            "boss",
            "--name",
            "Boss",
            "--role",
            "sales_manager",
            "--department",
            "Sales",
        ]);
        let mut manager = served.manager();
        let (id, version) = enters(&mut manager, "Kept Ltd");
        let mut root = served.browser();
        let backup = root.backs_up();
        let customer = format!("/api/v1/customer/{id}?version={version}");
        let body = json!({ "version": version }).to_string();
        let (status, text) = manager.call("DELETE", &customer, "", &body).unwrap();
        assert!(status == 200 || status == 204, "{status} {text}");
        enters(&mut manager, "Later Ltd");
        // Whoever has a page open listens to changes; that must not hold the set open.
        let cookie = root.cookie.clone();
        let address = served.address;
        let listens = thread::spawn(move || {
            let mut client = Client::connect(address, &format!("Cookie: {cookie}\r\n")).unwrap();
            client.call("GET", "/events", "", "").map(|(status, _)| status)
        });

        let restore = format!("/settings/sets/backups/{backup}/restore");
        let (status, _) = root.posts(&restore, "confirm=something_else");
        assert_eq!(status, 422, "the name must be typed");
        let (_, page) = root.gets(&restore);
        assert!(page.contains("Root") && page.contains(place.set()), "it says who is at work, and on what");
        let (status, text) = root.posts(&restore, &format!("confirm={}", place.set()));
        assert_eq!(status, 303, "{text}");
        let (status, text) = Client::connect(address, "").unwrap().call("GET", "/customer", "", "").unwrap();
        assert!(
            status == 503 && text.contains("<main") || status == 303,
            "until then people are told to wait"
        );
        served.becomes_ready();
        assert_eq!(listens.join().unwrap().unwrap_or(200), 200);

        assert_eq!(manager.call("GET", "/api/v1/customer", "", "").unwrap().0, 401, "keys end");
        assert_eq!(root.gets("/settings/sets").0, 303, "sessions end");
        let mut root = served.browser();
        let (_, page) = root.gets("/settings/sets");
        assert!(page.contains("/settings/sets/release"), "what waits to be sent is held");
        assert!(page.contains(&backup), "and it says from what");
        assert_eq!(root.posts("/settings/sets/release", "").0, 303);
        assert!(!root.gets("/settings/sets").1.contains("/settings/sets/release"));
        let (status, text) = served.manager().call("GET", &format!("/api/v1/customer/{id}"), "", "").unwrap();
        assert_eq!(status, 200, "{text}");
        drop(served);
        assert_eq!(names(place), ["Kept Ltd"]);
    }
}

/// `GUANXI_RESTORE_KILLS` says how often (8).
#[test]
fn a_kill_during_a_restore_leaves_the_old_set_or_the_new_one() {
    let kills =
        std::env::var("GUANXI_RESTORE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8_u64);
    let place = Place::sqlite();
    place.ok(&["set", "create", place.set()]);
    let backup = {
        let served = Served::on(&place);
        served.is_set_up();
        place.ok(&[
            "user",
            "add",
            "boss",
            "--name",
            "Boss",
            "--role",
            "sales_manager",
            "--department",
            "Sales",
        ]);
        enters(&mut served.manager(), "Kept Ltd");
        served.browser().backs_up()
    };
    let mut old = 0;
    for round in 0..kills {
        let served = Served::on(&place);
        enters(&mut served.manager(), &format!("Later {round}"));
        let before = names(&place);
        let mut root = served.browser();
        let (status, text) = root
            .posts(&format!("/settings/sets/backups/{backup}/restore"), &format!("confirm={}", place.set()));
        assert_eq!(status, 303, "{text}");
        // From at once to long after its end on an idle machine.
        thread::sleep(Duration::from_millis(round * round * 12));
        drop(served);
        let found = names(&place);
        assert!(found == before || found == ["Kept Ltd"], "round {round}: {found:?} is neither");
        old += usize::from(found == before);
    }
    assert!(old > 0, "no restore was caught in the act");
}
