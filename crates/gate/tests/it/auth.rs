//! Log-in, lock-out, sessions, keys and links.

use crate::world::on_every_engine;
use guanxi_gate::{Channel, Error, auth::SessionTimes};

#[test]
fn a_right_password_opens_a_session_and_logging_out_ends_it() {
    on_every_engine(|w| {
        let opened = w.gate.log_in(" AN ", "guan-xi-2026", Some("127.0.0.1"), "test").unwrap();
        let session = w.gate.session(&opened.token, Channel::Web, None).unwrap();
        assert_eq!(session.ctx.subject.name, "安心");
        assert!(session.ctx.rights.has_role("account_manager"));
        w.gate.log_out(&opened.token).unwrap();
        assert!(matches!(w.gate.session(&opened.token, Channel::Web, None), Err(Error::Unauthenticated(_))));
    });
}

#[test]
fn five_failures_lock_for_fifteen_minutes_even_with_the_right_password() {
    on_every_engine(|w| {
        for _ in 0..5 {
            assert!(matches!(
                w.gate.log_in("an", "wrong-password", None, ""),
                Err(Error::Unauthenticated(_))
            ));
        }
        assert!(matches!(w.gate.log_in("an", "guan-xi-2026", None, ""), Err(Error::TooMany(_))));
        w.clock.set("2026-03-10T02:16:00Z".parse().unwrap());
        assert!(w.gate.log_in("an", "guan-xi-2026", None, "").is_ok());
    });
}

#[test]
fn times_of_sessions_can_be_chosen_within_bounds_and_hold_at_once() {
    on_every_engine(|w| {
        let open = || w.gate.log_in("an", "guan-xi-2026", None, "").unwrap().token;
        let alive = |token: &str| w.gate.session(token, Channel::Web, None).is_ok();
        let at = |time: &str| w.clock.set(format!("2026-03-10T{time}:00Z").parse().unwrap());
        assert_eq!(w.gate.session_times().unwrap(), SessionTimes::default());
        let session = open();
        at("02:20");
        assert!(alive(&session));
        // Chosen while someone is logged in: it holds for them too.
        w.gate.set_setting(&w.gate.operator(), SessionTimes::IDLE, "10").unwrap();
        assert!(alive(&session), "they have just done something");
        at("02:31");
        assert!(!alive(&session));

        w.gate.set_setting(&w.gate.operator(), SessionTimes::IDLE, "1440").unwrap();
        w.gate.set_setting(&w.gate.operator(), SessionTimes::LONGEST, "1").unwrap();
        let session = open();
        at("03:30");
        assert!(alive(&session));
        at("03:31");
        assert!(!alive(&session), "an hour is over, whatever was done");

        for (key, value) in [
            (SessionTimes::IDLE, "4"),
            (SessionTimes::IDLE, "1441"),
            (SessionTimes::IDLE, "soon"),
            (SessionTimes::LONGEST, "0"),
            (SessionTimes::LONGEST, "169"),
        ] {
            let refused = w.gate.set_setting(&w.gate.operator(), key, value);
            assert!(matches!(refused, Err(Error::Invalid(_))), "{key} {value}");
        }
        w.gate.set_setting(&w.gate.operator(), SessionTimes::LONGEST, "").unwrap();
        w.gate.set_session_times(SessionTimes { idle_minutes: 0, longest_hours: 100_000 });
        let times = w.gate.session_times().unwrap();
        assert_eq!(
            (times.idle_minutes, times.longest_hours),
            (1440, 168),
            "the file is held to bounds as well"
        );
    });
}

#[test]
fn sessions_end_by_idleness_age_and_disabling() {
    on_every_engine(|w| {
        let open = || w.gate.log_in("an", "guan-xi-2026", None, "").unwrap().token;
        let alive = |token: &str| w.gate.session(token, Channel::Web, None).is_ok();
        let idle = open();
        w.clock.set("2026-03-10T04:01:00Z".parse().unwrap());
        assert!(!alive(&idle));
        let used = open();
        for hour in 5..16 {
            w.clock.set(format!("2026-03-10T{hour:02}:30:00Z").parse().unwrap());
            assert!(alive(&used), "{hour}");
        }
        w.clock.set("2026-03-10T16:02:00Z".parse().unwrap());
        assert!(!alive(&used), "twelve hours at most");
        let last = open();
        let key = {
            let an = w.gate.ctx_of(w.an.subject.user, Channel::Web).unwrap();
            w.gate.create_key(&an, an.subject.user, "erp", None).unwrap()
        };
        assert!(w.gate.key_ctx(&key, None).is_ok());
        w.gate.set_active(&w.admin, w.an.subject.user, false).unwrap();
        assert!(!alive(&last));
        assert!(w.gate.key_ctx(&key, None).is_err());
        assert!(w.gate.log_in("an", "guan-xi-2026", None, "").is_err());
    });
}

#[test]
fn a_link_sets_a_password_once() {
    on_every_engine(|w| {
        assert!(matches!(w.gate.link_token(&w.an, w.bo.subject.user), Err(Error::Forbidden(_))));
        let token = w.gate.link_token(&w.admin, w.bo.subject.user).unwrap();
        assert_eq!(w.gate.link_user(&token).unwrap().1, "柏林");
        assert!(matches!(w.gate.use_link(&token, "short"), Err(Error::Invalid(_))));
        w.gate.use_link(&token, "another-secret").unwrap();
        assert!(w.gate.log_in("bo", "another-secret", None, "").is_ok());
        assert!(w.gate.use_link(&token, "third-secret-1").is_err());
    });
}

#[test]
fn the_last_administrator_stays() {
    on_every_engine(|w| {
        let operator = w.gate.operator();
        let refused = w.gate.set_active(&operator, w.admin.subject.user, false);
        assert!(matches!(refused, Err(Error::Refused(_))));
    });
}
